//! The text of an EDIFACT specimen, cut into lines and nested by indentation.

use super::line::{Cell, Line};
use crate::codec::Notation;
use crate::codes::Codes;
use crate::specimen::{At, Flaw, Mark, Scope, fill};
use crate::vocabulary::List;

/// Most lines of a specimen; the largest message has fewer segments in its table.
pub const LINES_MAX: usize = 1_000;
/// Spaces that nest a line one level deeper.
const INDENT: usize = 2;

/// A specimen as written, before it is compiled against a segment table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EdifactSource {
    /// What the file says it is: its first comment lines.
    pub title: String,
    /// Its lines, nested.
    pub lines: Vec<Line>,
}

/// Reads a specimen. What cannot be understood is a flaw; the rest is read all the same.
#[must_use]
pub fn parse_edifact(text: &str, codes: &Codes) -> (EdifactSource, Vec<Flaw>) {
    let mut flaws = Vec::new();
    let (title, rows) = rows(text, &mut flaws);
    let mut at = 0;
    let lines = nest(&rows, &mut at, 0, List::Root, codes, &mut flaws);
    if let Some(row) = rows.iter().find(|row| row.sign != Sign::Plain) {
        flaws.push(Flaw::new(row.at, "`+` and `-` belong in a partner's file"));
    }
    flaws.sort();
    (EdifactSource { title, lines }, flaws)
}

/// What an overlay does with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// It takes the place of the default's.
    Plain,
    /// It is added.
    Add,
    /// The default's is taken away.
    Remove,
}

/// One line of text, cut but not understood.
#[derive(Debug, Clone)]
pub(super) struct Row<'t> {
    pub(super) at: At,
    pub(super) level: usize,
    pub(super) sign: Sign,
    pub(super) text: &'t str,
    pieces: Vec<Piece>,
    mark: (&'t str, At),
}

/// One component of a row; element 0 is the tag.
#[derive(Debug, Clone)]
struct Piece {
    element: u16,
    component: u16,
    text: String,
    at: At,
}

impl Row<'_> {
    /// The tag.
    pub(super) fn tag(&self) -> &str {
        self.pieces.first().map_or("", |piece| &piece.text)
    }

    /// The name in its first hole, without question mark.
    pub(super) fn first_name(&self) -> Option<&str> {
        let mut names = self.pieces.iter().filter_map(|piece| {
            let inner = piece.text.strip_prefix('{')?.strip_suffix('}')?;
            inner.split_ascii_whitespace().next().map(|name| name.trim_end_matches('?'))
        });
        names.find(|name| ![crate::specimen::ANY, crate::specimen::FORMAT].contains(name))
    }
}

/// Cuts a text into rows; the first comment lines are its title.
pub(super) fn rows<'t>(text: &'t str, flaws: &mut Vec<Flaw>) -> (String, Vec<Row<'t>>) {
    let mut title = Vec::new();
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let at = At { line: u32::try_from(number).unwrap_or(u32::MAX) + 1, column: 1 };
        let trimmed = line.trim_start();
        if let Some(comment) = trimmed.strip_prefix('#') {
            if rows.is_empty() {
                title.push(comment.trim());
            }
            continue;
        }
        if trimmed.is_empty() {
            continue;
        }
        if rows.len() == LINES_MAX {
            flaws.push(Flaw::new(at, format!("a specimen has at most {LINES_MAX} lines")));
            break;
        }
        rows.push(row(line, at, flaws));
    }
    if title.is_empty() {
        let message = "the first lines say what the file is, its source and its date";
        flaws.push(Flaw::new(At { line: 1, column: 1 }, message));
    }
    (title.join("\n"), rows)
}

/// Cuts one line.
fn row<'t>(line: &'t str, at: At, flaws: &mut Vec<Flaw>) -> Row<'t> {
    let body = line.trim_start_matches(' ');
    let spaces = line.len() - body.len();
    let (sign, body) = match (body.strip_prefix("+ "), body.strip_prefix("- ")) {
        (Some(body), _) => (Sign::Add, body),
        (_, Some(body)) => (Sign::Remove, body),
        _ => (Sign::Plain, body),
    };
    let column = line.chars().count() - body.chars().count() + 1;
    let at = At { column: u32::try_from(column).unwrap_or(u32::MAX), ..at };
    if !spaces.is_multiple_of(INDENT) || body.starts_with(char::is_whitespace) {
        flaws.push(Flaw::new(at, "two spaces nest a line one level deeper"));
    }
    let (pieces, end) = pieces(body, at);
    let Some(end) = end else {
        flaws.push(Flaw::new(at, "the terminator ' is missing"));
        let level = spaces / INDENT;
        return Row { at, level, sign, text: body, pieces, mark: ("", at) };
    };
    let mark = body[end + 1..].trim();
    let offset = body[..body.len() - body[end + 1..].trim_start().len()].chars().count();
    let mark_at = At { column: at.column + u32::try_from(offset).unwrap_or(0), ..at };
    Row { at, level: spaces / INDENT, sign, text: &body[..=end], pieces, mark: (mark, mark_at) }
}

/// Cuts a segment at its separators, outside of holes, and says where it is terminated.
fn pieces(body: &str, start: At) -> (Vec<Piece>, Option<usize>) {
    let mut pieces = Vec::new();
    let (mut element, mut component, mut at) = (0u16, 1u16, start);
    let mut text = String::new();
    let (mut in_hole, mut released) = (false, false);
    for (column, (offset, character)) in (start.column..).zip(body.char_indices()) {
        let separates = !in_hole && !released;
        match character {
            '?' if separates => released = true,
            '+' | ':' | '\'' if separates => {
                let text = std::mem::take(&mut text);
                pieces.push(Piece { element, component, text, at });
                if character == '\'' {
                    return (pieces, Some(offset));
                }
                let next = character == '+';
                component = if next { 1 } else { component + 1 };
                element += u16::from(next);
                at = At { column: column + 1, ..start };
            }
            _ => {
                in_hole = !released && character == '{' || in_hole && character != '}';
                released = false;
                text.push(character);
            }
        }
    }
    pieces.push(Piece { element, component, text, at });
    (pieces, None)
}

/// Nests the rows from `at` on that stand at `level` or deeper.
pub(super) fn nest(
    rows: &[Row<'_>],
    at: &mut usize,
    level: usize,
    list: List,
    codes: &Codes,
    flaws: &mut Vec<Flaw>,
) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    while let Some(row) = rows.get(*at).filter(|row| row.level >= level) {
        if row.level > level {
            let Some(parent) = lines.last_mut() else {
                flaws.push(Flaw::new(row.at, "this line is nested under no line"));
                *at += 1;
                continue;
            };
            let inner = nest(rows, at, level + 1, parent.list, codes, flaws);
            parent.children.extend(inner);
            continue;
        }
        lines.push(understand(row, list, codes, flaws));
        *at += 1;
    }
    lines
}

/// Understands the holes and the mark of a row that stands in a list.
pub(super) fn understand(
    row: &Row<'_>,
    around: List,
    codes: &Codes,
    flaws: &mut Vec<Flaw>,
) -> Line {
    let (mark, demand) = Mark::parse(row.mark.0, row.mark.1, flaws);
    let list = mark.scope(around);
    let scope = Scope { list, codes, notation: Notation::Edifact };
    let mut cells = Vec::new();
    for piece in row.pieces.iter().skip(1).filter(|piece| !piece.text.is_empty()) {
        let filling = fill(&piece.text, piece.at, scope, flaws);
        cells.push(Cell { element: piece.element, component: piece.component, filling });
    }
    let tag = row.tag();
    if tag.len() != 3 || !tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    {
        flaws.push(Flaw::new(row.at, format!("\"{tag}\" is no segment tag")));
    }
    Line {
        tag: tag.into(),
        cells,
        mark,
        demand,
        list,
        at: row.at,
        text: row.text.into(),
        children: Vec::new(),
    }
}
