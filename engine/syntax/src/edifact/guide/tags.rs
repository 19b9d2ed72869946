//! The tags of one message, numbered: a small open-addressed table.

use crate::edifact::tape::Tag;

/// Size of the table, a power of two; a message has at most half as many tags.
const TABLE: usize = 256;

/// Most different tags one message may use.
pub(super) const TAGS_MAX: usize = TABLE / 2;

/// Numbers of tags: 1 and up; 0 is a tag the message does not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tags {
    tags: [u32; TABLE],
    numbers: [u8; TABLE],
    count: u8,
}

impl Tags {
    pub(super) fn new() -> Tags {
        Tags { tags: [0; TABLE], numbers: [0; TABLE], count: 0 }
    }

    /// Columns needed to index by number.
    pub(super) fn width(&self) -> usize {
        usize::from(self.count) + 1
    }

    /// The number of a tag, 0 when it is not used.
    #[inline]
    pub(super) fn number(&self, tag: Tag) -> usize {
        let mut at = home(tag);
        loop {
            let held = self.tags[at];
            if held == tag.0 {
                return usize::from(self.numbers[at]);
            }
            if held == 0 {
                return 0;
            }
            at = (at + 1) % TABLE;
        }
    }

    /// Numbers a tag; false when there are too many.
    pub(super) fn add(&mut self, tag: Tag) -> bool {
        if self.number(tag) != 0 {
            return true;
        }
        if usize::from(self.count) >= TAGS_MAX - 1 {
            return false;
        }
        let mut at = home(tag);
        while self.tags[at] != 0 {
            at = (at + 1) % TABLE;
        }
        self.count += 1;
        self.tags[at] = tag.0;
        self.numbers[at] = self.count;
        true
    }
}

#[inline]
fn home(tag: Tag) -> usize {
    (tag.0.wrapping_mul(0x9E37_79B1) >> 24) as usize % TABLE
}
