//! Segments of a message, from UNH to UNT.

use super::seek::{Beginning, LOOK_AHEAD, beginning};
use super::{Emit, Reader, Scan, State, Step, service};
use crate::edifact::kind::Kind;
use crate::edifact::tape::{Part, Segment, Tag};
use crate::fault::Level;

/// Third letters of the security segments (`USA` to `USY`, ISO 9735-5 to -7).
const SECURITY: &[u8] = b"ABCDEFHLRTUXY";

/// Message types that are made of security segments.
const SECURITY_MESSAGES: [&[u8]; 2] = [b"AUTACK", b"KEYMAN"];

/// Longest reference of a message (0062) and most digits of its count of segments (0074).
const REFERENCE_MAX: usize = 14;
const COUNT_DIGITS_MAX: usize = 6;

impl Reader<'_> {
    /// Reads on in the message, to its end or to the end of the window.
    pub(super) fn inner(&mut self) -> Step {
        loop {
            let held = std::mem::take(&mut self.held);
            let scan = if held { Scan::Segment } else { self.scan() };
            match scan {
                Scan::Wait => return Step::Wait,
                Scan::Limit(kind) => return self.limit(kind),
                Scan::End => {
                    let end = self.window().len();
                    return self.unclosed_message(self.tape.segments.len(), end);
                }
                Scan::Segment => {
                    if let Some(step) = self.inner_segment() {
                        return step;
                    }
                }
            }
        }
    }

    /// The message's first segment, UNH, is on the tape.
    pub(super) fn inner_first(&mut self) -> Step {
        self.tell_cut(Level::Message, 0);
        self.nesting(&self.tape.segments[0].clone());
        Step::Again
    }

    /// Judges the segment last on the tape by its tag; `Some` ends the message.
    #[inline]
    fn inner_segment(&mut self) -> Option<Step> {
        let segment = *self.tape.segments.last()?;
        let [_, first, second, third] = segment.tag.0.to_be_bytes();
        let three = segment.tag_len == 3;
        if three && first == b'U' && second == b'N' || self.may_begin(&segment) {
            let step = self.service_segment(&segment, third);
            // Reading began again at UNH: there is no such segment any more.
            if step.is_some() || self.tape.segments.is_empty() {
                return step;
            }
        } else if three && first == b'U' && second == b'S' && SECURITY.contains(&third) {
            self.security();
        }
        let sound = three
            && first.is_ascii_uppercase()
            && [second, third]
                .iter()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        let index = self.tape.segments.len() - 1;
        if !sound {
            self.tell_segment(Kind::NotSupportedHere, Level::Message, index, "");
        }
        self.nesting(&segment);
        self.tell_cut(Level::Message, index);
        None
    }

    /// Tells explicit nesting: components in the tag.
    #[inline]
    fn nesting(&mut self, segment: &Segment) {
        let first = self.tape.parts.get(segment.first_part as usize);
        let nests = first.is_some_and(|part| part.element == 0);
        if nests && segment.first_part < segment.last_part {
            let index = self.tape.segments.len() - 1;
            self.tell_segment(Kind::NestingNotAllowed, Level::Segment, index, "");
        }
    }

    /// Whether a tag begins with `UNA`, whatever follows under the separators in force.
    #[inline]
    fn may_begin(&self, segment: &Segment) -> bool {
        segment.tag_len > 3 && segment.tag.0 >> 8 == Tag::new(b"UNA").0
    }

    fn service_segment(&mut self, segment: &Segment, third: u8) -> Option<Step> {
        let index = self.tape.segments.len() - 1;
        let start = segment.start as usize;
        if self.may_begin(segment) || third == b'A' {
            let rest = &self.window()[start..];
            if rest.len() < LOOK_AHEAD && !self.ended {
                self.held = true;
                return Some(Step::Wait);
            }
            let begins = matches!(beginning(rest), Beginning::Una { .. });
            return begins.then(|| self.unclosed_message(index, start));
        }
        match third {
            b'T' => self.message_ends(segment, index),
            b'H' => self.nested_header(segment, index),
            b'B' | b'Z' | b'G' | b'E' => Some(self.unclosed_message(index, start)),
            b'O' | b'P' => {
                self.tell_segment(Kind::EnvelopeNotSupported, Level::Message, index, "");
                None
            }
            _ => None,
        }
    }

    /// A UNH inside the message: a stray one, or the next message when this one lost its UNT.
    /// Which of the two is known when a UNT comes, or the message ends without one.
    fn nested_header(&mut self, segment: &Segment, index: usize) -> Option<Step> {
        if index == 0 {
            let _ = self.inner_first();
            return None;
        }
        if self.split_until.is_some_and(|until| self.byte(segment.start) <= until) {
            return Some(self.unclosed_message(index, segment.start as usize));
        }
        self.nested = Some(index);
        self.tell_segment(Kind::NotSupportedHere, Level::Message, index, "UNT");
        None
    }

    fn message_ends(&mut self, unt: &Segment, index: usize) -> Option<Step> {
        let end = (unt.end as usize + 1).min(self.window().len());
        if self.nested.is_none() && !self.cut && self.is_usual_trailer(unt) {
            return Some(self.message_read(end));
        }
        let content = self.content();
        let reference = content.get(unt, 2, 1);
        let opened = |index: usize| content.get(&self.tape.segments[index], 1, 1);
        if let Some(nested) = self.nested
            && opened(nested) == reference
            && opened(0) != reference
        {
            self.split(nested);
            return None;
        }
        let opening = opened(0).into_owned();
        let counted = self.tape.segments.len() as u32;
        self.trailer(index, Level::Message, Some(counted), &opening);
        self.nesting(unt);
        self.tell_cut(Level::Message, index);
        Some(self.message_read(end))
    }

    /// Whether UNT says the right count and the reference of UNH, both as nearly all do: then
    /// there is nothing to tell of it.
    fn is_usual_trailer(&self, unt: &Segment) -> bool {
        let [count, reference] = self.tape.parts_of(unt) else { return false };
        let content = self.content();
        let number = content.raw(count);
        let usual = position(count) == (1, 1, 1)
            && position(reference) == (2, 1, 1)
            && (count.is_bare() & reference.is_bare())
            && number.len() <= COUNT_DIGITS_MAX
            && self.usual_reference() == Some(content.raw(reference));
        let digit = |sum: Option<usize>, byte: &u8| {
            let digit = byte.is_ascii_digit().then(|| usize::from(byte - b'0'));
            Some(sum? * 10 + digit?)
        };
        usual && number.iter().fold(Some(0), digit) == Some(self.tape.segments.len())
    }

    /// The reference of UNH when there can be nothing to tell of it.
    fn usual_reference(&self) -> Option<&[u8]> {
        let content = self.content();
        let part = self.tape.parts_of(self.tape.segments.first()?).first()?;
        let raw = content.raw(part);
        let usual = position(part) == (1, 1, 1)
            && part.is_bare()
            && (1..=REFERENCE_MAX).contains(&raw.len())
            && raw.iter().all(u8::is_ascii_graphic);
        usual.then_some(raw)
    }

    /// What UNH says behind its reference.
    fn header_rest(&self) -> &[u8] {
        let unh = &self.tape.segments[0];
        let start = self.tape.parts_of(unh).first().map_or(unh.end, |part| part.end);
        &self.window()[start as usize..unh.end as usize]
    }

    /// Tells what is wrong with UNH. One that differs only by its reference from a header of
    /// this interchange that was right is right too.
    fn check_header(&mut self) {
        let usual = self.usual_reference().is_some();
        if usual && self.right_header == self.header_rest() {
            return;
        }
        let flawless = self.tell_flaws(0, service::UNH, Level::Message);
        if usual && flawless {
            self.right_header = self.header_rest().to_vec();
        }
    }

    /// Reads again from UNH, to close this message where the one at `nested` begins.
    fn split(&mut self, nested: usize) {
        self.split_until = Some(self.byte(self.tape.segments[nested].start));
        self.faults.forget_message();
        self.rescan();
    }

    /// The message ends without UNT before the segment at `index`, which begins at `end`.
    fn unclosed_message(&mut self, index: usize, end: usize) -> Step {
        let splits = |nested: &usize| *nested < index;
        if let Some(nested) = self.nested.filter(splits) {
            self.split(nested);
            return Step::Again;
        }
        if let Some(closer) = self.tape.segments.get(index) {
            self.tape.parts.truncate(closer.first_part as usize);
            self.tape.segments.truncate(index);
        }
        self.cut = false;
        self.tell_missing("UNT", Level::Message, end as u32);
        self.message_read(end)
    }

    /// The message is complete in the first `end` bytes of the window.
    fn message_read(&mut self, end: usize) -> Step {
        self.check_header();
        self.group_type();
        self.repeated();
        self.characters(end, Level::Element);
        self.message_len = end;
        self.counts.segments += self.tape.segments.len() as u32;
        self.counts.messages += 1;
        self.counts.in_group += 1;
        self.state = State::Outer;
        Step::Emit(Emit::Message)
    }

    /// Before syntax 4 all messages of a group are of one type.
    fn group_type(&mut self) {
        if self.group.is_none() || self.version >= 4 {
            return;
        }
        let content = self.content();
        let kind = content.part(&self.tape.segments[0], 2, 1).map(|part| content.bytes(part));
        let kind = kind.unwrap_or_default().into_owned();
        if self.group_kind.get_or_insert_with(|| kind.clone()) != &kind {
            self.tell_segment(Kind::SeveralTypesInGroup, Level::Group, 0, "");
        }
    }

    /// Tells a message whose reference another message of its type had before.
    fn repeated(&mut self) {
        let (window, unh) = (&self.buffer[self.origin..], &self.tape.segments[0]);
        let raw = |element| {
            let mut parts = self.tape.parts_of(unh).iter();
            let part = parts.find(|part| (part.element, part.component) == (element, 1));
            part.map_or(&b""[..], |part| &window[part.start as usize..part.end as usize])
        };
        let (reference, kind) = (raw(1), raw(2));
        if !reference.is_empty() && !self.seen.insert(kind, reference) {
            self.tell_part(Kind::Duplicate, Level::Message, 0, (1, 1), "");
        }
    }

    fn security(&mut self) {
        let content = self.content();
        let kind = content.part(&self.tape.segments[0], 2, 1).map(|part| content.raw(part));
        let expected = kind.is_some_and(|kind| SECURITY_MESSAGES.contains(&kind));
        if !expected && !std::mem::replace(&mut self.secured, true) {
            let index = self.tape.segments.len() - 1;
            self.tell_segment(Kind::SecurityNotSupported, Level::Message, index, "");
        }
    }
}

const fn position(part: &Part) -> (u16, u16, u16) {
    (part.element, part.component, part.repeat)
}
