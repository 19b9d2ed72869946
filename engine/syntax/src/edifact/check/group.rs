//! Places segments in the slots of a guide and builds the tree of group repetitions.

use super::{Checked, Input, Node, recover};
use crate::edifact::guide::{CROSSES, Guide, NO_SLOT, SlotId};

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
    out.clear();
    out.nodes.push(Node { slot: SlotId::ROOT, segment: 0, parent: 0, end: 1, repetition: 1 });
    out.open.push(0);
    let mut stand = Stand { at: SlotId::ROOT, run: 0 };
    for (index, segment) in input.segments.iter().enumerate() {
        let next = guide.next(stand.at, segment.tag);
        let slot = SlotId(next);
        if next != NO_SLOT && next & CROSSES == 0 && fits(guide, stand, slot, out) {
            stand = place(guide, stand, slot, index, out);
        } else {
            stand = recover::step(guide, stand, input, index, out);
        }
    }
    recover::finish(guide, stand, input, out);
    close(out, 0);
}

/// Whether one more repetition is allowed.
#[inline]
pub(super) fn fits(guide: &Guide, stand: Stand, target: SlotId, out: &Checked) -> bool {
    let slot = guide.slot(target);
    if slot.is_trigger() {
        let group = guide.slot(slot.parent);
        return open_repetition(out, slot.parent, group.depth) < group.repeat;
    }
    target != stand.at || stand.run < slot.repeat
}

/// Puts a segment in a slot: ends the groups it leaves and begins the one it triggers.
#[inline(always)]
pub(super) fn place(
    guide: &Guide,
    stand: Stand,
    target: SlotId,
    index: usize,
    out: &mut Checked,
) -> Stand {
    let slot = guide.slot(target);
    let segment = index as u32;
    let mut levels = usize::from(slot.depth);
    if slot.is_trigger() {
        levels -= 1;
        let repetition = open_repetition(out, slot.parent, slot.depth - 1) + 1;
        close(out, levels);
        let node = out.nodes.len() as u32;
        let parent = out.open.last().copied().unwrap_or(0);
        let group = Node { slot: slot.parent, segment, parent, end: node + 1, repetition };
        out.nodes.push(group);
        out.open.push(node);
    } else {
        close(out, levels);
    }
    let run = if target == stand.at && !slot.is_trigger() { stand.run + 1 } else { 1 };
    let node = out.nodes.len() as u32;
    let parent = out.open.last().copied().unwrap_or(0);
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
