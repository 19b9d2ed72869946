//! Requests for invoices (« Demande de facture »).

use super::{Due, words};
use crate::{Id, InvoiceKey, PartyCode, Timestamp};

words! {
    /// Where a request stands.
    RequestState {
        /// Asked; no answer yet.
        Asked "asked",
        /// Answered with invoices.
        Found "found",
        /// Answered: nothing is unpaid.
        Empty "empty",
        /// Never answered.
        Unanswered "unanswered",
        /// Taken back by who asked.
        Withdrawn "withdrawn",
    }
}

/// A request for the unpaid invoices of a client, or for one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceRequest {
    /// Identifier; the issuer is told it, and told the same again.
    pub id: Id,
    /// Whom to ask.
    pub issuer: PartyCode,
    /// The terminal (« Port Casablanca »), or empty.
    pub terminal: String,
    /// The client's number at the issuer, or empty.
    pub client_id: String,
    /// Number of the invoice, or empty.
    pub number: String,
    /// Customs code of the client who asks.
    pub client: String,
    /// Who asked.
    pub user: String,
    /// Where it stands.
    pub state: RequestState,
    /// How often it was sent.
    pub tries: u32,
    /// The invoices found.
    pub found: Vec<InvoiceKey>,
    /// Why there is nothing, in words.
    pub reason: String,
    /// Its next deadline.
    pub due: Option<Due>,
    /// When it was asked first.
    pub asked_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Counts changes, for version-checked commits.
    pub version: i64,
}
