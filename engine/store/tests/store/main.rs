//! The conformance suite: on SQLite in memory and in a file, and on PostgreSQL where
//! `ACQUIT_TEST_POSTGRES` names a server.

mod conformance;
mod files;
mod money;
#[cfg(feature = "postgres")]
mod moving;
#[cfg(feature = "postgres")]
mod nodes;
mod sample;
mod searching;
#[cfg(feature = "postgres")]
mod server;

use acquit_store::Store;

/// Runs a test on its own runtime.
fn run<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.expect("a runtime").block_on(test)
}

macro_rules! suite {
    ($($name:ident),* $(,)?) => {
        mod in_memory {
            $(#[test] fn $name() {
                let store = super::Store::in_memory().expect("a store");
                super::run(super::conformance::$name(&store));
            })*
        }
        mod in_a_file {
            $(#[test] fn $name() {
                let folder = super::sample::Folder::new(stringify!($name));
                let store = super::Store::open(&folder.file("store.db")).expect("a store");
                super::run(super::conformance::$name(&store));
            })*
        }
        #[cfg(feature = "postgres")]
        mod in_postgres {
            $(#[test] fn $name() {
                let Some(database) = super::server::Database::new() else { return };
                super::run(async {
                    let store = super::Store::connect(&database.url).await.expect("a store");
                    super::conformance::$name(&store).await;
                });
            })*
        }
    };
}

suite!(
    what_was_committed_is_known,
    conflicts_spoil_nobody_else,
    a_batch_sees_itself,
    transmissions_can_be_replaced,
    many_callers_share_commits,
    parked_messages_come_back,
    what_was_decided_on_the_late_is_late,
    what_was_decided_on_late_money_is_late,
    nothing_waits_for_what_has_come,
    the_first_final_answer_counts,
    answers_are_kept,
    tenants_are_apart,
    the_log_is_read_by_position,
    the_feed_has_no_gaps,
    letters_wait_until_taken,
    keys_are_held_and_revoked,
    parties_are_looked_up,
    alerts_are_listed,
    pages_together_are_the_whole,
    totals_are_capped,
    cursors_are_bound,
    an_order_brings_its_neighbourhood,
    payments_too_late_leave_nothing,
    numbers_are_given_once,
    what_follows_the_late_is_late,
    what_does_not_balance_is_refused,
    money_goes_on_and_comes_back,
    payments_lead_to_invoices,
    notices_and_requests_move_on,
    payments_of_tenants_are_apart,
    orders_come_in_pages,
    deadlines_come_in_order,
    deliveries_wait_until_taken,
    cases_are_listed,
    closed_days_never_change,
    subscriptions_move_on,
    deliveries_take_turns,
    slots_are_taken_once,
    silence_is_seen,
    text_is_sorted_by_its_bytes,
    every_character_comes_back,
    large_files_come_back,
);
