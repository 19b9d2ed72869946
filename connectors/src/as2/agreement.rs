//! What two partners agreed on.
//!
//! What it is *not*: nothing in a message changes it. A message that is less protected than
//! agreed is refused, whoever sent it.

use super::algorithm::{Cipher, Digest};
use super::certificate::{Certificate, Identity};
use super::name::Name;

/// An agreement with one partner.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// Our name.
    pub ours: Name,
    /// The partner's name.
    pub theirs: Name,
    /// Our keys: the first signs, each of them decrypts (while partners change over).
    pub identities: Vec<Identity>,
    /// The partner's certificates: each of them verifies (while the partner changes over), and
    /// the last one handed over that is valid encrypts.
    pub certificates: Vec<Certificate>,
    /// How what we send is protected.
    pub outward: Outward,
    /// How what we take must be protected.
    pub inward: Inward,
}

/// How what we send is protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outward {
    /// With which digest it is signed; `None`: it is not.
    pub sign: Option<Digest>,
    /// With what it is encrypted; `None`: it is not.
    pub encrypt: Option<Cipher>,
    /// When it is compressed.
    pub compress: Compress,
    /// Which receipt is asked for.
    pub receipt: Wanted,
}

/// When a message is compressed (RFC 5402, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compress {
    /// Not at all.
    #[default]
    Never,
    /// Before it is signed.
    BeforeSigning,
    /// After it was signed.
    AfterSigning,
}

/// Which receipt is asked for (RFC 4130, section 7.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// None: a letter is delivered when it was taken over HTTP.
    Nothing,
    /// One in the answer, signed when the message is.
    Now,
    /// One posted to this address later, signed when the message is.
    Later(String),
}

/// How what we take must be protected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inward {
    /// Whether it must be signed.
    pub signed: Need,
    /// Whether it must be encrypted.
    pub encrypted: Need,
    /// Digests that are taken besides SHA-256, SHA-384 and SHA-512.
    pub digests: Vec<Digest>,
    /// Ciphers that are taken besides AES.
    pub ciphers: Vec<Cipher>,
}

/// Whether something must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Need {
    /// It must.
    #[default]
    Required,
    /// It may.
    Optional,
}

impl Inward {
    /// Whether a digest is taken.
    #[must_use]
    pub fn takes_digest(&self, digest: Digest) -> bool {
        digest != Digest::Sha1 || self.digests.contains(&digest)
    }

    /// Whether a cipher is taken.
    #[must_use]
    pub fn takes_cipher(&self, cipher: Cipher) -> bool {
        cipher != Cipher::TripleDes || self.ciphers.contains(&cipher)
    }
}
