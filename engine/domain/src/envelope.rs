//! Envelopes: what identifies a transmission, so that a repeat is known as one.

use crate::exchange::MessageVerdict;
use crate::{Finding, Id, Letter, More, Timestamp, Verdict};

/// What identifies a transmission of one sender: for EDIFACT UNB 0004+0007, 0010+0007, 0020 and
/// 0035; for PortNet XML `Emetteur` and `NumeroMessage`. Compared as strings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EnvelopeKey {
    /// `edifact` or the dialect's name.
    pub standard: &'static str,
    /// Sender's identification with its qualifier.
    pub sender: String,
    /// Recipient's identification with its qualifier; empty when it is no part of the key.
    pub recipient: String,
    /// Control reference, with the test indicator when set.
    pub reference: String,
}

impl EnvelopeKey {
    /// The key as one string, parts separated by the unit separator, which no part contains.
    #[must_use]
    pub fn text(&self) -> String {
        [self.standard, &self.sender, &self.recipient, &self.reference].join("\u{1f}")
    }
}

impl EnvelopeKey {
    /// The key under which other bytes with this key's reference are remembered, so that they
    /// too get the same answer when they are repeated.
    #[must_use]
    pub fn conflicting(&self, sha256: &[u8; 32]) -> EnvelopeKey {
        let start = sha256.iter().take(8).fold(0u64, |sum, &byte| sum << 8 | u64::from(byte));
        EnvelopeKey { reference: format!("{}#{start:016x}", self.reference), ..self.clone() }
    }
}

/// A transmission that was taken and answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// What identifies it.
    pub key: EnvelopeKey,
    /// SHA-256 of its bytes: the same key with another hash is a reused reference.
    pub sha256: [u8; 32],
    /// The parcel it came in.
    pub parcel: Id,
    /// When that parcel arrived.
    pub received_at: Timestamp,
    /// What was decided.
    pub verdict: Verdict,
    /// What was decided of each message.
    pub messages: Vec<MessageVerdict>,
    /// Everything found.
    pub findings: Vec<Finding>,
    /// What there was no room for in these two lists.
    pub more: More,
    /// True while the parcel it came in is still being taken, part by part: whatever bears its
    /// key has to wait.
    pub in_parts: bool,
    /// The answers, byte for byte.
    pub letters: Vec<Letter>,
}
