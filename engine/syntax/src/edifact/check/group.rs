//! Places segments in the slots of a guide and builds the tree of group repetitions.

use super::{Checked, Input, Node, recover};
use crate::edifact::guide::{CROSSES, Guide, NO_SLOT, Slot, SlotId};
use crate::edifact::tape::Part;

/// Where grouping stands between two segments.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stand {
    /// The slot of the last segment placed; the message itself before the first.
    pub(super) at: SlotId,
    /// How often that slot was filled in a row.
    pub(super) run: u32,
}

/// Groups the segments of one message. A segment that fits nowhere is told (EDI-015), left out
/// and passed over; a mandatory slot left empty is told (EDI-013) where it should have been; a
/// repetition too many is told (EDI-035, EDI-036) and placed.
pub fn group(guide: &Guide, input: &Input<'_>, out: &mut Checked) {
    group_and_look(guide, input, |_, _| true, out);
}

/// The same, with a glance at the elements of each segment placed, by the index of its
/// definition: those that are not right at a glance are noted as doubtful.
#[inline]
pub(super) fn group_and_look(
    guide: &Guide,
    input: &Input<'_>,
    mut is_plain: impl FnMut(usize, &[Part]) -> bool,
    out: &mut Checked,
) {
    out.clear();
    out.nodes.push(Node { slot: SlotId::ROOT, segment: 0, parent: 0, end: 1, repetition: 1 });
    out.open.push(0);
    let mut stand = Stand { at: SlotId::ROOT, run: 0 };
    for (index, segment) in input.segments.iter().enumerate() {
        let next = guide.next(stand.at, segment.tag);
        let from = out.nodes.len();
        if next != NO_SLOT && next & CROSSES == 0 {
            let slot = guide.slot(SlotId(next));
            let (repetition, most) = repetition(guide, stand, SlotId(next), slot, out);
            if repetition <= most {
                stand = put(slot, SlotId(next), repetition, index, out);
                if !is_plain(usize::from(slot.segment), input.parts_of(segment)) {
                    out.doubtful.push(out.nodes.len() as u32 - 1);
                }
                continue;
            }
        }
        stand = recover::step(guide, stand, input, index, out);
        out.doubtful.extend(from as u32..out.nodes.len() as u32);
    }
    recover::finish(guide, stand, input, out);
    close(out, 0);
}

/// Whether one more repetition is allowed.
pub(super) fn fits(guide: &Guide, stand: Stand, target: SlotId, out: &Checked) -> bool {
    let (repetition, most) = repetition(guide, stand, target, guide.slot(target), out);
    repetition <= most
}

/// Which repetition a segment in a slot would be, of the group it triggers or else of the slot,
/// and how many are allowed.
#[inline]
fn repetition(
    guide: &Guide,
    stand: Stand,
    target: SlotId,
    slot: &Slot,
    out: &Checked,
) -> (u32, u32) {
    if slot.is_trigger() {
        let open = open_repetition(out, slot.parent, slot.depth - 1);
        return (open + 1, guide.slot(slot.parent).repeat);
    }
    (if target == stand.at { stand.run + 1 } else { 1 }, slot.repeat)
}

/// Puts a segment in a slot: ends the groups it leaves and begins the one it triggers.
pub(super) fn place(
    guide: &Guide,
    stand: Stand,
    target: SlotId,
    index: usize,
    out: &mut Checked,
) -> Stand {
    let slot = guide.slot(target);
    let (repetition, _) = repetition(guide, stand, target, slot, out);
    put(slot, target, repetition, index, out)
}

/// Puts a segment in a slot as a repetition that is known.
#[inline(always)]
fn put(slot: &Slot, target: SlotId, repetition: u32, index: usize, out: &mut Checked) -> Stand {
    let segment = index as u32;
    let (mut levels, mut run) = (usize::from(slot.depth), repetition);
    if slot.is_trigger() {
        levels -= 1;
        run = 1;
    }
    close(out, levels);
    let mut node = out.nodes.len() as u32;
    let mut parent = out.open.last().copied().unwrap_or(0);
    if slot.is_trigger() {
        out.nodes.push(Node { slot: slot.parent, segment, parent, end: node + 1, repetition });
        out.open.push(node);
        (parent, node) = (node, node + 1);
    }
    out.nodes.push(Node { slot: target, segment, parent, end: node + 1, repetition: run });
    Stand { at: target, run }
}

/// Which repetition of a group is open; 0 when the group is not.
#[inline]
fn open_repetition(out: &Checked, group: SlotId, depth: u8) -> u32 {
    let node = out.open.get(usize::from(depth)).map(|node| &out.nodes[*node as usize]);
    node.filter(|node| node.slot == group).map_or(0, |node| node.repetition)
}

/// Ends the open repetitions beyond a number of levels.
#[inline]
fn close(out: &mut Checked, levels: usize) {
    let end = out.nodes.len() as u32;
    while out.open.len() > levels {
        if let Some(node) = out.open.pop() {
            out.nodes[node as usize].end = end;
        }
    }
}
