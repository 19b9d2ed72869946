//! Characters: what the declared set does not have, and what no set has.
//!
//! One cheap pass over the bytes asks whether anything may be wrong; only then are the parts
//! gone through to say where.

use super::{Reader, Repertoire};
use crate::edifact::Fault;
use crate::edifact::charset::Charset;
use crate::edifact::kind::Kind;
use crate::edifact::tape::Part;
use crate::fault::{Level, Place};

/// What is wrong with the characters of one part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// A control character, or one the set does not have.
    Outside,
    /// An ASCII character that a narrow set lacks.
    Narrow,
}

impl Reader<'_> {
    /// Checks the first `end` bytes of the window, whose tokens are on the tape. `level` is how
    /// far a wrong character reaches.
    pub(super) fn characters(&mut self, end: usize, level: Level) {
        if let Some(at) = self.scanner.first_line_break().filter(|at| (*at as usize) < end)
            && self.faults.first_note(Kind::Wrapped)
        {
            let index = self.segment_at(at);
            let place = Place { byte: self.byte(at), len: 1, ..self.place_of(index) };
            self.faults.push(self.faults.make(Kind::Wrapped, Level::Note, place));
        }
        let window = &self.buffer[self.origin..self.origin + end];
        let charset = self.header.charset;
        let control = self.scanner.first_control().is_some_and(|at| (at as usize) < end);
        if charset.is_utf8() {
            let wrong = std::str::from_utf8(window).err().map(|error| error.valid_up_to());
            if let Some(at) = wrong {
                self.tell_not_utf8(at as u32);
            } else if control || has_c1(window) {
                self.locate(level);
            }
            return;
        }
        let ascii = window.is_ascii();
        let eight_bits = !matches!(charset, Charset::UnoA | Charset::UnoB);
        if eight_bits && !ascii && std::str::from_utf8(window).is_ok() {
            self.note_utf8();
            if control {
                self.locate(level);
            }
            return;
        }
        let lenient = self.options.repertoire == Repertoire::Lenient;
        let noted = lenient && self.faults.is_noted(Kind::InvalidCharacter);
        let doubtful = if noted && !eight_bits { !ascii } else { charset.doubts(window) };
        if control || doubtful {
            self.locate(level);
        }
    }

    /// Index on the tape of the segment around a position.
    fn segment_at(&self, position: u32) -> usize {
        self.tape.segments.partition_point(|segment| segment.end < position)
    }

    /// Bytes that are not UTF-8 make the whole interchange unreadable.
    fn tell_not_utf8(&mut self, at: u32) {
        let place = self.place_of(self.segment_at(at));
        let place = Place { byte: self.byte(at), len: 1, ..place };
        let fault = self.faults.make(Kind::InvalidCharacter, Level::Interchange, place);
        self.faults.push(Fault { expected: "UTF-8".to_owned(), ..fault });
    }

    /// Notes, once, that a set of one byte per character was declared over UTF-8.
    fn note_utf8(&mut self) {
        if !self.faults.first_note(Kind::CharsetDoubtful) {
            return;
        }
        let content = self.content();
        let mut parts = self.tape.parts.iter();
        let Some(part) = parts.find(|part| !content.raw(part).is_ascii()).copied() else { return };
        let index = self.segment_at(part.start);
        let position = (part.element, part.component);
        let expected = self.header.charset.identifier();
        self.tell(Kind::CharsetDoubtful, Level::Note, index, position, Some(part), expected);
    }

    /// Goes through the parts and tells each that has a wrong character.
    fn locate(&mut self, level: Level) {
        let mut found = Vec::new();
        for (index, segment) in self.tape.segments.iter().enumerate() {
            for part in self.tape.parts_of(segment) {
                found.extend(self.trouble(part).map(|trouble| (index, *part, trouble)));
                if found.len() > super::FAULTS_MAX {
                    break;
                }
            }
        }
        let strict = self.options.repertoire == Repertoire::Strict;
        let expected = self.header.charset.identifier();
        for (index, part, trouble) in found {
            let position = (part.element, part.component);
            let kind = Kind::InvalidCharacter;
            if trouble == Trouble::Outside || strict {
                self.tell(kind, level, index, position, Some(part), expected);
            } else if self.faults.first_note(kind) {
                self.tell(kind, Level::Note, index, position, Some(part), expected);
            }
        }
    }

    fn trouble(&self, part: &Part) -> Option<Trouble> {
        let content = self.content();
        let charset = content.charset;
        let bytes = content.bytes(part);
        if bytes.is_ascii() {
            let control = bytes.iter().any(u8::is_ascii_control);
            let narrow = bytes.iter().any(|byte| !charset.has(*byte));
            return match (control, narrow) {
                (true, _) => Some(Trouble::Outside),
                (false, true) => Some(Trouble::Narrow),
                (false, false) => None,
            };
        }
        if matches!(charset, Charset::UnoA | Charset::UnoB) {
            return Some(Trouble::Outside);
        }
        // Noted as UTF-8 already: its trailing bytes are no control characters of ISO 8859.
        let latin1_over_utf8 =
            self.faults.is_noted(Kind::CharsetDoubtful) && std::str::from_utf8(&bytes).is_ok();
        let text = charset.decode(&bytes);
        let outside = |c: char| match latin1_over_utf8 {
            true => c.is_ascii_control(),
            false => c.is_control() || c == char::REPLACEMENT_CHARACTER,
        };
        text.chars().any(outside).then_some(Trouble::Outside)
    }
}

/// Whether some UTF-8 holds a control character of the upper half (U+0080 to U+009F).
fn has_c1(bytes: &[u8]) -> bool {
    let mut leads = memchr::memchr_iter(0xC2, bytes);
    leads.any(|at| matches!(bytes.get(at + 1), Some(0x80..=0x9F)))
}
