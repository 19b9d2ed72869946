//! The loop of the cashier: while one batch is being stored, the next one is decided.
//!
//! What touches anything that the batch before changes waits until that one is stored; the rest is
//! decided beside it, with the numbers given on. Should a batch not be stored as it was decided,
//! everything decided beside it is decided again.

use super::answer::Refusal;
use super::engine::{Engine, TRIES, refusal};
use super::steps;
use super::touched::Touched;
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::{Id, Keys, Known, Outcome, Parcel};
use acquit_flow::Occurrence;
use acquit_store::CommitResult;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;

/// Most occurrences decided and stored together.
pub const PAYMENTS_BATCH: usize = 128;
/// Kind of the entry that remembers, with the parcel, which order answered it.
pub const ORDER_ENTRY: &str = "ORDER";

/// Something that happened and waits to be decided.
pub(super) struct Job {
    pub(super) parcel: Parcel,
    pub(super) occurrence: Occurrence,
    pub(super) reply: oneshot::Sender<Result<Outcome, Refusal>>,
    pub(super) tries: u32,
}

/// Who waits for a change of which order.
pub(super) type Waiters = Arc<Mutex<BTreeMap<Id, Arc<Notify>>>>;

/// Jobs that were decided, with what they change.
#[derive(Default)]
struct Batch {
    jobs: Vec<Job>,
    /// What each was decided on.
    keys: Vec<Keys>,
    outcomes: Vec<Outcome>,
    touched: Touched,
}

impl Batch {
    /// Its outcomes as the store takes them.
    fn ready(&self) -> acquit_store::Batch {
        let mut ready = acquit_store::Batch::default();
        for (outcome, keys) in self.outcomes.iter().zip(&self.keys) {
            ready.push(outcome.clone(), keys);
        }
        ready
    }
}

/// A batch being stored.
struct Storing {
    batch: Batch,
    done: JoinHandle<acquit_store::Result<Vec<CommitResult>>>,
}

/// Jobs worth a question to the store of their own while a batch is stored, and half of that
/// batch: fewer wait for more, since under load every question costs others their time.
const PIECE: usize = 8;

/// Decides and stores until the queue is closed and empty.
pub(super) async fn run(engine: Engine, mut queue: mpsc::Receiver<Job>, waiters: Waiters) {
    // What has come and was not looked at, and what has to wait for the batch being stored.
    let (mut arrived, mut waiting) = (Vec::new(), Vec::new());
    let mut ready = Batch::default();
    let mut storing: Option<Storing> = None;
    loop {
        let Some(before) = &mut storing else {
            if ready.jobs.is_empty() {
                waiting.append(&mut arrived);
                if waiting.is_empty() && queue.recv_many(&mut waiting, PAYMENTS_BATCH).await == 0 {
                    return;
                }
                fill(&mut queue, &mut waiting, PAYMENTS_BATCH);
                add(&engine, std::mem::take(&mut waiting), None, &mut ready).await;
            }
            if !ready.jobs.is_empty() {
                storing = Some(store(&engine, std::mem::take(&mut ready)));
            }
            continue;
        };
        let room = PAYMENTS_BATCH.saturating_sub(ready.jobs.len() + arrived.len());
        // While something waits nobody overtakes it twice.
        let takes = room > 0 && waiting.is_empty() && !(queue.is_closed() && queue.is_empty());
        tokio::select! {
            biased;
            result = &mut before.done => {
                let result = result.unwrap_or_else(|error| {
                    Err(acquit_store::Error::Stopped(error.to_string()))
                });
                let Some(Storing { batch, .. }) = storing.take() else { continue };
                if !is_whole(&result) {
                    // What was decided beside something that did not happen is decided again.
                    waiting.append(&mut std::mem::take(&mut ready).jobs);
                }
                waiting.append(&mut stored(&engine, &waiters, batch, result).await);
            }
            _ = queue.recv_many(&mut arrived, room), if takes => {
                if arrived.len() >= (before.batch.jobs.len() / 2).max(PIECE) {
                    let jobs = std::mem::take(&mut arrived);
                    let (apart, mut later) = split(&engine, jobs, &before.batch, &ready);
                    waiting.append(&mut later);
                    add(&engine, apart, Some(&before.batch), &mut ready).await;
                }
            }
        }
    }
}

/// Takes what has come meanwhile, up to so many in all.
fn fill(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>, most: usize) {
    while jobs.len() < most
        && let Ok(job) = queue.try_recv()
    {
        jobs.push(job);
    }
}

/// True when every outcome of a batch is stored.
fn is_whole(result: &acquit_store::Result<Vec<CommitResult>>) -> bool {
    let stored = |of: &CommitResult| *of == CommitResult::Committed;
    result.as_ref().is_ok_and(|results| results.iter().all(stored))
}

/// Jobs that can be decided beside what is not stored yet, and those that cannot.
fn split(engine: &Engine, jobs: Vec<Job>, before: &Batch, ready: &Batch) -> (Vec<Job>, Vec<Job>) {
    jobs.into_iter().partition(|job| {
        let keys = acquit_flow::payment_keys(&engine.book, &job.occurrence);
        !before.touched.is_asked(&keys) && !ready.touched.is_asked(&keys)
    })
}

/// Decides jobs and adds them to a batch.
async fn add(engine: &Engine, jobs: Vec<Job>, before: Option<&Batch>, batch: &mut Batch) {
    let jobs = unanswered(engine, jobs).await;
    if jobs.is_empty() {
        return;
    }
    let unstored = before.into_iter().chain(std::iter::once(&*batch));
    let keys = jobs.iter().map(|job| acquit_flow::payment_keys(&engine.book, &job.occurrence));
    let keys: Vec<Keys> = keys.collect();
    match decide(engine, &jobs, &keys, unstored).await {
        Ok(outcomes) => {
            outcomes.iter().for_each(|outcome| batch.touched.note(outcome));
            batch.jobs.extend(jobs);
            batch.keys.extend(keys);
            batch.outcomes.extend(outcomes);
        }
        Err(refusal) => {
            jobs.into_iter().for_each(|job| drop(job.reply.send(Err(refusal.clone()))));
        }
    }
}

/// Decides occurrences in order; each sees what the ones before it change, and goes on counting
/// where what is not stored yet left off.
async fn decide<'b>(
    engine: &Engine,
    jobs: &[Job],
    asked: &[Keys],
    unstored: impl Iterator<Item = &'b Batch>,
) -> Result<Vec<Outcome>, Refusal> {
    let mut keys = Keys::default();
    asked.iter().for_each(|asked| keys.extend(asked));
    let mut given: Vec<(String, i64)> = Vec::new();
    for outcome in unstored.flat_map(|batch| &batch.outcomes) {
        let counters = outcome.payments.counters.iter();
        given.extend(counters.map(|(name, _, given)| (name.clone(), *given)));
    }
    let mut known: Known = engine.store.known(&keys).await.map_err(refusal)?;
    known.payments.counters.extend(given);
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

/// Begins to store a batch.
fn store(engine: &Engine, batch: Batch) -> Storing {
    let (store, ready) = (engine.store.clone(), batch.ready());
    #[cfg(feature = "faults")]
    let done = tokio::spawn(crate::planted::pay(store, ready, batch.outcomes.clone()));
    #[cfg(not(feature = "faults"))]
    let done = tokio::spawn(async move { store.commit_batch(ready).await });
    Storing { batch, done }
}

/// Answers what was stored, and gives the jobs that must be decided again.
async fn stored(
    engine: &Engine,
    waiters: &Waiters,
    batch: Batch,
    result: acquit_store::Result<Vec<CommitResult>>,
) -> Vec<Job> {
    let Batch { jobs, outcomes, .. } = batch;
    match result {
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
                again.extend(alone(engine, waiters, job).await);
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

/// Decides and stores one job by itself; gives it back when it must be decided again.
async fn alone(engine: &Engine, waiters: &Waiters, job: Job) -> Vec<Job> {
    let mut batch = Batch::default();
    add(engine, vec![job], None, &mut batch).await;
    if batch.jobs.is_empty() {
        return Vec::new();
    }
    let result = engine.store.commit_batch(batch.ready()).await;
    Box::pin(stored(engine, waiters, batch, result)).await
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
