//! A running engine under a clock that is set by hand.

use acquit_domain::outcome::Alert;
use acquit_domain::pay::{Delivery, DeliveryKind, DeliveryState};
use acquit_domain::time::SECOND;
use acquit_domain::{Channel, Id, Media, Outcome, PartyCode, Timestamp, Verdict};
use acquit_mapping::rulebook::Rulebook;
use acquit_server::config::{self, Config};
use acquit_server::embedded;
use acquit_server::service::{Keeping, Service, start};
use acquit_server::shell::{Answer, Arrival, Clock, Refusal};
use acquit_store::{CommitResult, Store};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// The issuer of the tests' invoices.
pub(crate) const ISSUER: &str = "6110D00116";

/// Longest a test waits for something.
const PATIENCE: Duration = Duration::from_secs(60);

static BOOK: LazyLock<Arc<Rulebook>> =
    LazyLock::new(|| Arc::new(Rulebook::load(&embedded::mappings()).expect("the book is right")));

/// A Monday noon in Morocco.
pub(crate) fn noon() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").expect("an instant")
}

/// A running engine.
pub(crate) struct House {
    pub(crate) service: Service,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
}

impl House {
    /// A fresh one, configured by a text.
    pub(crate) async fn new(text: &str) -> House {
        House::over(Store::in_memory().expect("a store"), Clock::manual(noon()), text).await
    }

    /// One over a store that may hold something.
    pub(crate) async fn over(store: Store, clock: Clock, text: &str) -> House {
        let mut config: Config =
            config::read("test", text, &BTreeMap::new()).expect("a configuration");
        config.http.listen = "127.0.0.1:0".parse().expect("an address");
        let book = BOOK.clone();
        let started = start(&config, Keeping::Nowhere, store.clone(), book, clock.clone()).await;
        House { service: started.expect("it starts"), clock, store }
    }

    /// Lets so many seconds pass.
    pub(crate) fn pass(&self, seconds: i64) {
        self.clock.set(Timestamp(self.clock.now().0 + seconds * SECOND));
    }

    /// An invoice comes in.
    pub(crate) async fn invoice(&self, number: &str) -> Result<Answer, Refusal> {
        let (_, sample) = embedded::SAMPLES
            .iter()
            .find(|(name, _)| *name == "messages/portnet-inv/original.xml")
            .expect("a sample");
        let text = String::from_utf8_lossy(sample)
            .replace("00069321", number)
            .replace("999900000000115", &format!("9{number}"));
        let arrival = Arrival {
            partner: PartyCode::new(ISSUER),
            media: Media::Xml,
            ..Arrival::over(Channel::Http)
        };
        let parcel = arrival.parcel(&self.clock, text.into_bytes());
        self.service.intake.submit(parcel).await
    }

    /// Puts something to deliver into the store.
    pub(crate) async fn deliver(&self, delivery: Delivery) {
        put(&self.store, &self.clock, delivery).await;
    }

    /// Alerts of a code, their texts.
    pub(crate) async fn alerts(&self, code: &str) -> Vec<String> {
        let alerts: Vec<(i64, Alert)> = self.store.alerts(0, 1000).await.expect("alerts");
        let alerts = alerts.into_iter().map(|(_, alert)| alert);
        alerts.filter(|alert| alert.code == code).map(|alert| alert.text).collect()
    }

    /// The delivery as it stands, once it stands so.
    pub(crate) async fn until(&self, id: Id, state: DeliveryState, tries: u32) -> Delivery {
        let found = until(|| async move {
            let all = self.store.deliveries(false, None, 200).await.expect("listed");
            let found = all.into_iter().find(|one| one.id == id)?;
            (found.state == state && found.tries == tries).then_some(found)
        });
        found.await
    }
}

/// Puts something to deliver into a store.
pub(crate) async fn put(store: &Store, clock: &Clock, delivery: Delivery) {
    let parcel = Arrival::over(Channel::Cli).parcel(clock, b"{}".as_slice());
    let mut outcome = Outcome::new(parcel, Verdict::Accepted);
    outcome.payments.deliveries = vec![delivery];
    let done = store.commit(vec![outcome]).await.expect("stored");
    assert_eq!(done, [CommitResult::Committed]);
}

/// A letter to send.
pub(crate) fn letter(n: u128, to: &str) -> Delivery {
    let value = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Delivery {
        id: Id(n << 64),
        kind: DeliveryKind::Mail,
        to: to.to_owned(),
        subject: "payment_confirmed".to_owned(),
        language: "fr".to_owned(),
        values: vec![value("amount", "3600.00 MAD"), value("order", "PN0001")],
        receipt: None,
        state: DeliveryState::Waiting,
        tries: 0,
        last: String::new(),
        due: None,
        created_at: noon(),
    }
}

/// Waits until something is there.
pub(crate) async fn until<T, Asked>(mut ask: impl FnMut() -> Asked) -> T
where
    Asked: Future<Output = Option<T>>,
{
    let begun = Instant::now();
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "it never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
