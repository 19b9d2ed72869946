//! Answering: letters in the sender's own protocol, written through the same specimens that
//! read. An answer is never sent to an answer.

mod acc;
mod aperak;
mod contrl;
mod envelope;
mod notice;

pub(crate) use notice::notice;

use crate::decide::{Decided, Desk, Purpose, control_reference};
use crate::reading::{MessageReading, Said, Standard, Transmission};
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::letter::{LetterKind, LetterState};
use acquit_domain::part::Told;
use acquit_domain::{Finding, Id, Letter, Media, PartyCode, Verdict};

/// Everything an answer is made of.
pub(crate) struct Answer<'a> {
    /// What is answered.
    pub(crate) sent: &'a Transmission,
    /// Findings about the envelope.
    pub(crate) envelope: &'a [Finding],
    /// What was decided of each message, in order.
    pub(crate) messages: &'a [MessageVerdict],
    /// What is told of messages; empty when the envelope was rejected.
    pub(crate) heard: Vec<Heard<'a>>,
}

/// What is told of one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard<'a> {
    /// Type as the sender calls it.
    pub(crate) kind: &'a str,
    /// Version as the sender calls it.
    pub(crate) version: &'a str,
    /// The message's own reference.
    pub(crate) reference: &'a str,
    /// Number of the invoice concerned; empty when it could not be read.
    pub(crate) invoice: &'a str,
    /// What was decided.
    pub(crate) verdict: Verdict,
    /// One sentence for people.
    pub(crate) sentence: &'a str,
    /// Everything found, those of deciding included.
    pub(crate) findings: &'a [Finding],
    /// The message is itself an answer: it is not answered.
    pub(crate) is_answer: bool,
}

impl<'a> Heard<'a> {
    /// What is told of a message just decided.
    pub(crate) fn of(message: &'a MessageReading, decided: &'a Decided) -> Heard<'a> {
        Heard {
            kind: &message.kind,
            version: &message.version,
            reference: &message.reference,
            invoice: &decided.verdict.invoice,
            verdict: decided.verdict.verdict,
            sentence: &decided.sentence,
            findings: &decided.findings,
            is_answer: message.said.is_answer(),
        }
    }

    /// What is told of a message decided in one of the parts before.
    fn again(told: &'a Told) -> Heard<'a> {
        Heard {
            kind: &told.kind,
            version: &told.version,
            reference: &told.reference,
            invoice: &told.invoice,
            verdict: told.verdict,
            sentence: &told.sentence,
            findings: &told.findings,
            is_answer: false,
        }
    }
}

/// What an answer will say of a message, kept until the answer is written; `None` when nothing.
pub(crate) fn told(desk: &Desk<'_>, sent: &Transmission, heard: Heard<'_>) -> Option<Told> {
    let syntax = heard.findings.iter().filter(|finding| contrl::told(finding));
    let syntax: Vec<Finding> = syntax.take(FINDINGS_KEPT_MAX).cloned().collect();
    let business = aperak::is_due(&heard, aperak::when(desk, sent));
    if syntax.is_empty() && !business {
        return None;
    }
    let findings = match business {
        false => syntax,
        true => {
            let either = |found: &&Finding| contrl::told(found) || aperak::told(found);
            heard.findings.iter().filter(either).take(FINDINGS_KEPT_MAX).cloned().collect()
        }
    };
    let text = |text: &str| text.to_owned();
    Some(Told {
        transmission: sent.ordinal,
        kind: text(heard.kind),
        version: text(heard.version),
        reference: text(heard.reference),
        invoice: text(if business { heard.invoice } else { "" }),
        verdict: heard.verdict,
        sentence: text(if business { heard.sentence } else { "" }),
        findings,
    })
}

/// Most findings of one message kept for the answer to a large interchange.
const FINDINGS_KEPT_MAX: usize = 100;

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
    let heard = sent.messages.iter().zip(decided).map(|(m, d)| Heard::of(m, d)).collect();
    let answer = Answer { sent, envelope, messages, heard };
    match sent.standard {
        Standard::Edifact => edifact(desk, &answer),
        Standard::PortnetXml => acc::write(desk, &answer).into_iter().collect(),
    }
}

/// The letters that answer an interchange decided part by part, by what the parts left.
pub(crate) fn answer_parts(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    before: &[Told],
    last: &[Told],
) -> Vec<Letter> {
    if !sent.answerable {
        return Vec::new();
    }
    let heard = before.iter().chain(last).filter(|told| told.transmission == sent.ordinal);
    let heard = heard.map(Heard::again).collect();
    edifact(desk, &Answer { sent, envelope: &sent.findings, messages: &[], heard })
}

fn edifact(desk: &mut Desk<'_>, answer: &Answer<'_>) -> Vec<Letter> {
    let mut letters: Vec<Letter> = contrl::write(desk, answer).into_iter().collect();
    letters.extend(aperak::write(desk, answer));
    letters
}

/// The letters that answer the content alone, later than the syntax was answered.
pub(crate) fn business(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    messages: &[MessageVerdict],
    decided: &[Decided],
) -> Vec<Letter> {
    let heard = sent.messages.iter().zip(decided).map(|(m, d)| Heard::of(m, d)).collect();
    let answer = Answer { sent, envelope: &[], messages, heard };
    let letter = match sent.standard {
        Standard::Edifact => aperak::write(desk, &answer),
        Standard::PortnetXml => acc::write(desk, &answer),
    };
    letter.into_iter().collect()
}

/// True when the transmission holds nothing but answers to letters of ours. The syntax of a BANSTA
/// is acknowledged all the same: it is a message of its own standard, not an acknowledgement.
fn only_answers(sent: &Transmission) -> bool {
    !sent.messages.is_empty()
        && sent.messages.iter().all(|message| {
            matches!(message.said, Said::Acknowledgement(_))
                || matches!(message.kind.as_str(), "CONTRL" | "APERAK" | "ACC" | "UNM")
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
    let to = match (&desk.parcel.partner, &sent.party) {
        (None, Some(party)) => party.clone(),
        _ => desk.partner(),
    };
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
