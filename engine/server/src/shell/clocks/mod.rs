//! Clocks: everything that waits ends, and the calendar's jobs run.
//!
//! Deadlines stand in the store with what they belong to, and nowhere else: a server that was
//! stopped takes them up where it left. Each fires once, because what it moves carries a version,
//! and a job runs once a time slot, because the slot is taken in the store.
//!
//! What this is *not*: it decides nothing. A deadline is an occurrence like any other.

mod clockwork;
mod cron;
mod deadlines;
mod jobs;
mod pulse;
mod sequences;
mod settings;

pub use clockwork::Clockwork;
pub use cron::Line;
pub use jobs::JobKind;
pub use pulse::{Pulse, SETTLE, SETTLE_MAX, STEP_MAX, Trust};
pub use settings::{Clocks, Lines};

use super::engine::Engine;
use super::pay::Cashier;
use super::timers::stopped;
use super::{Clock, waiting};
use acquit_domain::Timestamp;
use deadlines::Deadlines;
use jobs::Jobs;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::time::sleep;

/// Longest time between two looks at the clock. Short, because the clock may have leapt and a
/// commit may have set an earlier deadline.
const TICK: Duration = Duration::from_millis(500);
/// Shortest time between two looks.
const TICK_MIN: Duration = Duration::from_millis(10);
/// Time between two looks at messages that wait: their ends are counted in hours.
const WAITING_EVERY: Duration = Duration::from_secs(15);

/// Fires deadlines and runs jobs until the server stops.
pub(crate) async fn run(
    engine: Engine,
    cashier: Cashier,
    lines: Lines,
    mut stopping: watch::Receiver<bool>,
) {
    let begun = Instant::now();
    let mut pulse = Pulse::default();
    let mut deadlines = Deadlines::default();
    let mut jobs = Jobs::new(&engine, lines);
    let mut waited: Option<Instant> = None;
    let mut resumed = false;
    loop {
        let now = engine.clock.now();
        let trust = match engine.clock {
            // Whoever sets a clock by hand means it.
            Clock::Manual(_) => Trust::Sure,
            Clock::System | Clock::Moved(_) => pulse.read(now, begun.elapsed()),
        };
        engine.clockwork.note(&trust);
        if trust == Trust::Sure {
            if !resumed {
                resumed = true;
                resume(&engine).await;
            }
            engine.calls.ask_again(now);
            deadlines.fire(&engine, &cashier, now).await;
            if waited.is_none_or(|at| at.elapsed() >= WAITING_EVERY) {
                waited = Some(Instant::now());
                end_waiting(&engine, now).await;
            }
            jobs.run(&engine, now).await;
        }
        tokio::select! {
            () = stopped(&mut stopping) => return,
            () = sleep(pause(&engine, now).await) => {}
        }
    }
}

/// Takes up the questions to providers that a process before this one may have asked without
/// hearing the answer. What cannot be read is left to the clocks of the attempts.
async fn resume(engine: &Engine) {
    if !engine.calls.are_made() {
        return;
    }
    let found = jobs::live_orders(engine, |order| engine.calls.resume(order)).await;
    if let Err(error) = found {
        tracing::error!(error = %error, "questions of before were not looked up");
    }
}

/// How long until the next look: until the next deadline, but never long.
async fn pause(engine: &Engine, now: Timestamp) -> Duration {
    match engine.store.next_due().await {
        Ok(Some(next)) => {
            let micros = u64::try_from(next.0.saturating_sub(now.0)).unwrap_or(0);
            // One that is due already was refused or is stuck: it is not tried without end.
            match micros {
                0 => TICK,
                micros => Duration::from_micros(micros).clamp(TICK_MIN, TICK),
            }
        }
        _ => TICK,
    }
}

/// Refuses the messages that waited too long. What failed is looked at again next time.
async fn end_waiting(engine: &Engine, now: Timestamp) {
    match waiting::end(engine, now).await {
        Ok(ended) if ended.is_empty() => {}
        Ok(ended) => tracing::info!(messages = ended.len(), "waiting ended"),
        Err(error) => tracing::error!(error = %error, "what waits was not looked at"),
    }
}
