//! Segments of the interchange outside messages.

use super::faults::excerpt;
use super::seek::{Beginning, LOOK_AHEAD, beginning};
use super::service::{self, Flaw, Row};
use super::{Emit, Reader, Scan, State, Step};
use crate::edifact::Fault;
use crate::edifact::envelope::Group;
use crate::edifact::kind::Kind;
use crate::edifact::tape::Part;
use crate::fault::{Level, Place};

impl Reader<'_> {
    /// Reads one segment outside messages.
    pub(super) fn outer(&mut self) -> Step {
        if self.object > 0 {
            return self.pass_object();
        }
        let rest = &self.buffer[self.origin..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
        if blanks > 0 {
            self.move_to(blanks);
            return Step::Again;
        }
        // Another UNA begins another interchange, so that this one has lost its UNZ.
        if rest.starts_with(b"UNA") {
            if rest.len() < LOOK_AHEAD && !self.ended {
                return Step::Wait;
            }
            if matches!(beginning(rest), Beginning::Una { .. }) {
                return self.unclosed();
            }
        }
        match self.scan() {
            Scan::Wait => Step::Wait,
            Scan::End => self.unclosed(),
            Scan::Limit(kind) => self.limit(kind),
            Scan::Segment => self.outer_segment(),
        }
    }

    fn outer_segment(&mut self) -> Step {
        let segment = self.tape.segments[0];
        let bytes = segment.tag.0.to_be_bytes();
        let tag: &[u8] = if segment.tag_len == 3 { &bytes[1..] } else { b"" };
        let closes_group = matches!(tag, b"UNG" | b"UNZ") && self.group.is_some();
        if self.package.is_some() && tag != b"UNP" {
            self.package = None;
            self.tell_missing("UNP", Level::Interchange, 0);
        }
        match tag {
            _ if closes_group => {
                self.tell_missing("UNE", Level::Group, 0);
                self.rescan();
                Step::Emit(Emit::GroupEnd)
            }
            b"UNH" => self.message_begins(),
            b"UNG" => self.group_begins(),
            b"UNE" if self.group.is_some() => self.group_ends(),
            b"UNZ" => self.interchange_ends(),
            b"UNO" if self.version >= 4 => self.package_begins(),
            b"UNP" if self.package.is_some() => self.package_ends(),
            _ => {
                let unsupported = matches!(tag, b"UNO" | b"UIB" | b"UIH" | b"UIT" | b"UIZ");
                let kind =
                    if unsupported { Kind::EnvelopeNotSupported } else { Kind::OutsideMessage };
                self.tell_segment(kind, Level::Interchange, 0, "");
                self.tell_cut(Level::Interchange, 0);
                self.consume();
                Step::Again
            }
        }
    }

    fn message_begins(&mut self) -> Step {
        if self.counts.messages >= self.options.messages_max {
            return self.limit(Kind::TooManyMessages);
        }
        if self.group.is_none() {
            self.counts.loose += 1;
            self.mixed();
        }
        self.state = State::Inner;
        self.inner_first()
    }

    /// Tells, once, that groups and messages stand side by side.
    fn mixed(&mut self) {
        let mixed = self.counts.loose > 0 && self.counts.groups > 0;
        if mixed && self.faults.first_note(Kind::GroupsAndMessagesMixed) {
            self.tell_segment(Kind::GroupsAndMessagesMixed, Level::Interchange, 0, "");
        }
    }

    fn group_begins(&mut self) -> Step {
        self.counts.groups += 1;
        self.counts.in_group = 0;
        self.group_kind = None;
        self.mixed();
        self.group = Some(Group::read(&self.content(), &self.tape.segments[0]));
        let rows = if self.version >= 4 { service::UNG4 } else { service::UNG3 };
        self.tell_flaws(0, rows, Level::Group);
        self.characters(self.tape.segments[0].end as usize, Level::Group);
        self.tell_cut(Level::Group, 0);
        self.consume();
        Step::Emit(Emit::GroupStart)
    }

    fn group_ends(&mut self) -> Step {
        if self.counts.in_group == 0 {
            self.tell_segment(Kind::Empty, Level::Group, 0, "UNH");
        }
        let opening = self.group.as_ref().map(|group| group.reference.clone());
        self.trailer(0, Level::Group, Some(self.counts.in_group), &opening.unwrap_or_default());
        self.tell_cut(Level::Group, 0);
        self.consume();
        Step::Emit(Emit::GroupEnd)
    }

    fn interchange_ends(&mut self) -> Step {
        let messages = self.counts.messages + self.counts.packages;
        let groups = self.counts.groups;
        if messages == 0 && groups == 0 {
            self.tell_segment(Kind::Empty, Level::Interchange, 0, "UNH");
        }
        let mixed = self.faults.is_noted(Kind::GroupsAndMessagesMixed);
        let counted = if groups > 0 { groups } else { messages };
        let opening = self.header.reference.clone();
        self.trailer(0, Level::Interchange, (!mixed).then_some(counted), &opening);
        self.tell_cut(Level::Interchange, 0);
        self.consume();
        self.end = self.byte(0);
        self.state = State::Tail;
        Step::Again
    }

    /// The interchange ends without UNZ, and perhaps its last group without UNE.
    fn unclosed(&mut self) -> Step {
        if self.group.is_some() {
            self.tell_missing("UNE", Level::Group, 0);
            self.rescan();
            return Step::Emit(Emit::GroupEnd);
        }
        self.tell_missing("UNZ", Level::Interchange, 0);
        self.end = self.byte(0);
        self.state = State::Seek;
        Step::Emit(Emit::End)
    }

    /// Leaves the segment at the beginning of the window behind.
    pub(super) fn consume(&mut self) {
        let end = self.tape.segments.first().map_or(0, |segment| segment.end);
        self.counts.segments += 1;
        self.move_to(end as usize + 1);
    }

    /// Checks count and reference of a closing segment against what was counted and opened.
    /// `counted` is `None` when there is nothing to compare.
    pub(super) fn trailer(
        &mut self,
        index: usize,
        level: Level,
        counted: Option<u32>,
        opening: &str,
    ) {
        self.tell_flaws(index, service::TRAILER, level);
        let segment = self.tape.segments[index];
        let content = self.content();
        let (count, reference) = (content.get(&segment, 1, 1), content.get(&segment, 2, 1));
        let differs = !reference.is_empty()
            && !opening.is_empty()
            && reference.trim_end() != opening.trim_end();
        let wrong =
            |counted: &u32| count.parse::<u64>().is_ok_and(|told| told != (*counted).into());
        let miscounted = counted.filter(wrong);
        if let Some(counted) = miscounted {
            self.tell_part(Kind::ControlCount, level, index, (1, 1), &counted.to_string());
        }
        if differs {
            self.tell_part(Kind::ReferencesDiffer, level, index, (2, 1), opening);
        }
    }

    /// Tells what is wrong with the elements of the service segment at `index`; true when
    /// nothing is.
    pub(super) fn tell_flaws(&mut self, index: usize, rows: &[Row], level: Level) -> bool {
        let segment = self.tape.segments[index];
        let flaws = service::check(&self.content(), &segment, rows, self.version);
        let flawless = flaws.is_empty();
        for flaw in flaws {
            let Flaw { kind, element, component, part, expected } = flaw;
            // The syntax identifier and version are judged by themselves.
            if rows.as_ptr() == service::UNB.as_ptr()
                && (element, component) <= (1, 2)
                && kind != Kind::Missing
            {
                continue;
            }
            self.tell(kind, level, index, (element, component), part, &expected);
        }
        flawless
    }

    /// Tells a fault of the component at a position of the segment at `index`.
    pub(super) fn tell_part(
        &mut self,
        kind: Kind,
        level: Level,
        index: usize,
        position: (u16, u16),
        expected: &str,
    ) {
        let segment = self.tape.segments[index];
        let part = self.content().part(&segment, position.0, position.1).copied();
        self.tell(kind, level, index, position, part, expected);
    }

    pub(super) fn tell(
        &mut self,
        kind: Kind,
        level: Level,
        index: usize,
        (element, component): (u16, u16),
        part: Option<Part>,
        expected: &str,
    ) {
        let segment = self.tape.segments[index];
        let name = self.tag_of(&segment);
        let place = match part {
            Some(part) => self.place_of_part(index, &part),
            None => {
                let byte = self.byte(segment.end);
                Place { element, component, byte, len: 0, ..self.place_of(index) }
            }
        };
        // Passwords (UNB 0022, UNG 0058) are never repeated.
        let secret = matches!((name.as_str(), element), ("UNB", 6) | ("UNG", 8));
        let content = self.content();
        let value = part.filter(|_| !secret).map(|part| content.text(&part).into_owned());
        let value = excerpt(value.unwrap_or_default().as_bytes());
        let fault = self.faults.make(kind, level, place);
        self.faults.push(Fault { name, value, expected: expected.to_owned(), ..fault });
    }
}
