//! A message against its guide: where each segment stands in the table, and whether every value
//! is what the directory says.
//!
//! [`message`] does both and sorts what it found: by segment, then by element. [`group`] alone
//! gives the tree of segment groups; [`segment`] alone checks the elements of one segment, as
//! the envelope wants for UNB or UNZ. Nothing is allocated for a message that has no fault, once
//! the vectors of [`Checked`] have grown.
//!
//! This module does not know which guide a message is agreed under, does not count segments or
//! compare references (that is the envelope's part, the missing UNT too), and does not look at
//! the characters of the set (that is the charset's part). Dates, amounts and dependencies
//! between elements mean nothing here.

mod group;
mod recover;
mod segment;
mod shape;
mod tell;
#[cfg(test)]
mod tests;
mod value;

pub use group::group;
pub use segment::segment;

use super::Fault;
use super::charset::Charset;
use super::guide::{ElementId, Guide, SlotId};
use super::separators::Separators;
use super::tape::{Part, Segment, Tape};
use super::value::Content;
use crate::fault::{Level, Place};

/// Most faults told of one message: CONTRL has room for 999 segments of a message (SG2).
pub const FAULTS_MAX: usize = 999;

/// Most notes told of one message; they are counted apart, so that a message full of codes its
/// directory does not list hides no fault.
pub const NOTES_MAX: usize = 99;

/// How many bytes a character takes in the interchange's character set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Characters {
    /// One byte each: UNOA to UNOK.
    SingleByte,
    /// UTF-8: UNOW, or UNOY as this reader takes it.
    Utf8,
}

/// A run of segments to check: one message, from UNH to UNT.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The bytes the tape points into.
    pub window: &'a [u8],
    /// The segments of the message.
    pub segments: &'a [Segment],
    /// The parts those segments point into.
    pub parts: &'a [Part],
    /// The service characters in force.
    pub separators: Separators,
    /// How characters are counted.
    pub characters: Characters,
    /// The place faults count from: interchange, message, how many segments stand before the
    /// first one given, and the offset of the window in the whole input.
    pub origin: Place,
    /// What the reader of the envelope told of this message; it is not told again.
    pub told: &'a [Fault],
}

impl<'a> Input<'a> {
    /// The message a reader lends: its tokens, its place, and what was told of it already.
    #[must_use]
    pub fn of(content: &Content<'a>, origin: Place, told: &'a [Fault]) -> Input<'a> {
        let wide = matches!(content.charset, Charset::UnoW | Charset::UnoY);
        Input {
            characters: if wide { Characters::Utf8 } else { Characters::SingleByte },
            origin,
            told,
            ..Input::new(content.window, content.tape, content.separators)
        }
    }

    /// All segments of a tape as one message at the beginning of an input of single-byte
    /// characters.
    #[must_use]
    pub fn new(window: &'a [u8], tape: &'a Tape, separators: Separators) -> Input<'a> {
        let origin = Place { interchange: 1, message: 1, ..Place::default() };
        Input {
            window,
            segments: &tape.segments,
            parts: &tape.parts,
            separators,
            characters: Characters::SingleByte,
            origin,
            told: &[],
        }
    }

    pub(crate) fn parts_of(&self, segment: &Segment) -> &'a [Part] {
        &self.parts[segment.first_part as usize..segment.last_part as usize]
    }

    fn bytes(&self, part: &Part) -> &'a [u8] {
        &self.window[part.start as usize..part.end as usize]
    }
}

/// What a partner agreement may bend.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Elements whose value must be in the directory's list. A value of any other coded element
    /// that is not listed is a [`Level::Note`]: agencies and associations add their own.
    pub strict: &'a [ElementId],
    /// How bad separators between the last element said and the terminator are
    /// (`UNS+S+++'`); [`Level::Note`] relaxes them to a warning.
    pub trailing: Level,
    /// The same for separators between the last component said and the end of its element
    /// (`NAD+SU+A::'`). A note by default: writers of whole industries leave them.
    pub trailing_components: Level,
}

/// The elements strict by default: message function (1225) and response type (4343), which no
/// agency extends, and the coded elements of the service segments that steer an answer (section
/// identification 0081, action 0083, error 0085).
pub const STRICT: &[ElementId] = &[
    ElementId(*b"0081"),
    ElementId(*b"0083"),
    ElementId(*b"0085"),
    ElementId(*b"1225"),
    ElementId(*b"4343"),
];

impl Default for Rules<'_> {
    fn default() -> Self {
        Rules { strict: STRICT, trailing: Level::Segment, trailing_components: Level::Note }
    }
}

/// One occurrence of a slot: the message (node 0), a group repetition or a segment.
///
/// Nodes are in pre-order: the first child of a group repetition is the node after it, its
/// trigger, and the next sibling of any node stands at its `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Node {
    /// The slot it fills.
    pub slot: SlotId,
    /// Index of the segment in [`Input::segments`]; for a group its trigger's; 0 for the message.
    pub segment: u32,
    /// The node it stands in; the message stands in itself.
    pub parent: u32,
    /// One past its last descendant.
    pub end: u32,
    /// Which repetition within its parent, from 1.
    pub repetition: u32,
}

/// What a check found; cleared and filled again for every message.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// The tree, in pre-order. Segments that found no place are not in it.
    pub nodes: Vec<Node>,
    /// Indices of the segments that found no place.
    pub unplaced: Vec<u32>,
    /// What is wrong, at most [`FAULTS_MAX`], and at most [`NOTES_MAX`] notes.
    pub faults: Vec<Fault>,
    /// How many faults more there were.
    pub untold: u32,
    /// How many notes there were, told or not.
    pub notes: u32,
    /// Nodes of the group repetitions still open, outermost first.
    open: Vec<u32>,
    /// Nodes of the segments that are not right at a glance, in order, perhaps with groups.
    doubtful: Vec<u32>,
    /// What segments looked like, in this message and those before.
    shapes: shape::Shapes,
}

impl Checked {
    /// Empties it, keeping its memory.
    pub fn clear(&mut self) {
        self.nodes.clear();
        self.unplaced.clear();
        self.faults.clear();
        self.untold = 0;
        self.notes = 0;
        self.open.clear();
        self.doubtful.clear();
    }

    /// Indices of the nodes directly inside a node, in order.
    pub fn children(&self, node: u32) -> impl Iterator<Item = u32> + '_ {
        let end = self.nodes.get(node as usize).map_or(0, |node| node.end);
        let mut at = node + 1;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(at)?;
            at = self.nodes[child as usize].end;
            Some(child)
        })
    }
}

/// Groups a message by its guide and checks every element of every segment placed.
pub fn message(guide: &Guide, input: &Input<'_>, rules: &Rules<'_>, out: &mut Checked) {
    let mut shapes = std::mem::take(&mut out.shapes);
    shapes.begin(guide.shared_directory());
    let directory = guide.directory();
    let is_plain =
        |definition, parts: &[Part]| shapes.is_plain(directory, definition, input, parts);
    group::group_and_look(guide, input, is_plain, out);
    out.shapes = shapes;
    elements(guide, input, rules, out);
}

/// Checks the segments of a tree that are doubtful, and sorts all faults.
fn elements(guide: &Guide, input: &Input<'_>, rules: &Rules<'_>, out: &mut Checked) {
    let directory = guide.directory();
    for at in 0..out.doubtful.len() {
        let node = out.nodes[out.doubtful[at] as usize];
        let slot = guide.slot(node.slot);
        if slot.group().is_some() {
            continue;
        }
        let definition = &directory.segments()[usize::from(slot.segment)];
        let levels = u16::from(slot.depth) - 1;
        let whole = segment::Whole { directory, definition, levels };
        segment::thorough(whole, input, node.segment as usize, rules, out);
    }
    if !out.faults.is_empty() {
        out.faults.sort_by_key(|fault| {
            let place = fault.place;
            (place.segment, place.element, place.component, place.repeat)
        });
    }
}
