//! Why there is no answer.
//!
//! What this module is *not*: an answer of an unwelcome status is an answer.

use std::fmt;
use std::time::Duration;

use crate::retry::Retry;

/// Whether the other side may have acted: what decides between trying again and asking first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// Nothing of the request left.
    No,
    /// Some or all of it left.
    Perhaps,
}

/// Why a request has no answer, or a delivery was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A stable code: `SSRF-BLOCK`, `WH-DNS`, `WH-TIMEOUT`, `WH-TLS`, `WH-RETRY`, `WH-GONE`,
    /// `WH-REQUEST`.
    pub code: &'static str,
    /// Whether trying again can help.
    pub retry: Retry,
    /// Whether the other side may have acted.
    pub sent: Sent,
    /// How long the other side asks to be left alone.
    pub after: Option<Duration>,
    /// What happened, without secrets: neither headers, nor bodies, nor queries of addresses.
    pub reason: String,
}

impl Failure {
    /// The address may not be called (`SSRF-BLOCK`).
    pub(crate) fn refused(reason: impl Into<String>) -> Failure {
        Failure::never("SSRF-BLOCK", reason)
    }

    /// Something that fails the same way again, before anything left.
    pub(crate) fn never(code: &'static str, reason: impl Into<String>) -> Failure {
        let (retry, sent) = (Retry::Never, Sent::No);
        Failure { code, retry, sent, after: None, reason: reason.into() }
    }

    /// Something that may go better later.
    pub(crate) fn later(code: &'static str, sent: Sent, reason: impl Into<String>) -> Failure {
        Failure { code, retry: Retry::Later, sent, after: None, reason: reason.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.reason)
    }
}

impl std::error::Error for Failure {}
