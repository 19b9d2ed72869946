//! What a provider or a bank says about a payment, in our words.

use super::{FundsSource, words};
use crate::{Date, InvoiceKey, Money, Timestamp};

words! {
    /// What is said.
    NewsKind {
        /// Authorised, and our answer decides whether it is captured (card).
        Authorised "authorised",
        /// Paid: the money is theirs to give.
        Paid "paid",
        /// Refused.
        Declined "declined",
        /// Not decided yet.
        Pending "pending",
        /// Taken back before it was final.
        Cancelled "cancelled",
        /// Its time ran out at the provider.
        Expired "expired",
        /// The provider knows nothing of it.
        NotFound "not_found",
        /// Money that had come went back (cheque unpaid, refund, chargeback lost).
        Reversed "reversed",
        /// The payer's bank disputes it.
        Disputed "disputed",
        /// The dispute was won.
        DisputeWon "dispute_won",
        /// The bank booked it (cheque, transfer).
        Booked "booked",
        /// A word nobody agreed on: taken, without effect.
        Unknown "unknown",
    }
}

/// One thing said about one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// The provider or bank, by its code.
    pub provider: String,
    /// What is said.
    pub kind: NewsKind,
    /// Who said so.
    pub source: FundsSource,
    /// Our order number as it was told back (`oid`), or empty.
    pub order: String,
    /// The reference the payer used, or empty.
    pub reference: String,
    /// The provider's number of the transaction, or empty.
    pub transaction: String,
    /// The transaction this one takes back, when it says so.
    pub reverses: String,
    /// Amount, when it says one.
    pub amount: Option<Money>,
    /// The provider's fees in minor units.
    pub fee_minor: i64,
    /// The means, when it says one.
    pub means: String,
    /// Sub-channel, or empty.
    pub operator: String,
    /// The channel's own reference, or empty.
    pub channel_reference: String,
    /// Code and words of a refusal, or of a motive; what the payer wrote on a transfer.
    pub reason: String,
    /// Name of the payer as the bank says it, or empty.
    pub payer: String,
    /// Account of the payer, or empty.
    pub payer_account: String,
    /// A mark of risk to show operators (`half_secure`), or empty.
    pub risk: String,
    /// Invoices it names itself, with what was paid of each in minor units; empty when the order
    /// says which.
    pub invoices: Vec<(InvoiceKey, i64)>,
    /// When it happened, as the provider says.
    pub at: Option<Timestamp>,
    /// The day of the payment, when only a day is said.
    pub on: Option<Date>,
}

impl News {
    /// News of a kind about nothing yet.
    #[must_use]
    pub fn new(provider: &str, kind: NewsKind, source: FundsSource) -> News {
        News {
            provider: provider.to_owned(),
            kind,
            source,
            order: String::new(),
            reference: String::new(),
            transaction: String::new(),
            reverses: String::new(),
            amount: None,
            fee_minor: 0,
            means: String::new(),
            operator: String::new(),
            channel_reference: String::new(),
            reason: String::new(),
            payer: String::new(),
            payer_account: String::new(),
            risk: String::new(),
            invoices: Vec::new(),
            at: None,
            on: None,
        }
    }
}
