//! Code tables: the words this house uses, and the codes messages carry for them.
//!
//! One file per table under `mappings/codes/`, its name is the table's name:
//!
//! ```toml
//! source = "UN/EDIFACT D.96A, data element 1001"
//! [codes]
//! credit_note = ["381", "261"]     # the first code is the one written
//! [labels.credit_note]
//! fr = "Avoir"
//! ```
//!
//! What this module is *not*: the code lists of the standard (they belong to the segment tables
//! in `mappings/guides/`); a code may be in the standard and have no meaning here.

use std::collections::BTreeMap;

use crate::files::{FileFault, Page, Word};
use crate::language::{Language, Sentence};

/// A table between keys and codes, looked up both ways.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeTable {
    name: String,
    source: String,
    open: bool,
    any_case: bool,
    /// Sorted by key.
    rows: Vec<Row>,
    /// Sorted by code (in upper case when case does not matter); index into `rows`.
    by_code: Vec<(String, usize)>,
    /// The [head](head) of each code of `by_code`, together in memory: codes are short, so that
    /// nearly always a look-up touches nothing else.
    heads: Vec<u64>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    key: String,
    codes: Vec<String>,
    label: Option<Sentence>,
}

impl CodeTable {
    /// Reads one file; `name` is the file's name without folder and ending.
    #[must_use]
    pub fn read(name: &str, file: &str, text: &str) -> (CodeTable, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let mut table = CodeTable {
            name: name.to_owned(),
            source: root.needed("source").text.to_owned(),
            open: root.flag("open").unwrap_or(false),
            any_case: root.flag("any_case").unwrap_or(false),
            ..CodeTable::default()
        };
        match root.section("codes") {
            Some(mut codes) => {
                for (key, words) in codes.lists() {
                    table.add(&page, key, &words);
                }
            }
            None => root.fault(0, "\"codes\" is missing", &[]),
        }
        if let Some(mut labels) = root.section("labels") {
            for (key, section) in labels.tables() {
                let sentence = Sentence::read(&section);
                section.finish();
                table.label_row(&page, key, sentence);
            }
        }
        root.finish();
        table.by_code.sort();
        table.heads = table.by_code.iter().map(|(code, _)| head(code)).collect();
        (table, page.into_faults())
    }

    fn add(&mut self, page: &Page<'_>, key: Word<'_>, words: &[Word<'_>]) {
        if words.is_empty() {
            page.fault(key.at, format!("\"{}\" has no code", key.text), &[]);
        }
        for word in words {
            let code = self.folded(word.text);
            if let Some((_, other)) = self.by_code.iter().find(|(known, _)| *known == code) {
                let first = self.rows.get(*other).map_or(key.text, |row| &row.key);
                let message = format!("code \"{}\" belongs to \"{first}\" already", word.text);
                page.fault(word.at, message, &[]);
            } else {
                self.by_code.push((code, self.rows.len()));
            }
        }
        let codes = words.iter().map(|word| word.text.to_owned()).collect();
        self.rows.push(Row { key: key.text.to_owned(), codes, label: None });
    }

    fn label_row(&mut self, page: &Page<'_>, key: Word<'_>, sentence: Sentence) {
        match self.rows.iter_mut().find(|row| row.key == key.text) {
            Some(row) => row.label = Some(sentence),
            None => {
                let known: Vec<&str> = self.keys().collect();
                page.fault(key.at, format!("no code is named \"{}\"", key.text), &known);
            }
        }
    }

    fn folded(&self, code: &str) -> String {
        if self.any_case { code.to_uppercase() } else { code.to_owned() }
    }

    /// The table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where its codes come from.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// True when codes that are not in the table are kept as they are instead of refused.
    #[must_use]
    pub fn open(&self) -> bool {
        self.open
    }

    /// The key of a code.
    #[must_use]
    pub fn key_of(&self, code: &str) -> Option<&str> {
        let found = self.find(code);
        if found.is_some() || !self.any_case {
            return found;
        }
        self.find(&code.to_uppercase())
    }

    /// The key of a code of at most eight bytes, given as one number, the first byte lowest, and
    /// its length. Codes in another case are not found.
    #[inline]
    pub(crate) fn key_at_once(&self, code: u64, length: usize) -> Option<&str> {
        let head = code.swap_bytes();
        let mut at = self.heads.partition_point(|known| *known < head);
        while self.heads.get(at) == Some(&head) {
            let (known, row) = &self.by_code[at];
            if known.len() == length {
                return self.rows.get(*row).map(|row| row.key.as_str());
            }
            at += 1;
        }
        None
    }

    #[inline]
    fn find(&self, code: &str) -> Option<&str> {
        let head = head(code);
        let mut at = self.heads.partition_point(|known| *known < head);
        while self.heads.get(at) == Some(&head) {
            let (known, row) = &self.by_code[at];
            // Codes that are short are told apart by their heads and lengths.
            let short = code.len() <= HEAD_BYTES;
            if known.len() == code.len() && (short || known == code) {
                return self.rows.get(*row).map(|row| row.key.as_str());
            }
            at += 1;
        }
        None
    }

    fn row(&self, key: &str) -> Option<&Row> {
        let at = self.rows.binary_search_by(|row| row.key.as_str().cmp(key)).ok()?;
        self.rows.get(at)
    }

    /// The code written for a key.
    #[must_use]
    pub fn code_of(&self, key: &str) -> Option<&str> {
        self.row(key)?.codes.first().map(String::as_str)
    }

    /// The label of a key, for people.
    #[must_use]
    pub fn label(&self, key: &str, language: Language) -> Option<&str> {
        Some(self.row(key)?.label.as_ref()?.text(language))
    }

    /// Every key, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|row| row.key.as_str())
    }

    /// Every code that is read, in order.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().flat_map(|row| row.codes.iter().map(String::as_str))
    }
}

/// Most bytes of a [`head`].
const HEAD_BYTES: usize = 8;

/// The first eight bytes of a code as one number, so that codes sort as their heads do.
#[inline]
fn head(code: &str) -> u64 {
    let bytes = code.as_bytes();
    match bytes.first_chunk::<HEAD_BYTES>() {
        Some(eight) => u64::from_be_bytes(*eight),
        None => {
            let packed = bytes.iter().fold(0, |packed, byte| packed << 8 | u64::from(*byte));
            // Left of the bytes that are not there; a code of none is 0 either way.
            packed << (8 * (HEAD_BYTES - bytes.len()) % 64)
        }
    }
}

/// Every code table, by name.
pub type Codes = BTreeMap<String, CodeTable>;

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: &str = "\
source = \"1001\"
any_case = true
[codes]
credit_note = [\"381\", \"c\"]
principal = \"380\"
[labels.principal]
fr = \"P\"
en = \"Q\"
ar = \"R\"
";

    #[test]
    fn both_ways() {
        let (table, faults) = CodeTable::read("kind", "codes/kind.toml", KINDS);
        assert_eq!(faults, []);
        assert_eq!(table.key_of("381"), Some("credit_note"));
        assert_eq!(
            table.key_at_once(u64::from_le_bytes(*b"381\0\0\0\0\0"), 3),
            Some("credit_note")
        );
        assert_eq!(table.key_at_once(u64::from_le_bytes(*b"381\0\0\0\0\0"), 4), None);
        assert_eq!(table.key_at_once(u64::from_le_bytes(*b"c\0\0\0\0\0\0\0"), 1), None);
        assert_eq!(table.key_at_once(0, 0), None);
        assert_eq!(table.key_of("C"), Some("credit_note"));
        assert_eq!(table.key_of("999"), None);
        assert_eq!(table.key_of("381\0"), None);
        assert_eq!(table.key_of(""), None);
        assert_eq!(table.code_of("credit_note"), Some("381"));
        assert_eq!(table.code_of("other"), None);
        assert_eq!(table.label("principal", Language::En), Some("Q"));
        assert_eq!(table.label("credit_note", Language::En), None);
    }

    #[test]
    fn what_is_wrong_in_a_table() {
        let text = "[codes]\na = \"1\"\nb = [\"1\"]\nc = []\n[labels.z]\nfr = \"\"\nen = \"x\"";
        let (_, faults) = CodeTable::read("kind", "codes/kind.toml", text);
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let expected = [
            "codes/kind.toml:1:1: \"source\" is missing",
            "codes/kind.toml:3:6: code \"1\" belongs to \"a\" already",
            "codes/kind.toml:4:1: \"c\" has no code",
            "codes/kind.toml:5:1: \"ar\" is missing",
            "codes/kind.toml:5:9: no code is named \"z\"; known: a, b, c",
            "codes/kind.toml:6:6: \"fr\" is empty",
        ];
        assert_eq!(found, expected);
    }
}
