//! From bytes to rows, in one pass.

use super::kind::Kind;
use super::options::{Header, Options};
use super::row::{Bound, Row};
use crate::charset::Charset;
use crate::fault::{Fault, Place};
use crate::report::{Report, Said, span};
use memchr::{memchr, memchr_iter, memchr3};

/// The byte order mark in UTF-8.
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Reads a file row by row.
#[derive(Debug, Clone)]
pub struct Reader<'i> {
    input: &'i [u8],
    options: Options,
    at: usize,
    line: u32,
    rows: u32,
    columns: Option<usize>,
    header: Vec<String>,
    ended: bool,
    report: Report<Kind>,
    /// Memory for fields that are quoted.
    bytes: Vec<u8>,
}

/// How a field ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Field,
    Row,
}

impl<'i> Reader<'i> {
    /// Begins a file; the header is read at once.
    #[must_use]
    pub fn over(input: &'i [u8], options: Options) -> Reader<'i> {
        let mut reader = Reader {
            input,
            options,
            at: 0,
            line: 1,
            rows: 0,
            columns: options.columns,
            header: Vec::new(),
            ended: false,
            report: Report::default(),
            bytes: Vec::new(),
        };
        reader.begin();
        reader
    }

    /// The names of the columns, without the blanks around them; none without a header.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The faults met so far.
    #[must_use]
    pub fn faults(&self) -> &[Fault<Kind>] {
        &self.report.faults
    }

    /// The faults, when all was read.
    #[must_use]
    pub fn into_faults(self) -> Vec<Fault<Kind>> {
        self.report.faults
    }

    /// Fills the next row; false when there is none. Lines without a character are passed over.
    pub fn next(&mut self, row: &mut Row) -> bool {
        if !self.fill(row) {
            return false;
        }
        if self.rows as usize >= self.options.limits.rows {
            self.stop(Kind::Rows, row.whole(), self.options.limits.rows);
            return false;
        }
        self.rows += 1;
        row.number = self.rows;
        let columns = *self.columns.get_or_insert(row.len());
        if row.len() != columns {
            let (said, expected) = (row.len().to_string(), format!("{columns} columns"));
            let said = Said { value: &said, expected: &expected, ..Said::default() };
            self.report.add((Kind::Ragged, Kind::Ragged.level()), row.whole(), said);
        }
        true
    }

    fn begin(&mut self) {
        if self.input.len() > self.options.limits.input {
            let most = self.options.limits.input;
            return self.stop(Kind::InputLength, span(most, self.input.len()), most);
        }
        if let [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] = self.input {
            let expected = self.options.charset.name();
            self.tell(Kind::Encoding, span(0, 2), Said { expected, ..Said::default() });
        } else if self.input.starts_with(MARK) {
            self.at = MARK.len();
            self.tell(Kind::ByteOrderMark, span(0, MARK.len()), Said::default());
        }
        let mut first = Row::default();
        if self.options.header == Header::Present && self.fill(&mut first) {
            self.header = first.fields().map(|name| name.trim().to_owned()).collect();
            self.columns = Some(first.len());
            for (at, name) in self.header.iter().enumerate() {
                if !name.is_empty() && self.header[..at].contains(name) {
                    let said = Said { name, value: name, expected: "1" };
                    let told = (Kind::Duplicate, Kind::Duplicate.level());
                    self.report.add(told, first.place(at), said);
                }
            }
        } else if self.blank() {
            let said = Said { expected: "a row", ..Said::default() };
            self.tell(Kind::Empty, span(self.at, self.at), said);
            self.ended = true;
        }
    }

    /// Whether nothing but line ends is left.
    fn blank(&self) -> bool {
        self.input[self.at..].iter().all(|byte| matches!(byte, b'\r' | b'\n'))
    }

    /// Reads one row, whatever it is.
    fn fill(&mut self, row: &mut Row) -> bool {
        row.clear();
        while let Some(b'\r' | b'\n') = self.input.get(self.at) {
            self.line_end();
        }
        if self.ended || self.at >= self.input.len() {
            return false;
        }
        row.line = self.line;
        row.number = 0;
        loop {
            if row.len() >= self.options.limits.columns {
                self.stop(Kind::Columns, row.whole(), self.options.limits.columns);
                return false;
            }
            if self.field(row) == End::Row {
                return true;
            }
        }
    }

    /// Reads one field and what ends it.
    fn field(&mut self, row: &mut Row) -> End {
        let start = self.at;
        let quoted =
            self.options.quote.is_some() && self.input.get(start).copied() == self.options.quote;
        let (end, plain) = match quoted.then(|| self.closing(start)).flatten() {
            Some(close) => {
                self.quoted(start, close);
                let end = self.plain(close + 1);
                if end > close + 1 {
                    self.after_quote(row, close + 1, end);
                }
                (end, false)
            }
            None => {
                let end = self.plain(start);
                if quoted {
                    let place = self.place(row, start, end);
                    let expected = "a closing quote";
                    self.tell(Kind::Unclosed, place, Said { expected, ..Said::default() });
                }
                (end, true)
            }
        };
        if plain {
            let input = self.input;
            self.keep(row, &input[start..end], start, end);
        } else {
            let bytes = std::mem::take(&mut self.bytes);
            self.keep(row, &bytes, start, end);
            self.bytes = bytes;
            // Only between quotes does a line end not end the row.
            self.line = self.line.saturating_add(breaks(&self.input[start..end]));
        }
        self.at = end;
        match self.input.get(end) {
            Some(byte) if *byte == self.options.delimiter => {
                self.at += 1;
                End::Field
            }
            _ => {
                self.line_end();
                End::Row
            }
        }
    }

    /// Where the quote stands that closes the one at `start`, when it is not too far away.
    fn closing(&self, start: usize) -> Option<usize> {
        let quote = self.options.quote?;
        let window = self.options.limits.field.saturating_mul(2).saturating_add(2);
        let end = self.input.len().min(start.saturating_add(window));
        let mut at = start + 1;
        loop {
            at += memchr(quote, self.input.get(at..end)?)?;
            if self.input.get(at + 1) != Some(&quote) {
                return Some(at);
            }
            at += 2;
        }
    }

    /// Where the characters from `start` on end at a delimiter, a line end or the input.
    fn plain(&self, start: usize) -> usize {
        let rest = &self.input[start.min(self.input.len())..];
        let length = memchr3(self.options.delimiter, b'\n', b'\r', rest);
        start + length.unwrap_or(rest.len())
    }

    /// Takes what stands between two quotes; doubled quotes become one.
    fn quoted(&mut self, start: usize, close: usize) {
        self.bytes.clear();
        let quote = self.options.quote.unwrap_or(b'"');
        let mut rest = &self.input[start + 1..close];
        while let Some(at) = memchr(quote, rest) {
            self.bytes.extend_from_slice(&rest[..=at]);
            rest = &rest[(at + 2).min(rest.len())..];
        }
        self.bytes.extend_from_slice(rest);
    }

    /// Tells and keeps what stands between a closing quote and the delimiter.
    fn after_quote(&mut self, row: &Row, from: usize, to: usize) {
        let input = self.input;
        let place = self.place(row, from, to);
        let expected = "a delimiter";
        let value = String::from_utf8_lossy(&input[from..to]);
        self.tell(Kind::AfterQuote, place, Said { value: &value, expected, ..Said::default() });
        self.bytes.extend_from_slice(&input[from..to]);
    }

    /// Decodes the field and adds it to the row.
    fn keep(&mut self, row: &mut Row, mut bytes: &[u8], start: usize, end: usize) {
        let most = self.options.limits.field;
        if bytes.len() > most {
            bytes = &bytes[..most];
            let expected = format!("at most {most}");
            let place = self.place(row, start, end);
            self.tell(Kind::FieldLength, place, Said { expected: &expected, ..Said::default() });
        }
        let before = row.text.len();
        let mut invalid = false;
        match (self.options.charset, std::str::from_utf8(bytes)) {
            (Charset::Utf8, Ok(text)) => row.text.push_str(text),
            (charset, decoded) => {
                let (text, first) = match decoded {
                    Ok(text) if text.is_ascii() => (text.into(), None),
                    _ => charset.decode(bytes),
                };
                invalid = first.is_some();
                row.text.push_str(&text);
            }
        }
        let place = self.place(row, start, end);
        let text = &row.text[before..];
        let odd = text.bytes().fold(false, |odd, byte| odd | (byte < b' '));
        let odd = odd && text.contains(|c: char| c < ' ' && !matches!(c, '\t' | '\r' | '\n'));
        let mut tell = |kind: Kind, expected| {
            let said = Said { value: text, expected, ..Said::default() };
            self.report.add((kind, kind.level()), place, said);
        };
        if invalid {
            tell(Kind::Encoding, self.options.charset.name());
        }
        if odd {
            tell(Kind::Character, "printable characters");
        }
        row.bounds.push(Bound {
            end: u32::try_from(row.text.len()).unwrap_or(u32::MAX),
            byte: start as u64,
            len: place.len,
        });
    }

    /// Passes over one line end: CR, LF or both.
    fn line_end(&mut self) {
        let length = match self.input.get(self.at..).unwrap_or_default() {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => return,
        };
        self.at += length;
        self.line = self.line.saturating_add(1);
    }

    /// Where a piece of the field that comes next stands.
    fn place(&self, row: &Row, start: usize, end: usize) -> Place {
        let element = u16::try_from(row.len() + 1).unwrap_or(u16::MAX);
        Place { segment: row.line, element, ..span(start, end) }
    }

    fn tell(&mut self, kind: Kind, place: Place, said: Said<'_>) {
        self.report.add((kind, kind.level()), place, said);
    }

    fn stop(&mut self, kind: Kind, place: Place, most: usize) {
        let expected = format!("at most {most}");
        self.tell(kind, place, Said { expected: &expected, ..Said::default() });
        self.ended = true;
    }
}

/// How many lines begin inside a field.
fn breaks(bytes: &[u8]) -> u32 {
    let feeds = memchr_iter(b'\n', bytes).count();
    let returns = memchr_iter(b'\r', bytes);
    let alone = returns.filter(|at| bytes.get(at + 1) != Some(&b'\n')).count();
    u32::try_from(feeds + alone).unwrap_or(u32::MAX)
}
