//! The closed list of what can be wrong with a JSON input.

use crate::fault::Level;

/// What is wrong. The names given by [`Kind::name`] are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing but white space.
    Empty,
    /// Not UTF-8 (RFC 8259, 8.1).
    Encoding,
    /// A byte order mark before the text. Tolerated, as RFC 8259, 8.1 allows.
    ByteOrderMark,
    /// Not in the grammar.
    Malformed,
    /// Something after the outermost value.
    Trailing,
    /// A name twice in one object (RFC 8259, 4: behaviour would be unpredictable).
    Duplicate,
    /// Not a number as RFC 8259, 6 writes it: zeros in front, a plus, `NaN`, no digit at a mark.
    Number,
    /// A control character that is not escaped, or half of a surrogate pair (RFC 8259, 7 and 8.2).
    Character,
    /// Nested deeper than the limit.
    Depth,
    /// More values than the limit.
    Nodes,
    /// A name longer than the limit.
    NameLength,
    /// A text longer than the limit.
    TextLength,
    /// An input longer than the limit.
    InputLength,
}

impl Kind {
    /// The stable name, as answers and logs show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Empty => "JSON-EMPTY",
            Kind::Encoding => "JSON-ENC",
            Kind::ByteOrderMark => "JSON-BOM",
            Kind::Malformed => "JSON-MALFORMED",
            Kind::Trailing => "JSON-TRAIL",
            Kind::Duplicate => "JSON-DUP",
            Kind::Number => "JSON-NUM",
            Kind::Character => "JSON-CHAR",
            Kind::Depth => "JSON-DEPTH",
            Kind::Nodes => "LIM-NODES",
            Kind::NameLength => "LIM-NAME",
            Kind::TextLength => "LIM-TEXT",
            Kind::InputLength => "LIM-BODY",
        }
    }

    /// How far a fault of this kind reaches. [`Level::Input`] ends the reading.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Kind::Empty
            | Kind::Encoding
            | Kind::Malformed
            | Kind::Depth
            | Kind::Nodes
            | Kind::NameLength
            | Kind::TextLength
            | Kind::InputLength => Level::Input,
            Kind::Trailing | Kind::Duplicate => Level::Message,
            Kind::Number | Kind::Character => Level::Element,
            Kind::ByteOrderMark => Level::Note,
        }
    }
}
