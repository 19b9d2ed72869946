//! Lines of a guide file, and what is wrong in them.

/// Which of the files of a release a flaw stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GuideFile {
    /// `MESSAGE.guide`, the segment table.
    Table,
    /// `segments.guide`.
    Segments,
    /// `codes.guide`.
    Codes,
}

/// One mistake in a guide file, told to the person who wrote it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flaw {
    /// The file it stands in.
    pub file: GuideFile,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// What is wrong and what is expected.
    pub message: String,
}

/// Collects the flaws of one file.
#[derive(Debug)]
pub(super) struct Flaws {
    file: GuideFile,
    pub(super) all: Vec<Flaw>,
}

impl Flaws {
    pub(super) fn new(file: GuideFile) -> Flaws {
        Flaws { file, all: Vec::new() }
    }

    /// Notes a flaw at a word.
    pub(super) fn at(&mut self, word: Word<'_>, message: impl Into<String>) {
        self.line(word.line, word.column, message);
    }

    /// Notes a flaw at a place.
    pub(super) fn line(&mut self, line: u32, column: u32, message: impl Into<String>) {
        self.all.push(Flaw { file: self.file, line, column, message: message.into() });
    }
}

/// A word and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Word<'a> {
    pub(super) text: &'a str,
    pub(super) line: u32,
    pub(super) column: u32,
}

/// One line that says something: its nesting and its words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Levels of nesting, two spaces each.
    pub(super) level: usize,
    /// What has not been taken yet.
    pub(super) rest: Word<'a>,
}

impl<'a> Line<'a> {
    /// Takes the next word; an empty one at the end of the line.
    pub(super) fn word(&mut self) -> Word<'a> {
        let whole = self.rest;
        let cut = whole.text.find(' ').unwrap_or(whole.text.len());
        let after = whole.text[cut..].trim_start_matches(' ');
        let taken = whole.text.len() - after.len();
        self.rest = Word {
            text: after,
            line: whole.line,
            column: whole.column + characters(&whole.text[..taken]),
        };
        Word { text: &whole.text[..cut], ..whole }
    }
}

/// The lines of a file that are neither empty nor comments.
pub(super) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    text.lines().enumerate().filter_map(|(index, line)| {
        let body = line.trim_start_matches(' ');
        let said = body.trim_end();
        if said.is_empty() || said.starts_with('#') {
            return None;
        }
        let indent = line.len() - body.len();
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let column = u32::try_from(indent + 1).unwrap_or(u32::MAX);
        let rest = Word { text: said, line: number, column };
        Some(Line { level: indent / 2, rest })
    })
}

fn characters(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
