//! Money facts: append-only, never refused.
//!
//! Every fact is a small double-entry book of its own: what was received is allocated to invoices
//! or lies in suspense. For each fact, and therefore for all of them,
//! `received = allocated + suspense`, after every posting.

use super::words;
use crate::{Currency, Date, Id, InvoiceKey, Timestamp};

words! {
    /// What a fact is.
    FundsKind {
        /// Money came.
        Credit "credit",
        /// Money went back.
        Reversal "reversal",
    }
}

words! {
    /// Where the money of a fact lies; the words of `machine.funds` of `lifecycle.toml`.
    FundsState {
        /// Just entered.
        Received "received",
        /// On invoices.
        Allocated "allocated",
        /// In suspense, in whole or in part.
        Suspended "suspended",
        /// Taken back by the bank or the provider.
        Reversed "reversed",
        /// Paid back by us.
        Refunded "refunded",
        /// A refund its provider is asked for; the invoice will be due again.
        RefundReopens "refund_reopens",
        /// A refund its provider is asked for; the invoice will be cancelled.
        RefundCancels "refund_cancels",
        /// A refund its provider would not make.
        Denied "denied",
    }
}

words! {
    /// Who said so.
    FundsSource {
        /// The provider's callback.
        Callback "callback",
        /// The provider's answer to our question.
        Query "query",
        /// A settlement file.
        Settlement "settlement",
        /// A bank statement or advice.
        Statement "statement",
        /// A file of cheques.
        Cheques "cheques",
        /// The issuer's own desk.
        Issuer "issuer",
        /// An operator.
        Operator "operator",
    }
}

/// Where money lies.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// What came in (credits plus, reversals minus).
    Received,
    /// What is on an invoice.
    Allocated(InvoiceKey),
    /// What waits for an operator.
    Suspense,
}

/// One posting. Postings are never changed and never deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: Account,
    /// Minor units, signed.
    pub amount_minor: i64,
    /// When.
    pub at: Timestamp,
    /// The log row that tells of it.
    pub exchange: Id,
}

/// What identifies a fact: nobody can tell it twice.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FundsKey {
    /// The provider or bank.
    pub provider: String,
    /// Its number of the transaction.
    pub transaction: String,
    /// What the fact is.
    pub kind: FundsKind,
}

/// A money fact with its postings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Funds {
    /// Identifier.
    pub id: Id,
    /// What identifies it.
    pub key: FundsKey,
    /// The credit a reversal takes back.
    pub of: Option<Id>,
    /// The order it pays, when known.
    pub order: Option<Id>,
    /// Ordinal of the attempt it pays, when known.
    pub attempt: Option<u32>,
    /// Amount in minor units, never negative.
    pub amount_minor: i64,
    /// Currency.
    pub currency: Currency,
    /// The provider's fees, recorded apart (SEED-37).
    pub fee_minor: i64,
    /// The means it came by.
    pub means: String,
    /// Sub-channel (`ATTIJARI`, `CASHPLUS`).
    pub operator: String,
    /// The payer's or the channel's own reference.
    pub reference: String,
    /// Who said so.
    pub source: FundsSource,
    /// The day of the payment, in the platform's zone.
    pub paid_on: Date,
    /// When it was entered.
    pub entered_at: Timestamp,
    /// Where the money lies.
    pub state: FundsState,
    /// The postings, oldest first.
    pub postings: Vec<Posting>,
    /// Counts changes, for version-checked commits.
    pub version: i64,
}

impl Funds {
    /// What lies on an account of this fact, in minor units.
    #[must_use]
    pub fn balance(&self, account: &Account) -> i64 {
        let of = self.postings.iter().filter(|posting| posting.account == *account);
        of.fold(0i64, |sum, posting| sum.saturating_add(posting.amount_minor))
    }

    /// What lies on invoices, in minor units.
    #[must_use]
    pub fn allocated(&self) -> i64 {
        let of = self.postings.iter().filter(|one| matches!(one.account, Account::Allocated(_)));
        of.fold(0i64, |sum, posting| sum.saturating_add(posting.amount_minor))
    }

    /// What lies in suspense, in minor units.
    #[must_use]
    pub fn suspense(&self) -> i64 {
        self.balance(&Account::Suspense)
    }

    /// True for a refund its provider is asked for and has not said yes or no to.
    #[must_use]
    pub const fn is_asked(&self) -> bool {
        matches!(self.state, FundsState::RefundReopens | FundsState::RefundCancels)
    }

    /// What this fact brought in: negative for money that went back, and nothing for a refund that
    /// was only asked for or denied.
    #[must_use]
    pub const fn came_minor(&self) -> i64 {
        match (self.state, self.key.kind) {
            (
                FundsState::RefundReopens | FundsState::RefundCancels | FundsState::Denied,
                FundsKind::Reversal,
            ) => 0,
            (_, FundsKind::Credit) => self.amount_minor,
            (_, FundsKind::Reversal) => -self.amount_minor,
        }
    }

    /// The law: what was received is allocated or in suspense.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.balance(&Account::Received) == self.allocated().saturating_add(self.suspense())
    }
}
