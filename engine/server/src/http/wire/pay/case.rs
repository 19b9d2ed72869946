//! Cases: what an operator has to decide.

use super::super::InvoiceKeyWire;
use super::time;
use acquit_domain::mask::mask;
use acquit_domain::pay::Case;
use serde::Serialize;
use utoipa::ToSchema;

/// A case.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaseWire {
    /// Identifier.
    pub id: String,
    /// Why it was opened.
    pub kind: &'static str,
    /// The invoice it is about.
    pub invoice: Option<InvoiceKeyWire>,
    /// The order it is about.
    pub order: Option<String>,
    /// The money it is about.
    pub funds: Option<String>,
    /// One sentence.
    pub text: String,
    /// What may be done, the best first.
    pub actions: Vec<&'static str>,
    /// The log row that opened it.
    pub exchange: String,
    /// When it was opened.
    pub opened_at: String,
    /// When it was closed.
    pub closed_at: Option<String>,
    /// By whom, and why.
    pub resolution: String,
}

impl From<&Case> for CaseWire {
    fn from(case: &Case) -> CaseWire {
        CaseWire {
            id: case.id.to_string(),
            kind: case.kind.key(),
            invoice: case.invoice.as_ref().map(InvoiceKeyWire::from),
            order: case.order.map(|id| id.to_string()),
            funds: case.funds.map(|id| id.to_string()),
            text: mask(&case.text).into_owned(),
            actions: case.actions.iter().map(|action| action.key()).collect(),
            exchange: case.exchange.to_string(),
            opened_at: case.opened_at.to_string(),
            closed_at: time(case.closed_at),
            resolution: mask(&case.resolution).into_owned(),
        }
    }
}
