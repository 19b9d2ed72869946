//! What the steps need beside their arguments: the store, the rulebook, the clock.

use super::answer::Refusal;
use super::calls::Calls;
use super::channels::Channels;
use super::clock::Clock;
use super::clocks::Clockwork;
use super::deliveries::Tally;
use super::outbound::Lanes;
use super::overlay::Overlay;
use super::statistics::Statistics;
use super::steps::{self, Work};
use acquit_domain::{Keys, Outcome, Parcel};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{CommitResult, Store};
use std::sync::{Arc, OnceLock};

/// Most parcels decided and stored together.
pub const BATCH: usize = 512;

/// How often a parcel is decided again because what it read had moved meanwhile.
pub const TRIES: u32 = 16;

/// The store, the rulebook and the clock of a running engine.
#[derive(Clone)]
pub struct Engine {
    /// Where everything is kept.
    pub store: Store,
    /// The rules.
    pub book: Arc<Rulebook>,
    /// What time it is.
    pub clock: Clock,
    /// What was counted.
    pub statistics: Arc<Statistics>,
    /// How the channels are.
    pub channels: Arc<Channels>,
    /// Where calls to providers and issuers go.
    pub calls: Calls,
    /// What the clocks have done.
    pub clockwork: Arc<Clockwork>,
    /// What became of deliveries.
    pub tally: Arc<Tally>,
    /// How letters leave.
    pub lanes: Arc<Lanes>,
    /// Address the world knows this server by, once it listens.
    pub public: Arc<OnceLock<String>>,
}

impl Engine {
    /// An engine over a store.
    #[must_use]
    pub fn new(store: Store, book: Arc<Rulebook>, clock: Clock) -> Engine {
        Engine {
            store,
            book,
            clock,
            statistics: Arc::default(),
            channels: Arc::default(),
            calls: Calls::default(),
            clockwork: Arc::default(),
            tally: Arc::default(),
            lanes: Arc::default(),
            public: Arc::default(),
        }
    }

    /// Refuses to take anything while nothing can be dated.
    pub(super) fn dated(&self) -> Result<(), Refusal> {
        let unset = self.clock.unset().map(|why| Refusal::Stopped(why.to_owned()));
        unset.map_or(Ok(()), Err)
    }

    /// Decides works in order; each sees what the ones before it change, those in `overlays`
    /// included. One question to the store for all of them. `None` for one that has to wait.
    pub(super) async fn decide(
        &self,
        works: &[&Work],
        overlays: &[&Overlay],
    ) -> Result<Vec<Option<Outcome>>, Refusal> {
        let mut keys = Keys::default();
        let mut again = Keys::default();
        works.iter().for_each(|work| keys.extend_telling(work.keys(), &mut again));
        let keys = Arc::new(keys);
        let mut known = self.store.known_of(&keys).await.map_err(refusal)?;
        overlays.iter().for_each(|overlay| overlay.lay_over(&keys, &mut known));
        let now = self.clock.now();
        #[cfg(feature = "faults")]
        crate::planted::known(&mut known, now);
        let mut outcomes = Vec::with_capacity(works.len());
        for work in works {
            let outcome = steps::decide(&self.book, work, &known, now);
            #[cfg(feature = "faults")]
            let outcome = outcome.map(crate::planted::outcome);
            if let Some(outcome) = &outcome {
                acquit_flow::apply_asked(&mut known, outcome, &again);
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    /// Takes parcels through the whole pipeline, one after the other, and gives what each caused.
    /// For the command line: the same steps as the server's, without a queue.
    ///
    /// # Errors
    /// When the store cannot take them; what was stored before stays stored.
    pub async fn run_once(&self, parcels: Vec<Parcel>) -> Result<Vec<Outcome>, Refusal> {
        let mut done: Vec<Option<Outcome>> = parcels.iter().map(|_| None).collect();
        let works: Vec<Work> =
            parcels.into_iter().map(|parcel| steps::read(&self.book, parcel)).collect();
        for _ in 0..TRIES {
            let left: Vec<usize> = (0..works.len()).filter(|&at| done[at].is_none()).collect();
            for places in left.chunks(BATCH) {
                let batch: Vec<&Work> = places.iter().map(|&at| &works[at]).collect();
                let outcomes = self.decide(&batch, &[]).await?;
                let outcomes: Option<Vec<Outcome>> = outcomes.into_iter().collect();
                let outcomes = outcomes.ok_or(Refusal::Busy)?;
                let mut ready = acquit_store::Batch::default();
                for (work, outcome) in batch.iter().zip(&outcomes) {
                    ready.push(outcome.clone(), work.keys());
                }
                let results = self.store.commit_batch(ready).await.map_err(refusal)?;
                for ((&at, outcome), result) in places.iter().zip(outcomes).zip(results) {
                    if result == CommitResult::Committed {
                        done[at] = Some(outcome);
                    }
                }
            }
            if done.iter().all(Option::is_some) {
                break;
            }
        }
        done.into_iter().collect::<Option<Vec<Outcome>>>().ok_or(Refusal::Busy)
    }
}

/// What a fault of the store means to a sender: nothing was stored.
pub(super) fn refusal(error: acquit_store::Error) -> Refusal {
    Refusal::Stopped(error.to_string())
}
