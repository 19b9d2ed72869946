//! How a record holds values: small entries that point at the message where they can.
//!
//! What a part of an EDIFACT message says is held as its number on the tape and what reading it
//! made of it; its text, its place and its name are looked up when somebody asks (texts that are
//! not plain ASCII are decoded all at once, when the first of them is asked for). What came from
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
    /// The characters of its part.
    Text,
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
    /// The characters of a part that is plain ASCII; nothing of any other.
    pub(super) fn plain(&self, part: u32) -> Option<&'a str> {
        let part = self.content.tape.parts.get(part as usize)?;
        let bytes = self.content.raw(part);
        let plain = part.is_bare() && bytes.is_ascii();
        if plain { std::str::from_utf8(bytes).ok() } else { None }
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

/// The characters of parts that are not plain ASCII, decoded together.
#[derive(Debug, Clone)]
pub(super) struct Texts {
    /// In UTF-8.
    all: Vec<u8>,
    /// For each part, in their order on the tape, where its characters end.
    ends: Vec<(u32, usize)>,
}

impl Texts {
    /// Of the entries of a record.
    pub(super) fn of(source: &Source<'_>, entries: &[Entry]) -> Texts {
        let mut texts = Texts { all: Vec::new(), ends: Vec::new() };
        for entry in entries.iter().filter(|entry| matches!(entry.held, Held::Text)) {
            let part = source.content.tape.parts.get(entry.part as usize);
            if let Some(part) = part.filter(|_| source.plain(entry.part).is_none()) {
                source.content.append(part, &mut texts.all);
                texts.ends.push((entry.part, texts.all.len()));
            }
        }
        texts
    }

    /// The characters of a part.
    pub(super) fn of_part(&self, part: u32) -> &str {
        let Ok(at) = self.ends.binary_search_by_key(&part, |(part, _)| *part) else { return "" };
        let from = at.checked_sub(1).map_or(0, |before| self.ends[before].1);
        std::str::from_utf8(&self.all[from..self.ends[at].1]).unwrap_or_default()
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
