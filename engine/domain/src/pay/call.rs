//! Calls out that follow from a decision. They are made after the commit, and never remembered:
//! the state they belong to waits with a clock, and its deadline causes the call again.

use super::words;
use crate::Id;

words! {
    /// What is asked of a provider or an issuer.
    CallPurpose {
        /// Begin a payment.
        Start "start",
        /// Say what became of a payment.
        Query "query",
        /// Capture an authorisation.
        Capture "capture",
        /// Void an authorisation or a reference.
        Void "void",
        /// Pay back.
        Refund "refund",
        /// Say what became of a refund.
        RefundQuery "refund_query",
        /// Give the invoices of a request.
        AskInvoices "ask_invoices",
    }
}

/// A call out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Code of the provider or issuer.
    pub to: String,
    /// What is asked.
    pub purpose: CallPurpose,
    /// The order or the request it is about.
    pub subject: Id,
    /// Ordinal of the attempt; 0 for a request.
    pub attempt: u32,
}
