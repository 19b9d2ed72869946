//! Deciding about payments: orders and attempts, money, notices to issuers, requests, cases.
//!
//! Like [`decide`](crate::decide) a pure function: what happened, what is held and the time in;
//! everything to write, to answer and to call out. The state of every thing moves by a row of
//! `lifecycle.toml` only; a pair without a row is refused by name, except facts about money,
//! which are recorded always: on invoices when everything agrees, else in suspense with a case.
//!
//! What this module is *not*: it reads no provider's message (the mapping does), calls nobody
//! and sends nothing (the shell does, after the commit).

mod authorise;
mod began;
mod case;
mod clock;
mod credit;
mod effects;
mod find;
mod judge;
mod keys;
mod mail;
mod news;
mod notice;
mod occurrence;
mod operator;
mod orders;
mod payer;
mod receipt;
mod refund;
mod reply;
mod request;
mod retract;
mod reverse;
pub mod settle;
mod settle_bank;
mod settle_decide;
mod settle_report;
mod settle_words;
mod start;
mod step;
mod telling;
mod till;
mod unpaid;

pub use acquit_domain::pay::Subject;
pub(crate) use effects::of_issuer;
pub(crate) use keys::answers as ask_answers;
pub use keys::payment_keys;
pub(crate) use notice::answers as answer_notices;
pub use occurrence::{
    Afterwards, AskInvoices, Beginning, Motive, NoticeAnswer, Occurrence, Operation,
    OperatorAction, RefundAnswer, ReportSeen, RequestAnswer, StartOrder,
};

pub use telling::local_day;
pub(crate) use till::Till;

use crate::decide::Desk;
use acquit_domain::{Known, Outcome, Parcel, Timestamp};
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
    let mut desk = Desk::new(book, parcel, known, now);
    let verdict = match occurrence {
        Occurrence::Start(start) => start::decide(&mut desk, start),
        Occurrence::Began { order, attempt, answer } => {
            began::decide(&mut desk, *order, *attempt, answer)
        }
        Occurrence::Refunded { order, attempt, refund, answer } => {
            refund::answered(&mut desk, *order, *attempt, *refund, answer)
        }
        Occurrence::News { news } => news::decide(&mut desk, news),
        Occurrence::Deadline { subject, event, at } => {
            clock::decide(&mut desk, subject, event, *at)
        }
        Occurrence::Operator(action) => operator::decide(&mut desk, action),
        Occurrence::NoticeAnswers(answers) => notice::answers(&mut desk, answers),
        Occurrence::Statement { news, reports } => settle_bank::decide(&mut desk, news, reports),
        Occurrence::Settle(settlement) => settle_decide::decide(&mut desk, settlement),
        Occurrence::Ask(ask) => request::ask(&mut desk, ask),
        Occurrence::Asked { request, answer } => request::asked(&mut desk, *request, answer),
    };
    desk.finish(verdict)
}
