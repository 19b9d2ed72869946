//! The lane of one partner: its letters, one after the other.

use super::aside;
use super::breaker::Breaker;
use super::{Handed, Outlet};
use crate::shell::alarm;
use crate::shell::arrival::random;
use crate::shell::engine::Engine;
use crate::shell::timers::stopped;
use acquit_domain::{Id, Letter, PartyCode};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, watch};
use tokio::time::sleep;

/// Most letters read from the outbox at once.
const LETTERS_MAX: u32 = 32;
/// Longest time a letter that was delivered is not noted: after a crash it is repeated.
const NOTE_WITHIN: Duration = Duration::from_millis(250);
/// Longest time between two looks into the outbox when nothing wakes the lane.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Shortest time between two looks that found nothing, for each lane there is: all lanes together
/// look at most a thousand times a second, however fast the log grows.
const LOOK_PAUSE: Duration = Duration::from_millis(1);
/// How long a lane rests when the store does not answer.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// One partner's letters on their way.
pub(super) struct Lane {
    engine: Engine,
    party: PartyCode,
    outlet: Arc<dyn Outlet>,
    turns: Arc<Semaphore>,
    breaker: Breaker,
    pause: Duration,
    /// Delivered, and not noted yet.
    delivered: Vec<Id>,
}

impl Lane {
    /// The lane of a partner, one of so many.
    pub(super) fn new(
        engine: Engine,
        party: PartyCode,
        outlet: Arc<dyn Outlet>,
        turns: Arc<Semaphore>,
        lanes: usize,
    ) -> Lane {
        let pause = LOOK_PAUSE * u32::try_from(lanes).unwrap_or(u32::MAX).max(10);
        let breaker = Breaker::default();
        Lane { engine, party, outlet, turns, breaker, pause, delivered: Vec::new() }
    }

    /// Delivers until the server stops.
    pub(super) async fn run(mut self, mut stopping: watch::Receiver<bool>) {
        let mut commits = self.engine.store.watch();
        while !*stopping.borrow() {
            commits.mark_unchanged();
            let rest = match self.engine.store.outbox(self.party.clone(), 0, LETTERS_MAX).await {
                Ok(letters) if letters.is_empty() => {
                    tokio::select! {
                        _ = commits.changed() => {}
                        () = sleep(LOOK_EVERY) => {}
                        () = stopped(&mut stopping) => return,
                    }
                    self.pause
                }
                Ok(letters) => {
                    let letters = letters.into_iter().map(|(_, letter)| letter).collect();
                    self.all(letters, &stopping).await
                }
                Err(error) => {
                    tracing::error!(partner = %self.party, error = %error, "no outbox");
                    STORE_PAUSE
                }
            };
            tokio::select! {
                () = sleep(rest) => {}
                () = stopped(&mut stopping) => return,
            }
        }
    }

    /// Hands letters over in order until one has to wait; how long the lane rests then.
    async fn all(&mut self, letters: Vec<Letter>, stopping: &watch::Receiver<bool>) -> Duration {
        let mut noted = Instant::now();
        for letter in &letters {
            if *stopping.borrow() {
                break;
            }
            let rest = match self.one(letter).await {
                Handed::Delivered => {
                    self.breaker.succeeded();
                    self.delivered.push(letter.id);
                    tracing::info!(partner = %self.party, letter = %letter.id,
                        "a letter was delivered");
                    None
                }
                Handed::Later { reason, after } => Some(self.later(letter, &reason, after).await),
                Handed::Never(reason) => self.never(letter, &reason).await,
            };
            if rest.is_some() || noted.elapsed() >= NOTE_WITHIN {
                noted = Instant::now();
                if !self.note().await {
                    return STORE_PAUSE;
                }
            }
            self.engine.lanes.stands(&self.party, self.breaker.state());
            if let Some(rest) = rest {
                return rest;
            }
        }
        if self.note().await { Duration::ZERO } else { STORE_PAUSE }
    }

    /// Waits for its turn and hands a letter over once.
    async fn one(&mut self, letter: &Letter) -> Handed {
        let Ok(_turn) = self.turns.acquire().await else { return Handed::later("stopping") };
        self.breaker.begin();
        self.engine.lanes.stands(&self.party, self.breaker.state());
        let handed = self.outlet.deliver(letter, self.engine.clock.now()).await;
        self.engine.lanes.count(&self.party, &handed);
        handed
    }

    /// Notes a failure; how long to wait.
    async fn later(&mut self, letter: &Letter, why: &str, after: Option<Duration>) -> Duration {
        let [dice] = random();
        let rest = self.breaker.failed(after, dice);
        self.engine.channels.note_out(&self.party, Some(why));
        let seconds = rest.as_secs();
        tracing::warn!(partner = %self.party, letter = %letter.id, why, seconds,
            "a letter has to wait");
        if self.breaker.has_just_opened() {
            let party = &self.party;
            let text = format!("Letters for {party} cannot be delivered and wait: {why}");
            alarm::raise(&self.engine, "outbound.open", text).await;
        }
        rest
    }

    /// Sets a letter aside; how long to wait when that could not be stored.
    async fn never(&mut self, letter: &Letter, why: &str) -> Option<Duration> {
        match aside::set(&self.engine, letter, why).await {
            Ok(()) => {
                self.breaker.succeeded();
                self.engine.channels.note_out(&self.party, None);
                None
            }
            Err(error) => {
                tracing::error!(letter = %letter.id, error = %error, "not set aside");
                Some(STORE_PAUSE)
            }
        }
    }

    /// Notes what was delivered; false when the store did not take it: then it is repeated.
    async fn note(&mut self) -> bool {
        if self.delivered.is_empty() {
            return true;
        }
        let ids = std::mem::take(&mut self.delivered);
        self.engine.channels.note_out(&self.party, None);
        match self.engine.store.taken_all(self.party.clone(), ids).await {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(partner = %self.party, error = %error,
                    "delivered letters were not noted");
                false
            }
        }
    }
}
