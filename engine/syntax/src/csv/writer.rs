//! From cells to bytes, safe to open in a spreadsheet.

use crate::charset::Charset;

/// What ends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum LineEnd {
    /// CR LF, as RFC 4180 wants it.
    #[default]
    CrLf,
    /// LF.
    Lf,
}

/// The dialect to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// What stands between fields.
    pub delimiter: u8,
    /// What stands around a field that needs it.
    pub quote: u8,
    /// What ends a row.
    pub line_end: LineEnd,
    /// The character set.
    pub charset: Charset,
}

impl Default for Layout {
    /// RFC 4180.
    fn default() -> Self {
        Layout { delimiter: b',', quote: b'"', line_end: LineEnd::CrLf, charset: Charset::Utf8 }
    }
}

/// One field to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'c> {
    /// Words of others, read by people: what a spreadsheet would take for a formula gets an
    /// apostrophe in front (CWE-1236; ASVS 1.2.10).
    Text(&'c str),
    /// A number of ours; one that is none is written as words.
    Number(&'c str),
    /// As it is: for programs, and for files that are to be the same when read again.
    Exact(&'c str),
}

/// Characters a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

/// Writes a file row by row.
#[derive(Debug, Clone)]
pub struct Writer {
    layout: Layout,
    out: Vec<u8>,
    refused: Option<char>,
}

impl Writer {
    /// Begins a file.
    #[must_use]
    pub fn new(layout: Layout) -> Writer {
        Writer { layout, out: Vec::new(), refused: None }
    }

    /// Writes a row. A row of one empty field is written as two quotes, for an empty line would
    /// be no row.
    pub fn row<'c>(&mut self, cells: impl IntoIterator<Item = Cell<'c>>) {
        let start = self.out.len();
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                self.out.push(self.layout.delimiter);
            }
            self.cell(cell);
        }
        if self.out.len() == start {
            self.out.extend_from_slice(&[self.layout.quote; 2]);
        }
        match self.layout.line_end {
            LineEnd::CrLf => self.out.extend_from_slice(b"\r\n"),
            LineEnd::Lf => self.out.push(b'\n'),
        }
    }

    /// The file, and the first character its set does not have, written as a question mark.
    #[must_use]
    pub fn finish(self) -> (Vec<u8>, Option<char>) {
        (self.out, self.refused)
    }

    fn cell(&mut self, cell: Cell<'_>) {
        let (text, guarded) = match cell {
            Cell::Exact(text) => (text, false),
            Cell::Number(text) => (text, !is_number(text) && text.starts_with(FORMULA)),
            Cell::Text(text) => (text, text.starts_with(FORMULA)),
        };
        let Layout { delimiter, quote, charset, .. } = self.layout;
        let special =
            |byte: u8| byte == delimiter || byte == quote || matches!(byte, b'\r' | b'\n');
        let needs = guarded || text.bytes().any(special) || text.trim().len() != text.len();
        if !needs {
            self.refused = self.refused.or(charset.encode(text, &mut self.out));
            return;
        }
        self.out.push(quote);
        if guarded {
            self.out.push(b'\'');
        }
        for (at, piece) in text.split(char::from(quote)).enumerate() {
            if at > 0 {
                self.out.extend_from_slice(&[quote; 2]);
            }
            self.refused = self.refused.or(charset.encode(piece, &mut self.out));
        }
        self.out.push(quote);
    }
}

/// Whether a text is a number: a sign, digits, one mark.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let marks = digits.bytes().filter(|byte| matches!(byte, b'.' | b',')).count();
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','));
    plain && marks <= 1 && digits.len() > marks
}
