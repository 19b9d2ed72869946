//! What is asked of the store about payments before deciding, and what it answers.

use super::{Funds, FundsKey, InvoiceRequest, Notice, Order};
use crate::{Currency, Id, InvoiceKey};
use std::collections::{BTreeMap, BTreeSet};

/// A way to name an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum OrderName {
    /// By its identifier.
    Id(Id),
    /// By its number (`oid`).
    Number(String),
    /// By the reference of one of its attempts.
    Reference(String),
    /// Every live order, and every one with money, that has this invoice.
    Invoice(InvoiceKey),
}

/// Questions about payments.
///
/// The store answers with the whole neighbourhood: an order brings its invoices, its money facts
/// and its notices; a money fact brings its order and its reversals; a notice its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentKeys {
    /// Orders named.
    pub orders: BTreeSet<OrderName>,
    /// Money facts named: provider and transaction; both kinds are given.
    pub funds: BTreeSet<(String, String)>,
    /// Money facts named by identifier.
    pub funds_ids: BTreeSet<Id>,
    /// Notices named by `IdTransaction` (UNM) .
    pub transactions: BTreeSet<String>,
    /// Notices named by the number of a message of ours (`ReferencePartenaire`).
    pub messages: BTreeSet<String>,
    /// Notices named by identifier.
    pub notices: BTreeSet<Id>,
    /// Requests named.
    pub requests: BTreeSet<Id>,
    /// Live orders that wait for just this money.
    pub expected: BTreeSet<Expected>,
    /// Whether numbers are needed for new orders, notices and receipts.
    pub counters: bool,
}

/// Money that an order may wait for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expected {
    /// The means of an attempt of it.
    pub means: String,
    /// The total of the order in minor units.
    pub total_minor: i64,
    /// Currency of the total.
    pub currency: Currency,
}

impl PaymentKeys {
    /// Adds other questions.
    pub fn extend(&mut self, other: &PaymentKeys) {
        self.orders.extend(other.orders.iter().cloned());
        self.funds.extend(other.funds.iter().cloned());
        self.funds_ids.extend(other.funds_ids.iter().copied());
        self.transactions.extend(other.transactions.iter().cloned());
        self.messages.extend(other.messages.iter().cloned());
        self.notices.extend(other.notices.iter().copied());
        self.requests.extend(other.requests.iter().copied());
        self.expected.extend(other.expected.iter().cloned());
        self.counters |= other.counters;
    }

    /// True when nothing is asked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == PaymentKeys::default()
    }
}

/// What is held about payments.
#[derive(Debug, Clone, Default)]
pub struct PaymentsKnown {
    /// Orders by identifier.
    pub orders: BTreeMap<Id, Order>,
    /// Money facts by what identifies them.
    pub funds: BTreeMap<FundsKey, Funds>,
    /// Notices by identifier.
    pub notices: BTreeMap<Id, Notice>,
    /// Requests by identifier.
    pub requests: BTreeMap<Id, InvoiceRequest>,
    /// Receipts of the money facts, by the fact.
    pub receipts: BTreeMap<Id, super::Receipt>,
    /// Cases that are open about the orders, facts and invoices, by identifier.
    pub cases: BTreeMap<Id, super::Case>,
    /// Last numbers given: of orders, messages to issuers (`NumeroMessage`), receipts of a year.
    /// A commit with other numbers than these conflicts.
    pub counters: BTreeMap<String, i64>,
}

impl PaymentsKnown {
    /// The order a provider names, by number or reference.
    #[must_use]
    pub fn order(&self, number: &str, reference: &str) -> Option<&Order> {
        let named = |order: &&Order| !number.is_empty() && order.number == number;
        let referred = |order: &&Order| {
            !reference.is_empty()
                && order.attempts.iter().any(|attempt| attempt.reference == reference)
        };
        self.orders.values().find(named).or_else(|| self.orders.values().find(referred))
    }
}
