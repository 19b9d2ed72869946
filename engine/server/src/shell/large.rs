//! Large parcels: surveyed, then taken part by part through the same queue as everybody's, so
//! that small parcels go between the parts.
//!
//! ```text
//! survey --> envelopes decide it --> one transaction, as any parcel
//!        \-> read part --> queue --> decide --> commit (rows, and what it leaves) --> next part
//!                                               last part: letters, and the answer
//! ```
//!
//! What it is *not*: a second pipeline. The parts are decided and stored by the decider.

use super::answer::{Answer, Refusal};
use super::engine::refusal;
use super::intake::Intake;
use super::steps::{self, Work};
use acquit_domain::part::Reached;
use acquit_domain::{Carried, Id, Parcel, PartyCode};
use acquit_flow::{Part, Survey};
use acquit_mapping::rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};

/// Most large parcels taken at one time: each holds a few parts in memory. One party has one of
/// them, so that another's never waits for all of the first one's.
pub const LARGE_AT_ONCE: usize = 2;

/// Parts read ahead of the one being decided.
const PARTS_AHEAD: usize = 1;

/// Pause between two looks for parcels left unfinished.
pub(super) const RESUME_EVERY: Duration = Duration::from_secs(5);

/// How far a large parcel has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stage {
    /// Messages decided and stored.
    pub done: u64,
    /// All its messages.
    pub all: u64,
}

impl Stage {
    fn of(survey: &Survey, reached: Reached) -> Stage {
        let mut stage = Stage::default();
        for (ordinal, one) in (1..).zip(&survey.transmissions) {
            stage.all += u64::from(one.messages);
            stage.done += match ordinal {
                before if before < reached.transmission => u64::from(one.messages),
                open if open == reached.transmission => u64::from(reached.message),
                _ => 0,
            };
        }
        stage
    }
}

/// Who is told how far a large parcel has come, after each part but the last.
pub(super) type Watcher = Arc<dyn Fn(Stage) + Send + Sync>;

impl Intake {
    /// Like [`Intake::submit_large`], telling `watcher` how far it has come.
    ///
    /// # Errors
    /// When it was not taken; of a large parcel, parts may be stored then, and
    /// [`Intake::resume`] takes it up again.
    pub async fn submit_watched(
        &self,
        parcel: Parcel,
        watcher: impl Fn(Stage) + Send + Sync + 'static,
    ) -> Result<Answer, Refusal> {
        self.submit_sized(parcel, Arc::new(watcher)).await
    }
}

/// The large parcels at hand.
#[derive(Debug, Clone)]
pub(super) struct Large {
    room: Arc<Semaphore>,
    /// One place for each party that ever sent a large parcel.
    places: Arc<Mutex<BTreeMap<Option<PartyCode>, Arc<Semaphore>>>>,
    /// Those somebody is taking now.
    driven: Arc<Mutex<BTreeSet<Id>>>,
}

impl Large {
    pub(super) fn new() -> Large {
        let room = Arc::new(Semaphore::new(LARGE_AT_ONCE));
        Large { room, places: Arc::default(), driven: Arc::default() }
    }

    /// The place of a party.
    fn place(&self, party: Option<&PartyCode>) -> Arc<Semaphore> {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let place = places.entry(party.cloned());
        place.or_insert_with(|| Arc::new(Semaphore::new(1))).clone()
    }

    /// Claims a parcel for as long as what is given is held; `None` when another has it.
    fn claim(&self, parcel: Id) -> Option<Claim> {
        let mut driven = self.driven.lock().unwrap_or_else(PoisonError::into_inner);
        driven.insert(parcel).then(|| Claim { large: self.clone(), parcel })
    }
}

/// A parcel nobody else takes meanwhile.
struct Claim {
    large: Large,
    parcel: Id,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut driven = self.large.driven.lock().unwrap_or_else(PoisonError::into_inner);
        driven.remove(&self.parcel);
    }
}

/// A parcel as it is to be taken.
pub(super) enum Size {
    /// In one transaction: read already.
    Small(Box<Work>),
    /// Part by part.
    Large(Box<Survey>),
}

/// Reads a parcel, or surveys it when it is large. Never panics.
pub(super) fn look(book: &Rulebook, parcel: Parcel) -> Size {
    match steps::survey(book, &parcel) {
        Some(survey) => Size::Large(Box::new(survey)),
        None => Size::Small(Box::new(steps::read(book, parcel))),
    }
}

/// Takes a surveyed parcel from its beginning.
pub(super) async fn take(
    intake: Intake,
    survey: Survey,
    watcher: Watcher,
) -> Result<Answer, Refusal> {
    let place = intake.large.place(survey.parcel.partner.as_ref());
    let Ok(_place) = place.acquire_owned().await else { return Err(Refusal::Busy) };
    let Ok(_room) = intake.large.room.clone().acquire_owned().await else {
        return Err(Refusal::Busy);
    };
    let engine = &intake.engine;
    let known = engine.store.known(&survey.keys).await.map_err(refusal)?;
    if acquit_flow::must_wait(&survey.keys, &known, survey.parcel.id) {
        return Err(Refusal::Busy);
    }
    if acquit_flow::decide_survey(&engine.book, &survey, &known, engine.clock.now()).is_some() {
        return intake.decide(Work::surveyed(survey)).await.map(|done| done.answer);
    }
    drive(&intake, Arc::new(survey), 0, Carried::default(), &watcher).await
}

/// Takes up the parcels that were left unfinished: by a crash, a full disk, a stop.
pub(super) async fn resume(intake: &Intake) -> Result<(), Refusal> {
    let engine = &intake.engine;
    for id in engine.store.unfinished().await.map_err(refusal)? {
        let found = engine.store.unfinished_parcel(id).await.map_err(refusal)?;
        let Some(found) = found.filter(|_| !intake.large.is_driven(id)) else { continue };
        tracing::info!(parcel = %id, parts = found.parts, "an unfinished parcel is taken up");
        let book = engine.book.clone();
        let survey = move || acquit_flow::survey(&book, &found.parcel);
        let survey = tokio::task::spawn_blocking(survey).await.map_err(gone)?;
        let nobody: Watcher = Arc::new(|_| {});
        drive(intake, Arc::new(survey), found.parts, found.carried, &nobody).await?;
    }
    Ok(())
}

impl Large {
    fn is_driven(&self, parcel: Id) -> bool {
        let driven = self.driven.lock().unwrap_or_else(PoisonError::into_inner);
        driven.contains(&parcel)
    }
}

/// Decides and stores the parts of a parcel one after the other; the answer once all are stored.
async fn drive(
    intake: &Intake,
    survey: Arc<Survey>,
    done: u32,
    carried: Carried,
    watcher: &Watcher,
) -> Result<Answer, Refusal> {
    let parcel = survey.parcel.id;
    let Some(_claim) = intake.large.claim(parcel) else { return Err(Refusal::Busy) };
    let mut carried = Arc::new(carried);
    let mut parts = read(intake.engine.book.clone(), survey.clone(), done, carried.reached);
    while let Some(part) = parts.recv().await {
        let is_last = part.is_last;
        let work = Work::part(part, Arc::clone(&carried));
        let decided = intake.decide(work).await?;
        if let Some(left) = decided.carried {
            Arc::make_mut(&mut carried).extend(*left);
            let stage = Stage::of(&survey, carried.reached);
            let Stage { done, all } = stage;
            tracing::debug!(parcel = %parcel, done, all, "a part was stored");
            watcher(stage);
        } else if is_last {
            tracing::info!(parcel = %parcel, "the last part of a large parcel was stored");
            let stored = intake.engine.store.answer(parcel).await.map_err(refusal)?;
            return Ok(stored.map_or(decided.answer, Answer::from));
        } else {
            return Ok(decided.answer);
        }
    }
    tracing::error!(parcel = %parcel, "a large parcel could not be read to its end");
    Err(Refusal::Stopped("a large parcel could not be read to its end".to_owned()))
}

/// Reads parts on a thread of their own, a little ahead of those who decide them.
fn read(
    book: Arc<Rulebook>,
    survey: Arc<Survey>,
    done: u32,
    reached: Reached,
) -> mpsc::Receiver<Part> {
    let (sender, receiver) = mpsc::channel(PARTS_AHEAD);
    tokio::task::spawn_blocking(move || {
        for part in acquit_flow::parts(&book, &survey, done, reached) {
            if sender.blocking_send(part).is_err() {
                return;
            }
        }
    });
    receiver
}

fn gone(error: tokio::task::JoinError) -> Refusal {
    Refusal::Stopped(error.to_string())
}
