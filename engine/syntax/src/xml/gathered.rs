//! The text of an element while it is open: one piece of the source as long as that will do.

use super::characters::is_blank;
use super::document::Document;
use super::report::Report;
use std::ops::Range;

/// The text of an open element, gathered so far.
#[derive(Debug)]
pub(super) enum Gathered {
    /// None yet.
    Nothing,
    /// One piece, which stands in the source as it is meant.
    Piece(Range<usize>),
    /// Put together from pieces that stand within this span.
    Buffer(String, Range<usize>),
}

impl Gathered {
    /// The buffer to append a piece to that stands at `span`.
    pub(super) fn buffer(&mut self, report: &Report<'_>, span: &Range<usize>) -> &mut String {
        let (text, begin) = match std::mem::replace(self, Self::Nothing) {
            Self::Nothing => (String::new(), span.start),
            Self::Piece(piece) => (report.text[piece.clone()].to_owned(), piece.start),
            Self::Buffer(text, whole) => (text, whole.start),
        };
        *self = Self::Buffer(text, begin..span.end);
        match self {
            Self::Buffer(text, _) => text,
            Self::Nothing | Self::Piece(_) => unreachable!("a buffer was just put there"),
        }
    }

    /// Forget white space alone: beside a child element it is layout.
    pub(super) fn drop_blank(&mut self, document: &Document<'_>) {
        let blank = match self {
            Self::Nothing => true,
            Self::Piece(piece) => is_blank(&document.decoded.source.text()[piece.clone()]),
            Self::Buffer(text, _) => is_blank(text),
        };
        if blank {
            *self = Self::Nothing;
        }
    }
}
