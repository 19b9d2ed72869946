//! Subscribers: each told of its events, signed, and none delayed by another's bad manners.

use crate::house::{House, ISSUER, noon, until};
use crate::peers::{Manner, Subscriber};
use acquit_domain::pay::{Delivery, DeliveryState};
use acquit_domain::{Id, PartyCode, Role};
use acquit_mapping::signature::webhook::{Headers, verify};
use acquit_store::{Subscription, Viewer};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The key of every subscription here.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A subscription of the issuer.
async fn subscribe(house: &House, n: u128, url: String) -> Id {
    let id = Id(n << 80);
    let party = PartyCode::new(ISSUER).expect("a code");
    let made = Subscription {
        id,
        viewer: Viewer { party, role: Role::Issuer },
        url,
        secret: SECRET.to_owned(),
        types: Vec::new(),
        created_at: noon(),
        disabled_at: None,
        told: 0,
    };
    assert_eq!(house.store.add_subscription(made).await, Ok(true));
    id
}

fn config(subscribers: &[&Subscriber]) -> String {
    let hosts: Vec<String> = subscribers.iter().map(|one| format!("{:?}", one.host)).collect();
    format!("[webhooks]\nhosts = [{}]\n", hosts.join(", "))
}

/// The deliveries to a subscription.
async fn deliveries(house: &House, id: Id) -> Vec<Delivery> {
    let all = house.store.deliveries(false, None, 200).await.expect("listed");
    all.into_iter().filter(|one| one.to == id.to_string()).collect()
}

/// The first delivery to a subscription, once it stands so.
async fn stands(house: &House, id: Id, state: DeliveryState, tries: u32) -> Delivery {
    let found = until(|| async {
        let found = deliveries(house, id).await.into_iter().next()?;
        (found.state == state && found.tries >= tries).then_some(found)
    });
    found.await
}

/// A header of a post, in lower case.
fn header<'p>(post: &'p str, name: &str) -> &'p str {
    let line = post.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    line.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_that_hangs_delays_nobody() {
    let slow = Subscriber::new(&[Manner::Hang]).await;
    let quick = Subscriber::new(&[Manner::Status(204)]).await;
    let house = House::new(&config(&[&slow, &quick])).await;
    subscribe(&house, 1, format!("http://{}/hook", slow.host)).await;
    let told = subscribe(&house, 2, format!("http://{}/hook", quick.host)).await;
    let begun = Instant::now();
    for n in 0..5 {
        house.invoice(&format!("0007100{n}")).await.expect("taken");
    }
    until(|| async { (quick.posts().len() >= 5).then_some(()) }).await;
    assert!(begun.elapsed() < Duration::from_secs(14), "it waited for the other");
    assert_eq!(slow.posts().len(), 1, "one post at a time to each");
    until(|| async {
        let all = deliveries(&house, told).await;
        all.iter().all(|one| one.state == DeliveryState::Done).then_some(())
    })
    .await;

    for post in quick.posts() {
        let (_, body) = post.split_once("\r\n\r\n").expect("a body");
        let signed = Headers {
            id: header(&post, "webhook-id"),
            timestamp: header(&post, "webhook-timestamp"),
            signature: header(&post, "webhook-signature"),
        };
        let now = house.clock.now().0 / 1_000_000;
        let verified = verify(&[SECRET], signed, body.as_bytes(), now);
        assert_eq!(verified, Ok(()), "{post}");
        let event: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(event["specversion"], "1.0");
    }
    let ids: Vec<String> =
        quick.posts().iter().map(|post| header(post, "webhook-id").to_owned()).collect();
    assert!(ids.iter().all(|id| ids.iter().filter(|other| *other == id).count() == 1), "{ids:?}");
    house.service.stop().await;
}

/// Rows S019, S023 and S024 of the hostile inputs, and what is answered with a status.
#[tokio::test(flavor = "multi_thread")]
async fn bad_manners_have_names_and_the_same_event_comes_again() {
    async fn check(manners: &'static [Manner], scheme: &str, said: &str) {
        let subscriber = Subscriber::new(manners).await;
        let house = House::new(&config(&[&subscriber])).await;
        let id = subscribe(&house, 3, format!("{scheme}://{}/hook", subscriber.host)).await;
        house.invoice("00071010").await.expect("taken");
        let waits = stands(&house, id, DeliveryState::Waiting, 1).await;
        assert!(waits.last.starts_with(said), "{manners:?}: {}", waits.last);
        if manners.len() > 1 {
            house.pass(10);
            stands(&house, id, DeliveryState::Done, 2).await;
            let posts = subscriber.posts();
            let id_of = |post: &String| header(post, "webhook-id").to_owned();
            assert_eq!(id_of(&posts[0]), id_of(&posts[1]));
            let body = |post: &String| post.split_once("\r\n\r\n").expect("a body").1.to_owned();
            assert_eq!(body(&posts[0]), body(&posts[1]));
        }
        house.service.stop().await;
    }
    check(&[Manner::Status(500), Manner::Status(200)], "http", "WH-RETRY").await;
    check(&[Manner::Reset, Manner::Status(200)], "http", "WH-RETRY").await;
    check(&[Manner::Noise, Manner::Status(200)], "http", "WH-RETRY").await;
    check(&[Manner::Status(302), Manner::Status(200)], "http", "SSRF-BLOCK").await;
    check(&[Manner::Open], "https", "WH-TLS").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_end_is_cut() {
    let subscriber = Subscriber::new(&[Manner::Flood]).await;
    let house = House::new(&config(&[&subscriber])).await;
    let id = subscribe(&house, 4, format!("http://{}/hook", subscriber.host)).await;
    house.invoice("00071020").await.expect("taken");
    stands(&house, id, DeliveryState::Done, 1).await;
    let flooded = subscriber.flooded.load(Ordering::SeqCst);
    assert!(flooded < 32 << 20, "{flooded} bytes were taken off the wire");
    house.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_wants_no_more_is_switched_off_and_told() {
    let subscriber = Subscriber::new(&[Manner::Status(410)]).await;
    let house = House::new(&config(&[&subscriber])).await;
    let id = subscribe(&house, 5, format!("http://{}/hook", subscriber.host)).await;
    house.invoice("00071030").await.expect("taken");
    stands(&house, id, DeliveryState::Dead, 1).await;
    until(|| async {
        let held = house.store.subscription(id).await.expect("asked").expect("there");
        held.disabled_at
    })
    .await;
    let alerts = until(|| async {
        Some(house.alerts("webhook.off").await).filter(|alerts| !alerts.is_empty())
    });
    assert!(alerts.await[0].contains(ISSUER));
    house.invoice("00071031").await.expect("taken");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(subscriber.posts().len(), 1, "nothing goes there any more");
    house.service.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_door_of_our_own_is_knocked_at() {
    let subscriber = Subscriber::new(&[Manner::Status(200)]).await;
    let house = House::new("").await;
    let id = subscribe(&house, 6, format!("https://{}/hook", subscriber.host)).await;
    house.invoice("00071040").await.expect("taken");
    let dead = stands(&house, id, DeliveryState::Dead, 1).await;
    assert!(dead.last.contains("SSRF-BLOCK"), "{}", dead.last);
    assert_eq!(subscriber.posts().len(), 0);
    house.service.stop().await;
}
