//! What was decided so far about payments in one parcel, laid over what is known.

use crate::decide::{Desk, Purpose};
use acquit_domain::pay::{
    Call, Case, Change, Day, Delivery, Due, Funds, FundsKey, InvoiceRequest, News, Notice, Order,
    Payments, PaymentsKnown, Receipt, SettlementLine, Versioned,
};
use acquit_domain::{Id, InvoiceKey, Timestamp};
use std::collections::BTreeMap;

/// Everything about payments that changed on this desk.
#[derive(Debug, Default)]
pub(crate) struct Till {
    orders: BTreeMap<Id, Order>,
    funds: BTreeMap<FundsKey, Funds>,
    notices: BTreeMap<Id, Notice>,
    requests: BTreeMap<Id, InvoiceRequest>,
    receipts: BTreeMap<Id, Receipt>,
    cases: BTreeMap<Id, Case>,
    counters: BTreeMap<String, i64>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) calls: Vec<Call>,
    pub(super) news: Vec<News>,
    pub(super) reply: Option<acquit_domain::pay::outcome::Reply>,
    pub(super) days: Vec<Day>,
    pub(super) lines: Vec<SettlementLine>,
}

/// Something with a version that can be given the next one.
trait Renewed: Versioned {
    fn renew(&mut self, version: i64);
}

macro_rules! renewed {
    ($($name:ident),+) => {
        $(impl Renewed for $name {
            fn renew(&mut self, version: i64) {
                self.version = version;
            }
        })+
    };
}
renewed!(Order, Funds, Notice, InvoiceRequest);

fn changes<K: Ord, T: Renewed>(changed: BTreeMap<K, T>, held: &BTreeMap<K, T>) -> Vec<Change<T>> {
    let change = |(key, mut after): (K, T)| {
        let read_version = held.get(&key).map(Versioned::version);
        after.renew(read_version.unwrap_or(0) + 1);
        Change { after, read_version }
    };
    changed.into_iter().map(change).collect()
}

impl Till {
    /// Everything to write.
    pub(crate) fn close(self, known: &PaymentsKnown) -> Payments {
        let counters = self.counters.into_iter().map(|(name, given)| {
            let read = known.counters.get(&name).copied().unwrap_or(0);
            (name, read, given)
        });
        Payments {
            orders: changes(self.orders, &known.orders),
            funds: changes(self.funds, &known.funds),
            notices: changes(self.notices, &known.notices),
            requests: changes(self.requests, &known.requests),
            receipts: self.receipts.into_values().collect(),
            cases: self.cases.into_values().collect(),
            deliveries: self.deliveries,
            days: self.days,
            lines: self.lines,
            counters: counters.collect(),
            calls: self.calls,
            news: self.news,
            reply: self.reply,
        }
    }
}

/// What is held and not changed, and what was changed.
fn laid<'m, K: Ord, T>(
    changed: &'m BTreeMap<K, T>,
    held: &'m BTreeMap<K, T>,
) -> impl Iterator<Item = &'m T> {
    let unchanged = held.iter().filter(|(key, _)| !changed.contains_key(key));
    unchanged.map(|(_, thing)| thing).chain(changed.values())
}

impl Desk<'_> {
    /// Every order at hand.
    pub(super) fn orders(&self) -> impl Iterator<Item = &Order> {
        laid(&self.till.orders, &self.known.payments.orders)
    }

    /// An order.
    pub(super) fn order(&self, id: Id) -> Option<Order> {
        let changed = self.till.orders.get(&id);
        changed.or_else(|| self.known.payments.orders.get(&id)).cloned()
    }

    /// Records an order after a change.
    pub(super) fn put_order(&mut self, mut order: Order) {
        order.updated_at = self.now;
        self.till.orders.insert(order.id, order);
    }

    /// The orders that keep an invoice from others.
    pub(super) fn live_orders(&self, key: &InvoiceKey) -> Vec<Order> {
        let has = |order: &&Order| order.items.iter().any(|item| item.invoice == *key);
        self.orders().filter(|order| order.is_live()).filter(has).cloned().collect()
    }

    /// Every money fact at hand.
    pub(super) fn all_funds(&self) -> impl Iterator<Item = &Funds> {
        laid(&self.till.funds, &self.known.payments.funds)
    }

    /// A money fact by what identifies it.
    pub(super) fn funds(&self, key: &FundsKey) -> Option<Funds> {
        let changed = self.till.funds.get(key);
        changed.or_else(|| self.known.payments.funds.get(key)).cloned()
    }

    /// A money fact by its identifier.
    pub(super) fn funds_by_id(&self, id: Id) -> Option<Funds> {
        self.all_funds().find(|funds| funds.id == id).cloned()
    }

    /// Records a money fact after a change.
    pub(super) fn put_funds(&mut self, funds: Funds) {
        debug_assert!(funds.balances(), "received = allocated + suspense");
        self.till.funds.insert(funds.key.clone(), funds);
    }

    /// Every notice at hand.
    pub(super) fn notices(&self) -> impl Iterator<Item = &Notice> {
        laid(&self.till.notices, &self.known.payments.notices)
    }

    /// A notice.
    pub(super) fn notice(&self, id: Id) -> Option<Notice> {
        self.notices().find(|notice| notice.id == id).cloned()
    }

    /// Records a notice after a change.
    pub(super) fn put_notice(&mut self, notice: Notice) {
        self.till.notices.insert(notice.id, notice);
    }

    /// A request for invoices.
    pub(super) fn request(&self, id: Id) -> Option<InvoiceRequest> {
        let changed = self.till.requests.get(&id);
        changed.or_else(|| self.known.payments.requests.get(&id)).cloned()
    }

    /// Records a request after a change.
    pub(super) fn put_request(&mut self, request: InvoiceRequest) {
        self.till.requests.insert(request.id, request);
    }

    /// The receipt of a money fact.
    pub(super) fn receipt_of(&self, funds: Id) -> Option<Receipt> {
        let changed = self.till.receipts.get(&funds);
        changed.or_else(|| self.known.payments.receipts.get(&funds)).cloned()
    }

    /// Records a receipt.
    pub(super) fn put_receipt(&mut self, receipt: Receipt) {
        self.till.receipts.insert(receipt.funds, receipt);
    }

    /// Every case at hand that is open.
    pub(super) fn open_cases(&self) -> Vec<Case> {
        let cases = laid(&self.till.cases, &self.known.payments.cases);
        cases.filter(|case| case.closed_at.is_none()).cloned().collect()
    }

    /// Records a case.
    pub(super) fn put_case(&mut self, case: Case) {
        self.till.cases.insert(case.id, case);
    }

    /// The next number of a counter.
    pub(crate) fn count(&mut self, name: &str) -> i64 {
        let given = self.till.counters.get(name).copied();
        let held = || self.known.payments.counters.get(name).copied().unwrap_or(0);
        let next = given.unwrap_or_else(held) + 1;
        self.till.counters.insert(name.to_owned(), next);
        next
    }

    /// What is remembered under a name, beside numbers given.
    pub(super) fn remembered(&self, name: &str) -> Option<i64> {
        let now = self.till.counters.get(name);
        now.or_else(|| self.known.payments.counters.get(name)).copied()
    }

    /// Remembers a value under a name.
    pub(super) fn remember(&mut self, name: &str, value: i64) {
        self.till.counters.insert(name.to_owned(), value);
    }

    /// A call to make after the commit.
    pub(super) fn call(&mut self, call: Call) {
        if !self.till.calls.contains(&call) {
            self.till.calls.push(call);
        }
    }

    /// An identifier for something of payments.
    pub(super) fn draw(&mut self, purpose: Purpose) -> Id {
        self.id(purpose)
    }
}

/// A deadline so many seconds after an instant.
pub(super) fn due_in(from: Timestamp, seconds: u64, event: &str) -> Due {
    Due { at: later(from, seconds), event: event.to_owned() }
}

/// An instant so many seconds after another.
pub(super) fn later(from: Timestamp, seconds: u64) -> Timestamp {
    let micros = i64::try_from(seconds).unwrap_or(i64::MAX);
    Timestamp(from.0.saturating_add(micros.saturating_mul(acquit_domain::time::SECOND)))
}
