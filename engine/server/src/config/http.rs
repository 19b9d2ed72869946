//! `[http]`: where we listen, and how much of whom we take at once.

use crate::http::Fairness;
use crate::http::limits::{PARTY_BYTES_MAX, PARTY_PARCELS_MAX};
use serde::Deserialize;
use std::net::SocketAddr;

/// `[http]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address the world knows this server by, for providers that call back; empty: the one it
    /// listens on.
    pub public: String,
    /// Most connections open at once; more wait in the listen queue.
    pub connections: usize,
    /// Most parcels waiting to be decided; more are answered 503 with `Retry-After`.
    pub queue: usize,
    /// Most parcels of one party being received or decided at once; more are answered 429 with
    /// `Retry-After`.
    pub party_parcels: usize,
    /// Most bytes of one party being received or decided at once; more are answered 429.
    pub party_bytes: usize,
    /// Most parcels of one party a second, a second's worth at once; more are answered 429.
    /// 0: as many as there is room for.
    pub party_rate: usize,
}

impl Http {
    /// What one party may have at work.
    #[must_use]
    pub const fn fairness(&self) -> Fairness {
        Fairness { parcels: self.party_parcels, bytes: self.party_bytes, rate: self.party_rate }
    }
}

impl Default for Http {
    fn default() -> Http {
        Http {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public: String::new(),
            connections: 1024,
            queue: 4096,
            party_parcels: PARTY_PARCELS_MAX,
            party_bytes: PARTY_BYTES_MAX,
            party_rate: 0,
        }
    }
}
