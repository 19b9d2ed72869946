//! The one place that knows what time it is.

use acquit_domain::Timestamp;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the current time comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The clock of the machine.
    System,
    /// A clock that stands still until it is set: tests and simulations.
    Manual(Arc<AtomicI64>),
    /// The clock of the machine, moved by so many microseconds: tests of a clock that leaps.
    Moved(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that shows `at` until it is set.
    #[must_use]
    pub fn manual(at: Timestamp) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(at.0)))
    }

    /// The current time; before 1970, which is a clock that was never set, a negative one.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Clock::Moved(by) => {
                Timestamp(Clock::System.now().0.saturating_add(by.load(Ordering::SeqCst)))
            }
            Clock::System => {
                let micros = |since: Duration| i64::try_from(since.as_micros()).unwrap_or(i64::MAX);
                match SystemTime::now().duration_since(UNIX_EPOCH) {
                    Ok(since) => Timestamp(micros(since)),
                    Err(before) => Timestamp(-micros(before.duration())),
                }
            }
            Clock::Manual(at) => Timestamp(at.load(Ordering::SeqCst)),
        }
    }

    /// Why nothing can be dated; nothing when the clock was set.
    #[must_use]
    pub fn unset(&self) -> Option<&'static str> {
        (self.now().0 < 0).then_some("the clock of the machine shows a time before 1970")
    }

    /// Sets a manual clock, or moves one that can be; the clock of the machine cannot be set.
    pub fn set(&self, to: Timestamp) {
        match self {
            Clock::System => {}
            Clock::Manual(at) => at.store(to.0, Ordering::SeqCst),
            Clock::Moved(by) => {
                by.store(to.0.saturating_sub(Clock::System.now().0), Ordering::SeqCst);
            }
        }
    }
}
