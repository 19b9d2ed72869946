//! The brokers and queues of a configuration.

use super::events;
use super::inward::{self, Inward};
use super::letters::Letters;
use super::routes::Routes;
use crate::config::{ChannelConfig, ChannelKind, Config, ConfigError};
use crate::shell::outbound::Outlets;
use crate::shell::{Engine, Intake};
use acquit_connectors::amqp::Broker;
use acquit_domain::PartyCode;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// What stands in a queue's name for the code of its partner.
const PARTNER: &str = "{partner}";
/// Queue of a partner's parcels, when nothing else is said.
const QUEUE_IN: &str = "acquit.{partner}.in";
/// Queue of a partner's letters, when nothing else is said.
const QUEUE_OUT: &str = "acquit.{partner}.out";

/// One partner's queues.
struct Partner {
    party: PartyCode,
    broker: Arc<Broker>,
    queue_in: String,
    queue_out: String,
    routes: Arc<Routes>,
}

/// All brokers and queues of a configuration.
#[derive(Default)]
pub struct Queues {
    partners: Vec<Partner>,
    /// Where events go.
    house: Option<Arc<Broker>>,
    /// Exchange they go to.
    exchange: String,
}

impl Queues {
    /// Reads them; connects nowhere yet.
    ///
    /// # Errors
    /// What is wrong with an address, or with a secret it refers to.
    pub fn open(
        config: &Config,
        environment: &BTreeMap<String, String>,
    ) -> Result<Queues, ConfigError> {
        let wrong = |place: &str, message: String| ConfigError { place: place.to_owned(), message };
        let house = config.queue.url.as_ref().map(|url| url.value(environment)).transpose()?;
        let house = house.map(|url| Broker::new(&url, None)).transpose();
        let house = house.map_err(|why| wrong("queue.url", why))?.map(Arc::new);
        let mut brokers: BTreeMap<&str, Arc<Broker>> = BTreeMap::new();
        let mut partners = Vec::new();
        for (code, partner) in &config.partners {
            let Some(name) = &partner.channel else { continue };
            let Some(channel) = config.channels.get(name) else { continue };
            if channel.kind != ChannelKind::Amqp {
                continue;
            }
            let broker = match (brokers.get(name.as_str()), &channel.url, &house) {
                (Some(broker), ..) => Arc::clone(broker),
                (None, Some(url), _) => Arc::new(broker(name, channel, url, environment)?),
                (None, None, Some(house)) => Arc::clone(house),
                (None, None, None) => {
                    let why = "kind \"amqp\" needs a url, here or in [queue]";
                    return Err(wrong(&format!("channels.{name}"), why.to_owned()));
                }
            };
            brokers.insert(name, Arc::clone(&broker));
            let place = format!("partners.{code}");
            let party = PartyCode::new(code);
            let party = party.ok_or_else(|| wrong(&place, "no party code".to_owned()))?;
            let named = |queue: &Option<String>, usual: &str| {
                queue.as_deref().unwrap_or(usual).replace(PARTNER, code)
            };
            partners.push(Partner {
                party,
                broker,
                queue_in: named(&channel.queue_in, QUEUE_IN),
                queue_out: named(&channel.queue_out, QUEUE_OUT),
                routes: Arc::default(),
            });
        }
        Ok(Queues { partners, house, exchange: config.queue.events.clone() })
    }

    /// Adds the ways out of partners.
    pub fn add_outlets(&self, engine: &Engine, outlets: &mut Outlets) {
        for partner in &self.partners {
            let letters = Letters::new(
                engine.clone(),
                Arc::clone(&partner.broker),
                partner.queue_out.clone(),
                Arc::clone(&partner.routes),
            );
            outlets.insert(partner.party.clone(), Arc::new(letters));
        }
    }

    /// Takes parcels and tells events until the server stops.
    pub async fn run(self, engine: Engine, intake: Intake, stopping: watch::Receiver<bool>) {
        let mut tasks = JoinSet::new();
        let mut brokers: Vec<Arc<Broker>> = Vec::new();
        for partner in self.partners {
            brokers.push(Arc::clone(&partner.broker));
            let letters = Letters::new(
                engine.clone(),
                Arc::clone(&partner.broker),
                partner.queue_out,
                Arc::clone(&partner.routes),
            );
            let inward = Inward {
                engine: engine.clone(),
                intake: intake.clone(),
                party: partner.party,
                broker: partner.broker,
                queue: partner.queue_in,
                routes: partner.routes,
                letters: Arc::new(letters),
            };
            tasks.spawn(inward::run(inward, stopping.clone()));
        }
        if let Some(house) = self.house {
            brokers.push(Arc::clone(&house));
            tasks.spawn(events::run(engine, house, self.exchange, stopping));
        }
        while tasks.join_next().await.is_some() {}
        for broker in brokers {
            broker.close().await;
        }
    }
}

fn broker(
    name: &str,
    channel: &ChannelConfig,
    url: &str,
    environment: &BTreeMap<String, String>,
) -> Result<Broker, ConfigError> {
    let wrong = |message: String| ConfigError { place: format!("channels.{name}"), message };
    if url.contains('@') {
        return Err(wrong("url: the account is written as user and password".to_owned()));
    }
    let password = channel.password.as_ref().map(|secret| secret.value(environment)).transpose()?;
    let account = channel.user.as_deref().zip(password.as_deref());
    Broker::new(url, account).map_err(|why| wrong(format!("url: {why}")))
}
