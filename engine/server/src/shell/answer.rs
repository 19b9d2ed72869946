//! What a sender is told, once everything its parcel caused is stored.

use acquit_domain::exchange::MessageVerdict;
use acquit_domain::{Finding, Id, Letter, More, Outcome, Verdict};

/// Kind under which the decider derives the identifiers of log rows from their parcel.
const EXCHANGE: u16 = 1;

/// The answer to a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The parcel.
    pub parcel: Id,
    /// The first log row it caused; the parcel itself when it caused none.
    pub exchange: Id,
    /// What was decided of the whole.
    pub verdict: Verdict,
    /// What was decided of each message.
    pub messages: Vec<MessageVerdict>,
    /// Everything found.
    pub findings: Vec<Finding>,
    /// What there was no room for in these two lists.
    pub more: More,
    /// The answers in the sender's own protocol.
    pub letters: Vec<Letter>,
}

impl Answer {
    /// Takes the answer out of what is left of an outcome, whose first log row is `exchange`.
    pub(super) fn take(outcome: &mut Outcome, exchange: Option<Id>) -> Answer {
        Answer {
            parcel: outcome.parcel.id,
            exchange: exchange.unwrap_or(outcome.parcel.id),
            verdict: outcome.verdict,
            messages: std::mem::take(&mut outcome.messages),
            findings: std::mem::take(&mut outcome.findings),
            more: outcome.more,
            letters: std::mem::take(&mut outcome.answers),
        }
    }
}

impl From<acquit_store::Answer> for Answer {
    /// The answer given before, again.
    fn from(stored: acquit_store::Answer) -> Answer {
        Answer {
            parcel: stored.parcel,
            exchange: stored.parcel.derive(EXCHANGE, 1),
            verdict: stored.verdict,
            messages: stored.messages,
            findings: stored.findings,
            more: stored.more,
            letters: stored.letters,
        }
    }
}

/// Why a parcel was not taken: nothing of it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The queue is full, or others kept changing the same invoices.
    Busy,
    /// The store takes nothing now, for this reason.
    Stopped(String),
    /// The idempotency key was used for other content.
    Mismatch,
    /// The idempotency key was used for the same content: the answer given before holds.
    Repeat,
}

/// For people at a terminal and for the log.
impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Refusal::Busy => out.write_str("too much at once; try again"),
            Refusal::Stopped(reason) => write!(out, "the store takes nothing now: {reason}"),
            Refusal::Mismatch => out.write_str("the idempotency key was used for other content"),
            Refusal::Repeat => out.write_str("this was answered before"),
        }
    }
}
