//! Rows of the exchange log, in full and as an invoice shows them, and the event feed.

use super::{FindingWire, InvoiceKeyWire, Told, hex, kind};
use acquit_domain::Exchange;
use acquit_domain::mask::mask;
use serde::Serialize;
use utoipa::ToSchema;

/// A row of the log.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExchangeWire {
    /// Identifier.
    pub id: String,
    /// When it was decided.
    pub at: String,
    /// The partner concerned.
    pub partner: String,
    /// How it travelled.
    pub channel: &'static str,
    /// `in` or `out`.
    pub direction: &'static str,
    /// « Fonction de la demande », in the guide's words.
    pub function: &'static str,
    /// « Nom Message ».
    pub message: String,
    /// Control reference of the transmission.
    pub reference: String,
    /// The invoice concerned.
    pub invoice: Option<InvoiceKeyWire>,
    /// « N° d'échanges »: position among the rows of its invoice.
    pub n: Option<u32>,
    /// Name of the event in the life cycle.
    pub event: String,
    /// Visible status before.
    pub state_before: Option<&'static str>,
    /// Visible status after.
    pub state_after: Option<&'static str>,
    /// « Nom utilisateur ».
    pub user: String,
    /// « Récepteur du message ».
    pub recipient: String,
    /// « Observations ».
    pub observation: String,
    /// « Besoin réponse ».
    pub needs_reply: bool,
    /// What was decided.
    pub verdict: &'static str,
    /// Everything found.
    pub findings: Vec<FindingWire>,
    /// What no line of the mapping claimed.
    pub unread: Vec<String>,
    /// Hash of the rulebook that decided.
    pub book: String,
    /// Hash of the row before it in its chain.
    pub previous: String,
    /// Hash of this row.
    pub hash: String,
    /// Time spent reading and deciding, in microseconds.
    pub duration_us: u32,
}

impl ExchangeWire {
    /// A row whose findings have their sentences.
    #[must_use]
    pub fn told(row: &Exchange, told: Told<'_>) -> ExchangeWire {
        ExchangeWire { findings: told.findings(&row.findings), ..ExchangeWire::from(row) }
    }
}

impl From<&Exchange> for ExchangeWire {
    fn from(row: &Exchange) -> ExchangeWire {
        ExchangeWire {
            id: row.id.to_string(),
            at: row.at.to_string(),
            partner: row.partner.to_string(),
            channel: row.channel.key(),
            direction: row.direction.key(),
            function: row.function.label(),
            message: row.message.clone(),
            reference: row.reference.clone(),
            invoice: row.invoice.as_ref().map(InvoiceKeyWire::from),
            n: row.n,
            event: row.event.clone(),
            state_before: row.before.map(|status| status.key()),
            state_after: row.after.map(|status| status.key()),
            user: row.user.clone(),
            recipient: row.recipient.clone(),
            observation: mask(&row.observation).into_owned(),
            needs_reply: row.needs_reply,
            verdict: row.verdict.key(),
            findings: row.findings.iter().map(FindingWire::from).collect(),
            unread: row.unread.clone(),
            book: hex(&row.book),
            previous: hex(&row.previous),
            hash: hex(&row.hash),
            duration_us: row.duration_us,
        }
    }
}

/// A row of the log with its cursor.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowWire {
    /// Position in the log: give it as `after` to go on from here.
    pub cursor: String,
    /// The row.
    #[serde(flatten)]
    pub row: ExchangeWire,
}

impl RowWire {
    /// A row whose findings have their sentences.
    #[must_use]
    pub fn told(row: &acquit_store::LogRow, told: Told<'_>) -> RowWire {
        RowWire { cursor: row.seq.to_string(), row: ExchangeWire::told(&row.exchange, told) }
    }
}

/// A row of the « Suivi des échanges » of an invoice: the guide's nine columns.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct InvoiceExchangeWire {
    /// « N° d'échanges ».
    pub n: u32,
    /// « Fonction de la demande ».
    pub function: &'static str,
    /// « Nom Message ».
    pub message: String,
    /// « Etat », in the guide's words.
    pub state: &'static str,
    /// « Date ».
    pub at: String,
    /// « Nom utilisateur ».
    pub user: String,
    /// « Récepteur du message ».
    pub recipient: String,
    /// « Observations ».
    pub observation: String,
    /// « Besoin réponse ».
    pub needs_reply: bool,
    /// Key of the state.
    pub status: Option<&'static str>,
    /// Identifier of the exchange.
    pub id: String,
}

impl From<&Exchange> for InvoiceExchangeWire {
    fn from(row: &Exchange) -> InvoiceExchangeWire {
        InvoiceExchangeWire {
            n: row.n.unwrap_or_default(),
            function: row.function.label(),
            message: row.message.clone(),
            state: row.after.map_or("", |status| status.label()),
            at: row.at.to_string(),
            user: row.user.clone(),
            recipient: row.recipient.clone(),
            observation: mask(&row.observation).into_owned(),
            needs_reply: row.needs_reply,
            status: row.after.map(|status| status.key()),
            id: row.id.to_string(),
        }
    }
}

/// CloudEvents 1.0 in its JSON format.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct EventWire {
    /// Always `1.0`.
    pub specversion: &'static str,
    /// The cursor: give it as `after` or `Last-Event-ID` to go on from here.
    pub id: String,
    /// Who says so.
    pub source: &'static str,
    /// What happened: `ma.acquit.invoice.STATUS.v1` when the status moved; else of payments
    /// `attempt.started`, `attempt.pending`, `attempt.ended`, `payment.confirmed`,
    /// `payment.partial`, `payment.suspended`, `payment.repeated`, `payment.reversed`,
    /// `payment.disputed`, `notice.sent`, `notice.confirmed`, `notice.refused`,
    /// `notice.unanswered`, `request.sent`, `request.found`, `request.ended`, written the same
    /// way; else `ma.acquit.exchange.VERDICT.v1`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The invoice, as `issuer/number`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// When.
    pub time: String,
    /// Always `application/json`.
    pub datacontenttype: &'static str,
    /// The row of the log.
    pub data: ExchangeWire,
}

/// The event of a log row at a cursor.
#[must_use]
pub fn event(cursor: i64, row: &Exchange, told: Told<'_>) -> EventWire {
    EventWire {
        specversion: "1.0",
        id: cursor.to_string(),
        source: "/v1/exchanges",
        kind: kind(row),
        subject: row.invoice.as_ref().map(|key| format!("{}/{}", key.issuer, key.number)),
        time: row.at.to_string(),
        datacontenttype: "application/json",
        data: ExchangeWire::told(row, told),
    }
}
