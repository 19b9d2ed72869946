//! Requests for invoices (« Demande de facture »).

use super::super::InvoiceKeyWire;
use super::time;
use acquit_domain::mask::mask;
use acquit_domain::pay::InvoiceRequest;
use serde::Serialize;
use utoipa::ToSchema;

/// A request for invoices.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RequestWire {
    /// Identifier.
    pub id: String,
    /// Who is asked.
    pub issuer: String,
    /// The terminal.
    pub terminal: String,
    /// The client's number at the issuer.
    pub client_id: String,
    /// Number of the invoice.
    pub number: String,
    /// Customs code of the client who asks.
    pub client: String,
    /// « Nom utilisateur ».
    pub user: String,
    /// `asked`, `found`, `empty`, `unanswered` or `withdrawn`.
    pub state: &'static str,
    /// How often the issuer was asked.
    pub tries: u32,
    /// The invoices found.
    pub invoices: Vec<InvoiceKeyWire>,
    /// Why there is nothing.
    pub reason: String,
    /// When the issuer is asked again, or the request ends.
    pub due_at: Option<String>,
    /// When it was asked first.
    pub asked_at: String,
    /// When it ended.
    pub ended_at: Option<String>,
}

impl From<&InvoiceRequest> for RequestWire {
    fn from(request: &InvoiceRequest) -> RequestWire {
        RequestWire {
            id: request.id.to_string(),
            issuer: request.issuer.to_string(),
            terminal: request.terminal.clone(),
            client_id: request.client_id.clone(),
            number: request.number.clone(),
            client: request.client.clone(),
            user: request.user.clone(),
            state: request.state.key(),
            tries: request.tries,
            invoices: request.found.iter().map(InvoiceKeyWire::from).collect(),
            reason: mask(&request.reason).into_owned(),
            due_at: request.due.as_ref().map(|due| due.at.to_string()),
            asked_at: request.asked_at.to_string(),
            ended_at: time(request.ended_at),
        }
    }
}
