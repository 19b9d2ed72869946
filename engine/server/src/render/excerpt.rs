//! A piece of the input around a place, safe to show and no wider than asked.

use std::fmt::Write;
use std::ops::Range;

/// What stands for text that was cut away.
const CUT: &str = "...";

/// A line of text with a marked span.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Excerpt {
    /// The text, without any control character.
    pub(super) text: String,
    /// The marked bytes of the text; empty when something is missing there.
    pub(super) span: Range<usize>,
}

/// One shown character: what it was in the input and what it is in the text.
struct Cell {
    /// Offset in the input of its first byte.
    at: usize,
    text: String,
    columns: usize,
}

/// Cuts the line around `at..at + len` out of `bytes`, at most `width` columns.
pub(super) fn excerpt(bytes: &[u8], at: usize, len: usize, width: usize) -> Excerpt {
    let at = at.min(bytes.len());
    let end = (at + len).min(bytes.len());
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let first = bytes[..at].iter().rposition(is_break).map_or(0, |found| found + 1);
    let last = bytes[end..].iter().position(is_break).map_or(bytes.len(), |found| end + found);
    // A character is at most four bytes, so this much can fill the width on either side.
    let near_first = first.max(at.saturating_sub(4 * width));
    let near_last = last.min(end.saturating_add(4 * width)).min(at + 8 * width);
    let cells = cells(&bytes[near_first..near_last], near_first);
    let marked = cells.partition_point(|cell| cell.at < at)
        ..cells.partition_point(|cell| cell.at < end.max(at));
    let shown = window(&cells, &marked, width);
    let is_cut_left = near_first > first || shown.start > 0;
    let is_cut_right = near_last < last || shown.end < cells.len();
    assemble(&cells, shown, marked, is_cut_left, is_cut_right)
}

/// The cells to show: the marked ones (or their beginning), then as much on both sides as fits,
/// a little more before than after, because what comes before explains.
fn window(cells: &[Cell], marked: &Range<usize>, width: usize) -> Range<usize> {
    let mut room = width.saturating_sub(2 * CUT.len() + 1);
    let mut end = marked.start;
    while end < marked.end && cells[end].columns <= room {
        room -= cells[end].columns;
        end += 1;
    }
    let mut start = marked.start;
    let after: usize = cells[end..].iter().map(|cell| cell.columns).sum();
    let mut before = room - after.min(room * 2 / 5);
    while start > 0 && cells[start - 1].columns <= before {
        start -= 1;
        before -= cells[start].columns;
        room -= cells[start].columns;
    }
    while end < cells.len() && cells[end].columns <= room {
        room -= cells[end].columns;
        end += 1;
    }
    start..end
}

fn assemble(
    cells: &[Cell],
    shown: Range<usize>,
    marked: Range<usize>,
    is_cut_left: bool,
    is_cut_right: bool,
) -> Excerpt {
    let mut text = String::new();
    if is_cut_left {
        text.push_str(CUT);
    }
    let (mut start, mut end) = (None, None);
    for index in shown.clone() {
        if index >= marked.start {
            start.get_or_insert(text.len());
        }
        if index >= marked.end {
            end.get_or_insert(text.len());
        }
        text.push_str(&cells[index].text);
    }
    let start = start.unwrap_or(text.len());
    let end = end.unwrap_or(text.len()).max(start);
    if is_cut_right {
        text.push_str(CUT);
    }
    Excerpt { text, span: start..end }
}

/// The characters of some bytes: UTF-8 where it is UTF-8, ISO 8859-1 otherwise.
fn cells(bytes: &[u8], offset: usize) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut at = offset;
    let mut push = |at: &mut usize, letter: char, bytes: usize| {
        let text = shown(letter);
        cells.push(Cell { at: *at, columns: text.chars().count(), text });
        *at += bytes;
    };
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            push(&mut at, letter, letter.len_utf8());
        }
        for &byte in chunk.invalid() {
            push(&mut at, char::from(byte), 1);
        }
    }
    cells
}

/// A character as it may be shown.
fn shown(letter: char) -> String {
    let mut text = String::new();
    match letter {
        _ if is_harmless(letter) => text.push(letter),
        _ if u32::from(letter) < 0x100 => {
            let _ = write!(text, "\\x{:02x}", u32::from(letter));
        }
        _ => {
            let _ = write!(text, "\\u{{{:x}}}", u32::from(letter));
        }
    }
    text
}

/// True for characters that are seen and change nothing around them: no controls, no line
/// separators, no bidirectional controls, no invisible joiners.
pub(crate) fn is_harmless(letter: char) -> bool {
    let is_hidden = letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}');
    !is_hidden
}

/// Text of someone else's, safe to show: control characters escaped.
#[must_use]
pub fn escaped(text: &str) -> String {
    match text.chars().all(is_harmless) {
        true => text.to_owned(),
        false => text.chars().map(shown).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The excerpt with its span between brackets.
    fn check(input: &str, marked: &str, width: usize, expected: &str) {
        let at = input.find(marked).unwrap_or(input.len());
        let found = excerpt(input.as_bytes(), at, marked.len(), width);
        assert!(found.text.chars().count() <= width, "{} columns", found.text.chars().count());
        let (before, rest) = found.text.split_at(found.span.start);
        let (inside, after) = rest.split_at(found.span.len());
        assert_eq!(format!("{before}[{inside}]{after}"), expected);
    }

    #[test]
    fn short_lines_are_whole_and_long_lines_are_cut() {
        check("UNH+1'BGM+380'", "380", 40, "UNH+1'BGM+[380]'");
        check("abcdefghijklmnopqrstuvwxyz0123456789", "t", 20, "...lmnopqrs[t]uvwx...");
        check("abcdefghijklmnopqrstuvwxyz0123456789", "a", 20, "[a]bcdefghijklm...");
        check("abcdefghijklmnopqrstuvwxyz0123456789", "9", 20, "...xyz012345678[9]");
        check("abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxy", 20, "[abcdefghijklm]...");
    }

    #[test]
    fn lines_end_the_excerpt() {
        check("UNB'\nUNH+1'\r\nBGM'", "UNH", 40, "[UNH]+1'");
        check("one\n", "missing", 40, "[]");
    }

    #[test]
    fn nothing_controls_the_terminal() {
        check("a\u{1b}[31mb", "b", 40, "a\\x1b[31m[b]");
        check("a\u{202e}b\0", "b", 40, "a\\u{202e}[b]\\x00");
        let latin = excerpt(b"caf\xe9 \x9b", 3, 1, 40);
        assert_eq!((latin.text.as_str(), latin.span), ("caf\u{e9} \\x9b", 3..5));
        assert_eq!(escaped("x\u{7}y"), "x\\x07y");
    }
}
