//! What the clocks have done and how they are, for `/readyz` and `/metrics`.

use super::pulse::Trust;
use acquit_domain::Timestamp;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};

/// What is known of the clocks.
#[derive(Debug)]
pub struct Clockwork {
    doubt: Mutex<Option<String>>,
    /// Deadlines that moved something.
    pub(super) fired: AtomicU64,
    /// Deadlines that were met or moved meanwhile.
    pub(super) stale: AtomicU64,
    /// Deadlines that could not be decided now; they are tried again.
    pub(super) refused: AtomicU64,
    /// Times a job of the calendar ran.
    pub(super) jobs: AtomicU64,
    /// Alerts raised by clocks and deliveries.
    pub(in crate::shell) alerts: AtomicU64,
    /// How long the oldest deadline is overdue, in microseconds.
    overdue: AtomicI64,
}

impl Default for Clockwork {
    /// Before the first reading the clock is not doubted, but nothing fires either.
    fn default() -> Clockwork {
        let count = AtomicU64::default;
        Clockwork {
            doubt: Mutex::default(),
            fired: count(),
            stale: count(),
            refused: count(),
            jobs: count(),
            alerts: count(),
            overdue: AtomicI64::default(),
        }
    }
}

impl Clockwork {
    /// Why nothing ends by the clock now; nothing when it does.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        self.doubt.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes what is thought of the clock, and says so in the log when it changes.
    pub(super) fn note(&self, trust: &Trust) {
        let doubt = match trust {
            // One second after the start is no news.
            Trust::Young => None,
            other => other.doubt(),
        };
        let mut held = self.doubt.lock().unwrap_or_else(PoisonError::into_inner);
        match (&*held, &doubt) {
            (None, Some(why)) => tracing::error!(why, "the clock is not believed"),
            (Some(_), None) => tracing::info!("the clock is believed again"),
            _ => {}
        }
        *held = doubt;
    }

    /// Notes when the oldest deadline was due.
    pub(super) fn overdue(&self, oldest: Option<Timestamp>, now: Timestamp) {
        let since = oldest.map_or(0, |at| now.0.saturating_sub(at.0).max(0));
        self.overdue.store(since, Relaxed);
    }

    /// Writes the counters in the text format of Prometheus.
    pub fn write(&self, out: &mut String) {
        let name = "acquit_deadlines_total";
        let _ = writeln!(out, "# HELP {name} Deadlines met, by result.\n# TYPE {name} counter");
        let results = [("fired", &self.fired), ("stale", &self.stale), ("refused", &self.refused)];
        for (result, count) in results {
            let _ = writeln!(out, "{name}{{result=\"{result}\"}} {}", count.load(Relaxed));
        }
        for (name, help, count) in [
            ("acquit_jobs_total", "Jobs of the calendar that ran.", &self.jobs),
            ("acquit_alerts_total", "Alerts of clocks and deliveries.", &self.alerts),
        ] {
            let count = count.load(Relaxed);
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}");
        }
        let believed = u64::from(self.doubt().is_none());
        let overdue = self.overdue.load(Relaxed) / acquit_domain::time::SECOND;
        for (name, help, value) in [
            ("acquit_clock_believed", "1 while deadlines fire.", believed),
            ("acquit_deadlines_overdue_seconds", "Age of the oldest one.", overdue.unsigned_abs()),
        ] {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
        }
    }
}
