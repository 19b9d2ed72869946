//! Who asks: `Authorization: Bearer KEY` (RFC 6750, clause 2.1).
//!
//! Only the SHA-256 of a key is stored. A key has 256 random bits, so its hash needs no salt and
//! comparing hashes tells nothing about keys.

use super::app::App;
use super::limits::{API_KEY_MAX, HOLDER_MEMORY, HOLDERS_MAX};
use super::problem::{Code, Problem};
use acquit_domain::{PartyCode, Role};
use acquit_store::Viewer;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, request::Parts};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// The authenticated caller. A handler that has one in its arguments cannot be reached without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Caller {
    /// The party the key belongs to.
    pub party: PartyCode,
    /// What the key lets it do.
    pub role: Role,
    /// SHA-256 of the key.
    pub key: [u8; 32],
}

impl Caller {
    /// Refuses every role but these.
    pub(super) fn allow(&self, roles: &[Role]) -> Result<(), Problem> {
        match roles.contains(&self.role) {
            true => Ok(()),
            false => Err(Problem::new(
                Code::Forbidden,
                format!("The role \"{}\" may not do this.", self.role.key()),
            )),
        }
    }

    /// The caller as the store sees it.
    pub(super) fn viewer(&self) -> Viewer {
        Viewer { party: self.party.clone(), role: self.role }
    }
}

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Caller, Problem> {
        let key = bearer(&parts.headers).ok_or_else(unknown)?;
        let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        if let Some(caller) = app.holders.recall(&hash) {
            return Ok(caller);
        }
        let holder = app
            .engine
            .store
            .key(hash)
            .await
            .map_err(|error| Problem::new(Code::Stopped, error.to_string()))?;
        let holder = holder.filter(|holder| holder.revoked_at.is_none()).ok_or_else(unknown)?;
        // A partner goes by several codes; its rows bear the first.
        let party = PartyCode::new(&app.code_of(holder.party.as_str())).unwrap_or(holder.party);
        let caller = Caller { party, role: holder.role, key: hash };
        app.holders.remember(hash, caller.clone());
        Ok(caller)
    }
}

/// The one answer to no key, an unknown key and a revoked key.
fn unknown() -> Problem {
    Problem::new(Code::Unauthenticated, "Send a valid key: Authorization: Bearer KEY.")
}

/// The key of the header.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    let (scheme, key) = value.split_once(' ')?;
    let key = key.trim();
    let fits = scheme.eq_ignore_ascii_case("bearer") && !key.is_empty() && key.len() <= API_KEY_MAX;
    (fits && values.next().is_none()).then_some(key)
}

/// Holders of keys seen a moment ago, so that a busy partner costs no look-up each time.
#[derive(Default)]
pub(super) struct Holders(Mutex<BTreeMap<[u8; 32], (Caller, Instant)>>);

impl Holders {
    fn recall(&self, hash: &[u8; 32]) -> Option<Caller> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (caller, seen) = held.get(hash)?;
        (seen.elapsed() < HOLDER_MEMORY).then(|| caller.clone())
    }

    /// Forgets a key that was revoked here.
    pub(super) fn forget(&self, hash: &[u8; 32]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(hash);
    }

    fn remember(&self, hash: [u8; 32], caller: Caller) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= HOLDERS_MAX {
            held.clear();
        }
        held.insert(hash, (caller, Instant::now()));
    }
}
