//! From fields to bytes.

use super::record::count;
use crate::charset::Charset;

/// What ends a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LineEnd {
    /// Nothing.
    None,
    /// LF.
    Lf,
    /// CR LF.
    #[default]
    CrLf,
}

/// On which side of its field a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Align {
    /// At the beginning, blanks behind.
    Left,
    /// At the end, this character before.
    Right(char),
}

/// Writes a file record by record.
#[derive(Debug, Clone)]
pub struct Writer {
    length: usize,
    line_end: LineEnd,
    charset: Charset,
    record: Vec<char>,
    out: Vec<u8>,
    refused: Option<char>,
}

impl Writer {
    /// Begins a file of records of `length` characters.
    #[must_use]
    pub fn new(length: usize, line_end: LineEnd, charset: Charset) -> Writer {
        let record = vec![' '; length];
        Writer { length, line_end, charset, record, out: Vec::new(), refused: None }
    }

    /// Puts a text into a field of the record; false when it is too long and was cut, on the right.
    /// Control characters become blanks, so that no text can begin a record.
    pub fn put(&mut self, start: usize, length: usize, text: &str, align: Align) -> bool {
        let from = start.saturating_sub(1).min(self.length);
        let to = from.saturating_add(length).min(self.length);
        let field = &mut self.record[from..to];
        let characters = count(text.as_bytes(), Charset::Utf8);
        let spare = field.len().saturating_sub(characters);
        let (pad, skip) = match align {
            Align::Left => (' ', 0),
            Align::Right(pad) => (pad, spare),
        };
        field.fill(if characters == 0 { ' ' } else { pad });
        for (place, character) in field.iter_mut().skip(skip).zip(text.chars()) {
            *place = if character.is_control() { ' ' } else { character };
        }
        characters <= field.len()
    }

    /// Ends the record; the next one is blank.
    pub fn end(&mut self) {
        let record: String = self.record.iter().collect();
        self.refused = self.refused.or(self.charset.encode(&record, &mut self.out));
        match self.line_end {
            LineEnd::None => {}
            LineEnd::Lf => self.out.push(b'\n'),
            LineEnd::CrLf => self.out.extend_from_slice(b"\r\n"),
        }
        self.record.fill(' ');
    }

    /// The file, and the first character its set does not have, written as a question mark.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Option<char>) {
        (self.out, self.refused)
    }
}
