//! APERAK: what the business says of each message, in codes of ours and in words.

use super::{Answer, Draft, Heard, draft, envelope, seal};
use crate::decide::{Desk, local_time};
use crate::reading::Transmission;
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
    let when = when(desk, answer.sent);
    let due: Vec<&Heard<'_>> = answer.heard.iter().filter(|heard| is_due(heard, when)).collect();
    if due.is_empty() {
        return None;
    }
    let draft = draft(desk, answer.sent);
    let body = envelope::wrap(desk, answer.sent, &draft, &|out| {
        for (heard, ordinal) in due.iter().zip(1..) {
            out.message("aperak-d96a", &record(desk, answer, heard, &draft, ordinal))?;
        }
        Some(())
    })?;
    Some(seal(desk, draft, LetterKind::Aperak, Media::Edifact, body))
}

/// When the messages of a transmission are answered.
pub(super) fn when(desk: &Desk<'_>, sent: &Transmission) -> When {
    let agreement = sent.party.as_ref().and_then(|party| desk.book.agreement(party));
    agreement.map_or(When::Rejections, |agreement| agreement.aperak)
}

/// True when APERAK tells a finding.
pub(super) fn told(finding: &Finding) -> bool {
    finding.level == Level::Business && (finding.rejects() || finding.code == "INV-DUP")
}

/// A message rejected by syntax alone is answered by CONTRL alone.
pub(super) fn is_due(heard: &Heard<'_>, when: When) -> bool {
    if heard.is_answer || when == When::Never {
        return false;
    }
    let business = heard.findings.iter().any(told);
    match heard.verdict {
        Verdict::Rejected => business,
        _ => business || when == When::Always,
    }
}

fn record<'a>(
    desk: &Desk<'_>,
    answer: &'a Answer<'_>,
    heard: &'a Heard<'_>,
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
        match heard.verdict {
            Verdict::Rejected | Verdict::KnownButDifferent => "rejected",
            Verdict::Parked => "pending",
            _ => "accepted",
        },
    );
    let local = local_time(&desk.book.platform.zone, desk.now);
    record.say(root, field::WRITTEN_AT, Instant::local(local));
    record.say(root, field::EXPLANATION, heard.sentence);
    record.say(root, field::INTERCHANGE, answer.sent.reference.as_str());
    record.say(root, field::REFERENCE, heard.reference);
    if !heard.invoice.is_empty() {
        record.say(root, field::PRINCIPAL, heard.invoice);
    }
    record.say(root, field::RECIPIENT, answer.sent.sender.0.as_str());
    for finding in heard.findings.iter().filter(|finding| told(finding)).take(ERRORS_MAX) {
        let item = record.add_own(root, List::Errors);
        record.say(item, field::ERRORS_CODE, error_code(desk, finding));
        record.say(item, field::ERRORS_EXPLANATION, sentence(desk, finding));
        if !heard.invoice.is_empty() {
            record.say(item, field::ERRORS_REFERENCE, heard.invoice);
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
