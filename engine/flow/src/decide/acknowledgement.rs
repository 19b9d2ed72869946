//! An answer to a letter of ours: matched, recorded, never answered.

use super::desk::Desk;
use super::invoice::{Decided, message_verdict};
use super::transmission::{describe, function_of};
use crate::reading::{Acknowledged, MessageReading, Transmission};
use acquit_domain::letter::LetterState;
use acquit_domain::{Finding, PartyCode, Place, Severity, Verdict};

/// Matches an acknowledgement with the letter it names. The first final one counts: another that
/// contradicts it is an operator's case.
pub(super) fn decide(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    message: &MessageReading,
    said: &Acknowledged,
) -> Decided {
    let mut row = desk.row(function_of(Some(message)), Verdict::Accepted);
    describe(&mut row, sent);
    row.findings.clone_from(&message.findings);
    row.unread.clone_from(&message.unread);
    row.first_byte = message.first_byte;
    row.bytes = message.bytes;
    row.observation = match said.accepted {
        true => format!("Accusé positif de {}", said.reference),
        false => format!("Accusé négatif de {}: {}", said.reference, said.reason),
    };
    let new = if said.accepted { LetterState::Acknowledged } else { LetterState::Refused };
    let letter = letter_of(desk, row.partner.clone(), &said.reference);
    let finding = match letter {
        None => Some(("ACK-UNKNOWN", Severity::Warning)),
        Some((id, state)) => match state {
            LetterState::Waiting | LetterState::Taken => {
                desk.outcome.marks.push((id, new));
                None
            }
            LetterState::Acknowledged | LetterState::Refused if state == new => None,
            LetterState::Acknowledged | LetterState::Refused => {
                Some(("ACK-CONFLICT", Severity::Warning))
            }
        },
    };
    if let Some((code, severity)) = finding {
        let place = Place {
            interchange: sent.ordinal,
            message: message.ordinal,
            byte: message.first_byte,
            ..Place::default()
        };
        row.findings.push(Finding::business(code, severity, place).with_value(&said.reference));
        desk.alert("acknowledgement", format!("{code}: {}", said.reference), Some(row.id));
    }
    let decided = Decided {
        verdict: message_verdict(message, Verdict::Accepted, None, None),
        findings: row.findings.clone(),
        sentence: row.observation.clone(),
    };
    desk.append(row);
    decided
}

/// The letter a partner means by a reference, and where it stands: as held, or as another
/// acknowledgement of this parcel left it.
fn letter_of(
    desk: &Desk<'_>,
    partner: PartyCode,
    reference: &str,
) -> Option<(acquit_domain::Id, LetterState)> {
    let letter = desk.known.letters.get(&(partner, reference.to_owned()))?;
    let marked = desk.outcome.marks.iter().rev().find(|(id, _)| *id == letter.id);
    Some((letter.id, marked.map_or(letter.state, |(_, state)| *state)))
}
