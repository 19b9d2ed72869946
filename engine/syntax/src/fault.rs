//! What a reader found wrong, where, and how bad it is. Data, never an error.

/// Where something stands in the input. Numbers count from 1 as ISO 9735 does; 0 means "not
/// applicable at this level".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Ordinal of the interchange (or XML document) in the input, from 1.
    pub interchange: u32,
    /// Ordinal of the message in its interchange, from 1; 0 for the envelope itself.
    pub message: u32,
    /// Ordinal of the segment: in its message (UNH is 1, data element 0096) when `message` is
    /// not 0, otherwise in the interchange (UNB is 1).
    pub segment: u32,
    /// Position of the data element in its segment: 1 is the first element after the tag.
    /// (CONTRL's 0098 counts the tag as 1; the writer of CONTRL adds it.)
    pub element: u16,
    /// Position of the component in its composite, from 1.
    pub component: u16,
    /// Which repetition of the element (syntax 4), from 1; 0 when not repeated.
    pub repeat: u16,
    /// Offset of the first byte concerned, from the beginning of the whole input.
    pub byte: u64,
    /// How many bytes are concerned; 0 when something is missing.
    pub len: u32,
}

/// How far a fault reaches: what it makes unusable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing can be read at all: there is not even an envelope to answer to.
    Input,
    /// The interchange is rejected as a whole (CONTRL UCI).
    Interchange,
    /// The functional group is rejected (CONTRL UCF).
    Group,
    /// The message is rejected (CONTRL UCM).
    Message,
    /// A segment of the message is wrong (CONTRL UCS).
    Segment,
    /// An element or component of a segment is wrong (CONTRL UCD).
    Element,
    /// Worth telling, rejects nothing.
    Note,
}

/// One thing a reader found. `K` is the reader's own closed list of kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault<K> {
    /// What is wrong: a closed list, each with a stable name.
    pub kind: K,
    /// How far it reaches.
    pub level: Level,
    /// Where it stands.
    pub place: Place,
    /// Tag of the segment, or name of the XML element, concerned; empty when none.
    pub name: String,
    /// The offending value as it stood, shortened to [`VALUE_MAX`] characters, decoded lossily.
    pub value: String,
    /// What was expected, in the field's notation (`n..18`, `UNT`, `1..99`); empty when obvious.
    pub expected: String,
}

/// Longest excerpt of an offending value kept in a fault, in characters.
pub const VALUE_MAX: usize = 70;
