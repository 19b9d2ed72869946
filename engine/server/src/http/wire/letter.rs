//! Letters, and the answer to a parcel.

use super::{FindingWire, Told};
use crate::shell::Answer;
use acquit_domain::Letter;
use acquit_domain::exchange::MessageVerdict;
use serde::Serialize;
use utoipa::ToSchema;

/// A letter for a partner.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LetterWire {
    /// Identifier.
    pub id: String,
    /// `CONTRL`, `APERAK`, `ACC` or `PNM`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Our own reference in it.
    pub reference: String,
    /// What the body is.
    pub media: &'static str,
    /// When it was written.
    pub written_at: String,
    /// `waiting`, `taken`, `acknowledged` or `refused`.
    pub state: &'static str,
    /// The letter itself, as text.
    pub body: String,
}

impl From<&Letter> for LetterWire {
    fn from(letter: &Letter) -> LetterWire {
        LetterWire {
            id: letter.id.to_string(),
            kind: letter.kind.key(),
            reference: letter.reference.clone(),
            media: letter.media.key(),
            written_at: letter.written_at.to_string(),
            state: letter.state.key(),
            body: text_of(&letter.body),
        }
    }
}

/// Bytes as text: UTF-8 when they are, otherwise each byte as the character of ISO 8859-1, so
/// that no byte is lost.
#[must_use]
pub fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    }
}

/// What was decided of one message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageWire {
    /// Type as the sender calls it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The message's own reference.
    pub reference: String,
    /// Number of the invoice concerned; empty when it could not be read.
    pub invoice: String,
    /// Visible status of that invoice now; null when it is not held.
    pub status: Option<&'static str>,
    /// What was decided.
    pub verdict: &'static str,
}

impl From<&MessageVerdict> for MessageWire {
    fn from(message: &MessageVerdict) -> MessageWire {
        MessageWire {
            kind: message.kind.clone(),
            reference: message.reference.clone(),
            invoice: message.invoice.clone(),
            status: message.status.map(|status| status.key()),
            verdict: message.verdict.key(),
        }
    }
}

/// The answer to a parcel, given only after everything in it is stored.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AnswerWire {
    /// The exchange under which everything is kept.
    pub exchange: String,
    /// `accepted`, `partly`, `rejected`, `known`, `known_but_different` or `parked`.
    pub verdict: &'static str,
    /// Each message in order.
    pub messages: Vec<MessageWire>,
    /// Everything found.
    pub findings: Vec<FindingWire>,
    /// The answers in the sender's own protocol.
    pub letters: Vec<LetterWire>,
}

impl AnswerWire {
    /// An answer whose findings have their sentences.
    #[must_use]
    pub fn told(answer: &Answer, told: Told<'_>) -> AnswerWire {
        AnswerWire {
            exchange: answer.exchange.to_string(),
            verdict: answer.verdict.key(),
            messages: answer.messages.iter().map(MessageWire::from).collect(),
            findings: told.findings(&answer.findings),
            letters: answer.letters.iter().map(LetterWire::from).collect(),
        }
    }
}
