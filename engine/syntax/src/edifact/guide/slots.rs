//! The slots of a segment table: every place a segment or a group may take, in pre-order.

use std::ops::ControlFlow;

use crate::edifact::tape::Tag;

/// Most slots of one message: the largest message of the directories has under 700.
pub const SLOTS_MAX: usize = 4_000;

/// Index of a slot in its guide; 0 is the message itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SlotId(pub u16);

impl SlotId {
    /// The message as a whole, which holds every other slot.
    pub const ROOT: SlotId = SlotId(0);

    /// As an index.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// What stands in a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotKind {
    /// The message itself: slot 0 only.
    Message,
    /// A segment group with its number: `Group(25)` is SG25.
    Group(u16),
    /// A segment. The first of a group is its trigger: it begins each repetition.
    Segment {
        /// Whether it is its group's first.
        trigger: bool,
    },
}

/// One slot of a segment table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// What stands here.
    pub kind: SlotKind,
    /// The segment's tag; for a group the tag of its trigger; for the message nothing.
    pub tag: Tag,
    /// The group (or message) this slot stands in; the message is its own parent.
    pub parent: SlotId,
    /// One past the last slot inside this one: slots are in pre-order, so a group is a range.
    pub end: SlotId,
    /// Levels below the message: 1 for its direct slots.
    pub depth: u8,
    /// Whether it must occur when its parent does.
    pub mandatory: bool,
    /// Most repetitions in one occurrence of its parent.
    pub repeat: u32,
    /// Position number in the directory's table; 0 when it prints none.
    pub position: u16,
    /// Index of the segment's definition in the directory; for a group its trigger's.
    pub(crate) segment: u16,
}

impl Slot {
    /// Whether a segment here begins a repetition of its group.
    #[must_use]
    #[inline]
    pub const fn is_trigger(&self) -> bool {
        matches!(self.kind, SlotKind::Segment { trigger: true })
    }

    /// Number of the group standing here, if one does.
    #[must_use]
    pub const fn group(&self) -> Option<u16> {
        match self.kind {
            SlotKind::Group(number) => Some(number),
            SlotKind::Message | SlotKind::Segment { .. } => None,
        }
    }
}

/// One place the next segment may take, seen from the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// The segment slot: a trigger stands for its group.
    pub(crate) slot: SlotId,
    /// How many mandatory slots would be left empty by going there.
    pub(crate) crossed: u32,
}

/// Walks the places the segment after `from` may take, nearest first: the same slot again, what
/// follows it in its group, the group again, what follows the group, and so on outwards (the
/// processing order of ISO 9735 for segments with position-dependent meaning).
///
/// A mandatory slot that is passed is given to `passed` after it was offered to `visit`.
pub(crate) fn walk(
    slots: &[Slot],
    from: SlotId,
    mut visit: impl FnMut(Step) -> ControlFlow<()>,
    mut passed: impl FnMut(SlotId),
) {
    let mut crossed = 0;
    let mut group = SlotId::ROOT;
    let mut at = 1;
    if from != SlotId::ROOT {
        let slot = &slots[from.index()];
        group = slot.parent;
        at = from.0 + 1;
        if !slot.is_trigger() && visit(Step { slot: from, crossed }).is_break() {
            return;
        }
    }
    loop {
        let end = slots[group.index()].end.0;
        while at < end {
            let slot = &slots[usize::from(at)];
            let target = if slot.group().is_some() { at + 1 } else { at };
            if visit(Step { slot: SlotId(target), crossed }).is_break() {
                return;
            }
            if slot.mandatory {
                passed(SlotId(at));
                crossed += 1;
            }
            at = slot.end.0;
        }
        if group == SlotId::ROOT {
            return;
        }
        if visit(Step { slot: SlotId(group.0 + 1), crossed }).is_break() {
            return;
        }
        at = end;
        group = slots[group.index()].parent;
    }
}
