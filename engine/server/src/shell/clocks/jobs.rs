//! Jobs of the calendar: what nobody says, looked for at the times of cron lines.
//!
//! Each runs once a time slot, on one node: the slot is taken in the store before. One that was
//! missed while the server stood still runs once when it is up again.

use super::sequences::Sequences;
use super::settings::{Limits, Lines};
use crate::shell::alarm;
use crate::shell::engine::Engine;
use acquit_domain::pay::{AttemptState, Order, OrderState};
use acquit_domain::time::SECOND;
use acquit_domain::{Date, Id, Money, PartyCode, Role, Timestamp};
use acquit_mapping::provider::Confirmation;
use acquit_store::{OrderFilter, Viewer};
use jiff::tz::TimeZone;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;

/// Orders read at a time.
const ORDERS_PAGE: u32 = 200;
/// Most alerts of one run of a job; the rest is a number in the log.
const ALERTS_MAX: usize = 50;

/// A job of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKind {
    /// Partners that sent nothing.
    SilentPartners,
    /// Letters nobody took.
    WaitingLetters,
    /// Cheques and transfers of which the bank said nothing.
    SilentBanks,
    /// Numbers missing among the messages of partners.
    SequenceGaps,
    /// Money that belongs to no invoice.
    DayEnd,
}

impl JobKind {
    /// Its key in `[clocks]`, and its name in the store.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            JobKind::SilentPartners => "silent_partners",
            JobKind::WaitingLetters => "waiting_letters",
            JobKind::SilentBanks => "silent_banks",
            JobKind::SequenceGaps => "sequence_gaps",
            JobKind::DayEnd => "day_end",
        }
    }
}

/// The jobs of a running engine.
pub(super) struct Jobs {
    lines: Lines,
    zone: TimeZone,
    /// The last slot of each job this process knows to be taken.
    taken: BTreeMap<JobKind, Timestamp>,
    sequences: Sequences,
}

impl Jobs {
    /// Jobs in the zone of the rulebook.
    pub(super) fn new(engine: &Engine, lines: Lines) -> Jobs {
        let zone = TimeZone::get(&engine.book.platform.zone).unwrap_or(TimeZone::UTC);
        Jobs { lines, zone, taken: BTreeMap::new(), sequences: Sequences::default() }
    }

    /// Runs what is to run at `now`.
    pub(super) async fn run(&mut self, engine: &Engine, now: Timestamp) {
        for (kind, line) in &self.lines.jobs {
            let Some(slot) = line.last(now, &self.zone) else { continue };
            // A clock that went back shows slots again that were taken.
            if self.taken.get(kind).is_some_and(|taken| *taken >= slot) {
                continue;
            }
            match engine.store.take_slot(kind.key(), &slot.to_string(), now).await {
                Ok(first) => {
                    self.taken.insert(*kind, slot);
                    if first {
                        engine.clockwork.jobs.fetch_add(1, Relaxed);
                        tracing::info!(job = kind.key(), slot = %slot, "a job runs");
                        let sequences = &mut self.sequences;
                        run(engine, *kind, self.lines.limits, sequences, now).await;
                    }
                }
                Err(error) => tracing::error!(job = kind.key(), error = %error, "not run"),
            }
        }
    }
}

/// Runs a job. What fails is told in the log; its next slot looks again.
async fn run(
    engine: &Engine,
    kind: JobKind,
    limits: Limits,
    sequences: &mut Sequences,
    now: Timestamp,
) {
    let found = match kind {
        JobKind::SilentPartners => silent_partners(engine, limits.silent_hours, now).await,
        JobKind::WaitingLetters => waiting_letters(engine, limits.letter_minutes, now).await,
        JobKind::SilentBanks => silent_banks(engine, limits.bank_days, now).await,
        JobKind::SequenceGaps => {
            let gaps = sequences.look(engine, limits.gap_minutes, now).await;
            gaps.map(|texts| ("sequence.gap", texts))
        }
        JobKind::DayEnd => suspense(engine).await,
    };
    match found {
        Ok((code, texts)) => {
            if texts.len() > ALERTS_MAX {
                tracing::warn!(job = kind.key(), alerts = texts.len(), "too many to tell each");
            }
            for text in texts.into_iter().take(ALERTS_MAX) {
                alarm::raise(engine, code, text).await;
            }
        }
        Err(error) => tracing::error!(job = kind.key(), error = %error, "a job failed"),
    }
}

/// The code of a job's alerts, and one text for each.
type Found = acquit_store::Result<(&'static str, Vec<String>)>;

/// Partners that once sent something, and nothing for so many hours of working days.
async fn silent_partners(engine: &Engine, hours: u32, now: Timestamp) -> Found {
    let mut texts = Vec::new();
    for agreement in engine.book.agreements.iter().filter(|agreement| agreement.active) {
        let Some(code) = PartyCode::new(&agreement.code) else { continue };
        let Some(heard) = engine.store.last_heard(&code).await? else { continue };
        if engine.book.calendar.after(heard, u64::from(hours) * 3600) <= now {
            texts.push(format!("{} ({code}) sent nothing since {heard}", agreement.name));
        }
    }
    Ok(("partner.silent", texts))
}

/// Partners whose letters wait for too long.
async fn waiting_letters(engine: &Engine, minutes: u32, now: Timestamp) -> Found {
    let before = Timestamp(now.0.saturating_sub(i64::from(minutes) * 60 * SECOND));
    let waiting = engine.store.letters_waiting_since(before).await?;
    let text = |(to, count, oldest): (PartyCode, u64, Timestamp)| {
        format!("{count} letters wait for {to}, the oldest since {oldest}")
    };
    Ok(("letters.waiting", waiting.into_iter().map(text).collect()))
}

/// Attempts whose bank should have booked them by now.
async fn silent_banks(engine: &Engine, days: u32, now: Timestamp) -> Found {
    let today = day(engine, now);
    let mut texts = Vec::new();
    let look = |order: &Order| texts.extend(silent_bank(engine, order, days, today));
    live_orders(engine, look).await?;
    Ok(("bank.silent", texts))
}

/// Looks at every live order, page by page.
pub(super) async fn live_orders(
    engine: &Engine,
    mut look: impl FnMut(&Order),
) -> acquit_store::Result<()> {
    let viewer = Viewer { party: operator(), role: Role::Operator };
    let mut before: Option<Id> = None;
    loop {
        let filter = OrderFilter { state: Some(OrderState::Live), before };
        let orders = engine.store.orders(&viewer, filter, ORDERS_PAGE).await?;
        orders.iter().for_each(&mut look);
        match orders.last() {
            Some(last) if orders.len() == ORDERS_PAGE as usize => before = Some(last.id),
            _ => return Ok(()),
        }
    }
}

fn silent_bank(engine: &Engine, order: &Order, days: u32, today: Date) -> Option<String> {
    let waits = order.attempts.iter().find(|attempt| {
        let by_bank = engine.book.means(&attempt.means);
        let started = day(engine, attempt.started_at);
        attempt.state.is_live()
            && attempt.state != AttemptState::Created
            && by_bank.is_some_and(|(_, means)| means.confirmed_by == Confirmation::Bank)
            && engine.book.calendar.working_days_after(started, days) < today
    })?;
    let (number, means, since) = (&order.number, &waits.means, waits.started_at);
    Some(format!("the bank said nothing of order {number} ({means}), begun {since}"))
}

/// The day of an instant where banks work.
fn day(engine: &Engine, at: Timestamp) -> Date {
    let at = jiff::Timestamp::from_microsecond(at.0).unwrap_or_default();
    engine.book.calendar.zone.to_datetime(at).date()
}

/// Money that was received and belongs to no invoice.
async fn suspense(engine: &Engine) -> Found {
    let totals = engine.store.totals().await?;
    let waiting = totals.into_iter().filter(|totals| totals.suspense != 0);
    let text = |totals: acquit_store::Totals| {
        let money = Money::new(totals.suspense, totals.currency);
        format!("{money} {} lie in suspense", totals.currency.code())
    };
    Ok(("money.suspense", waiting.map(text).collect()))
}

/// Who looks: the house itself.
pub(super) fn operator() -> PartyCode {
    PartyCode::new(crate::bootstrap::OPERATOR).expect("the operator's code is a code")
}
