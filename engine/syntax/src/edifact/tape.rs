//! The token tape: flat, reusable vectors of positions over a borrowed input.
//!
//! A tape holds the tokens of one run of segments (usually one message). It owns no byte of the
//! input and is cleared and refilled without freeing, so that reading allocates nothing per
//! element. Offsets are relative to the window given to the tokenizer (`u32`); the absolute
//! offset of that window is kept beside it as `u64`, so a stream may be of any length.

/// A segment tag as written, packed big-endian in the low bytes: `BGM` is `0x42474D`.
///
/// Tags longer than four bytes are cut to four; they are no tags of any directory and are
/// reported as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tag(pub u32);

impl Tag {
    /// Packs a tag from its bytes.
    #[must_use]
    pub const fn new(bytes: &[u8]) -> Tag {
        let mut packed = 0u32;
        let mut at = 0;
        while at < bytes.len() && at < 4 {
            packed = packed << 8 | bytes[at] as u32;
            at += 1;
        }
        Tag(packed)
    }

    /// Whether it is three letters long and begins with `U`, as those of the service segments.
    #[must_use]
    pub const fn is_service(self) -> bool {
        self.0 >> 16 == b'U' as u32
    }
}

/// One component of one element: a span of the window, release characters still in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// First byte, from the beginning of the window.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// Element position, 1 is the first after the tag; 0 holds components of the tag itself
    /// (explicit nesting of syntax 1, `LIN:1`).
    pub element: u16,
    /// Component position in its composite, from 1.
    pub component: u16,
    /// Repetition of the element, from 1 (always 1 before syntax 4).
    pub repeat: u16,
    /// What the span holds that is no data: [`Part::RELEASED`] and [`Part::WRAPPED`], or 0.
    pub marks: u16,
}

impl Part {
    /// The span holds at least one release character, so that the value is not the span itself.
    pub const RELEASED: u16 = 1;
    /// The span holds bytes that are no data (CR, LF of a wrapped line).
    pub const WRAPPED: u16 = 2;

    /// Whether a release character stands in the span.
    #[must_use]
    #[inline]
    pub const fn is_released(&self) -> bool {
        self.marks & Part::RELEASED != 0
    }

    /// Whether a line break stands in the span.
    #[must_use]
    #[inline]
    pub const fn is_wrapped(&self) -> bool {
        self.marks & Part::WRAPPED != 0
    }

    /// Whether the value is the span itself.
    #[must_use]
    #[inline]
    pub const fn is_bare(&self) -> bool {
        self.marks == 0
    }

    /// Where a first repetition stands, as [`Part::place`] says it of a part without marks.
    #[must_use]
    pub const fn place_of(element: u16, component: u16) -> u64 {
        part_of(element, component).place()
    }

    /// Its [place](Part::place) as if no release character stood in the span.
    #[must_use]
    #[inline]
    pub const fn unreleased_place(&self) -> u64 {
        const RELEASED: u64 = (Part::RELEASED as u64) << 48;
        self.place() & !RELEASED
    }

    /// Its position and marks as one number, so that the next one is an addition away.
    #[must_use]
    #[inline]
    pub const fn place(&self) -> u64 {
        (self.element as u64)
            | (self.component as u64) << 16
            | (self.repeat as u64) << 32
            | (self.marks as u64) << 48
    }

    /// A part at a [place](Part::place).
    #[inline]
    pub(super) const fn at(place: u64, start: u32, end: u32) -> Part {
        Part {
            start,
            end,
            element: place as u16,
            component: (place >> 16) as u16,
            repeat: (place >> 32) as u16,
            marks: (place >> 48) as u16,
        }
    }
}

/// An empty part at a position.
const fn part_of(element: u16, component: u16) -> Part {
    Part { start: 0, end: 0, element, component, repeat: 1, marks: 0 }
}

/// One segment: its tag, its span and its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// The tag as written.
    pub tag: Tag,
    /// Length of the tag as written, which may be other than 3.
    pub tag_len: u8,
    /// First byte of the tag, from the beginning of the window.
    pub start: u32,
    /// Position of the terminator (or the end of input when it is missing).
    pub end: u32,
    /// Index of its first part in [`Tape::parts`].
    pub first_part: u32,
    /// Index one past its last part.
    pub last_part: u32,
}

/// The tokens of a run of segments.
#[derive(Debug, Clone, Default)]
pub struct Tape {
    /// The segments in order.
    pub segments: Vec<Segment>,
    /// The parts of all segments in order.
    pub parts: Vec<Part>,
}

impl Tape {
    /// Empties the tape, keeping its memory.
    pub fn clear(&mut self) {
        self.segments.clear();
        self.parts.clear();
    }

    /// The parts of one segment, in order of appearance.
    #[must_use]
    pub fn parts_of(&self, segment: &Segment) -> &[Part] {
        &self.parts[segment.first_part as usize..segment.last_part as usize]
    }
}
