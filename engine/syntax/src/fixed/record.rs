//! One record, asked field by field.

use crate::charset::Charset;
use crate::fault::Place;
use std::borrow::Cow;

/// One record of a file.
#[derive(Debug, Clone, Copy)]
pub struct Record<'i> {
    pub(super) bytes: &'i [u8],
    pub(super) charset: Charset,
    pub(super) line: u32,
    pub(super) number: u32,
    pub(super) byte: u64,
}

impl<'i> Record<'i> {
    /// The line it stands on, from 1; its number when the file has no lines.
    #[must_use]
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Which record of the file it is, from 1.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// Its bytes, without line end.
    #[must_use]
    pub const fn bytes(&self) -> &'i [u8] {
        self.bytes
    }

    /// How many characters it has.
    #[must_use]
    pub fn characters(&self) -> usize {
        count(self.bytes, self.charset)
    }

    /// The characters of the field that begins at `start`, from 1, and has `length` of them; fewer
    /// when the record ends before. Blanks are kept.
    #[must_use]
    pub fn text(&self, start: usize, length: usize) -> Cow<'i, str> {
        let (from, to) = self.range(start, length);
        self.charset.decode(&self.bytes[from..to]).0
    }

    /// Where that field stands.
    #[must_use]
    pub fn place(&self, start: usize, length: usize) -> Place {
        let (from, to) = self.range(start, length);
        Place {
            interchange: 1,
            segment: self.line,
            element: u16::try_from(start).unwrap_or(u16::MAX),
            byte: self.byte + from as u64,
            len: u32::try_from(to - from).unwrap_or(u32::MAX),
            ..Place::default()
        }
    }

    /// Where the whole record stands.
    #[must_use]
    pub fn whole(&self) -> Place {
        Place { element: 0, ..self.place(1, usize::MAX) }
    }

    /// The bytes of some characters.
    fn range(&self, start: usize, length: usize) -> (usize, usize) {
        let from = start.saturating_sub(1);
        let to = from.saturating_add(length);
        (self.offset(from), self.offset(to))
    }

    /// Where a character begins, from 0; where the record ends when it has not so many.
    fn offset(&self, character: usize) -> usize {
        let most = self.bytes.len();
        // Bytes before the first character, which is no text, belong to it.
        if character == 0 || self.charset != Charset::Utf8 || self.bytes.is_ascii() {
            return character.min(most);
        }
        let mut begins = self.bytes.iter().enumerate().filter(|(_, byte)| begins(**byte));
        begins.nth(character).map_or(most, |(at, _)| at)
    }
}

/// Whether a byte of UTF-8 is the first of its character.
const fn begins(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

/// How many characters some bytes have.
pub(super) fn count(bytes: &[u8], charset: Charset) -> usize {
    match charset {
        Charset::Utf8 => bytes.iter().filter(|byte| begins(**byte)).count(),
        Charset::Windows1252 | Charset::Latin9 => bytes.len(),
    }
}
