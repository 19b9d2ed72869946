//! One transmission: is it a repeat, does its envelope stand, what of each message, what answer.

use super::desk::{Desk, NOBODY};
use super::{acknowledgement, invoice, payment, whole};
use crate::letters;
use crate::reading::{MessageReading, Said, Standard, Transmission};
use acquit_domain::exchange::{Function, MessageVerdict};
use acquit_domain::time::DAY;
use acquit_domain::{Envelope, Finding, Letter, Level, Place, Severity, Verdict};
use acquit_mapping::agreement::Agreement;
use std::borrow::Cow;

/// What the envelope is, compared with those taken before.
enum Seen {
    /// Not seen, or seen so long ago that its reference may be used again.
    New,
    /// Seen with the same bytes.
    Same(Box<Envelope>),
    /// Its reference was used for other bytes, or twice in one parcel.
    Other,
}

/// Decides one transmission.
pub(super) fn decide(desk: &mut Desk<'_>, sent: &Transmission) -> Verdict {
    match admit(desk, sent) {
        Ok(agreement) => take(desk, sent, agreement),
        Err(verdict) => verdict,
    }
}

/// Decides what the envelope alone decides: the agreement under which the messages are taken,
/// or the verdict when none of them is.
pub(super) fn admit<'b>(
    desk: &mut Desk<'b>,
    sent: &Transmission,
) -> Result<&'b Agreement, Verdict> {
    // Who sends is asked before anything is told of what is held, or remembered.
    let agreement = match agreement(desk, sent) {
        Ok(agreement) => agreement,
        Err(finding) => return Err(turn_away(desk, sent, *finding)),
    };
    match seen(desk, sent) {
        Seen::Same(envelope) => Err(repeat(desk, sent, *envelope)),
        Seen::Other => {
            let text = format!("{}: reference used before for other content", sent.reference);
            desk.alert("conflict.control_ref", text, None);
            let finding = envelope_finding(sent, "EDI-026", 26);
            Err(reject(desk, sent, vec![finding], Verdict::KnownButDifferent))
        }
        Seen::New if sent.rejected() => Err(reject(desk, sent, Vec::new(), Verdict::Rejected)),
        Seen::New => Ok(agreement),
    }
}

fn seen(desk: &mut Desk<'_>, sent: &Transmission) -> Seen {
    let Some(key) = &sent.key else { return Seen::New };
    let refused_before = || match desk.known.envelopes.get(&key.conflicting(&sent.sha256)) {
        Some(refused) => Seen::Same(Box::new(refused.clone())),
        None => Seen::Other,
    };
    let held = desk.known.envelopes.get(key);
    // One that an earlier part of this parcel brought is one of this parcel.
    if desk.met.contains(key) || held.is_some_and(|held| held.parcel == desk.parcel.id) {
        return refused_before();
    }
    let Some(held) = held else {
        desk.met.insert(key.clone());
        return Seen::New;
    };
    let window = i64::from(desk.book.platform.limits.repeat_window_days) * DAY;
    let expired = desk.now.0 - held.received_at.0 > window;
    // A rejected transmission had no effect: its sender may mend it and send it again.
    let replaceable = expired || held.verdict == Verdict::Rejected;
    let seen = match (held.sha256 == sent.sha256, replaceable) {
        (true, _) if !expired => Seen::Same(Box::new(held.clone())),
        (_, true) => Seen::New,
        _ => refused_before(),
    };
    desk.met.insert(key.clone());
    if matches!(seen, Seen::New) {
        desk.outcome.replaced.push(key.clone());
    }
    if expired {
        let text = format!("{}: reference used again after the window", sent.reference);
        desk.alert("reference.reuse", text, None);
    }
    seen
}

/// The agreement a transmission falls under, or why it falls under none.
fn agreement<'b>(desk: &Desk<'b>, sent: &Transmission) -> Result<&'b Agreement, Box<Finding>> {
    let unknown = || Box::new(envelope_finding(sent, "EDI-023", 23).with_value(&sent.sender.0));
    let party = sent.party.as_ref().ok_or_else(unknown)?;
    let agreement = desk.book.agreement(party).ok_or_else(unknown)?;
    match &desk.parcel.partner {
        Some(partner) if !agreement.is(partner.as_str()) => {
            let finding = envelope_finding(sent, "SEC-SENDER", 23).with_value(&sent.sender.0);
            Err(Box::new(finding))
        }
        _ => Ok(agreement),
    }
}

/// A finding about the envelope as a whole, that rejects it.
fn envelope_finding(sent: &Transmission, code: &'static str, syntax_error: u8) -> Finding {
    let is_edifact = sent.standard == Standard::Edifact;
    Finding {
        code: Cow::Borrowed(code),
        severity: Severity::Error,
        level: Level::Interchange,
        place: Place {
            interchange: sent.ordinal,
            segment: u32::from(is_edifact),
            byte: sent.first_byte,
            name: if is_edifact { "UNB" } else { "" }.to_owned(),
            ..Place::default()
        },
        value: sent.reference.clone(),
        expected: String::new(),
        likely: String::new(),
        syntax_error: Some(syntax_error),
    }
}

/// The same bytes again: the stored answer, and no effect.
fn repeat(desk: &mut Desk<'_>, sent: &Transmission, held: Envelope) -> Verdict {
    let mut row = desk.row(function_of(sent.messages.first()), Verdict::Known);
    describe(&mut row, sent);
    row.observation = format!("Répétition, déjà reçu: {}", held.verdict.key());
    let finding = Finding { code: Cow::Borrowed("DUP-000"), ..envelope_note(sent) };
    row.findings.push(finding.clone());
    desk.append(row);
    desk.outcome.findings.push(finding);
    desk.outcome.findings.extend(held.findings);
    let known = |message: MessageVerdict| MessageVerdict { verdict: Verdict::Known, ..message };
    desk.outcome.messages.extend(held.messages.into_iter().map(known));
    desk.outcome.more.messages += held.more.messages;
    desk.outcome.more.findings += held.more.findings;
    desk.outcome.answers.extend(held.letters);
    Verdict::Known
}

fn envelope_note(sent: &Transmission) -> Finding {
    Finding {
        severity: Severity::Note,
        syntax_error: None,
        ..envelope_finding(sent, "DUP-000", 26)
    }
}

/// Rejects a transmission as a whole.
fn reject(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    more: Vec<Finding>,
    verdict: Verdict,
) -> Verdict {
    let mut findings = more;
    findings.extend(sent.findings.iter().cloned());
    let mut row = desk.row(function_of(sent.messages.first()), verdict);
    describe(&mut row, sent);
    row.observation = "Rejet de la transmission".to_owned();
    row.findings = findings.clone();
    desk.append(row);
    let messages: Vec<MessageVerdict> = sent
        .messages
        .iter()
        .map(|message| invoice::message_verdict(message, verdict, None, None))
        .collect();
    let letters = letters::answer(desk, sent, &findings, &messages, &[]);
    remember(desk, sent, verdict, messages, findings, letters);
    verdict
}

/// Turns away a transmission whose sender is not who hands it over, or nobody we know: the
/// caller is told, and nothing is remembered that could stand in the real sender's way.
fn turn_away(desk: &mut Desk<'_>, sent: &Transmission, finding: Finding) -> Verdict {
    let remembered = desk.outcome.envelopes.len();
    let verdict = reject(desk, sent, vec![finding], Verdict::Rejected);
    desk.outcome.envelopes.truncate(remembered);
    verdict
}

/// Takes a transmission whose envelope stands: message by message.
fn take(desk: &mut Desk<'_>, sent: &Transmission, agreement: &Agreement) -> Verdict {
    let mut messages = Vec::with_capacity(sent.messages.len());
    let mut findings = sent.findings.clone();
    let mut business = Vec::with_capacity(sent.messages.len());
    for message in &sent.messages {
        let decided = decide_message(desk, sent, message, Some(agreement));
        findings.extend(decided.findings.iter().cloned());
        messages.push(decided.verdict.clone());
        business.push(decided);
    }
    let parts: Vec<Verdict> = messages.iter().map(|message| message.verdict).collect();
    let verdict = whole(&parts);
    let letters = letters::answer(desk, sent, &sent.findings, &messages, &business);
    remember(desk, sent, verdict, messages, findings, letters);
    verdict
}

/// Decides one message of a transmission that is taken.
pub(super) fn decide_message(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    message: &MessageReading,
    agreement: Option<&Agreement>,
) -> invoice::Decided {
    match (&message.said, agreement) {
        (Said::Acknowledgement(said), _) => acknowledgement::decide(desk, sent, message, said),
        (Said::Invoice(said), Some(agreement)) if !message.rejected() => {
            invoice::decide(desk, sent, message, said, agreement)
        }
        (Said::Notices(said), Some(_)) if !message.rejected() => {
            payment::answers(desk, message, said)
        }
        (Said::Desk(news), Some(agreement)) if !message.rejected() => {
            payment::at_desk(desk, sent, message, news, agreement)
        }
        (Said::Invoice(_) | Said::Notices(_) | Said::Desk(_) | Said::Nothing, _) => {
            invoice::reject(desk, sent, message)
        }
    }
}

/// Remembers what was decided, so that a repeat gets the same answer.
fn remember(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    verdict: Verdict,
    messages: Vec<MessageVerdict>,
    findings: Vec<Finding>,
    letters: Vec<Letter>,
) {
    desk.outcome.messages.extend(messages.iter().cloned());
    desk.outcome.more.messages += desk.left_out.messages;
    desk.outcome.findings.extend(findings.iter().cloned());
    desk.outcome.answers.extend(letters.iter().cloned());
    desk.outcome.letters.extend(letters.iter().cloned());
    if let Some(key) = &sent.key {
        let key = match verdict {
            Verdict::KnownButDifferent => key.conflicting(&sent.sha256),
            _ => key.clone(),
        };
        desk.outcome.envelopes.push(Envelope {
            key,
            sha256: sent.sha256,
            parcel: desk.parcel.id,
            received_at: desk.parcel.received_at,
            verdict,
            messages,
            findings,
            more: desk.left_out,
            in_parts: false,
            letters,
        });
    }
}

/// Fills in what a row says about the transmission.
pub(super) fn describe(row: &mut acquit_domain::Exchange, sent: &Transmission) {
    row.reference.clone_from(&sent.reference);
    let function = match (row.function, sent.messages.first()) {
        (Function::Unknown, Some(message)) => message.kind.as_str(),
        (function, _) => function.code(),
    };
    row.message = super::naming::message_name(function, &sent.reference);
    row.first_byte = sent.first_byte;
    row.bytes = sent.bytes;
    // Who handed it over counts; the envelope is believed where nobody in particular did.
    if let (NOBODY, Some(party)) = (row.partner.as_str(), &sent.party) {
        row.partner = party.clone();
    }
}

/// « Fonction de la demande » of a message.
pub(super) fn function_of(message: Option<&MessageReading>) -> Function {
    let Some(message) = message else { return Function::Unknown };
    match (&message.said, message.kind.as_str()) {
        (Said::Invoice(_), _) | (_, "INVOIC" | "INV") => Function::Inv,
        (Said::Notices(_), _) | (_, "BANSTA") => Function::Unm,
        (Said::Desk(_), _) | (_, "REMADV") => Function::Pnm,
        (_, kind) => Function::of(kind).unwrap_or(Function::Unknown),
    }
}
