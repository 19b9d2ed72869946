//! The end of waiting: a parked message whose time is up is refused, and its sender told.

use super::desk::Desk;
use super::invoice::{Decided, message_verdict};
use super::transmission::{describe, function_of};
use crate::letters;
use crate::reading::Said;
use acquit_domain::known::Parked;
use acquit_domain::{Finding, Known, Outcome, Place, Severity, Timestamp, Verdict};
use acquit_mapping::rulebook::Rulebook;

/// What the identifier of the end of waiting is derived for.
const EXPIRY: u16 = 9;

/// Refuses a parked message that waited too long. Pure like [`decide`](super::decide): the same
/// arguments give the same row and the same letter, so that two nodes cannot refuse it twice.
#[must_use]
pub fn expire(book: &Rulebook, parked: &Parked, known: &Known, now: Timestamp) -> Outcome {
    let reading = crate::read(book, &parked.parcel);
    let mut desk = Desk::after(book, &parked.parcel, known, now, parked.exchange);
    desk.release(parked.exchange);
    let desk_id = parked.exchange.derive(EXPIRY, 1);
    let sent = reading.transmissions.iter().find(|sent| sent.ordinal == parked.interchange);
    let message = sent.and_then(|sent| sent.messages.iter().find(|m| m.ordinal == parked.message));
    let (Some(sent), Some(message)) = (sent, message) else { return desk.finish(Verdict::Known) };
    let place = Place {
        interchange: sent.ordinal,
        message: message.ordinal,
        byte: message.first_byte,
        ..Place::default()
    };
    let finding =
        Finding::business("PARK-EXPIRED", Severity::Error, place).with_value(&parked.reason);
    let mut row = desk.row(function_of(Some(message)), Verdict::Rejected);
    describe(&mut row, sent);
    row.observation = "Attente expirée".to_owned();
    row.findings.push(finding.clone());
    let decided = Decided {
        verdict: message_verdict(message, Verdict::Rejected, None, None),
        findings: vec![finding],
        sentence: row.observation.clone(),
    };
    let exchange = desk.append(row);
    desk.alert("parked.expired", format!("{}: {}", sent.reference, parked.reason), Some(exchange));
    desk.outcome.findings.extend(decided.findings.iter().cloned());
    desk.outcome.messages.push(decided.verdict.clone());
    // The other messages of its transmission were answered when they came.
    let mut alone = sent.clone();
    alone.messages.retain(|other| other.ordinal == message.ordinal);
    if matches!(message.said, Said::Invoice(_)) {
        let verdicts = [decided.verdict.clone()];
        let letters = letters::business(&mut desk, &alone, &verdicts, &[decided]);
        desk.outcome.letters.extend(letters.iter().cloned());
        desk.outcome.answers.extend(letters);
    }
    let mut outcome = desk.finish(Verdict::Rejected);
    // An event of its own, that happens once: its bytes are those kept already.
    outcome.keep_bytes = false;
    outcome.parcel.id = desk_id;
    outcome.parcel.idempotency_key = String::new();
    outcome.parcel.received_at = now;
    outcome
}
