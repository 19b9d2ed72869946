//! Payments: orders with their attempts, money facts with their postings, notices, requests,
//! receipts, cases, deliveries, settlement days, subscriptions.
//!
//! Everything of an outcome is compared with what is held before any of it is written, in the
//! transaction that writes it, beside which nobody writes ([`commit`]).
//!
//! | what | rests on | what keeps it right |
//! |---|---|---|
//! | order and attempts, fact, notice, request | its version, or its absence | compared |
//! | number of an order or receipt, name of a fact | nobody else having it | compared |
//! | last number given of a series | what it was | compared |
//! | invoice a payment starts for or lies on | its state | its step, in the same outcome |
//! | "told already" (`DUP-000`) | the fact | facts never go; see [`Batch`](crate::Batch) |
//! | receipt made void | nothing | the first time stays |
//! | case, changed or closed | it being open | found by writing it |
//! | case, opened | none of its kind being open | the version of what it is about (1) |
//! | totals of the ledger | nothing | only added to, and checked |
//! | settlement day | it being open | compared, and a trigger |
//! | delivery | nothing | derived from its outcome; moves only while it waits |
//! | cursor of a subscription | where it stood | moved from there or not, with deliveries |
//! | time slot of a job | nobody having taken it | the key is taken |
//!
//! (1) A file of a day that is given to two nodes at once may open one twice: an operator closes
//! it, and no money moves by it.
//!
//! What is *not* here: which state follows which, and how much goes where. The store only refuses
//! what cannot be: another version than the one read, a number given twice, money that does not
//! balance.

mod case_row;
mod commit;
mod days;
mod deliveries;
mod due;
mod files;
mod funds_row;
mod known;
mod ledger;
mod lists;
mod notice_row;
mod order_row;
mod receipt_row;
mod request_row;
mod subscriptions;
mod turns;

pub use due::DUE_MAX;
pub use files::{Money, OrderFile};
pub use ledger::Totals;
pub use lists::{CaseFilter, OrderFilter};
pub use subscriptions::Subscription;
pub use turns::Backlog;

pub(crate) use commit::{Ready, ready, write};
pub(crate) use known::known;

use crate::error::{Error, Result};
use crate::link::Link;
use crate::value::{Fields, Row, Value};
use acquit_domain::pay::Due;
use acquit_domain::{Id, InvoiceKey, InvoiceNumber, PartyCode};

/// One of the words of a closed list.
fn word(word: &'static str) -> Value {
    Value::Word(word)
}

/// The instant and the event of a deadline.
fn due_values(due: Option<&Due>) -> [Value; 2] {
    [due.map(|due| due.at).into(), due.map(|due| due.event.as_str()).into()]
}

/// A deadline from its two columns.
fn due_of(row: &mut Fields) -> Result<Option<Due>> {
    let (at, event) = (time_or_none(row)?, row.text_or_none()?);
    Ok(at.zip(event).map(|(at, event)| Due { at, event }))
}

/// An instant, or nothing.
fn time_or_none(row: &mut Fields) -> Result<Option<acquit_domain::Timestamp>> {
    Ok(row.int_or_none()?.map(acquit_domain::Timestamp))
}

/// An invoice from the columns of its number and its issuer.
fn invoice_of(row: &mut Fields) -> Result<InvoiceKey> {
    let number = row.word(InvoiceNumber::new)?;
    Ok(InvoiceKey { issuer: row.word(PartyCode::new)?, number })
}

/// An invoice from these columns, when there is one.
fn invoice_or_none(row: &mut Fields) -> Result<Option<InvoiceKey>> {
    let number = row.word_or_none(InvoiceNumber::new)?;
    let issuer = row.word_or_none(PartyCode::new)?;
    Ok(issuer.zip(number).map(|(issuer, number)| InvoiceKey { issuer, number }))
}

/// Number and issuer of an invoice, or two times nothing.
fn invoice_values(invoice: Option<&InvoiceKey>) -> [Value; 2] {
    [invoice.map(|key| key.number.as_str()).into(), invoice.map(|key| key.issuer.as_str()).into()]
}

/// Invoices as a column of JSON text: number and issuer of each.
fn invoices_text(keys: &[InvoiceKey]) -> Value {
    let pairs: Vec<[&str; 2]> =
        keys.iter().map(|key| [key.number.as_str(), key.issuer.as_str()]).collect();
    crate::value::json(&pairs)
}

/// The invoices of such a column.
fn invoices_of(row: &mut Fields) -> Result<Vec<InvoiceKey>> {
    let pairs: Vec<[String; 2]> = row.json()?;
    let keys = pairs.iter().map(|[number, issuer]| {
        let number = InvoiceNumber::new(number)?;
        Some(InvoiceKey { issuer: PartyCode::new(issuer)?, number })
    });
    keys.collect::<Option<_>>().ok_or_else(|| row.wrong("an invoice"))
}

/// The identifiers in the first column of a question's answer.
fn ids(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<Id>> {
    let rows = link.select(sql, args)?;
    rows.into_iter().map(|row| crate::value::fields("payments", row).id()).collect()
}

/// Runs a statement that must write exactly one row.
fn put(link: &Link, sql: &str, row: &Row, what: &str) -> Result<()> {
    match link.execute(sql, row)? {
        0 => Err(Error::Unbalanced(format!("{what} could not be written"))),
        _ => Ok(()),
    }
}
