//! Orders (« Commande ») with their attempts.

use super::super::{InvoiceKeyWire, MoneyWire};
use super::{CaseWire, FundsWire, HandoffWire, NoticeWire, money, time};
use acquit_domain::mask::mask;
use acquit_domain::pay::{Attempt, Order, OrderItem};
use serde::Serialize;
use utoipa::ToSchema;

/// What the payer gets for a wish to pay.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct StartedWire {
    /// Identifier of the order.
    pub order: String,
    /// The number providers are told.
    pub number: String,
    /// Identifier of the attempt.
    pub attempt: String,
    /// Ordinal of the attempt in its order, from 1.
    pub ordinal: u32,
    /// Where the attempt stands.
    pub state: &'static str,
    /// « Montant TTC ».
    pub total: MoneyWire,
    /// « Montant HT ».
    pub net: MoneyWire,
    /// « TVA ».
    pub vat: MoneyWire,
    /// How the payer goes on; null while the provider has not answered, or will not.
    pub handoff: Option<HandoffWire>,
    /// Until when the attempt is honoured.
    pub expires_at: Option<String>,
    /// Why the provider will not, in its words.
    pub reason: String,
    /// Where the order is, relative to this server.
    pub href: String,
}

impl StartedWire {
    /// What is said of an attempt at an order.
    #[must_use]
    pub fn of(order: &Order, attempt: &Attempt, handoff: Option<HandoffWire>) -> StartedWire {
        let (net, vat) = shares(order);
        StartedWire {
            order: order.id.to_string(),
            number: order.number.clone(),
            attempt: attempt.id.to_string(),
            ordinal: attempt.ordinal,
            state: attempt.state.key(),
            total: order.total.into(),
            net,
            vat,
            handoff,
            expires_at: time(attempt.expires_at),
            reason: mask(&attempt.reason).into_owned(),
            href: format!("/v1/orders/{}", order.id),
        }
    }
}

/// The total of an order without tax, and its tax.
fn shares(order: &Order) -> (MoneyWire, MoneyWire) {
    let net = order.items.iter().fold(0i64, |sum, item| sum.saturating_add(item.net_minor));
    let currency = order.total.currency;
    (money(net, currency), money(order.total.minor.saturating_sub(net), currency))
}

/// Who pays.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PayerWire {
    /// Name.
    pub name: String,
    /// E-mail.
    pub email: String,
    /// Telephone.
    pub phone: String,
    /// Language of what is sent.
    pub language: String,
}

/// One invoice of an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderItemWire {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: InvoiceKeyWire,
    /// What was due of it when the order was made.
    pub amount: MoneyWire,
    /// Its share without tax.
    pub net: MoneyWire,
}

impl OrderItemWire {
    fn of(item: &OrderItem, order: &Order) -> OrderItemWire {
        OrderItemWire {
            invoice: InvoiceKeyWire::from(&item.invoice),
            amount: money(item.amount_minor, order.total.currency),
            net: money(item.net_minor, order.total.currency),
        }
    }
}

/// One attempt at paying an order.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AttemptWire {
    /// Identifier.
    pub id: String,
    /// Ordinal in the order, from 1.
    pub ordinal: u32,
    /// « Moyen ».
    pub means: String,
    /// Code of the provider.
    pub provider: String,
    /// Where it stands.
    pub state: &'static str,
    /// The reference the payer got, or the number of the cheque.
    pub reference: String,
    /// « ID transaction ».
    pub transaction: String,
    /// The sub-channel that took the money.
    pub operator: String,
    /// The channel's own reference.
    pub channel_reference: String,
    /// How the payer goes on.
    pub handoff: Option<HandoffWire>,
    /// Why it ended as it did, in the provider's words.
    pub reason: String,
    /// When it was started.
    pub started_at: String,
    /// Until when it is honoured.
    pub expires_at: Option<String>,
    /// When it ended.
    pub ended_at: Option<String>,
}

impl AttemptWire {
    /// An attempt with its hand-off.
    #[must_use]
    pub fn of(attempt: &Attempt, handoff: Option<HandoffWire>) -> AttemptWire {
        AttemptWire {
            id: attempt.id.to_string(),
            ordinal: attempt.ordinal,
            means: attempt.means.clone(),
            provider: attempt.provider.clone(),
            state: attempt.state.key(),
            reference: attempt.reference.clone(),
            transaction: attempt.transaction.clone(),
            operator: attempt.operator.clone(),
            channel_reference: attempt.channel_reference.clone(),
            handoff,
            reason: mask(&attempt.reason).into_owned(),
            started_at: attempt.started_at.to_string(),
            expires_at: time(attempt.expires_at),
            ended_at: time(attempt.ended_at),
        }
    }
}

/// An order with what belongs to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OrderWire {
    /// Identifier.
    pub id: String,
    /// The number providers are told.
    pub number: String,
    /// The issuer of all its invoices.
    pub issuer: String,
    /// The client of all its invoices.
    pub client: String,
    /// The client's name.
    pub client_name: String,
    /// Who pays; not shown to issuers.
    pub payer: Option<PayerWire>,
    /// « Nom utilisateur ».
    pub user: String,
    /// `created`, `live`, `paid`, `held`, `expired` or `voided`.
    pub state: &'static str,
    /// « Montant TTC ».
    pub total: MoneyWire,
    /// « Montant HT ».
    pub net: MoneyWire,
    /// « TVA ».
    pub vat: MoneyWire,
    /// Its invoices.
    pub invoices: Vec<OrderItemWire>,
    /// Its attempts, oldest first.
    pub attempts: Vec<AttemptWire>,
    /// What was received for it and where it lies; in lists empty.
    pub payments: Vec<FundsWire>,
    /// Identifiers of its receipts; in lists empty.
    pub receipts: Vec<String>,
    /// Something about it waits for an operator.
    pub under_review: bool,
    /// Its cases; shown to portals and operators, in lists empty.
    pub cases: Vec<CaseWire>,
    /// The notices to its issuer; not shown to clients, in lists empty.
    pub notices: Vec<NoticeWire>,
    /// Until when it may be paid.
    pub expires_at: Option<String>,
    /// When it was made.
    pub created_at: String,
    /// When it changed last.
    pub updated_at: String,
}

impl OrderWire {
    /// An order alone, its attempts without hand-offs.
    #[must_use]
    pub fn bare(order: &Order) -> OrderWire {
        let (net, vat) = shares(order);
        let payer = &order.payer;
        OrderWire {
            id: order.id.to_string(),
            number: order.number.clone(),
            issuer: order.issuer.to_string(),
            client: order.client.clone(),
            client_name: order.client_name.clone(),
            payer: Some(PayerWire {
                name: payer.name.clone(),
                email: payer.email.clone(),
                phone: payer.phone.clone(),
                language: payer.language.clone(),
            }),
            user: order.user.clone(),
            state: order.state.key(),
            total: order.total.into(),
            net,
            vat,
            invoices: order.items.iter().map(|item| OrderItemWire::of(item, order)).collect(),
            attempts: order.attempts.iter().map(|one| AttemptWire::of(one, None)).collect(),
            payments: Vec::new(),
            receipts: Vec::new(),
            under_review: false,
            cases: Vec::new(),
            notices: Vec::new(),
            expires_at: order.due.as_ref().map(|due| due.at.to_string()),
            created_at: order.created_at.to_string(),
            updated_at: order.updated_at.to_string(),
        }
    }

    /// The same order without what its issuer need not know: who pays it, and how.
    #[must_use]
    pub fn for_issuer(mut self) -> OrderWire {
        self.payer = None;
        self.user = String::new();
        for attempt in &mut self.attempts {
            attempt.handoff = None;
            attempt.reference = String::new();
            attempt.channel_reference = String::new();
        }
        self
    }
}
