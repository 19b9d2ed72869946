//! Before, at the head of and after an interchange.

use super::faults::excerpt;
use super::seek::{BYTE_ORDER_MARK, Beginning, LOOK_AHEAD, beginning, find, is_blank};
use super::{Counts, Emit, JUNK_BYTES_MAX, Reader, Scan, State, Step, service};
use crate::edifact::Fault;
use crate::edifact::charset::Charset;
use crate::edifact::envelope::{Interchange, Prepared};
use crate::edifact::kind::Kind;
use crate::edifact::separators::{Separators, UNA_LEN};
use crate::edifact::tape::Segment;
use crate::fault::{Level, Place, VALUE_MAX};

impl Reader<'_> {
    /// Looks for the beginning of an interchange.
    pub(super) fn seek(&mut self) -> Step {
        let rest = &self.buffer[self.origin..];
        let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
        if blanks > 0 {
            self.origin += blanks;
            return Step::Again;
        }
        if rest.len() < LOOK_AHEAD && !self.ended {
            return Step::Wait;
        }
        if rest.is_empty() {
            return self.end_of_input();
        }
        if rest.starts_with(BYTE_ORDER_MARK) {
            self.note_before(Kind::ByteOrderMark, BYTE_ORDER_MARK.len());
            return Step::Again;
        }
        match beginning(rest) {
            Beginning::Una { una, separators, unb } => self.begin(Some(una), separators, unb),
            Beginning::Unb { separators } => self.begin(None, separators, 0),
            Beginning::CutUna => self.unreadable(Kind::UnaCut, 0, rest.len()),
            Beginning::BadUna { at } => {
                self.unreadable(Kind::InvalidAsServiceCharacter, UNA_LEN - 6 + at, 1)
            }
            Beginning::Interactive => self.unreadable(Kind::EnvelopeNotSupported, 0, 3),
            Beginning::Other => self.junk(),
        }
    }

    /// Passes over bytes that are no interchange, if one begins after them.
    fn junk(&mut self) -> Step {
        let rest = &self.buffer[self.origin..];
        let most = JUNK_BYTES_MAX + LOOK_AHEAD;
        let rest = &rest[..rest.len().min(most)];
        match find(rest) {
            Some(junk) => {
                self.note_before(Kind::Junk, junk);
                Step::Again
            }
            None if rest.len() < most && !self.ended => Step::Wait,
            // Junk after an interchange was told with its end.
            None if self.counts.interchange > 0 => {
                self.state = State::Done;
                Step::Again
            }
            None => self.unreadable(Kind::NoInterchange, 0, rest.len().min(VALUE_MAX)),
        }
    }

    fn end_of_input(&mut self) -> Step {
        if self.counts.interchange == 0 {
            return self.unreadable(Kind::NoInput, 0, 0);
        }
        self.state = State::Done;
        Step::Again
    }

    /// Notes `len` bytes before an interchange and passes over them.
    fn note_before(&mut self, kind: Kind, len: usize) {
        let value = excerpt(&self.buffer[self.origin..self.origin + len]);
        let place = Place { len: len as u32, ..self.place_before(0) };
        let fault = self.faults.make(kind, Level::Note, place);
        self.faults.push(Fault { value, ..fault });
        self.origin += len;
    }

    fn unreadable(&mut self, kind: Kind, at: usize, len: usize) -> Step {
        let from = self.origin + at;
        let value = excerpt(&self.buffer[from..(from + len).min(self.buffer.len())]);
        let place = Place { len: len as u32, ..self.place_before(at) };
        let fault = self.faults.make(kind, Level::Input, place);
        let expected = if kind == Kind::NoInterchange { "UNB" } else { "" };
        self.faults.push(Fault { value, expected: expected.to_owned(), ..fault });
        self.state = State::Done;
        Step::Emit(Emit::Unreadable)
    }

    /// A place in the interchange that has not begun yet.
    fn place_before(&self, at: usize) -> Place {
        let interchange = self.counts.interchange + 1;
        Place { interchange, ..self.place_at(at as u32, 0, 0) }
    }

    fn begin(&mut self, una: Option<[u8; 6]>, separators: Separators, unb: usize) -> Step {
        self.begin = self.byte(0);
        self.counts = Counts { interchange: self.counts.interchange + 1, ..Counts::default() };
        self.header = Interchange { una, separators, ..Interchange::default() };
        (self.group, self.group_kind, self.split_until) = (None, None, None);
        (self.object, self.package) = (0, None);
        self.seen.clear();
        self.right_header.clear();
        self.state = State::Head;
        self.move_to(unb);
        self.scanner.separate_by(&separators);
        Step::Again
    }

    /// Reads UNB.
    pub(super) fn head(&mut self) -> Step {
        match self.scan() {
            Scan::Wait => return Step::Wait,
            Scan::Limit(kind) => return self.unreadable(kind, 0, 3),
            Scan::End => return self.unreadable(Kind::NoInterchange, 0, 0),
            Scan::Segment => {}
        }
        let unb = self.tape.segments[0];
        self.syntax(&unb);
        self.header = Interchange::read(&self.content(), &unb, self.header.una);
        self.tell_flaws(0, service::UNB, Level::Interchange);
        self.prepared(&unb);
        self.characters(unb.end as usize, Level::Interchange);
        self.tell_cut(Level::Interchange, 0);
        self.scanner.separate_by(&self.header.separators);
        self.consume();
        self.state = State::Outer;
        Step::Emit(Emit::Start)
    }

    /// Reads syntax identifier and version, which say how to read everything else.
    fn syntax(&mut self, unb: &Segment) {
        let content = self.content();
        let (identifier, version) = (content.get(unb, 1, 1), content.get(unb, 1, 2));
        let charset = Charset::from_identifier(&identifier);
        let number = version.parse::<u8>().ok().filter(|number| (1..=4).contains(number));
        let mut told = Vec::new();
        if let Err(kind) = charset
            && !identifier.is_empty()
        {
            told.push((kind, 1, "UNOA..UNOK, UNOW, UNOY"));
        }
        if number.is_none() && !version.is_empty() {
            told.push((Kind::SyntaxNotSupported, 2, "1..4"));
        }
        for (kind, component, expected) in told {
            self.tell_part(kind, Level::Interchange, 0, (1, component), expected);
        }
        self.version = number.unwrap_or(3);
        self.header.charset = charset.unwrap_or_default();
        let separators = self.header.separators.with_version(self.version, self.header.una);
        self.header.separators = separators;
    }

    /// Judges date and time of preparation, once their form is right.
    fn prepared(&mut self, unb: &Segment) {
        let Interchange { date, time, .. } = &self.header;
        let formed = |text: &str, lengths: &[usize]| {
            lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !formed(date, &[6, 8]) {
            if formed(date, &[7]) {
                self.tell_part(Kind::InvalidValue, Level::Interchange, 0, (4, 1), "YYMMDD");
            }
            return;
        }
        let (long, syntax4) = (date.len() == 8, self.version >= 4);
        let possible_date = Prepared::read(date, "0000").is_some();
        let possible = !formed(time, &[4]) || Prepared::read(date, time).is_some();
        if !possible_date {
            self.tell_part(Kind::InvalidValue, Level::Interchange, 0, (4, 1), "");
        } else if !possible {
            self.tell_part(Kind::InvalidValue, Level::Interchange, 0, (4, 2), "HHMM");
        } else if long && !syntax4 {
            self.tell_part(Kind::TooLong, Level::Note, 0, (4, 1), "n6");
        } else if syntax4 && !long {
            self.tell_part(Kind::TooShort, Level::Note, 0, (4, 1), "n8");
        }
        debug_assert_eq!(unb.first_part, 0, "UNB stands first on its tape");
    }

    /// Looks at what follows UNZ: only white space or another interchange may.
    pub(super) fn tail(&mut self) -> Step {
        let rest = &self.buffer[self.origin..];
        let blanks = rest.iter().take_while(|byte| is_blank(**byte)).count();
        if blanks > 0 {
            self.origin += blanks;
            return Step::Again;
        }
        if rest.len() < LOOK_AHEAD.max(VALUE_MAX) && !self.ended {
            return Step::Wait;
        }
        let sound = rest.is_empty()
            || rest.starts_with(BYTE_ORDER_MARK)
            || beginning(rest) != Beginning::Other;
        if !sound {
            let len = rest.len().min(VALUE_MAX);
            let value = excerpt(&rest[..len]);
            let place = self.place_at(0, 0, self.counts.segments + 1);
            let place = Place { len: len as u32, ..place };
            let fault = self.faults.make(Kind::OutsideMessage, Level::Interchange, place);
            self.faults.push(Fault { value, ..fault });
        }
        self.state = State::Seek;
        Step::Emit(Emit::End)
    }
}
