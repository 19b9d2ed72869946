//! The closed list of what can be wrong with a file of fixed width.

use crate::fault::Level;

/// What is wrong. The names given by [`Kind::name`] are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No record at all.
    Empty,
    /// A record that has not the length of a record.
    Length,
    /// Bytes that are not of the character set.
    Encoding,
    /// A byte order mark before the text. Tolerated.
    ByteOrderMark,
    /// A control character in a record.
    Character,
    /// More records than the limit.
    Records,
    /// An input longer than the limit.
    InputLength,
}

impl Kind {
    /// The stable name, as answers and logs show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Empty => "FIX-EMPTY",
            Kind::Length => "FIX-LENGTH",
            Kind::Encoding => "FIX-ENC",
            Kind::ByteOrderMark => "FIX-BOM",
            Kind::Character => "FIX-CHAR",
            Kind::Records => "LIM-MSGS",
            Kind::InputLength => "LIM-BODY",
        }
    }

    /// How far a fault of this kind reaches: a record is a segment. [`Level::Input`] ends the
    /// reading.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Kind::Empty | Kind::Records | Kind::InputLength => Level::Input,
            Kind::Length | Kind::Encoding | Kind::Character => Level::Segment,
            Kind::ByteOrderMark => Level::Note,
        }
    }
}
