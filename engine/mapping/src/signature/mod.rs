//! How providers sign: a closed list of named schemes, each a tested function.
//!
//! A signature is compared in constant time. What a scheme does *not* cover is said in its own
//! documentation, because a rule elsewhere must make up for it.

pub mod cmi;
pub mod fatourati;
pub mod webhook;

use subtle::ConstantTimeEq;

/// A named scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scheme {
    /// Nothing is signed: only for what does not come from outside.
    Nothing,
    /// CMI, hash version 3.
    CmiVer3,
    /// CMI Fatourati merchant interface, HMAC-SHA256.
    FatouratiHmac,
    /// CMI Fatourati merchant interface, plain SHA-256.
    FatouratiSha256,
    /// Fatourati channel interface (MTC), MD5.
    FatouratiMac,
    /// Standard Webhooks, HMAC-SHA256.
    Webhook,
}

/// Every scheme with its word.
pub const SCHEMES: &[(Scheme, &str)] = &[
    (Scheme::Nothing, "nothing"),
    (Scheme::CmiVer3, "cmi_ver3"),
    (Scheme::FatouratiHmac, "fatourati_hmac"),
    (Scheme::FatouratiSha256, "fatourati_sha256"),
    (Scheme::FatouratiMac, "fatourati_mac"),
    (Scheme::Webhook, "standard_webhooks"),
];

impl Scheme {
    /// The word used in files.
    #[must_use]
    pub fn key(self) -> &'static str {
        SCHEMES.iter().find(|(scheme, _)| *scheme == self).map_or("nothing", |(_, key)| key)
    }
}

/// True when two texts are the same, in a time that does not depend on where they differ.
#[must_use]
pub fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
