//! Answering: letters in the sender's own protocol, written through the same specimens that
//! read. An answer is never sent to an answer.

mod acc;
mod aperak;
mod contrl;
mod envelope;

use crate::decide::{Decided, Desk, Purpose, control_reference};
use crate::reading::{Said, Standard, Transmission};
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::letter::{LetterKind, LetterState};
use acquit_domain::{Finding, Id, Letter, Media, PartyCode, Verdict};

/// Everything an answer is made of.
pub(crate) struct Answer<'a> {
    /// What is answered.
    pub(crate) sent: &'a Transmission,
    /// Findings about the envelope.
    pub(crate) envelope: &'a [Finding],
    /// What was decided of each message, in order.
    pub(crate) messages: &'a [MessageVerdict],
    /// The same with findings and sentence; empty when the envelope was rejected.
    pub(crate) decided: &'a [Decided],
}

impl Answer<'_> {
    /// True when the envelope is rejected and nothing in it was looked at.
    pub(crate) fn refused_whole(&self) -> bool {
        self.envelope.iter().any(Finding::rejects)
    }

    /// True when something in it is rejected.
    pub(crate) fn has_rejections(&self) -> bool {
        self.refused_whole()
            || self.messages.iter().any(|message| {
                matches!(message.verdict, Verdict::Rejected | Verdict::KnownButDifferent)
            })
    }
}

/// The letters that answer a transmission.
pub(crate) fn answer(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    envelope: &[Finding],
    messages: &[MessageVerdict],
    decided: &[Decided],
) -> Vec<Letter> {
    if !sent.answerable || only_answers(sent) {
        return Vec::new();
    }
    let answer = Answer { sent, envelope, messages, decided };
    match sent.standard {
        Standard::Edifact => {
            let mut letters: Vec<Letter> = contrl::write(desk, &answer).into_iter().collect();
            letters.extend(aperak::write(desk, &answer));
            letters
        }
        Standard::PortnetXml => acc::write(desk, &answer).into_iter().collect(),
    }
}

/// The letters that answer the content alone, later than the syntax was answered.
pub(crate) fn business(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    messages: &[MessageVerdict],
    decided: &[Decided],
) -> Vec<Letter> {
    let answer = Answer { sent, envelope: &[], messages, decided };
    let letter = match sent.standard {
        Standard::Edifact => aperak::write(desk, &answer),
        Standard::PortnetXml => acc::write(desk, &answer),
    };
    letter.into_iter().collect()
}

/// True when the transmission holds nothing but answers to letters of ours.
fn only_answers(sent: &Transmission) -> bool {
    !sent.messages.is_empty()
        && sent.messages.iter().all(|message| {
            matches!(message.said, Said::Acknowledgement(_))
                || matches!(message.kind.as_str(), "CONTRL" | "APERAK" | "ACC")
        })
}

/// A letter about to be written: its identifier and our reference in it.
pub(crate) struct Draft {
    pub(crate) id: Id,
    pub(crate) reference: String,
    pub(crate) to: PartyCode,
}

/// Draws a letter to the sender.
pub(crate) fn draft(desk: &mut Desk<'_>, sent: &Transmission) -> Draft {
    let id = desk.id(Purpose::Letter);
    let to = sent.party.clone().unwrap_or_else(|| desk.partner());
    Draft { id, reference: control_reference(id), to }
}

/// Seals a letter with its bytes.
pub(crate) fn seal(
    desk: &Desk<'_>,
    draft: Draft,
    kind: LetterKind,
    media: Media,
    body: Vec<u8>,
) -> Letter {
    Letter {
        id: draft.id,
        to: draft.to,
        kind,
        reference: draft.reference,
        answers: Some(desk.parcel.id),
        media,
        body,
        written_at: desk.now,
        state: LetterState::Waiting,
    }
}
