//! Letters: what goes out, kept in the outbox until it is taken.

use crate::{Id, Media, PartyCode, Timestamp};

/// What a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterKind {
    /// EDIFACT CONTRL: syntax answer.
    Contrl,
    /// EDIFACT APERAK: business answer.
    Aperak,
    /// PortNet ACC: answer to an INV.
    Acc,
    /// PortNet PNM: payment notification.
    Pnm,
}

/// Every kind with its name.
pub const LETTER_KINDS: &[(LetterKind, &str)] = &[
    (LetterKind::Contrl, "CONTRL"),
    (LetterKind::Aperak, "APERAK"),
    (LetterKind::Acc, "ACC"),
    (LetterKind::Pnm, "PNM"),
];

impl LetterKind {
    /// The name used on every surface.
    #[must_use]
    pub fn key(self) -> &'static str {
        LETTER_KINDS.iter().find(|(kind, _)| *kind == self).map_or("", |(_, key)| key)
    }

    /// The kind of a name.
    #[must_use]
    pub fn of(key: &str) -> Option<LetterKind> {
        LETTER_KINDS.iter().find(|(_, known)| *known == key).map(|(kind, _)| *kind)
    }
}

/// Where a letter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LetterState {
    /// In the outbox.
    Waiting,
    /// The partner took it (pull) or the channel delivered it.
    Taken,
    /// The partner acknowledged it.
    Acknowledged,
    /// The partner refused it.
    Refused,
}

/// Every letter state with its key.
pub const LETTER_STATES: &[(LetterState, &str)] = &[
    (LetterState::Waiting, "waiting"),
    (LetterState::Taken, "taken"),
    (LetterState::Acknowledged, "acknowledged"),
    (LetterState::Refused, "refused"),
];

impl LetterState {
    /// The word used on every surface.
    #[must_use]
    pub fn key(self) -> &'static str {
        LETTER_STATES.iter().find(|(state, _)| *state == self).map_or("waiting", |(_, key)| key)
    }

    /// The state of a word.
    #[must_use]
    pub fn of(key: &str) -> Option<LetterState> {
        LETTER_STATES.iter().find(|(_, known)| *known == key).map(|(state, _)| *state)
    }
}

/// Bytes for a partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Identifier.
    pub id: Id,
    /// Who it is for.
    pub to: PartyCode,
    /// What it is.
    pub kind: LetterKind,
    /// Our own reference in it (UNB 0020, `NumeroMessage`): an acknowledgement names it.
    pub reference: String,
    /// The parcel it answers; `None` when it answers nothing.
    pub answers: Option<Id>,
    /// What the bytes are.
    pub media: Media,
    /// The bytes.
    pub body: Vec<u8>,
    /// When it was written.
    pub written_at: Timestamp,
    /// Where it stands.
    pub state: LetterState,
}
