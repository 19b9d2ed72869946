//! Deadlines: each fires once, at its time, also when the server was away.

use crate::house::{House, ISSUER, noon, until};
use acquit_domain::pay::{Attempt, Order, Payer};
use acquit_domain::{Channel, Id, InvoiceKey, InvoiceNumber, Media, PartyCode, Role, Timestamp};
use acquit_flow::Occurrence;
use acquit_flow::pay::StartOrder;
use acquit_server::shell::{Arrival, Clock, Refusal};
use acquit_store::{ExchangeFilter, Store, Viewer};
use std::time::Duration;

fn operator() -> Viewer {
    Viewer { party: PartyCode::new("OPERATOR").expect("a code"), role: Role::Operator }
}

/// Starts a payment by cheque, of which no bank says anything; its order.
pub(crate) async fn begun(house: &House, number: &str) -> Id {
    house.invoice(number).await.expect("taken");
    let key = InvoiceKey {
        issuer: PartyCode::new(ISSUER).expect("a code"),
        number: InvoiceNumber::new(number).expect("a number"),
    };
    let start = StartOrder {
        invoices: vec![key],
        means: "cheque".to_owned(),
        payer: Payer { email: "client@example.ma".to_owned(), ..Payer::default() },
        user: "u".to_owned(),
        reference: "0000042".to_owned(),
    };
    let arrival = Arrival { media: Media::Json, ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(&house.clock, b"{}".as_slice());
    let outcome = house.service.cashier.decide(parcel, Occurrence::Start(start)).await;
    let reply = outcome.expect("decided").payments.reply.expect("a reply");
    reply.order.unwrap_or_else(|| panic!("no order: {reply:?}"))
}

/// An order as it stands.
pub(crate) async fn order(store: &Store, id: Id) -> Order {
    store.order(&operator(), id).await.expect("asked").expect("there").order
}

fn attempt(order: &Order) -> &Attempt {
    order.attempt(1).expect("an attempt")
}

/// Rows of the log so far.
async fn rows(store: &Store) -> usize {
    let all = store.exchanges(&operator(), &ExchangeFilter::default(), 1000).await;
    all.expect("listed").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_fires_once_and_not_before_its_time() {
    let house = House::new("").await;
    let id = begun(&house, "00072001").await;
    let before = order(&house.store, id).await;
    let due = before.next_due().expect("it waits");
    assert!(due > noon());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(order(&house.store, id).await, before, "not yet");

    house.clock.set(due);
    let after = until(|| async {
        let now = order(&house.store, id).await;
        (now.next_due() != Some(due)).then_some(now)
    });
    let after = after.await;
    assert_ne!((attempt(&after).state, after.state), (attempt(&before).state, before.state));
    let logged = rows(&house.store).await;
    // A clock that goes back and comes again fires nothing twice (K001).
    house.pass(-3600);
    tokio::time::sleep(Duration::from_secs(1)).await;
    house.clock.set(due);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(order(&house.store, id).await, after);
    assert_eq!(rows(&house.store).await, logged);
    house.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_due_while_the_server_stood_fires_when_it_is_up() {
    let house = House::new("").await;
    let id = begun(&house, "00072002").await;
    let store = house.store.clone();
    house.service.stop().await;
    // The year 2039 is a year like others (K006).
    let late = Timestamp::parse("2039-06-01T00:00:00Z").expect("an instant");
    let house = House::over(store, Clock::manual(late), "").await;
    // The questions that were missed are not asked one by one: the attempt ends.
    until(|| async { (!attempt(&order(&house.store, id).await).state.is_live()).then_some(()) })
        .await;
    until(|| async { (!order(&house.store, id).await.is_live()).then_some(()) }).await;
    assert_eq!(house.store.due(late, 100).await, Ok(Vec::new()), "nothing waits");
    house.service.stop().await;
}

/// Row K005: a clock that was never set takes nothing, and says so.
#[tokio::test(flavor = "multi_thread")]
async fn before_1970_nothing_is_taken() {
    let house = House::new("").await;
    house.clock.set(Timestamp(-1));
    let refused = house.invoice("00072003").await;
    assert!(matches!(refused, Err(Refusal::Stopped(_))), "{refused:?}");
    house.clock.set(noon());
    house.invoice("00072003").await.expect("taken");
    house.service.stop().await;
}

/// Row K002: the machine's clock leaps two years ahead and back under a running server. Nothing
/// that waits ends by it, and the server says that it does not believe its clock.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_leaps_two_years_ends_nothing() {
    const YEARS: i64 = 2 * 365 * 86_400;
    let clock = Clock::Moved(std::sync::Arc::default());
    let store = Store::in_memory().expect("a store");
    let house = House::over(store, clock, "").await;
    let id = begun(&house, "00072004").await;
    let before = order(&house.store, id).await;
    // Two readings of the clock are needed to believe it.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(house.service.engine.clockwork.doubt(), None);
    for leap in [YEARS, -YEARS] {
        house.pass(leap);
        until(|| async { house.service.engine.clockwork.doubt() }).await;
        tokio::time::sleep(Duration::from_millis(1500)).await;
        assert_eq!(order(&house.store, id).await, before, "by {leap} seconds");
    }
    // Messages are taken all the while.
    house.invoice("00072005").await.expect("taken");
    house.service.stop().await;
}
