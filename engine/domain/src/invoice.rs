//! Invoices: what an issuer says about one, and what is held of it.

use crate::status::Flags;
use crate::{Currency, Date, Decimal, Id, InvoiceState, Money, PartyCode, Status, Timestamp};
use std::fmt;
use std::sync::Arc;

/// Longest invoice number (data element 1004 is an..35).
pub const INVOICE_NUMBER_MAX: usize = 35;

/// An invoice's number: a string, never an integer (`00069321` keeps its zeros).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvoiceNumber(Arc<str>);

impl InvoiceNumber {
    /// A number from text: trimmed, not empty, at most [`INVOICE_NUMBER_MAX`] characters,
    /// without control characters.
    #[must_use]
    pub fn new(text: &str) -> Option<InvoiceNumber> {
        let text = text.trim();
        let fits = !text.is_empty() && text.chars().count() <= INVOICE_NUMBER_MAX;
        (fits && !text.chars().any(char::is_control)).then(|| InvoiceNumber(text.into()))
    }

    /// The number as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InvoiceNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What names one invoice among all: its issuer and its number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InvoiceKey {
    /// The issuer's code.
    pub issuer: PartyCode,
    /// The issuer's number.
    pub number: InvoiceNumber,
}

/// Kind of invoice (guide, lines 122 and 173).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum InvoiceKind {
    /// « Principale »
    Principal,
    /// « Complémentaire » (majoration): refers to a principal invoice.
    Supplementary,
    /// « Avoir »
    CreditNote,
}

/// Every kind with its key and French label.
pub const KINDS: &[(InvoiceKind, &str, &str)] = &[
    (InvoiceKind::Principal, "principal", "Principale"),
    (InvoiceKind::Supplementary, "supplementary", "Complémentaire"),
    (InvoiceKind::CreditNote, "credit_note", "Avoir"),
];

impl InvoiceKind {
    /// The key used in JSON, files and the database.
    #[must_use]
    pub fn key(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("principal", |(_, key, _)| key)
    }

    /// The label of the guide, in French.
    #[must_use]
    pub fn label(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("", |(.., label)| label)
    }

    /// The kind of a key.
    #[must_use]
    pub fn of(key: &str) -> Option<InvoiceKind> {
        KINDS.iter().find(|(_, known, _)| *known == key).map(|(kind, ..)| *kind)
    }
}

/// What an issuer's message does (data element 1225, PortNet's `Fonction`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MessageFunction {
    /// 9: here is an invoice.
    Original,
    /// 5: this takes the place of the invoice sent before.
    Replace,
    /// 2 (PortNet): the invoice is paid.
    Paid,
    /// 3 or 1: the invoice is cancelled.
    Cancel,
}

/// Every function with its key.
pub const MESSAGE_FUNCTIONS: &[(MessageFunction, &str)] = &[
    (MessageFunction::Original, "original"),
    (MessageFunction::Replace, "replace"),
    (MessageFunction::Paid, "paid"),
    (MessageFunction::Cancel, "cancel"),
];

impl MessageFunction {
    /// The word used in files.
    #[must_use]
    pub fn key(self) -> &'static str {
        MESSAGE_FUNCTIONS
            .iter()
            .find(|(function, _)| *function == self)
            .map_or("original", |(_, key)| key)
    }

    /// The function of a word.
    #[must_use]
    pub fn of(key: &str) -> Option<MessageFunction> {
        MESSAGE_FUNCTIONS.iter().find(|(_, known)| *known == key).map(|(function, _)| *function)
    }
}

/// One service line (« Prestation »; guide, lines 176 to 178).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Service {
    /// « Prestation »: code of the service (`AB`).
    pub service: String,
    /// « Type d'opération »: code of the operation.
    pub operation: String,
    /// « Référence ».
    pub reference: String,
    /// Words for people.
    pub label: String,
    /// Quantity invoiced, when said.
    pub quantity: Option<Decimal>,
    /// Price of one, when said.
    pub price: Option<Decimal>,
    /// Net amount of the line, in minor units of the invoice's currency, when said.
    pub net_minor: Option<i64>,
    /// « Date fin »: end of the period.
    pub ends_on: Option<Date>,
}

/// Tax at one rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tax {
    /// Rate in percent (20 for 20 %).
    pub rate: Decimal,
    /// Category code (5305: S standard, E exempt, Z zero); empty when not said.
    pub category: String,
    /// Taxable amount in minor units, when said.
    pub base_minor: Option<i64>,
    /// Tax amount in minor units, when said.
    pub amount_minor: Option<i64>,
}

/// A file inside a message, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Name the sender gave (`INV00069321.pdf`). Data, never a path.
    pub name: String,
    /// « Description » (`Facture`).
    pub description: String,
    /// The file's bytes.
    pub bytes: Arc<[u8]>,
}

/// A document held: an attachment with its canonical name (guide, line 187).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its identifier.
    pub id: Id,
    /// The invoice it belongs to.
    pub invoice: InvoiceKey,
    /// `<number>#<issuer>#<yyyyMMddHHmmss>#<name>`, as the guide names documents.
    pub name: String,
    /// « Description ».
    pub description: String,
    /// « Date d'enregistrement ».
    pub recorded_at: Timestamp,
    /// SHA-256 of the bytes.
    pub sha256: [u8; 32],
    /// The file's bytes.
    pub bytes: Arc<[u8]>,
}

/// Who an invoice is for, as the message names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientData {
    /// « Code douanier » or party code.
    pub code: String,
    /// Display name; no key.
    pub name: String,
    /// ICE (15 digits), empty when not said.
    pub ice: String,
    /// IF / IFU, empty when not said.
    pub ifu: String,
    /// Commercial register, empty when not said.
    pub rc: String,
}

/// What an issuer says in one message: the canonical form of PortNet INV and of INVOIC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceMessage {
    /// Which invoice.
    pub key: InvoiceKey,
    /// What the message does.
    pub function: MessageFunction,
    /// Kind of invoice; absent from a message that only cancels.
    pub kind: Option<InvoiceKind>,
    /// « Référence de la facture principale ».
    pub principal: Option<InvoiceNumber>,
    /// Name of the issuer as the message gives it.
    pub issuer_name: String,
    /// The client.
    pub client: ClientData,
    /// When the issuer wrote the message (local time turned into an instant).
    pub written_at: Option<Timestamp>,
    /// « Date de la facture ».
    pub issued_on: Option<Date>,
    /// « Date d'échéance de règlement ».
    pub due_on: Option<Date>,
    /// « Date d'annulation ».
    pub cancelled_on: Option<Date>,
    /// Currency; `None` only when the message carries no amount.
    pub currency: Option<Currency>,
    /// « Montant HT », minor units.
    pub net_minor: Option<i64>,
    /// Total VAT, minor units.
    pub vat_minor: Option<i64>,
    /// « Montant TTC », minor units.
    pub gross_minor: Option<i64>,
    /// Amount due, minor units, when said.
    pub due_minor: Option<i64>,
    /// Taxes per rate.
    pub taxes: Vec<Tax>,
    /// Service lines.
    pub services: Vec<Service>,
    /// Free text, verbatim.
    pub description: String,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// SHA-256 of the canonical content without envelope and dates of sending: two messages that
    /// say the same have the same.
    pub content: [u8; 32],
}

/// An invoice as it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// Issuer and number.
    pub key: InvoiceKey,
    /// Internal state.
    pub state: InvoiceState,
    /// Marks beside the state.
    pub flags: Flags,
    /// The visible status: a projection of state and flags, computed when deciding.
    pub status: Status,
    /// Counts the commits that changed it; a commit names the version it read.
    pub version: i64,
    /// How many log rows it has; the next row's number is one more.
    pub exchanges: u32,
    /// Hash of its last log row.
    pub last_hash: [u8; 32],
    /// Kind.
    pub kind: InvoiceKind,
    /// Principal invoice it belongs to.
    pub principal: Option<InvoiceNumber>,
    /// Name of the issuer for people.
    pub issuer_name: String,
    /// The client.
    pub client: ClientData,
    /// « Date de la facture ».
    pub issued_on: Date,
    /// « Date d'échéance de règlement ».
    pub due_on: Option<Date>,
    /// « Date d'annulation ».
    pub cancelled_on: Option<Date>,
    /// « Montant HT ».
    pub net: Money,
    /// « Montant TTC ».
    pub gross: Money,
    /// Free text, verbatim.
    pub description: String,
    /// « Moyen de paiement »: the keys of the means allowed.
    pub means: Vec<String>,
    /// What lies on it of the money that passed through here, in minor units.
    pub allocated_minor: i64,
    /// Service lines.
    pub services: Vec<Service>,
    /// Taxes per rate.
    pub taxes: Vec<Tax>,
    /// Fingerprint of the content held ([`InvoiceMessage::content`]).
    pub content: [u8; 32],
    /// When the issuer wrote the content held; decides which of two replacements is newer.
    pub written_at: Timestamp,
    /// Control reference of the transmission the content came in.
    pub message: String,
    /// When it was created here.
    pub created_at: Timestamp,
    /// When it last changed here.
    pub updated_at: Timestamp,
}

impl Invoice {
    /// What is still to be paid.
    #[must_use]
    pub fn balance(&self) -> Money {
        let minor = self.gross.minor.saturating_sub(self.allocated_minor);
        Money::new(minor, self.gross.currency)
    }

    /// Total VAT: gross less net, exact by construction.
    #[must_use]
    pub fn vat(&self) -> Money {
        Money::new(self.gross.minor.saturating_sub(self.net.minor), self.gross.currency)
    }
}
