//! How a record holds values: small entries that point at the message where they can.
//!
//! What a part of an EDIFACT message says is held as its number on the tape and what reading it
//! made of it; its text, its place and its name are looked up when somebody asks. What came from
//! elsewhere, or was read with care, stands apart with all of that beside it.

use super::Spot;
use crate::value::Value;
use crate::vocabulary::Field;
use acquit_domain::Date;
use acquit_syntax::edifact::tape::{Part, Segment};
use acquit_syntax::edifact::value::Content;
use acquit_syntax::fault;

/// What an entry holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Held {
    /// The characters of its part as they stand.
    Plain,
    /// Characters decoded from its part: a range of the record's texts.
    Decoded { from: u32, to: u32 },
    /// An exact number.
    Decimal { mantissa: i64, scale: u8 },
    /// A whole number.
    Integer(i64),
    /// A day.
    Date(Date),
    /// A key of a code table: a position in the record's keys.
    Key(u32),
    /// A value apart: a position among those of the record.
    Apart(u32),
}

/// One value of an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) held: Held,
    /// The part it was read from, by its position on the tape; meaningless for a value apart.
    pub(super) part: u32,
    pub(super) field: Field,
}

/// What one segment says of an item: the entries from `first` to where the next run begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) first: u32,
    /// The next run of the same item.
    pub(super) next: u32,
    /// The segment, by its position on the tape; meaningless for values apart.
    pub(super) segment: u32,
}

/// A value with all there is to know of it.
#[derive(Debug, Clone)]
pub(super) struct Apart<'a> {
    pub(super) value: Value<'a>,
    pub(super) spot: Spot,
    pub(super) name: &'a str,
}

/// The message the parts of entries belong to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) content: Content<'a>,
    pub(super) origin: fault::Place,
}

impl<'a> Source<'a> {
    /// The characters of a part that is plain ASCII.
    pub(super) fn plain(&self, part: u32) -> &'a str {
        let part = self.content.tape.parts.get(part as usize);
        let bytes = part.map_or(&[][..], |part| self.content.raw(part));
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Where a part stands, and the tag of its segment.
    pub(super) fn spot(&self, segment: u32, part: u32) -> (Spot, String) {
        let tape = self.content.tape;
        let found = tape.segments.get(segment as usize).zip(tape.parts.get(part as usize));
        let Some((whole, part)) = found else { return Default::default() };
        let tag = whole.tag.0.to_be_bytes();
        let tag = tag.into_iter().filter(|byte| *byte != 0).map(char::from).collect();
        (spot_of_part(&self.origin, segment, part), tag)
    }
}

/// Where a part of a segment stands.
pub(crate) fn spot_of_part(origin: &fault::Place, segment: u32, part: &Part) -> Spot {
    Spot {
        byte: origin.byte + u64::from(part.start),
        len: part.end - part.start,
        segment: origin.segment + segment + 1,
        element: part.element,
        component: part.component,
        repeat: part.repeat,
    }
}

/// Where a segment stands.
pub(crate) fn spot_of_segment(origin: &fault::Place, at: u32, segment: &Segment) -> Spot {
    Spot {
        byte: origin.byte + u64::from(segment.start),
        len: segment.end - segment.start,
        segment: origin.segment + at + 1,
        ..Spot::default()
    }
}
