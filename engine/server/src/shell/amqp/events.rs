//! Events to portals over a broker: one topic exchange, the type of the event as routing key.
//!
//! How far they were told is a cursor in the store, kept as that of a subscription is: it moves
//! after the broker confirmed, so that none is lost. Whoever wants events binds a queue of his
//! own; those of the time before are in `/v1/events`.

use crate::http::wire::{Told, event};
use crate::shell::Engine;
use crate::shell::arrival::random;
use crate::shell::outbound::Breaker;
use crate::shell::timers::stopped;
use acquit_connectors::amqp::{Broker, Message, Publisher, Target};
use acquit_domain::{Id, PartyCode, Role};
use acquit_mapping::language::Language;
use acquit_store::{LogRow, Subscription, Viewer};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::sleep;

/// Who stands for the exchange among channels and subscriptions.
const PORTALS: &str = "acquit.events";
/// Identifier of the cursor.
const CURSOR: Id = Id(0x0AC9_017E_4E47_5000);
/// Most events on their way at one time.
const EVENTS_MAX: u32 = 256;
/// Shortest time between two moves of the cursor: it costs the store a commit of its own.
const PAUSE: Duration = Duration::from_millis(100);
/// Longest time between two looks at the log.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Tells events until the server stops.
pub(super) async fn run(
    engine: Engine,
    broker: Arc<Broker>,
    exchange: String,
    mut stopping: watch::Receiver<bool>,
) {
    let party = PartyCode::new(PORTALS).expect("it is a code");
    let publisher = Publisher::new(broker, Target::Exchange(exchange.clone()));
    let viewer = Viewer { party: party.clone(), role: Role::Operator };
    let mut commits = engine.store.watch();
    let mut waits = Breaker::default();
    engine.channels.note(&party, None);
    while !*stopping.borrow() {
        commits.mark_unchanged();
        let rest = match tell(&engine, (&publisher, &exchange), &viewer).await {
            Ok(told) => {
                waits.succeeded();
                engine.channels.note(&party, None);
                if !told {
                    tokio::select! {
                        _ = commits.changed() => {}
                        () = sleep(LOOK_EVERY) => {}
                        () = stopped(&mut stopping) => return,
                    }
                }
                PAUSE
            }
            Err(why) => {
                tracing::warn!(exchange, why, "events wait");
                engine.channels.note(&party, Some(&why));
                let [dice] = random();
                waits.failed(None, dice)
            }
        };
        tokio::select! {
            () = sleep(rest) => {}
            () = stopped(&mut stopping) => return,
        }
    }
}

/// Tells the next events; false when there were none.
async fn tell(
    engine: &Engine,
    (publisher, exchange): (&Publisher, &str),
    viewer: &Viewer,
) -> Result<bool, String> {
    let of_store = |error: acquit_store::Error| error.to_string();
    let told = cursor(engine, viewer).await.map_err(of_store)?;
    let page = engine.store.events(viewer, told, EVENTS_MAX).await.map_err(of_store)?;
    if page.next <= told {
        return Ok(false);
    }
    let made: Vec<Made> = page.rows.iter().map(|row| made(engine, row)).collect();
    let messages: Vec<Message<'_>> = made.iter().map(|one| one.message(exchange)).collect();
    if !messages.is_empty() {
        publisher.publish_all(&messages).await.map_err(|fault| fault.to_string())?;
    }
    // Another node may have told them too; then its cursor has moved, and this one reads it.
    engine.store.tell_subscription(CURSOR, told, page.next, Vec::new()).await.map_err(of_store)?;
    Ok(true)
}

/// How far was told; from now on when nothing ever was.
async fn cursor(engine: &Engine, viewer: &Viewer) -> acquit_store::Result<i64> {
    let store = &engine.store;
    if let Some(held) = store.subscription(CURSOR).await? {
        return Ok(held.told);
    }
    let (told, now) = (*store.watch().borrow(), engine.clock.now());
    let cursor = Subscription {
        id: CURSOR,
        viewer: viewer.clone(),
        url: format!("amqp:{PORTALS}"),
        secret: String::new(),
        types: Vec::new(),
        created_at: now,
        // Switched off as a webhook: nothing is posted for it.
        disabled_at: Some(now),
        told,
    };
    store.add_subscription(cursor).await?;
    Ok(store.subscription(CURSOR).await?.map_or(told, |held| held.told))
}

/// An event, written.
struct Made {
    id: String,
    kind: String,
    route: String,
    at: acquit_domain::Timestamp,
    body: Vec<u8>,
}

fn made(engine: &Engine, row: &LogRow) -> Made {
    let language = engine.book.platform.languages.first().copied().unwrap_or(Language::Fr);
    let event = event(row.seq, &row.exchange, Told { words: &engine.book.words, language });
    Made {
        body: serde_json::to_vec(&event).unwrap_or_default(),
        route: route(&event.kind),
        id: event.id,
        kind: event.kind,
        at: row.exchange.at,
    }
}

impl Made {
    fn message<'a>(&'a self, exchange: &'a str) -> Message<'a> {
        Message {
            exchange,
            route: &self.route,
            id: &self.id,
            kind: &self.kind,
            correlation: None,
            media: "application/cloudevents+json",
            headers: &[],
            at: self.at,
            body: &self.body,
            // Nobody may want it.
            mandatory: false,
        }
    }
}

/// The routing key of a type: without whose it is and its version.
#[must_use]
pub fn route(kind: &str) -> String {
    let own = kind.strip_prefix("ma.acquit.").unwrap_or(kind);
    let versionless = own.rsplit_once(".v").filter(|(_, version)| {
        !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit())
    });
    versionless.map_or(own, |(route, _)| route).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routing_keys() {
        let check = |kind, expected| assert_eq!(route(kind), expected);
        check("ma.acquit.invoice.paid.v1", "invoice.paid");
        check("ma.acquit.payment.confirmed.v12", "payment.confirmed");
        check("ma.acquit.exchange.known_but_different.v1", "exchange.known_but_different");
        check("other.venue", "other.venue");
    }
}
