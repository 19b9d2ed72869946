//! What outcomes that are not stored yet change, so that nobody decides on it meanwhile.
//!
//! What it is *not*: the guard of correctness; that is the version check of the commit. This only
//! keeps from deciding in vain.

use acquit_domain::pay::{OrderName, Payments};
use acquit_domain::{Id, InvoiceKey, Keys, Outcome};
use std::collections::BTreeSet;

/// Everything by which others may ask for what is changed.
#[derive(Debug, Default)]
pub(super) struct Touched {
    invoices: BTreeSet<InvoiceKey>,
    /// Identifiers of orders, money facts, notices and requests.
    ids: BTreeSet<Id>,
    /// Numbers of orders, references of attempts, numbers of transactions and of our messages.
    words: BTreeSet<String>,
}

impl Touched {
    /// Adds what an outcome changes.
    pub(super) fn note(&mut self, outcome: &Outcome) {
        self.invoices.extend(outcome.invoices.iter().map(|change| change.invoice.key.clone()));
        let Payments { orders, funds, notices, requests, .. } = &outcome.payments;
        for order in orders.iter().map(|change| &change.after) {
            self.ids.insert(order.id);
            self.words.insert(order.number.clone());
            self.invoices.extend(order.items.iter().map(|item| item.invoice.clone()));
            for attempt in &order.attempts {
                for word in [&attempt.reference, &attempt.transaction] {
                    if !word.is_empty() {
                        self.words.insert(word.clone());
                    }
                }
            }
        }
        for one in funds.iter().map(|change| &change.after) {
            self.ids.insert(one.id);
            self.ids.extend(one.order);
            self.words.insert(one.key.transaction.clone());
        }
        for notice in notices.iter().map(|change| &change.after) {
            self.ids.insert(notice.id);
            self.words.insert(notice.transaction.clone());
            self.words.extend(notice.messages.iter().cloned());
        }
        self.ids.extend(requests.iter().map(|change| change.after.id));
    }

    /// True when something is asked for that is changed. What looks for orders by their amounts
    /// may find any of them.
    pub(super) fn is_asked(&self, keys: &Keys) -> bool {
        let asked = &keys.payments;
        let id = |id: &Id| self.ids.contains(id);
        let word = |word: &String| self.words.contains(word);
        let order = |name: &OrderName| match name {
            OrderName::Id(one) => id(one),
            OrderName::Number(one) | OrderName::Reference(one) => word(one),
            OrderName::Invoice(key) => self.invoices.contains(key),
        };
        keys.invoices.iter().any(|key| self.invoices.contains(key))
            || asked.orders.iter().any(order)
            || asked.funds.iter().any(|(_, transaction)| word(transaction))
            || asked.funds_ids.iter().chain(&asked.notices).chain(&asked.requests).any(id)
            || asked.transactions.iter().chain(&asked.messages).any(word)
            || !asked.expected.is_empty()
    }
}
