//! A running engine with a partner at a broker.

use acquit_domain::{Channel, InvoiceKey, InvoiceNumber, Media, PartyCode, Role};
use acquit_mapping::rulebook::Rulebook;
use acquit_server::config::{self, Config};
use acquit_server::embedded;
use acquit_server::service::{Keeping, Service, start};
use acquit_server::shell::{Answer, Arrival, Clock, Refusal};
use acquit_store::{ExchangeFilter, LogRow, Store, Viewer};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

/// The issuer of the tests' invoices.
pub(crate) const ISSUER: &str = "6110D00116";

/// Longest a test waits for something.
const PATIENCE: Duration = Duration::from_secs(60);

static BOOK: LazyLock<Arc<Rulebook>> =
    LazyLock::new(|| Arc::new(Rulebook::load(&embedded::mappings()).expect("the book is right")));

pub(crate) struct House {
    pub(crate) service: Service,
    pub(crate) store: Store,
}

/// The partner's part of a configuration.
pub(crate) fn partner(queue_in: &str, queue_out: &str) -> String {
    format!(
        "[queue]\nurl = \"env:ACQUIT_TEST_AMQP\"\nevents = \"{queue_in}.events\"\n\
         [channels.q]\nkind = \"amqp\"\nqueue_in = \"{queue_in}\"\nqueue_out = \"{queue_out}\"\n\
         [partners.{ISSUER}]\nchannel = \"q\"\n"
    )
}

/// An invoice as PortNet XML.
pub(crate) fn invoice(number: &str) -> Vec<u8> {
    let (_, sample) = embedded::SAMPLES
        .iter()
        .find(|(name, _)| *name == "messages/portnet-inv/original.xml")
        .expect("a sample");
    String::from_utf8_lossy(sample)
        .replace("00069321", number)
        .replace("999900000000115", &format!("9{number}"))
        .into_bytes()
}

impl House {
    pub(crate) async fn new(text: &str) -> House {
        House::over(Store::in_memory().expect("a store"), text).await
    }

    pub(crate) async fn over(store: Store, text: &str) -> House {
        let mut config: Config =
            config::read("test", text, &BTreeMap::new()).expect("a configuration");
        config.http.listen = "127.0.0.1:0".parse().expect("an address");
        let (book, clock) = (BOOK.clone(), Clock::System);
        let started = start(&config, Keeping::Nowhere, store.clone(), book, clock).await;
        House { service: started.expect("it starts"), store }
    }

    /// An invoice comes in beside the broker.
    pub(crate) async fn submit(&self, number: &str) -> Result<Answer, Refusal> {
        let arrival = Arrival {
            partner: PartyCode::new(ISSUER),
            media: Media::Xml,
            ..Arrival::over(Channel::Http)
        };
        let parcel = arrival.parcel(&Clock::System, invoice(number));
        self.service.intake.submit(parcel).await
    }

    /// Whether an invoice is held.
    pub(crate) async fn holds(&self, number: &str) -> bool {
        let number = InvoiceNumber::new(number).expect("a number");
        let key = InvoiceKey { issuer: PartyCode::new(ISSUER).expect("a code"), number };
        self.store.invoice(&operator(), &key).await.expect("read").is_some()
    }

    /// The rows of the log, oldest first.
    pub(crate) async fn log(&self) -> Vec<LogRow> {
        let filter = ExchangeFilter::default();
        self.store.exchanges(&operator(), &filter, 100).await.expect("the log")
    }

    /// What fails in the channel of a partner, or of the events.
    pub(crate) fn fails(&self, partner: &str) -> Option<String> {
        let all = self.service.engine.channels.all();
        let found = all.into_iter().find(|(party, _)| party.as_str() == partner);
        found.unwrap_or_else(|| panic!("{partner} has no channel")).1
    }

    /// How many letters wait for the partner.
    pub(crate) async fn waiting(&self) -> usize {
        let party = PartyCode::new(ISSUER).expect("a code");
        self.store.outbox(party, 0, 200).await.expect("an outbox").len()
    }
}

pub(crate) fn operator() -> Viewer {
    Viewer { party: PartyCode::new("OPERATOR").expect("a code"), role: Role::Operator }
}

/// Waits until something is so.
pub(crate) async fn until<Asked>(mut ask: impl FnMut() -> Asked)
where
    Asked: Future<Output = bool>,
{
    let begun = Instant::now();
    while !ask().await {
        assert!(begun.elapsed() < PATIENCE, "it never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
