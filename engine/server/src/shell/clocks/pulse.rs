//! Whether the clock of the machine can be believed: it is held against one that cannot be set.
//!
//! A wall clock that leaps two years ahead and back would end everything that waits, for good. So
//! nothing ends while the two clocks disagree, and for a while after: what ended too early cannot
//! be taken back, what ends a minute late harms nobody.
//!
//! What this is *not*: it reads no clock; it is told what the two of them show.

use acquit_domain::Timestamp;
use std::time::Duration;

/// Most by which the clocks may go apart between two readings. Time servers move a clock by up to
/// half a second at once; a machine under load reads the two some milliseconds apart.
pub const STEP_MAX: Duration = Duration::from_secs(2);
/// How long both clocks must go together again after a leap, at least: after one that went back
/// to where the clock should be, no longer than this.
pub const SETTLE: Duration = Duration::from_secs(60);
/// How long at most: after a leap of days somebody has an hour to look.
pub const SETTLE_MAX: Duration = Duration::from_secs(3600);
/// Share of a leap that is waited for: a hundredth. A machine that slept for an hour waits for a
/// minute.
const SETTLE_SHARE: u64 = 100;

/// What is thought of the wall clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trust {
    /// It goes with the other one.
    Sure,
    /// It was read once only.
    Young,
    /// It leapt, by so many microseconds (back when negative), and has not settled.
    Leapt(i64),
    /// It shows a time before 1970: it was never set.
    Unset,
}

impl Trust {
    /// Why nothing ends by the clock now; nothing when it does.
    #[must_use]
    pub fn doubt(&self) -> Option<String> {
        match self {
            Trust::Sure => None,
            Trust::Young => Some("the clock was read only once yet".to_owned()),
            Trust::Leapt(by) => {
                let seconds = by / acquit_domain::time::SECOND;
                Some(format!("the clock of the machine leapt by {seconds} s; deadlines rest"))
            }
            Trust::Unset => Some("the clock of the machine shows a time before 1970".to_owned()),
        }
    }
}

/// The readings of both clocks so far.
#[derive(Debug, Clone, Default)]
pub struct Pulse {
    last: Option<(Timestamp, Duration)>,
    /// The last reading that was believed.
    sure: Option<(Timestamp, Duration)>,
    /// The last leap, when it was, and how long it takes to settle.
    leapt: Option<(i64, Duration, Duration)>,
}

impl Pulse {
    /// Takes a reading of the wall clock and of one that only goes forward, and says whether the
    /// first is believed.
    pub fn read(&mut self, wall: Timestamp, steady: Duration) -> Trust {
        let before = self.last.replace((wall, steady));
        if wall.0 < 0 {
            // It will leap when it is set, and is believed a minute later.
            return Trust::Unset;
        }
        let Some(before) = before else { return Trust::Young };
        let leap = apart(before, (wall, steady));
        if Duration::from_micros(leap.unsigned_abs()) > STEP_MAX {
            self.leapt = Some((leap, steady, self.settling(wall, steady)));
        }
        match self.leapt {
            Some((by, since, settling)) if steady.saturating_sub(since) < settling => {
                Trust::Leapt(by)
            }
            _ => {
                self.leapt = None;
                self.sure = Some((wall, steady));
                Trust::Sure
            }
        }
    }

    /// How long a clock that leapt to this reading must settle.
    fn settling(&self, wall: Timestamp, steady: Duration) -> Duration {
        let Some(sure) = self.sure else { return SETTLE };
        let off = Duration::from_micros(apart(sure, (wall, steady)).unsigned_abs() / SETTLE_SHARE);
        off.clamp(SETTLE, SETTLE_MAX)
    }
}

/// By how many microseconds the wall clock went further than the other one.
fn apart(before: (Timestamp, Duration), now: (Timestamp, Duration)) -> i64 {
    let passed = now.0.0.saturating_sub(before.0.0);
    passed.saturating_sub(micros(now.1.saturating_sub(before.1)))
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use acquit_domain::time::SECOND;

    const YEARS: i64 = 2 * 365 * 86_400;
    /// The last second that fits into 32 bits.
    const OLD_END: i64 = 2_147_483_647;

    /// Reads both clocks in seconds, in this order, and gives a letter for each reading.
    fn check(readings: &[(i64, u64)], expected: &str) {
        let mut pulse = Pulse::default();
        let letter = |&(wall, steady): &(i64, u64)| match pulse
            .read(Timestamp(wall * SECOND), Duration::from_secs(steady))
        {
            Trust::Sure => 's',
            Trust::Young => 'y',
            Trust::Leapt(_) => 'l',
            Trust::Unset => 'u',
        };
        let found: String = readings.iter().map(letter).collect();
        assert_eq!(found, expected, "{readings:?}");
    }

    #[test]
    fn what_is_believed() {
        check(&[(1000, 0), (1001, 1), (1002, 2)], "yss");
        // Back by an hour (K001), and settled a minute later.
        check(&[(5000, 0), (5001, 1), (1402, 2), (1403, 3), (1461, 61), (1462, 62)], "ysllls");
        // Two years ahead and back (K002): a leap each way.
        check(&[(9, 0), (10, 1), (YEARS, 2), (YEARS + 9, 11), (21, 12), (81, 72)], "ysllls");
        // Two years ahead for good: believed after an hour.
        check(&[(9, 0), (10, 1), (YEARS, 2), (YEARS + 3590, 3592), (YEARS + 3610, 3612)], "yslls");
        // Never set, then set (K005).
        check(&[(-5, 0), (-4, 1), (9000, 2), (9060, 62)], "uuls");
        // Past the end of 32 bits (K006).
        check(&[(OLD_END, 0), (OLD_END + 1, 1), (OLD_END + 2, 2)], "yss");
        // A machine that slept: one leap, then it goes on.
        check(&[(100, 0), (101, 1), (4000, 2), (4061, 63)], "ysls");
    }

    #[test]
    fn small_steps_are_no_leaps() {
        let mut pulse = Pulse::default();
        let mut wall = Timestamp(1000 * SECOND);
        for second in 0..100 {
            let trust = pulse.read(wall, Duration::from_secs(second));
            assert!(matches!(trust, Trust::Sure | Trust::Young), "{second}: {trust:?}");
            // 500 ms back or forth each second (K007).
            let step = if second % 2 == 0 { SECOND / 2 } else { -SECOND / 2 };
            wall.0 += SECOND + step;
        }
    }
}
