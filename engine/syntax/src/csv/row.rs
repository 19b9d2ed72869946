//! One row: the characters of its fields in one buffer, and where each stood.

use crate::fault::Place;

/// Where a field ends in the buffer, and where it stood in the input.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bound {
    pub(super) end: u32,
    pub(super) byte: u64,
    pub(super) len: u32,
}

/// A row, filled by a reader again and again.
#[derive(Debug, Clone, Default)]
pub struct Row {
    pub(super) text: String,
    pub(super) bounds: Vec<Bound>,
    pub(super) line: u32,
    pub(super) number: u32,
}

impl Row {
    /// How many fields it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bounds.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bounds.is_empty()
    }

    /// A field by its position from 0.
    #[must_use]
    pub fn field(&self, at: usize) -> Option<&str> {
        let end = self.bounds.get(at)?.end as usize;
        let start = at.checked_sub(1).map_or(0, |before| self.bounds[before].end as usize);
        self.text.get(start..end)
    }

    /// Its fields in order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|at| self.field(at).unwrap_or_default())
    }

    /// The line of the file it begins on, from 1.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Which row of data it is, from 1; 0 for the header.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Where a field stands, its quotes included; where the row ends for one it does not have.
    #[must_use]
    pub fn place(&self, at: usize) -> Place {
        let found = self.bounds.get(at).map(|bound| (bound.byte, bound.len));
        let end = self.bounds.last().map_or(0, |bound| bound.byte + u64::from(bound.len));
        let (byte, len) = found.unwrap_or((end, 0));
        let element = u16::try_from(at + 1).unwrap_or(u16::MAX);
        Place { interchange: 1, segment: self.line, element, byte, len, ..Place::default() }
    }

    /// Where the whole row stands.
    #[must_use]
    pub fn whole(&self) -> Place {
        let start = self.bounds.first().map_or(0, |bound| bound.byte);
        let end = self.bounds.last().map_or(start, |bound| bound.byte + u64::from(bound.len));
        let len = u32::try_from(end - start).unwrap_or(u32::MAX);
        Place { element: 0, byte: start, len, ..self.place(0) }
    }

    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.bounds.clear();
    }
}
