//! How the channels of partners are: said by each of them, read by `/readyz` and `/metrics`.
//!
//! What this is *not*: it watches nothing itself, and nothing waits for it. A channel that fails
//! leaves all others, and the server, at work.

use acquit_domain::PartyCode;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Every channel with what fails; nothing when it is well.
#[derive(Debug, Default)]
pub struct Channels(Mutex<BTreeMap<PartyCode, Option<String>>>);

impl Channels {
    /// Says how the channel of a partner is.
    pub fn note(&self, partner: &PartyCode, fails: Option<&str>) {
        let mut channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channels.insert(partner.clone(), fails.map(ToOwned::to_owned));
    }

    /// Every partner with a channel, and what fails in it.
    #[must_use]
    pub fn all(&self) -> Vec<(PartyCode, Option<String>)> {
        let channels = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        channels.iter().map(|(partner, fails)| (partner.clone(), fails.clone())).collect()
    }
}
