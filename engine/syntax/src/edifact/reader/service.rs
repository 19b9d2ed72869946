//! The elements of the service segments UNB to UNZ (ISO 9735-1 annex C; the same in versions 1
//! to 3) and the check of one such segment against its rows.

use crate::edifact::kind::Kind;
use crate::edifact::tape::{Part, Segment};
use crate::edifact::value::Content;

/// Whether a component must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Usage {
    Mandatory,
    Conditional,
    /// Mandatory when any other component of the element is there.
    WithElement,
}
use Usage::{Conditional as C, Mandatory as M, WithElement as W};

/// The characters of a value: `a`, `n` or `an`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Letters,
    Digits,
    Any,
}
use Form::{Any as An, Digits as N, Letters as A};

/// One component of a service segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    element: u16,
    component: u16,
    usage: Usage,
    form: Form,
    min: u16,
    /// Greatest length before syntax 4 (0: it does not exist) and from syntax 4.
    max: [u16; 2],
}

/// `row(element, component, usage, form, min, [max before 4, max from 4])`.
const fn row(
    element: u16,
    component: u16,
    usage: Usage,
    form: Form,
    min: u16,
    max: [u16; 2],
) -> Row {
    Row { element, component, usage, form, min, max }
}

pub(super) const UNB: &[Row] = &[
    row(1, 1, M, An, 4, [4, 4]),
    row(1, 2, M, An, 1, [1, 1]),
    row(1, 3, C, An, 1, [0, 6]),
    row(1, 4, C, An, 1, [0, 3]),
    row(1, 5, C, An, 2, [0, 2]),
    row(2, 1, M, An, 1, [35, 35]),
    row(2, 2, C, An, 1, [4, 4]),
    row(2, 3, C, An, 1, [14, 35]),
    row(2, 4, C, An, 1, [0, 35]),
    row(3, 1, M, An, 1, [35, 35]),
    row(3, 2, C, An, 1, [4, 4]),
    row(3, 3, C, An, 1, [14, 35]),
    row(3, 4, C, An, 1, [0, 35]),
    row(4, 1, M, N, 6, [8, 8]),
    row(4, 2, M, N, 4, [4, 4]),
    row(5, 1, M, An, 1, [14, 14]),
    row(6, 1, W, An, 1, [14, 14]),
    row(6, 2, C, An, 2, [2, 2]),
    row(7, 1, C, An, 1, [14, 14]),
    row(8, 1, C, A, 1, [1, 1]),
    row(9, 1, C, N, 1, [1, 1]),
    row(10, 1, C, An, 1, [35, 35]),
    row(11, 1, C, N, 1, [1, 1]),
];

/// UNG before syntax 4, where most of it is mandatory.
pub(super) const UNG3: &[Row] = &[
    row(1, 1, M, An, 1, [6, 6]),
    row(2, 1, M, An, 1, [35, 35]),
    row(2, 2, C, An, 1, [4, 4]),
    row(3, 1, M, An, 1, [35, 35]),
    row(3, 2, C, An, 1, [4, 4]),
    row(4, 1, M, N, 6, [8, 8]),
    row(4, 2, M, N, 4, [4, 4]),
    row(5, 1, M, An, 1, [14, 14]),
    row(6, 1, M, An, 1, [2, 3]),
    row(7, 1, M, An, 1, [3, 3]),
    row(7, 2, M, An, 1, [3, 3]),
    row(7, 3, C, An, 1, [6, 6]),
    row(8, 1, C, An, 1, [14, 14]),
];

/// UNG from syntax 4, where only its reference is mandatory.
pub(super) const UNG4: &[Row] = &[
    row(1, 1, C, An, 1, [6, 6]),
    row(2, 1, W, An, 1, [35, 35]),
    row(2, 2, C, An, 1, [4, 4]),
    row(3, 1, W, An, 1, [35, 35]),
    row(3, 2, C, An, 1, [4, 4]),
    row(4, 1, W, N, 6, [8, 8]),
    row(4, 2, W, N, 4, [4, 4]),
    row(5, 1, M, An, 1, [14, 14]),
    row(6, 1, C, An, 1, [3, 3]),
    row(7, 1, W, An, 1, [3, 3]),
    row(7, 2, W, An, 1, [3, 3]),
    row(7, 3, C, An, 1, [6, 6]),
    row(8, 1, C, An, 1, [14, 14]),
];

pub(super) const UNH: &[Row] = &[
    row(1, 1, M, An, 1, [14, 14]),
    row(2, 1, M, An, 1, [6, 6]),
    row(2, 2, M, An, 1, [3, 3]),
    row(2, 3, M, An, 1, [3, 3]),
    row(2, 4, M, An, 1, [3, 3]),
    row(2, 5, C, An, 1, [6, 6]),
    row(2, 6, C, An, 1, [0, 6]),
    row(2, 7, C, An, 1, [0, 6]),
    row(3, 1, C, An, 1, [35, 35]),
    row(4, 1, W, N, 1, [2, 2]),
    row(4, 2, C, A, 1, [1, 1]),
    row(5, 1, W, An, 1, [0, 14]),
    row(5, 2, C, An, 1, [0, 3]),
    row(5, 3, C, An, 1, [0, 3]),
    row(5, 4, C, An, 1, [0, 3]),
    row(6, 1, W, An, 1, [0, 14]),
    row(6, 2, C, An, 1, [0, 3]),
    row(6, 3, C, An, 1, [0, 3]),
    row(6, 4, C, An, 1, [0, 3]),
    row(7, 1, W, An, 1, [0, 14]),
    row(7, 2, C, An, 1, [0, 3]),
    row(7, 3, C, An, 1, [0, 3]),
    row(7, 4, C, An, 1, [0, 3]),
];

/// UNT, UNE and UNZ: a count and the reference of the segment they answer.
pub(super) const TRAILER: &[Row] = &[row(1, 1, M, N, 1, [6, 10]), row(2, 1, M, An, 1, [14, 14])];

/// Something wrong in a service segment.
pub(super) struct Flaw {
    pub(super) kind: Kind,
    pub(super) element: u16,
    pub(super) component: u16,
    /// The part concerned; `None` when it is missing.
    pub(super) part: Option<Part>,
    pub(super) expected: String,
}

/// Checks a service segment against its rows, in order of position.
pub(super) fn check(
    content: &Content<'_>,
    segment: &Segment,
    rows: &[Row],
    version: u8,
) -> Vec<Flaw> {
    let parts = content.tape.parts_of(segment);
    let given = |part: &&Part| part.start < part.end;
    let mut flaws = Vec::new();
    let mut rest = parts.iter().filter(given).peekable();
    for row in rows {
        let place = (row.element, row.component);
        while let Some(extra) = rest.next_if(|part| (part.element, part.component) < place) {
            flaws.push(excess(extra));
        }
        let part = rest.next_if(|part| (part.element, part.component, part.repeat) == at(row));
        let max = row.max[usize::from(version >= 4)];
        let flaw = match part {
            Some(part) if max == 0 => Some(Kind::TooManyConstituents).zip(Some(Some(*part))),
            Some(part) => judge(content, part, row, max).zip(Some(Some(*part))),
            None if must_be(row, parts) => Some((Kind::Missing, None)),
            None => None,
        };
        flaws.extend(flaw.map(|(kind, part)| {
            let (element, component) = place;
            Flaw { kind, element, component, part, expected: notation(row, max) }
        }));
    }
    flaws.extend(rest.map(excess));
    flaws
}

const fn at(row: &Row) -> (u16, u16, u16) {
    (row.element, row.component, 1)
}

/// A part no row speaks of: one repetition, component or element too many.
fn excess(part: &Part) -> Flaw {
    let repeated = part.repeat > 1;
    let kind = if repeated { Kind::TooManyRepetitions } else { Kind::TooManyConstituents };
    let (element, component) = (part.element, part.component);
    Flaw { kind, element, component, part: Some(*part), expected: String::new() }
}

fn must_be(row: &Row, parts: &[Part]) -> bool {
    let beside = |part: &Part| part.element == row.element && part.start < part.end;
    match row.usage {
        Usage::Mandatory => true,
        Usage::Conditional => false,
        Usage::WithElement => parts.iter().any(beside),
    }
}

/// What is wrong with the value of a part, if anything.
fn judge(content: &Content<'_>, part: &Part, row: &Row, max: u16) -> Option<Kind> {
    let bytes = content.bytes(part);
    let length = match bytes.is_ascii() {
        true => bytes.len(),
        false => content.charset.decode(&bytes).chars().count(),
    };
    let typed = match row.form {
        Form::Any => true,
        Form::Digits => bytes.iter().all(u8::is_ascii_digit),
        Form::Letters => bytes.iter().all(|byte| !byte.is_ascii_digit()),
    };
    match (typed, row.usage) {
        (false, _) => Some(Kind::WrongCharacterType),
        _ if length > usize::from(max) => Some(Kind::TooLong),
        _ if length < usize::from(row.min) => Some(Kind::TooShort),
        (true, Usage::Mandatory) if bytes.iter().all(|byte| *byte == b' ') => Some(Kind::Missing),
        _ => None,
    }
}

/// A row in the field's notation, `an..14`.
fn notation(row: &Row, max: u16) -> String {
    let form = match row.form {
        Form::Letters => "a",
        Form::Digits => "n",
        Form::Any => "an",
    };
    let dots = if row.min == max { "" } else { ".." };
    format!("{form}{dots}{max}")
}
