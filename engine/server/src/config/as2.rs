//! `[channels.NAME.as2]`: what was agreed with a partner who speaks AS2 (RFC 4130).
//!
//! What it is *not*: it reads no key; the shell does, when the server starts.

use super::Secret;
use serde::Deserialize;
use std::path::PathBuf;

/// `[channels.NAME.as2]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct As2Config {
    /// Our name (`AS2-From` of what we send).
    pub ours: String,
    /// The partner's name.
    pub theirs: String,
    /// Our key, PEM without a password.
    pub key: Secret,
    /// The file of our certificate.
    pub certificate: PathBuf,
    /// Our next key and its certificate: it decrypts already, and signs once it is moved to
    /// `key`.
    #[serde(default)]
    pub next: Option<As2Next>,
    /// Files of the partner's certificates: each verifies, the last valid one encrypts.
    pub partner: Vec<PathBuf>,
    /// What we sign with: `sha-256` (usual), `sha-384`, `sha-512`, `none`.
    #[serde(default = "sha_256")]
    pub sign: String,
    /// What we encrypt with: `aes256-cbc` (usual), `aes192-cbc`, `aes128-cbc`, `none`.
    #[serde(default = "aes_256")]
    pub encrypt: String,
    /// When we compress.
    #[serde(default)]
    pub compress: As2Compress,
    /// Which receipt we ask for.
    #[serde(default)]
    pub receipt: As2Receipt,
    /// Our address for receipts that come later: `https://.../as2`.
    #[serde(default)]
    pub receipt_url: String,
    /// What the partner's messages must be: `signed`, `encrypted` (usual: both).
    #[serde(default = "both")]
    pub require: Vec<As2Need>,
    /// Old algorithms that are taken all the same: `sha-1`, `3des`.
    #[serde(default)]
    pub accept: Vec<String>,
}

/// A key to come.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct As2Next {
    /// The key.
    pub key: Secret,
    /// The file of its certificate.
    pub certificate: PathBuf,
}

/// When a message is compressed (RFC 5402).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum As2Compress {
    /// Not at all.
    #[default]
    Never,
    /// Before it is signed.
    BeforeSigning,
    /// After it was signed.
    AfterSigning,
}

/// Which receipt is asked for (RFC 4130, section 7.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum As2Receipt {
    /// One in the answer.
    #[default]
    Sync,
    /// One posted later.
    Async,
    /// None.
    None,
}

/// What a message must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum As2Need {
    /// Signed.
    Signed,
    /// Encrypted.
    Encrypted,
}

fn sha_256() -> String {
    "sha-256".to_owned()
}

fn aes_256() -> String {
    "aes256-cbc".to_owned()
}

fn both() -> Vec<As2Need> {
    vec![As2Need::Signed, As2Need::Encrypted]
}
