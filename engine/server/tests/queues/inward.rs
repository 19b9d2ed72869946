//! Parcels from a queue: stored once, answered, and set aside when nobody could ever take them.

use crate::broker::{Peer, unique, url};
use crate::house::{House, invoice, partner, until};
use acquit_domain::{Channel, Verdict};
use lapin::BasicProperties;
use lapin::types::{AMQPValue, FieldArray, FieldTable};

/// A message's properties: its name and what it is.
fn named(id: &str) -> BasicProperties {
    BasicProperties::default()
        .with_message_id(id.into())
        .with_content_type("application/xml".into())
        .with_delivery_mode(2)
}

#[tokio::test]
async fn a_parcel_is_stored_answered_and_known_again() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out) = (unique("in"), unique("out"));
    let peer = Peer::new(&url).await;
    let house = House::new(&partner(&queue_in, &queue_out)).await;
    peer.queue(&queue_in).await;
    peer.queue(&queue_out).await;
    peer.send(&queue_in, &invoice("00070001"), named("m-1")).await;
    let came = peer.take(&queue_out, 1).await.remove(0);
    assert_eq!((came.kind.as_str(), came.correlation.as_str()), ("ACC", "m-1"));
    assert!(house.holds("00070001").await);
    let rows = house.log().await;
    assert!(rows.iter().all(|row| row.exchange.channel == Channel::Amqp), "{rows:?}");
    let first = rows.len();

    // The partner says it again: the same bytes come back, as the answer to the second message.
    peer.send(&queue_in, &invoice("00070001"), named("m-2")).await;
    let again = peer.take(&queue_out, 1).await.remove(0);
    assert_eq!((again.correlation.as_str(), &again.id), ("m-2", &came.id));
    assert_eq!(again.body, came.body);
    let effects = house.log().await.into_iter().skip(first);
    assert!(effects.into_iter().all(|row| row.exchange.verdict == Verdict::Known));
    peer.is_empty(&queue_in).await;
    peer.is_empty(&queue_out).await;
    house.service.stop().await;
    peer.remove(&queue_in).await;
    peer.remove(&queue_out).await;
}

#[tokio::test]
async fn an_answer_goes_where_the_message_says() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out, reply) = (unique("in"), unique("out"), unique("reply"));
    let peer = Peer::new(&url).await;
    let house = House::new(&partner(&queue_in, &queue_out)).await;
    peer.queue(&queue_in).await;
    peer.queue(&queue_out).await;
    peer.queue(&reply).await;
    let asking = named("m-1").with_reply_to(reply.as_str().into());
    let asking = asking.with_correlation_id("c-1".into());
    peer.send(&queue_in, &invoice("00070011"), asking).await;
    assert_eq!(peer.take(&reply, 1).await[0].correlation, "c-1");
    // Nobody there: the partner's own queue has it.
    let gone = named("m-2").with_reply_to(unique("gone").as_str().into());
    peer.send(&queue_in, &invoice("00070012"), gone).await;
    assert_eq!(peer.take(&queue_out, 1).await[0].correlation, "m-2");
    house.service.stop().await;
    for queue in [&queue_in, &queue_out, &reply] {
        peer.remove(queue).await;
    }
}

/// Q001.
#[tokio::test]
async fn redelivered_after_a_crash_is_once() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out) = (unique("in"), unique("out"));
    let peer = Peer::new(&url).await;
    peer.queue(&queue_in).await;
    peer.queue(&queue_out).await;
    peer.send(&queue_in, &invoice("00070021"), named("m-1")).await;
    Peer::new(&url).await.crash_on(&queue_in).await;
    // What the one that crashed had stored before.
    let beside = House::new("").await;
    beside.submit("00070021").await.expect("taken");
    let before = beside.log().await.len();
    let store = beside.store.clone();
    beside.service.stop().await;
    let house = House::over(store, &partner(&queue_in, &queue_out)).await;
    until(|| async { house.log().await.len() > before }).await;
    let rows = house.log().await;
    assert!(rows.iter().skip(before).all(|row| row.exchange.verdict == Verdict::Known), "{rows:?}");
    let answers = peer.take(&queue_out, 1).await;
    assert_eq!(answers[0].kind, "ACC");
    peer.is_empty(&queue_in).await;
    peer.is_empty(&queue_out).await;
    house.service.stop().await;
    peer.remove(&queue_in).await;
    peer.remove(&queue_out).await;
}

/// Q002: our own limit, before the broker's.
#[tokio::test]
async fn a_message_that_ends_its_takers_is_set_aside() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out) = (unique("in"), unique("out"));
    let peer = Peer::new(&url).await;
    peer.queue(&queue_in).await;
    peer.send(&queue_in, &invoice("00070031"), named("poison")).await;
    for _ in 0..acquit_server::shell::amqp::RETURNS_MAX {
        Peer::new(&url).await.crash_on(&queue_in).await;
    }
    let house = House::new(&partner(&queue_in, &queue_out)).await;
    until(|| async { !house.log().await.is_empty() }).await;
    let rows = house.log().await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0].exchange;
    assert_eq!((row.verdict, row.findings[0].code.as_ref()), (Verdict::Rejected, "MQ-POISON"));
    assert_eq!(row.findings[0].value, "5");
    assert_eq!(row.message, "poison");
    let parcel = house.store.parcel(row.parcel).await.expect("read").expect("kept");
    assert_eq!(parcel.bytes.as_ref(), invoice("00070031"), "an operator can process it again");
    assert!(!house.holds("00070031").await);
    peer.is_empty(&queue_in).await;
    house.service.stop().await;
    peer.remove(&queue_in).await;
    peer.remove(&queue_out).await;
}

/// Q004: what a sender writes about deaths and deliveries is not believed.
#[tokio::test]
async fn forged_headers_are_ignored() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out) = (unique("in"), unique("out"));
    let peer = Peer::new(&url).await;
    peer.queue(&queue_in).await;
    let mut death = FieldTable::default();
    death.insert("count".into(), AMQPValue::LongLongInt(1_000));
    death.insert("reason".into(), AMQPValue::LongString("delivery_limit".into()));
    let mut headers = FieldTable::default();
    let deaths = FieldArray::from(vec![AMQPValue::FieldTable(death)]);
    headers.insert("x-death".into(), AMQPValue::FieldArray(deaths));
    headers.insert("x-delivery-count".into(), AMQPValue::LongLongInt(1_000));
    let forged = named("m-1").with_headers(headers);
    peer.send(&queue_in, &invoice("00070041"), forged).await;
    let house = House::new(&partner(&queue_in, &queue_out)).await;
    until(|| async { house.holds("00070041").await }).await;
    assert!(house.log().await.iter().all(|row| row.exchange.verdict == Verdict::Accepted));
    house.service.stop().await;
    peer.remove(&queue_in).await;
    peer.remove(&queue_out).await;
}

/// Q005: the largest message the broker takes.
#[tokio::test]
async fn a_message_above_the_limit_is_a_row_of_the_log_and_no_more() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out) = (unique("in"), unique("out"));
    let peer = Peer::new(&url).await;
    peer.queue(&queue_in).await;
    let house = House::new(&partner(&queue_in, &queue_out)).await;
    peer.send(&queue_in, &vec![b'x'; 134_217_728], named("big")).await;
    until(|| async { !house.log().await.is_empty() }).await;
    let rows = house.log().await;
    let row = &rows[0].exchange;
    assert_eq!((row.verdict, row.findings[0].code.as_ref()), (Verdict::Rejected, "LIM-BODY"));
    let parcel = house.store.parcel(row.parcel).await.expect("read").expect("kept");
    assert_eq!(parcel.bytes.len(), 0, "nothing of it is kept");
    peer.is_empty(&queue_in).await;
    house.service.stop().await;
    peer.remove(&queue_in).await;
    peer.remove(&queue_out).await;
}
