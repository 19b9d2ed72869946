//! The promises that hold after every commit.
//!
//! They know the log, what is held and the published table of moves, and nothing of how it was
//! decided.

use crate::store::Store;
use acquit_domain::pay::{Account, FundsKind, NoticeFunction, NoticeState, Order, RequestState};
use acquit_domain::{Exchange, Id, Invoice, InvoiceKey, InvoiceState, Outcome, Status};
use acquit_flow::{invoice_hash, row_hash};
use acquit_mapping::rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};

/// The only events that may lead from paid back to payable.
const REVERSALS: &[&str] =
    &["cheque_unpaid", "refund_reopens", "refund_partial", "chargeback_lost"];

/// The end of an invoice's chain, folded from the log alone.
#[derive(Debug, Clone)]
struct Tail {
    n: u32,
    hash: [u8; 32],
    content: [u8; 32],
    state: Option<InvoiceState>,
    status: Option<Status>,
}

/// What the promises remember of the past.
#[derive(Debug, Clone, Default)]
pub struct Laws {
    tails: BTreeMap<InvoiceKey, Tail>,
    read: usize,
    receipts: BTreeMap<String, u64>,
    given: BTreeSet<String>,
    letters: BTreeMap<Id, u64>,
}

fn broken(promise: &str, what: impl std::fmt::Display) -> Result<(), String> {
    Err(format!("{promise}: {what}"))
}

impl Laws {
    /// Holds the promises against what a commit left.
    ///
    /// # Errors
    /// The promise that is broken, and how.
    pub fn check(
        &mut self,
        book: &Rulebook,
        store: &Store,
        outcome: &Outcome,
    ) -> Result<(), String> {
        for at in self.read..store.log.len() {
            if let Some(row) = store.log.get(at) {
                self.row(book, row)?;
            }
        }
        self.read = store.log.len();
        let changed = outcome.invoices.iter().map(|change| &change.invoice.key);
        for invoice in changed.filter_map(|key| store.held.invoices.get(key)) {
            self.invoice(book, store, invoice)?;
        }
        waits(store, outcome)?;
        self.numbers(outcome)?;
        self.letters(store, outcome)?;
        money(store, outcome)
    }

    /// One row: in its place, chained, and a move of the published table.
    fn row(&mut self, book: &Rulebook, row: &Exchange) -> Result<(), String> {
        if row_hash(row) != row.hash {
            return broken("P11 tamper-evident", format!("row {} has another hash", row.message));
        }
        let (Some(key), Some(n)) = (&row.invoice, row.n) else { return Ok(()) };
        let tail = self.tails.get(key);
        let (last, hash) = tail.map_or((0, [0; 32]), |tail| (tail.n, tail.hash));
        if n != last + 1 || row.previous != hash {
            return broken("P3 order", format!("row {n} of {} follows row {last}", key.number));
        }
        let state = tail.and_then(|tail| tail.state);
        let status = tail.and_then(|tail| tail.status);
        let absent = |state: Option<InvoiceState>| state.unwrap_or(InvoiceState::Absent);
        if absent(row.from) != absent(state) || row.before != status {
            let text = format!(
                "{}: {n} begins in {:?} ({:?}) after {state:?} ({status:?})",
                key.number, row.from, row.before
            );
            return broken("P3 order", text);
        }
        moves(book, row)?;
        let (state, status) = (row.to.or(state), row.after.or(status));
        let (hash, content) = (row.hash, row.content);
        self.tails.insert(key.clone(), Tail { n, hash, content, state, status });
        Ok(())
    }

    /// An invoice is what its log says, holds what was posted, and is paid by one order at most.
    fn invoice(&self, book: &Rulebook, store: &Store, invoice: &Invoice) -> Result<(), String> {
        let number = &invoice.key.number;
        let Some(tail) = self.tails.get(&invoice.key) else {
            return broken("P6 rebuildable", format!("{number} has no log"));
        };
        let folded = (tail.n, tail.hash, tail.state, tail.status, tail.content);
        let held = (
            invoice.exchanges,
            invoice.last_hash,
            Some(invoice.state),
            Some(invoice.status),
            invoice_hash(invoice),
        );
        if folded != held {
            let text = format!(
                "{number} is {:?} ({:?}, {} rows), its log says {:?} ({:?}, {} rows)",
                held.2, held.3, held.0, folded.2, folded.3, folded.0
            );
            return broken("P6 rebuildable", text);
        }
        if book.lifecycle.status(invoice.state, invoice.flags) != invoice.status {
            return broken("P4 outcome", format!("{number} shows {:?}", invoice.status));
        }
        if !(0..=invoice.gross.minor).contains(&invoice.allocated_minor) {
            let text = format!("{} lie on {number} of {}", invoice.allocated_minor, invoice.gross);
            return broken("P5 one payer", text);
        }
        let has = |order: &&Order| order.items.iter().any(|item| item.invoice == invoice.key);
        let orders = store.held.payments.orders.values().filter(has);
        let live: Vec<&Order> = orders.filter(|order| order.is_live()).collect();
        if live.len() > 1 {
            return broken("P5 one payer", format!("several live orders of {number}"));
        }
        let paying = live.iter().any(|order| order.has_live_attempt());
        if invoice.state == InvoiceState::InProcess && !paying {
            return broken("P1 never lost", format!("{number} is in process, nobody pays"));
        }
        let told = || {
            store.held.payments.notices.values().any(|notice| {
                notice.function == NoticeFunction::Payment
                    && notice.lines.iter().any(|line| line.invoice == invoice.key)
            })
        };
        if invoice.state == InvoiceState::AwaitingIssuer && !told() {
            return broken("P9 told", format!("{number} is paid and its issuer was not told"));
        }
        Ok(())
    }

    /// Receipts have numbers without gaps.
    fn numbers(&mut self, outcome: &Outcome) -> Result<(), String> {
        for receipt in outcome.payments.receipts.iter().filter(|one| one.void_at.is_none()) {
            let (year, n) = receipt.number.split_once('-').unwrap_or_default();
            let last = self.receipts.entry(year.to_owned()).or_default();
            let next = n.parse() == Ok(*last + 1);
            *last += 1;
            if !next || !self.given.insert(receipt.number.clone()) {
                return broken("P2 never twice", format!("receipt {} out of turn", receipt.number));
            }
        }
        Ok(())
    }

    /// A letter never changes.
    fn letters(&mut self, store: &Store, outcome: &Outcome) -> Result<(), String> {
        for letter in outcome.answers.iter().chain(&outcome.letters) {
            let mut story = crate::story::Story::default();
            story.mark_bytes(&letter.body);
            let first = *self.letters.entry(letter.id).or_insert(story.hash);
            if first != story.hash || !store.letters.contains_key(&letter.id) {
                return broken("P2 never twice", format!("letter {} changed", letter.reference));
            }
        }
        Ok(())
    }
}

pub(crate) fn settled(state: InvoiceState) -> bool {
    matches!(state, InvoiceState::AwaitingIssuer | InvoiceState::Confirmed | InvoiceState::Paid)
}

/// A move is in the published table, and none takes a payment back in silence.
fn moves(book: &Rulebook, row: &Exchange) -> Result<(), String> {
    let (Some(from), Some(to)) = (row.from, row.to) else { return Ok(()) };
    if from == to {
        return Ok(());
    }
    let payable =
        matches!(to, InvoiceState::Open | InvoiceState::InProcess | InvoiceState::Partial);
    if settled(from) && payable && !REVERSALS.contains(&row.event.as_str()) {
        return broken("P4 outcome", format!("{} was unpaid by {}", row.message, row.event));
    }
    let Some(machine) = book.lifecycle.machine("invoice") else { return Ok(()) };
    let follows = machine.decide(from.key(), &row.event);
    let states = machine.state_names();
    let published = follows.and_then(|follows| states.get(follows.to).copied());
    if published != Some(to.key()) {
        let text = format!("{} leads from {} to {}", row.event, from.key(), to.key());
        return broken("P4 outcome", text);
    }
    Ok(())
}

/// Everything that waits has a clock, and nothing else has one.
fn waits(store: &Store, outcome: &Outcome) -> Result<(), String> {
    let payments = &store.held.payments;
    let changed = outcome.payments.orders.iter().map(|change| change.after.id);
    for order in changed.filter_map(|id| payments.orders.get(&id)) {
        let number = &order.number;
        for attempt in &order.attempts {
            // One that is over may wait for what was announced of it too late.
            if attempt.state.is_live() && attempt.due.is_none() {
                let text = format!("attempt {} at {number}: {:?}", attempt.ordinal, attempt.state);
                return broken("P1 ends by clock", text);
            }
        }
        if order.is_live() && order.due.is_none() {
            return broken("P1 ends by clock", format!("order {number}"));
        }
        if order.has_live_attempt() && !order.is_live() {
            return broken("P1 ends by clock", format!("{number} ended before its attempts"));
        }
    }
    for change in &outcome.payments.notices {
        let notice = &change.after;
        let waits =
            matches!(notice.state, NoticeState::Created | NoticeState::Sent | NoticeState::Taken);
        if waits != notice.due.is_some() {
            return broken("P1 ends by clock", format!("notice {:?}", notice.state));
        }
    }
    for change in &outcome.payments.requests {
        if (change.after.state == RequestState::Asked) != change.after.due.is_some() {
            return broken("P1 ends by clock", format!("request {:?}", change.after.state));
        }
    }
    Ok(())
}

/// No order is paid twice on its entry, and what lies in suspense has a case.
fn money(store: &Store, outcome: &Outcome) -> Result<(), String> {
    let payments = &store.held.payments;
    for change in &outcome.payments.funds {
        let funds = &change.after;
        if funds.key.kind == FundsKind::Reversal && funds.amount_minor == 0 {
            return broken("P14 exact", format!("{} takes nothing back", funds.key.transaction));
        }
        let about = |case: &acquit_domain::pay::Case| {
            case.funds == Some(funds.id) || funds.order.is_some() && case.order == funds.order
        };
        let lies = funds.key.kind == FundsKind::Credit && funds.suspense() > 0;
        if lies && !store.cases.values().any(about) {
            let text = format!("{} lies in suspense, nobody knows", funds.key.transaction);
            return broken("P5 one payer", text);
        }
        let Some(order) = funds.order.and_then(|id| payments.orders.get(&id)) else { continue };
        let of_order = payments.funds.values().filter(|one| one.order == Some(order.id));
        let entered: i64 = of_order.map(on_entry).sum();
        if entered > order.total.minor {
            return broken("P5 one payer", format!("{} was paid {entered}", order.number));
        }
    }
    Ok(())
}

/// What a fact put on invoices when it was entered: what an operator allocates later, out of
/// suspense, is decided by a person.
fn on_entry(funds: &acquit_domain::pay::Funds) -> i64 {
    let suspended = funds.postings.iter().find(|one| one.account == Account::Suspense);
    let suspended = suspended.map_or(0, |posting| posting.amount_minor);
    funds.balance(&Account::Received) - suspended
}
