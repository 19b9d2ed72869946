//! The cashier: what happens to payments, decided and stored.
//!
//! ```text
//! keys    = flow::payment_keys(book, occurrence)
//! known   = store.known(keys of the batch)
//! outcome = flow::decide_payment(book, parcel, occurrence, known, now)   in order
//! store.commit(outcomes)            answers leave after it, then the calls to providers
//! ```
//!
//! The loop that does it is [`paying`](super::paying).
//!
//! What it is *not*: it calls no provider and reads no message of one; it hands the calls that
//! follow from a decision to whoever makes them, and forgets them: the state they belong to waits
//! with a clock.

use super::answer::Refusal;
use super::engine::Engine;
use super::paying::{Job, Waiters, run};
pub use super::paying::{ORDER_ENTRY, PAYMENTS_BATCH};
use acquit_domain::pay::{Attempt, AttemptState, Handoff, Order};
use acquit_domain::{Id, Outcome, Parcel};
use acquit_flow::Occurrence;
use acquit_store::{OrderFile, Viewer};
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// Makes the hand-off a payer is given out of what was decided: addresses, merchant numbers and
/// secrets are known here only.
pub trait Handover: Send + Sync {
    /// The hand-off of an attempt, or `None` when nobody is set up for its provider.
    fn fill(&self, order: &Order, attempt: &Attempt) -> Option<Handoff>;
}

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
