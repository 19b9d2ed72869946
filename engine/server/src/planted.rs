//! Bugs that are planted on purpose in the server: each is a mistake somebody could make. They
//! exist with the feature `faults` alone; see `acquit_store::planted`.

use crate::shell::Refusal;
use acquit_domain::pay::{Attempt, Order};
use acquit_domain::{
    Currency, InvoiceState, Known, LetterKind, Money, Outcome, Timestamp, Verdict,
};
use acquit_flow::Occurrence;
pub(crate) use acquit_store::planted::{is, point};
use acquit_store::{Batch, CommitResult, Store};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::sleep;

/// How late something is done that should have been done before.
const LATE: Duration = Duration::from_millis(40);
/// How long a bug that forgets remembers, in microseconds.
const REMEMBERED: i64 = 100_000;
/// A bug that strikes now and then strikes once in so many times.
const NOW_AND_THEN: u64 = 40;

/// True once in a while.
fn now_and_then() -> bool {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    COUNT.fetch_add(1, Ordering::Relaxed) % NOW_AND_THEN == NOW_AND_THEN - 1
}

/// Bugs in what is known before a message is decided.
pub(crate) fn known(known: &mut Known, now: Timestamp) {
    if is("no_dedup") {
        known.envelopes.clear();
    }
    if is("dedup_expires") {
        known.envelopes.retain(|_, envelope| now.0 - envelope.received_at.0 < REMEMBERED);
    }
    if is("repeat_other_letters") {
        let letters = known.envelopes.values_mut().flat_map(|one| &mut one.letters);
        letters.for_each(|letter| letter.body.push(b'\n'));
    }
    if is("replace_by_arrival") {
        known.invoices.values_mut().for_each(|invoice| invoice.written_at = Timestamp(0));
    }
}

/// Bugs in what was decided about a message.
pub(crate) fn outcome(mut outcome: Outcome) -> Outcome {
    if is("no_dedup") || is("dedup_expires") {
        outcome.envelopes.clear();
    }
    if is("contrl_says_yes") {
        let kept = outcome.envelopes.iter_mut().flat_map(|one| &mut one.letters);
        for letter in kept.chain(&mut outcome.answers).chain(&mut outcome.letters) {
            if letter.kind == LetterKind::Contrl {
                let text = String::from_utf8_lossy(&letter.body).replace("+4+", "+7+");
                letter.body = text.replace("+4'", "+7'").into_bytes();
            }
        }
    }
    if is("raw_not_kept") && outcome.verdict == Verdict::Rejected {
        outcome.keep_bytes = false;
    }
    if is("parked_forgotten") {
        outcome.parked.clear();
    }
    if is("paid_reopens") {
        let settled = [InvoiceState::AwaitingIssuer, InvoiceState::Paid, InvoiceState::Confirmed];
        for row in &mut outcome.exchanges {
            if row.from.is_some_and(|from| settled.contains(&from)) {
                row.to = Some(InvoiceState::Open);
                row.hash = acquit_flow::row_hash(row);
                let changes = outcome.invoices.iter_mut().map(|change| &mut change.invoice);
                for invoice in changes.filter(|one| Some(&one.key) == row.invoice.as_ref()) {
                    invoice.state = InvoiceState::Open;
                    invoice.last_hash = row.hash;
                }
            }
        }
    }
    outcome
}

/// Commits a batch; a bug answers before.
pub(crate) async fn commit(
    store: Store,
    batch: Batch,
    count: usize,
) -> acquit_store::Result<Vec<CommitResult>> {
    point("before_journal");
    if !is("ack_first") {
        return store.commit_batch(batch).await;
    }
    tokio::spawn(async move {
        sleep(LATE).await;
        store.commit_batch(batch).await
    });
    Ok(vec![CommitResult::Committed; count])
}

/// What is answered after a commit; a bug says no.
pub(crate) fn answered<T>(answer: T) -> Result<T, Refusal> {
    point("before_answer");
    match is("no_after_commit") && now_and_then() {
        true => Err(Refusal::Busy),
        false => Ok(answer),
    }
}

/// Commits what was decided about payments; a bug answers before.
pub(crate) async fn pay(
    store: Store,
    batch: Batch,
    outcomes: Vec<Outcome>,
) -> acquit_store::Result<Vec<CommitResult>> {
    point("before_pay_commit");
    if is("ack_first_pay") && outcomes.iter().any(|one| !one.payments.funds.is_empty()) {
        let count = outcomes.len();
        tokio::spawn(async move {
            sleep(LATE).await;
            store.commit_batch(batch).await
        });
        return Ok(vec![CommitResult::Committed; count]);
    }
    let done = store.commit_batch(batch).await;
    point("after_pay_commit");
    done
}

/// Bugs in what is known before a payment is decided.
pub(crate) fn paying(known: &mut Known) {
    if is("paid_after_cancel") {
        for invoice in known.invoices.values_mut() {
            if invoice.state == InvoiceState::Cancelled {
                invoice.state = InvoiceState::InProcess;
            }
        }
    }
}

/// What is told of a payment; bugs do not compare it with what was asked for.
pub(crate) fn occurrence(told: &Occurrence, known: &Known) -> Occurrence {
    let mut told = told.clone();
    let Occurrence::News { news } = &mut told else { return told };
    for one in news {
        let order = known.payments.orders.values().find(|order| names(order, &one.order));
        let Some(amount) = one.amount.as_mut() else { continue };
        if is("currency_ignored") {
            amount.currency = Currency::of("MAD").unwrap_or(amount.currency);
        }
        if let Some(total) = order.map(|order| order.total).filter(|_| is("amount_ignored")) {
            *amount = Money { minor: total.minor, currency: amount.currency };
        }
    }
    told
}

fn names(order: &Order, told: &str) -> bool {
    let attempts = |attempt: &Attempt| told == format!("{}-{}", order.number, attempt.ordinal);
    order.attempts.iter().any(attempts)
}

/// The keys that signatures are believed by; a bug believes everybody's.
pub(crate) fn keys(keys: &[String]) -> Vec<String> {
    let mut keys = keys.to_vec();
    if is("signature_ignored") {
        keys.push("OTHER".to_owned());
    }
    keys
}

/// Whether an event is forgotten.
pub(crate) fn forgets(position: i64) -> bool {
    is("event_skipped") && position % 25 == 0
}
