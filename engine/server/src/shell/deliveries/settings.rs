//! `[mail]` and `[webhooks]` of `acquit.toml`.

use crate::config::Secret;
use serde::Deserialize;
use std::path::PathBuf;

/// `[mail]`: the server letters to people leave by. Without it they are given up at once.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Host of the mail server.
    pub host: String,
    /// Port: 587 with `starttls`, 465 with `tls`.
    #[serde(default = "port")]
    pub port: u16,
    /// How the connection is kept private.
    #[serde(default)]
    pub tls: MailTls,
    /// Name of our account there.
    #[serde(default)]
    pub user: Option<String>,
    /// Password of our account there.
    #[serde(default)]
    pub password: Option<Secret>,
    /// Who writes: `Name <address>`.
    pub from: String,
    /// Longest time one letter may take, in seconds.
    #[serde(default = "seconds")]
    pub seconds: u32,
    /// File of a certificate in DER that is trusted besides those of the system.
    #[serde(default)]
    pub authority: Option<PathBuf>,
}

fn port() -> u16 {
    587
}

fn seconds() -> u32 {
    30
}

/// How a connection to a mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Not at all: a server on the same machine.
    None,
    /// It begins in the open and is made private before anything is said.
    #[default]
    StartTls,
    /// From the first byte.
    Tls,
}

/// `[webhooks]`: how subscribers are told of events.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Webhooks {
    /// `host` or `host:port` that may be called whatever address they have, also without TLS.
    pub hosts: Vec<String>,
    /// Ports subscribers may listen on.
    pub ports: Vec<u16>,
    /// Most posts at one time; one to a subscriber.
    pub at_once: usize,
}

impl Default for Webhooks {
    fn default() -> Webhooks {
        Webhooks { hosts: Vec::new(), ports: vec![443, 8443], at_once: 128 }
    }
}
