//! From what readers found to findings: one object for every surface.
//!
//! Codes: `EDI-0nn` where data element 0085 has one; `XML-0nn` says the same of an XML element
//! (`XML-012` invalid value, `XML-013` missing); `WARN-...` are notes.

use crate::codec::{Notation, Tolerated, Unreadable, Why};
use crate::vocabulary::{Field, field};
use acquit_domain::{Finding, Level, Place, Severity};
use acquit_syntax::{csv, edifact, fault, fixed, form, json, xml};
use std::borrow::Cow;

/// Longest excerpt of a value in a finding, in characters.
pub const VALUE_MAX: usize = fault::VALUE_MAX;

/// What the EDIFACT reader or check found.
#[must_use]
pub fn of_edifact(fault: &edifact::Fault) -> Finding {
    let kind = fault.kind;
    of(kind.name(), kind.code_0085(), fault)
}

/// What the XML reader found.
#[must_use]
pub fn of_xml(fault: &fault::Fault<xml::Kind>) -> Finding {
    of(fault.kind.name(), None, fault)
}

/// What the JSON reader found.
#[must_use]
pub fn of_json(fault: &fault::Fault<json::Kind>) -> Finding {
    of(fault.kind.name(), None, fault)
}

/// What the reader of forms found.
#[must_use]
pub fn of_form(fault: &fault::Fault<form::Kind>) -> Finding {
    of(fault.kind.name(), None, fault)
}

/// What the CSV reader found.
#[must_use]
pub fn of_csv(fault: &fault::Fault<csv::Kind>) -> Finding {
    of(fault.kind.name(), None, fault)
}

/// What the reader of fixed width found.
#[must_use]
pub fn of_fixed(fault: &fault::Fault<fixed::Kind>) -> Finding {
    of(fault.kind.name(), None, fault)
}

fn of<K>(code: &'static str, syntax_error: Option<u8>, fault: &fault::Fault<K>) -> Finding {
    let (severity, level) = level(fault.level, fault.place.message != 0);
    Finding {
        code: Cow::Borrowed(code),
        severity,
        level,
        place: place(fault.place, &fault.name),
        value: fault.value.clone(),
        expected: fault.expected.clone(),
        likely: String::new(),
        syntax_error: syntax_error.filter(|_| severity == Severity::Error),
    }
}

/// A place with the name of what stands there.
#[must_use]
pub fn place(place: fault::Place, name: &str) -> Place {
    Place {
        interchange: place.interchange,
        message: place.message,
        segment: place.segment,
        element: place.element,
        component: place.component,
        repeat: place.repeat,
        byte: place.byte,
        len: place.len,
        name: name.to_owned(),
    }
}

/// How bad a fault is and what it rejects. A note stands in its message, or in its interchange.
fn level(level: fault::Level, in_message: bool) -> (Severity, Level) {
    match level {
        fault::Level::Input => (Severity::Error, Level::Input),
        fault::Level::Interchange => (Severity::Error, Level::Interchange),
        fault::Level::Group => (Severity::Error, Level::Group),
        fault::Level::Message => (Severity::Error, Level::Message),
        fault::Level::Segment => (Severity::Error, Level::Segment),
        fault::Level::Element => (Severity::Error, Level::Element),
        fault::Level::Note if in_message => (Severity::Note, Level::Message),
        fault::Level::Note => (Severity::Note, Level::Interchange),
    }
}

/// The code of an unreadable value.
#[must_use]
pub fn code_of(why: Why, notation: Notation) -> &'static str {
    match (notation, why) {
        (Notation::Edifact, Why::Number) => "EDI-037",
        (Notation::Edifact, Why::DecimalMark) => "EDI-019",
        (Notation::Edifact, Why::DigitAtMark) => "EDI-038",
        (Notation::Edifact, Why::TooLong) => "EDI-039",
        (Notation::Edifact, Why::Date | Why::Code | Why::Base64) => "EDI-012",
        (Notation::Xml, Why::Number | Why::DecimalMark | Why::DigitAtMark | Why::TooLong) => {
            "XML-NUM"
        }
        (Notation::Xml, Why::Date) => "XML-DATE",
        (Notation::Xml, Why::Code) => "XML-012",
        (Notation::Xml, Why::Base64) => "XML-BASE64",
        (Notation::Json, Why::Code) => "JSON-VALUE",
        (Notation::Json, _) => "JSON-TYPE",
        (Notation::Form, _) => "FORM-VALUE",
        (Notation::Csv, _) => "CSV-VALUE",
        (Notation::Fixed, _) => "FIX-VALUE",
    }
}

/// An unreadable value as a finding. A currency nobody knows is a matter of business, not of
/// syntax: the message is well made.
#[must_use]
pub fn unreadable(
    unreadable: &Unreadable,
    field: Field,
    notation: Notation,
    place: Place,
) -> Finding {
    let currency = field.key() == field::CURRENCY.key();
    if currency && unreadable.why == Why::Code {
        let finding = Finding::business("BIZ-CUR", Severity::Error, place);
        return finding.with_expected(&unreadable.expected);
    }
    let code = code_of(unreadable.why, notation);
    let finding = Finding {
        level: Level::Element,
        syntax_error: code_0085(code),
        ..Finding::business(code, Severity::Error, place)
    };
    finding.with_expected(&unreadable.expected)
}

/// The code of data element 0085 a finding's code names.
#[must_use]
pub fn code_0085(code: &str) -> Option<u8> {
    code.strip_prefix("EDI-").and_then(|digits| digits.parse().ok())
}

/// The beginning of a value, as long as a finding keeps it.
#[must_use]
pub fn excerpt(value: &str) -> String {
    value.chars().take(VALUE_MAX).collect()
}

/// The note about a value that was read although it is written oddly.
#[must_use]
pub fn tolerated(tolerated: Tolerated, place: Place, value: &str) -> Finding {
    let code = match tolerated {
        Tolerated::Null => "WARN-NULL",
        Tolerated::Float => "WARN-FLOAT",
        Tolerated::TwiceEncoded => "WARN-BASE64",
    };
    let note = Finding::business(code, Severity::Note, place);
    Finding { level: Level::Element, ..note }.with_value(excerpt(value))
}

/// Puts together what the structure check and the specimen found of one message. What the
/// specimen says of a place the check already refused, or misses where the check misses it, is
/// left out, and so is a note of the check where the specimen refuses; the rest is in the order
/// of the message.
#[must_use]
pub fn merge(structure: Vec<Finding>, specimen: Vec<Finding>) -> Vec<Finding> {
    let mut all = structure;
    for finding in specimen {
        if all.iter().any(|told| told.rejects() && says_the_same(told, &finding)) {
            continue;
        }
        let noted = |told: &Finding| {
            !told.rejects() && told.code == finding.code && says_the_same(told, &finding)
        };
        all.retain(|told| !noted(told));
        all.push(finding);
    }
    all.sort_by_key(|finding| {
        (finding.place.segment, finding.place.element, finding.place.component)
    });
    all
}

/// Whether two findings are about one element, or about one segment that is missing.
fn says_the_same(one: &Finding, other: &Finding) -> bool {
    let (here, there) = (&one.place, &other.place);
    if here.element == 0 || there.element == 0 {
        let missing = one.code == other.code && here.element == there.element;
        return missing && here.name == there.name && one.code.ends_with("013");
    }
    (here.segment, here.element, here.component.max(1))
        == (there.segment, there.element, there.component.max(1))
}
