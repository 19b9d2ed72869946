//! A house in memory: what is known, a clock, and the laws that hold after every decision.

use crate::support;
use acquit_domain::exchange::Exchange;
use acquit_domain::parcel::{Channel, Media, Parcel};
use acquit_domain::pay::{
    Account, AttemptState, Due, Funds, FundsKind, NoticeState, Order, OrderName, RequestState,
};
use acquit_domain::{
    Id, InvoiceKey, InvoiceNumber, InvoiceState, Keys, Known, Outcome, PartyCode, Timestamp,
};
use acquit_flow::pay::{Occurrence, Subject};
use acquit_flow::{apply, decide, decide_payment, payment_keys, read};
use acquit_mapping::rulebook::Rulebook;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Events that may lead from paid back to payable.
const REVERSALS: &[&str] =
    &["cheque_unpaid", "refund_reopens", "refund_partial", "chargeback_lost"];

/// Issuers of these tests: they take every means, and differ in what they do with parts.
pub(crate) const HOLDS: &str = "HOLDS";
pub(crate) const OLDEST: &str = "OLDEST";
pub(crate) const SHARES: &str = "SHARES";

pub(crate) static BOOK: LazyLock<Rulebook> = LazyLock::new(|| {
    let issuer = |code: &str, more: &str, notices: &str| {
        let text = format!(
            "code = \"{code}\"\nname = \"{code}\"\nxml = [\"{code}\"]\nunderpaid = {more}\n\
             means = [\"cmi.card\", \"cmi.fatourati\", \"amanpay.amanty\", \"cheque\", \
             \"transfer\"]\ntolerate = [\"missing_document\"]\n\
             [[message]]\nspecimen = \"portnet-inv\"\n{notices}"
        );
        (format!("issuers/{}/issuer.toml", code.to_lowercase()), text)
    };
    support::book_with(&[
        issuer(HOLDS, "\"hold\"", ""),
        issuer(OLDEST, "\"oldest_first\"", ""),
        issuer(SHARES, "\"pro_rata\"", ""),
        issuer("DAYLONG", "\"hold\"\nreference_minutes = 1440", ""),
        issuer("SINGLY", "\"hold\"", "[notices]\nper = \"invoice\"\n"),
    ])
});

pub(crate) struct House {
    pub(crate) known: Known,
    pub(crate) now: Timestamp,
    pub(crate) last: Option<Outcome>,
    pub(crate) log: Vec<Exchange>,
    parcels: u64,
    receipts: i64,
    /// True when every decision is taken twice and compared.
    pub(crate) twice: bool,
    /// What somebody else still holds to be true.
    pub(crate) stale: Option<Known>,
}

pub(crate) fn key(issuer: &str, number: &str) -> InvoiceKey {
    InvoiceKey {
        issuer: PartyCode::new(issuer).expect("a short code"),
        number: InvoiceNumber::new(number).expect("a short number"),
    }
}

impl House {
    pub(crate) fn new() -> House {
        House {
            known: Known::default(),
            now: Timestamp::parse("2026-11-23T10:00:00Z").expect("a valid instant"),
            last: None,
            log: Vec::new(),
            parcels: 0,
            receipts: 0,
            twice: false,
            stale: None,
        }
    }

    fn parcel(&mut self, partner: Option<&str>, bytes: &[u8]) -> Parcel {
        self.parcels += 1;
        Parcel {
            id: Id::new(1_763_892_000_000 + self.parcels, self.parcels.into()),
            partner: partner.and_then(PartyCode::new),
            channel: Channel::Http,
            media: Media::Unknown,
            charset: String::new(),
            name: String::new(),
            received_at: self.now,
            bytes: bytes.into(),
            sha256: Sha256::digest(bytes).into(),
            idempotency_key: String::new(),
        }
    }

    /// An issuer's message through the whole pipeline.
    pub(crate) fn send(&mut self, issuer: &str, bytes: &[u8]) {
        let parcel = self.parcel(Some(issuer), bytes);
        let reading = read(&BOOK, &parcel);
        let known = answer(reading.keys(), &self.known);
        let outcome = decide(&BOOK, &reading, &known, self.now);
        self.commit(outcome);
    }

    /// Something that happens to payments.
    pub(crate) fn happens(&mut self, partner: Option<&str>, occurrence: &Occurrence) {
        let parcel = self.parcel(partner, b"{}");
        let keys = payment_keys(&BOOK, occurrence);
        if let Some(stale) = self.stale.take() {
            // Decided at the same time as something else that was committed first.
            let known = answer(&keys, &stale);
            let outcome = decide_payment(&BOOK, &parcel, occurrence, &known, self.now);
            assert!(self.conflicts(&outcome), "what was decided of the past would be stored");
        }
        let known = answer(&keys, &self.known);
        let outcome = decide_payment(&BOOK, &parcel, occurrence, &known, self.now);
        if self.twice {
            let again = decide_payment(&BOOK, &parcel, occurrence, &known, self.now);
            assert_eq!(format!("{outcome:?}"), format!("{again:?}"), "deciding is a function");
        }
        self.commit(outcome);
    }

    /// True when the versions it read are not those that are held.
    fn conflicts(&self, outcome: &Outcome) -> bool {
        let (known, payments) = (&self.known, &self.known.payments);
        let invoices = outcome.invoices.iter().any(|change| {
            let held = known.invoices.get(&change.invoice.key).map(|held| held.version);
            change.read_version != held
        });
        let orders = outcome.payments.orders.iter().any(|change| {
            let held = payments.orders.get(&change.after.id).map(|held| held.version);
            change.read_version != held
        });
        let funds = outcome.payments.funds.iter().any(|change| {
            let held = payments.funds.get(&change.after.key).map(|held| held.version);
            change.read_version != held
        });
        invoices || orders || funds
    }

    fn commit(&mut self, outcome: Outcome) {
        for change in &outcome.invoices {
            let held = self.known.invoices.get(&change.invoice.key).map(|held| held.version);
            assert_eq!(change.read_version, held, "an invoice nobody looked up was written");
        }
        for change in &outcome.payments.orders {
            let held = self.known.payments.orders.get(&change.after.id).map(|held| held.version);
            assert_eq!(change.read_version, held, "an order nobody looked up was written");
        }
        for change in &outcome.payments.funds {
            let held = self.known.payments.funds.get(&change.after.key).map(|held| held.version);
            assert_eq!(change.read_version, held, "a fact nobody looked up was written");
        }
        apply(&mut self.known, &outcome);
        rows(&outcome);
        self.receipts +=
            outcome.payments.receipts.iter().filter(|one| one.void_at.is_none()).count() as i64;
        self.laws();
        self.log.extend(outcome.exchanges.iter().cloned());
        self.last = Some(outcome);
    }

    /// What must hold after every decision.
    fn laws(&self) {
        let payments = &self.known.payments;
        for funds in payments.funds.values() {
            assert!(funds.balances(), "a fact does not balance: {funds:?}");
        }
        for invoice in self.known.invoices.values() {
            let account = Account::Allocated(invoice.key.clone());
            let on = payments.funds.values().map(|funds| funds.balance(&account)).sum::<i64>();
            assert_eq!(on, invoice.allocated_minor, "ledger and invoice {}", invoice.key.number);
            assert!((0..=invoice.gross.minor).contains(&on), "{} of {}", on, invoice.gross);
            let live: Vec<&Order> =
                payments.orders.values().filter(|order| has(order, &invoice.key)).collect();
            let live: Vec<_> = live.into_iter().filter(|order| order.is_live()).collect();
            assert!(live.len() <= 1, "several live orders of {}", invoice.key.number);
            let paying = live.iter().any(|order| order.has_live_attempt());
            let waits = invoice.state == InvoiceState::InProcess;
            assert!(paying || !waits, "{} is in process and nobody pays", invoice.key.number);
        }
        for order in payments.orders.values() {
            let paid = payments.funds.values().filter(|funds| funds.order == Some(order.id));
            let paid: i64 = paid.map(on_entry).sum();
            assert!(paid <= order.total.minor, "an order was paid twice: {}", self.told(order));
            for attempt in &order.attempts {
                let waits = attempt.state.is_live();
                // One that ended is only asked about, when its payment was announced afterwards.
                let asked =
                    |due: &Due| matches!(due.event.as_str(), "poll" | "found_nothing" | "refund");
                let clock = attempt.due.as_ref().filter(|due| waits || !asked(due));
                assert_eq!(waits, clock.is_some(), "{:?} and its clock", attempt.state);
            }
            assert!(!order.is_live() || order.due.is_some(), "an order without clock");
            assert!(order.is_live() || !order.has_live_attempt(), "a live attempt in {order:?}");
        }
        for notice in payments.notices.values() {
            let waits = matches!(
                notice.state,
                NoticeState::Created | NoticeState::Sent | NoticeState::Taken
            );
            assert_eq!(waits, notice.due.is_some(), "notice {:?}", notice.state);
        }
        let sum = |kind| {
            let of = payments.funds.values().filter(|funds| funds.key.kind == kind);
            of.map(Funds::came_minor).sum::<i64>()
        };
        let placed: i64 =
            payments.funds.values().map(|funds| funds.allocated() + funds.suspense()).sum();
        assert_eq!(sum(FundsKind::Credit) + sum(FundsKind::Reversal), placed, "conservation");
        let year = payments.counters.get("receipt:2026").copied().unwrap_or(0);
        let later = payments.counters.get("receipt:2027").copied().unwrap_or(0);
        assert_eq!(year + later, self.receipts, "receipts without gaps");
    }

    /// An order with its money, for people.
    fn told(&self, order: &Order) -> String {
        let of = self.known.payments.funds.values().filter(|one| one.order == Some(order.id));
        let funds: Vec<String> =
            of.map(|one| format!("{:?} {:?}", one.key, one.postings)).collect();
        format!("{:?} {:?}\n{}", order.state, order.items, funds.join("\n"))
    }

    /// Every deadline that waits.
    fn deadlines(&self) -> Vec<(Timestamp, Subject, String)> {
        let payments = &self.known.payments;
        let mut found = Vec::new();
        for order in payments.orders.values() {
            if let Some(due) = &order.due {
                found.push((due.at, Subject::Order(order.id), due.event.clone()));
            }
            for attempt in &order.attempts {
                if let Some(due) = &attempt.due {
                    let subject = Subject::Attempt(order.id, attempt.ordinal);
                    found.push((due.at, subject, due.event.clone()));
                }
            }
        }
        for notice in payments.notices.values() {
            if let Some(due) = &notice.due {
                found.push((due.at, Subject::Notice(notice.id), due.event.clone()));
            }
        }
        for request in payments.requests.values().filter(|one| one.state == RequestState::Asked) {
            if let Some(due) = &request.due {
                found.push((due.at, Subject::Request(request.id), due.event.clone()));
            }
        }
        found
    }

    /// Runs the clock, and fires every deadline on the way, at most so many.
    pub(crate) fn wait(&mut self, seconds: i64, most: usize) {
        let end = Timestamp(self.now.0 + seconds * acquit_domain::time::SECOND);
        for _ in 0..most {
            let next = self.deadlines().into_iter().min_by_key(|(at, ..)| *at);
            let Some((at, subject, event)) = next.filter(|(at, ..)| *at <= end) else { break };
            self.now = self.now.max(at);
            self.happens(None, &Occurrence::Deadline { subject, event, at });
        }
        self.now = end;
    }

    /// Every attempt that still waits.
    pub(crate) fn live_attempts(&self) -> usize {
        let orders = self.known.payments.orders.values();
        orders.flat_map(|order| &order.attempts).filter(|one| one.state.is_live()).count()
    }
}

/// What a fact put on invoices when it was entered: what an operator allocated later, out of
/// suspense, is decided by a person.
fn on_entry(funds: &Funds) -> i64 {
    let suspended = funds.postings.iter().find(|one| one.account == Account::Suspense);
    let suspended = suspended.map_or(0, |posting| posting.amount_minor);
    let received = funds.balance(&Account::Received);
    received - suspended
}

fn has(order: &Order, key: &InvoiceKey) -> bool {
    order.items.iter().any(|item| item.invoice == *key)
}

/// Nothing paid becomes payable but by a reversal.
fn rows(outcome: &Outcome) {
    use InvoiceState::{AwaitingIssuer, Confirmed, InProcess, Open, Paid, Partial};
    for row in &outcome.exchanges {
        assert!(row.n != Some(1) || row.before.is_none(), "{} begins as something", row.event);
        let (Some(from), Some(to)) = (row.from, row.to) else { continue };
        let settled = matches!(from, AwaitingIssuer | Confirmed | Paid);
        if settled && matches!(to, Open | InProcess | Partial) {
            assert!(REVERSALS.contains(&row.event.as_str()), "{} by {}", row.message, row.event);
        }
        assert!(from == to || !row.event.is_empty(), "a state moved without an event");
    }
}

/// What a store answers: exactly the neighbourhood of what is asked.
fn answer(keys: &Keys, all: &Known) -> Known {
    let (asked, held) = (&keys.payments, &all.payments);
    let mut known = Known {
        envelopes: all.envelopes.clone(),
        clients: all.clients.clone(),
        letters: all.letters.clone(),
        parked: all.parked.clone(),
        ..Known::default()
    };
    let mut orders: BTreeSet<Id> = BTreeSet::new();
    let mut invoices: BTreeSet<InvoiceKey> = keys.invoices.clone();
    for order in held.orders.values() {
        let money = || held.funds.values().any(|funds| funds.order == Some(order.id));
        let named = asked.orders.iter().any(|name| match name {
            OrderName::Id(id) => order.id == *id,
            OrderName::Number(number) => order.number == *number,
            OrderName::Reference(text) => order.attempts.iter().any(|one| one.reference == *text),
            OrderName::Invoice(key) => has(order, key) && (order.is_live() || money()),
        });
        // An invoice that is more than open brings what paid it.
        let moved = |key: &InvoiceKey| {
            let held = all.invoices.get(key);
            held.is_some_and(|held| held.state != InvoiceState::Open)
        };
        let brought = keys.invoices.iter().any(|key| has(order, key) && moved(key) && money());
        let named = named || brought;
        if named {
            orders.insert(order.id);
        }
    }
    let named_funds = |funds: &&Funds| {
        let key = (funds.key.provider.clone(), funds.key.transaction.clone());
        asked.funds.contains(&key) || asked.funds_ids.contains(&funds.id)
    };
    let mut funds: BTreeSet<Id> = held.funds.values().filter(named_funds).map(|f| f.id).collect();
    let named_notices = held.notices.values().filter(|notice| {
        asked.notices.contains(&notice.id)
            || asked.transactions.contains(&notice.transaction)
            || notice.messages.iter().any(|number| asked.messages.contains(number))
    });
    let mut notices: BTreeSet<Id> = BTreeSet::new();
    for notice in named_notices {
        notices.insert(notice.id);
        orders.extend(notice.order);
        funds.insert(notice.funds);
        invoices.extend(notice.lines.iter().map(|line| line.invoice.clone()));
    }
    for one in held.funds.values() {
        if funds.contains(&one.id) {
            orders.extend(one.order);
        }
    }
    // The invoices answered bring their live orders, and these what they bring.
    for _ in 0..2 {
        for one in held.funds.values() {
            let of_order = one.order.is_some_and(|order| orders.contains(&order));
            let reverses = one.of.is_some_and(|of| funds.contains(&of));
            if of_order || reverses || funds.contains(&one.id) {
                funds.insert(one.id);
                invoices.extend(one.postings.iter().filter_map(|posting| match &posting.account {
                    Account::Allocated(key) => Some(key.clone()),
                    _ => None,
                }));
            }
        }
        for order in held.orders.values() {
            let touched = order.items.iter().any(|item| invoices.contains(&item.invoice));
            let money = held.funds.values().any(|funds| funds.order == Some(order.id));
            if orders.contains(&order.id) || touched && (order.is_live() || money) {
                orders.insert(order.id);
                invoices.extend(order.items.iter().map(|item| item.invoice.clone()));
            }
        }
    }
    for notice in held.notices.values() {
        let named = notice.order.is_some_and(|order| orders.contains(&order));
        if named || funds.contains(&notice.funds) {
            notices.insert(notice.id);
        }
    }
    for request in asked.requests.iter().filter_map(|id| held.requests.get(id)) {
        // A request brings the invoice it names.
        let number = InvoiceNumber::new(&request.number);
        invoices.extend(number.map(|number| InvoiceKey { issuer: request.issuer.clone(), number }));
    }
    fill(&mut known, all, &orders, &funds, &notices, &invoices);
    for id in &asked.requests {
        let request = held.requests.get(id);
        known.payments.requests.extend(request.map(|request| (*id, request.clone())));
    }
    if asked.counters {
        known.payments.counters.clone_from(&held.counters);
    }
    known
}

fn fill(
    known: &mut Known,
    all: &Known,
    orders: &BTreeSet<Id>,
    funds: &BTreeSet<Id>,
    notices: &BTreeSet<Id>,
    invoices: &BTreeSet<InvoiceKey>,
) {
    let held = &all.payments;
    for key in invoices {
        let invoice = all.invoices.get(key);
        known.invoices.extend(invoice.map(|invoice| (key.clone(), invoice.clone())));
    }
    let of = |id: &Id| held.orders.get(id).map(|order| (*id, order.clone()));
    known.payments.orders.extend(orders.iter().filter_map(of));
    let facts = held.funds.iter().filter(|(_, one)| funds.contains(&one.id));
    known.payments.funds.extend(facts.map(|(key, one)| (key.clone(), one.clone())));
    let told = held.notices.iter().filter(|(id, _)| notices.contains(id));
    known.payments.notices.extend(told.map(|(id, notice)| (*id, notice.clone())));
    let receipts = held.receipts.iter().filter(|(of, _)| funds.contains(of));
    known.payments.receipts.extend(receipts.map(|(of, receipt)| (*of, receipt.clone())));
    let about = |case: &acquit_domain::pay::Case| {
        case.order.is_some_and(|id| orders.contains(&id))
            || case.funds.is_some_and(|id| funds.contains(&id))
            || case.invoice.as_ref().is_some_and(|key| invoices.contains(key))
    };
    let cases = held.cases.iter().filter(|(_, case)| about(case));
    known.payments.cases.extend(cases.map(|(id, case)| (*id, case.clone())));
}

/// The words of a state, for tables.
pub(crate) fn attempts(order: &Order) -> String {
    let words: Vec<&str> = order.attempts.iter().map(|one| AttemptState::key(one.state)).collect();
    words.join(",")
}
