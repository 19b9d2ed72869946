//! The lines of a specimen that is plain text: title, settings, content.

use crate::specimen::{At, Flaw};
use acquit_syntax::charset::Charset;

/// Most lines of a specimen.
pub(crate) const LINES_MAX: usize = 1_000;

/// One line with content.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'t> {
    pub(crate) at: At,
    /// Blanks before it.
    pub(crate) indent: usize,
    pub(crate) text: &'t str,
}

impl Line<'_> {
    /// The place of a byte of the text.
    pub(crate) fn place(&self, offset: usize) -> At {
        let before = self.text.get(..offset).unwrap_or(self.text).chars().count();
        At { column: self.at.column + u32::try_from(before).unwrap_or(0), ..self.at }
    }
}

/// The title of a specimen and its lines with content.
pub(crate) fn lines<'t>(text: &'t str, flaws: &mut Vec<Flaw>) -> (String, Vec<Line<'t>>) {
    let mut title = Vec::new();
    let mut lines = Vec::new();
    for (number, whole) in (1u32..).zip(text.lines()) {
        let text = whole.trim_start_matches(' ');
        let indent = whole.len() - text.len();
        let at = At { line: number, column: u32::try_from(indent).unwrap_or(0) + 1 };
        if let Some(comment) = text.strip_prefix('#') {
            if lines.is_empty() {
                title.push(comment.trim());
            }
        } else if lines.len() == LINES_MAX {
            flaws.push(Flaw::new(at, format!("a specimen has at most {LINES_MAX} lines")));
            break;
        } else if !text.trim().is_empty() {
            lines.push(Line { at, indent, text: text.trim_end() });
        }
    }
    if title.is_empty() {
        let message = "the first lines say what the file is, its source and its date";
        flaws.push(Flaw::new(At { line: 1, column: 1 }, message));
    }
    (title.join("\n"), lines)
}

/// Takes the settings at the beginning off: lines of one of these words and a value.
pub(crate) fn settings<'l, 't>(
    lines: &'l [Line<'t>],
    words: &[&str],
) -> (Vec<(&'t str, &'t str, At)>, &'l [Line<'t>]) {
    let mut found = Vec::new();
    for line in lines {
        let Some((word, value)) = line.text.split_once(' ') else { break };
        if !words.contains(&word) || line.indent > 0 {
            break;
        }
        let value = value.trim();
        found.push((word, value, line.place(line.text.len() - value.len())));
    }
    let rest = &lines[found.len()..];
    (found, rest)
}

/// The character set of a word.
pub(crate) fn charset(word: &str, at: At, flaws: &mut Vec<Flaw>) -> Charset {
    Charset::of(word).unwrap_or_else(|| {
        let flaw = Flaw::new(at, format!("no character set is named \"{word}\""));
        flaws.push(flaw.with(Charset::names()));
        Charset::Utf8
    })
}

/// What is wrong with a setting.
pub(crate) fn no_setting(word: &str, value: &str, at: At, known: &[&str]) -> Flaw {
    Flaw::new(at, format!("\"{value}\" is no {word}")).with(known.iter().copied())
}

/// Cuts the mark off: what stands behind the closing brace of a hole, or behind two blanks.
pub(crate) fn cut_mark(text: &str) -> (&str, &str, usize) {
    let end = match text.starts_with('{') {
        true => text.find('}').map_or(text.len(), |at| at + 1),
        false => text.find("  ").unwrap_or(text.len()),
    };
    let (content, rest) = text.split_at(end);
    let mark = rest.trim();
    (content.trim_end(), mark, text.len() - mark.len())
}
