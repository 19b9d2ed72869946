//! One provider as this house knows it: addresses, numbers, keys, and how it is doing.

use crate::config::providers::Secrets;
use crate::config::{ConfigError, ProviderConfig};
use acquit_mapping::signature::{SCHEMES, Scheme};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Most calls to one provider at a time.
pub(super) const CALLS_AT_ONCE: usize = 8;
/// Calls in a row that fail before none is made for a while.
pub(super) const FAILURES_MAX: u32 = 5;
/// How long none is made then.
pub(super) const PAUSE: Duration = Duration::from_secs(30);

/// A provider with our account.
pub struct House {
    /// Name of its folder.
    pub folder: String,
    /// Our account.
    pub account: ProviderConfig,
    /// Its secrets.
    pub(super) secrets: Secrets,
    /// The scheme agreed on.
    pub(super) scheme: Option<Scheme>,
    /// Room for calls.
    pub(super) room: Semaphore,
    /// An access token, and until when it is used.
    pub(super) token: tokio::sync::Mutex<Option<(String, Instant)>>,
    health: Mutex<Health>,
}

/// How calls went lately.
#[derive(Debug, Default)]
struct Health {
    failures: u32,
    rests_until: Option<Instant>,
}

impl House {
    pub(super) fn new(
        folder: &str,
        account: &ProviderConfig,
        environment: &BTreeMap<String, String>,
    ) -> Result<House, ConfigError> {
        let word = account.signature.as_str();
        let scheme = SCHEMES.iter().find(|(_, key)| *key == word).map(|(scheme, _)| *scheme);
        if scheme.is_none() && !word.is_empty() {
            let known: Vec<&str> = SCHEMES.iter().map(|(_, key)| *key).collect();
            let place = format!("providers.{folder}.signature");
            let message = format!("unknown scheme {word:?}; known: {}", known.join(", "));
            return Err(ConfigError { place, message });
        }
        Ok(House {
            folder: folder.to_owned(),
            account: account.clone(),
            secrets: account.secrets(environment)?,
            scheme,
            room: Semaphore::new(CALLS_AT_ONCE),
            token: tokio::sync::Mutex::default(),
            health: Mutex::default(),
        })
    }

    /// The key that signs.
    pub(super) fn key(&self) -> &str {
        self.secrets.keys.first().map_or("", String::as_str)
    }

    /// Every secret, so that none of them is written anywhere.
    pub(super) fn all_secrets(&self) -> impl Iterator<Item = &str> {
        let all = self.secrets.keys.iter().chain(std::iter::once(&self.secrets.password));
        all.map(String::as_str).filter(|secret| !secret.is_empty())
    }

    /// False while the provider is left alone after calls in a row that failed.
    pub(super) fn is_called(&self) -> bool {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.rests_until.is_none_or(|until| Instant::now() >= until)
    }

    /// Notes how a call went. After the pause one failure is enough for another one.
    pub(super) fn went(&self, well: bool) {
        let mut health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        if well {
            *health = Health::default();
            return;
        }
        health.failures += 1;
        if health.failures >= FAILURES_MAX {
            health.rests_until = Some(Instant::now() + PAUSE);
            tracing::warn!(
                provider = self.folder,
                "calls fail; the provider is left alone a while"
            );
        }
    }
}
