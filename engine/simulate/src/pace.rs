//! How fast partners are: their delays, divided.

use std::time::Duration;
use tokio::time;

/// The pace of partners' delays. The time they write is the real one; only waiting is shorter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How many seconds of a partner's pass in one.
    pub speed: u32,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { speed: 1 }
    }
}

impl Pace {
    /// Waits as long as the partner would, divided by the speed.
    pub async fn wait(self, delay: Duration) {
        time::sleep(delay / self.speed.max(1)).await;
    }
}
