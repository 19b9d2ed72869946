//! The intake: a bounded queue before one decider. An answer leaves only after the commit.
//!
//! ```text
//! caller --read--> queue --> decider: known, decide --> store: commit --> answer
//!                            (decides the next batch while one is being stored)
//! ```
//!
//! What it is *not*: it knows no channel. HTTP, folders and queues submit parcels alike.

use super::answer::{Answer, Refusal};
use super::engine::{BATCH, Engine, TRIES, refusal};
use super::large::{self, Large, Size};
use super::overlay::Overlay;
use super::pay::Cashier;
use super::steps::{self, Work};
use crate::settlement;
use acquit_domain::pay::Call;
use acquit_domain::{Carried, Id, Outcome, Parcel, PartyCode, Progress};
use acquit_store::CommitResult;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};
use std::time::Instant;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tracing::Instrument;
use tracing::field::Empty;

/// Target of the spans of stages, which only traces show.
const STAGE: &str = "acquit::stage";

/// What became of a job.
pub(super) struct Decided {
    /// The answer to its parcel, when it was all or the last of it.
    pub(super) answer: Answer,
    /// What a part leaves for the next ones.
    pub(super) carried: Option<Box<Carried>>,
    /// Calls to make once it is stored.
    calls: Vec<Call>,
}

impl Decided {
    /// Takes it out of what is left of an outcome, whose first log row is `exchange`.
    fn take(outcome: &mut Outcome, exchange: Option<Id>) -> Decided {
        let carried = match std::mem::replace(&mut outcome.progress, Progress::Whole) {
            Progress::Part { carried, .. } => Some(carried),
            Progress::Whole | Progress::Last { .. } => None,
        };
        let calls = std::mem::take(&mut outcome.payments.calls);
        Decided { answer: Answer::take(outcome, exchange), carried, calls }
    }
}

type Reply = oneshot::Sender<Result<Decided, Refusal>>;

/// A parcel that was read and waits to be decided.
struct Job {
    work: Work,
    reply: Reply,
    arrived: Instant,
    tries: u32,
}

/// The way in.
#[derive(Clone)]
pub struct Intake {
    pub(super) engine: Engine,
    queue: mpsc::Sender<Job>,
    pub(super) large: Large,
    cashier: Arc<OnceLock<Cashier>>,
}

impl Intake {
    /// Starts the decider. It stops, after finishing what it took, when the last clone of the
    /// intake is gone; the handle ends then.
    #[must_use]
    pub fn start(engine: Engine, capacity: usize) -> (Intake, JoinHandle<()>) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        let decider = tokio::spawn(run(engine.clone(), receiver));
        let cashier = Arc::default();
        (Intake { engine, queue: sender, large: Large::new(), cashier }, decider)
    }

    /// Sets who takes what banks and providers report; the first one stays. Without one their
    /// parcels are read like everybody's.
    pub fn set_cashier(&self, cashier: Cashier) {
        let _ = self.cashier.set(cashier);
    }

    /// The answer to a parcel that is a report of a bank or a provider; `None` for all others.
    async fn reported(&self, parcel: &Parcel) -> Option<Result<Answer, Refusal>> {
        let cashier = self.cashier.get()?;
        let report = settlement::report(&self.engine.book, parcel)?;
        Some(settlement::receive(&self.engine, cashier, parcel.clone(), report).await)
    }

    /// How many parcels wait.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// True when a parcel submitted now would wait.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.queue.capacity() > 0
    }

    /// The answer given before under the idempotency key of a parcel; `None` when there is none.
    ///
    /// # Errors
    /// [`Refusal::Mismatch`] when the key was used for other content.
    pub async fn answered(
        &self,
        party: &PartyCode,
        key: &str,
        sha256: [u8; 32],
    ) -> Result<Option<Answer>, Refusal> {
        answered(&self.engine, party, key, sha256).await
    }

    /// Reads a parcel on this thread, submits it, and waits for its answer.
    ///
    /// # Errors
    /// When it was not taken; then nothing of it is stored.
    pub async fn submit(&self, parcel: Parcel) -> Result<Answer, Refusal> {
        if let Some(answer) = self.reported(&parcel).await {
            return answer;
        }
        if acquit_flow::may_be_large(&parcel) {
            return self.submit_large(parcel).await;
        }
        self.engine.dated()?;
        let arrived = Instant::now();
        let reading = tracing::debug_span!(target: STAGE, "read", bytes = parcel.bytes.len());
        let work = reading.in_scope(|| steps::read(&self.engine.book, parcel));
        self.submit_work(work, arrived).await
    }

    /// Like [`Intake::submit`], reading on a thread kept for long work.
    ///
    /// # Errors
    /// When it was not taken; then nothing of it is stored.
    pub async fn submit_large(&self, parcel: Parcel) -> Result<Answer, Refusal> {
        self.submit_sized(parcel, Arc::new(|_| {})).await
    }

    pub(super) async fn submit_sized(
        &self,
        parcel: Parcel,
        watcher: large::Watcher,
    ) -> Result<Answer, Refusal> {
        if let Some(answer) = self.reported(&parcel).await {
            return answer;
        }
        self.engine.dated()?;
        let arrived = Instant::now();
        let book = self.engine.book.clone();
        let stopped = |error: tokio::task::JoinError| Refusal::Stopped(error.to_string());
        let size = tokio::task::spawn_blocking(move || large::look(&book, parcel));
        match size.await.map_err(stopped)? {
            Size::Small(work) => self.submit_work(*work, arrived).await,
            // On a task of its own: it goes on when its sender goes away.
            Size::Large(survey) => {
                let taken = tokio::spawn(large::take(self.clone(), *survey, watcher));
                taken.await.map_err(stopped)?
            }
        }
    }

    /// Takes up the large parcels that were left unfinished, one after the other.
    ///
    /// # Errors
    /// When the store takes nothing; what is left stays unfinished.
    pub async fn resume(&self) -> Result<(), Refusal> {
        large::resume(self).await
    }

    /// Takes up what was left unfinished now and whenever something is, until the server stops.
    pub async fn keep_resuming(self, mut stopping: watch::Receiver<bool>) {
        loop {
            tokio::select! {
                done = self.resume() => {
                    if let Err(refusal) = done {
                        tracing::error!(why = %refusal, "an unfinished parcel has to wait");
                    }
                }
                _ = stopping.wait_for(|stop| *stop) => return,
            }
            tokio::select! {
                () = tokio::time::sleep(large::RESUME_EVERY) => {}
                _ = stopping.wait_for(|stop| *stop) => return,
            }
        }
    }

    /// Has a part decided and stored; waits for room.
    pub(super) async fn decide(&self, work: Work) -> Result<Decided, Refusal> {
        let stops = || Refusal::Stopped("the engine stops".to_owned());
        let (reply, answer) = oneshot::channel();
        let job = Job { work, reply, arrived: Instant::now(), tries: 0 };
        self.queue.send(job).await.map_err(|_| stops())?;
        answer.await.unwrap_or_else(|_| Err(stops()))
    }

    async fn submit_work(&self, work: Work, arrived: Instant) -> Result<Answer, Refusal> {
        let (reply, answer) = oneshot::channel();
        let job = Job { work, reply, arrived, tries: 0 };
        self.queue.try_send(job).map_err(|_| {
            self.engine.statistics.busy.fetch_add(1, Ordering::Relaxed);
            Refusal::Busy
        })?;
        let waiting = tracing::debug_span!(target: STAGE, "decide and store", verdict = Empty);
        let answer = answer.instrument(waiting.clone()).await;
        let answer =
            answer.unwrap_or_else(|_| Err(Refusal::Stopped("the engine stops".to_owned())));
        answer.map(|decided| {
            waiting.record("verdict", decided.answer.verdict.key());
            decided.answer
        })
    }
}

/// The answer given before under an idempotency key.
async fn answered(
    engine: &Engine,
    party: &PartyCode,
    key: &str,
    sha256: [u8; 32],
) -> Result<Option<Answer>, Refusal> {
    let stored = engine.store.idempotent(party.clone(), key.to_owned()).await.map_err(refusal)?;
    match stored {
        Some(stored) if stored.sha256 != sha256 => Err(Refusal::Mismatch),
        Some(stored) if stored.in_parts => Err(Refusal::Busy),
        stored => Ok(stored.map(Answer::from)),
    }
}

/// Jobs decided together, and what they change.
#[derive(Default)]
struct Batch {
    jobs: Vec<Job>,
    answers: Vec<Decided>,
    /// Their outcomes, made ready while the batch before is stored.
    outcomes: acquit_store::Batch,
    overlay: Overlay,
}

/// Jobs worth a question to the store of their own while a batch is stored; fewer wait for more.
const PIECE: usize = 16;

/// A batch being stored.
struct Storing {
    jobs: Vec<Job>,
    answers: Vec<Decided>,
    overlay: Overlay,
    begun: Instant,
    done: JoinHandle<acquit_store::Result<Vec<CommitResult>>>,
}

/// Decides and stores until the queue is closed and empty.
async fn run(engine: Engine, mut queue: mpsc::Receiver<Job>) {
    let mut storing: Option<Storing> = None;
    let mut again: Vec<Job> = Vec::new();
    loop {
        let mut batch = Batch::default();
        let jobs = std::mem::take(&mut again);
        add(&engine, jobs, storing.as_ref(), &mut batch).await;
        if storing.is_none() && batch.jobs.is_empty() {
            let mut arrived = Vec::new();
            if queue.recv_many(&mut arrived, BATCH).await == 0 {
                return;
            }
            add(&engine, arrived, None, &mut batch).await;
        }
        if let Some(mut before) = storing.take() {
            let (result, mut late) = gather(&engine, &mut queue, &mut before, &mut batch).await;
            if !is_whole(&result) {
                // What was decided on top of something that did not happen is decided again.
                again = settle(&engine, before, result);
                again.append(&mut batch.jobs);
                again.append(&mut late);
                continue;
            }
            // The store works on while what it stored is answered.
            if batch.jobs.len() >= PIECE || late.is_empty() && !batch.jobs.is_empty() {
                storing = Some(store(&engine, std::mem::take(&mut batch)));
            }
            again = settle(&engine, before, result);
            again.append(&mut late);
            if storing.is_some() {
                continue;
            }
            let late = std::mem::take(&mut again);
            add(&engine, late, None, &mut batch).await;
        }
        if !batch.jobs.is_empty() {
            storing = Some(store(&engine, batch));
        }
    }
}

/// True when every outcome of a batch is stored.
fn is_whole(result: &acquit_store::Result<Vec<CommitResult>>) -> bool {
    let stored = |of: &CommitResult| *of == CommitResult::Committed;
    result.as_ref().is_ok_and(|results| results.iter().all(stored))
}

/// Decides what arrives until the batch before is stored, some at a time, and gives that one's
/// result and what arrived too late to be worth deciding before it was known.
async fn gather(
    engine: &Engine,
    queue: &mut mpsc::Receiver<Job>,
    before: &mut Storing,
    batch: &mut Batch,
) -> (acquit_store::Result<Vec<CommitResult>>, Vec<Job>) {
    let mut arrived = Vec::new();
    loop {
        let room = BATCH.saturating_sub(batch.jobs.len() + arrived.len());
        tokio::select! {
            biased;
            result = &mut before.done => {
                let result = result.unwrap_or_else(|error| {
                    Err(acquit_store::Error::Stopped(error.to_string()))
                });
                while arrived.len() < room && let Ok(job) = queue.try_recv() {
                    arrived.push(job);
                }
                return (result, arrived);
            }
            count = queue.recv_many(&mut arrived, room), if room > 0 && !queue_done(queue) => {
                if count > 0 && arrived.len() >= PIECE {
                    add(engine, std::mem::take(&mut arrived), Some(before), batch).await;
                }
            }
        }
    }
}

/// True when nothing will come out of the queue any more.
fn queue_done(queue: &mpsc::Receiver<Job>) -> bool {
    queue.is_closed() && queue.is_empty()
}

/// Answers the jobs whose idempotency key turned out to be taken, and gives the others. Asked
/// only when a job is decided again: the commit refuses a key that is there already.
async fn unanswered(engine: &Engine, jobs: Vec<Job>) -> Vec<Job> {
    let mut left = Vec::with_capacity(jobs.len());
    for job in jobs {
        let parcel = job.work.parcel();
        let found = match &parcel.partner {
            Some(party) if job.tries > 0 && !parcel.idempotency_key.is_empty() => {
                answered(engine, party, &parcel.idempotency_key, parcel.sha256).await.transpose()
            }
            _ => None,
        };
        match found {
            None => left.push(job),
            Some(answer) => {
                let _ = job.reply.send(answer.map(|answer| Decided {
                    answer,
                    carried: None,
                    calls: Vec::new(),
                }));
            }
        }
    }
    left
}

/// Decides jobs and adds them to a batch.
async fn add(engine: &Engine, jobs: Vec<Job>, before: Option<&Storing>, batch: &mut Batch) {
    let jobs = unanswered(engine, jobs).await;
    if jobs.is_empty() {
        return;
    }
    let works: Vec<&Work> = jobs.iter().map(|job| &job.work).collect();
    let mut overlays: Vec<&Overlay> = before.iter().map(|storing| &storing.overlay).collect();
    overlays.push(&batch.overlay);
    match engine.decide(&works, &overlays).await {
        Ok(outcomes) => {
            for (job, outcome) in jobs.into_iter().zip(outcomes) {
                let Some(outcome) = outcome else {
                    let _ = job.reply.send(Err(Refusal::Busy));
                    continue;
                };
                let exchange = outcome.exchanges.first().map(|row| row.id);
                let mut left = batch.outcomes.push(outcome, job.work.keys());
                batch.answers.push(Decided::take(&mut left, exchange));
                batch.overlay.note(left);
                batch.jobs.push(job);
            }
        }
        Err(refusal) => {
            for job in jobs {
                let _ = job.reply.send(Err(refusal.clone()));
            }
        }
    }
}

/// Begins to store a batch.
fn store(engine: &Engine, batch: Batch) -> Storing {
    let store = engine.store.clone();
    let outcomes = batch.outcomes;
    let storing = tracing::debug_span!(target: STAGE, "store", parcels = batch.jobs.len());
    #[cfg(feature = "faults")]
    let stored = crate::planted::commit(store, outcomes, batch.jobs.len());
    #[cfg(not(feature = "faults"))]
    let stored = async move { store.commit_batch(outcomes).await };
    Storing {
        jobs: batch.jobs,
        answers: batch.answers,
        overlay: batch.overlay,
        begun: Instant::now(),
        done: tokio::spawn(stored.instrument(storing)),
    }
}

/// Answers what was stored, and gives the jobs that must be decided again.
fn settle(
    engine: &Engine,
    stored: Storing,
    result: acquit_store::Result<Vec<CommitResult>>,
) -> Vec<Job> {
    let statistics = &engine.statistics;
    statistics.batches.fetch_add(1, Ordering::Relaxed);
    statistics.commit.record(stored.begun.elapsed());
    let results = match result {
        Ok(results) => results,
        Err(error) => {
            tracing::error!(error = %error, parcels = stored.jobs.len(), "a batch was not stored");
            let refused = refusal(error);
            for job in stored.jobs {
                let _ = job.reply.send(Err(refused.clone()));
            }
            return Vec::new();
        }
    };
    let mut again = Vec::new();
    for ((mut job, mut answer), result) in stored.jobs.into_iter().zip(stored.answers).zip(results)
    {
        if result == CommitResult::Committed {
            if answer.carried.is_none() {
                statistics.answered(answer.answer.verdict);
                statistics.intake.record(job.arrived.elapsed());
            }
            engine.calls.make(std::mem::take(&mut answer.calls));
            // What a part was read with is given back before the next one is asked for.
            drop(job.work);
            #[cfg(feature = "faults")]
            let _ = job.reply.send(crate::planted::answered(answer));
            #[cfg(not(feature = "faults"))]
            let _ = job.reply.send(Ok(answer));
            continue;
        }
        statistics.conflicts.fetch_add(1, Ordering::Relaxed);
        job.tries += 1;
        if job.tries < TRIES {
            again.push(job);
        } else {
            let _ = job.reply.send(Err(Refusal::Busy));
        }
    }
    again
}
