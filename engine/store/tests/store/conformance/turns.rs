//! Whose turn it is: deliveries, jobs, and partners that say nothing.

use super::pay_sample::{at, delivery, held, moved};
use super::{operator, take};
use crate::sample;
use acquit_domain::pay::{Delivery, DeliveryKind};
use acquit_domain::*;
use acquit_store::{Backlog, ExchangeFilter, Store};

/// What waits for one that hangs hides nobody else's deliveries.
pub async fn deliveries_take_turns(store: &Store) {
    let first = sample::outcome(1);
    let mut told = moved(2, &held(&first), |_| ());
    let sample = delivery(&told, told.parcel.id);
    let one = |n: u32, to: &str| Delivery {
        // Those of one mailbox come in the order of their identifiers.
        id: Id(told.parcel.id.0 + u128::from(n)),
        to: to.to_owned(),
        due: None,
        created_at: at(i64::from(n)),
        ..sample.clone()
    };
    let mut made: Vec<Delivery> = (1..=20).map(|n| one(n, "slow@example.ma")).collect();
    made.push(one(21, "quick@example.ma"));
    told.payments.deliveries = made.clone();
    take(store, vec![first, told]).await;

    let turn = |now: i64, each: u32| async move {
        let found = store.deliveries_in_turn(at(now), each, 100).await.expect("asked");
        found.iter().map(|one| one.created_at).collect::<Vec<_>>()
    };
    assert_eq!(turn(30, 2).await, [at(1), at(21), at(2)]);
    assert_eq!(turn(20, 1).await, [at(1)]);
    assert_eq!(turn(30, 100).await.len(), 21);
    assert_eq!(store.deliveries_waiting("slow@example.ma".to_owned()).await, Ok(20));
    let backlog = Backlog { kind: DeliveryKind::Mail, count: 21, oldest: at(1) };
    assert_eq!(store.delivery_backlog().await, Ok(vec![backlog]));

    let slow = || "slow@example.ma".to_owned();
    assert_eq!(store.give_up_deliveries(slow(), "off".to_owned()).await, Ok(20));
    assert_eq!(turn(30, 2).await, [at(21)]);
    assert_eq!(store.deliveries(true, None, 100).await.expect("listed").len(), 20);
}

/// Whoever is first takes the time slot of a job, and nobody else.
pub async fn slots_are_taken_once(store: &Store) {
    let taken =
        |job: &'static str, slot: &'static str, now: i64| store.take_slot(job, slot, at(now));
    assert_eq!(taken("day_end", "one", 1).await, Ok(true));
    assert_eq!(taken("day_end", "one", 2).await, Ok(false));
    assert_eq!(taken("day_end", "two", 3).await, Ok(true));
    assert_eq!(taken("silent", "one", 4).await, Ok(true));
    let years = 3 * 365 * 86_400;
    assert_eq!(taken("day_end", "three", years).await, Ok(true));
    assert_eq!(taken("day_end", "one", years).await, Ok(true), "forgotten by then");
}

/// When a partner was last heard, and which letters wait for whom.
pub async fn silence_is_seen(store: &Store) {
    let first = sample::outcome(1);
    take(store, vec![first]).await;
    let rows = store.exchanges(&operator(), &ExchangeFilter::default(), 100).await.expect("rows");
    let row = rows.iter().rev().find(|row| row.exchange.direction == Direction::In);
    let row = &row.expect("a row").exchange;
    assert_eq!(store.last_heard(&row.partner).await, Ok(Some(row.at)));
    assert_eq!(store.last_heard(&sample::party("NOBODY")).await, Ok(None));
    let waiting = store.letters_waiting_since(Timestamp(i64::MAX)).await.expect("asked");
    let letters = store.counts().await.expect("counted").outbox;
    assert_eq!(waiting.iter().map(|(_, count, _)| count).sum::<u64>(), letters);
    assert_eq!(store.letters_waiting_since(Timestamp(0)).await, Ok(Vec::new()));
}
