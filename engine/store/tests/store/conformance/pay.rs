//! Payments: what is committed is known, what came too late or does not balance leaves nothing.

use super::pay_sample::{at, case, held, moved, new, next, orphan, paid, posting, started};
use super::{operator, take, viewer};
use crate::sample;
use acquit_domain::pay::{
    Account, Funds, FundsKind, FundsState, InvoiceRequest, NoticeState, OrderName, OrderState,
    PaymentKeys, RequestState,
};
use acquit_domain::*;
use acquit_store::{CommitResult, Error, InvoiceFilter, PageRequest, Sort, Store, Totals};

async fn known(store: &Store, payments: PaymentKeys) -> Known {
    store.known(&Keys { payments, ..Keys::default() }).await.expect("known")
}

fn by_order(name: OrderName) -> PaymentKeys {
    PaymentKeys { orders: [name].into(), ..PaymentKeys::default() }
}

async fn result(store: &Store, outcome: Outcome) -> CommitResult {
    store.commit(vec![outcome]).await.expect("answered")[0]
}

async fn refused(store: &Store, outcome: Outcome, words: &str) {
    let parcel = outcome.parcel.id;
    match store.commit(vec![outcome]).await {
        Err(Error::Unbalanced(text)) => assert!(text.contains(words), "{text}"),
        other => panic!("{words}: {other:?}"),
    }
    assert_eq!(store.answer(parcel).await.expect("asked"), None, "nothing of it is there");
}

async fn totals(store: &Store) -> (i64, i64, i64, i64) {
    let totals = store.totals().await.expect("totals");
    assert!(totals.iter().all(Totals::balances), "{totals:?}");
    totals.first().map_or((0, 0, 0, 0), |t| (t.credits, t.reversals, t.allocated, t.suspense))
}

/// A store with the first invoice; gives it.
async fn opened(store: &Store) -> Invoice {
    let first = sample::outcome(1);
    take(store, vec![first.clone()]).await;
    held(&first)
}

/// A store with an order that was paid: the invoice, the outcome that paid it, the money.
async fn settled(store: &Store) -> (Invoice, Outcome, Funds) {
    let invoice = opened(store).await;
    let (start, order) = started(2, &invoice);
    let (mut pay, funds) = paid(3, &held(&start), &order);
    pay.payments.counters = vec![("receipt:2026".to_owned(), 0, 3)];
    take(store, vec![start]).await;
    take(store, vec![pay.clone()]).await;
    (held(&pay), pay, funds)
}

/// Every name of an order leads to it and to all that belongs to it.
pub async fn an_order_brings_its_neighbourhood(store: &Store) {
    let (invoice, pay, funds) = settled(store).await;
    let order = pay.payments.orders[0].after.clone();
    let notice = pay.payments.notices[0].after.clone();
    let names = [
        OrderName::Id(order.id),
        OrderName::Number(order.number.clone()),
        OrderName::Reference(order.attempts[0].reference.clone()),
        OrderName::Invoice(invoice.key.clone()),
    ];
    let mut questions: Vec<PaymentKeys> = names.into_iter().map(by_order).collect();
    let none = PaymentKeys::default;
    let transaction = (funds.key.provider.clone(), funds.key.transaction.clone());
    questions.extend([
        PaymentKeys { funds: [transaction].into(), ..none() },
        PaymentKeys { funds_ids: [funds.id].into(), ..none() },
        PaymentKeys { transactions: [notice.transaction.clone()].into(), ..none() },
        PaymentKeys { messages: [notice.messages[0].clone()].into(), ..none() },
        PaymentKeys { notices: [notice.id].into(), ..none() },
    ]);
    for question in questions {
        let text = format!("{question:?}");
        let known = known(store, question).await;
        let all = known.payments;
        assert_eq!(all.orders.values().collect::<Vec<_>>(), [&order], "{text}");
        assert_eq!(all.funds.values().collect::<Vec<_>>(), [&funds], "{text}");
        assert_eq!(all.notices.values().collect::<Vec<_>>(), [&notice], "{text}");
        assert_eq!(all.receipts[&funds.id], pay.payments.receipts[0], "{text}");
        assert_eq!(known.invoices.values().collect::<Vec<_>>(), [&invoice], "{text}");
        assert_eq!(all.counters["receipt:2026"], 3, "numbers may be needed: {text}");
    }
    let keys = Keys { invoices: [invoice.key.clone()].into(), ..Keys::default() };
    let brought = store.known(&keys).await.expect("known").payments;
    assert_eq!(brought.orders.values().collect::<Vec<_>>(), [&order], "an invoice brings its own");
    let counted = known(store, PaymentKeys { counters: true, ..none() }).await.payments;
    assert_eq!(counted.counters["receipt:2026"], 3);
    assert!(counted.orders.is_empty());
    let nothing = known(store, by_order(OrderName::Number("PN?".to_owned()))).await.payments;
    assert!(nothing.counters.is_empty() && nothing.orders.is_empty());
}

/// Another version than the one read, a name or number given meanwhile: a conflict, and nothing
/// written.
pub async fn payments_too_late_leave_nothing(store: &Store) {
    let invoice = opened(store).await;
    let (start, order) = started(2, &invoice);
    let (pay, funds) = paid(3, &held(&start), &order);
    take(store, vec![start.clone()]).await;
    let mut elsewhere = pay.clone();
    elsewhere.payments.orders[0].read_version = Some(7);
    assert_eq!(result(store, elsewhere).await, CommitResult::Conflict);
    take(store, vec![pay.clone()]).await;

    let other = sample::outcome(9);
    take(store, vec![other.clone()]).await;
    let (again, _) = started(10, &held(&other));
    let mut same_number = again.clone();
    same_number.payments.orders[0].after.number = order.number.clone();
    let mut same_id = again.clone();
    same_id.payments.orders[0].after.id = order.id;
    let mut same_counter = again.clone();
    same_counter.payments.counters = vec![("order".to_owned(), 4, 5)];
    let (mut same_fact, mut fact) = orphan(11, &held(&other), 500);
    fact.key = funds.key.clone();
    same_fact.payments.funds = vec![new(fact)];
    let (mut same_receipt, fact) = orphan(12, &held(&other), 500);
    same_receipt.payments.receipts = vec![super::pay_sample::receipt(&same_receipt, &fact, 3)];
    for late in [same_number, same_id, same_counter, same_fact, same_receipt] {
        let text = format!("{:?}", late.payments);
        let parcel = late.parcel.id;
        assert_eq!(result(store, late).await, CommitResult::Conflict, "{text}");
        assert_eq!(store.answer(parcel).await.expect("asked"), None, "{text}");
    }
    assert_eq!(result(store, again).await, CommitResult::Committed);
    assert_eq!(totals(store).await, (funds.amount_minor, 0, funds.amount_minor, 0));
}

/// Of many that count on the same last number, one is committed; in a batch it spoils no other.
pub async fn numbers_are_given_once(store: &Store) {
    let firsts: Vec<Outcome> = (20..24).map(sample::outcome).collect();
    take(store, firsts.clone()).await;
    let mut batch: Vec<Outcome> = Vec::new();
    for (n, first) in (30..).zip(&firsts) {
        let (mut start, _) = started(n, &held(first));
        start.payments.counters = vec![("order".to_owned(), 0, 1)];
        batch.push(start);
    }
    batch[3].payments.counters = vec![("message".to_owned(), 0, 2)];
    use CommitResult::{Committed, Conflict};
    let results = store.commit(batch).await.expect("answered");
    assert_eq!(results, [Committed, Conflict, Conflict, Committed]);
    let counters = known(store, PaymentKeys { counters: true, ..PaymentKeys::default() }).await;
    let counters: Vec<_> = counters.payments.counters.into_iter().collect();
    assert_eq!(counters, [("message".to_owned(), 2), ("order".to_owned(), 1)]);
}

/// What would break the ledger is refused whole, and spoils nothing that is held.
pub async fn what_does_not_balance_is_refused(store: &Store) {
    let (invoice, _, funds) = settled(store).await;
    let before = totals(store).await;
    let (mut short, mut fact) = orphan(4, &invoice, 500);
    fact.postings[1].amount_minor = 499;
    short.payments.funds = vec![new(fact)];
    refused(store, short, "suspense 499").await;

    let (mut unsaid, mut fact) = orphan(5, &invoice, 500);
    fact.postings.clear();
    unsaid.payments.funds = vec![new(fact)];
    refused(store, unsaid, "received 0").await;

    let (mut silent, mut fact) = orphan(6, &invoice, 500);
    fact.postings[1].account = Account::Allocated(invoice.key.clone());
    silent.payments.funds = vec![new(fact)];
    refused(store, silent, "says").await;

    let lost = moved(7, &invoice, |invoice| invoice.allocated_minor -= 1);
    refused(store, lost, "says").await;

    let mut rewritten = moved(8, &invoice, |_| ());
    let mut fact = funds.clone();
    fact.postings.swap(0, 1);
    rewritten.payments.funds = vec![next(fact, funds.version)];
    refused(store, rewritten, "only grow").await;

    let mut larger = moved(9, &invoice, |_| ());
    let mut fact = funds.clone();
    fact.amount_minor += 1;
    fact.postings.push(posting(&larger, Account::Received, 1));
    fact.postings.push(posting(&larger, Account::Suspense, 1));
    larger.payments.funds = vec![next(fact, funds.version)];
    refused(store, larger, "never changes").await;

    assert_eq!(totals(store).await, before);
    assert_eq!(store.funds(funds.id).await.expect("asked"), Some(funds));
}

/// Money in suspense, put on an invoice, taken back: every step balances, and the audit proves it.
pub async fn money_goes_on_and_comes_back(store: &Store) {
    let invoice = opened(store).await;
    let (told, funds) = orphan(2, &invoice, 700);
    take(store, vec![told.clone()]).await;
    assert_eq!(totals(store).await, (700, 0, 0, 700));
    assert_eq!(store.suspense(None, 9).await, Ok(vec![funds.clone()]));
    assert_eq!(store.suspense(Some(funds.id), 9).await.expect("listed"), []);

    let mut put = moved(3, &held(&told), |invoice| invoice.allocated_minor += 700);
    let mut after = funds.clone();
    after.version += 1;
    after.state = FundsState::Allocated;
    after.postings.push(posting(&put, Account::Suspense, -700));
    after.postings.push(posting(&put, Account::Allocated(invoice.key.clone()), 700));
    put.payments.funds = vec![next(after.clone(), 1)];
    let mut closed = told.payments.cases[0].clone();
    closed.closed_at = Some(at(9));
    closed.resolution = "put on the invoice".to_owned();
    put.payments.cases = vec![closed.clone()];
    take(store, vec![put.clone()]).await;
    assert_eq!(totals(store).await, (700, 0, 700, 0));
    assert_eq!(store.suspense(None, 9).await.expect("listed"), []);

    let mut back = moved(4, &held(&put), |invoice| invoice.allocated_minor -= 700);
    let mut reversal = super::pay_sample::funds(&back, "T2", FundsKind::Reversal, 700);
    reversal.of = Some(funds.id);
    reversal.postings = vec![
        posting(&back, Account::Received, -700),
        posting(&back, Account::Allocated(invoice.key.clone()), -700),
    ];
    back.payments.funds = vec![new(reversal.clone())];
    let mut twice = back.clone();
    back.payments.cases = vec![case(&back, &invoice, Some(reversal.id))];
    twice.payments.cases = vec![closed];
    assert_eq!(result(store, twice).await, CommitResult::Conflict, "closed before");
    take(store, vec![back.clone()]).await;
    assert_eq!(totals(store).await, (700, 700, 0, 0));
    let keys = PaymentKeys { funds_ids: [reversal.id].into(), ..PaymentKeys::default() };
    let all = known(store, keys).await.payments;
    assert_eq!(all.funds.into_values().collect::<Vec<_>>(), [after, reversal]);
    assert_eq!(all.cases.into_values().collect::<Vec<_>>(), back.payments.cases);
    let report = store.verify(sample::HASHES, Vec::new()).await.expect("verified");
    assert!(report.holds(), "{:?}", report.breaks);
    assert_eq!(report.postings, 6);
}

/// Invoices are found by everything their payments are called by.
pub async fn payments_lead_to_invoices(store: &Store) {
    let (invoice, pay, funds) = settled(store).await;
    let order = &pay.payments.orders[0].after;
    let names =
        [&order.number, &order.attempts[0].reference, &funds.key.transaction, &funds.reference];
    for name in names {
        let filter =
            InvoiceFilter { payment_reference: Some(name.clone()), ..InvoiceFilter::default() };
        let page = PageRequest { limit: 10, after: None };
        let found = store.invoices(&operator(), &filter, Sort::default(), &page).await;
        let found = found.expect("searched").items;
        assert_eq!(found.iter().collect::<Vec<_>>(), [&invoice], "{name}");
    }
}

/// Notices and requests move on by their versions.
pub async fn notices_and_requests_move_on(store: &Store) {
    let (invoice, pay, _) = settled(store).await;
    let held = pay.payments.notices[0].after.clone();
    let mut again = moved(4, &invoice, |_| ());
    let mut notice = held.clone();
    notice.version = 2;
    notice.state = NoticeState::Confirmed;
    notice.messages.push("M-2".to_owned());
    notice.lines[0].confirmed = Some(true);
    notice.due = None;
    again.payments.notices = vec![next(notice.clone(), held.version)];
    let request = InvoiceRequest {
        id: again.parcel.id.derive(11, 1),
        issuer: invoice.key.issuer.clone(),
        terminal: "Port Casablanca".to_owned(),
        client_id: "42".to_owned(),
        number: invoice.key.number.to_string(),
        client: invoice.client.code.clone(),
        user: "alami".to_owned(),
        state: RequestState::Asked,
        tries: 1,
        found: Vec::new(),
        reason: String::new(),
        due: super::pay_sample::due(5, "request_silent"),
        asked_at: at(4),
        ended_at: None,
        version: 1,
    };
    again.payments.requests = vec![new(request.clone())];
    take(store, vec![again.clone()]).await;
    let viewer_of_client = viewer(Role::Client, &invoice.client.code);
    let seen = store.notice(&viewer_of_client, notice.id).await.expect("asked");
    assert_eq!(seen, Some(notice.clone()));
    let keys = PaymentKeys { messages: ["M-2".to_owned()].into(), ..PaymentKeys::default() };
    assert_eq!(known(store, keys).await.payments.notices[&notice.id], notice);

    let found = InvoiceRequest {
        state: RequestState::Found,
        found: vec![invoice.key.clone()],
        due: None,
        ended_at: Some(at(6)),
        version: 2,
        ..request.clone()
    };
    let mut answered = moved(5, &super::pay_sample::held(&again), |_| ());
    answered.payments.requests = vec![next(found.clone(), 1)];
    take(store, vec![answered]).await;
    let keys = PaymentKeys { requests: [request.id].into(), ..PaymentKeys::default() };
    let brought = known(store, keys).await;
    assert_eq!(brought.payments.requests[&request.id], found);
    assert!(brought.invoices.contains_key(&invoice.key), "a request brings its invoice");
    let listed = store.requests(&viewer_of_client, Some(RequestState::Found), None, 9).await;
    assert_eq!(listed.expect("listed"), [found]);
    let paid = store.notices(&operator(), Some(NoticeState::Sent), None, 9).await;
    assert_eq!(paid.expect("listed"), []);
    assert_eq!(OrderState::Paid, pay.payments.orders[0].after.state);
}

/// An outcome that follows one that came too late is too late itself, and no mistake.
pub async fn what_follows_the_late_is_late(store: &Store) {
    let invoice = opened(store).await;
    let (start, order) = started(2, &invoice);
    let (mut pay, _) = paid(3, &held(&start), &order);
    let (told, _) = orphan(4, &held(&pay), 500);
    pay.payments.counters = vec![("receipt:2026".to_owned(), 7, 8)];
    use CommitResult::{Committed, Conflict};
    let results = store.commit(vec![start, pay, told]).await.expect("answered");
    assert_eq!(results, [Committed, Conflict, Conflict]);
    assert_eq!(totals(store).await, (0, 0, 0, 0));
}
