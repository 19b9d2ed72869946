//! Lines of a text, and invoices over pages.
//!
//! What this module is *not*: it draws nothing.

use std::ops::Range;

use crate::canvas::Style;
use crate::lettering::Fonts;

/// The width of a text on one line.
pub(crate) fn width(fonts: &Fonts, text: &str, style: Style) -> i32 {
    let runs = fonts.runs(text, style.reading);
    runs.iter().map(|run| fonts.width(run, style.weight, style.size)).sum()
}

/// The longest beginning of a text that is not wider than `limit`: at least one character.
fn beginning(fonts: &Fonts, text: &str, style: Style, limit: i32) -> usize {
    let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    let fits = |end: &usize| width(fonts, &text[..*end], style) <= limit;
    let count = ends.partition_point(fits).max(1);
    ends.get(count - 1).copied().unwrap_or(text.len())
}

/// A text on one line, ending in an ellipsis when it is wider than `limit`.
pub(crate) fn fit(fonts: &Fonts, text: &str, style: Style, limit: i32) -> String {
    let text = fonts.shown(text);
    if width(fonts, &text, style) <= limit {
        return text;
    }
    let room = limit - width(fonts, "…", style);
    let end = beginning(fonts, &text, style, room);
    format!("{}…", text[..end].trim_end())
}

/// A text on lines no wider than `limit`, at most `lines_max` of them; the last one tells with an
/// ellipsis that there was more. Words wider than a line are broken.
pub(crate) fn wrap(
    fonts: &Fonts,
    text: &str,
    style: Style,
    limit: i32,
    lines_max: usize,
) -> Vec<String> {
    let shown = fonts.shown(text);
    let mut rest = shown.trim();
    let mut lines = Vec::new();
    while !rest.is_empty() {
        if lines.len() + 1 == lines_max {
            lines.push(fit(fonts, rest, style, limit));
            break;
        }
        let mut end = beginning(fonts, rest, style, limit);
        if end < rest.len()
            && !rest[end..].starts_with(' ')
            && let Some(space) = rest[..end].rfind(' ')
        {
            end = space;
        }
        lines.push(rest[..end].trim_end().to_owned());
        rest = rest[end..].trim_start();
    }
    lines
}

/// Where rows can stand.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Height for rows on the first page.
    pub(crate) first: i32,
    /// Height for rows on each page after it.
    pub(crate) next: i32,
    /// Height that what follows the rows takes on the last page.
    pub(crate) tail: i32,
    /// Height of one row.
    pub(crate) row: i32,
}

/// Which rows stand on which page. Every page but the last is full.
pub(crate) fn pages(count: usize, room: Room) -> Vec<Range<usize>> {
    let rows = |height: i32| usize::try_from(height / room.row).unwrap_or(0);
    let mut pages = Vec::new();
    let (mut from, mut height) = (0, room.first);
    while count - from > rows(height - room.tail) {
        // A page holds a row at least, or none of this would end.
        let to = count.min(from + rows(height).max(1));
        pages.push(from..to);
        (from, height) = (to, room.next);
    }
    pages.push(from..count);
    pages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canvas::Ink;
    use crate::lettering::{Reading, Weight};

    const STYLE: Style =
        Style { size: 180, weight: Weight::Regular, reading: Reading::OfItself, ink: Ink::Black };

    fn check(text: &str, limit: i32, lines_max: usize, lines: &[&str]) {
        let fonts = Fonts::load().expect("the fonts are inside");
        assert_eq!(wrap(&fonts, text, STYLE, limit, lines_max), lines);
    }

    #[test]
    fn lines() {
        check("", 1_000, 3, &[]);
        check("un reçu", 2_000, 3, &["un reçu"]);
        check("Agence Nationale des Ports", 1_000, 3, &["Agence", "Nationale", "des Ports"]);
        check("Agence Nationale des Ports", 1_000, 2, &["Agence", "Nationale…"]);
        check("AAAAAAAAAAAAAAAAAAAA", 1_000, 3, &["AAAAAAAA", "AAAAAAAA", "AAAA"]);
        check("W", 1, 3, &["W"]);
    }

    #[test]
    fn rows_over_pages() {
        let room = Room { first: 100, next: 200, tail: 50, row: 10 };
        let check = |count, ends: &[usize]| {
            let found: Vec<usize> = pages(count, room).iter().map(|rows| rows.end).collect();
            assert_eq!(found, ends, "{count} rows");
        };
        check(0, &[0]);
        check(5, &[5]);
        check(6, &[6, 6]);
        check(10, &[10, 10]);
        check(26, &[10, 26, 26]);
        check(25, &[10, 25]);
        assert_eq!(pages(2, Room { first: 0, next: 0, tail: 9, row: 10 }), [0..1, 1..2, 2..2]);
    }
}
