//! Whether money may go on the invoices of its order, and how much on which.
//!
//! What this module is *not*: it changes nothing. [`credit`](super::credit) does what is judged.

use super::find::Found;
use super::start::is_payable;
use super::till::later;
use crate::decide::Desk;
use acquit_domain::pay::{
    Account, CaseKind, FundsSource, News, NewsKind, Order, OrderItem, OrderState,
};
use acquit_domain::{Invoice, InvoiceKey, InvoiceState, Money, Timestamp};
use acquit_mapping::agreement::Underpaid;
use acquit_mapping::lifecycle::Event;
use std::cmp::Ordering;

/// How long after its session an authorisation may still be captured by our answer, in seconds:
/// nothing was taken yet, so that a stale one is refused and costs nobody anything.
const ANSWER_SECONDS: u32 = 3600;

/// What is judged of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Judgement {
    /// `OK`, or the code that says why money lies in suspense or why it was too much or little.
    pub(super) code: &'static str,
    /// The case to open.
    pub(super) case: Option<CaseKind>,
    /// What goes on each invoice of the order, in order; empty when all lies in suspense.
    pub(super) split: Vec<i64>,
    /// The event of the order.
    pub(super) order: &'static str,
}

impl Judgement {
    /// All of it lies in suspense.
    pub(super) fn suspended(code: &'static str, case: CaseKind) -> Judgement {
        Judgement { code, case: Some(case), split: Vec::new(), order: "paid_less" }
    }
}

/// Judges a payment of an order that was found.
/// `came` is when we heard of it first.
pub(super) fn judge(
    desk: &Desk<'_>,
    news: &News,
    found: &Found,
    amount: Money,
    came: Timestamp,
) -> Judgement {
    let order = &found.order;
    if amount.currency != order.total.currency {
        return Judgement::suspended("PAY-CUR", CaseKind::Mismatch);
    }
    if found.is_made_up {
        return Judgement::suspended("PAY-NOINTENT", CaseKind::Mismatch);
    }
    if found.mixed_up {
        return Judgement::suspended("PAY-TX", CaseKind::Mismatch);
    }
    let invoices: Vec<Option<&Invoice>> =
        order.items.iter().map(|item| desk.invoice(&item.invoice)).collect();
    if let Some(judged) = stands_against(order, &invoices) {
        return judged;
    }
    if is_late(desk, news, found, came) {
        return Judgement::suspended("PAY-LATE", CaseKind::Late);
    }
    let due = due(desk, order, &invoices);
    let is_whole =
        |(held, due): (&&Invoice, &i64)| is_settled(held.state) || held.balance().minor == *due;
    let whole = invoices.iter().flatten().zip(&due).all(is_whole);
    let owed = due.iter().fold(0i64, |sum, due| sum.saturating_add(*due));
    let judged = |code, case, split, order| Judgement { code, case, split, order };
    match amount.minor.cmp(&owed) {
        Ordering::Equal if whole => judged("OK", None, due, "paid_exact"),
        Ordering::Greater if whole => judged("PAY-AMOUNT", Some(CaseKind::Over), due, "paid_more"),
        compared => {
            // Less, or an invoice that grew since its order was made: a part in any case.
            let split = split(desk, order, &invoices, &due, amount.minor.min(owed));
            let case = match (split.is_empty(), compared) {
                (true, _) => Some(CaseKind::Short),
                (false, Ordering::Greater) => Some(CaseKind::Over),
                (false, _) => None,
            };
            judged("PAY-AMOUNT", case, split, "paid_less")
        }
    }
}

/// What is due of each invoice of an order: what is due of it now, and not more than the order
/// was made for, less what the order has paid on it before.
fn due(desk: &Desk<'_>, order: &Order, invoices: &[Option<&Invoice>]) -> Vec<i64> {
    let due = |(item, held): (&OrderItem, &&Invoice)| {
        if is_settled(held.state) {
            // Settled otherwise, by its issuer's word too.
            return 0;
        }
        let account = Account::Allocated(item.invoice.clone());
        let own = desk.all_funds().filter(|funds| funds.order == Some(order.id));
        let paid = own.fold(0i64, |sum, funds| sum.saturating_add(funds.balance(&account)));
        let left = item.amount_minor.saturating_sub(paid).max(0);
        held.balance().minor.clamp(0, left)
    };
    order.items.iter().zip(invoices.iter().flatten()).map(due).collect()
}

/// What of the invoices or of the order stands against applying a payment at all. One payment of
/// several invoices is applied in whole or not at all.
fn stands_against(order: &Order, invoices: &[Option<&Invoice>]) -> Option<Judgement> {
    let any = |test: fn(&Invoice) -> bool| invoices.iter().flatten().any(|held| test(held));
    if invoices.iter().any(Option::is_none) {
        return Some(Judgement::suspended("PAY-NOINTENT", CaseKind::Orphan));
    }
    if any(|held| held.state == InvoiceState::Cancelled) {
        return Some(Judgement::suspended("STATE-TERMINAL", CaseKind::Cancelled));
    }
    // Of an order that was paid in part, what its own money settled stands against nothing.
    let done = |held: &Invoice| order.state == OrderState::Held && is_settled(held.state);
    let held = || invoices.iter().flatten().filter(|held| !done(held));
    if held().count() == 0 || held().any(|held| is_settled(held.state)) {
        return Some(Judgement::suspended("PAY-TWICE", CaseKind::Double));
    }
    if held().any(|held| held.flags.blocked) {
        return Some(Judgement::suspended("STATE-BLOCKED", CaseKind::Blocked));
    }
    match order.state {
        OrderState::Paid => Some(Judgement::suspended("PAY-TWICE", CaseKind::Double)),
        OrderState::Voided => Some(Judgement::suspended("PAY-EXPIRED", CaseKind::Late)),
        _ if held().any(|held| !is_payable(held)) => {
            Some(Judgement::suspended("PAY-TWICE", CaseKind::Double))
        }
        _ => None,
    }
}

/// True when an invoice was paid.
pub(super) fn is_settled(state: InvoiceState) -> bool {
    matches!(state, InvoiceState::AwaitingIssuer | InvoiceState::Confirmed | InvoiceState::Paid)
}

/// True when the payment was made after the time in which news of its attempt are expected. A
/// callback counts when it comes: nobody vouches for the time written in it.
fn is_late(desk: &Desk<'_>, news: &News, found: &Found, came: Timestamp) -> bool {
    let Some(attempt) = found.attempt() else { return false };
    let grace = desk.book.means(&attempt.means).map_or(0, |(_, means)| means.grace_seconds);
    let asks = news.kind == NewsKind::Authorised && news.source == FundsSource::Callback;
    let grace = if asks { grace.min(ANSWER_SECONDS) } else { grace };
    let Some(until) = attempt.expires_at else { return false };
    paid_at(news, came) > later(until, u64::from(grace))
}

/// When a payment was made, as far as it can be believed.
fn paid_at(news: &News, came: Timestamp) -> Timestamp {
    match news.source {
        FundsSource::Callback => came,
        _ => news.at.unwrap_or(came).min(came),
    }
}

/// How a payment that is too small is divided; empty when the issuer takes no part.
fn split(
    desk: &Desk<'_>,
    order: &Order,
    invoices: &[Option<&Invoice>],
    due: &[i64],
    amount: i64,
) -> Vec<i64> {
    let agreement = desk.book.agreement(&order.issuer);
    match agreement.map_or(Underpaid::Hold, |agreement| agreement.underpaid) {
        Underpaid::Hold => Vec::new(),
        Underpaid::OldestFirst => {
            let mut by_age: Vec<usize> = (0..due.len()).collect();
            by_age.sort_by_key(|&at| {
                let held = invoices.get(at).copied().flatten();
                held.map(|held| (held.due_on.unwrap_or(held.issued_on), held.key.clone()))
            });
            let mut left = amount;
            let mut split = vec![0; due.len()];
            for at in by_age {
                let part = left.min(due[at]);
                split[at] = part;
                left -= part;
            }
            split
        }
        Underpaid::ProRata => pro_rata(due, amount),
    }
}

/// Shares in proportion, rounded down; what is left over goes one by one to the first that are
/// not full.
pub(super) fn pro_rata(due: &[i64], amount: i64) -> Vec<i64> {
    let sum: i128 = due.iter().map(|due| i128::from(*due)).sum();
    if sum == 0 {
        return vec![0; due.len()];
    }
    let share = |due: &i64| i64::try_from(i128::from(*due) * i128::from(amount) / sum).unwrap_or(0);
    let mut shares: Vec<i64> = due.iter().map(share).collect();
    let mut left = amount - shares.iter().sum::<i64>();
    for (share, due) in shares.iter_mut().zip(due) {
        let more = left.min(due - *share).clamp(0, 1);
        *share += more;
        left -= more;
    }
    shares
}

/// The event of one invoice of an order, for the part of the money that goes on it; `None` when
/// nothing does although the rest is applied.
pub(super) fn event_of(
    desk: &Desk<'_>,
    judged: &Judgement,
    key: &InvoiceKey,
    part: Option<i64>,
    how: How,
) -> Option<Event> {
    let invoice = desk.invoice(key)?;
    let full = match how {
        How::Bank => Event::FundsBooked,
        How::Settlement => Event::ReconExtra,
        How::Provider => Event::ProvOkExact,
    };
    let Some(part) = part else { return Some(suspending(judged, invoice, full)) };
    let due = invoice.balance().minor;
    match part {
        0 => None,
        _ if part < due => Some(Event::ProvOkLess),
        _ if judged.order == "paid_more" => Some(Event::ProvOkMore),
        _ => Some(full),
    }
}

/// How a payment is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// By the provider.
    Provider,
    /// By the bank that booked it.
    Bank,
    /// By a settlement file alone.
    Settlement,
}

/// The event of an invoice whose payment goes to suspense. What cannot be paid any more has its
/// own rows under the event of the payment itself.
fn suspending(judged: &Judgement, invoice: &Invoice, full: Event) -> Event {
    match judged.code {
        "PAY-AMOUNT" => Event::ProvOkShort,
        "STATE-BLOCKED" => Event::ProvOkBlocked,
        _ if is_settled(invoice.state) || invoice.state == InvoiceState::Cancelled => full,
        _ => Event::ProvOkSuspended,
    }
}

/// What of a money fact and its reversals still lies on an account.
pub(super) fn left_on(desk: &Desk<'_>, credit: acquit_domain::Id, account: &Account) -> i64 {
    let of = desk.all_funds().filter(|funds| funds.id == credit || funds.of == Some(credit));
    of.fold(0i64, |sum, funds| sum.saturating_add(funds.balance(account)))
}
