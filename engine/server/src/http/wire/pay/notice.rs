//! Notices to issuers: PNM out, UNM back.

use super::super::{InvoiceKeyWire, MoneyWire};
use super::money;
use acquit_domain::mask::mask;
use acquit_domain::pay::Notice;
use serde::Serialize;
use utoipa::ToSchema;

/// One invoice of a notice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeLineWire {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: InvoiceKeyWire,
    /// What was paid on it.
    pub amount: MoneyWire,
    /// The issuer's answer about it; null until it comes.
    pub confirmed: Option<bool>,
}

/// A notice to an issuer, with its answer.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct NoticeWire {
    /// Identifier.
    pub id: String,
    /// To whom.
    pub issuer: String,
    /// `payment` or `reversal`.
    pub function: &'static str,
    /// The order it tells of.
    pub order: Option<String>,
    /// The money it tells of.
    pub funds: String,
    /// `IdTransaction`.
    pub transaction: String,
    /// The means paid with.
    pub means: String,
    /// When it was paid.
    pub paid_at: String,
    /// Its invoices.
    pub lines: Vec<NoticeLineWire>,
    /// `created`, `withheld`, `sent`, `taken`, `confirmed`, `refused` or `dead`.
    pub state: &'static str,
    /// `NumeroMessage` of every letter sent for it, oldest first.
    pub messages: Vec<String>,
    /// The issuer's last words about it.
    pub motive: String,
    /// When something happens to it by itself.
    pub due_at: Option<String>,
    /// When it was made.
    pub created_at: String,
}

impl From<&Notice> for NoticeWire {
    fn from(notice: &Notice) -> NoticeWire {
        let line = |line: &acquit_domain::pay::NoticeLine| NoticeLineWire {
            invoice: InvoiceKeyWire::from(&line.invoice),
            amount: money(line.amount_minor, notice.currency),
            confirmed: line.confirmed,
        };
        NoticeWire {
            id: notice.id.to_string(),
            issuer: notice.issuer.to_string(),
            function: notice.function.key(),
            order: notice.order.map(|id| id.to_string()),
            funds: notice.funds.to_string(),
            transaction: notice.transaction.clone(),
            means: notice.means.clone(),
            paid_at: notice.paid_at.to_string(),
            lines: notice.lines.iter().map(line).collect(),
            state: notice.state.key(),
            messages: notice.messages.clone(),
            motive: mask(&notice.motive).into_owned(),
            due_at: notice.due.as_ref().map(|due| due.at.to_string()),
            created_at: notice.created_at.to_string(),
        }
    }
}
