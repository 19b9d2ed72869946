//! What the model store answers: exactly the neighbourhood of what is asked, as the real one does.

use super::Store;
use acquit_domain::pay::{Account, OrderName, PaymentKeys};
use acquit_domain::{Id, InvoiceKey, InvoiceNumber, Keys, Known};
use std::collections::BTreeSet;

/// How far from what was asked the neighbourhood goes.
const ROUNDS: usize = 3;

/// What is still to be looked at.
#[derive(Default)]
struct Todo {
    orders: BTreeSet<Id>,
    funds: BTreeSet<Id>,
    notices: BTreeSet<Id>,
    invoices: BTreeSet<InvoiceKey>,
}

impl Store {
    /// What is held about the things named.
    #[must_use]
    pub fn known(&self, keys: &Keys) -> Known {
        let held = &self.held;
        let mut known = Known::default();
        self.invoices_named(&keys.invoices, &mut known);
        for key in &keys.invoices {
            let parked = held.parked.get(key).filter(|waiting| !waiting.is_empty());
            known.parked.extend(parked.map(|waiting| (key.clone(), waiting.clone())));
        }
        for key in &keys.envelopes {
            known.envelopes.extend(held.envelopes.get(key).map(|one| (key.clone(), one.clone())));
        }
        known.clients = keys.clients.intersection(&held.clients).cloned().collect();
        for key in &keys.letters {
            known.letters.extend(held.letters.get(key).map(|one| (key.clone(), one.clone())));
        }
        self.payments_known(&keys.payments, &mut known);
        known
    }

    fn invoices_named(&self, keys: &BTreeSet<InvoiceKey>, known: &mut Known) {
        let found = keys.iter().filter_map(|key| self.held.invoices.get(key));
        known.invoices.extend(found.map(|invoice| (invoice.key.clone(), invoice.clone())));
    }

    fn payments_known(&self, keys: &PaymentKeys, known: &mut Known) {
        if *keys == PaymentKeys::default() && known.invoices.is_empty() {
            return;
        }
        let held = &self.held.payments;
        let mut todo = self.named(keys);
        for request in keys.requests.iter().filter_map(|id| held.requests.get(id)) {
            if let Some(number) = InvoiceNumber::new(&request.number) {
                let key = InvoiceKey { issuer: request.issuer.clone(), number };
                self.invoices_named(&BTreeSet::from([key]), known);
            }
            known.payments.requests.insert(request.id, request.clone());
        }
        todo.invoices.extend(known.invoices.keys().cloned());
        let mut asked = BTreeSet::new();
        for _ in 0..ROUNDS {
            todo = self.round(known, todo, &mut asked);
        }
        let found = &known.payments;
        let found =
            !found.orders.is_empty() || !found.funds.is_empty() || !found.notices.is_empty();
        if keys.counters || found {
            known.payments.counters.clone_from(&held.counters);
        }
        self.beside(known);
    }

    fn named(&self, keys: &PaymentKeys) -> Todo {
        let held = &self.held.payments;
        let mut todo = Todo::default();
        for name in &keys.orders {
            let meant = held.orders.values().filter(|order| match name {
                OrderName::Id(id) => order.id == *id,
                OrderName::Number(number) => order.number == *number,
                OrderName::Reference(text) => {
                    !text.is_empty() && order.attempts.iter().any(|one| one.reference == *text)
                }
                OrderName::Invoice(_) => false,
            });
            todo.orders.extend(meant.map(|order| order.id));
            if let OrderName::Invoice(key) = name {
                todo.invoices.insert(key.clone());
            }
        }
        for one in held.funds.values() {
            let name = (one.key.provider.clone(), one.key.transaction.clone());
            if keys.funds.contains(&name) {
                todo.funds.insert(one.id);
            }
        }
        todo.funds.extend(&keys.funds_ids);
        for notice in held.notices.values() {
            let numbered = notice.messages.iter().any(|number| keys.messages.contains(number));
            if keys.transactions.contains(&notice.transaction) || numbered {
                todo.notices.insert(notice.id);
            }
        }
        todo.notices.extend(&keys.notices);
        todo
    }

    /// Looks at everything that is to be looked at; gives what that names and is not known yet.
    fn round(&self, known: &mut Known, todo: Todo, asked: &mut BTreeSet<InvoiceKey>) -> Todo {
        let held = &self.held.payments;
        let mut next = Todo::default();
        for order in held.orders.values() {
            let has = order.items.iter().any(|item| todo.invoices.contains(&item.invoice));
            let money = || held.funds.values().any(|funds| funds.order == Some(order.id));
            if has && (order.is_live() || money()) {
                next.orders.insert(order.id);
            }
        }
        for one in held.funds.values() {
            let lies = one.postings.iter().any(|posting| match &posting.account {
                Account::Allocated(key) => todo.invoices.contains(key),
                _ => false,
            });
            if lies {
                next.funds.insert(one.id);
            }
        }
        asked.extend(todo.invoices);
        todo.orders.into_iter().for_each(|id| self.of_order(known, id, &mut next));
        todo.funds.into_iter().for_each(|id| self.of_funds(known, id, &mut next));
        todo.notices.into_iter().for_each(|id| self.of_notice(known, id, &mut next));
        let new: BTreeSet<InvoiceKey> =
            next.invoices.iter().filter(|key| !known.invoices.contains_key(key)).cloned().collect();
        self.invoices_named(&new, known);
        next.invoices.retain(|key| !asked.contains(key));
        next.orders.retain(|id| !known.payments.orders.contains_key(id));
        let had: BTreeSet<Id> = known.payments.funds.values().map(|funds| funds.id).collect();
        next.funds.retain(|id| !had.contains(id));
        next
    }

    fn of_order(&self, known: &mut Known, id: Id, next: &mut Todo) {
        let held = &self.held.payments;
        let Some(order) = held.orders.get(&id) else { return };
        next.invoices.extend(order.items.iter().map(|item| item.invoice.clone()));
        let funds = held.funds.values().filter(|funds| funds.order == Some(id));
        next.funds.extend(funds.map(|funds| funds.id));
        for notice in held.notices.values().filter(|notice| notice.order == Some(id)) {
            self.of_notice(known, notice.id, next);
        }
        known.payments.orders.insert(id, order.clone());
    }

    fn of_funds(&self, known: &mut Known, id: Id, next: &mut Todo) {
        let held = &self.held.payments;
        let Some(funds) = held.funds.values().find(|funds| funds.id == id) else { return };
        next.orders.extend(funds.order);
        next.funds.extend(funds.of);
        let reversals = held.funds.values().filter(|one| one.of == Some(id));
        next.funds.extend(reversals.map(|one| one.id));
        for notice in held.notices.values().filter(|notice| notice.funds == id) {
            self.of_notice(known, notice.id, next);
        }
        next.invoices.extend(funds.postings.iter().filter_map(|posting| match &posting.account {
            Account::Allocated(key) => Some(key.clone()),
            _ => None,
        }));
        known.payments.funds.insert(funds.key.clone(), funds.clone());
    }

    fn of_notice(&self, known: &mut Known, id: Id, next: &mut Todo) {
        let Some(notice) = self.held.payments.notices.get(&id) else { return };
        next.orders.extend(notice.order);
        next.funds.insert(notice.funds);
        known.payments.notices.insert(id, notice.clone());
    }

    /// Receipts and open cases of everything found.
    fn beside(&self, known: &mut Known) {
        let held = &self.held.payments;
        let funds: BTreeSet<Id> = known.payments.funds.values().map(|funds| funds.id).collect();
        let receipts = held.receipts.iter().filter(|(of, _)| funds.contains(of));
        known.payments.receipts = receipts.map(|(of, one)| (*of, one.clone())).collect();
        let about = |case: &acquit_domain::pay::Case| {
            case.order.is_some_and(|id| known.payments.orders.contains_key(&id))
                || case.funds.is_some_and(|id| funds.contains(&id))
                || case.invoice.as_ref().is_some_and(|key| known.invoices.contains_key(key))
        };
        let cases = held.cases.iter().filter(|(_, case)| about(case));
        let cases = cases.map(|(id, case)| (*id, case.clone())).collect();
        known.payments.cases = cases;
    }
}
