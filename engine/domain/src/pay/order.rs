//! Payment orders (« Commande »).

use super::{Attempt, AttemptState, Due, words};
use crate::{Id, InvoiceKey, Money, PartyCode, Timestamp};

/// Most invoices of one order.
pub const ORDER_ITEMS_MAX: usize = 200;
/// Most attempts at one order; a further one needs a new order.
pub const ORDER_ATTEMPTS_MAX: usize = 50;

words! {
    /// Where an order stands; the same words as `machine.order` of `lifecycle.toml`.
    OrderState {
        /// Made; no attempt is live.
        Created "created",
        /// At least one attempt is live.
        Live "live",
        /// Its total was paid.
        Paid "paid",
        /// Less than its total was paid: an operator decides.
        Held "held",
        /// Its time ran out.
        Expired "expired",
        /// Taken back.
        Voided "voided",
    }
}

/// Who pays: not always the invoiced party (SEED-53, procuration).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payer {
    /// Name, or empty.
    pub name: String,
    /// E-mail for notices, or empty.
    pub email: String,
    /// Telephone, or empty.
    pub phone: String,
    /// Language of what is sent: `fr`, `en` or `ar`.
    pub language: String,
}

/// One invoice of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderItem {
    /// The invoice.
    pub invoice: InvoiceKey,
    /// Its version when the order was made.
    pub version: i64,
    /// What was due of it then, in minor units.
    pub amount_minor: i64,
    /// Its share without tax, in minor units, for the confirmation screen.
    pub net_minor: i64,
}

/// A payment order: invoices of one issuer and one client, with a frozen total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Identifier.
    pub id: Id,
    /// The number providers are told (`oid`, `orderId`): ASCII, no spaces, unique.
    pub number: String,
    /// The issuer of all its invoices.
    pub issuer: PartyCode,
    /// Customs code of the client of all its invoices.
    pub client: String,
    /// Name of the client.
    pub client_name: String,
    /// Who pays.
    pub payer: Payer,
    /// Who made it (« Nom utilisateur »).
    pub user: String,
    /// What is to be paid.
    pub total: Money,
    /// Its invoices.
    pub items: Vec<OrderItem>,
    /// Where it stands.
    pub state: OrderState,
    /// Its attempts, oldest first.
    pub attempts: Vec<Attempt>,
    /// Deadline of the order itself.
    pub due: Option<Due>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
    /// Counts changes, for version-checked commits.
    pub version: i64,
}

impl Order {
    /// True while a payment of it may still come: it keeps its invoices from other orders.
    #[must_use]
    pub fn is_live(&self) -> bool {
        matches!(self.state, OrderState::Created | OrderState::Live)
    }

    /// The attempt with this ordinal.
    #[must_use]
    pub fn attempt(&self, ordinal: u32) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.ordinal == ordinal)
    }

    /// The attempt with this ordinal, to change it.
    #[must_use]
    pub fn attempt_mut(&mut self, ordinal: u32) -> Option<&mut Attempt> {
        self.attempts.iter_mut().find(|attempt| attempt.ordinal == ordinal)
    }

    /// True when an attempt is live.
    #[must_use]
    pub fn has_live_attempt(&self) -> bool {
        self.attempts.iter().any(|attempt| attempt.state.is_live())
    }

    /// The earliest deadline of the order and its attempts.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let attempts = self.attempts.iter().filter_map(|attempt| attempt.due.as_ref());
        attempts.chain(self.due.as_ref()).map(|due| due.at).min()
    }

    /// The attempt a capture belongs to when nothing else says so: the last that was captured,
    /// else the last.
    #[must_use]
    pub fn attempt_in_force(&self) -> Option<&Attempt> {
        let captured = |attempt: &&Attempt| attempt.state == AttemptState::Captured;
        self.attempts.iter().rev().find(captured).or_else(|| self.attempts.last())
    }
}
