//! Parcels: bytes that arrived, from whom, over which channel, when.

use crate::{Id, PartyCode, Timestamp};
use std::sync::Arc;

/// How a parcel travelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// `POST /v1/inbox`.
    Http,
    /// A watched folder.
    Folder,
    /// The command line (`acquit run`).
    Cli,
    /// An AMQP queue.
    Amqp,
    /// SFTP.
    Sftp,
    /// AS2.
    As2,
}

/// Every channel with its key.
pub const CHANNELS: &[(Channel, &str)] = &[
    (Channel::Http, "http"),
    (Channel::Folder, "folder"),
    (Channel::Cli, "cli"),
    (Channel::Amqp, "amqp"),
    (Channel::Sftp, "sftp"),
    (Channel::As2, "as2"),
];

impl Channel {
    /// The word used on every surface.
    #[must_use]
    pub fn key(self) -> &'static str {
        CHANNELS.iter().find(|(channel, _)| *channel == self).map_or("http", |(_, key)| key)
    }

    /// The channel of a word.
    #[must_use]
    pub fn of(key: &str) -> Option<Channel> {
        CHANNELS.iter().find(|(_, known)| *known == key).map(|(channel, _)| *channel)
    }
}

/// What the sender says the bytes are. The reader looks at the bytes all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Media {
    /// `application/edifact` (RFC 1767).
    Edifact,
    /// `application/xml`, `text/xml`.
    Xml,
    /// `application/json`.
    Json,
    /// Not said: the reader tells from the first bytes.
    Unknown,
}

impl Media {
    /// The media type.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Media::Edifact => "application/edifact",
            Media::Xml => "application/xml",
            Media::Json => "application/json",
            Media::Unknown => "application/octet-stream",
        }
    }
}

/// Bytes that arrived. A parcel is processed once, in one transaction.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// Drawn by the shell when the parcel arrived.
    pub id: Id,
    /// The authenticated party that handed it over; `None` for the operator's own command line,
    /// where the envelope's sender is believed.
    pub partner: Option<PartyCode>,
    /// How it travelled.
    pub channel: Channel,
    /// What the sender says it is.
    pub media: Media,
    /// Character set said by the transport (`charset=` of Content-Type); empty when not said.
    pub charset: String,
    /// Name of the file, if it had one. Data, never a path.
    pub name: String,
    /// When its last byte arrived.
    pub received_at: Timestamp,
    /// The bytes themselves.
    pub bytes: Arc<[u8]>,
    /// SHA-256 of the bytes, computed by the shell.
    pub sha256: [u8; 32],
    /// `Idempotency-Key` given by the caller; empty when none.
    pub idempotency_key: String,
}
