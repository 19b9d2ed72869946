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

/// What an entry holds, opened.
#[derive(Debug, Clone, Copy)]
pub(super) enum Held {
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

/// What an entry holds, packed: a message has many of them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packed {
    bits: i64,
    scale: u8,
    holds: Holds,
}

/// What the bits of a packed value are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Decimal,
    Integer,
    Date,
    Key,
    Apart,
}

impl Packed {
    /// The characters of a part.
    pub(crate) const TEXT: Packed = Packed { bits: 0, scale: 0, holds: Holds::Text };

    /// An exact number.
    #[inline]
    pub(crate) const fn decimal(mantissa: i64, scale: u8) -> Packed {
        Packed { bits: mantissa, scale, holds: Holds::Decimal }
    }

    /// A whole number.
    #[inline]
    pub(crate) const fn integer(number: i64) -> Packed {
        Packed { bits: number, scale: 0, holds: Holds::Integer }
    }

    /// A day.
    #[inline]
    pub(crate) fn date(date: Date) -> Packed {
        let (year, month, day) = (date.year(), date.month(), date.day());
        let bits = i64::from(year) << 16 | i64::from(month) << 8 | i64::from(day);
        Packed { bits, scale: 0, holds: Holds::Date }
    }

    /// A position in the record's keys.
    #[inline]
    pub(super) const fn key(at: u32) -> Packed {
        Packed { bits: at as i64, scale: 0, holds: Holds::Key }
    }

    /// A position among the record's values apart.
    #[inline]
    pub(super) const fn apart(at: u32) -> Packed {
        Packed { bits: at as i64, scale: 0, holds: Holds::Apart }
    }
}

/// One value of an item.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    bits: i64,
    /// The part it was read from, by its position on the tape; meaningless for a value apart.
    pub(super) part: u32,
    pub(super) field: Field,
    scale: u8,
    holds: Holds,
}

impl Entry {
    /// A value of a name, read from a part.
    #[inline]
    pub(super) const fn new(
        field: Field,
        Packed { bits, scale, holds }: Packed,
        part: u32,
    ) -> Entry {
        Entry { bits, part, field, scale, holds }
    }

    /// Whether it is the characters of its part.
    fn is_text(&self) -> bool {
        self.holds == Holds::Text
    }

    /// What it holds.
    pub(super) fn held(&self) -> Held {
        match self.holds {
            Holds::Text => Held::Text,
            Holds::Decimal => Held::Decimal { mantissa: self.bits, scale: self.scale },
            Holds::Integer => Held::Integer(self.bits),
            Holds::Date => {
                let (year, month, day) = (self.bits >> 16, self.bits >> 8, self.bits);
                let date = Date::new(year as i16, month as i8, day as i8);
                Held::Date(date.unwrap_or_default())
            }
            Holds::Key => Held::Key(self.bits as u32),
            Holds::Apart => Held::Apart(self.bits as u32),
        }
    }
}

/// What is said of an item without a break: the entries from `first` to where the next run
/// begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) first: u32,
    /// The next run of the same item.
    pub(super) next: u32,
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
    pub(super) fn spot(&self, part: u32) -> (Spot, String) {
        let tape = self.content.tape;
        // Segments without parts begin where the next one does, and so come before it.
        let behind = tape.segments.partition_point(|segment| segment.first_part <= part);
        let segment = behind.saturating_sub(1);
        let found = tape.segments.get(segment).zip(tape.parts.get(part as usize));
        let Some((whole, part)) = found else { return Default::default() };
        let segment = u32::try_from(segment).unwrap_or_default();
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
        for entry in entries.iter().filter(|entry| entry.is_text()) {
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
