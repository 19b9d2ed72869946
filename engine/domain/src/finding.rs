//! Findings: the sender's mistakes, as data. One object becomes CONTRL, APERAK, ACC,
//! problem+json, the console's underline and the terminal's caret.

use std::borrow::Cow;
use std::fmt;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth telling; nothing is refused.
    Note,
    /// Unusual enough for an operator to look; nothing is refused.
    Warning,
    /// Rejects what it stands at.
    Error,
}

impl Severity {
    /// The word used on every surface.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// What a finding of severity [`Severity::Error`] rejects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing can be read at all: there is no envelope to answer to.
    Input,
    /// The interchange (CONTRL UCI).
    Interchange,
    /// The functional group (CONTRL UCF).
    Group,
    /// The message (CONTRL UCM).
    Message,
    /// A segment, and with it the message (CONTRL UCS).
    Segment,
    /// An element, and with it the message (CONTRL UCD).
    Element,
    /// The business content: syntax was fine (APERAK, ACC).
    Business,
}

impl Level {
    /// The word used on every surface.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Level::Input => "input",
            Level::Interchange => "interchange",
            Level::Group => "group",
            Level::Message => "message",
            Level::Segment => "segment",
            Level::Element => "element",
            Level::Business => "business",
        }
    }
}

/// Where a finding stands. Numbers count from 1; 0 means "not applicable".
#[derive(Debug, Clone, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Ordinal of the interchange or document in the parcel.
    pub interchange: u32,
    /// Ordinal of the message in the interchange.
    pub message: u32,
    /// Ordinal of the segment in its message (data element 0096), or in the envelope.
    pub segment: u32,
    /// Position of the element in the segment, 1 is the first after the tag.
    pub element: u16,
    /// Position of the component in the element.
    pub component: u16,
    /// Which repetition of the element.
    pub repeat: u16,
    /// Offset of the first byte in the parcel.
    pub byte: u64,
    /// Number of bytes concerned; 0 when something is missing.
    pub len: u32,
    /// Tag of the segment (`MOA`), or path of the XML node (`/TransmissionFacture/...`).
    pub name: String,
}

/// One thing found wrong or remarkable in a parcel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Stable code (`EDI-013`, `BIZ-SUM`, `XML-DTD`); the rulebook has its texts in three
    /// languages and its code towards partners.
    pub code: Cow<'static, str>,
    /// How bad.
    pub severity: Severity,
    /// What it rejects.
    pub level: Level,
    /// Where.
    pub place: Place,
    /// The offending value as it stood, shortened; empty when something is missing.
    pub value: String,
    /// What was expected instead, in the field's notation; empty when obvious.
    pub expected: String,
    /// The likely right value, when it can be told; empty otherwise.
    pub likely: String,
    /// Data element 0085 of CONTRL, for findings of syntax.
    pub syntax_error: Option<u8>,
}

impl Finding {
    /// A finding about the business content.
    #[must_use]
    pub fn business(code: &'static str, severity: Severity, place: Place) -> Finding {
        Finding {
            code: Cow::Borrowed(code),
            severity,
            level: Level::Business,
            place,
            value: String::new(),
            expected: String::new(),
            likely: String::new(),
            syntax_error: None,
        }
    }

    /// The same finding with the value as it stood.
    #[must_use]
    pub fn with_value(mut self, value: impl fmt::Display) -> Finding {
        self.value = value.to_string();
        self
    }

    /// The same finding with what was expected.
    #[must_use]
    pub fn with_expected(mut self, expected: impl fmt::Display) -> Finding {
        self.expected = expected.to_string();
        self
    }

    /// The same finding with the likely right value.
    #[must_use]
    pub fn with_likely(mut self, likely: impl fmt::Display) -> Finding {
        self.likely = likely.to_string();
        self
    }

    /// True when it rejects what it stands at.
    #[must_use]
    pub fn rejects(&self) -> bool {
        self.severity == Severity::Error
    }
}
