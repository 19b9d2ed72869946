//! From bytes to records.

use super::kind::Kind;
use super::record::Record;
use crate::charset::Charset;
use crate::fault::{Fault, Place};
use crate::report::{Report, Said, span};
use memchr::{memchr2, memrchr};

/// Longest input in bytes.
pub const INPUT_MAX: usize = 256 * 1024 * 1024;
/// Most records.
pub const RECORDS_MAX: usize = 2_000_000;
/// Longest record, in characters.
pub const LENGTH_MAX: usize = 10_000;

/// The byte order mark in UTF-8.
const MARK: &[u8] = &[0xEF, 0xBB, 0xBF];
/// What old systems write behind the last record.
const END_OF_FILE: u8 = 0x1A;

/// The limits of one reading, which ends at the first one passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`INPUT_MAX`].
    pub input: usize,
    /// See [`RECORDS_MAX`].
    pub records: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { input: INPUT_MAX, records: RECORDS_MAX }
    }
}

/// How a file is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Characters of a record; at most [`LENGTH_MAX`].
    pub length: usize,
    /// The character set.
    pub charset: Charset,
    /// The limits.
    pub limits: Limits,
}

impl Options {
    /// Records of a length, in UTF-8.
    #[must_use]
    pub fn of_length(length: usize) -> Options {
        Options { length, charset: Charset::Utf8, limits: Limits::default() }
    }
}

/// Reads a file record by record. Records are lines when there is any line end; otherwise they
/// stand one behind the other.
#[derive(Debug, Clone)]
pub struct Reader<'i> {
    input: &'i [u8],
    options: Options,
    length: usize,
    lines: bool,
    at: usize,
    line: u32,
    records: u32,
    report: Report<Kind>,
}

impl<'i> Reader<'i> {
    /// Begins a file.
    #[must_use]
    pub fn over(input: &'i [u8], options: Options) -> Reader<'i> {
        let mut reader = Reader {
            input,
            options,
            length: options.length.clamp(1, LENGTH_MAX),
            lines: memchr2(b'\n', b'\r', input).is_some(),
            at: 0,
            line: 0,
            records: 0,
            report: Report::default(),
        };
        if input.len() > options.limits.input {
            let most = options.limits.input;
            reader.stop(Kind::InputLength, span(most, input.len()), most);
            return reader;
        }
        if input.starts_with(MARK) {
            reader.at = MARK.len();
            reader.tell(Kind::ByteOrderMark, span(0, MARK.len()), "", "");
        }
        // Only behind the last line, or it is a character of a record.
        let last = memrchr(END_OF_FILE, reader.input).filter(|at| at + 1 == reader.input.len());
        reader.input = &reader.input[..last.unwrap_or(reader.input.len())];
        if reader.input[reader.at..].iter().all(|byte| matches!(byte, b'\r' | b'\n')) {
            let at = reader.at;
            reader.tell(Kind::Empty, span(at, at), "", "a record");
            reader.at = reader.input.len();
        }
        reader
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

    /// The next piece: a line without its end, or as many bytes as a record has.
    fn piece(&mut self) -> Option<(usize, &'i [u8])> {
        let input = self.input;
        let start = self.at;
        let rest = input.get(start..).filter(|rest| !rest.is_empty())?;
        self.line = self.line.saturating_add(1);
        if !self.lines {
            let length = self.block(rest);
            self.at += length;
            return Some((start, &rest[..length]));
        }
        let length = memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let ended = match &rest[length..] {
            [b'\r', b'\n', ..] => 2,
            [_, ..] => 1,
            [] => 0,
        };
        self.at += length + ended;
        Some((start, &rest[..length]))
    }

    /// How many bytes the characters of a record take.
    fn block(&self, rest: &[u8]) -> usize {
        let whole =
            Record { bytes: rest, charset: self.options.charset, line: 0, number: 0, byte: 0 };
        (whole.place(1, self.length).len as usize).max(1)
    }

    /// Tells what is wrong with a record.
    fn examine(&mut self, record: &Record<'_>) {
        let characters = record.characters();
        let text = record.text(1, usize::MAX);
        if characters != self.length {
            let expected = format!("{} characters", self.length);
            self.tell(Kind::Length, record.whole(), &characters.to_string(), &expected);
        }
        if self.options.charset.decode(record.bytes).1.is_some() {
            self.tell(Kind::Encoding, record.whole(), &text, self.options.charset.name());
        }
        if text.contains(char::is_control) {
            self.tell(Kind::Character, record.whole(), &text, "printable characters");
        }
    }

    fn tell(&mut self, kind: Kind, place: Place, value: &str, expected: &str) {
        self.report.add((kind, kind.level()), place, Said { name: "", value, expected });
    }

    fn stop(&mut self, kind: Kind, place: Place, most: usize) {
        self.tell(kind, place, "", &format!("at most {most}"));
        self.at = self.input.len();
    }
}

impl<'i> Iterator for Reader<'i> {
    type Item = Record<'i>;

    /// The next record. Lines without a character are passed over.
    fn next(&mut self) -> Option<Record<'i>> {
        let (start, bytes) =
            std::iter::from_fn(|| self.piece()).find(|(_, piece)| !piece.is_empty())?;
        let charset = self.options.charset;
        let number = self.records + 1;
        let record = Record { bytes, charset, line: self.line, number, byte: start as u64 };
        if self.records as usize >= self.options.limits.records {
            self.stop(Kind::Records, record.whole(), self.options.limits.records);
            return None;
        }
        self.records = number;
        self.examine(&record);
        Some(record)
    }
}
