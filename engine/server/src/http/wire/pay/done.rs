//! What an operation of an operator caused.

use super::super::InvoiceKeyWire;
use acquit_domain::{Id, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

/// An invoice an operation moved.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MovedWire {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: InvoiceKeyWire,
    /// Its status now.
    pub status: &'static str,
}

/// What an operation caused.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DoneWire {
    /// The log row that tells of it.
    pub exchange: String,
    /// The invoices it touched, with their status.
    pub invoices: Vec<MovedWire>,
    /// The orders it changed.
    pub orders: Vec<String>,
    /// The money it moved: identifiers of facts.
    pub funds: Vec<String>,
    /// The cases it closed or opened.
    pub cases: Vec<String>,
}

impl DoneWire {
    /// What an outcome caused.
    #[must_use]
    pub fn of(outcome: &Outcome) -> DoneWire {
        let exchange = outcome.exchanges.first().map_or(outcome.parcel.id, |row| row.id);
        let payments = &outcome.payments;
        let moved = outcome.invoices.iter().map(|change| MovedWire {
            invoice: InvoiceKeyWire::from(&change.invoice.key),
            status: change.invoice.status.key(),
        });
        DoneWire {
            exchange: exchange.to_string(),
            invoices: moved.collect(),
            orders: payments.orders.iter().map(|one| one.after.id.to_string()).collect(),
            funds: payments.funds.iter().map(|one| one.after.id.to_string()).collect(),
            cases: payments.cases.iter().map(|case| case.id.to_string()).collect(),
        }
    }

    /// Something that moved nothing of a payment.
    #[must_use]
    pub fn bare(exchange: Id) -> DoneWire {
        DoneWire {
            exchange: exchange.to_string(),
            invoices: Vec::new(),
            orders: Vec::new(),
            funds: Vec::new(),
            cases: Vec::new(),
        }
    }
}
