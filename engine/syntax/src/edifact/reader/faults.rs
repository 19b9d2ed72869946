//! The faults of the items being built, and the places they stand at.

use super::{Emit, FAULTS_MAX, Reader};
use crate::edifact::Fault;
use crate::edifact::kind::Kind;
use crate::edifact::tape::{Part, Segment};
use crate::fault::{Level, Place, VALUE_MAX};

/// Faults not yet lent, by the item they will come with.
#[derive(Debug, Clone, Default)]
pub(super) struct Faults {
    input: Vec<Fault>,
    interchange: Vec<Fault>,
    group: Vec<Fault>,
    message: Vec<Fault>,
    /// Kinds of notes told already in this interchange.
    noted: Vec<Kind>,
}

impl Faults {
    /// A fault without name, value or expectation.
    pub(super) fn make(&self, kind: Kind, level: Level, place: Place) -> Fault {
        let (name, value, expected) = (String::new(), String::new(), String::new());
        Fault { kind, level, place, name, value, expected }
    }

    /// Keeps a fault for the item its level and place belong to.
    pub(super) fn push(&mut self, fault: Fault) {
        let list = match fault.level {
            Level::Input => &mut self.input,
            Level::Interchange => &mut self.interchange,
            Level::Group => &mut self.group,
            Level::Note if fault.place.message == 0 => &mut self.interchange,
            _ => &mut self.message,
        };
        if list.len() < FAULTS_MAX {
            list.push(fault);
        }
    }

    /// Whether a note of this kind is still to be told in this interchange; from now on it
    /// counts as told.
    pub(super) fn first_note(&mut self, kind: Kind) -> bool {
        let first = !self.noted.contains(&kind);
        if first {
            self.noted.push(kind);
        }
        first
    }

    /// Whether a note of this kind was told in this interchange.
    pub(super) fn is_noted(&self, kind: Kind) -> bool {
        self.noted.contains(&kind)
    }

    pub(super) fn forget_message(&mut self) {
        self.message.clear();
    }

    /// The faults of an item, by position.
    pub(super) fn sorted(&mut self, emit: Emit) -> &[Fault] {
        let list = self.list(emit);
        list.sort_by_key(|fault| fault.place.byte);
        list
    }

    /// Forgets the faults of an item that was lent.
    pub(super) fn forget(&mut self, emit: Emit) {
        self.list(emit).clear();
        if emit == Emit::End {
            self.noted.clear();
        }
    }

    fn list(&mut self, emit: Emit) -> &mut Vec<Fault> {
        match emit {
            Emit::Unreadable => &mut self.input,
            Emit::Start | Emit::End => &mut self.interchange,
            Emit::GroupStart | Emit::GroupEnd => &mut self.group,
            Emit::Message => &mut self.message,
        }
    }
}

/// An excerpt of some bytes for a fault's value.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let bytes = &bytes[..bytes.len().min(4 * VALUE_MAX)];
    String::from_utf8_lossy(bytes).chars().take(VALUE_MAX).collect()
}

impl Reader<'_> {
    /// Offset in the whole input of a position of the window.
    pub(super) fn byte(&self, position: u32) -> u64 {
        self.dropped + self.origin as u64 + u64::from(position)
    }

    /// A place of the interchange; `segment` counts from 1 as [`Place`] says.
    pub(super) fn place_at(&self, position: u32, message: u32, segment: u32) -> Place {
        let interchange = self.counts.interchange;
        let byte = self.byte(position);
        Place { interchange, message, segment, byte, ..Place::default() }
    }

    /// The place of the segment at `index` of the tape, with its length.
    pub(super) fn place_of(&self, index: usize) -> Place {
        let Some(segment) = self.tape.segments.get(index) else {
            return self.place_at(0, 0, 0);
        };
        let ordinal = index as u32 + 1;
        let (message, ordinal) = match self.state {
            super::State::Inner => (self.counts.messages + 1, ordinal),
            _ => (0, self.counts.segments + ordinal),
        };
        let len = segment.end - segment.start;
        Place { len, ..self.place_at(segment.start, message, ordinal) }
    }

    /// The place of a part of the segment at `index`.
    pub(super) fn place_of_part(&self, index: usize, part: &Part) -> Place {
        let (element, component) = (part.element, part.component);
        let repeat = if part.repeat > 1 { part.repeat } else { 0 };
        let (byte, len) = (self.byte(part.start), part.end - part.start);
        Place { element, component, repeat, byte, len, ..self.place_of(index) }
    }

    /// The tag of a segment as written, shortened.
    pub(super) fn tag_of(&self, segment: &Segment) -> String {
        let raw = &self.window()[segment.start as usize..segment.end as usize];
        let tag = raw.iter().filter(|byte| !matches!(byte, b'\r' | b'\n'));
        let tag: Vec<u8> = tag.take(usize::from(segment.tag_len)).copied().collect();
        excerpt(&tag)
    }

    /// Tells a fault of the whole segment at `index` of the tape.
    pub(super) fn tell_segment(&mut self, kind: Kind, level: Level, index: usize, expected: &str) {
        let place = self.place_of(index);
        let name = self.tape.segments.get(index).map(|segment| self.tag_of(segment));
        let fault = self.faults.make(kind, level, place);
        let (name, expected) = (name.unwrap_or_default(), expected.to_owned());
        self.faults.push(Fault { name, expected, ..fault });
    }

    /// Tells that segment `tag` is missing at a position of the window.
    pub(super) fn tell_missing(&mut self, tag: &str, level: Level, position: u32) {
        let place = match self.state {
            super::State::Inner => {
                let ordinal = self.tape.segments.len() as u32 + 1;
                self.place_at(position, self.counts.messages + 1, ordinal)
            }
            _ => self.place_at(position, 0, self.counts.segments + 1),
        };
        let fault = self.faults.make(Kind::Missing, level, place);
        self.faults.push(Fault { name: tag.to_owned(), expected: tag.to_owned(), ..fault });
    }

    /// Tells, if the segment at `index` was cut by the end of the input, that its terminator is
    /// missing.
    #[inline]
    pub(super) fn tell_cut(&mut self, level: Level, index: usize) {
        if std::mem::take(&mut self.cut) {
            self.tell_no_terminator(level, index);
        }
    }

    #[cold]
    fn tell_no_terminator(&mut self, level: Level, index: usize) {
        let terminator = char::from(self.header.separators.terminator).to_string();
        self.tell_segment(Kind::Missing, level, index, &terminator);
    }
}
