//! Going out over HTTP: one request, one answer, to an address that was looked at first.
//!
//! Whoever names an address to a platform can make the platform knock at its own doors
//! (server-side request forgery; OWASP ASVS 5.0, V1.3.6 and V15.3.2). So: only `https`, only a few
//! ports, no user in the address, every resolved address public, and the connection goes to the
//! address that was looked at. No redirect is followed and no proxy is asked. Hosts of the
//! configuration (a provider in the same building, a simulator) are exempt by name.
//!
//! What this module is *not*: it signs nothing, waits for no second attempt and does not look into
//! what it carries.

mod address;
mod client;
mod connect;
mod failure;
mod message;
mod target;

pub use address::is_public;
pub use client::Client;
pub use failure::{Failure, Sent};
pub use message::{ANSWER_BYTES_MAX, Method, Request, Response, TIMEOUT};
pub use target::{Named, Scheme, Target, Trust, URL_CHARACTERS_MAX, check};

use std::collections::BTreeMap;
use std::net::IpAddr;

/// Ports that may be called when nothing else is configured.
pub const PORTS: &[u16] = &[443, 8443];

/// Where the platform may go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Egress {
    /// Hosts of the configuration, `host` or `host:port`: they may be private, be called without
    /// TLS, and on any port (or on theirs).
    pub hosts: Vec<String>,
    /// Ports that may be called at all other hosts.
    pub ports: Vec<u16>,
    /// Who answers for names.
    pub names: Names,
    /// Certificates of authorities that are trusted besides those of the machine, as DER.
    pub authorities: Vec<Vec<u8>>,
}

impl Default for Egress {
    fn default() -> Egress {
        let (hosts, ports) = (Vec::new(), PORTS.to_vec());
        Egress { hosts, ports, names: Names::System, authorities: Vec::new() }
    }
}

/// Who says which addresses a name has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// The resolver of the machine.
    System,
    /// This table alone; other names do not exist.
    Table(BTreeMap<String, Vec<IpAddr>>),
}
