//! `[issuers.CODE]`: where an issuer is asked for invoices (« Demande de facture »).
//!
//! `CODE` is a code of an agreement of `mappings/issuers`. What it is *not*: rules; what is said
//! and answered is data of that folder.

use super::{ProviderConfig, Secret};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Our account at an issuer that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IssuerConfig {
    /// Address its interface begins with; empty: only its terminals are asked.
    pub api: String,
    /// Addresses of its terminals, by the name requests give them (`MARSA-CASA`); a terminal
    /// that is not here is asked at `api`.
    pub terminals: BTreeMap<String, String>,
    /// Bearer token of our calls.
    pub password: Option<Secret>,
    /// Keys of signatures, ours and theirs: the first one signs, all of them verify.
    pub keys: Vec<Secret>,
    /// Hosts that may be called although they are private or without TLS.
    pub hosts: Vec<String>,
}

impl IssuerConfig {
    /// The account at one address, as the gateway keeps accounts.
    #[must_use]
    pub fn account(&self, api: &str) -> ProviderConfig {
        ProviderConfig {
            api: api.to_owned(),
            password: self.password.clone(),
            keys: self.keys.clone(),
            hosts: self.hosts.clone(),
            ..ProviderConfig::default()
        }
    }
}
