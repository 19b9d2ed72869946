//! The end of waiting: a parked message whose client is known by now is decided; one whose time
//! is up is refused. Its sender is told either way.
//!
//! What waits for its invoice is not looked at here before its time is up: the invoice itself
//! [releases](super::invoice::decide) it.

use super::desk::Desk;
use super::invoice::{self, Decided, UNKNOWN_CLIENT, client_is_known, message_verdict};
use super::transmission::{describe, function_of};
use crate::letters;
use crate::reading::Said;
use acquit_domain::known::Parked;
use acquit_domain::{Finding, Keys, Known, Outcome, Place, Severity, Timestamp, Verdict};
use acquit_mapping::rulebook::Rulebook;

/// What the identifier of the end of waiting is derived for.
const EXPIRY: u16 = 9;

/// What must be asked of the store before a parked message is looked at again: nothing, unless it
/// waits for its client.
#[must_use]
pub fn retry_keys(book: &Rulebook, parked: &Parked) -> Keys {
    let mut keys = Keys::default();
    if parked.reason != UNKNOWN_CLIENT {
        return keys;
    }
    let read = crate::read::one(book, &parked.parcel, parked.interchange, parked.message);
    if let Some((_, message)) = read
        && let Said::Invoice(said) = message.said
    {
        keys.clients.insert(said.client.code);
        keys.invoices.insert(said.key);
    }
    keys
}

/// Decides a message that waits for its client, when that client is known by now: another
/// issuer's invoice brought it, or an operator. `None` when there is nothing to decide yet.
///
/// `known` must answer [`retry_keys`]. Pure like [`decide`](super::decide).
#[must_use]
pub fn retry(book: &Rulebook, parked: &Parked, known: &Known, now: Timestamp) -> Option<Outcome> {
    if parked.reason != UNKNOWN_CLIENT {
        return None;
    }
    let (mut sent, message) =
        crate::read::one(book, &parked.parcel, parked.interchange, parked.message)?;
    let agreement = book.agreement(sent.party.as_ref()?)?;
    let Said::Invoice(said) = &message.said else { return None };
    let mut desk = Desk::after(book, &parked.parcel, known, now, parked.exchange);
    if !client_is_known(&desk, &said.client.code) {
        return None;
    }
    desk.release(parked.exchange);
    let decided = invoice::decide(&mut desk, &sent, &message, said, agreement);
    let verdict = decided.verdict.verdict;
    desk.outcome.findings.extend(decided.findings.iter().cloned());
    desk.outcome.messages.push(decided.verdict.clone());
    sent.messages = vec![message];
    invoice::answer_later(&mut desk, &sent, decided);
    Some(apart(desk.finish(verdict), parked, now))
}

/// Ends the waiting of a message whose time is up: it is decided when its client is known by now,
/// else refused.
///
/// Pure like [`decide`](super::decide): the same arguments give the same row and the same letter,
/// so that two nodes cannot end it twice. `known` must answer [`retry_keys`].
#[must_use]
pub fn expire(book: &Rulebook, parked: &Parked, known: &Known, now: Timestamp) -> Outcome {
    if let Some(outcome) = retry(book, parked, known, now) {
        return outcome;
    }
    let reading = crate::read(book, &parked.parcel);
    let mut desk = Desk::after(book, &parked.parcel, known, now, parked.exchange);
    desk.release(parked.exchange);
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
    apart(desk.finish(Verdict::Rejected), parked, now)
}

/// An event of its own, that happens once: its bytes are those kept already.
fn apart(mut outcome: Outcome, parked: &Parked, now: Timestamp) -> Outcome {
    outcome.keep_bytes = false;
    outcome.parcel.id = parked.exchange.derive(EXPIRY, 1);
    outcome.parcel.idempotency_key = String::new();
    outcome.parcel.received_at = now;
    outcome
}
