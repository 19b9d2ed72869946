//! The closed list of what can be wrong with a CSV file.

use crate::fault::Level;

/// What is wrong. The names given by [`Kind::name`] are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No row at all.
    Empty,
    /// Bytes that are not of the character set.
    Encoding,
    /// A byte order mark before the text. Tolerated.
    ByteOrderMark,
    /// A row with more or fewer fields than the first one.
    Ragged,
    /// A quote nobody closes; it is read as a character.
    Unclosed,
    /// Something between a closing quote and the delimiter; it is read as part of the field.
    AfterQuote,
    /// A column named twice in the header.
    Duplicate,
    /// A control character.
    Character,
    /// A field longer than the limit; it is cut.
    FieldLength,
    /// More columns than the limit.
    Columns,
    /// More rows than the limit.
    Rows,
    /// An input longer than the limit.
    InputLength,
}

impl Kind {
    /// The stable name, as answers and logs show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Empty => "CSV-EMPTY",
            Kind::Encoding => "CSV-ENC",
            Kind::ByteOrderMark => "CSV-BOM",
            Kind::Ragged => "CSV-COLUMNS",
            Kind::Unclosed | Kind::AfterQuote => "CSV-QUOTE",
            Kind::Duplicate => "CSV-DUP",
            Kind::Character => "CSV-CHAR",
            Kind::FieldLength => "LIM-TEXT",
            Kind::Columns => "LIM-NODES",
            Kind::Rows => "LIM-MSGS",
            Kind::InputLength => "LIM-BODY",
        }
    }

    /// How far a fault of this kind reaches: a row is a segment, a field an element.
    /// [`Level::Input`] ends the reading.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Kind::Empty | Kind::Columns | Kind::Rows | Kind::InputLength => Level::Input,
            Kind::Duplicate => Level::Message,
            Kind::Ragged | Kind::Unclosed | Kind::AfterQuote => Level::Segment,
            Kind::Encoding | Kind::Character | Kind::FieldLength => Level::Element,
            Kind::ByteOrderMark => Level::Note,
        }
    }
}
