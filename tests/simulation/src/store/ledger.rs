//! The laws of the ledger, as the store keeps them at every commit whatever was decided.

use super::Store;
use acquit_domain::pay::{Account, Funds, FundsKind};
use acquit_domain::{InvoiceKey, Outcome};
use std::collections::{BTreeMap, BTreeSet};

/// The running totals of a currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Totals {
    credits: i64,
    reversals: i64,
    allocated: i64,
    suspense: i64,
}

/// One fact: it came as it says, lies somewhere, and keeps every posting it had.
fn fact(held: Option<&Funds>, after: &Funds) -> Result<(), String> {
    let came = after.came_minor();
    let received = after.balance(&Account::Received);
    if after.amount_minor < 0 || received != came || !after.balances() {
        return Err(format!("fact {} does not balance", after.key.transaction));
    }
    let kept = held.is_none_or(|held| after.postings.starts_with(&held.postings));
    if kept { Ok(()) } else { Err(format!("fact {} lost postings", after.key.transaction)) }
}

fn add(totals: &mut Totals, funds: &Funds, from: usize) {
    for posting in funds.postings.iter().skip(from) {
        match (&posting.account, funds.key.kind) {
            (Account::Received, FundsKind::Credit) => totals.credits += posting.amount_minor,
            (Account::Received, FundsKind::Reversal) => totals.reversals -= posting.amount_minor,
            (Account::Allocated(_), _) => totals.allocated += posting.amount_minor,
            (Account::Suspense, _) => totals.suspense += posting.amount_minor,
        }
    }
}

/// The totals after an outcome, or why it is refused.
pub(super) fn check(store: &Store, outcome: &Outcome) -> Result<BTreeMap<String, Totals>, String> {
    let mut totals = store.totals.clone();
    let held = &store.held.payments.funds;
    for change in &outcome.payments.funds {
        let before = held.get(&change.after.key);
        fact(before, &change.after)?;
        let of = totals.entry(change.after.currency.code().to_owned()).or_default();
        add(of, &change.after, before.map_or(0, |before| before.postings.len()));
        if of.credits - of.reversals != of.allocated + of.suspense {
            return Err(format!("the totals would be {of:?}"));
        }
    }
    for key in touched(outcome) {
        let changed = |funds: &&Funds| {
            !outcome.payments.funds.iter().any(|change| change.after.key == funds.key)
        };
        let after = outcome.payments.funds.iter().map(|change| &change.after);
        let account = Account::Allocated(key.clone());
        let facts = held.values().filter(changed).chain(after);
        let posted: i64 = facts.map(|funds| funds.balance(&account)).sum();
        let written = outcome.invoices.iter().map(|change| &change.invoice);
        let invoice = written.rev().find(|one| one.key == key);
        let invoice = invoice.or_else(|| store.held.invoices.get(&key));
        let said = invoice.map_or(0, |invoice| invoice.allocated_minor);
        if posted != said {
            return Err(format!("invoice {}: says {said}, posted {posted}", key.number));
        }
    }
    Ok(totals)
}

fn touched(outcome: &Outcome) -> BTreeSet<InvoiceKey> {
    let postings = outcome.payments.funds.iter().flat_map(|change| &change.after.postings);
    let posted = postings.filter_map(|posting| match &posting.account {
        Account::Allocated(key) => Some(key.clone()),
        _ => None,
    });
    posted.chain(outcome.invoices.iter().map(|change| change.invoice.key.clone())).collect()
}
