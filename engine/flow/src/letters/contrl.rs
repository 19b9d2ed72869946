//! CONTRL: what syntax says of an interchange, down to segment, element and component
//! (ISO 9735, CONTRL D.3; data elements 0083, 0085, 0096, 0098, 0104).

use super::{Answer, Draft, Heard, draft, envelope, seal};
use crate::decide::Desk;
use acquit_domain::letter::LetterKind;
use acquit_domain::{Finding, Letter, Level, Media};
use acquit_mapping::agreement::Contrl;
use acquit_mapping::record::{ItemId, Record};
use acquit_mapping::vocabulary::{List, field};

/// Most wrong segments told of one message (CONTRL SG2 repeats 999 times).
const SEGMENTS_MAX: usize = 999;
/// Most wrong elements told of one segment (UCD repeats 99 times).
const ELEMENTS_MAX: usize = 99;
/// Most messages told of one interchange (CONTRL SG1 repeats 999999 times).
const MESSAGES_MAX: usize = 999_999;

/// The CONTRL that answers an interchange, when one is due: a rejection is always told unless
/// the agreement says never.
pub(crate) fn write(desk: &mut Desk<'_>, answer: &Answer<'_>) -> Option<Letter> {
    let agreement = answer.sent.party.as_ref().and_then(|party| desk.book.agreement(party));
    let due = match agreement.map_or(Contrl::Asked, |agreement| agreement.contrl) {
        Contrl::Always => true,
        Contrl::Asked => answer.sent.wants_answer || syntax_rejects(answer),
        Contrl::Never => false,
    };
    if !due {
        return None;
    }
    let draft = draft(desk, answer.sent);
    let body = envelope::wrap(desk, answer.sent, &draft, &|out| {
        let begun = out.message(FORM, &record(answer, &draft))?;
        if answer.refused_whole() {
            return Some(());
        }
        // One message at a time: of a large interchange a hundred thousand may be wrong.
        for heard in wrong(answer).take(MESSAGES_MAX) {
            let mut record = record(answer, &draft);
            message_of(&mut record, heard);
            out.go_on(FORM, &record, begun)?;
        }
        Some(())
    })?;
    Some(seal(desk, draft, LetterKind::Contrl, Media::Edifact, body))
}

/// The specimen of a CONTRL.
const FORM: &str = "contrl-3";

/// The messages a CONTRL tells.
fn wrong<'a>(answer: &'a Answer<'_>) -> impl Iterator<Item = &'a Heard<'a>> {
    answer.heard.iter().filter(|heard| heard.findings.iter().any(told))
}

/// True when a rejection belongs in a CONTRL: it is one of syntax.
fn syntax_rejects(answer: &Answer<'_>) -> bool {
    answer.refused_whole() || wrong(answer).next().is_some()
}

/// True when CONTRL tells a finding: it rejects, and has a code there.
pub(super) fn told(finding: &Finding) -> bool {
    finding.rejects() && finding.syntax_error.is_some()
}

fn record<'a>(answer: &'a Answer<'_>, draft: &Draft) -> Record<'a> {
    let sent = answer.sent;
    let mut record = Record::new();
    let root = Record::ROOT;
    record.say(root, field::MESSAGE, "1");
    record.say(root, field::REFERENCE, draft.reference.clone());
    record.say(root, field::INTERCHANGE, sent.reference.as_str());
    record.say(root, field::SENDER, sent.sender.0.as_str());
    record.say(root, field::SENDER_QUALIFIER, sent.sender.1.as_str());
    record.say(root, field::RECIPIENT, sent.recipient.0.as_str());
    record.say(root, field::RECIPIENT_QUALIFIER, sent.recipient.1.as_str());
    if answer.refused_whole() {
        record.say_code(root, field::ACTION, "rejected");
        whole(&mut record, answer.envelope);
        return record;
    }
    record.say_code(root, field::ACTION, "acknowledged");
    record
}

/// What is wrong with the envelope: the first fault that has a code.
fn whole(record: &mut Record<'_>, findings: &[Finding]) {
    let Some(first) = findings.iter().find(|finding| told(finding)) else { return };
    let root = Record::ROOT;
    record.say(root, field::SYNTAX_ERROR, first.syntax_error.unwrap_or(18).to_string());
    if matches!(first.place.name.as_str(), "UNB" | "UNZ" | "UNG" | "UNE") {
        record.say(root, field::SEGMENT_TAG, first.place.name.clone());
        if first.place.element > 0 {
            let element = i64::from(first.place.element) + 1;
            record.say(root, field::ELEMENT_POSITION, element);
            if first.place.component > 0 {
                let component = i64::from(first.place.component);
                record.say(root, field::COMPONENT_POSITION, component);
            }
        }
    }
}

/// A rejected message: its own fault, or those of its segments.
fn message_of<'a>(record: &mut Record<'a>, message: &'a Heard<'a>) {
    let item = record.add_own(Record::ROOT, List::Messages);
    record.say(item, field::MESSAGES_REFERENCE, message.reference);
    record.say(item, field::MESSAGES_KIND, message.kind);
    let mut version = message.version.split(':');
    for field in [
        field::MESSAGES_VERSION,
        field::MESSAGES_RELEASE,
        field::MESSAGES_AGENCY,
        field::MESSAGES_ASSOCIATION,
    ] {
        if let Some(part) = version.next().filter(|part| !part.is_empty()) {
            record.say(item, field, part);
        }
    }
    record.say_code(item, field::MESSAGES_ACTION, "rejected");
    let own =
        message.findings.iter().filter(|finding| told(finding)).find(|finding| {
            matches!(finding.level, Level::Message | Level::Group | Level::Business)
        });
    if let Some(own) = own {
        let code = own.syntax_error.unwrap_or(18).to_string();
        record.say(item, field::MESSAGES_SYNTAX_ERROR, code);
        if matches!(own.place.name.as_str(), "UNH" | "UNT") {
            record.say(item, field::MESSAGES_SEGMENT_TAG, own.place.name.as_str());
        }
    }
    segments(record, item, message);
}

/// The wrong segments of a message, each once, with its wrong elements.
fn segments(record: &mut Record<'_>, message: ItemId, heard: &Heard<'_>) {
    let mut current: Option<(u32, ItemId, usize)> = None;
    let mut count = 0;
    let wrong = heard.findings.iter().filter(|finding| {
        told(finding) && matches!(finding.level, Level::Segment | Level::Element)
    });
    for finding in wrong {
        let at = finding.place.segment;
        let code = finding.syntax_error.unwrap_or(18).to_string();
        let (item, told) = match current {
            Some((segment, item, told)) if segment == at => (item, told),
            _ if count >= SEGMENTS_MAX => return,
            _ => {
                count += 1;
                let item = record.add_own(message, List::Segments);
                record.say(item, field::SEGMENTS_POSITION, i64::from(at));
                (item, 0)
            }
        };
        current = Some((at, item, told));
        if finding.level == Level::Segment {
            if !record.item(item).has(field::SEGMENTS_SYNTAX_ERROR) {
                record.say(item, field::SEGMENTS_SYNTAX_ERROR, code);
            }
        } else if told < ELEMENTS_MAX {
            let element = record.add_own(item, List::Elements);
            record.say(element, field::ELEMENTS_SYNTAX_ERROR, code);
            // 0098 counts the tag as the first position.
            let position = i64::from(finding.place.element) + 1;
            record.say(element, field::ELEMENTS_POSITION, position);
            if finding.place.component > 0 {
                let component = i64::from(finding.place.component);
                record.say(element, field::ELEMENTS_COMPONENT, component);
            }
            current = Some((at, item, told + 1));
        }
    }
}
