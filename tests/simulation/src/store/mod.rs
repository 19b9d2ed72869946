//! The model store: everything held in memory, with the promises of the real one and nothing
//! else: versions, unique keys, the laws of the ledger, all of an outcome or none.
//!
//! What this is *not*: the product's store, which has its own conformance suite. It shares no
//! code with it, so that both must agree on what is promised.

mod commit;
mod known;
mod ledger;

use crate::bugs::Bug;
use acquit_domain::pay::{Case, Due, NoticeState, Receipt, RequestState, Subject};
use acquit_domain::{Exchange, Id, InvoiceKey, Known, Letter, Timestamp};
use ledger::Totals;
use std::collections::{BTreeMap, BTreeSet};

/// What became of an outcome that was given to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Committed {
    /// All of it is held.
    Yes,
    /// Something it was decided on has changed since: nothing of it is held.
    Conflict(&'static str),
    /// It breaks a law of the ledger: nothing of it is held.
    Unbalanced(String),
}

/// Everything held.
#[derive(Debug, Clone, Default)]
pub struct Store {
    /// What deciding may ask for. Its cases are those that are open, as is all it is asked for.
    pub held: Known,
    /// Every case, closed ones too.
    pub cases: BTreeMap<Id, Case>,
    /// Receipts by number.
    pub receipts: BTreeMap<String, Receipt>,
    /// Parcels with the hash of their bytes.
    pub parcels: BTreeMap<Id, [u8; 32]>,
    /// Hashes of the bytes kept.
    pub bytes: BTreeSet<[u8; 32]>,
    /// Idempotency keys with what was answered under them.
    pub idempotent: BTreeMap<String, Id>,
    /// The log.
    pub log: Vec<Exchange>,
    /// Places in the log taken by rows, by invoice and number.
    places: BTreeSet<(InvoiceKey, u32)>,
    rows: BTreeSet<Id>,
    /// Letters, and whether they wait in the outbox.
    pub letters: BTreeMap<Id, (Letter, bool)>,
    /// E-mails made.
    pub deliveries: BTreeSet<Id>,
    totals: BTreeMap<String, Totals>,
    /// A mistake planted in this model.
    pub(crate) bug: Option<Bug>,
    commits: u64,
}

impl Store {
    /// An empty store.
    #[must_use]
    pub fn new(bug: Option<Bug>) -> Store {
        Store { bug, ..Store::default() }
    }

    /// Everything that waits for a clock, with its deadline.
    #[must_use]
    pub fn deadlines(&self) -> Vec<(Subject, Due)> {
        let payments = &self.held.payments;
        let mut found = Vec::new();
        let mut wait = |subject: Subject, due: &Option<Due>| {
            found.extend(due.iter().map(|due| (subject, due.clone())));
        };
        for order in payments.orders.values() {
            wait(Subject::Order(order.id), &order.due);
            for attempt in &order.attempts {
                wait(Subject::Attempt(order.id, attempt.ordinal), &attempt.due);
            }
        }
        for notice in payments.notices.values() {
            wait(Subject::Notice(notice.id), &notice.due);
        }
        for request in payments.requests.values() {
            wait(Subject::Request(request.id), &request.due);
        }
        found
    }

    /// When something ends next: a deadline or the waiting of a parked message.
    #[must_use]
    pub fn next_due(&self) -> Option<Timestamp> {
        let payments = &self.held.payments;
        let orders = payments.orders.values().filter_map(acquit_domain::pay::Order::next_due);
        let notices = payments.notices.values().filter_map(|notice| notice.due.as_ref());
        let requests = payments.requests.values().filter_map(|request| request.due.as_ref());
        let dues = notices.chain(requests).map(|due| due.at);
        let parked = self.held.parked.values().flatten().map(|parked| parked.until);
        orders.chain(dues).chain(parked).min()
    }

    /// True when something is still waited for.
    #[must_use]
    pub fn waits(&self) -> Option<String> {
        let payments = &self.held.payments;
        let order = payments.orders.values().find(|order| order.is_live());
        let attempt = payments.orders.values().find(|order| order.has_live_attempt());
        let notice = payments.notices.values().find(|notice| {
            matches!(notice.state, NoticeState::Created | NoticeState::Sent | NoticeState::Taken)
        });
        let request =
            payments.requests.values().find(|request| request.state == RequestState::Asked);
        let parked = self.held.parked.iter().find(|(_, waiting)| !waiting.is_empty());
        attempt
            .map(|order| format!("an attempt at {} never ends", order.number))
            .or_else(|| order.map(|order| format!("order {} never ends", order.number)))
            .or_else(|| notice.map(|one| format!("notice {} never ends", one.transaction)))
            .or_else(|| request.map(|one| format!("request {} never ends", one.id)))
            .or_else(|| {
                let due = self.deadlines().pop();
                due.map(|(subject, due)| format!("{} of {subject:?} is still due", due.event))
            })
            .or_else(|| parked.map(|(key, _)| format!("a message for {} waits on", key.number)))
    }
}
