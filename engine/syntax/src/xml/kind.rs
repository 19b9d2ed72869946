//! The closed list of what can be wrong with an XML input.

use crate::fault::Level;

/// What is wrong. The names given by [`Kind::name`] are stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No root element: an empty input, or nothing but a declaration and comments.
    Empty,
    /// The encoding is unknown or contradicted, or the bytes are invalid in it (XML 1.0, 4.3.3).
    Encoding,
    /// A document type declaration. Refused whatever it says; no entity is ever expanded.
    Doctype,
    /// A processing instruction other than the XML declaration (XML 1.0, 2.6).
    ProcessingInstruction,
    /// Elements nested deeper than the limit.
    Depth,
    /// Too many namespace declarations on one element, or in scope.
    Namespaces,
    /// Too many attributes on one element.
    Attributes,
    /// More elements and attributes than the limit.
    Nodes,
    /// A text or comment longer than the limit.
    TextLength,
    /// A name longer than the limit.
    NameLength,
    /// An input longer than the limit.
    InputLength,
    /// More documents in one input than the limit.
    Documents,
    /// Not well-formed (XML 1.0, 2.1; Namespaces in XML 1.0, section 7).
    Malformed,
    /// Something after the root element that is neither white space nor a comment.
    Trailing,
    /// A character outside the production `Char` (XML 1.0, 2.2), read as U+FFFD.
    Character,
    /// A byte order mark before UTF-8 text. Tolerated.
    ByteOrderMark,
    /// White space before the XML declaration. Tolerated.
    Declaration,
    /// A prefix nobody declared. Tolerated: the prefix is kept, the namespace is unknown.
    Prefix,
    /// Several documents in one input, as a file opened in append mode holds them. Tolerated.
    Several,
}

impl Kind {
    /// The stable name, as answers and logs show it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "XML-EMPTY",
            Self::Encoding => "XML-ENC",
            Self::Doctype => "XML-DTD",
            Self::ProcessingInstruction => "XML-PI",
            Self::Depth => "XML-DEPTH",
            Self::Namespaces => "XML-NS",
            Self::Attributes => "XML-ATTRS",
            Self::Nodes => "LIM-NODES",
            Self::TextLength => "LIM-TEXT",
            Self::NameLength => "LIM-NAME",
            Self::InputLength => "LIM-BODY",
            Self::Documents => "LIM-MSGS",
            Self::Malformed => "XML-MALFORMED",
            Self::Trailing => "XML-TRAIL",
            Self::Character => "XML-CHAR",
            Self::ByteOrderMark => "XML-BOM",
            Self::Declaration => "XML-DECL",
            Self::Prefix => "XML-PREFIX",
            Self::Several => "XML-MANY",
        }
    }

    /// How far a fault of this kind reaches. [`Level::Input`] and
    /// [`Level::Message`] end the reading where they stand.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Empty
            | Self::Encoding
            | Self::Doctype
            | Self::ProcessingInstruction
            | Self::Depth
            | Self::Namespaces
            | Self::Attributes
            | Self::Nodes
            | Self::TextLength
            | Self::NameLength
            | Self::InputLength
            | Self::Documents => Level::Input,
            Self::Malformed | Self::Trailing => Level::Message,
            Self::Character => Level::Element,
            Self::ByteOrderMark | Self::Declaration | Self::Prefix | Self::Several => Level::Note,
        }
    }
}
