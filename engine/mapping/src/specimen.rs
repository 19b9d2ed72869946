//! What specimens of every format have in common: holes, marks and what is wrong in a file.
//!
//! A specimen is the message as it travels, with `{name codec}` where data goes; the same file
//! reads and writes. `docs/mapping.md` tells the language to the people who write it.

mod demand;
mod hole;

pub use demand::Demand;
pub(crate) use demand::REQUIRED;
pub use hole::{ANY, FORMAT, Filling, Hole};
pub(crate) use hole::{Scope, fill};

use crate::files::FileFault;
use crate::vocabulary::List;
use std::fmt;

/// How often a line or element stands in its surroundings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// Once, and it must be there.
    Once,
    /// Once or not at all.
    Optional,
    /// Any number of times, each an item of this list.
    Each(List),
}

impl Mark {
    /// Reads what stands behind a line; nothing means once. A line that is required for some
    /// messages only is an optional one with a demand.
    pub(crate) fn parse(text: &str, at: At, flaws: &mut Vec<Flaw>) -> (Mark, Option<Demand>) {
        let mut words = placed(text, at);
        let mark = match (words.next().map(|(word, _)| word), text) {
            (Some(REQUIRED), _) => {
                return (Mark::Optional, Demand::parse(&mut words, at, flaws));
            }
            (None, _) | (_, "once") => Mark::Once,
            (_, "optional") => Mark::Optional,
            (Some("each"), _) => match (words.next(), words.next()) {
                (Some((name, place)), None) => list_of(name, place, flaws),
                _ => no_mark(text, at, flaws),
            },
            _ => no_mark(text, at, flaws),
        };
        (mark, None)
    }

    /// The list its holes belong to, inside a surrounding list.
    pub(crate) fn scope(self, around: List) -> List {
        match self {
            Mark::Each(list) => list,
            Mark::Once | Mark::Optional => around,
        }
    }
}

/// The list `each` names.
fn list_of(name: &str, at: At, flaws: &mut Vec<Flaw>) -> Mark {
    if let Some(list) = List::of(name) {
        return Mark::Each(list);
    }
    let known = List::ALL[1..].iter().map(|list| list.key());
    flaws.push(Flaw::new(at, format!("no list is named \"{name}\"")).with(known));
    Mark::Once
}

/// What is no mark is told with those that are.
fn no_mark(text: &str, at: At, flaws: &mut Vec<Flaw>) -> Mark {
    let known = ["once", "optional", "each NAME", "required when ..", "required unless .."];
    flaws.push(Flaw::new(at, format!("\"{text}\" is no mark")).with(known));
    Mark::Once
}

/// The words of a text that begins at a place, each with its own.
fn placed(text: &str, at: At) -> impl Iterator<Item = (&str, At)> {
    let mut rest = text;
    let mut column = at.column;
    std::iter::from_fn(move || {
        let word = rest.trim_start();
        column += count(rest) - count(word);
        let (word, behind) = word.split_at(word.find(char::is_whitespace).unwrap_or(word.len()));
        let found = (word, At { column, ..at });
        (rest, column) = (behind, column + count(word));
        (!word.is_empty()).then_some(found)
    })
}

/// Characters of a text.
fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// As it is written.
impl fmt::Display for Mark {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mark::Once => out.write_str("once"),
            Mark::Optional => out.write_str("optional"),
            Mark::Each(list) => write!(out, "each {}", list.key()),
        }
    }
}

/// A line and a column in characters, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct At {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One mistake in a specimen, told to the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// Where.
    pub at: At,
    /// What is wrong, without a full stop.
    pub message: String,
    /// The words that would have been right; empty when there is no such list.
    pub known: Vec<String>,
}

impl Flaw {
    pub(crate) fn new(at: At, message: impl Into<String>) -> Flaw {
        Flaw { at, message: message.into(), known: Vec::new() }
    }

    pub(crate) fn with<'k>(mut self, known: impl IntoIterator<Item = &'k str>) -> Flaw {
        self.known = known.into_iter().map(str::to_owned).collect();
        self
    }

    /// The same mistake in a named file, as the other files people write report theirs.
    #[must_use]
    pub fn in_file(self, file: &str) -> FileFault {
        FileFault {
            file: file.to_owned(),
            line: self.at.line,
            column: self.at.column,
            message: self.message,
            known: self.known,
        }
    }
}

/// `7:3: no name is "custommer"; known: client, ...`
impl fmt::Display for Flaw {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.at.line, self.at.column, self.message)?;
        if self.known.is_empty() {
            return Ok(());
        }
        write!(out, "; known: {}", self.known.join(", "))
    }
}
