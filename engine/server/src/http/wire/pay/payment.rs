//! « Données de paiement » of an invoice: every attempt with its outcome.

use super::super::MoneyWire;
use super::{given, money, time};
use acquit_domain::InvoiceKey;
use acquit_domain::mask::mask;
use acquit_domain::pay::{Account, Attempt, Funds, FundsKind, Order};
use acquit_store::Money;
use serde::Serialize;
use utoipa::ToSchema;

/// One attempt at paying an invoice, or money that came without one.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PaymentWire {
    /// « Moyen ».
    pub means: String,
    /// « ID transaction ».
    pub transaction: String,
    /// « Date de paiement »; null when nothing was paid.
    pub paid_on: Option<String>,
    /// « Paiement en vigueur »: its money lies on this invoice.
    pub in_force: bool,
    /// What of it lies on this invoice.
    pub amount: MoneyWire,
    /// Code of the provider.
    pub provider: String,
    /// Sub-channel.
    pub operator: String,
    /// The reference the payer got, or the number of the cheque.
    pub reference: String,
    /// The channel's own reference.
    pub channel_reference: String,
    /// The order.
    pub order: Option<String>,
    /// The number of the order.
    pub number: String,
    /// Ordinal of the attempt.
    pub attempt: Option<u32>,
    /// Where the attempt stands; of money without an attempt, where the money lies.
    pub state: &'static str,
    /// Why it ended as it did.
    pub reason: String,
    /// Number of the receipt.
    pub receipt: Option<String>,
    /// Where the receipt is, relative to this server.
    pub receipt_href: Option<String>,
    /// When it was started.
    pub started_at: Option<String>,
    /// Until when it is honoured.
    pub expires_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
}

impl PaymentWire {
    /// Every attempt at paying an invoice, oldest first, then money that came without one.
    #[must_use]
    pub fn all(key: &InvoiceKey, held: &Money) -> Vec<PaymentWire> {
        let attempts = held.orders.iter().flat_map(|order| {
            order.attempts.iter().map(move |attempt| PaymentWire::tried(key, held, order, attempt))
        });
        let alone = |funds: &&Funds| {
            let order = held.orders.iter().find(|order| funds.order == Some(order.id));
            let attempt = order.zip(funds.attempt).and_then(|(order, one)| order.attempt(one));
            funds.key.kind == FundsKind::Credit && attempt.is_none()
        };
        let others = held.funds.iter().filter(alone);
        attempts.chain(others.map(|funds| PaymentWire::came(key, held, funds))).collect()
    }

    /// The same without how the payer pays.
    pub fn for_issuer(&mut self) {
        self.reference = String::new();
        self.channel_reference = String::new();
    }

    fn tried(key: &InvoiceKey, held: &Money, order: &Order, attempt: &Attempt) -> PaymentWire {
        let its = |funds: &&Funds| {
            funds.key.kind == FundsKind::Credit
                && funds.order == Some(order.id)
                && funds.attempt == Some(attempt.ordinal)
        };
        let funds = held.funds.iter().find(its);
        let mut wire = match funds {
            Some(funds) => PaymentWire::came(key, held, funds),
            None => PaymentWire::nothing(order, attempt),
        };
        wire.means.clone_from(&attempt.means);
        wire.provider.clone_from(&attempt.provider);
        wire.reference.clone_from(&attempt.reference);
        wire.channel_reference.clone_from(&attempt.channel_reference);
        if wire.operator.is_empty() {
            wire.operator.clone_from(&attempt.operator);
        }
        if wire.transaction.is_empty() {
            wire.transaction.clone_from(&attempt.transaction);
        }
        wire.order = Some(order.id.to_string());
        wire.number.clone_from(&order.number);
        wire.attempt = Some(attempt.ordinal);
        wire.state = attempt.state.key();
        wire.reason = mask(&attempt.reason).into_owned();
        wire.started_at = Some(attempt.started_at.to_string());
        wire.expires_at = time(attempt.expires_at);
        wire.ended_at = time(attempt.ended_at);
        wire
    }

    fn nothing(order: &Order, attempt: &Attempt) -> PaymentWire {
        PaymentWire {
            means: attempt.means.clone(),
            transaction: attempt.transaction.clone(),
            paid_on: None,
            in_force: false,
            amount: money(0, order.total.currency),
            provider: attempt.provider.clone(),
            operator: attempt.operator.clone(),
            reference: String::new(),
            channel_reference: String::new(),
            order: None,
            number: String::new(),
            attempt: None,
            state: attempt.state.key(),
            reason: String::new(),
            receipt: None,
            receipt_href: None,
            started_at: None,
            expires_at: None,
            ended_at: None,
        }
    }

    /// Money that came, with what went back of it.
    fn came(key: &InvoiceKey, held: &Money, funds: &Funds) -> PaymentWire {
        let on = Account::Allocated(key.clone());
        let back = held.funds.iter().filter(|other| other.of == Some(funds.id));
        let lies =
            back.fold(funds.balance(&on), |sum, other| sum.saturating_add(other.balance(&on)));
        let receipt = held.receipts.iter().rfind(|receipt| receipt.funds == funds.id);
        PaymentWire {
            means: funds.means.clone(),
            transaction: funds.key.transaction.clone(),
            paid_on: Some(funds.paid_on.to_string()),
            in_force: lies > 0,
            amount: money(lies, funds.currency),
            provider: funds.key.provider.clone(),
            operator: funds.operator.clone(),
            reference: funds.reference.clone(),
            channel_reference: String::new(),
            order: funds.order.map(|id| id.to_string()),
            number: String::new(),
            attempt: funds.attempt,
            state: funds.state.key(),
            reason: String::new(),
            receipt: receipt.and_then(|receipt| given(&receipt.number)),
            receipt_href: receipt.map(|receipt| format!("/v1/receipts/{}", receipt.id)),
            started_at: None,
            expires_at: None,
            ended_at: None,
        }
    }
}
