//! What to do with a segment that does not simply come next, so that one mistake is told once.

use std::ops::ControlFlow;

use super::group::{Stand, fits, place};
use super::tell::{self, Seen};
use super::{Checked, Input};
use crate::edifact::guide::{CROSSES, Guide, NO_SLOT, SlotId, Step, walk};
use crate::edifact::kind::Kind;
use crate::edifact::tape::{Segment, Tag};
use crate::fault::Level;

/// How many segments are looked at to tell a misplaced segment from a missing one.
const AHEAD_MAX: usize = 8;

/// Most tags named as what was expected.
const EXPECTED_MAX: usize = 12;

const UNH: Tag = Tag::new(b"UNH");
const UNT: Tag = Tag::new(b"UNT");

/// Places, or passes over, a segment the successor table has no simple answer for.
#[cold]
pub(super) fn step(
    guide: &Guide,
    stand: Stand,
    input: &Input<'_>,
    index: usize,
    out: &mut Checked,
) -> Stand {
    let segment = &input.segments[index];
    let (found, over) = search(guide, stand, segment.tag, out);
    match (found, over) {
        (Some(step), _) if step.crossed == 0 => place(guide, stand, step.slot, index, out),
        (_, Some(step)) if segment.tag != UNH => {
            missing(guide, stand, step, input, index, out);
            too_many(guide, step.slot, input, index, out);
            place(guide, stand, step.slot, index, out)
        }
        (Some(step), None) if !misplaced(guide, stand, step, &input.segments[index + 1..]) => {
            missing(guide, stand, step, input, index, out);
            place(guide, stand, step.slot, index, out)
        }
        _ => {
            out.unplaced.push(index as u32);
            unsupported(guide, stand, input, index, out);
            stand
        }
    }
}

/// Tells the mandatory slots left empty at the end. A missing UNT is the envelope's to tell.
pub(super) fn finish(guide: &Guide, stand: Stand, input: &Input<'_>, out: &mut Checked) {
    if guide.slot(stand.at).tag == UNT {
        return;
    }
    let end = Step { slot: SlotId::ROOT, crossed: u32::MAX };
    missing(guide, stand, end, input, input.segments.len(), out);
}

/// The nearest slot of a tag with room, and the nearest without on the way there.
fn search(guide: &Guide, stand: Stand, tag: Tag, out: &Checked) -> (Option<Step>, Option<Step>) {
    let (mut found, mut over) = (None, None);
    let offer = |step: Step| {
        if guide.slot(step.slot).tag != tag {
            return ControlFlow::Continue(());
        }
        if fits(guide, stand, step.slot, out) {
            found = Some(step);
            return ControlFlow::Break(());
        }
        over = over.or(Some(step));
        ControlFlow::Continue(())
    };
    walk(guide.slots(), stand.at, offer, |_| {});
    (found, over)
}

/// A segment that would leave mandatory slots empty is taken for misplaced when passing it (and
/// fewer others than there are such slots) brings a segment that comes simply next; on a tie,
/// when that segment would not come simply next after going there.
fn misplaced(guide: &Guide, stand: Stand, step: Step, after: &[Segment]) -> bool {
    let simply = |from: SlotId, segment: &Segment| {
        let next = guide.next(from, segment.tag);
        next != NO_SLOT && next & CROSSES == 0
    };
    let crossed = step.crossed as usize;
    (1..).zip(after.iter().take(crossed.min(AHEAD_MAX))).any(|(passed, segment)| {
        simply(stand.at, segment) && (passed < crossed || !simply(step.slot, segment))
    })
}

/// Tells every mandatory slot between where grouping stands and where it goes.
fn missing(
    guide: &Guide,
    stand: Stand,
    to: Step,
    input: &Input<'_>,
    index: usize,
    out: &mut Checked,
) {
    let offer = |step: Step| {
        if step == to { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    walk(guide.slots(), stand.at, offer, |empty| {
        let slot = guide.slot(empty);
        if slot.tag == UNT {
            return;
        }
        let expected = format!("{} M {}", guide.name(empty), slot.repeat);
        let seen = Seen { index, tag: slot.tag, ..Seen::default() };
        tell::absent(input, seen, Level::Segment, expected, out);
    });
}

fn too_many(guide: &Guide, target: SlotId, input: &Input<'_>, index: usize, out: &mut Checked) {
    let slot = guide.slot(target);
    let (kind, repeated) = if slot.is_trigger() {
        (Kind::TooManyGroupRepetitions, slot.parent)
    } else {
        (Kind::TooManyRepetitions, target)
    };
    let most = guide.slot(repeated).repeat;
    let expected = format!("{} at most {most}", guide.name(repeated));
    tell::whole(input, index, kind, Level::Segment, expected, out);
}

/// EDI-015. What is no tag at all (not three upper-case letters or digits), and a UNH inside a
/// message, spoil the message as a whole.
fn unsupported(guide: &Guide, stand: Stand, input: &Input<'_>, index: usize, out: &mut Checked) {
    let segment = &input.segments[index];
    let letters = segment.tag.0.to_be_bytes();
    let tag = segment.tag_len == 3
        && letters[1..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let level = if tag && segment.tag != UNH { Level::Segment } else { Level::Message };
    tell::whole(input, index, Kind::NotSupportedHere, level, expected(guide, stand), out);
}

/// The tags that could stand here without leaving a mandatory slot empty.
fn expected(guide: &Guide, stand: Stand) -> String {
    let mut names: Vec<String> = Vec::new();
    let offer = |step: Step| {
        if step.crossed > 0 || names.len() >= EXPECTED_MAX {
            return ControlFlow::Break(());
        }
        let slot = guide.slot(step.slot);
        let full = step.slot == stand.at && stand.run >= slot.repeat;
        let name = guide.name(step.slot);
        if !full && !names.contains(&name) {
            names.push(name);
        }
        ControlFlow::Continue(())
    };
    walk(guide.slots(), stand.at, offer, |_| {});
    names.join(" ")
}
