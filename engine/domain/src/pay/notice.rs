//! Notices to issuers: PNM out, UNM back.

use super::{Due, words};
use crate::{Currency, Date, Id, InvoiceKey, PartyCode, Timestamp};

words! {
    /// Where a notice stands; the words of `machine.notification` of `lifecycle.toml`.
    NoticeState {
        /// To be sent.
        Created "created",
        /// Kept back while the invoice is blocked.
        Withheld "withheld",
        /// In the outbox.
        Sent "sent",
        /// Taken by the partner.
        Taken "taken",
        /// Confirmed by the issuer.
        Confirmed "confirmed",
        /// Refused by the issuer.
        Refused "refused",
        /// Given up.
        Dead "dead",
    }
}

words! {
    /// What a notice says (PNM `Fonction`).
    NoticeFunction {
        /// Paid: function 1.
        Payment "payment",
        /// The payment went back: function 3.
        Reversal "reversal",
    }
}

/// One invoice of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeLine {
    /// The invoice.
    pub invoice: InvoiceKey,
    /// What was paid on it, in minor units.
    pub amount_minor: i64,
    /// Date of the invoice.
    pub issued_on: Date,
    /// When it was due.
    pub due_on: Option<Date>,
    /// The issuer's answer about this invoice: `None` until it comes.
    pub confirmed: Option<bool>,
}

/// A notice to an issuer, with its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Identifier.
    pub id: Id,
    /// To whom.
    pub issuer: PartyCode,
    /// What it says.
    pub function: NoticeFunction,
    /// The order it tells of.
    pub order: Option<Id>,
    /// The money fact it tells of.
    pub funds: Id,
    /// `IdTransaction`: the same in every repetition.
    pub transaction: String,
    /// The means paid with.
    pub means: String,
    /// When it was paid.
    pub paid_at: Timestamp,
    /// Customs code of the client.
    pub client: String,
    /// Name of the client.
    pub client_name: String,
    /// Currency of the amounts.
    pub currency: Currency,
    /// The invoices.
    pub lines: Vec<NoticeLine>,
    /// Where it stands.
    pub state: NoticeState,
    /// `NumeroMessage` of every letter sent for it, oldest first.
    pub messages: Vec<String>,
    /// The issuer's last words about it.
    pub motive: String,
    /// Its next deadline.
    pub due: Option<Due>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Counts changes, for version-checked commits.
    pub version: i64,
}
