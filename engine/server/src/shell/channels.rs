//! How the channels of partners are: said by each of them, read by `/readyz` and `/metrics`.
//!
//! What this is *not*: it watches nothing itself, and nothing waits for it. A channel that fails
//! leaves all others, and the server, at work.

use acquit_domain::PartyCode;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Both halves of a channel: parcels may come while letters cannot leave.
#[derive(Debug, Default)]
struct Halves {
    inward: Option<String>,
    outward: Option<String>,
}

/// Every channel with what fails; nothing when it is well.
#[derive(Debug, Default)]
pub struct Channels(Mutex<BTreeMap<PartyCode, Halves>>);

impl Channels {
    /// Says how parcels come over the channel of a partner.
    pub fn note(&self, partner: &PartyCode, fails: Option<&str>) {
        self.change(partner, |halves| halves.inward = fails.map(ToOwned::to_owned));
    }

    /// Says how letters leave over the channel of a partner.
    pub fn note_out(&self, partner: &PartyCode, fails: Option<&str>) {
        self.change(partner, |halves| halves.outward = fails.map(ToOwned::to_owned));
    }

    fn change(&self, partner: &PartyCode, change: impl FnOnce(&mut Halves)) {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(channels.entry(partner.clone()).or_default());
    }

    /// Every partner with a channel, and what fails in it: taking parcels, or else delivering
    /// letters.
    #[must_use]
    pub fn all(&self) -> Vec<(PartyCode, Option<String>)> {
        let channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fails = |halves: &Halves| halves.inward.clone().or_else(|| halves.outward.clone());
        channels.iter().map(|(partner, halves)| (partner.clone(), fails(halves))).collect()
    }
}
