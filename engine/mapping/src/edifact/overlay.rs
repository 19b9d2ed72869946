//! A partner's file laid over the default: it holds only the lines that differ.
//!
//! Each line takes the place of the default's line that fills the same first name; the lines of
//! its group stay unless it brings its own. `- SEGMENT` takes a line away, `+ SEGMENT` adds one
//! after the line before it in the partner's file (or at the beginning). A line that does not
//! differ may be repeated, to say where something is added.

use super::line::Line;
use super::source::{EdifactSource, Row, Sign, nest, rows, understand};
use crate::codes::Codes;
use crate::specimen::Flaw;
use crate::vocabulary::List;

/// The default with a partner's lines laid over it.
#[must_use]
pub fn lay_over(default: &EdifactSource, text: &str, codes: &Codes) -> (EdifactSource, Vec<Flaw>) {
    let mut flaws = Vec::new();
    let (title, rows) = rows(text, &mut flaws);
    let mut source = EdifactSource { title, lines: default.lines.clone() };
    let mut anchor: Path = vec![0];
    let mut at = 0;
    while at < rows.len() {
        let row = &rows[at];
        if row.level > 0 {
            flaws.push(Flaw::new(row.at, "this line is nested under no line"));
            at += 1;
            continue;
        }
        let found = if row.sign == Sign::Add { None } else { find(&source.lines, row) };
        let list = list_around(&source.lines, found.as_ref().unwrap_or(&anchor));
        let line = own_line(&rows, &mut at, list, codes, &mut flaws);
        anchor = match (row.sign, found) {
            (Sign::Add, _) => add(&mut source.lines, anchor, line),
            (_, None) => {
                flaws.push(Flaw::new(row.at, "the default has no such line; add it with `+`"));
                anchor
            }
            (Sign::Remove, Some(path)) => remove(&mut source.lines, path),
            (Sign::Plain, Some(path)) => replace(&mut source.lines, path, line),
        };
    }
    flaws.sort();
    (source, flaws)
}

/// Positions from the outermost line to one line, or to where a line is to be added.
type Path = Vec<usize>;

/// The row at `at` with the rows nested under it, understood in the list it will stand in.
fn own_line(
    rows: &[Row<'_>],
    at: &mut usize,
    list: List,
    codes: &Codes,
    flaws: &mut Vec<Flaw>,
) -> Line {
    let row = &rows[*at];
    *at += 1;
    let mut own = Vec::new();
    let mut line = understand(row, list, codes, &mut own);
    let first = *at;
    line.children = nest(rows, at, 1, line.list, codes, &mut own);
    let signed = rows[first..*at].iter().filter(|row| row.sign != Sign::Plain);
    flaws.extend(signed.map(|row| Flaw::new(row.at, "`+` and `-` stand at the outermost level")));
    if row.sign != Sign::Remove {
        flaws.extend(own);
    }
    line
}

/// The list the lines beside this one belong to.
fn list_around(lines: &[Line], path: &[usize]) -> List {
    let mut list = List::Root;
    let mut level = lines;
    for at in &path[..path.len().saturating_sub(1)] {
        let Some(line) = level.get(*at) else { break };
        list = line.list;
        level = &line.children;
    }
    list
}

/// The line that fills the same first name, preferably in the same segment; a row without holes
/// names the line that reads the same.
fn find(lines: &[Line], row: &Row<'_>) -> Option<Path> {
    let Some(name) = row.first_name() else {
        return search(lines, &|line| *line.text == *row.text);
    };
    let fills = |line: &Line| line.first_field().is_some_and(|field| field.key() == name);
    search(lines, &|line| fills(line) && *line.tag == *row.tag()).or_else(|| search(lines, &fills))
}

fn search(lines: &[Line], wanted: &dyn Fn(&Line) -> bool) -> Option<Path> {
    lines.iter().enumerate().find_map(|(at, line)| {
        if wanted(line) {
            return Some(vec![at]);
        }
        search(&line.children, wanted).map(|mut path| {
            path.insert(0, at);
            path
        })
    })
}

/// The lines among which the last position of a path counts.
fn siblings<'l>(lines: &'l mut Vec<Line>, path: &[usize]) -> &'l mut Vec<Line> {
    let Some((first, rest)) = path.split_first() else { return lines };
    if rest.is_empty() || *first >= lines.len() {
        return lines;
    }
    siblings(&mut lines[*first].children, rest)
}

fn replace(lines: &mut Vec<Line>, mut path: Path, mut line: Line) -> Path {
    let last = path.last().copied().unwrap_or(0);
    if let Some(old) = siblings(lines, &path).get_mut(last) {
        if line.children.is_empty() {
            line.children = std::mem::take(&mut old.children);
        }
        *old = line;
    }
    step(&mut path);
    path
}

/// Takes a line away; what is added next stands where it stood.
fn remove(lines: &mut Vec<Line>, path: Path) -> Path {
    let last = path.last().copied().unwrap_or(0);
    let siblings = siblings(lines, &path);
    if last < siblings.len() {
        siblings.remove(last);
    }
    path
}

fn add(lines: &mut Vec<Line>, mut path: Path, line: Line) -> Path {
    let last = path.last().copied().unwrap_or(0);
    let siblings = siblings(lines, &path);
    siblings.insert(last.min(siblings.len()), line);
    step(&mut path);
    path
}

/// One further among its siblings.
fn step(path: &mut Path) {
    if let Some(last) = path.last_mut() {
        *last += 1;
    }
}
