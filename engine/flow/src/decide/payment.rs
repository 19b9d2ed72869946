//! What issuers say about payments: answers to our notices, and payments taken at their own desk.

use super::desk::Desk;
use super::invoice::{Decided, message_verdict};
use super::transmission::{describe, function_of};
use crate::pay::{self, NoticeAnswer};
use crate::reading::{MessageReading, Transmission};
use acquit_domain::pay::{News, NewsKind};
use acquit_domain::{Exchange, Finding, InvoiceKey, InvoiceState, Place, Severity, Verdict};
use acquit_mapping::agreement::Agreement;
use acquit_mapping::lifecycle::{Decision, Event, Move};

/// Answers of an issuer to notices of ours: recorded, never answered.
pub(super) fn answers(
    desk: &mut Desk<'_>,
    message: &MessageReading,
    answers: &[NoticeAnswer],
) -> Decided {
    let told = desk.outcome.findings.len();
    let verdict = pay::answer_notices(desk, answers);
    // Nobody waits for a reply: an answer is not answered.
    desk.outcome.payments.reply = None;
    let mut findings = message.findings.clone();
    findings.extend(desk.outcome.findings.drain(told..));
    let words: Vec<&str> = answers.iter().map(|answer| answer.text.as_str()).collect();
    Decided {
        verdict: message_verdict(message, verdict, None, None),
        findings,
        sentence: words.join(" | "),
    }
}

/// A payment the issuer took at its own desk, all its invoices or none: the money is the issuer's
/// and never passes through our ledger.
pub(super) fn at_desk(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    message: &MessageReading,
    news: &News,
    agreement: &Agreement,
) -> Decided {
    let event = match news.kind {
        NewsKind::Paid => Event::PaidByIssuer,
        _ => Event::RefundReopens,
    };
    let mut findings = message.findings.clone();
    if !agreement.active {
        findings.push(about(message, "ISS-INACTIVE").with_value(&agreement.code));
    }
    for (key, minor) in &news.invoices {
        findings.extend(against(desk, message, key, *minor, event));
    }
    let refused = findings.iter().any(Finding::rejects);
    let verdict = if refused { Verdict::Rejected } else { Verdict::Accepted };
    let mut sentence = String::new();
    let mut status = None;
    for (key, _) in &news.invoices {
        let Some(held) = desk.invoice(key).cloned() else { continue };
        let mut row = row(desk, sent, message, verdict);
        row.findings.clone_from(&findings);
        row.event = event.key().to_owned();
        row.from = Some(held.state);
        row.before = Some(held.status);
        let book = desk.book;
        let follows = match book.lifecycle.decide(held.state, held.flags, event) {
            Decision::Move(follows) if !refused => follows,
            _ => {
                row.to = Some(held.state);
                row.after = Some(held.status);
                row.event = String::new();
                sentence = "Rejet de la notification de paiement".to_owned();
                row.observation.clone_from(&sentence);
                desk.append_to(held, row, false);
                continue;
            }
        };
        let mut invoice = held;
        invoice.state = follows.to;
        invoice.flags = follows.flags;
        invoice.status = book.lifecycle.status(follows.to, follows.flags);
        row.to = Some(invoice.state);
        row.after = Some(invoice.status);
        status = row.after;
        let by = if news.means.is_empty() { "" } else { news.means.as_str() };
        sentence = format!("{} au guichet de l'émetteur {by}", follows.note).trim().to_owned();
        row.observation.clone_from(&sentence);
        let exchange = desk.append_to(invoice, row, false);
        raise(desk, key, &follows, exchange);
        pay::of_issuer(desk, key, event, follows.send, exchange);
    }
    if news.invoices.iter().all(|(key, _)| desk.invoice(key).is_none()) {
        let mut row = row(desk, sent, message, verdict);
        row.findings.clone_from(&findings);
        sentence = "Rejet de la notification de paiement".to_owned();
        row.observation.clone_from(&sentence);
        desk.append(row);
    }
    Decided { verdict: message_verdict(message, verdict, None, status), findings, sentence }
}

fn raise(desk: &mut Desk<'_>, key: &InvoiceKey, follows: &Move<'_>, exchange: acquit_domain::Id) {
    if let Some(alert) = follows.alert {
        desk.alert(alert.key(), format!("{}: {}", key.number, follows.note), Some(exchange));
    }
}

/// What stands against taking a payment of an invoice at the issuer's desk.
fn against(
    desk: &Desk<'_>,
    message: &MessageReading,
    key: &InvoiceKey,
    minor: i64,
    event: Event,
) -> Option<Finding> {
    let held = desk.invoice(key).filter(|held| held.state != InvoiceState::Absent);
    let Some(held) = held else {
        return Some(about(message, "INV-UNKNOWN").with_value(&key.number));
    };
    if held.gross.minor != minor {
        let due = held.gross.decimal().to_string();
        return Some(about(message, "PAY-AMOUNT").with_value(&key.number).with_expected(due));
    }
    // Money of ours on it is taken back where it came from, never by a message of the issuer.
    let ours = event == Event::RefundReopens && held.allocated_minor != 0;
    let refused = match desk.book.lifecycle.decide(held.state, held.flags, event) {
        Decision::Refused { code } => Some(code),
        Decision::Move(follows) => follows.refuse.or(follows.park),
    };
    let code = if ours { Some("STATE-REFUSED") } else { refused };
    code.map(|code| about(message, code).with_value(held.status.label()))
}

fn row(
    desk: &mut Desk<'_>,
    sent: &Transmission,
    message: &MessageReading,
    verdict: Verdict,
) -> Exchange {
    let mut row = desk.row(function_of(Some(message)), verdict);
    describe(&mut row, sent);
    row.first_byte = message.first_byte;
    row.bytes = message.bytes;
    row.unread.clone_from(&message.unread);
    row
}

fn about(message: &MessageReading, code: &str) -> Finding {
    let place = Place {
        interchange: message.transmission,
        message: message.ordinal,
        byte: message.first_byte,
        ..Place::default()
    };
    let mut finding = Finding::business("", Severity::Error, place);
    finding.code = code.to_owned().into();
    finding
}
