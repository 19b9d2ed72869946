//! What deciding about payments gives: a part of [`Outcome`](crate::Outcome).

use super::{
    Call, Case, Day, Delivery, Funds, InvoiceRequest, News, Notice, Order, Receipt, SettlementLine,
};
use crate::Id;

/// Something with a version, written whole.
pub trait Versioned {
    /// Its version.
    fn version(&self) -> i64;
}

macro_rules! versioned {
    ($($name:ident),+) => {
        $(impl Versioned for $name { fn version(&self) -> i64 { self.version } })+
    };
}
versioned!(Order, Funds, Notice, InvoiceRequest);

/// A change of something with a version. The commit conflicts when the store holds another
/// version than the one that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<T> {
    /// The thing after the change.
    pub after: T,
    /// Version that was read; `None` when it is new.
    pub read_version: Option<i64>,
}

/// Everything about payments that one decision causes.
#[derive(Debug, Clone, Default)]
pub struct Payments {
    /// Orders with their attempts.
    pub orders: Vec<Change<Order>>,
    /// Money facts with their postings; each balances, or the commit is refused.
    pub funds: Vec<Change<Funds>>,
    /// Notices to issuers.
    pub notices: Vec<Change<Notice>>,
    /// Requests for invoices.
    pub requests: Vec<Change<InvoiceRequest>>,
    /// Receipts, new or voided.
    pub receipts: Vec<Receipt>,
    /// Cases, new or closed.
    pub cases: Vec<Case>,
    /// E-mails and webhooks to deliver.
    pub deliveries: Vec<Delivery>,
    /// A provider's day that was matched.
    pub days: Vec<Day>,
    /// Numbers given: name, the last one read, the last one given.
    pub counters: Vec<(String, i64, i64)>,
    /// Calls to make after the commit; not stored.
    pub calls: Vec<Call>,
    /// What was said, for the summary of who told it; not stored.
    pub news: Vec<News>,
    /// Lines of a settlement as they were decided, for who gathers its day; not stored.
    pub lines: Vec<SettlementLine>,
    /// What the caller is told; not stored.
    pub reply: Option<Reply>,
}

impl Payments {
    /// True when nothing is to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
            && self.funds.is_empty()
            && self.notices.is_empty()
            && self.requests.is_empty()
            && self.receipts.is_empty()
            && self.cases.is_empty()
            && self.deliveries.is_empty()
            && self.days.is_empty()
            && self.counters.is_empty()
    }
}

/// What the one who caused a decision is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// `OK`, or the code of the refusal (`PAY-AMOUNT`, `PAY-TWICE`, `STATE-BLOCKED`).
    pub code: String,
    /// What a provider is answered.
    pub answer: Answer,
    /// The order it is about.
    pub order: Option<Id>,
    /// Ordinal of the attempt it is about; 0 when none.
    pub attempt: u32,
    /// The number of the receipt, when there is one.
    pub receipt: String,
    /// The status of an attempt, for a provider that asks (`PAID`, `PENDING`).
    pub status: String,
}

/// What a provider is answered, before it is put in its own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Capture the money (CMI: `ACTION=POSTAUTH`), or: taken, with a receipt.
    Take,
    /// Taken note of, no capture (CMI: `APPROVED`).
    Noted,
    /// It had been taken before (Fatourati: decision 2).
    Again,
    /// Refused: nothing is to be captured (CMI: `FAILURE`).
    Refuse,
}
