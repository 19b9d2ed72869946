//! Segments, elements and components as a directory defines them, in flat form.

use std::fmt;
use std::sync::Arc;

use crate::edifact::tape::Tag;

/// Most elements a segment may define: their presence is kept in one 64-bit mask.
pub const ELEMENTS_MAX: usize = 63;
/// Most components a composite may define: their presence is kept in one 32-bit mask.
pub const COMPONENTS_MAX: usize = 31;

/// Number of a data element (`2380`) or composite (`C507`, `S009`), four characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(pub [u8; 4]);

impl ElementId {
    /// Reads a number: three digits after a digit or an upper-case letter.
    #[must_use]
    pub fn new(text: &str) -> Option<ElementId> {
        let bytes: [u8; 4] = text.as_bytes().try_into().ok()?;
        let head = bytes[0].is_ascii_digit() || bytes[0].is_ascii_uppercase();
        (head && bytes[1..].iter().all(u8::is_ascii_digit)).then_some(ElementId(bytes))
    }

    /// Whether it is a composite: its number begins with a letter.
    #[must_use]
    pub fn is_composite(self) -> bool {
        self.0[0].is_ascii_uppercase()
    }
}

impl fmt::Display for ElementId {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(std::str::from_utf8(&self.0).unwrap_or("????"))
    }
}

/// Characters a value may be made of (ISO 9735, representation).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// `a`: alphabetic, no digits.
    Alphabetic,
    /// `n`: numeric, with a leading minus and one decimal mark allowed and not counted.
    Numeric,
    /// `an`: any character of the set.
    Alphanumeric,
}

/// A simple data element where it is used: as a component, or alone as the only component of its
/// element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComponentUse {
    /// Number of the data element.
    pub id: ElementId,
    /// Whether it must be present when its element is.
    pub mandatory: bool,
    /// Characters it may hold.
    pub class: Class,
    /// Fewest characters.
    pub min: u16,
    /// Most characters.
    pub max: u16,
    /// Index of its code list in [`Directory::lists`](super::Directory::lists), when coded.
    pub list: Option<u16>,
}

impl ComponentUse {
    /// The representation in the directory's notation: `an..35`, `n3`.
    #[must_use]
    pub fn notation(&self) -> String {
        let class = match self.class {
            Class::Alphabetic => "a",
            Class::Numeric => "n",
            Class::Alphanumeric => "an",
        };
        let dots = if self.min == self.max { "" } else { ".." };
        format!("{class}{dots}{}", self.max)
    }
}

/// An element of a segment, composite or simple.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElementUse {
    /// Number of the composite, or of the simple data element.
    pub id: ElementId,
    /// Whether it must be present.
    pub mandatory: bool,
    /// Most repetitions (above 1 only in syntax 4).
    pub repeat: u16,
    /// Index of its first component.
    pub(crate) first: u16,
    /// How many components it defines; 1 for a simple element.
    pub(crate) count: u16,
    /// Bit `c` is set when component `c` (from 1) is mandatory.
    pub(crate) mandatory_mask: u32,
}

/// A segment as the directory defines it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentDef {
    /// Its tag.
    pub tag: Tag,
    /// Its name in the directory.
    pub name: Arc<str>,
    /// Index of its first element.
    pub(crate) first: u16,
    /// How many elements it defines.
    pub(crate) count: u16,
    /// Bit `e` is set when element `e` (from 1) is mandatory.
    pub(crate) mandatory_mask: u64,
}

/// Reads a representation: `an..35`, `n6`, `a3`.
pub(super) fn representation(text: &str) -> Option<(Class, u16, u16)> {
    let digits = text.find(|c: char| !c.is_ascii_lowercase())?;
    let class = match &text[..digits] {
        "a" => Class::Alphabetic,
        "n" => Class::Numeric,
        "an" => Class::Alphanumeric,
        _ => return None,
    };
    let (variable, number) = match text[digits..].strip_prefix("..") {
        Some(number) => (true, number),
        None => (false, &text[digits..]),
    };
    let max: u16 = number.parse().ok()?;
    let min = if variable { 1 } else { max };
    (max > 0).then_some((class, min, max))
}
