//! The one place that sleeps: it spaces out a load, and looks again at what another process does.

use std::time::{Duration, Instant};

/// Waits.
pub fn pause(long: Duration) {
    std::thread::sleep(long);
}

/// Looks again until something is there; nothing when it takes longer than `patience`.
pub fn until<T>(patience: Duration, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        if Instant::now() >= end {
            return None;
        }
        pause(Duration::from_millis(5));
    }
}
