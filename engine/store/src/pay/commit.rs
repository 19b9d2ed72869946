//! Writing what an outcome causes about payments: first everything is compared with what is held,
//! then written, then the ledger is checked.

use super::{case_row, days, deliveries, funds_row, ledger};
use super::{notice_row, order_row, receipt_row, request_row};
use crate::error::Result;
use crate::link::Link;
use crate::value::{Value, fields};
use acquit_domain::pay::{Account, Change, Payments, Versioned};
use acquit_domain::{Id, InvoiceKey, Outcome};
use std::collections::{BTreeMap, BTreeSet};

const ORDER: &str = "SELECT version FROM orders WHERE id = $1";
const FUNDS: &str = "SELECT version FROM funds WHERE id = $1";
const NOTICE: &str = "SELECT version FROM notices WHERE id = $1";
const REQUEST: &str = "SELECT version FROM requests WHERE id = $1";
const NUMBER: &str = "SELECT id FROM orders WHERE number = $1";
const FACT: &str = "SELECT id FROM funds
WHERE provider = $1 AND transaction_number = $2 AND kind = $3";
const RECEIPT: &str = "SELECT id FROM receipts WHERE number = $1";
const LAST: &str = "SELECT value FROM numbers WHERE name = $1";
const GIVE: &str = "INSERT INTO numbers (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = excluded.value";

/// The payments of an outcome, and the invoices whose money is checked with them.
pub(crate) struct Ready {
    payments: Payments,
    invoices: BTreeSet<InvoiceKey>,
}

/// Takes the payments out of an outcome; `None` when it is not about money.
pub(crate) fn ready(outcome: &mut Outcome) -> Option<Box<Ready>> {
    let changed = outcome.invoices.iter().map(|change| &change.invoice);
    if outcome.payments.is_empty() && changed.clone().all(|one| one.allocated_minor == 0) {
        return None;
    }
    let mut invoices: BTreeSet<InvoiceKey> = changed.map(|one| one.key.clone()).collect();
    let payments = std::mem::take(&mut outcome.payments);
    let postings = payments.funds.iter().flat_map(|change| &change.after.postings);
    invoices.extend(postings.filter_map(|posting| match &posting.account {
        Account::Allocated(key) => Some(key.clone()),
        _ => None,
    }));
    Some(Box::new(Ready { payments, invoices }))
}

/// Writes them after the other rows of their outcome; false when something it was decided on has
/// changed since, and then nothing was written.
///
/// # Errors
/// [`Error::Unbalanced`](crate::Error::Unbalanced) when the ledger would not balance.
pub(crate) fn write(link: &Link, ready: &Ready) -> Result<bool> {
    let Ready { payments, invoices } = ready;
    if !in_time(link, payments)? {
        return Ok(false);
    }
    for change in &payments.orders {
        order_row::write(link, change, version(change))?;
    }
    let mut totals = BTreeMap::new();
    for change in &payments.funds {
        ledger::check_funds(&change.after)?;
        let new = funds_row::write(link, change, version(change))?;
        ledger::add(&mut totals, &change.after, new);
    }
    ledger::write(link, &totals)?;
    for change in &payments.notices {
        notice_row::write(link, change, version(change))?;
    }
    for change in &payments.requests {
        request_row::write(link, change, version(change))?;
    }
    for receipt in &payments.receipts {
        receipt_row::write(link, receipt)?;
    }
    for delivery in &payments.deliveries {
        deliveries::write(link, delivery)?;
    }
    for (name, _, given) in &payments.counters {
        link.execute(GIVE, &[name.as_str().into(), (*given).into()])?;
    }
    for day in &payments.days {
        days::write(link, day)?;
    }
    for key in invoices {
        ledger::check_invoice(link, key)?;
    }
    // Last, because a case somebody else closed is found by writing.
    for case in &payments.cases {
        if !case_row::write(link, case)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The version after the change: the one decided, and always more than the one read.
fn version<T: Versioned>(change: &Change<T>) -> i64 {
    change.after.version().max(change.read_version.unwrap_or(0).saturating_add(1))
}

/// Whether everything is still as it was read.
fn in_time(link: &Link, payments: &Payments) -> Result<bool> {
    let orders = payments.orders.iter().map(|change| (change.after.id, change.read_version));
    let funds = payments.funds.iter().map(|change| (change.after.id, change.read_version));
    let notices = payments.notices.iter().map(|change| (change.after.id, change.read_version));
    let requests = payments.requests.iter().map(|change| (change.after.id, change.read_version));
    Ok(all_read(link, ORDER, orders)?
        && all_read(link, FUNDS, funds)?
        && all_read(link, NOTICE, notices)?
        && all_read(link, REQUEST, requests)?
        && names_are_free(link, payments)?
        && numbers_stand(link, payments)?
        && days::are_open(link, &payments.days)?)
}

fn all_read(link: &Link, sql: &str, read: impl Iterator<Item = (Id, Option<i64>)>) -> Result<bool> {
    for (id, version) in read {
        if number(link, sql, &[id.into()])? != version {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether the names of what is new are given to nothing else.
fn names_are_free(link: &Link, payments: &Payments) -> Result<bool> {
    let new_orders = payments.orders.iter().filter(|change| change.read_version.is_none());
    for change in new_orders {
        let order = &change.after;
        if is_anothers(link, NUMBER, &[order.number.as_str().into()], order.id)? {
            return Ok(false);
        }
    }
    for change in payments.funds.iter().filter(|change| change.read_version.is_none()) {
        let key = &change.after.key;
        let named = [
            key.provider.as_str().into(),
            key.transaction.as_str().into(),
            Value::Word(key.kind.key()),
        ];
        if is_anothers(link, FACT, &named, change.after.id)? {
            return Ok(false);
        }
    }
    for receipt in &payments.receipts {
        if is_anothers(link, RECEIPT, &[receipt.number.as_str().into()], receipt.id)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn is_anothers(link: &Link, sql: &str, named: &[Value], id: Id) -> Result<bool> {
    Ok(super::ids(link, sql, named)?.iter().any(|other| *other != id))
}

fn numbers_stand(link: &Link, payments: &Payments) -> Result<bool> {
    for (name, read, _) in &payments.counters {
        if number(link, LAST, &[name.as_str().into()])?.unwrap_or(0) != *read {
            return Ok(false);
        }
    }
    Ok(true)
}

fn number(link: &Link, sql: &str, args: &[Value]) -> Result<Option<i64>> {
    let row = link.select(sql, args)?.pop();
    row.map(|row| fields("payments", row).int()).transpose()
}
