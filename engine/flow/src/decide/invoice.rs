//! One message about an invoice: which event it is, what the life cycle says of it, what changes.

use super::content;
use super::desk::Desk;
use super::sameness::{Difference, difference};
use super::transmission::function_of;
use crate::reading::{MessageReading, Said, Standard, Transmission};
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::invoice::{InvoiceMessage, MessageFunction};
use acquit_domain::known::Parked;
use acquit_domain::outcome::Park;
use acquit_domain::time::{DAY, SECOND};
use acquit_domain::{
    Exchange, Finding, Invoice, InvoiceKey, InvoiceState, Place, Severity, Status, Timestamp,
    Verdict,
};
use acquit_mapping::agreement::{Agreement, ChangedContent, SameContent};
use acquit_mapping::lifecycle::{Decision, Effect, Event, Move};
use std::borrow::Cow;

/// Why a message waits for a record of its client.
pub(super) const UNKNOWN_CLIENT: &str = "REF-CLIENT";

/// What was decided of one message, for the answer.
pub(crate) struct Decided {
    /// For the sender's summary.
    pub(crate) verdict: MessageVerdict,
    /// Everything found, those of deciding included.
    pub(crate) findings: Vec<Finding>,
    /// One sentence for people: the log's observation.
    pub(crate) sentence: String,
}

/// The message being decided, with where it came from.
#[derive(Clone, Copy)]
struct Case<'c> {
    sent: &'c Transmission,
    message: &'c MessageReading,
    agreement: &'c Agreement,
    received_at: Timestamp,
}

/// The summary of a message for its sender.
pub(super) fn message_verdict(
    message: &MessageReading,
    verdict: Verdict,
    before: Option<Status>,
    status: Option<Status>,
) -> MessageVerdict {
    MessageVerdict {
        kind: message.kind.clone(),
        reference: message.reference.clone(),
        invoice: key_of(message).map_or(String::new(), |key| key.number.as_str().to_owned()),
        before,
        status,
        verdict,
    }
}

fn key_of(message: &MessageReading) -> Option<&InvoiceKey> {
    match &message.said {
        Said::Invoice(said) => Some(&said.key),
        _ => None,
    }
}

/// Rejects a message for what was found when it was read.
pub(super) fn reject(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    message: &MessageReading,
) -> Decided {
    let row = row_of(desk, sent, message);
    if message.findings.iter().any(|finding| finding.code == "SEC-ISSUER") {
        let text = format!("{}: invoice of another issuer", sent.reference);
        desk.alert("sec.issuer_mismatch", text, Some(row.id));
        // Nothing of another issuer's invoice is touched or told, not even its log.
        return refuse(desk, message, row, None, "Rejet du message");
    }
    refuse(desk, message, row, key_of(message), "Rejet du message")
}

/// Decides a message that was understood.
pub(super) fn decide(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    message: &MessageReading,
    said: &InvoiceMessage,
    agreement: &Agreement,
) -> Decided {
    let received_at = desk.parcel.received_at;
    let case = Case { sent, message, agreement, received_at };
    let mut row = row_of(desk, sent, message);
    if !agreement.active {
        row.findings.push(about(message, "ISS-INACTIVE").with_value(&agreement.code));
        return refuse(desk, message, row, Some(&said.key), "Émetteur inactif");
    }
    let held = desk.invoice(&said.key).cloned();
    let event = classify(case, said, held.as_ref());
    row.event = event.key().to_owned();
    let unknown_client = event == Event::Original
        && agreement.clients_must_be_known()
        && !client_is_known(desk, &said.client.code);
    if unknown_client {
        return park(desk, case, row, said, UNKNOWN_CLIENT);
    }
    let state = held.as_ref().map_or(InvoiceState::Absent, |held| held.state);
    let flags = held.as_ref().map(|held| held.flags).unwrap_or_default();
    row.from = Some(state);
    row.before = held.as_ref().map(|held| held.status);
    let book = desk.book;
    let decided = match book.lifecycle.decide(state, flags, event) {
        Decision::Refused { code } => {
            let finding = about(message, code).with_value(status_label(row.before));
            row.findings.push(finding);
            refuse(desk, message, row, Some(&said.key), "Refusé par les règles")
        }
        Decision::Move(Move { park: Some(code), .. }) => {
            return park(desk, case, row, said, code);
        }
        Decision::Move(follows) => record(desk, case, row, said, held, &follows),
    };
    if state.has_come() { decided } else { release(desk, case, said, decided) }
}

/// Whether there is a record of a client.
pub(super) fn client_is_known(desk: &Desk<'_>, code: &str) -> bool {
    desk.book.parties.client(code).is_some() || desk.known.clients.contains(code)
}

fn status_label(status: Option<Status>) -> &'static str {
    status.map_or("", Status::label)
}

/// Which event a message is, by what it does and what is held.
fn classify(case: Case<'_>, said: &InvoiceMessage, held: Option<&Invoice>) -> Event {
    let held = held.filter(|held| held.state != InvoiceState::Absent);
    match (said.function, held) {
        (MessageFunction::Original, None) => Event::Original,
        (MessageFunction::Original, Some(held)) if held.state == InvoiceState::Requested => {
            Event::RequestFound
        }
        // Nothing is held of it but that somebody asked for it in vain.
        (MessageFunction::Original, Some(held)) if held.state == InvoiceState::Empty => {
            Event::Original
        }
        (MessageFunction::Original, Some(held)) if differs(case, said, held).is_none() => {
            Event::OriginalAgain
        }
        (MessageFunction::Original, Some(held)) => match case.agreement.changed_content {
            ChangedContent::Reject => Event::OriginalChanged,
            ChangedContent::Replace => replacement(case, said, held),
        },
        (MessageFunction::Replace, None) => Event::Replace,
        (MessageFunction::Replace, Some(held)) => replacement(case, said, held),
        (MessageFunction::Paid, _) => Event::PaidByIssuer,
        (MessageFunction::Cancel, _) => Event::Cancel,
    }
}

/// In what an invoice sent again differs from what is held.
fn differs(case: Case<'_>, said: &InvoiceMessage, held: &Invoice) -> Option<Difference> {
    difference(said, held, case.agreement.due_days)
}

/// A replacement takes effect unless what is held was written after it; of two written at the
/// same time the one with the greater reference counts, so that their order does not matter.
fn replacement(case: Case<'_>, said: &InvoiceMessage, held: &Invoice) -> Event {
    if held.content == said.content {
        return Event::OriginalAgain;
    }
    let written = said.written_at.unwrap_or(case.received_at);
    let order = |reference: &str| (reference.len(), reference.to_owned());
    let new = (written, order(&case.sent.reference), said.content);
    if new < (held.written_at, order(&held.message), held.content) {
        return Event::ReplaceOlder;
    }
    // What money of ours is on changes no more; what is only being paid does.
    if held.allocated_minor > 0 { Event::ReplaceFunded } else { Event::Replace }
}

/// Records what follows from a message: the invoice, its row, its documents.
fn record(
    desk: &mut Desk<'_>,
    case: Case<'_>,
    mut row: Exchange,
    said: &InvoiceMessage,
    held: Option<Invoice>,
    follows: &Move<'_>,
) -> Decided {
    let takes = held.is_none() || follows.send.contains(&Effect::TakeContent);
    let differing = held.as_ref().and_then(|held| differs(case, said, held));
    let mut invoice = match held {
        Some(held) if !takes => held,
        held => content::invoice(desk, said, &case.sent.reference, case.agreement, held),
    };
    invoice.state = follows.to;
    invoice.flags = follows.flags;
    invoice.status = desk.book.lifecycle.status(follows.to, follows.flags);
    if follows.send.contains(&Effect::SetCancelledOn) {
        invoice.cancelled_on = said.cancelled_on.or(Some(desk.now.date()));
    }
    if follows.send.contains(&Effect::KeepDocuments) {
        content::keep_documents(desk, said, &case.message.reference, &case.sent.reference);
    }
    if takes {
        content::remember_client(desk, said);
    }
    row.to = Some(invoice.state);
    row.after = Some(invoice.status);
    follows.note.clone_into(&mut row.observation);
    again(case, &mut row);
    warn_of_card(desk, case, said, &mut row);
    if let Some(code) = follows.refuse {
        row.findings.push(match differing {
            Some(differing) if code == "INV-DIFF" => told(about(case.message, code), differing),
            _ => about(case.message, code).with_value(status_label(row.before)),
        });
        row.verdict = Verdict::Rejected;
    }
    let decided = Decided {
        verdict: message_verdict(case.message, row.verdict, row.before, row.after),
        findings: row.findings.clone(),
        sentence: row.observation.clone(),
    };
    let key = invoice.key.clone();
    let number = key.number.clone();
    let event = row.event.clone();
    let exchange = desk.append_to(invoice, row, takes);
    if let Some(event) = Event::of(&event) {
        crate::pay::of_issuer(desk, &key, event, follows.send, exchange);
    }
    if let Some(alert) = follows.alert {
        desk.alert(alert.key(), format!("{number}: {}", follows.note), Some(exchange));
    }
    decided
}

/// A card number has no place in a free text: it is masked in what is kept, and operators are
/// told.
fn warn_of_card(desk: &mut Desk<'_>, case: Case<'_>, said: &InvoiceMessage, row: &mut Exchange) {
    if content::names_a_card(said) {
        let mut finding = about(case.message, "WARN-PAN");
        finding.severity = Severity::Warning;
        row.findings.push(finding);
        let text = format!("{}: card number in a free text", said.key.number);
        desk.alert("sec.card_number", text, Some(row.id));
    }
}

/// A finding with what differs: the name, what was said, what is held.
fn told(mut finding: Finding, differing: Difference) -> Finding {
    differing.name.clone_into(&mut finding.place.name);
    finding.with_value(differing.said).with_expected(differing.held)
}

/// Tells a sender that it said nothing new, as agreed.
fn again(case: Case<'_>, row: &mut Exchange) {
    if row.event != Event::OriginalAgain.key() {
        return;
    }
    let mut finding = about(case.message, "INV-DUP");
    if case.agreement.same_content == SameContent::Accept {
        finding.severity = Severity::Note;
    } else {
        row.verdict = Verdict::Rejected;
    }
    row.findings.push(finding);
}

/// Refuses a message: its row says why, in the chain of the invoice when there is one.
fn refuse(
    desk: &mut Desk<'_>,
    message: &MessageReading,
    mut row: Exchange,
    key: Option<&InvoiceKey>,
    sentence: &str,
) -> Decided {
    let held = key.and_then(|key| desk.invoice(key)).cloned();
    row.verdict = Verdict::Rejected;
    sentence.clone_into(&mut row.observation);
    let status = held.as_ref().map(|held| held.status);
    row.before = status;
    row.after = status;
    let state = held.as_ref().map(|held| held.state);
    row.from = state;
    row.to = state;
    let decided = Decided {
        verdict: message_verdict(message, Verdict::Rejected, status, status),
        findings: row.findings.clone(),
        sentence: sentence.to_owned(),
    };
    match held {
        Some(invoice) => desk.append_to(invoice, row, false),
        None => desk.append(row),
    };
    decided
}

/// Keeps a message aside until what it needs has come.
fn park(
    desk: &mut Desk<'_>,
    case: Case<'_>,
    mut row: Exchange,
    said: &InvoiceMessage,
    code: &str,
) -> Decided {
    let limits = &desk.book.platform.limits;
    let wait = match code {
        UNKNOWN_CLIENT => i64::from(limits.park_client_hours) * 3600 * SECOND,
        _ => i64::from(limits.park_order_days) * DAY,
    };
    row.verdict = Verdict::Parked;
    row.observation = "En attente".to_owned();
    let mut finding = about(case.message, code).with_value(&said.key.number);
    finding.severity = Severity::Warning;
    row.findings.push(finding);
    let decided = Decided {
        verdict: message_verdict(case.message, Verdict::Parked, None, None),
        findings: row.findings.clone(),
        sentence: row.observation.clone(),
    };
    let exchange = desk.append(row);
    // What was asked for and has not come yet is read by whoever brings it: that it is waited for
    // must not escape them.
    if let Some(held) = desk.invoice(&said.key).cloned() {
        desk.put(held, false);
    }
    desk.outcome.parked.push(Park {
        exchange,
        invoice: said.key.clone(),
        parcel: desk.parcel.id,
        interchange: case.sent.ordinal,
        message: case.message.ordinal,
        reason: code.to_owned(),
        until: Timestamp(desk.now.0.saturating_add(wait)),
    });
    decided
}

/// After the original has come, what waited for it is decided as if it had just arrived:
/// replacements before what ends the invoice, so that the order of arrival does not matter.
fn release(
    desk: &mut Desk<'_>,
    case: Case<'_>,
    said: &InvoiceMessage,
    decided: Decided,
) -> Decided {
    let came = desk.invoice(&said.key).is_some_and(|held| held.state.has_come());
    if !came || decided.verdict.verdict != Verdict::Accepted {
        return decided;
    }
    let mut waiting = waiting_messages(desk, case, &said.key);
    waiting.sort_by_key(|waited| match &waited.message.said {
        Said::Invoice(said) => (said.function, said.written_at, waited.sent.reference.clone()),
        _ => (MessageFunction::Original, None, waited.sent.reference.clone()),
    });
    for waited in waiting {
        desk.release(waited.exchange);
        if let Said::Invoice(said) = &waited.message.said {
            let mut sent = waited.sent.clone();
            let decided = decide(desk, &sent, &waited.message, said, case.agreement);
            sent.messages.push(waited.message.clone());
            answer_later(desk, &sent, decided);
        }
    }
    let status = desk.invoice(&said.key).map(|held| held.status);
    Decided { verdict: MessageVerdict { status, ..decided.verdict }, ..decided }
}

/// Tells the sender of a message that waited what became of it. PortNet's ACC is one for each
/// message, and was sent when it came.
pub(super) fn answer_later(desk: &mut Desk<'_>, sent: &Transmission, decided: Decided) {
    if sent.standard == Standard::Edifact {
        let verdicts = [decided.verdict.clone()];
        let letters = crate::letters::business(desk, sent, &verdicts, &[decided]);
        desk.outcome.letters.extend(letters);
    }
}

/// A parked message, read again.
struct Waited {
    exchange: acquit_domain::Id,
    sent: Transmission,
    message: MessageReading,
}

/// The messages parked for an invoice, read again: those held and those of this parcel.
fn waiting_messages(desk: &Desk<'_>, case: Case<'_>, key: &InvoiceKey) -> Vec<Waited> {
    let held = desk.known.parked.get(key).into_iter().flatten().cloned();
    let fresh = desk.outcome.parked.iter().filter(|park| park.invoice == *key).map(|park| Parked {
        exchange: park.exchange,
        parcel: desk.parcel.clone(),
        interchange: park.interchange,
        message: park.message,
        reason: park.reason.clone(),
        until: park.until,
    });
    held.chain(fresh)
        .filter(|parked| !desk.outcome.released.contains(&parked.exchange))
        .filter(|parked| parked.reason != UNKNOWN_CLIENT)
        .filter_map(|parked| {
            let (sent, message) =
                crate::read::one(desk.book, &parked.parcel, parked.interchange, parked.message)?;
            // Only what the same issuer sent: the key bears the issuer, so this always holds.
            if sent.party != case.sent.party {
                return None;
            }
            Some(Waited { exchange: parked.exchange, sent, message })
        })
        .collect()
}

/// A row about a message, with what reading found in it.
fn row_of(desk: &mut Desk<'_>, sent: &Transmission, message: &MessageReading) -> Exchange {
    let mut row = desk.row(function_of(Some(message)), Verdict::Accepted);
    super::transmission::describe(&mut row, sent);
    if message.ordinal > 1 {
        row.message.push('.');
        row.message.push_str(&message.ordinal.to_string());
    }
    row.first_byte = message.first_byte;
    row.bytes = message.bytes;
    row.findings.clone_from(&message.findings);
    row.unread.clone_from(&message.unread);
    row
}

/// A finding about a message as a whole, that rejects it.
fn about(message: &MessageReading, code: &str) -> Finding {
    let place = Place {
        interchange: message.transmission,
        message: message.ordinal,
        byte: message.first_byte,
        ..Place::default()
    };
    let mut finding = Finding::business("", Severity::Error, place);
    finding.code = Cow::Owned(code.to_owned());
    finding
}
