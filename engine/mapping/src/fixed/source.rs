//! A specimen of records of fixed width: understood, ready to read and to write.

use crate::carrier::lines::{Line, charset, lines, no_setting, settings};
use crate::codec::Notation;
use crate::codes::Codes;
use crate::specimen::{At, Demand, Filling, Flaw, Mark, Scope, fill};
use crate::vocabulary::List;
use acquit_syntax::charset::Charset;
use acquit_syntax::fixed::{LENGTH_MAX, LineEnd, Record};

/// A specimen of a file of fixed width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FixedSpecimen {
    /// What the file says it is.
    pub title: String,
    /// Characters of every record.
    pub length: usize,
    /// The character set.
    pub charset: Charset,
    /// What is written behind a record.
    pub line_end: LineEnd,
    /// The types of record, in the order they are written.
    pub records: Vec<RecordLine>,
}

/// One type of record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordLine {
    /// The characters it begins with.
    pub kind: Box<str>,
    /// How often it stands in a message.
    pub mark: Mark,
    /// When it must be there although it is optional.
    pub demand: Option<Demand>,
    /// Its fields.
    pub fields: Vec<FieldLine>,
    /// Where it is written.
    pub at: At,
}

/// One field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldLine {
    /// Its first character, from 1.
    pub start: usize,
    /// How many characters it has.
    pub length: usize,
    /// What stands in it.
    pub filling: Filling,
    /// Where the record says how many decimals the amount has.
    pub decimals: Option<(usize, usize)>,
    /// Its name: `04 91/14`.
    pub path: Box<str>,
    /// Where it is written.
    pub at: At,
}

impl FieldLine {
    /// Behind its last character.
    const fn end(&self) -> usize {
        self.start + self.length
    }
}

impl RecordLine {
    /// Whether a record begins as this type does.
    pub(super) fn is(&self, record: &Record<'_>) -> bool {
        *record.text(1, self.kind.chars().count()) == *self.kind
    }

    /// Whether its literals agree, too.
    pub(super) fn agrees(&self, record: &Record<'_>) -> bool {
        self.fields.iter().all(|field| match &field.filling {
            Filling::Literal(text) => record.text(field.start, field.length).trim() == &**text,
            _ => true,
        })
    }

    /// How many decimals are written at a place; two unless the specimen writes another digit.
    pub(super) fn decimals_at(&self, (start, _): (usize, usize)) -> u8 {
        let field = self.fields.iter().find(|field| field.start == start);
        match field.map(|field| &field.filling) {
            Some(Filling::Literal(text) | Filling::Any(text)) => text.parse().unwrap_or(2),
            _ => 2,
        }
    }
}

const WORDS: &[&str] = &["length", "charset", "lines"];

impl FixedSpecimen {
    /// Reads a specimen. What cannot be understood is a flaw; the rest is read all the same.
    #[must_use]
    pub fn parse(text: &str, codes: &Codes) -> (FixedSpecimen, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let (title, lines) = lines(text, &mut flaws);
        let (settings, lines) = settings(&lines, WORDS);
        let mut specimen = FixedSpecimen {
            title,
            length: 0,
            charset: Charset::Utf8,
            line_end: LineEnd::CrLf,
            records: Vec::new(),
        };
        for (word, value, at) in settings {
            specimen.set(word, value, at, &mut flaws);
        }
        if specimen.length == 0 {
            let at = At { line: 1, column: 1 };
            flaws.push(Flaw::new(at, format!("`length` says 1 to {LENGTH_MAX} characters")));
        }
        for line in lines {
            specimen.line(line, codes, &mut flaws);
        }
        if specimen.records.is_empty() {
            flaws.push(Flaw::new(At { line: 1, column: 1 }, "there is no type of record"));
        }
        for demand in specimen.records.iter().filter_map(|record| record.demand.as_ref()) {
            let fields = specimen.records.iter().flat_map(|record| &record.fields);
            demand.check(fields.map(|field| &field.filling), &mut flaws);
        }
        (specimen, flaws)
    }

    /// Characters of the longest type.
    pub(super) fn kind_length(&self) -> usize {
        self.records.iter().map(|record| record.kind.chars().count()).max().unwrap_or(1)
    }

    fn set(&mut self, word: &str, value: &str, at: At, flaws: &mut Vec<Flaw>) {
        match (word, value) {
            ("length", _) => {
                let length = value.parse().ok().filter(|length| (1..=LENGTH_MAX).contains(length));
                self.length = length.unwrap_or(0);
            }
            ("charset", _) => self.charset = charset(value, at, flaws),
            (_, "none") => self.line_end = LineEnd::None,
            (_, "lf") => self.line_end = LineEnd::Lf,
            (_, "crlf") => self.line_end = LineEnd::CrLf,
            _ => flaws.push(no_setting(word, value, at, &["none", "lf", "crlf"])),
        }
    }

    /// Understands one line: a type of record, or one of its fields.
    fn line(&mut self, line: &Line<'_>, codes: &Codes, flaws: &mut Vec<Flaw>) {
        if line.indent == 0 {
            let (kind, mark) = line.text.split_once(' ').unwrap_or((line.text, ""));
            let mark = mark.trim();
            let mark_at = line.place(line.text.len() - mark.len());
            let (mark, demand) = Mark::parse(mark, mark_at, flaws);
            let (kind, fields) = (kind.into(), Vec::new());
            self.records.push(RecordLine { kind, mark, demand, fields, at: line.at });
            return;
        }
        let Some(record) = self.records.last_mut() else {
            flaws.push(Flaw::new(line.at, "this field stands in no type of record"));
            return;
        };
        let (place, text) = line.text.split_once(' ').unwrap_or((line.text, ""));
        let Some((start, length)) = position(place) else {
            flaws.push(Flaw::new(line.at, "expected START/LENGTH, as `91/14 {amount}`"));
            return;
        };
        let text = text.trim();
        let at = line.place(line.text.len() - text.len());
        let (text, decimals) = cut_decimals(text);
        let list = record.mark.scope(List::Root);
        let scope = Scope { list, codes, notation: Notation::Fixed };
        let filling = fill(&text, at, scope, flaws);
        let path = format!("{} {place}", record.kind).into();
        let field = FieldLine { start, length, filling, decimals, path, at: line.at };
        if self.length > 0 && field.end() > self.length + 1 {
            let message = format!("a record has {} characters", self.length);
            flaws.push(Flaw::new(line.at, message));
        }
        let kind = record.kind.chars().count();
        let over = |other: &FieldLine| other.start < field.end() && field.start < other.end();
        if start <= kind || record.fields.iter().any(over) {
            flaws.push(Flaw::new(line.at, format!("{place} is taken by another field")));
        }
        record.fields.push(field);
    }
}

/// `91/14`.
fn position(text: &str) -> Option<(usize, usize)> {
    let (start, length) = text.split_once('/')?;
    let (start, length) = (start.parse().ok()?, length.parse().ok()?);
    let sound = start > 0 && length > 0 && start <= LENGTH_MAX && length <= LENGTH_MAX;
    sound.then_some((start, length))
}

/// Cuts the place of the decimals off `{name overpunch 20/1}`.
fn cut_decimals(text: &str) -> (String, Option<(usize, usize)>) {
    let inner = text.strip_suffix('}').and_then(|text| text.rsplit_once(" overpunch "));
    match inner.and_then(|(front, place)| Some((front, position(place.trim())?))) {
        Some((front, place)) => (format!("{front} overpunch}}"), Some(place)),
        None => (text.to_owned(), None),
    }
}
