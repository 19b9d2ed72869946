//! A finding and its place.

use acquit_domain::mask::mask;
use acquit_domain::{Finding, Place};
use acquit_mapping::language::Language;
use acquit_mapping::words::Words;
use serde::Serialize;
use utoipa::ToSchema;

/// One thing found wrong or remarkable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FindingWire {
    /// Stable code; documented at `/docs/codes#CODE`.
    pub code: String,
    /// What was found, in a sentence for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The likely cause, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Where the code is documented, relative to this server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// `note`, `warning` or `error`.
    pub severity: &'static str,
    /// What it rejects when it is an error: `input`, `interchange`, `group`, `message`,
    /// `segment`, `element` or `business`.
    pub level: &'static str,
    /// Where it stands.
    pub place: PlaceWire,
    /// The value as it stood, card numbers and passwords masked.
    pub value: String,
    /// What was expected instead.
    pub expected: String,
    /// The likely right value.
    pub likely: String,
    /// Data element 0085 of CONTRL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub syntax_error: Option<u8>,
}

/// Where a finding stands; numbers count from 1, and 0 means "not applicable".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlaceWire {
    /// Interchange or document in the parcel.
    pub interchange: u32,
    /// Message in the interchange.
    pub message: u32,
    /// Segment in the message.
    pub segment: u32,
    /// Element in the segment.
    pub element: u16,
    /// Component in the element.
    pub component: u16,
    /// Repetition of the element.
    pub repeat: u16,
    /// Offset of the first byte in the parcel, from 0.
    pub byte: u64,
    /// Number of bytes; 0 when something is missing.
    pub length: u32,
    /// Tag of the segment or path of the XML node.
    pub name: String,
}

impl From<&Place> for PlaceWire {
    fn from(place: &Place) -> PlaceWire {
        PlaceWire {
            interchange: place.interchange,
            message: place.message,
            segment: place.segment,
            element: place.element,
            component: place.component,
            repeat: place.repeat,
            byte: place.byte,
            length: place.len,
            name: place.name.clone(),
        }
    }
}

/// The words findings are told in.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The sentences of the rulebook.
    pub words: &'a Words,
    /// The language of who reads them.
    pub language: Language,
}

impl Told<'_> {
    /// Findings with their sentences.
    #[must_use]
    pub fn findings(&self, findings: &[Finding]) -> Vec<FindingWire> {
        findings.iter().map(|finding| self.finding(finding)).collect()
    }

    fn finding(&self, finding: &Finding) -> FindingWire {
        let cause = self.words.cause(finding, self.language);
        FindingWire {
            message: Some(mask(&self.words.say(finding, self.language)).into_owned()),
            cause: cause.map(|cause| mask(&cause).into_owned()),
            url: Some(documented(&finding.code)),
            ..FindingWire::from(finding)
        }
    }
}

/// Where a code is documented, relative to this server.
#[must_use]
pub fn documented(code: &str) -> String {
    format!("/docs/codes#{code}")
}

/// Without words: they are added where the reader's language is known.
impl From<&Finding> for FindingWire {
    fn from(finding: &Finding) -> FindingWire {
        FindingWire {
            code: finding.code.to_string(),
            message: None,
            cause: None,
            url: None,
            severity: finding.severity.key(),
            level: finding.level.key(),
            place: PlaceWire::from(&finding.place),
            value: mask(&finding.value).into_owned(),
            expected: mask(&finding.expected).into_owned(),
            likely: mask(&finding.likely).into_owned(),
            syntax_error: finding.syntax_error,
        }
    }
}
