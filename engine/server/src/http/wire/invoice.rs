//! Invoices as lists and as the « Suivi de la facture » show them.

use super::{InvoiceExchangeWire, MoneyWire, PaymentWire};
use acquit_domain::invoice::{Service, Tax};
use acquit_domain::mask::mask;
use acquit_domain::{Currency, Invoice, InvoiceState, Money};
use acquit_store::{DocumentEntry, InvoiceFile};
use serde::Serialize;
use utoipa::ToSchema;

/// An invoice in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceItemWire {
    /// The issuer's code.
    pub issuer: String,
    /// The issuer's name.
    pub issuer_name: String,
    /// The issuer's number.
    pub number: String,
    /// `principal`, `supplementary` or `credit_note`.
    pub kind: &'static str,
    /// The client's code.
    pub client: String,
    /// The client's name.
    pub client_name: String,
    /// « Date de la facture ».
    pub issued_on: String,
    /// « Date d'échéance de règlement ».
    pub due_on: Option<String>,
    /// « Montant HT ».
    pub net: MoneyWire,
    /// « Montant TTC ».
    pub gross: MoneyWire,
    /// « Total TVA ».
    pub vat: MoneyWire,
    /// One of the seven statuses.
    pub status: &'static str,
    /// « Moyen de paiement »: the means allowed.
    pub means: Vec<String>,
}

impl From<&Invoice> for InvoiceItemWire {
    fn from(invoice: &Invoice) -> InvoiceItemWire {
        InvoiceItemWire {
            issuer: invoice.key.issuer.to_string(),
            issuer_name: invoice.issuer_name.clone(),
            number: invoice.key.number.to_string(),
            kind: invoice.kind.key(),
            client: invoice.client.code.clone(),
            client_name: invoice.client.name.clone(),
            issued_on: invoice.issued_on.to_string(),
            due_on: invoice.due_on.map(|date| date.to_string()),
            net: invoice.net.into(),
            gross: invoice.gross.into(),
            vat: invoice.vat().into(),
            status: invoice.status.key(),
            means: invoice.means.clone(),
        }
    }
}

/// The whole « Suivi de la facture ».
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceWire {
    /// What lists show.
    #[serde(flatten)]
    pub item: InvoiceItemWire,
    /// « Référence de la facture principale ».
    pub principal: Option<String>,
    /// « Date d'annulation ».
    pub cancelled_on: Option<String>,
    /// The client's ICE.
    pub client_ice: String,
    /// The client's IFU.
    pub client_ifu: String,
    /// The client's commercial register number.
    pub client_rc: String,
    /// An operator has a case to close.
    pub disputed: bool,
    /// « Informations des prestations ».
    pub services: Vec<ServiceWire>,
    /// Taxes by rate.
    pub taxes: Vec<TaxWire>,
    /// « Données de paiement »: every attempt with its outcome.
    pub payments: Vec<PaymentWire>,
    /// What lies on it.
    pub allocated: MoneyWire,
    /// What is still due.
    pub balance: MoneyWire,
    /// « Documents ».
    pub documents: Vec<DocumentWire>,
    /// « Description », verbatim but for card numbers.
    pub description: String,
    /// « Suivi des échanges ».
    pub exchanges: Vec<InvoiceExchangeWire>,
    /// How many times it changed.
    pub version: i64,
    /// When it was created here.
    pub created_at: String,
    /// When it last changed here.
    pub updated_at: String,
}

/// What is still to be paid: nothing of an invoice that is paid, also elsewhere, or cancelled.
fn due(invoice: &Invoice) -> Money {
    match invoice.state {
        InvoiceState::Paid | InvoiceState::Cancelled => Money::new(0, invoice.gross.currency),
        _ => invoice.balance(),
    }
}

impl From<&InvoiceFile> for InvoiceWire {
    fn from(file: &InvoiceFile) -> InvoiceWire {
        let invoice = &file.invoice;
        let rows = file.exchanges.iter().map(|row| &row.exchange);
        let currency = invoice.gross.currency;
        InvoiceWire {
            item: InvoiceItemWire::from(invoice),
            principal: invoice.principal.as_ref().map(ToString::to_string),
            cancelled_on: invoice.cancelled_on.map(|date| date.to_string()),
            client_ice: invoice.client.ice.clone(),
            client_ifu: invoice.client.ifu.clone(),
            client_rc: invoice.client.rc.clone(),
            disputed: invoice.flags.disputed,
            services: invoice.services.iter().map(|line| service(line, currency)).collect(),
            taxes: invoice.taxes.iter().map(|tax| tax_of(tax, currency)).collect(),
            payments: Vec::new(),
            allocated: Money::new(invoice.allocated_minor, currency).into(),
            balance: due(invoice).into(),
            documents: file.documents.iter().map(DocumentWire::from).collect(),
            description: mask(&invoice.description).into_owned(),
            exchanges: rows.map(InvoiceExchangeWire::from).collect(),
            version: invoice.version,
            created_at: invoice.created_at.to_string(),
            updated_at: invoice.updated_at.to_string(),
        }
    }
}

/// One service line.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ServiceWire {
    /// « Prestation ».
    pub service: String,
    /// « Type d'opération ».
    pub operation: String,
    /// « Référence ».
    pub reference: String,
    /// Words for people.
    pub label: String,
    /// Quantity, as a decimal in text.
    pub quantity: Option<String>,
    /// Price of one, as a decimal in text.
    pub price: Option<String>,
    /// Net amount of the line.
    pub net: Option<MoneyWire>,
    /// « Date fin ».
    pub ends_on: Option<String>,
}

/// Tax at one rate.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TaxWire {
    /// Rate in percent, as a decimal in text.
    pub rate: String,
    /// Category code.
    pub category: String,
    /// Taxable amount.
    pub base: Option<MoneyWire>,
    /// Tax amount.
    pub amount: Option<MoneyWire>,
}

fn money(minor: Option<i64>, currency: Currency) -> Option<MoneyWire> {
    minor.map(|minor| Money::new(minor, currency).into())
}

fn service(line: &Service, currency: Currency) -> ServiceWire {
    ServiceWire {
        service: line.service.clone(),
        operation: line.operation.clone(),
        reference: line.reference.clone(),
        label: mask(&line.label).into_owned(),
        quantity: line.quantity.map(|quantity| quantity.to_string()),
        price: line.price.map(|price| price.to_string()),
        net: money(line.net_minor, currency),
        ends_on: line.ends_on.map(|date| date.to_string()),
    }
}

fn tax_of(tax: &Tax, currency: Currency) -> TaxWire {
    TaxWire {
        rate: tax.rate.to_string(),
        category: tax.category.clone(),
        base: money(tax.base_minor, currency),
        amount: money(tax.amount_minor, currency),
    }
}

/// A document of an invoice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct DocumentWire {
    /// Identifier.
    pub id: String,
    /// Name, as the guide names documents.
    pub name: String,
    /// « Description ».
    pub description: String,
    /// « Date d'enregistrement ».
    pub recorded_at: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// Where its bytes are, relative to this server.
    pub href: String,
}

impl From<&DocumentEntry> for DocumentWire {
    fn from(document: &DocumentEntry) -> DocumentWire {
        DocumentWire {
            id: document.id.to_string(),
            name: document.name.clone(),
            description: document.description.clone(),
            recorded_at: document.recorded_at.to_string(),
            sha256: super::hex(&document.sha256),
            href: format!("/v1/documents/{}", document.id),
        }
    }
}
