//! Reading the TOML that people write: every fault of every file at once, each with its line.
//!
//! A file is parsed into a table that remembers where everything stands, and then asked for what
//! it should hold. Asking notes the keys that are known, so that [`Section::finish`] can report
//! the ones that are not, with the list of known ones. A fault never ends the reading.
//!
//! What this module is *not*: it does no input or output (texts are handed in), and it knows no
//! key of any file; those live with the type each file becomes.

use std::cell::RefCell;
use std::fmt;
use std::ops::{Range, RangeInclusive};

use acquit_domain::{Date, Decimal};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong in a file that a person wrote.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileFault {
    /// Path of the file below the mappings folder.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong, without a full stop.
    pub message: String,
    /// The words that would have been right; empty when there is no such list.
    pub known: Vec<String>,
}

/// `issuers/anp/issuer.toml:7:3: unknown key "dubs"; known: duplicates, due_days`
impl fmt::Display for FileFault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if self.known.is_empty() {
            return Ok(());
        }
        write!(out, "; known: {}", self.known.join(", "))
    }
}

/// One parsed file and what was found wrong in it.
#[derive(Debug)]
pub struct Page<'a> {
    file: &'a str,
    text: &'a str,
    table: DeTable<'a>,
    faults: RefCell<Vec<FileFault>>,
}

impl<'a> Page<'a> {
    /// Parses a text. What cannot be parsed is a fault; the rest is read all the same.
    #[must_use]
    pub fn parse(file: &'a str, text: &'a str) -> Page<'a> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let page = Page { file, text, table: table.into_inner(), faults: RefCell::default() };
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            page.fault(at, error.message().replace('\n', ", "), &[]);
        }
        page
    }

    /// The whole file as a section.
    #[must_use]
    pub fn root(&self) -> Section<'_, 'a> {
        Section::new(self, &self.table, 0)
    }

    /// Notes a fault at a byte offset.
    pub fn fault(&self, at: usize, message: impl Into<String>, known: &[&str]) {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        self.faults.borrow_mut().push(FileFault {
            file: self.file.to_owned(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
            message: message.into(),
            known: known.iter().map(|word| (*word).to_owned()).collect(),
        });
    }

    /// Everything found wrong, in the order of the file.
    #[must_use]
    pub fn into_faults(self) -> Vec<FileFault> {
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults.dedup();
        faults
    }
}

/// A word of a file with the place it stands at.
#[derive(Debug, Clone, Copy)]
pub struct Word<'p> {
    /// The word.
    pub text: &'p str,
    /// Offset of its first byte.
    pub at: usize,
}

/// A table of a file, being read.
#[derive(Debug)]
pub struct Section<'p, 'a> {
    page: &'p Page<'a>,
    table: &'p DeTable<'a>,
    at: usize,
    asked: RefCell<Vec<&'static str>>,
    all: bool,
}

impl<'p, 'a> Section<'p, 'a> {
    fn new(page: &'p Page<'a>, table: &'p DeTable<'a>, at: usize) -> Section<'p, 'a> {
        Section { page, table, at, asked: RefCell::default(), all: false }
    }

    /// Where the table begins.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Notes a fault at a byte offset of the file.
    pub fn fault(&self, at: usize, message: impl Into<String>, known: &[&str]) {
        self.page.fault(at, message, known);
    }

    fn value(&self, key: &'static str) -> Option<&'p Spanned<DeValue<'a>>> {
        self.asked.borrow_mut().push(key);
        self.table.get(key)
    }

    /// True when the key is written.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    fn wrong_type(&self, value: &Spanned<DeValue<'a>>, key: &str, wanted: &str) {
        let found = value.get_ref().type_str();
        let message = format!("\"{key}\" is to be {wanted}, not {found}");
        self.fault(value.span().start, message, &[]);
    }

    /// A text with its place, if the key is written.
    #[must_use]
    pub fn word(&self, key: &'static str) -> Option<Word<'p>> {
        let value = self.value(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(value, key, "a text");
            return None;
        };
        Some(Word { text, at: value.span().start })
    }

    /// A text, if the key is written.
    #[must_use]
    pub fn text(&self, key: &'static str) -> Option<&'p str> {
        self.word(key).map(|word| word.text)
    }

    /// A text that must be written and not empty; the empty text otherwise.
    #[must_use]
    pub fn needed(&self, key: &'static str) -> Word<'p> {
        match self.word(key) {
            Some(word) if word.text.trim().is_empty() => {
                self.fault(word.at, format!("\"{key}\" is empty"), &[]);
                word
            }
            Some(word) => word,
            None => {
                if !self.has(key) {
                    self.fault(self.at, format!("\"{key}\" is missing"), &[]);
                }
                Word { text: "", at: self.at }
            }
        }
    }

    /// A truth value, if the key is written.
    #[must_use]
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let flag = value.get_ref().as_bool();
        if flag.is_none() {
            self.wrong_type(value, key, "true or false");
        }
        flag
    }

    /// A whole number within limits, if the key is written.
    #[must_use]
    pub fn integer(&self, key: &'static str, limits: RangeInclusive<i64>) -> Option<i64> {
        let value = self.value(key)?;
        let Some(written) = value.get_ref().as_integer() else {
            self.wrong_type(value, key, "a whole number");
            return None;
        };
        let number = i64::from_str_radix(written.as_str(), written.radix()).ok();
        let number = number.filter(|number| limits.contains(number));
        if number.is_none() {
            let (low, high) = (limits.start(), limits.end());
            let message =
                format!("\"{key}\" is to be from {low} to {high}, not {}", written.as_str());
            self.fault(value.span().start, message, &[]);
        }
        number
    }

    /// A decimal written as a text (`"20"`, `"7.5"`), if the key is written.
    #[must_use]
    pub fn decimal(&self, key: &'static str) -> Option<Decimal> {
        let word = self.word(key)?;
        let number = word.text.parse().ok();
        if number.is_none() {
            self.fault(word.at, format!("\"{}\" is no decimal", word.text), &[]);
        }
        number
    }

    /// A date (`2024-01-01`, without quotes), if the key is written.
    #[must_use]
    pub fn date(&self, key: &'static str) -> Option<Date> {
        let value = self.value(key)?;
        let date = value.get_ref().as_datetime().and_then(|at| at.date);
        let date = date.and_then(|date| {
            let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
            Date::new(i16::try_from(date.year).ok()?, month, day).ok()
        });
        if date.is_none() {
            self.wrong_type(value, key, "a date");
        }
        date
    }

    /// One word of a closed list, if the key is written.
    #[must_use]
    pub fn choice<T: Copy>(&self, key: &'static str, known: &[(T, &str)]) -> Option<T> {
        self.pick(self.word(key)?, known)
    }

    /// Words of a closed list.
    #[must_use]
    pub fn choices<T: Copy>(&self, key: &'static str, known: &[(T, &str)]) -> Vec<T> {
        self.words(key).into_iter().filter_map(|word| self.pick(word, known)).collect()
    }

    /// The thing a word of a closed list stands for.
    #[must_use]
    pub fn pick<T: Copy>(&self, word: Word<'_>, known: &[(T, &str)]) -> Option<T> {
        let found = known.iter().find(|(_, name)| *name == word.text).map(|(thing, _)| *thing);
        if found.is_none() {
            let names: Vec<&str> = known.iter().map(|(_, name)| *name).collect();
            self.unknown(word, &names);
        }
        found
    }

    /// Notes that a word is none of the known ones.
    pub fn unknown(&self, word: Word<'_>, known: &[&str]) {
        self.fault(word.at, format!("unknown word \"{}\"", word.text), known);
    }

    /// A list of texts; a single text stands for a list of one. Empty when not written.
    #[must_use]
    pub fn words(&self, key: &'static str) -> Vec<Word<'p>> {
        self.value(key).map_or_else(Vec::new, |value| self.words_of(key, value))
    }

    fn words_of(&self, key: &str, value: &'p Spanned<DeValue<'a>>) -> Vec<Word<'p>> {
        if let Some(text) = value.get_ref().as_str() {
            return vec![Word { text, at: value.span().start }];
        }
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(value, key, "a text or a list of texts");
            return Vec::new();
        };
        let mut words = Vec::with_capacity(array.len());
        for item in array.iter() {
            match item.get_ref().as_str() {
                Some(text) => words.push(Word { text, at: item.span().start }),
                None => self.wrong_type(item, key, "a list of texts"),
            }
        }
        words
    }

    /// A table, if the key is written.
    #[must_use]
    pub fn section(&self, key: &'static str) -> Option<Section<'p, 'a>> {
        let value = self.value(key)?;
        self.as_section(key, value)
    }

    fn as_section(&self, key: &str, value: &'p Spanned<DeValue<'a>>) -> Option<Section<'p, 'a>> {
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(value, key, "a table");
            return None;
        };
        Some(Section::new(self.page, table, value.span().start))
    }

    /// A list of tables (`[[key]]`); empty when not written.
    #[must_use]
    pub fn sections(&self, key: &'static str) -> Vec<Section<'p, 'a>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(value, key, "a list of tables");
            return Vec::new();
        };
        array.iter().filter_map(|item| self.as_section(key, item)).collect()
    }

    /// Every key with its table, for tables whose keys are data. No key is unknown then.
    #[must_use]
    pub fn tables(&mut self) -> Vec<(Word<'p>, Section<'p, 'a>)> {
        self.all = true;
        let rows = self.table.iter().filter_map(|(key, value)| {
            let section = self.as_section(key.get_ref(), value)?;
            Some((key_word(key), section))
        });
        rows.collect()
    }

    /// Every key with its list of texts, for tables whose keys are data.
    #[must_use]
    pub fn lists(&mut self) -> Vec<(Word<'p>, Vec<Word<'p>>)> {
        self.all = true;
        let rows = self.table.iter();
        rows.map(|(key, value)| (key_word(key), self.words_of(key.get_ref(), value))).collect()
    }

    /// Reports every key that was never asked for.
    pub fn finish(&self) {
        if self.all {
            return;
        }
        let mut known = self.asked.borrow().clone();
        known.sort_unstable();
        known.dedup();
        for (key, _) in self.table.iter() {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                self.page.fault(key.span().start, format!("unknown key \"{name}\""), &known);
            }
        }
    }
}

fn key_word<'p>(key: &'p Spanned<std::borrow::Cow<'_, str>>) -> Word<'p> {
    let Range { start, .. } = key.span();
    Word { text: key.get_ref(), at: start }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a small file of one section and gives every fault as its line.
    fn check(text: &str, expected: &[&str]) {
        let page = Page::parse("a.toml", text);
        let root = page.root();
        let _ = root.needed("name");
        let _ = root.integer("days", 1..=60);
        let _ = root.choice("colour", &[(1, "red"), (2, "green")]);
        let _ = root.flag("active");
        let _ = root.date("since");
        let _ = root.decimal("rate");
        let _ = root.words("words");
        if let Some(inner) = root.section("inner") {
            let _ = inner.text("x");
            inner.finish();
        }
        root.finish();
        let found: Vec<String> = page.into_faults().iter().map(ToString::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_right_file_has_no_fault() {
        let text = "name = \"n\"\ndays = 0x10\ncolour = \"red\"\nactive = true\n\
                    since = 2024-02-29\nrate = \"7.5\"\nwords = [\"a\", \"b\"]\n[inner]\nx = \"é\"";
        check(text, &[]);
    }

    #[test]
    fn all_faults_come_at_once() {
        check(
            "days = 61\ncolour = \"blue\"\n  dubs = 1\n[inner]\ny = 'é'",
            &[
                "a.toml:1:1: \"name\" is missing",
                "a.toml:1:8: \"days\" is to be from 1 to 60, not 61",
                "a.toml:2:10: unknown word \"blue\"; known: red, green",
                "a.toml:3:3: unknown key \"dubs\"; known: active, colour, days, inner, name, \
                 rate, since, words",
                "a.toml:5:1: unknown key \"y\"; known: x",
            ],
        );
    }

    #[test]
    fn wrong_types_and_repeated_keys() {
        check(
            "name = 1\nactive = 1\nsince = 2023-02-01\nrate = \"x\"\nwords = [1]\nrate = \"1\"",
            &[
                "a.toml:1:8: \"name\" is to be a text, not integer",
                "a.toml:2:10: \"active\" is to be true or false, not integer",
                "a.toml:4:8: \"x\" is no decimal",
                "a.toml:5:10: \"words\" is to be a list of texts, not integer",
                "a.toml:6:1: duplicate key",
            ],
        );
    }
}
