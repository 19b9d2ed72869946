//! A guide: the segment table of one message, compiled.

use std::ops::ControlFlow;
use std::sync::Arc;

use super::directory::Directory;
use super::shape::SegmentDef;
use super::slots::{SLOTS_MAX, Slot, SlotId, SlotKind, walk};
use super::tags::{TAGS_MAX, Tags};
use super::text::{Flaw, Flaws, GuideFile, Line, Word, lines};
use crate::edifact::tape::Tag;

/// In the successor table: there is no slot for this tag from here.
pub(crate) const NO_SLOT: u16 = 0;
/// In the successor table: going to the slot leaves a mandatory one empty.
pub(crate) const CROSSES: u16 = 0x8000;

/// Deepest nesting of groups; the directories have at most 8.
const DEPTH_MAX: usize = 32;

/// The segment table of one message over the directory of its release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guide {
    message: String,
    version: String,
    release: String,
    directory: Arc<Directory>,
    slots: Vec<Slot>,
    tags: Tags,
    /// One row per slot, one column per tag number: where the tag goes from there.
    next: Vec<u16>,
}

impl Guide {
    /// Reads `MESSAGE.guide`. The directory must hold every segment of the table, the service
    /// segments too: see [`Directory::with`].
    #[must_use]
    pub fn read(table: &str, directory: &Arc<Directory>) -> (Guide, Vec<Flaw>) {
        let mut flaws = Flaws::new(GuideFile::Table);
        let mut guide = Guide {
            message: String::new(),
            version: String::new(),
            release: String::new(),
            directory: Arc::clone(directory),
            slots: vec![MESSAGE],
            tags: Tags::new(),
            next: Vec::new(),
        };
        let root = Word { text: "", line: 1, column: 1 };
        let mut open = vec![Open { slot: SlotId::ROOT, name: root }];
        for line in lines(table) {
            guide.line(line, &mut open, &mut flaws);
        }
        guide.close(&mut open, 0, &mut flaws);
        if guide.message.is_empty() {
            flaws.line(1, 1, "expected `message TYPE VERSION RELEASE`");
        }
        guide.compile();
        (guide, flaws.all)
    }

    /// Message type, as UNH 0065.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Message version, as UNH 0052.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Message release, as UNH 0054.
    #[must_use]
    pub fn release(&self) -> &str {
        &self.release
    }

    /// The directory its segments are defined in.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The same directory, to be held on to.
    pub(crate) fn shared_directory(&self) -> &Arc<Directory> {
        &self.directory
    }

    /// All slots in pre-order; the first is the message itself.
    #[must_use]
    #[inline]
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// One slot of this guide.
    #[must_use]
    #[inline]
    pub fn slot(&self, id: SlotId) -> &Slot {
        &self.slots[id.index()]
    }

    /// The slots directly inside one, in order.
    pub fn children(&self, id: SlotId) -> impl Iterator<Item = SlotId> + '_ {
        let end = self.slot(id).end;
        let mut at = SlotId(id.0 + 1);
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.slot(child).end;
            Some(child)
        })
    }

    /// The definition of the segment in a slot (of the trigger, for a group); none for slot 0.
    #[must_use]
    pub fn segment(&self, id: SlotId) -> Option<&SegmentDef> {
        self.directory.segments().get(usize::from(self.slot(id).segment))
    }

    /// Name of a slot in the table: `BGM`, `SG25`; the message type for slot 0.
    #[must_use]
    pub fn name(&self, id: SlotId) -> String {
        let slot = self.slot(id);
        match slot.kind {
            SlotKind::Message => self.message.clone(),
            SlotKind::Group(number) => format!("SG{number}"),
            SlotKind::Segment { .. } => tag_text(slot.tag),
        }
    }

    /// Where a tag goes from a slot: a slot id, perhaps with [`CROSSES`], or [`NO_SLOT`].
    #[inline]
    pub(crate) fn next(&self, from: SlotId, tag: Tag) -> u16 {
        self.next[from.index() * self.tags.width() + self.tags.number(tag)]
    }

    /// Fills the successor table from the walk every slow path uses too.
    fn compile(&mut self) {
        let width = self.tags.width();
        self.next = vec![NO_SLOT; self.slots.len() * width];
        for from in 0..self.slots.len() {
            let row = &mut self.next[from * width..(from + 1) * width];
            let (slots, tags) = (&self.slots, &self.tags);
            let here = SlotId(u16::try_from(from).unwrap_or(0));
            if slots[from].group().is_some() {
                continue;
            }
            let offer = |step: super::slots::Step| {
                let slot = &slots[step.slot.index()];
                let column = &mut row[tags.number(slot.tag)];
                // A segment that may occur once is its own successor only when nothing else is:
                // that is one repetition too many. A trigger begins its group again.
                let last_resort = step.slot == here && slot.repeat == 1 && !slot.is_trigger();
                if *column == NO_SLOT && !last_resort {
                    *column = step.slot.0 | if step.crossed > 0 { CROSSES } else { 0 };
                }
                ControlFlow::Continue(())
            };
            walk(slots, here, offer, |_| {});
            let own = &mut row[tags.number(slots[from].tag)];
            if from != 0 && *own == NO_SLOT && !slots[from].is_trigger() {
                *own = here.0;
            }
        }
    }

    fn line<'a>(&mut self, mut line: Line<'a>, open: &mut Vec<Open<'a>>, flaws: &mut Flaws) {
        let level = line.level;
        let first = line.word();
        if first.text == "message" {
            let (message, version, release) = (line.word(), line.word(), line.word());
            self.message = message.text.to_owned();
            self.version = version.text.to_owned();
            self.release = release.text.to_owned();
            if release.text.is_empty() {
                flaws.at(first, "expected `message TYPE VERSION RELEASE`");
            }
            return;
        }
        let position = if first.text == "-" { Some(0) } else { first.text.parse().ok() };
        let Some(position) = position else {
            return flaws.at(first, "expected a position, as `0080`, or `-`");
        };
        let (name, status, times) = (line.word(), line.word(), line.word());
        let mandatory = match status.text {
            "M" => true,
            "C" => false,
            _ => return flaws.at(status, "expected the status `M` or `C`"),
        };
        let Some(repeat) = times.text.parse().ok().filter(|repeat: &u32| *repeat > 0) else {
            return flaws.at(times, "expected how often it may repeat, as `1`");
        };
        if level + 1 > open.len() || level >= DEPTH_MAX {
            return flaws.at(first, "this line is nested deeper than the group it stands in");
        }
        self.close(open, level + 1, flaws);
        let slot = Slot { mandatory, repeat, position, ..MESSAGE };
        self.add(slot, name, open, flaws);
    }

    fn add<'a>(&mut self, slot: Slot, name: Word<'a>, open: &mut Vec<Open<'a>>, flaws: &mut Flaws) {
        let Some(id) =
            u16::try_from(self.slots.len()).ok().filter(|_| self.slots.len() < SLOTS_MAX)
        else {
            return flaws.at(name, format!("a table has at most {SLOTS_MAX} lines"));
        };
        let parent = open.last().map_or(SlotId::ROOT, |group| group.slot);
        let trigger = parent != SlotId::ROOT && parent.0 + 1 == id;
        let group = name.text.strip_prefix("SG").and_then(|number| number.parse().ok());
        let kind = match group {
            Some(number) => SlotKind::Group(number),
            None => SlotKind::Segment { trigger },
        };
        if trigger && (group.is_some() || !slot.mandatory || slot.repeat != 1) {
            flaws.at(name, "a group begins with its trigger: a segment with `M 1`");
        }
        let depth = u8::try_from(open.len()).unwrap_or(u8::MAX);
        let end = SlotId(id + 1);
        let tag = if group.is_some() { Tag::default() } else { Tag::new(name.text.as_bytes()) };
        let mut segment = u16::MAX;
        if group.is_none() {
            match self.directory.index_of(tag) {
                Some(index) => segment = index,
                None => {
                    return flaws.at(
                        name,
                        format!("segment {} is not in {}", name.text, { self.directory.name() }),
                    );
                }
            }
            if !self.tags.add(tag) {
                return flaws.at(name, format!("a message uses at most {TAGS_MAX} tags"));
            }
        }
        self.slots.push(Slot { kind, tag, parent, end, depth, segment, ..slot });
        if group.is_some() {
            open.push(Open { slot: SlotId(id), name });
        } else if trigger {
            let above = &mut self.slots[parent.index()];
            (above.tag, above.segment) = (tag, segment);
        }
    }

    /// Ends the open groups above a number of levels. One that holds nothing has no trigger to
    /// lead to, so it is taken out again.
    fn close(&mut self, open: &mut Vec<Open<'_>>, levels: usize, flaws: &mut Flaws) {
        while open.len() > levels {
            let Some(group) = open.pop() else { return };
            let end = self.slots.len();
            if group.slot.index() + 1 == end && group.slot != SlotId::ROOT {
                flaws.at(group.name, format!("group {} is empty", group.name.text));
                self.slots.pop();
            } else {
                self.slots[group.slot.index()].end = SlotId(u16::try_from(end).unwrap_or(u16::MAX));
            }
        }
    }
}

/// A group whose lines are being read.
#[derive(Clone, Copy)]
struct Open<'a> {
    slot: SlotId,
    name: Word<'a>,
}

/// Slot 0, before its end is known.
const MESSAGE: Slot = Slot {
    kind: SlotKind::Message,
    tag: Tag(0),
    parent: SlotId::ROOT,
    end: SlotId(1),
    depth: 0,
    mandatory: true,
    repeat: 1,
    position: 0,
    segment: u16::MAX,
};

/// A tag as text.
pub(crate) fn tag_text(tag: Tag) -> String {
    let bytes: Vec<u8> = tag.0.to_be_bytes().into_iter().filter(|byte| *byte != 0).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
