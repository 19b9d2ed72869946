//! The one writer: a thread that takes what waits and commits it together.
//!
//! Nothing here waits for a clock. While one commit syncs, others queue up; the next transaction
//! takes all of them, so the cost of a sync is shared by as many outcomes as arrived meanwhile.

use crate::apply::apply;
use crate::error::{Error, Result};
use crate::link::Link;
use crate::steps::Prepared;
use crate::wal::Mover;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use tokio::sync::{mpsc, oneshot, watch};

/// Most jobs that wait for the writer; beyond it callers wait in turn.
pub const QUEUE_MAX: usize = 1024;

/// Outcomes in one transaction at which no more are added.
pub const GROUP_MAX: usize = 1024;

/// What became of an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommitResult {
    /// All its rows are there, and stay there.
    Committed,
    /// Something it was decided on has changed since: nothing of it was written. Ask again what
    /// is known and decide again.
    Conflict,
}

/// A reply to a batch. The batch goes back with it: the writer has better things to do than to
/// free its memory.
type Reply = oneshot::Sender<(Result<Vec<CommitResult>>, Vec<Prepared>)>;

/// Work in a transaction of its own; given an error instead of a connection when the store has
/// stopped. It notes a failure before it tells its caller.
type Work = Box<dyn FnOnce(Result<&Link>, &Shared) + Send>;

/// Something for the writer to do.
pub(crate) enum Job {
    /// Commit a batch, with others if there are any.
    Commit(Vec<Prepared>, Reply),
    /// Do something else.
    Write(Work),
}

/// What the writer shares with the store.
pub(crate) struct Shared {
    /// Why writing has stopped.
    pub(crate) stopped: OnceLock<String>,
    /// Position of the last log row.
    pub(crate) last_seq: watch::Sender<i64>,
}

impl Shared {
    /// What is shared of a log that ends at `seq`.
    pub(crate) fn new(seq: i64) -> Shared {
        Shared { stopped: OnceLock::new(), last_seq: watch::channel(seq).0 }
    }

    /// Wakes those who follow the log when it has grown.
    pub(crate) fn reached(&self, seq: i64) {
        self.last_seq.send_if_modified(|known| seq > std::mem::replace(known, seq.max(*known)));
    }

    /// Refuses when writing has stopped.
    pub(crate) fn check(&self) -> Result<()> {
        match self.stopped.get() {
            Some(reason) => Err(Error::Stopped(reason.clone())),
            None => Ok(()),
        }
    }

    /// Remembers a failure after which nothing may be written.
    pub(crate) fn note<T>(&self, done: &Result<T>) {
        #[cfg(feature = "faults")]
        if crate::planted::is("sync_goes_on") {
            return;
        }
        if let Err(Error::Stopped(reason)) = done {
            // The first reason stays.
            let _ = self.stopped.set(reason.clone());
        }
    }
}

/// The lock of a connection. A panic in a reader leaves the connection as usable as before.
pub(crate) fn lock(link: &Mutex<Link>) -> MutexGuard<'_, Link> {
    link.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The writer's life: ends when nobody can send jobs any more.
pub(crate) fn run(
    link: &Mutex<Link>,
    mut jobs: mpsc::Receiver<Job>,
    shared: &Arc<Shared>,
    mover: Option<Mover>,
) {
    let mut next = jobs.blocking_recv();
    while let Some(job) = next.take() {
        match job {
            Job::Commit(batch, reply) => {
                let mut group = vec![(batch, reply)];
                next = gather(&mut jobs, &mut group);
                commit(link, group, shared);
            }
            Job::Write(work) => {
                let link = lock(link);
                work(shared.check().map(|()| &*link), shared);
            }
        }
        if let Some(mover) = &mover {
            mover.look(&lock(link));
        }
        if next.is_none() {
            next = jobs.blocking_recv();
        }
    }
}

/// Takes the batches that wait, without waiting for more; gives back the first job that is not
/// one.
fn gather(jobs: &mut mpsc::Receiver<Job>, group: &mut Vec<(Vec<Prepared>, Reply)>) -> Option<Job> {
    let mut size: usize = group.iter().map(|(batch, _)| batch.len()).sum();
    while size < GROUP_MAX {
        match jobs.try_recv() {
            Ok(Job::Commit(batch, reply)) => {
                size += batch.len();
                group.push((batch, reply));
            }
            Ok(other) => return Some(other),
            Err(_) => return None,
        }
    }
    None
}

fn commit(link: &Mutex<Link>, group: Vec<(Vec<Prepared>, Reply)>, shared: &Shared) {
    let link = lock(link);
    let all: Vec<&Prepared> = group.iter().flat_map(|(batch, _)| batch).collect();
    let done = shared.check().and_then(|()| apply(&link, &all));
    shared.note(&done);
    tell(&link, shared);
    match done {
        Ok(results) => {
            let mut results = results.into_iter();
            for (batch, reply) in group {
                let own = results.by_ref().take(batch.len()).collect();
                // Nobody to tell is nobody to wait for: the rows are committed all the same.
                let _ = reply.send((Ok(own), batch));
            }
        }
        Err(Error::Database(_) | Error::Unbalanced(_)) if group.len() > 1 => {
            one_by_one(&link, group, shared)
        }
        Err(error) => {
            for (batch, reply) in group {
                let _ = reply.send((Err(error.clone()), batch));
            }
        }
    }
}

/// One batch the database refuses must not spoil the others it was grouped with.
fn one_by_one(link: &Link, group: Vec<(Vec<Prepared>, Reply)>, shared: &Shared) {
    for (batch, reply) in group {
        let own: Vec<&Prepared> = batch.iter().collect();
        let done = shared.check().and_then(|()| apply(link, &own));
        shared.note(&done);
        tell(link, shared);
        let _ = reply.send((done, batch));
    }
}

/// Wakes those who follow the log.
fn tell(link: &Link, shared: &Shared) {
    if let Ok(seq) = last_seq(link) {
        shared.reached(seq);
    }
}

/// Position of the last log row; 0 when there is none.
pub(crate) fn last_seq(link: &Link) -> Result<i64> {
    link.number("SELECT coalesce(max(seq), 0) FROM exchanges")
}
