//! ACC: PortNet's acknowledgement, always one for each `NumeroMessage`; a negative one says why.

use super::aperak::sentence;
use super::{Answer, Draft, draft, envelope, seal};
use crate::decide::{Desk, local_time};
use acquit_domain::letter::LetterKind;
use acquit_domain::{Finding, Letter, Media, Verdict};
use acquit_mapping::agreement::Answer as When;
use acquit_mapping::record::Record;
use acquit_mapping::value::Instant;
use acquit_mapping::vocabulary::field;

/// Longest `Description`, in characters: a log column of the partner's.
const DESCRIPTION_MAX: usize = 1_000;

/// The ACC that answers a document, when one is due.
pub(crate) fn write(desk: &mut Desk<'_>, answer: &Answer<'_>) -> Option<Letter> {
    let agreement = answer.sent.party.as_ref().and_then(|party| desk.book.agreement(party));
    let due = match agreement.map_or(When::Always, |agreement| agreement.acc) {
        When::Always => true,
        When::Rejections => answer.has_rejections(),
        When::Never => false,
    };
    if !due {
        return None;
    }
    let profile = agreement.map_or("portnet-acc", |agreement| agreement.acc_profile.as_str());
    let draft = draft(desk, answer.sent);
    let record = record(desk, answer, &draft);
    let body = envelope::document(desk, answer.sent, profile, &record)?;
    Some(seal(desk, draft, LetterKind::Acc, Media::Xml, body))
}

fn record<'a>(desk: &Desk<'_>, answer: &'a Answer<'_>, draft: &Draft) -> Record<'a> {
    let sent = answer.sent;
    let mut record = Record::new();
    let root = Record::ROOT;
    record.say(root, field::MESSAGE, draft.reference.clone());
    record.say(root, field::SENDER, desk.book.platform.code.clone());
    record.say(root, field::RECIPIENT, sent.sender.0.as_str());
    let local = local_time(&desk.book.platform.zone, desk.now);
    record.say(root, field::WRITTEN_AT, Instant::local(local));
    record.say(root, field::REFERENCE, sent.reference.as_str());
    let refused = answer.has_rejections();
    record.say_code(root, field::STATE, if refused { "rejected" } else { "accepted" });
    record.say(root, field::EXPLANATION, explanation(desk, answer, refused));
    if let Some(message) = sent.messages.first() {
        record.say(root, field::RECEIVED_KIND, message.kind.as_str());
    }
    record
}

/// « Description »: what was done, or every reason why not, each as a sentence with its code.
fn explanation(desk: &Desk<'_>, answer: &Answer<'_>, refused: bool) -> String {
    if !refused {
        let parked = answer.messages.iter().any(|message| message.verdict == Verdict::Parked);
        let sentence = answer.heard.first().map_or("", |heard| heard.sentence);
        return if parked { "En attente".to_owned() } else { sentence.to_owned() };
    }
    let findings = answer
        .envelope
        .iter()
        .chain(answer.heard.iter().flat_map(|heard| heard.findings))
        .filter(|finding| finding.rejects());
    let reasons: Vec<String> = findings.map(|finding| reason(desk, finding)).collect();
    let whole = match reasons.is_empty() {
        true => answer.heard.first().map_or_else(String::new, |first| first.sentence.to_owned()),
        false => reasons.join(" | "),
    };
    whole.chars().take(DESCRIPTION_MAX).collect()
}

fn reason(desk: &Desk<'_>, finding: &Finding) -> String {
    format!("{}: {}", finding.code, sentence(desk, finding))
}
