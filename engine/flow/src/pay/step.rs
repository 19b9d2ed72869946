//! Stepping the machines: the only places where the state of something about payments changes,
//! each by a row of `lifecycle.toml`.

use super::telling::Telling;
use crate::decide::Desk;
use acquit_domain::pay::{
    Attempt, AttemptState, Funds, FundsState, Notice, NoticeState, Order, OrderState,
};
use acquit_domain::{Id, InvoiceKey, Severity, Verdict};
use acquit_mapping::lifecycle::{Decision, Effect, Event, Row};
use acquit_mapping::rulebook::Rulebook;

/// The row of a pair in one of the small machines, with the word of the state after it.
fn row<'b>(
    book: &'b Rulebook,
    machine: &str,
    state: &str,
    event: &str,
) -> Option<(&'static str, &'b Row)> {
    let machine = book.lifecycle.machine(machine)?;
    let row = machine.decide(state, event)?;
    Some((machine.state_names().get(row.to)?, row))
}

/// How long a small machine may stay in a state, in seconds, and how often.
pub(super) fn clock(book: &Rulebook, machine: &str, state: &str) -> Option<(u64, u32)> {
    let machine = book.lifecycle.machine(machine)?;
    let clock = machine.clock(machine.state(state)?)?;
    Some((clock.seconds, clock.tries))
}

fn raise(desk: &mut Desk<'_>, row: &Row, about: &str) {
    if let Some(alert) = row.alert {
        desk.alert(alert.key(), format!("{about}: {}", row.note), None);
    }
}

/// Steps an order; false when the rules have no row.
pub(super) fn order(desk: &mut Desk<'_>, order: &mut Order, event: &str) -> bool {
    let Some((to, row)) = row(desk.book, "order", order.state.key(), event) else { return false };
    raise(desk, row, &order.number);
    order.state = OrderState::of(to).unwrap_or(order.state);
    if !order.is_live() {
        order.due = None;
    }
    true
}

/// Steps an attempt; false when the rules have no row.
pub(super) fn attempt(
    desk: &mut Desk<'_>,
    number: &str,
    attempt: &mut Attempt,
    event: &str,
) -> bool {
    let Some((to, row)) = row(desk.book, "attempt", attempt.state.key(), event) else {
        return false;
    };
    raise(desk, row, number);
    let before = attempt.state;
    attempt.state = AttemptState::of(to).unwrap_or(before);
    if !attempt.state.is_live() {
        // One that is paid, and told so again, may wait for its refund.
        if before != attempt.state || before != AttemptState::Captured {
            attempt.due = None;
        }
        if before != attempt.state {
            attempt.ended_at = Some(desk.now);
        }
    } else if before != attempt.state {
        attempt.ended_at = None;
    }
    true
}

/// Steps a money fact. It always has a row.
pub(super) fn funds(desk: &mut Desk<'_>, funds: &mut Funds, event: &str) {
    if let Some((to, row)) = row(desk.book, "funds", funds.state.key(), event) {
        raise(desk, row, &funds.key.transaction);
        funds.state = FundsState::of(to).unwrap_or(funds.state);
    }
}

/// Steps a notice; false when the rules have no row.
pub(super) fn notice(desk: &mut Desk<'_>, notice: &mut Notice, event: &str) -> bool {
    let Some((to, row)) = row(desk.book, "notification", notice.state.key(), event) else {
        return false;
    };
    raise(desk, row, &notice.transaction);
    notice.state = NoticeState::of(to).unwrap_or(notice.state);
    true
}

/// What stepping an invoice gave.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stepped<'b> {
    /// The log row that tells of it.
    pub(super) exchange: Id,
    /// What it causes.
    pub(super) send: &'b [Effect],
    /// Code of the refusal, when the rules said no.
    pub(super) refused: Option<&'b str>,
}

impl Stepped<'_> {
    /// True when it causes this.
    pub(super) fn causes(&self, effect: Effect) -> bool {
        self.send.contains(&effect)
    }
}

/// Steps an invoice, with the money that goes on it (or off it), and logs it in its chain;
/// `None` when nothing is held of it.
pub(super) fn invoice<'b>(
    desk: &mut Desk<'b>,
    key: &InvoiceKey,
    event: Event,
    delta_minor: i64,
    telling: &Telling,
) -> Option<Stepped<'b>> {
    let mut invoice = desk.invoice(key)?.clone();
    let book = desk.book;
    let mut row = telling.row(desk, Verdict::Accepted);
    let from = invoice.state;
    row.event = event.key().to_owned();
    row.from = Some(from);
    // What was only asked for has shown nothing before its first row.
    row.before = (invoice.exchanges > 0).then_some(invoice.status);
    let mut stepped = Stepped { exchange: row.id, send: &[], refused: None };
    let mut alert = None;
    match book.lifecycle.decide(from, invoice.flags, event) {
        Decision::Refused { code } => {
            row.verdict = Verdict::Rejected;
            row.observation = format!("Refusé par les règles: {}", event.key());
            row.findings.push(super::telling::finding(code, Severity::Error, &key.number));
            stepped.refused = Some(code);
        }
        Decision::Move(follows) => {
            invoice.state = follows.to;
            invoice.flags = follows.flags;
            invoice.status = book.lifecycle.status(follows.to, follows.flags);
            invoice.allocated_minor = invoice.allocated_minor.saturating_add(delta_minor);
            if follows.send.contains(&Effect::SetCancelledOn) {
                invoice.cancelled_on = Some(super::telling::local_day(book, desk.now));
            }
            row.observation = telling.fill(follows.note);
            alert =
                follows.alert.map(|alert| (alert, format!("{}: {}", key.number, row.observation)));
            stepped.send = follows.send;
        }
    }
    row.to = Some(invoice.state);
    row.after = Some(invoice.status);
    desk.append_to(invoice, row, false);
    if let Some((alert, text)) = alert {
        desk.alert(alert.key(), text, Some(stepped.exchange));
    }
    Some(stepped)
}

/// Steps an invoice if the rules have a row for it, and logs nothing if they have none.
pub(super) fn invoice_if<'b>(
    desk: &mut Desk<'b>,
    key: &InvoiceKey,
    event: Event,
    telling: &Telling,
) -> Option<Stepped<'b>> {
    let held = desk.invoice(key)?;
    match desk.book.lifecycle.decide(held.state, held.flags, event) {
        Decision::Refused { .. } => None,
        Decision::Move(_) => invoice(desk, key, event, 0, telling),
    }
}
