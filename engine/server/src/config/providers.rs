//! `[providers.NAME]`: what differs between a test and a real house at a provider.
//!
//! `NAME` is a folder of `mappings/providers`. What it is *not*: rules; those are in that folder.

use super::{ConfigError, Secret};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Our account at a provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProviderConfig {
    /// The page a browser posts the payment form to.
    pub page: String,
    /// Address its interface begins with; `{merchant}` and `{store}` are put in.
    pub api: String,
    /// Our number there.
    pub merchant: String,
    /// Our shop there.
    pub store: String,
    /// Our user, or our client identifier (OAuth 2.0).
    pub login: String,
    /// Its password or secret.
    pub password: Option<Secret>,
    /// Keys of signatures: the first one signs, all of them verify, so that a key can change.
    pub keys: Vec<Secret>,
    /// Where access tokens are given out (OAuth 2.0).
    pub token: String,
    /// The scheme agreed on, when it is not the usual one (`fatourati_sha256`).
    pub signature: String,
    /// Hosts that may be called although they are private or without TLS.
    pub hosts: Vec<String>,
    /// Addresses its callbacks come from; empty: from anywhere.
    pub from: Vec<IpAddr>,
    /// Page the payer comes back to after a payment.
    pub success: String,
    /// Page the payer comes back to without a payment.
    pub failure: String,
}

/// The secrets of an account.
#[derive(Clone, Default)]
pub struct Secrets {
    /// Password of our user.
    pub password: String,
    /// Keys of signatures.
    pub keys: Vec<String>,
}

impl ProviderConfig {
    /// Looks up its secrets.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn secrets(&self, environment: &BTreeMap<String, String>) -> Result<Secrets, ConfigError> {
        let value = |secret: &Secret| secret.value(environment);
        Ok(Secrets {
            password: self.password.as_ref().map(value).transpose()?.unwrap_or_default(),
            keys: self.keys.iter().map(value).collect::<Result<_, _>>()?,
        })
    }
}
