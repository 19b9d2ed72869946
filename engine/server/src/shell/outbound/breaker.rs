//! When a partner that does not take letters is tried again.
//!
//! What this is *not*: it reads no clock and draws no number; whoever calls it does both.

use super::State;
use std::time::Duration;

/// Wait after the first failure; it doubles with each that follows.
pub(super) const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(5 * 60);
/// Longest wait a partner can ask for.
pub(super) const ASKED_MAX: Duration = Duration::from_secs(3_600);
/// Failures one after the other that open the breaker.
pub(super) const OPEN_AFTER: u32 = 5;

/// Failures since the last letter that was delivered.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    probing: bool,
}

impl Breaker {
    /// How it stands.
    pub(super) fn state(&self) -> State {
        match (self.failures >= OPEN_AFTER, self.probing) {
            (false, _) => State::Closed,
            (true, false) => State::Open,
            (true, true) => State::HalfOpen,
        }
    }

    /// A try begins: the one that finds out, when it is open.
    pub(super) fn begin(&mut self) {
        self.probing = true;
    }

    /// A letter was delivered, or set aside: either way the partner answers.
    pub(crate) fn succeeded(&mut self) {
        *self = Breaker::default();
    }

    /// A try failed. Gives how long to wait before the next, at least as long as the partner
    /// asked for; half of it is left to the dice, so that what failed together does not come
    /// back together.
    pub(crate) fn failed(&mut self, asked: Option<Duration>, dice: u8) -> Duration {
        let doubled = FIRST_WAIT * 2u32.saturating_pow(self.failures.min(16));
        self.failures = self.failures.saturating_add(1);
        self.probing = false;
        let half = doubled.min(LONGEST_WAIT) / 2;
        let wait = half + half * u32::from(dice) / u32::from(u8::MAX);
        wait.max(asked.unwrap_or_default().min(ASKED_MAX))
    }

    /// True when the last failure was the one that opened it.
    pub(super) fn has_just_opened(&self) -> bool {
        self.failures == OPEN_AFTER && !self.probing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let mut breaker = Breaker::default();
        let waits: Vec<u128> = (0..12).map(|_| breaker.failed(None, 255).as_millis()).collect();
        let doubled = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000];
        assert_eq!(waits[..10], doubled);
        assert_eq!(waits[10..], [300_000, 300_000]);
        let mut lucky = Breaker::default();
        assert_eq!(lucky.failed(None, 0), FIRST_WAIT / 2, "half of it is left to the dice");
    }

    #[test]
    fn a_partner_is_listened_to() {
        let wait = |asked| Breaker::default().failed(Some(Duration::from_secs(asked)), 0);
        assert_eq!(wait(120), Duration::from_secs(120));
        assert_eq!(wait(1_000_000), ASKED_MAX);
        assert_eq!(wait(0), FIRST_WAIT / 2);
    }

    #[test]
    fn it_opens_probes_and_closes() {
        let mut breaker = Breaker::default();
        let mut told = 0;
        for _ in 0..OPEN_AFTER {
            breaker.begin();
            assert_eq!(breaker.state(), State::Closed);
            breaker.failed(None, 0);
            told += u32::from(breaker.has_just_opened());
        }
        assert_eq!((breaker.state(), told), (State::Open, 1));
        breaker.begin();
        assert_eq!(breaker.state(), State::HalfOpen);
        breaker.failed(None, 0);
        assert_eq!((breaker.state(), breaker.has_just_opened()), (State::Open, false));
        breaker.begin();
        breaker.succeeded();
        assert_eq!(breaker.state(), State::Closed);
    }
}
