//! What a reader lends: one item at a time, borrowed until the next.

use crate::edifact::Fault;
use crate::edifact::envelope::{Group, Header, Interchange};
use crate::edifact::value::Content;
#[cfg(doc)]
use crate::fault::Level;
use std::ops::Range;

/// One thing read.
#[derive(Debug)]
pub enum Item<'a> {
    /// No interchange could be read here; the faults have [`Level::Input`].
    Unreadable {
        /// Why.
        faults: &'a [Fault],
    },
    /// An interchange begins.
    Start {
        /// What UNB says.
        header: &'a Interchange,
        /// Offset of its first byte (of UNA when there is one) in the whole input.
        byte: u64,
        /// Faults of UNB and notes on what stood before it.
        faults: &'a [Fault],
    },
    /// A functional group begins.
    GroupStart {
        /// What UNG says.
        header: &'a Group,
        /// Faults of UNG.
        faults: &'a [Fault],
    },
    /// A message, from UNH to UNT.
    Message(Message<'a>),
    /// A functional group ends.
    GroupEnd {
        /// Faults of UNE.
        faults: &'a [Fault],
    },
    /// An interchange ends.
    End {
        /// What was counted.
        totals: Totals,
        /// Faults of the envelope found since its start.
        faults: &'a [Fault],
    },
}

/// A message with its tokens.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Ordinal in the interchange, from 1.
    pub number: u32,
    /// Ordinal of its interchange in the input, from 1.
    pub interchange: u32,
    /// Offset in the whole input of the first byte of the window, the `U` of UNH.
    pub byte: u64,
    /// Tokens from UNH to UNT (UNT may be missing), over the bytes of the message.
    pub content: Content<'a>,
    /// Faults of header, trailer, segments' form and characters, by position.
    pub faults: &'a [Fault],
}

impl Message<'_> {
    /// What UNH says.
    #[must_use]
    pub fn header(&self) -> Header {
        let first = self.content.tape.segments.first();
        first.map(|unh| Header::read(&self.content, unh)).unwrap_or_default()
    }

    /// The bytes of the message in the whole input.
    #[must_use]
    pub fn span(&self) -> Range<u64> {
        self.byte..self.byte + self.content.window.len() as u64
    }
}

/// What an interchange held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Messages, in groups or not.
    pub messages: u32,
    /// Functional groups.
    pub groups: u32,
    /// Packages (UNO to UNP, syntax 4), which are passed over.
    pub packages: u32,
    /// Segments, service segments included.
    pub segments: u32,
    /// Offset one past its last byte in the whole input.
    pub byte_end: u64,
}
