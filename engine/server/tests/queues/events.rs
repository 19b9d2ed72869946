//! Events on a topic exchange: in order, none lost over a restart, health when it is made wrongly.

use crate::broker::{Peer, unique, url};
use crate::house::{House, until};
use acquit_store::Store;
use lapin::ExchangeKind;

fn config(exchange: &str) -> String {
    format!("[queue]\nurl = \"env:ACQUIT_TEST_AMQP\"\nevents = \"{exchange}\"\n")
}

#[tokio::test]
async fn events_go_out_by_topic_in_order_and_over_a_restart() {
    let Some(url) = url() else { return };
    let (exchange, all, unpaid) = (unique("events"), unique("all"), unique("unpaid"));
    let peer = Peer::new(&url).await;
    peer.exchange(&exchange, ExchangeKind::Topic).await;
    for (queue, topic) in [(&all, "#"), (&unpaid, "invoice.unpaid")] {
        peer.queue(queue).await;
        peer.bind(queue, &exchange, topic).await;
    }
    let store = Store::in_memory().expect("a store");
    let house = House::over(store.clone(), &config(&exchange)).await;
    // The cursor stands once it is written: what comes after is told.
    until(|| async { has_cursor(&store).await }).await;
    house.submit("00073001").await.expect("taken");
    house.submit("00073002").await.expect("taken");
    let first = peer.take(&unpaid, 2).await;
    house.service.stop().await;

    // While nobody tells, the log grows.
    let silent = House::over(store.clone(), "").await;
    silent.submit("00073003").await.expect("taken");
    silent.service.stop().await;
    let house = House::over(store.clone(), &config(&exchange)).await;
    house.submit("00073004").await.expect("taken");
    let then = peer.take(&unpaid, 2).await;
    let told: Vec<&str> = first.iter().chain(&then).map(|one| one.body.as_str()).collect();
    for (body, number) in told.iter().zip(["00073001", "00073002", "00073003", "00073004"]) {
        assert!(body.contains(number), "{number} in {body}");
    }
    assert!(
        first
            .iter()
            .all(|one| one.route == "invoice.unpaid" && one.kind == "ma.acquit.invoice.unpaid.v1")
    );
    peer.is_empty(&unpaid).await;
    let count = house.log().await.len();
    let everything = peer.take(&all, count).await;
    let ids: Vec<u64> = everything.iter().map(|one| one.id.parse().expect("a cursor")).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "in the order of the log: {ids:?}");
    house.service.stop().await;
    for queue in [&all, &unpaid] {
        peer.remove(queue).await;
    }
    peer.remove_exchange(&exchange).await;
}

async fn has_cursor(store: &Store) -> bool {
    let all = store.subscriptions(&crate::house::operator()).await.expect("subscriptions");
    all.iter().any(|one| one.url == "amqp:acquit.events")
}

/// Q006: an exchange of another type: red, the log holds everything, and it heals.
#[tokio::test]
async fn an_exchange_made_otherwise_is_told_and_loses_nothing() {
    let Some(url) = url() else { return };
    let (exchange, queue) = (unique("events"), unique("queue"));
    let peer = Peer::new(&url).await;
    peer.exchange(&exchange, ExchangeKind::Fanout).await;
    let store = Store::in_memory().expect("a store");
    let house = House::over(store.clone(), &config(&exchange)).await;
    until(|| async { has_cursor(&store).await }).await;
    house.submit("00073011").await.expect("taken");
    until(|| async { house.fails("acquit.events").is_some_and(|why| why.starts_with("MQ-TOPO")) })
        .await;
    peer.remove_exchange(&exchange).await;
    peer.exchange(&exchange, ExchangeKind::Topic).await;
    peer.queue(&queue).await;
    peer.bind(&queue, &exchange, "invoice.*").await;
    assert!(peer.take(&queue, 1).await[0].body.contains("00073011"));
    until(|| async { house.fails("acquit.events").is_none() }).await;
    house.service.stop().await;
    peer.remove(&queue).await;
    peer.remove_exchange(&exchange).await;
}
