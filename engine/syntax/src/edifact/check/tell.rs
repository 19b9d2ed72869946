//! Building faults: the cold side of every check.

use super::{Characters, Checked, FAULTS_MAX, Input, NOTES_MAX};
use crate::edifact::Fault;
use crate::edifact::guide::tag_text;
use crate::edifact::kind::Kind;
use crate::edifact::tape::{Part, Tag};
use crate::fault::{Level, Place, VALUE_MAX};

/// What a fault is about: a segment, an element of it, a component of that.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen {
    /// Index of the segment in the input.
    pub(super) index: usize,
    /// Tag told with it.
    pub(super) tag: Tag,
    /// Element position, 0 for the segment.
    pub(super) element: u16,
    /// Component position, 0 for the element.
    pub(super) component: u16,
    /// Repetition, 0 when the element does not repeat.
    pub(super) repeat: u16,
}

/// Something missing: it has a place but no bytes.
#[cold]
pub(super) fn absent(
    input: &Input<'_>,
    seen: Seen,
    level: Level,
    expected: String,
    out: &mut Checked,
) {
    let at = match (input.segments.get(seen.index), seen.element) {
        (Some(segment), 0) => segment.start,
        (Some(segment), element) => {
            let parts = input.parts_of(segment);
            parts.iter().find(|part| part.element >= element).map_or(segment.end, |part| part.start)
        }
        (None, _) => input.segments.last().map_or(0, |segment| segment.end),
    };
    let place = place(input, seen, at, at);
    let fault = Fault {
        kind: Kind::Missing,
        level,
        place,
        name: tag_text(seen.tag),
        value: String::new(),
        expected,
    };
    push(input, fault, out);
}

/// A segment as a whole.
#[cold]
pub(super) fn whole(
    input: &Input<'_>,
    index: usize,
    kind: Kind,
    level: Level,
    expected: String,
    out: &mut Checked,
) {
    let segment = &input.segments[index];
    let end = segment.start + u32::from(segment.tag_len);
    let seen = Seen { index, ..Seen::default() };
    let written = &input.window[segment.start as usize..segment.end as usize];
    let tag = &written[..written.len().min(usize::from(segment.tag_len))];
    let fault = Fault {
        kind,
        level,
        place: place(input, seen, segment.start, end.min(segment.end)),
        name: text(tag, input.characters),
        value: String::new(),
        expected,
    };
    push(input, fault, out);
}

/// A part: its value is shown, without release characters and line breaks.
#[cold]
pub(super) fn part(
    input: &Input<'_>,
    seen: Seen,
    part: &Part,
    (kind, level): (Kind, Level),
    expected: String,
    out: &mut Checked,
) {
    let fault = Fault {
        kind,
        level,
        place: place(input, seen, part.start, part.end),
        name: tag_text(seen.tag),
        value: text(&said(input, part), input.characters),
        expected,
    };
    push(input, fault, out);
}

/// What a part says: its bytes without release characters and line breaks.
pub(super) fn said(input: &Input<'_>, part: &Part) -> Vec<u8> {
    let mut said = Vec::new();
    let mut released = false;
    for &byte in input.bytes(part) {
        if part.is_wrapped() && matches!(byte, b'\r' | b'\n') {
            continue;
        }
        if !released && Some(byte) == input.separators.release {
            released = true;
            continue;
        }
        released = false;
        said.push(byte);
    }
    said
}

fn place(input: &Input<'_>, seen: Seen, start: u32, end: u32) -> Place {
    Place {
        segment: input.origin.segment + seen.index as u32 + 1,
        element: seen.element,
        component: seen.component,
        repeat: seen.repeat,
        byte: input.origin.byte + u64::from(start),
        len: end.saturating_sub(start),
        ..input.origin
    }
}

fn text(bytes: &[u8], characters: Characters) -> String {
    // Four bytes hold any character, so no more than this can be shown.
    let bytes = &bytes[..bytes.len().min(4 * VALUE_MAX)];
    match characters {
        Characters::SingleByte => bytes.iter().take(VALUE_MAX).map(|b| char::from(*b)).collect(),
        Characters::Utf8 => String::from_utf8_lossy(bytes).chars().take(VALUE_MAX).collect(),
    }
}

fn push(input: &Input<'_>, fault: Fault, out: &mut Checked) {
    if is_told(input.told, &fault) {
        return;
    }
    if fault.level == Level::Note {
        out.notes = out.notes.saturating_add(1);
        if out.notes as usize <= NOTES_MAX {
            out.faults.push(fault);
        }
    } else if out.faults.len() < FAULTS_MAX + out.notes.min(NOTES_MAX as u32) as usize {
        out.faults.push(fault);
    } else {
        out.untold = out.untold.saturating_add(1);
    }
}

/// Whether the reader told the same: the kind at the element, or that the segment as a whole is
/// none it supports.
fn is_told(told: &[Fault], fault: &Fault) -> bool {
    told.iter().filter(|told| told.place.segment == fault.place.segment).any(|told| {
        let unsupported = matches!(
            told.kind,
            Kind::NotSupportedHere | Kind::SecurityNotSupported | Kind::EnvelopeNotSupported
        );
        (told.kind == fault.kind && told.place.element == fault.place.element)
            || (unsupported && fault.kind == Kind::NotSupportedHere)
    })
}
