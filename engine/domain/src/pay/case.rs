//! Cases: what an operator has to decide.

use super::words;
use crate::{Id, InvoiceKey, Timestamp};

words! {
    /// Why a case was opened.
    CaseKind {
        /// Less than the amount due.
        Short "short",
        /// More than the amount due.
        Over "over",
        /// A second payment.
        Double "double",
        /// Money that belongs to no known order.
        Orphan "orphan",
        /// Money for a cancelled invoice.
        Cancelled "cancelled",
        /// Money for a blocked invoice.
        Blocked "blocked",
        /// One transaction told with two amounts.
        Conflict "conflict",
        /// The issuer refused our notice.
        NoticeRefused "notice_refused",
        /// The issuer does not answer.
        NoticeUnanswered "notice_unanswered",
        /// A cheque came back unpaid.
        Bounced "bounced",
        /// The payer's bank disputes the payment.
        Chargeback "chargeback",
        /// Settlement file and ledger differ.
        Reconciliation "reconciliation",
        /// What the issuer says contradicts what was recorded.
        Contradiction "contradiction",
        /// The payment came after its time.
        Late "late",
        /// Our merchant number, amount or currency was not the one told.
        Mismatch "mismatch",
        /// A refund was refused, or nobody knows whether it was made.
        Refund "refund",
    }
}

words! {
    /// What may be done about a case.
    CaseAction {
        /// Put the money on an invoice.
        Allocate "allocate",
        /// Pay it back.
        Refund "refund",
        /// Take it as it is.
        Accept "accept",
        /// Send the notice again.
        Resend "resend",
        /// Ask the provider.
        Ask "ask",
        /// Ask the issuer or the client by hand.
        Contact "contact",
    }
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// Identifier.
    pub id: Id,
    /// Why.
    pub kind: CaseKind,
    /// The invoice it is about, when it is about one.
    pub invoice: Option<InvoiceKey>,
    /// The order it is about.
    pub order: Option<Id>,
    /// The money fact it is about.
    pub funds: Option<Id>,
    /// One sentence.
    pub text: String,
    /// What may be done, the best first.
    pub actions: Vec<CaseAction>,
    /// The log row that opened it.
    pub exchange: Id,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// By whom, and why.
    pub resolution: String,
}
