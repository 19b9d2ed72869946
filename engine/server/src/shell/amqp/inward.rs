//! Parcels from a partner's queue: each is acknowledged when it is stored, and not before.

use super::letters::Letters;
use super::routes::Routes;
use crate::http::limits::{EDIFACT_BODY_MAX, INLINE_READ_MAX};
use crate::shell::arrival::random;
use crate::shell::outbound::Breaker;
use crate::shell::timers::stopped;
use crate::shell::{Answer, Arrival, Engine, Intake, Refusal, steps};
use acquit_connectors::amqp::{Arrived, Broker, Consumer, Fault};
use acquit_domain::{Channel, Finding, Level, Media, Parcel, PartyCode, Place, Severity, Verdict};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Most messages of a partner that are not acknowledged yet.
pub const UNSETTLED_MAX: u16 = 16;
/// A message that came back so often is set aside: it ends whoever takes it. RabbitMQ 4 drops
/// such messages itself after 20 times.
pub const RETURNS_MAX: u32 = 5;
/// Most characters kept of the name a message came under.
const NAME_CHARACTERS_MAX: usize = 255;
/// How long parcels at work may go on when the server stops; the broker sends them again else.
const LAST_PARCELS: Duration = Duration::from_secs(10);

/// A partner's queue at work.
pub(super) struct Inward {
    pub(super) engine: Engine,
    pub(super) intake: Intake,
    pub(super) party: PartyCode,
    pub(super) broker: Arc<Broker>,
    pub(super) queue: String,
    pub(super) routes: Arc<Routes>,
    pub(super) letters: Arc<Letters>,
}

/// Takes parcels until the server stops; connects again with growing waits.
pub(super) async fn run(inward: Inward, mut stopping: watch::Receiver<bool>) {
    let inward = Arc::new(inward);
    let (party, queue) = (inward.party.clone(), inward.queue.clone());
    let mut waits = Breaker::default();
    inward.engine.channels.note(&party, None);
    while !*stopping.borrow() {
        let opened = tokio::select! {
            opened = Consumer::open(&inward.broker, &queue, UNSETTLED_MAX) => opened,
            () = stopped(&mut stopping) => return,
        };
        let fault = match opened {
            Ok(consumer) => {
                waits.succeeded();
                inward.engine.channels.note(&party, None);
                tracing::info!(partner = %party, queue, "taking messages");
                match consume(&inward, consumer, &mut stopping).await {
                    Some(fault) => fault,
                    None => return,
                }
            }
            Err(fault) => fault,
        };
        let [dice] = random();
        let rest = waits.failed(None, dice);
        let (why, address) = (fault.to_string(), inward.broker.address());
        inward.engine.channels.note(&party, Some(&why));
        tracing::warn!(partner = %party, queue, broker = address, why, "no messages are taken");
        tokio::select! {
            () = sleep(rest) => {}
            () = stopped(&mut stopping) => return,
        }
    }
}

/// Takes messages until the consumer ends, or (`None`) the server stops.
async fn consume(
    inward: &Arc<Inward>,
    mut consumer: Consumer,
    stopping: &mut watch::Receiver<bool>,
) -> Option<Fault> {
    let mut at_work = JoinSet::new();
    let ended = loop {
        tokio::select! {
            arrived = consumer.next() => match arrived {
                Ok(arrived) => {
                    let (inward, stopping) = (Arc::clone(inward), stopping.clone());
                    at_work.spawn(async move { take(&inward, arrived, stopping).await });
                }
                Err(fault) => break Some(fault),
            },
            Some(_) = at_work.join_next() => {}
            () = stopped(stopping) => break None,
        }
    };
    // What is stored is known when it comes again; better it does not.
    let last = async { while at_work.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(LAST_PARCELS, last).await;
    consumer.close().await;
    ended
}

/// Takes one message: stored, then acknowledged.
async fn take(inward: &Inward, arrived: Arrived, stopping: watch::Receiver<bool>) {
    let Arrived { id, correlation, reply_to, media, redelivered, returns, bytes, receipt } =
        arrived;
    let name = if correlation.is_empty() { id } else { correlation };
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARACTERS_MAX).collect();
    let (media, fault) = (media_of(&media), refused(bytes.len(), returns));
    let kept = if fault == Some("LIM-BODY") { Vec::new() } else { bytes };
    let partner = Some(inward.party.clone());
    let arrival = Arrival { partner, media, name: name.clone(), ..Arrival::over(Channel::Amqp) };
    let parcel = arrival.parcel(&inward.engine.clock, kept);
    if !reply_to.is_empty() {
        inward.routes.remember(parcel.id, &reply_to);
    }
    let taken = match fault {
        Some(code) => set_aside(inward, parcel, code, returns, stopping).await,
        None => {
            let answer = submit(inward, parcel, stopping).await;
            if let Some(answer) = &answer
                && answer.verdict == Verdict::Known
                && !redelivered
            {
                again(inward, answer, (&name, Some(&reply_to))).await;
            }
            answer.is_some()
        }
    };
    if taken && let Err(fault) = receipt.done().await {
        tracing::warn!(partner = %inward.party, message = name, why = %fault, "it comes again");
    }
}

/// Why a message is not even read.
fn refused(bytes: usize, returns: u32) -> Option<&'static str> {
    match () {
        () if bytes > EDIFACT_BODY_MAX => Some("LIM-BODY"),
        () if returns >= RETURNS_MAX => Some("MQ-POISON"),
        () => None,
    }
}

/// Hands a parcel to the pipeline until it is stored; `None` when the server stops first. While
/// the store takes nothing, the message stays the broker's, and does not count as returned.
async fn submit(
    inward: &Inward,
    parcel: Parcel,
    mut stopping: watch::Receiver<bool>,
) -> Option<Answer> {
    let mut waits = Breaker::default();
    loop {
        let large = parcel.bytes.len() > INLINE_READ_MAX;
        let answer = match large {
            true => inward.intake.submit_large(parcel.clone()).await,
            false => inward.intake.submit(parcel.clone()).await,
        };
        match answer {
            Ok(answer) => return Some(answer),
            Err(refusal) => wait(inward, &refusal, &mut waits, &mut stopping).await?,
        }
    }
}

/// Waits after a refusal; `None` when the server stops.
async fn wait(
    inward: &Inward,
    refusal: &Refusal,
    waits: &mut Breaker,
    stopping: &mut watch::Receiver<bool>,
) -> Option<()> {
    let [dice] = random();
    tracing::warn!(partner = %inward.party, why = %refusal, "a message has to wait");
    tokio::select! {
        () = sleep(waits.failed(None, dice)) => Some(()),
        () = stopped(stopping) => None,
    }
}

/// Keeps a message that is not read, with why; false when the server stops first.
async fn set_aside(
    inward: &Inward,
    parcel: Parcel,
    code: &'static str,
    returns: u32,
    mut stopping: watch::Receiver<bool>,
) -> bool {
    let place = Place { name: parcel.name.clone(), ..Place::default() };
    let mut finding = Finding::business(code, Severity::Error, place);
    finding.level = Level::Input;
    if code == "MQ-POISON" {
        finding = finding.with_value(returns);
    }
    tracing::warn!(partner = %inward.party, message = parcel.name, code, "a message is set aside");
    let mut waits = Breaker::default();
    loop {
        let outcome = steps::refused(&inward.engine.book, parcel.clone(), finding.clone());
        match inward.engine.store.commit(vec![outcome]).await {
            Ok(_) => return true,
            Err(error) => {
                let refusal = Refusal::Stopped(error.to_string());
                if wait(inward, &refusal, &mut waits, &mut stopping).await.is_none() {
                    return false;
                }
            }
        }
    }
}

/// Gives the answer to a repeat again. The first one left by the outbox; this one does not.
async fn again(inward: &Inward, answer: &Answer, (name, reply_to): (&str, Option<&str>)) {
    let reply_to = reply_to.filter(|text| !text.is_empty());
    for letter in &answer.letters {
        let at = inward.engine.clock.now();
        if let Err(fault) = inward.letters.answer(letter, (name, reply_to), at).await {
            tracing::warn!(partner = %inward.party, letter = %letter.id, why = %fault,
                "an answer was not repeated");
        }
    }
}

/// What a content type says.
fn media_of(text: &str) -> Media {
    let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/edifact" => Media::Edifact,
        "application/xml" | "text/xml" => Media::Xml,
        "application/json" => Media::Json,
        _ => Media::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_read() {
        assert_eq!(refused(EDIFACT_BODY_MAX, RETURNS_MAX - 1), None);
        assert_eq!(refused(1, RETURNS_MAX), Some("MQ-POISON"));
        assert_eq!(refused(EDIFACT_BODY_MAX + 1, RETURNS_MAX), Some("LIM-BODY"));
    }

    #[test]
    fn content_types() {
        let check = |text, media| assert_eq!(media_of(text), media, "{text}");
        check("application/EDIFACT; charset=utf-8", Media::Edifact);
        check("text/xml", Media::Xml);
        check("", Media::Unknown);
    }
}
