//! Receipts: one per confirmed payment.

use super::super::{InvoiceKeyWire, MoneyWire};
use serde::Serialize;
use utoipa::ToSchema;

/// Somebody with a code.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NamedWire {
    /// Name.
    pub name: String,
    /// Code.
    pub code: String,
}

/// What the payment is known by elsewhere.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReferencesWire {
    /// Number of the order.
    pub order: String,
    /// « ID transaction ».
    pub transaction: Option<String>,
    /// The reference the payer gave.
    pub reference: Option<String>,
    /// The channel's own reference.
    pub channel: Option<String>,
}

/// One invoice that was paid.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceiptLineWire {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: InvoiceKeyWire,
    /// « Date de la facture ».
    pub issued_on: Option<String>,
    /// What was paid on it.
    pub amount: MoneyWire,
}

/// A receipt.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReceiptWire {
    /// Identifier.
    pub id: String,
    /// Number for people.
    pub number: String,
    /// When it was given.
    pub at: String,
    /// When the payment went back, and the receipt lost its worth.
    pub void_at: Option<String>,
    /// Who was paid.
    pub issuer: NamedWire,
    /// Whose invoices were paid.
    pub client: NamedWire,
    /// The means.
    pub means: String,
    /// The means in the caller's language.
    pub means_label: String,
    /// The provider.
    pub provider: NamedWire,
    /// Sub-channel.
    pub operator: Option<String>,
    /// What the payment is known by elsewhere.
    pub references: ReferencesWire,
    /// The invoices paid.
    pub lines: Vec<ReceiptLineWire>,
    /// What was paid, fees included.
    pub total: MoneyWire,
    /// The provider's fees.
    pub fees: MoneyWire,
    /// The address that proves the receipt, as the code on its document says it.
    pub verification: Option<String>,
}
