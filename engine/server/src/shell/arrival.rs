//! Parcels as they arrive: the identifier is drawn and the bytes are fingerprinted here.

use super::clock::Clock;
use acquit_domain::{Channel, Id, Media, Parcel, PartyCode, Timestamp};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// What a channel knows of a parcel besides its bytes.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The authenticated party that handed it over.
    pub partner: Option<PartyCode>,
    /// How it travelled.
    pub channel: Channel,
    /// What the sender says it is.
    pub media: Media,
    /// Character set said by the transport; empty when not said.
    pub charset: String,
    /// Name of the file, if it had one.
    pub name: String,
    /// `Idempotency-Key`; empty when none.
    pub idempotency_key: String,
}

impl Arrival {
    /// An arrival over a channel of which nothing else is known.
    #[must_use]
    pub fn over(channel: Channel) -> Arrival {
        Arrival {
            partner: None,
            channel,
            media: Media::Unknown,
            charset: String::new(),
            name: String::new(),
            idempotency_key: String::new(),
        }
    }

    /// The parcel of these bytes, arrived now.
    #[must_use]
    pub fn parcel(self, clock: &Clock, bytes: impl Into<Arc<[u8]>>) -> Parcel {
        let bytes = bytes.into();
        let received_at = clock.now();
        Parcel {
            id: identifier(received_at),
            partner: self.partner,
            channel: self.channel,
            media: self.media,
            charset: self.charset,
            name: self.name,
            received_at,
            sha256: Sha256::digest(&bytes).into(),
            bytes,
            idempotency_key: self.idempotency_key,
        }
    }
}

/// A new identifier: the time and 80 random bits.
///
/// # Panics
/// When the operating system has no random numbers, without which nothing here is safe.
#[must_use]
pub fn identifier(now: Timestamp) -> Id {
    Id::new(u64::try_from(now.0 / 1000).unwrap_or_default(), u128::from_be_bytes(random()))
}

/// Random bytes of the operating system.
///
/// # Panics
/// When the operating system has none, without which nothing here is safe.
#[must_use]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system has random numbers");
    bytes
}
