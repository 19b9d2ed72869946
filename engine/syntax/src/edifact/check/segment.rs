//! The elements of one segment against their definition.

use super::tell::{self, Seen};
use super::{Checked, Input, Rules, value};
use crate::edifact::guide::{Directory, ElementUse, SegmentDef};
use crate::edifact::kind::Kind;
use crate::edifact::tape::Part;
use crate::fault::Level;

/// A segment's definition and how deep in groups it stands.
#[derive(Clone, Copy)]
pub(super) struct Whole<'a> {
    pub(super) directory: &'a Directory,
    pub(super) definition: &'a SegmentDef,
    /// Groups around it: the most explicit nesting indicators its tag may carry.
    pub(super) levels: u16,
}

/// Checks the elements of one segment of the input, given by its index, against a definition of
/// a directory. Faults are added in the order of the elements, missing ones last.
pub fn segment(
    directory: &Directory,
    definition: &SegmentDef,
    input: &Input<'_>,
    index: usize,
    rules: &Rules<'_>,
    out: &mut Checked,
) {
    let known = directory.segments().iter().position(|known| known.tag == definition.tag);
    let parts = input.parts_of(&input.segments[index]);
    if !known.is_some_and(|known| is_plain(directory, known, input, parts)) {
        let whole = Whole { directory, definition, levels: 0 };
        thorough(whole, input, index, rules, out);
    }
}

/// Whether a segment, defined at an index of the directory, is right at a glance, which nearly
/// all are. What is unusual though perhaps right (a repetition, a line break, a value with
/// release characters among coded ones) is not plain: it is left to the thorough check, which
/// alone tells faults.
#[inline]
pub(super) fn is_plain(
    directory: &Directory,
    definition: usize,
    input: &Input<'_>,
    parts: &[Part],
) -> bool {
    let Some(look) = directory.look(definition) else { return false };
    let (mut present, mut odd, mut ends_empty) = (0u64, false, false);
    for part in parts {
        let Some(span) = look.spans.get(usize::from(part.element)) else { return false };
        let component = part.component.wrapping_sub(1);
        odd |= (component >= u16::from(span.count)) | (part.repeat != 1);
        odd |= ends_empty & (component == 0);
        ends_empty = (part.start == part.end) & (component > 0);
        if part.start == part.end {
            continue;
        }
        let at = usize::from(span.first) + usize::from(component);
        let Some(rule) = look.rules.get(at) else { return false };
        if !value::is_plain(rule, directory, input, part) {
            return false;
        }
        present |= 1 << (at % 64);
    }
    let said = parts.last().is_none_or(|part| part.start < part.end);
    let complete = look.required & !present == 0;
    (said & complete & !odd) && look.needs.iter().all(|need| need.is_met(present))
}

/// Checks everything again, this time telling what is wrong.
#[cold]
pub(super) fn thorough(
    whole: Whole<'_>,
    input: &Input<'_>,
    index: usize,
    rules: &Rules<'_>,
    out: &mut Checked,
) {
    let elements = whole.directory.elements(whole.definition);
    let parts = input.parts_of(&input.segments[index]);
    let mut present = 0u64;
    let mut rest = parts;
    while let Some(first) = rest.first() {
        let Some(element) = elements.get(usize::from(first.element).wrapping_sub(1)) else {
            let (run, after) = rest.split_at(run_length(rest));
            surplus(whole, input, index, run, out);
            rest = after;
            continue;
        };
        let seen = Seen {
            index,
            tag: whole.definition.tag,
            element: first.element,
            component: 0,
            repeat: if element.repeat > 1 { first.repeat } else { 0 },
        };
        let said;
        (said, rest) = occurrence(whole.directory, element, input, rest, seen, rules, out);
        present |= u64::from(said) << first.element;
    }
    if parts.last().is_some_and(|part| part.start == part.end) {
        trailing(input, index, parts, rules, out);
    }
    if whole.definition.mandatory_mask & !present != 0 {
        missing(whole, present, input, index, out);
    }
}

/// How many parts belong to the repetition of the element that comes first.
fn run_length(parts: &[Part]) -> usize {
    let same = |part: &&Part| (part.element, part.repeat) == (parts[0].element, parts[0].repeat);
    parts.iter().take_while(same).count()
}

/// Checks the repetition of an element that comes first; whether it says anything, and what
/// comes after it.
#[inline]
fn occurrence<'a>(
    directory: &Directory,
    element: &ElementUse,
    input: &Input<'_>,
    parts: &'a [Part],
    seen: Seen,
    rules: &Rules<'_>,
    out: &mut Checked,
) -> (bool, &'a [Part]) {
    let definitions = directory.components(element);
    let whose = (parts[0].element, parts[0].repeat);
    let mut present = 0u32;
    let mut length = 0;
    let mut empty = false;
    for part in parts {
        if (part.element, part.repeat) != whose {
            break;
        }
        length += 1;
        empty = part.start == part.end;
        if empty {
            continue;
        }
        let Some(definition) = definitions.get(usize::from(part.component).wrapping_sub(1)) else {
            length = run_length(parts);
            empty = parts[length - 1].start == parts[length - 1].end;
            too_many_components(element, definitions.len(), input, part, seen, out);
            // Whatever is missing before it is no second mistake.
            present = u32::MAX;
            break;
        };
        let value = value::Value { definition, mandatory: element.mandatory, directory };
        let component = if element.id.is_composite() { part.component } else { 0 };
        let said = value::check(value, input, part, Seen { component, ..seen }, rules, out);
        present |= u32::from(said) << part.component;
    }
    let (run, after) = parts.split_at(length);
    if empty && length > 1 {
        trail(input, run, seen, rules, out);
    }
    if present == 0 {
        return (false, after);
    }
    if element.mandatory_mask & !present != 0 {
        absent_components(directory, element, present, input, seen, out);
    }
    if whose.1 > element.repeat {
        let expected = format!("{} at most {}", element.id, element.repeat);
        let what = (Kind::TooManyRepetitions, Level::Element);
        tell::part(input, seen, &run[0], what, expected, out);
    }
    (true, after)
}

#[cold]
fn too_many_components(
    element: &ElementUse,
    most: usize,
    input: &Input<'_>,
    part: &Part,
    seen: Seen,
    out: &mut Checked,
) {
    let told = Seen { component: part.component, ..seen };
    let expected = format!("{} has {most}", element.id);
    let what = (Kind::TooManyConstituents, Level::Element);
    tell::part(input, told, part, what, expected, out);
}

/// Parts no element is defined for: nesting indicators of the tag, or elements too many.
#[cold]
fn surplus(whole: Whole<'_>, input: &Input<'_>, index: usize, run: &[Part], out: &mut Checked) {
    let element = run[0].element;
    let seen = Seen { index, tag: whole.definition.tag, element, ..Seen::default() };
    if element == 0 {
        let numbers = run.iter().all(|part| input.bytes(part).iter().all(u8::is_ascii_digit));
        if numbers && run.len() <= usize::from(whole.levels) {
            return;
        }
        let expected = format!("{} levels", whole.levels);
        let what = (Kind::NestingNotAllowed, Level::Segment);
        return tell::part(input, seen, &run[0], what, expected, out);
    }
    // Told once, at the first: the others are surplus for the same reason.
    let told = out.faults.last().is_some_and(|fault| {
        fault.kind == Kind::TooManyConstituents
            && fault.level == Level::Segment
            && fault.place.segment == input.origin.segment + index as u32 + 1
    });
    if let Some(part) = run.iter().find(|part| part.start < part.end).filter(|_| !told) {
        let count = whole.directory.elements(whole.definition).len();
        let what = (Kind::TooManyConstituents, Level::Segment);
        tell::part(input, seen, part, what, format!("{count} elements"), out);
    }
}

/// Separators between the last thing said and the terminator.
#[cold]
fn trailing(input: &Input<'_>, index: usize, parts: &[Part], rules: &Rules<'_>, out: &mut Checked) {
    let said = parts.iter().rposition(|part| part.start < part.end);
    // Those inside the last element that says something were told with that element.
    let element = parts[parts.len() - 1].element;
    if said.is_some_and(|said| parts[said].element == element) {
        return;
    }
    let first = said.map_or(&parts[0], |said| &parts[said]);
    let tag = input.segments[index].tag;
    let seen = Seen { index, tag, element: first.element.max(1), ..Seen::default() };
    let kind = (Kind::TrailingSeparator, rules.trailing);
    let start = if said.is_some() { first.end } else { first.start.saturating_sub(1) };
    let cut = Part {
        start,
        end: input.segments[index].end,
        marks: first.marks & Part::WRAPPED,
        ..*first
    };
    tell::part(input, seen, &cut, kind, String::new(), out);
}

/// Separators between the last component said and the end of its element.
#[cold]
fn trail(input: &Input<'_>, run: &[Part], seen: Seen, rules: &Rules<'_>, out: &mut Checked) {
    let end = run[run.len() - 1].end;
    let last_said = run.iter().rposition(|part| part.start < part.end).unwrap_or(0);
    let cut = Part {
        start: run[last_said].end,
        end,
        marks: run[last_said].marks & Part::WRAPPED,
        ..run[last_said]
    };
    let kind = (Kind::TrailingSeparator, rules.trailing_components);
    tell::part(input, seen, &cut, kind, String::new(), out);
}

/// Tells the mandatory elements that are absent.
#[cold]
fn missing(whole: Whole<'_>, present: u64, input: &Input<'_>, index: usize, out: &mut Checked) {
    for (position, element) in (1u16..).zip(whole.directory.elements(whole.definition)) {
        if element.mandatory && present & (1 << position) == 0 {
            let tag = whole.definition.tag;
            let seen = Seen { index, tag, element: position, ..Seen::default() };
            let expected = match whole.directory.components(element) {
                [only] if !element.id.is_composite() => format!("{} {}", only.id, only.notation()),
                _ => element.id.to_string(),
            };
            tell::absent(input, seen, Level::Element, expected, out);
        }
    }
}

/// Tells the mandatory components absent from an element that is present.
#[cold]
fn absent_components(
    directory: &Directory,
    element: &ElementUse,
    present: u32,
    input: &Input<'_>,
    seen: Seen,
    out: &mut Checked,
) {
    for (position, component) in (1u16..).zip(directory.components(element)) {
        if component.mandatory && present & (1 << position) == 0 {
            let expected = format!("{} {}", component.id, component.notation());
            let told = Seen { component: position, ..seen };
            tell::absent(input, told, Level::Element, expected, out);
        }
    }
}
