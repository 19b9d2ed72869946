//! What waits: taken when its client is known by now, refused when its time is up.
//!
//! What this is *not*: a timer; [`timers`](super::timers) calls it, and `acquit replay` does.

use super::engine::Engine;
use acquit_domain::known::Parked;
use acquit_domain::{Id, Known, Outcome, Timestamp};
use acquit_store::{CommitResult, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most waiting messages held in memory together, each with the whole parcel it came in. Those
/// that end first are looked at before others; the rest has its turn at the latest when its own
/// time is up.
const AT_ONCE: u32 = 32;

/// Ends the waiting of what waited long enough at `now`, and gives what was stored. What was
/// overtaken is looked at again next time.
///
/// # Errors
/// What the store says.
pub async fn end(engine: &Engine, now: Timestamp) -> Result<Vec<Outcome>> {
    let mut ended = Vec::new();
    loop {
        let before = ended.len();
        let due = engine.store.parked_due(now, AT_ONCE).await?;
        for (_, parked) in &due {
            let known = known(engine, parked).await?;
            let decide = || Some(acquit_flow::expire(&engine.book, parked, &known, now));
            ended.extend(store(engine, parked, decide).await?);
        }
        if due.len() < AT_ONCE as usize || ended.len() == before {
            return Ok(ended);
        }
    }
}

/// Takes what waits for a client that is known by now, of one parcel or of all.
///
/// # Errors
/// What the store says.
pub async fn retry(engine: &Engine, now: Timestamp, parcel: Option<Id>) -> Result<Vec<Outcome>> {
    let mut taken = Vec::new();
    for (_, parked) in engine.store.parked_due(Timestamp(i64::MAX), AT_ONCE).await? {
        let other = parcel.is_some_and(|parcel| parcel != parked.parcel.id);
        let keys = acquit_flow::retry_keys(&engine.book, &parked);
        if other || keys.clients.is_empty() {
            continue;
        }
        let known = engine.store.known(&keys).await?;
        let decide = || acquit_flow::retry(&engine.book, &parked, &known, now);
        taken.extend(store(engine, &parked, decide).await?);
    }
    Ok(taken)
}

/// What is held about a waiting message.
async fn known(engine: &Engine, parked: &Parked) -> Result<Known> {
    engine.store.known(&acquit_flow::retry_keys(&engine.book, parked)).await
}

/// Decides and stores; a bug met in deciding ends this message only.
async fn store(
    engine: &Engine,
    parked: &Parked,
    decide: impl FnOnce() -> Option<Outcome>,
) -> Result<Option<Outcome>> {
    let Ok(decided) = catch_unwind(AssertUnwindSafe(decide)) else {
        tracing::error!(exchange = %parked.exchange, "looking again at what waits met a bug");
        return Ok(None);
    };
    let Some(outcome) = decided else { return Ok(None) };
    let results = engine.store.commit(vec![outcome.clone()]).await?;
    Ok(results.contains(&CommitResult::Committed).then_some(outcome))
}
