//! APERAK: what the business says of each message, in codes of ours and in words.

use super::{Answer, Draft, draft, envelope, seal};
use crate::decide::{Decided, Desk, local_time};
use crate::reading::{MessageReading, Said};
use acquit_domain::letter::LetterKind;
use acquit_domain::{Finding, Letter, Level, Media, Verdict};
use acquit_mapping::agreement::Answer as When;
use acquit_mapping::record::Record;
use acquit_mapping::value::Instant;
use acquit_mapping::vocabulary::{List, field};

/// Most errors told of one message (APERAK SG3 repeats 999 times in D.96A).
const ERRORS_MAX: usize = 999;

/// The interchange of APERAKs that answers the messages of another: one message for each that
/// is due an answer.
pub(crate) fn write(desk: &mut Desk<'_>, answer: &Answer<'_>) -> Option<Letter> {
    let agreement = answer.sent.party.as_ref().and_then(|party| desk.book.agreement(party));
    let when = agreement.map_or(When::Rejections, |agreement| agreement.aperak);
    if when == When::Never {
        return None;
    }
    let due: Vec<(&MessageReading, &Decided)> = (answer.sent.messages.iter())
        .zip(answer.decided)
        .filter(|(message, decided)| is_due(message, decided, when))
        .collect();
    if due.is_empty() {
        return None;
    }
    let draft = draft(desk, answer.sent);
    let records: Vec<Record<'_>> = (due.iter().enumerate())
        .map(|(at, (message, decided))| record(desk, answer, message, decided, &draft, at + 1))
        .collect();
    let messages: Vec<(&str, &Record<'_>)> =
        records.iter().map(|record| ("aperak-d96a", record)).collect();
    let body = envelope::wrap(desk, answer.sent, &draft, &messages)?;
    Some(seal(desk, draft, LetterKind::Aperak, Media::Edifact, body))
}

/// A message rejected by syntax alone is answered by CONTRL alone.
fn is_due(message: &MessageReading, decided: &Decided, when: When) -> bool {
    if matches!(message.said, Said::Acknowledgement(_)) {
        return false;
    }
    let business = decided.findings.iter().any(|finding| {
        finding.level == Level::Business && (finding.rejects() || finding.code == "INV-DUP")
    });
    match decided.verdict.verdict {
        Verdict::Rejected => business,
        _ => business || when == When::Always,
    }
}

fn record<'a>(
    desk: &Desk<'_>,
    answer: &'a Answer<'_>,
    message: &'a MessageReading,
    decided: &'a Decided,
    draft: &Draft,
    ordinal: usize,
) -> Record<'a> {
    let mut record = Record::new();
    let root = Record::ROOT;
    record.say(root, field::MESSAGE, ordinal.to_string());
    record.say(
        root,
        field::NUMBER,
        match ordinal {
            1 => draft.reference.clone(),
            _ => format!("{}-{ordinal}", draft.reference),
        },
    );
    record.say_code(
        root,
        field::VERDICT,
        match decided.verdict.verdict {
            Verdict::Rejected | Verdict::KnownButDifferent => "rejected",
            Verdict::Parked => "pending",
            _ => "accepted",
        },
    );
    let local = local_time(&desk.book.platform.zone, desk.now);
    record.say(root, field::WRITTEN_AT, Instant::local(local));
    record.say(root, field::EXPLANATION, decided.sentence.as_str());
    record.say(root, field::INTERCHANGE, answer.sent.reference.as_str());
    record.say(root, field::REFERENCE, message.reference.as_str());
    if !decided.verdict.invoice.is_empty() {
        record.say(root, field::PRINCIPAL, decided.verdict.invoice.as_str());
    }
    record.say(root, field::RECIPIENT, answer.sent.sender.0.as_str());
    let told = decided.findings.iter().filter(|finding| {
        finding.level == Level::Business && (finding.rejects() || finding.code == "INV-DUP")
    });
    for finding in told.take(ERRORS_MAX) {
        let item = record.add_own(root, List::Errors);
        record.say(item, field::ERRORS_CODE, error_code(desk, finding));
        record.say(item, field::ERRORS_EXPLANATION, sentence(desk, finding));
        if !decided.verdict.invoice.is_empty() {
            record.say(item, field::ERRORS_REFERENCE, decided.verdict.invoice.as_str());
        }
    }
    record
}

/// Our code of an error towards partners (9321, agency ZZZ); the finding's own when it has none.
pub(super) fn error_code(desk: &Desk<'_>, finding: &Finding) -> String {
    let wording = desk.book.words.get(&finding.code);
    let code = wording.and_then(|wording| wording.aperak.clone());
    code.unwrap_or_else(|| finding.code.clone().into_owned())
}

/// What a finding says, in the platform's first language.
pub(super) fn sentence(desk: &Desk<'_>, finding: &Finding) -> String {
    let language = desk.book.platform.languages.first().copied().unwrap_or_default();
    desk.book.words.say(finding, language)
}
