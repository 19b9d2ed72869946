//! From what readers found to findings: one object for every surface.
//!
//! Codes: `EDI-0nn` where data element 0085 has one; `XML-0nn` says the same of an XML element
//! (`XML-012` invalid value, `XML-013` missing); `WARN-...` are notes.

use crate::codec::{Notation, Tolerated, Why};
use acquit_domain::{Finding, Level, Place, Severity};
use acquit_syntax::{edifact, fault, xml};
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
    }
}

/// The note about a value that was read although it is written oddly.
#[must_use]
pub fn tolerated(tolerated: Tolerated, place: Place, value: &str) -> Finding {
    let code = match tolerated {
        Tolerated::Null => "WARN-NULL",
        Tolerated::Float => "WARN-FLOAT",
        Tolerated::TwiceEncoded => "WARN-BASE64",
    };
    let value: String = value.chars().take(VALUE_MAX).collect();
    let note = Finding::business(code, Severity::Note, place);
    Finding { level: Level::Element, ..note }.with_value(value)
}

/// Puts together what the structure check and the specimen found of one message. What the
/// specimen says of a place the check already spoke of, or misses where the check misses it, is
/// left out; the rest is in the order of the message.
#[must_use]
pub fn merge(structure: Vec<Finding>, specimen: Vec<Finding>) -> Vec<Finding> {
    let mut all = structure;
    let checked = all.len();
    for finding in specimen {
        let told = all[..checked].iter().filter(|told| told.rejects()).any(|told| {
            let (one, other) = (&told.place, &finding.place);
            let missing = told.code == finding.code && one.name == other.name && one.element == 0;
            let place = (one.segment, one.element, one.component.max(1))
                == (other.segment, other.element, other.component.max(1));
            place && one.element != 0 || missing && other.element == 0
        });
        if !told {
            all.push(finding);
        }
    }
    all.sort_by_key(|finding| {
        (finding.place.segment, finding.place.element, finding.place.component)
    });
    all
}
