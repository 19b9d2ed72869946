//! Mail over SMTP (RFC 5321): one letter, one recipient, one answer.
//!
//! A letter sent again is the same letter: its `Message-ID`, date and bounds of parts follow from
//! what is passed in, so that a mailbox can know it. Nothing of what is passed in can add a header.
//!
//! What this module is *not*: it writes no text, keeps no queue and waits for no second attempt.

mod compose;
mod mailer;

pub use compose::compose;
pub use mailer::Mailer;

use std::time::Duration;

use acquit_domain::Timestamp;

use crate::retry::Retry;
use crate::secret::Secret;

/// Where mail is handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailConfig {
    /// The server.
    pub host: String,
    /// Its port: usually 587 with [`Tls::StartTls`], 465 with [`Tls::Tls`].
    pub port: u16,
    /// How the connection is kept secret.
    pub tls: Tls,
    /// Who hands over, when the server asks.
    pub user: Option<String>,
    /// The password of `user`.
    pub password: Option<Secret>,
    /// Who writes: `no-reply@portal.example`, or with a name before it in angle brackets.
    pub from: String,
    /// How long a whole delivery may take.
    pub timeout: Duration,
    /// Certificates of authorities that are trusted besides those of the machine, as DER.
    pub authorities: Vec<Vec<u8>>,
}

/// How a connection is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Not at all: a server on the same machine, or tests. No password is sent elsewhere.
    None,
    /// By STARTTLS (RFC 3207), without which nothing is sent.
    StartTls,
    /// From the first byte (RFC 8314).
    Tls,
}

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without a folder.
    pub name: String,
    /// Its media type.
    pub media: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The identifier of the notice: its `Message-ID` follows from it.
    pub id: String,
    /// When the notice was decided: its `Date`.
    pub at: Timestamp,
    /// The recipient: one address.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Files that go with it.
    pub attachments: Vec<Attachment>,
    /// The language of the text (`fr`, `en`, `ar`).
    pub language: String,
}

/// What the server said who took a letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The letter's `Message-ID`.
    pub message_id: String,
    /// The server's words, its number of the letter among them.
    pub answer: String,
}

/// Why a letter was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailFailure {
    /// Whether trying again can help: RFC 5321 says 4yz later, 5yz never.
    pub retry: Retry,
    /// The server's code, when it said one.
    pub code: Option<u16>,
    /// What happened.
    pub reason: String,
}

impl MailFailure {
    pub(crate) fn never(reason: impl Into<String>) -> MailFailure {
        MailFailure { retry: Retry::Never, code: None, reason: reason.into() }
    }
}
