//! A CSV specimen: understood, ready to read and to write.

use crate::carrier::lines::{Line, charset, lines, no_setting, settings};
use crate::codec::Notation;
use crate::codes::Codes;
use crate::specimen::{At, Filling, Flaw, Mark, Scope, fill};
use crate::vocabulary::List;
use acquit_syntax::charset::Charset;
use acquit_syntax::csv::Header;

/// A specimen of a CSV file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvSpecimen {
    /// What the file says it is.
    pub title: String,
    /// What stands between fields.
    pub delimiter: u8,
    /// What stands around fields, if anything does.
    pub quote: Option<u8>,
    /// Whether the first row names the columns.
    pub header: Header,
    /// The character set.
    pub charset: Charset,
    /// The list each row is an item of.
    pub list: List,
    /// The columns in their order.
    pub columns: Vec<Column>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name: in the header, or `column 3`.
    pub name: Box<str>,
    /// What stands in it.
    pub filling: Filling,
    /// Where it is written.
    pub at: At,
}

const WORDS: &[&str] = &["delimiter", "quote", "header", "charset"];

impl CsvSpecimen {
    /// Reads a specimen. What cannot be understood is a flaw; the rest is read all the same.
    #[must_use]
    pub fn parse(text: &str, codes: &Codes) -> (CsvSpecimen, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let (title, lines) = lines(text, &mut flaws);
        let (settings, lines) = settings(&lines, WORDS);
        let mut specimen = CsvSpecimen {
            title,
            delimiter: b',',
            quote: Some(b'"'),
            header: Header::Present,
            charset: Charset::Utf8,
            list: List::Root,
            columns: Vec::new(),
        };
        for (word, value, at) in settings {
            specimen.set(word, value, at, &mut flaws);
        }
        let (names, row) = match (specimen.header, lines) {
            (Header::Present, [names, row]) => (Some(names), row),
            (Header::Absent, [row]) => (None, row),
            (header, _) => {
                let message = match header {
                    Header::Present => "expected two lines: the header, and a row with holes",
                    Header::Absent => "expected one line: a row with holes",
                };
                let at = lines.first().map_or(At { line: 1, column: 1 }, |line| line.at);
                flaws.push(Flaw::new(at, message));
                return (specimen, flaws);
            }
        };
        specimen.row(row, names, codes, &mut flaws);
        (specimen, flaws)
    }

    fn set(&mut self, word: &str, value: &str, at: At, flaws: &mut Vec<Flaw>) {
        match (word, value, value.as_bytes()) {
            ("delimiter", "tab", _) => self.delimiter = b'\t',
            ("quote", "none", _) => self.quote = None,
            ("delimiter", _, [byte]) if byte.is_ascii_punctuation() => self.delimiter = *byte,
            ("quote", _, [byte]) if byte.is_ascii_punctuation() => self.quote = Some(*byte),
            ("header", "present", _) => self.header = Header::Present,
            ("header", "absent", _) => self.header = Header::Absent,
            ("charset", ..) => self.charset = charset(value, at, flaws),
            ("header", ..) => flaws.push(no_setting(word, value, at, &["present", "absent"])),
            ("quote", ..) => flaws.push(no_setting(word, value, at, &["none", "\"", "|"])),
            _ => flaws.push(no_setting(word, value, at, &[",", ";", "|", "tab"])),
        }
    }

    /// Understands the row with holes and its mark.
    fn row(
        &mut self,
        row: &Line<'_>,
        names: Option<&Line<'_>>,
        codes: &Codes,
        flaws: &mut Vec<Flaw>,
    ) {
        let cut = row.text.rfind("each ").filter(|at| row.text[..*at].ends_with(' '));
        let (text, mark) = row.text.split_at(cut.unwrap_or(row.text.len()));
        let mark_at = row.place(text.len());
        match Mark::parse(mark.trim(), mark_at, flaws).0 {
            Mark::Each(list) => self.list = list,
            _ => flaws.push(Flaw::new(mark_at, "expected `each LIST` behind the row")),
        }
        let names = names.map(|line| self.cells(line.text.trim_end()));
        let cells = self.cells(text.trim_end());
        let scope = Scope { list: self.list, codes, notation: Notation::Csv };
        if let Some(names) = &names
            && names.len() != cells.len()
        {
            let message = format!("{} names and {} fields", names.len(), cells.len());
            flaws.push(Flaw::new(row.at, message));
        }
        for (at, (offset, cell)) in cells.iter().enumerate() {
            let named = names.as_ref().and_then(|names| names.get(at));
            let name = named.map_or_else(|| format!("column {}", at + 1), |(_, name)| name.clone());
            let place = row.place(*offset);
            let filling = fill(cell, place, scope, flaws);
            self.columns.push(Column { name: name.into(), filling, at: place });
        }
    }

    /// Cuts a line at its delimiters, outside of holes and quotes.
    fn cells(&self, text: &str) -> Vec<(usize, String)> {
        let delimiter = char::from(self.delimiter);
        let quote = self.quote.map(char::from);
        let (mut hole, mut quoted) = (false, false);
        let mut cells = vec![(0, String::new())];
        for (at, character) in text.char_indices() {
            match character {
                _ if Some(character) == quote && !hole => quoted = !quoted,
                _ if character == delimiter && !hole && !quoted => {
                    cells.push((at + character.len_utf8(), String::new()));
                }
                _ => {
                    hole = (hole || character == '{') && character != '}';
                    if let Some((_, cell)) = cells.last_mut() {
                        cell.push(character);
                    }
                }
            }
        }
        cells.iter_mut().for_each(|(_, cell)| *cell = cell.trim().to_owned());
        cells
    }
}
