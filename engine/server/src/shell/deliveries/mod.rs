//! Deliveries: letters to people and events to subscribers, after the commit that caused them.
//!
//! ```text
//! log --feed--> deliveries --turns--> one try each --> done, tried again later, or given up
//! ```
//!
//! What waits stands in the store; a server that was killed tries it again, under the same
//! identifier (`Message-ID`, `webhook-id`), by which the other side knows a repetition.
//! Every mailbox and every subscription has one place in the queue, so that one that hangs delays
//! nobody else.
//!
//! What this is *not*: it writes no word and decides on nobody to tell.

mod feed;
#[cfg(feature = "mail")]
mod letter;
#[cfg(feature = "webhook")]
mod post;
mod settings;
mod tally;

#[cfg(feature = "webhook")]
pub(crate) use post::egress;
pub use settings::{Mail, MailTls, Webhooks};
pub use tally::Tally;

use super::engine::Engine;
use super::timers::stopped;
use super::{Clock, alarm};
use acquit_domain::pay::{Delivery, DeliveryKind};
use acquit_domain::time::SECOND;
use acquit_domain::{Id, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tally::Ending;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Longest time between two looks at what is due.
const TICK: Duration = Duration::from_millis(250);
/// Most deliveries to one mailbox or subscription looked at together; they go one after the other.
const EACH: u32 = 32;
/// How soon it is looked again once a lane has ended: there may be more for it.
const SOON: Duration = Duration::from_millis(5);
/// Most deliveries of one look.
const AT_ONE_LOOK: u32 = 1000;
/// Most letters on their way to the mail server at one time.
const LETTERS_AT_ONCE: usize = 4;
/// How long tries on their way may go on when the server stops; they are tried again else.
const LAST_TRIES: Duration = Duration::from_secs(5);
/// Waits after the first try of a letter, the second, and so on; then it is given up.
pub const LETTER_WAITS: &[Duration] = &[
    Duration::from_secs(60),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3_600),
    Duration::from_secs(6 * 3_600),
    Duration::from_secs(12 * 3_600),
    Duration::from_secs(24 * 3_600),
];
/// Tries are spread over this part of their wait, so that what failed together does not come
/// back together: a tenth.
const SPREAD: u64 = 10;
/// Most characters kept of what the other side said.
const LAST_CHARACTERS_MAX: usize = 300;

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tried {
    /// What the other side said, in short.
    said: String,
    /// Nothing when it was taken.
    failed: Option<Failed>,
}

/// Why a try failed and what follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failed {
    /// False when trying again cannot help.
    again: bool,
    /// How long the other side asks to be left alone.
    after: Option<Duration>,
}

impl Tried {
    fn taken(said: impl Into<String>) -> Tried {
        Tried { said: said.into(), failed: None }
    }

    fn later(said: impl Into<String>, after: Option<Duration>) -> Tried {
        Tried { said: said.into(), failed: Some(Failed { again: true, after }) }
    }

    fn never(said: impl Into<String>) -> Tried {
        Tried { said: said.into(), failed: Some(Failed { again: false, after: None }) }
    }
}

/// What deliveries leave by, opened once.
pub struct Ways {
    #[cfg(feature = "mail")]
    mailer: Option<acquit_connectors::mail::Mailer>,
    #[cfg(feature = "webhook")]
    client: acquit_connectors::egress::Client,
    posts: Semaphore,
    letters: Semaphore,
}

impl Ways {
    /// Opens them as configured; inside the runtime.
    ///
    /// # Errors
    /// What is wrong with the configuration; no secret is in it.
    pub fn open(mail: Option<&Mail>, webhooks: &Webhooks) -> Result<Ways, String> {
        #[cfg(not(feature = "mail"))]
        if mail.is_some() {
            return Err("mail: this build sends none".to_owned());
        }
        Ok(Ways {
            #[cfg(feature = "mail")]
            mailer: mail.map(letter::open).transpose()?,
            #[cfg(feature = "webhook")]
            client: post::open(webhooks)?,
            posts: Semaphore::new(webhooks.at_once.clamp(1, Semaphore::MAX_PERMITS)),
            letters: Semaphore::new(LETTERS_AT_ONCE),
        })
    }
}

/// Delivers until the server stops.
pub(crate) async fn run(engine: Engine, ways: Ways, mut stopping: watch::Receiver<bool>) {
    let ways = Arc::new(ways);
    let mut feed = feed::Feed::default();
    let mut lanes: BTreeMap<String, Arc<AtomicBool>> = BTreeMap::new();
    let mut tries = JoinSet::new();
    loop {
        if engine.clock.now().0 >= 0 && !is_doubted(&engine) {
            if cfg!(feature = "webhook") {
                feed.advance(&engine).await;
            }
            start(&engine, &ways, &mut lanes, &mut tries).await;
        }
        while tries.try_join_next().is_some() {}
        tokio::select! {
            () = stopped(&mut stopping) => break,
            Some(_) = tries.join_next() => sleep(SOON).await,
            () = sleep(TICK) => {}
        }
    }
    let last = async { while tries.join_next().await.is_some() {} };
    if timeout(LAST_TRIES, last).await.is_err() {
        tracing::info!("some deliveries are tried again after the next start");
    }
}

/// True while nothing is to be decided by the clock: a wrong date on a letter is one for good.
fn is_doubted(engine: &Engine) -> bool {
    !matches!(engine.clock, Clock::Manual(_)) && engine.clockwork.doubt().is_some()
}

/// Starts a try of what is due, at most one lane for each mailbox and subscription.
async fn start(
    engine: &Engine,
    ways: &Arc<Ways>,
    lanes: &mut BTreeMap<String, Arc<AtomicBool>>,
    tries: &mut JoinSet<()>,
) {
    lanes.retain(|_, busy| busy.load(Ordering::Acquire));
    let now = engine.clock.now();
    let due = match engine.store.deliveries_in_turn(now, EACH, AT_ONE_LOOK).await {
        Ok(due) => due,
        Err(error) => {
            tracing::error!(error = %error, "deliveries were not looked at");
            return;
        }
    };
    let mut turns: BTreeMap<String, Vec<Delivery>> = BTreeMap::new();
    for delivery in due {
        let lane = format!("{}:{}", delivery.kind.key(), delivery.to);
        if !lanes.contains_key(&lane) {
            turns.entry(lane).or_default().push(delivery);
        }
    }
    for (lane, deliveries) in turns {
        let busy = Arc::new(AtomicBool::new(true));
        lanes.insert(lane, Arc::clone(&busy));
        let (engine, ways) = (engine.clone(), Arc::clone(ways));
        tries.spawn(async move {
            let _free = Free(busy);
            for delivery in deliveries {
                if !once(&engine, &ways, &delivery).await {
                    return;
                }
            }
        });
    }
}

/// Frees a lane when its task ends, also by a panic.
struct Free(Arc<AtomicBool>);

impl Drop for Free {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

/// Tries a delivery once and stores how that ended; false when its lane is to rest.
async fn once(engine: &Engine, ways: &Ways, delivery: &Delivery) -> bool {
    let tried = match delivery.kind {
        DeliveryKind::Mail => mail(engine, ways, delivery).await,
        DeliveryKind::Webhook => webhook(engine, ways, delivery).await,
    };
    let tried = match tried {
        Ok(tried) => tried,
        Err(error) => {
            tracing::error!(delivery = %delivery.id, error = %error, "not tried");
            return false;
        }
    };
    let last: String = tried.said.chars().take(LAST_CHARACTERS_MAX).collect();
    let (kind, to) = (delivery.kind.key(), masked(&delivery.to));
    let store = &engine.store;
    #[cfg(feature = "faults")]
    crate::planted::point("before_mark");
    #[cfg(feature = "faults")]
    let tried = match crate::planted::is("marked_anyway") {
        true => Tried { failed: None, ..tried },
        false => tried,
    };
    let (ending, stored) = match &tried.failed {
        None => (Ending::Done, store.delivery_done(delivery.id, last.clone()).await),
        Some(failed) => {
            let next = next(delivery, failed, engine.clock.now());
            let ending = if next.is_some() { Ending::Retry } else { Ending::Dead };
            (ending, store.delivery_failed(delivery.id, last.clone(), next).await)
        }
    };
    engine.tally.count(delivery.kind, ending);
    let (id, tries) = (delivery.id, delivery.tries + 1);
    match ending {
        Ending::Done => tracing::info!(%id, kind, to, tries, "delivered"),
        Ending::Retry => tracing::warn!(%id, kind, to, tries, last, "not delivered yet"),
        Ending::Dead => give_up(engine, delivery, &last).await,
    }
    if let Err(error) = stored {
        tracing::error!(%id, error = %error, "how a delivery ended was not stored");
        return false;
    }
    ending == Ending::Done
}

/// When a delivery that failed is tried again; nothing when it is given up.
fn next(delivery: &Delivery, failed: &Failed, now: Timestamp) -> Option<Timestamp> {
    let waits = match delivery.kind {
        DeliveryKind::Mail => LETTER_WAITS,
        DeliveryKind::Webhook => webhook_waits(),
    };
    let place = usize::try_from(delivery.tries).unwrap_or(usize::MAX);
    let wait = waits.get(place).filter(|_| failed.again)?;
    let micros = u64::try_from(wait.as_micros()).unwrap_or(u64::MAX);
    // The identifier's last bits are random: no other dice are needed.
    let dice = u64::try_from(delivery.id.0 & 0xff).unwrap_or(0);
    let spread = micros / SPREAD * dice / 0xff;
    let asked = failed.after.map_or(0, |after| u64::try_from(after.as_micros()).unwrap_or(0));
    let micros = (micros + spread).max(asked);
    Some(Timestamp(now.0.saturating_add(i64::try_from(micros).unwrap_or(i64::MAX))))
}

#[cfg(feature = "webhook")]
fn webhook_waits() -> &'static [Duration] {
    // The first of them is the wait before the first try.
    acquit_connectors::webhook::SCHEDULE.get(1..).unwrap_or_default()
}

#[cfg(not(feature = "webhook"))]
fn webhook_waits() -> &'static [Duration] {
    LETTER_WAITS
}

/// Tells that a delivery was given up. A subscription is switched off with it: what would come
/// after has a gap before it, and its party has to look.
async fn give_up(engine: &Engine, delivery: &Delivery, last: &str) {
    let to = masked(&delivery.to);
    let (kind, subject, tries) = (delivery.kind.key(), &delivery.subject, delivery.tries + 1);
    match delivery.kind {
        DeliveryKind::Mail => {
            let text = format!("{subject} for {to} was given up after {tries} tries: {last}");
            alarm::raise(engine, "mail.dead", text).await;
        }
        DeliveryKind::Webhook => {
            let Some(id) = subscription(delivery) else { return };
            match switch_off(engine, id, last).await {
                Ok(Some(party)) => {
                    let text = format!("subscription {id} of {party} was switched off: {last}");
                    alarm::raise(engine, "webhook.off", text).await;
                }
                Ok(None) => tracing::warn!(kind, to, last, "given up"),
                Err(error) => tracing::error!(to, error = %error, "not switched off"),
            }
        }
    }
}

/// Switches a subscription off; its party when it was on.
async fn switch_off(engine: &Engine, id: Id, last: &str) -> acquit_store::Result<Option<String>> {
    let store = &engine.store;
    let found = store.subscription(id).await?.filter(|one| one.disabled_at.is_none());
    let Some(mut subscription) = found else { return Ok(None) };
    let party = subscription.viewer.party.to_string();
    subscription.disabled_at = Some(engine.clock.now());
    store.change_subscription(subscription).await?;
    store.give_up_deliveries(id.to_string(), format!("switched off: {last}")).await?;
    Ok(Some(party))
}

/// The subscription a webhook belongs to.
fn subscription(delivery: &Delivery) -> Option<Id> {
    delivery.to.parse().ok()
}

#[cfg(feature = "mail")]
async fn mail(engine: &Engine, ways: &Ways, delivery: &Delivery) -> acquit_store::Result<Tried> {
    let _place = ways.letters.acquire().await;
    letter::send(engine, ways.mailer.as_ref(), delivery).await
}

#[cfg(not(feature = "mail"))]
async fn mail(_: &Engine, _: &Ways, _: &Delivery) -> acquit_store::Result<Tried> {
    Ok(Tried::never("this build sends no mail"))
}

#[cfg(feature = "webhook")]
async fn webhook(engine: &Engine, ways: &Ways, delivery: &Delivery) -> acquit_store::Result<Tried> {
    let _place = ways.posts.acquire().await;
    post::send(engine, &ways.client, delivery).await
}

#[cfg(not(feature = "webhook"))]
async fn webhook(_: &Engine, _: &Ways, _: &Delivery) -> acquit_store::Result<Tried> {
    Ok(Tried::never("this build posts no events"))
}

/// An address as logs show it: its first letter and its domain.
fn masked(to: &str) -> String {
    match to.split_once('@') {
        Some((name, domain)) => {
            let first: String = name.chars().take(1).collect();
            format!("{first}***@{domain}")
        }
        None => to.to_owned(),
    }
}

/// Writes how many deliveries wait, and since when, in the text format of Prometheus.
pub(crate) async fn write_backlog(engine: &Engine, out: &mut String) {
    use std::fmt::Write;
    let backlog = match engine.store.delivery_backlog().await {
        Ok(backlog) => backlog,
        Err(error) => {
            tracing::warn!(error = %error, "deliveries were not counted");
            return;
        }
    };
    let now = engine.clock.now();
    let of = |kind| backlog.iter().find(|one| one.kind == kind);
    for (name, help) in [
        ("acquit_deliveries_waiting", "Deliveries that wait."),
        ("acquit_deliveries_oldest_seconds", "Age of the oldest one that waits."),
    ] {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
        for kind in DeliveryKind::ALL {
            let value = of(*kind).map_or(0, |one| match name {
                "acquit_deliveries_waiting" => one.count,
                _ => (now.0.saturating_sub(one.oldest.0).max(0) / SECOND).unsigned_abs(),
            });
            let _ = writeln!(out, "{name}{{kind=\"{}\"}} {value}", kind.key());
        }
    }
}

#[cfg(test)]
mod tests;
