//! The cashier: what happens to payments, decided and stored.
//!
//! ```text
//! keys    = flow::payment_keys(book, occurrence)
//! known   = store.known(keys of the batch)
//! outcome = flow::decide_payment(book, parcel, occurrence, known, now)   in order
//! store.commit(outcomes)            answers leave after it, then the calls to providers
//! ```
//!
//! What it is *not*: it calls no provider and reads no message of one; it hands the calls that
//! follow from a decision to whoever makes them, and forgets them: the state they belong to waits
//! with a clock.

use super::answer::Refusal;
use super::engine::{Engine, TRIES, refusal};
use super::steps;
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::pay::{Attempt, AttemptState, Handoff, Order};
use acquit_domain::{Id, Keys, Outcome, Parcel};
use acquit_flow::Occurrence;
use acquit_store::{CommitResult, OrderFile, Viewer};
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// Most occurrences decided and stored together.
pub const PAYMENTS_BATCH: usize = 128;
/// Kind of the entry that remembers, with the parcel, which order answered it.
pub const ORDER_ENTRY: &str = "ORDER";

/// Makes the hand-off a payer is given out of what was decided: addresses, merchant numbers and
/// secrets are known here only.
pub trait Handover: Send + Sync {
    /// The hand-off of an attempt, or `None` when nobody is set up for its provider.
    fn fill(&self, order: &Order, attempt: &Attempt) -> Option<Handoff>;
}

/// Something that happened and waits to be decided.
struct Job {
    parcel: Parcel,
    occurrence: Occurrence,
    reply: oneshot::Sender<Result<Outcome, Refusal>>,
    tries: u32,
}

/// Who waits for a change of which order.
type Waiters = Arc<Mutex<BTreeMap<Id, Arc<Notify>>>>;

/// The way in for everything that happens to payments.
#[derive(Clone)]
pub struct Cashier {
    engine: Engine,
    queue: mpsc::Sender<Job>,
    waiters: Waiters,
    handover: Arc<OnceLock<Arc<dyn Handover>>>,
}

impl Cashier {
    /// Starts the decider of payments, with room for so many occurrences that wait. It stops,
    /// after finishing what it took, when the last clone of the cashier is gone.
    #[must_use]
    pub fn start(engine: Engine, capacity: usize) -> (Cashier, JoinHandle<()>) {
        let (queue, receiver) = mpsc::channel(capacity.max(1));
        let waiters = Waiters::default();
        let decider = tokio::spawn(run(engine.clone(), receiver, waiters.clone()));
        (Cashier { engine, queue, waiters, handover: Arc::default() }, decider)
    }

    /// Sets who makes hand-offs; the first one stays.
    pub fn set_handover(&self, handover: Arc<dyn Handover>) {
        let _ = self.handover.set(handover);
    }

    /// The hand-off of an attempt, ready for its payer.
    #[must_use]
    pub fn handoff(&self, order: &Order, attempt: &Attempt) -> Handoff {
        let filled = self.handover.get().and_then(|handover| handover.fill(order, attempt));
        filled.unwrap_or_else(|| attempt.handoff.clone())
    }

    /// Decides an occurrence and stores what follows; what was read and had moved meanwhile is
    /// read and decided again. What the one who caused it is told is the outcome's
    /// [`reply`](acquit_domain::pay::Payments::reply).
    ///
    /// # Errors
    /// When it was not taken; then nothing of it is stored.
    /// [`Refusal::Mismatch`] and [`Refusal::Repeat`] when the idempotency key of its parcel is
    /// taken.
    pub async fn decide(&self, parcel: Parcel, occurrence: Occurrence) -> Result<Outcome, Refusal> {
        self.engine.dated()?;
        let (reply, answer) = oneshot::channel();
        let job = Job { parcel, occurrence, reply, tries: 0 };
        self.queue.try_send(job).map_err(|_| {
            self.engine.statistics.busy.fetch_add(1, Ordering::Relaxed);
            Refusal::Busy
        })?;
        let stops = || Err(Refusal::Stopped("the engine stops".to_owned()));
        answer.await.unwrap_or_else(|_| stops())
    }

    /// An order once the provider has answered the call that begins an attempt, or as it is when
    /// `patience` ends before; `None` when there is none for this viewer.
    ///
    /// # Errors
    /// What the store says.
    pub async fn begun(
        &self,
        viewer: &Viewer,
        order: Id,
        ordinal: u32,
        patience: Duration,
    ) -> acquit_store::Result<Option<OrderFile>> {
        let until = Instant::now() + patience;
        loop {
            let changed = self.waiter(order);
            let mut notified = std::pin::pin!(changed.notified());
            // Listening begins before the store is asked, so that no change is missed.
            notified.as_mut().enable();
            let file = self.engine.store.order(viewer, order).await?;
            let attempt = file.as_ref().and_then(|file| file.order.attempt(ordinal));
            let waits = attempt.is_some_and(is_asked);
            if !waits || timeout_at(until, notified).await.is_err() {
                self.forget(order, &changed);
                return Ok(file);
            }
        }
    }

    fn waiter(&self, order: Id) -> Arc<Notify> {
        let mut waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        waiters.entry(order).or_default().clone()
    }

    /// The last one who waits for an order takes its entry away.
    fn forget(&self, order: Id, waiter: &Arc<Notify>) {
        const MINE_AND_THE_LIST_S: usize = 2;
        let mut waiters = self.waiters.lock().unwrap_or_else(PoisonError::into_inner);
        if Arc::strong_count(waiter) <= MINE_AND_THE_LIST_S {
            waiters.remove(&order);
        }
    }
}

/// True while nobody knows yet how the payer goes on.
fn is_asked(attempt: &Attempt) -> bool {
    matches!(attempt.state, AttemptState::Created | AttemptState::Sent)
}

/// Decides and stores until the queue is closed and empty.
async fn run(engine: Engine, mut queue: mpsc::Receiver<Job>, waiters: Waiters) {
    let mut jobs: Vec<Job> = Vec::new();
    loop {
        if jobs.is_empty() && queue.recv_many(&mut jobs, PAYMENTS_BATCH).await == 0 {
            return;
        }
        while jobs.len() < PAYMENTS_BATCH
            && let Ok(job) = queue.try_recv()
        {
            jobs.push(job);
        }
        jobs = round(&engine, &waiters, jobs).await;
    }
}

/// Decides and stores some occurrences, and gives those that must be decided again.
async fn round(engine: &Engine, waiters: &Waiters, jobs: Vec<Job>) -> Vec<Job> {
    let jobs = unanswered(engine, jobs).await;
    if jobs.is_empty() {
        return jobs;
    }
    let outcomes = match decide(engine, &jobs).await {
        Ok(outcomes) => outcomes,
        Err(refusal) => {
            jobs.into_iter().for_each(|job| drop(job.reply.send(Err(refusal.clone()))));
            return Vec::new();
        }
    };
    #[cfg(feature = "faults")]
    let committed = crate::planted::pay(engine.store.clone(), outcomes.clone()).await;
    #[cfg(not(feature = "faults"))]
    let committed = engine.store.commit(outcomes.clone()).await;
    match committed {
        Ok(results) => {
            let stored = jobs.into_iter().zip(outcomes).zip(results);
            let again = stored.filter_map(|((job, outcome), result)| {
                settle(engine, waiters, job, outcome, result)
            });
            again.collect()
        }
        // One of them does not balance: alone, each shows whether it is the one.
        Err(acquit_store::Error::Unbalanced(_)) if jobs.len() > 1 => {
            let mut again = Vec::new();
            for job in jobs {
                again.extend(Box::pin(round(engine, waiters, vec![job])).await);
            }
            again
        }
        Err(error) => {
            tracing::error!(error = %error, occurrences = jobs.len(), "payments were not stored");
            let refused = refusal(error);
            jobs.into_iter().for_each(|job| drop(job.reply.send(Err(refused.clone()))));
            Vec::new()
        }
    }
}

/// Decides occurrences in order; each sees what the ones before it change.
async fn decide(engine: &Engine, jobs: &[Job]) -> Result<Vec<Outcome>, Refusal> {
    let mut keys = Keys::default();
    for job in jobs {
        keys.extend(&acquit_flow::payment_keys(&engine.book, &job.occurrence));
    }
    let mut known = engine.store.known(&keys).await.map_err(refusal)?;
    let now = engine.clock.now();
    #[cfg(feature = "faults")]
    crate::planted::paying(&mut known);
    let mut outcomes = Vec::with_capacity(jobs.len());
    for job in jobs {
        let occurrence = &job.occurrence;
        #[cfg(feature = "faults")]
        let occurrence = &crate::planted::occurrence(occurrence, &known);
        let mut outcome = steps::payment(&engine.book, &job.parcel, occurrence, &known, now);
        remember(&mut outcome);
        acquit_flow::apply(&mut known, &outcome);
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Keeps with the parcel which order answered it, so that its repeat gets the same answer.
fn remember(outcome: &mut Outcome) {
    let reply = outcome.payments.reply.as_ref();
    let Some((order, attempt)) = reply.and_then(|reply| Some((reply.order?, reply.attempt))) else {
        return;
    };
    if outcome.parcel.idempotency_key.is_empty() {
        return;
    }
    outcome.messages.push(MessageVerdict {
        kind: ORDER_ENTRY.to_owned(),
        reference: format!("{order}/{attempt}"),
        invoice: String::new(),
        before: None,
        status: None,
        verdict: outcome.verdict,
    });
}

/// Answers what was stored; gives back what must be decided again.
fn settle(
    engine: &Engine,
    waiters: &Waiters,
    mut job: Job,
    mut outcome: Outcome,
    result: CommitResult,
) -> Option<Job> {
    if result == CommitResult::Conflict {
        engine.statistics.conflicts.fetch_add(1, Ordering::Relaxed);
        job.tries += 1;
        if job.tries < TRIES {
            return Some(job);
        }
        let _ = job.reply.send(Err(Refusal::Busy));
        return None;
    }
    engine.statistics.answered(outcome.verdict);
    engine.calls.make(std::mem::take(&mut outcome.payments.calls));
    let waiting = waiters.lock().unwrap_or_else(PoisonError::into_inner);
    for change in &outcome.payments.orders {
        if let Some(waiter) = waiting.get(&change.after.id) {
            waiter.notify_waiters();
        }
    }
    drop(waiting);
    // Nobody to tell is nobody to wait for: it is stored all the same.
    let _ = job.reply.send(Ok(outcome));
    None
}

/// Answers the jobs whose idempotency key turned out to be taken, and gives the others.
async fn unanswered(engine: &Engine, jobs: Vec<Job>) -> Vec<Job> {
    let mut left = Vec::with_capacity(jobs.len());
    for job in jobs {
        let parcel = &job.parcel;
        let held = match &parcel.partner {
            Some(party) if job.tries > 0 && !parcel.idempotency_key.is_empty() => {
                engine.store.idempotent(party.clone(), parcel.idempotency_key.clone()).await
            }
            _ => Ok(None),
        };
        let sha256 = parcel.sha256;
        match held {
            Ok(None) => left.push(job),
            Ok(Some(held)) if held.sha256 == sha256 => drop(job.reply.send(Err(Refusal::Repeat))),
            Ok(Some(_)) => drop(job.reply.send(Err(Refusal::Mismatch))),
            Err(error) => drop(job.reply.send(Err(refusal(error)))),
        }
    }
    left
}
