//! What one party may have at work at one time, so that one that sends ten times as much as usual
//! leaves the others' answers as fast as they were.
//!
//! ```text
//! parcels and bytes at work   given back when the answer is there
//! parcels a second            a bucket that fills with time; only when the configuration says so
//! ```
//!
//! What it is *not*: the protection of the machine. All bodies and all parcels together have
//! limits of their own.

use super::problem::{Code, Problem};
use acquit_domain::PartyCode;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What one party may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fairness {
    /// Parcels being received or decided at one time.
    pub parcels: usize,
    /// Their bytes.
    pub bytes: usize,
    /// Parcels a second, a second's worth at once; 0 for as many as there is room for.
    pub rate: usize,
}

/// What each party has at work.
#[derive(Debug)]
pub(super) struct Shares {
    fairness: Fairness,
    parties: Mutex<BTreeMap<PartyCode, Used>>,
    refused: AtomicU64,
}

/// What a party has at work, and when its bucket is full again.
#[derive(Debug, Default)]
struct Used {
    parcels: usize,
    bytes: usize,
    full_at: Option<Instant>,
}

impl Shares {
    pub(super) fn new(fairness: Fairness) -> Shares {
        Shares { fairness, parties: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// How many parcels were refused.
    pub(super) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// Room for a parcel of a party, until what is given is dropped.
    pub(super) fn take(&self, party: &PartyCode, bytes: usize) -> Result<Share<'_>, Problem> {
        self.take_at(party, bytes, Instant::now()).ok_or_else(|| self.refuse())
    }

    fn take_at(&self, party: &PartyCode, bytes: usize, now: Instant) -> Option<Share<'_>> {
        let mut parties = self.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let used = parties.entry(party.clone()).or_default();
        let has_room = used.parcels < self.fairness.parcels && self.fits(used, bytes);
        if !has_room || !used.draws(self.fairness.rate, now) {
            return None;
        }
        used.parcels += 1;
        used.bytes += bytes;
        Some(Share { shares: self, party: party.clone(), bytes })
    }

    /// One body of any kind is taken, however little a party may have.
    const fn fits(&self, used: &Used, more: usize) -> bool {
        used.bytes == 0 || used.bytes.saturating_add(more) <= self.fairness.bytes
    }

    fn refuse(&self) -> Problem {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let detail = "Wait for the answers to what was sent; nothing of this parcel was stored.";
        Problem::new(Code::Share, detail).closing()
    }
}

impl Used {
    /// Draws one parcel from the bucket of a rate; false when it is empty.
    fn draws(&mut self, rate: usize, now: Instant) -> bool {
        let Some(nanos) = 1_000_000_000_u64.checked_div(rate as u64) else { return true };
        let full_at = self.full_at.map_or(now, |at| at.max(now));
        let after = full_at + Duration::from_nanos(nanos);
        // A second's worth is there at once; at least one parcel.
        let is_there = after.duration_since(now) <= Duration::from_secs(1);
        if is_there {
            self.full_at = Some(after);
        }
        is_there
    }
}

/// Room for a parcel, given back when this is dropped.
#[derive(Debug)]
pub(super) struct Share<'a> {
    shares: &'a Shares,
    party: PartyCode,
    bytes: usize,
}

impl Share<'_> {
    /// Makes the room as large as the body turned out to be.
    pub(super) fn grow(&mut self, bytes: usize) -> Result<(), Problem> {
        let more = bytes.saturating_sub(self.bytes);
        let mut parties = self.shares.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let used = parties.entry(self.party.clone()).or_default();
        let others = Used { bytes: used.bytes - self.bytes, ..Used::default() };
        if more > 0 && !self.shares.fits(&others, bytes) {
            return Err(self.shares.refuse());
        }
        used.bytes += more;
        self.bytes += more;
        Ok(())
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut parties = self.shares.parties.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(used) = parties.get_mut(&self.party) else { return };
        used.parcels -= 1;
        used.bytes -= self.bytes;
        // A party with nothing at work is forgotten, unless its bucket must be remembered.
        if used.parcels == 0 && used.full_at.is_none() {
            parties.remove(&self.party);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(parcels: usize, bytes: usize, rate: usize) -> Shares {
        Shares::new(Fairness { parcels, bytes, rate })
    }

    fn party(code: &str) -> PartyCode {
        PartyCode::new(code).expect("a code")
    }

    #[test]
    fn one_party_s_share_is_no_other_s() {
        let shares = shares(2, 100, 0);
        let (loud, quiet) = (party("LOUD"), party("QUIET"));
        let first = shares.take(&loud, 10).expect("room");
        let _second = shares.take(&loud, 10).expect("room");
        assert!(shares.take(&loud, 10).is_err());
        assert!(shares.take(&quiet, 10).is_ok());
        drop(first);
        assert!(shares.take(&loud, 10).is_ok());
        assert_eq!(shares.refused(), 1);
    }

    #[test]
    fn bytes_count_and_one_body_always_fits() {
        let shares = shares(9, 100, 0);
        let loud = party("LOUD");
        let mut whole = shares.take(&loud, 500).expect("alone");
        assert!(shares.take(&loud, 1).is_err());
        assert!(whole.grow(700).is_ok());
        drop(whole);
        let _one = shares.take(&loud, 60).expect("room");
        let mut unknown = shares.take(&loud, 0).expect("room");
        assert!(unknown.grow(40).is_ok() && unknown.grow(41).is_err());
    }

    #[test]
    fn a_bucket_fills_with_time() {
        let shares = shares(9, 100, 2);
        let (loud, now) = (party("LOUD"), Instant::now());
        let taken =
            |after_ms| shares.take_at(&loud, 1, now + Duration::from_millis(after_ms)).is_some();
        assert_eq!(
            [0, 0, 0, 400, 500, 500, 5_000, 5_000, 5_000].map(taken),
            [true, true, false, false, true, false, true, true, false]
        );
    }
}
