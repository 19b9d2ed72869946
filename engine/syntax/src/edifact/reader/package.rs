//! Packages (UNO to UNP, ISO 9735-8): objects of any bytes between messages, in syntax 4.
//!
//! The object is *not* read: it is passed over by its declared length, so that nothing in it can
//! be taken for a segment, and a note says so.

use super::{Reader, Step};
use crate::edifact::kind::Kind;
use crate::fault::Level;

impl Reader<'_> {
    /// A package begins: passes over the object of the length that UNO tells (0810).
    pub(super) fn package_begins(&mut self) -> Step {
        let (content, uno) = (self.content(), &self.tape.segments[0]);
        let length = content.get(uno, 4, 1).parse::<u32>();
        let reference = content.get(uno, 1, 1).into_owned();
        match length {
            Ok(length) => {
                self.tell_segment(Kind::EnvelopeNotSupported, Level::Note, 0, "");
                self.package = Some((length, reference));
                self.object = length.into();
            }
            Err(_) => self.tell_part(Kind::InvalidValue, Level::Interchange, 0, (4, 1), "n..18"),
        }
        self.counts.packages += 1;
        self.counts.in_group += 1;
        self.tell_cut(Level::Interchange, 0);
        self.consume();
        Step::Again
    }

    /// Passes over what is there of the object.
    pub(super) fn pass_object(&mut self) -> Step {
        let there = self.buffer.len() - self.origin;
        let passed = self.object.min(there as u64);
        self.object -= passed;
        self.move_to(passed as usize);
        if self.object > 0 && !self.ended {
            return Step::Wait;
        }
        self.object = 0;
        Step::Again
    }

    /// UNP repeats length and reference of its UNO.
    pub(super) fn package_ends(&mut self) -> Step {
        if let Some((length, reference)) = self.package.take() {
            self.trailer(0, Level::Interchange, Some(length), &reference);
        }
        self.tell_cut(Level::Interchange, 0);
        self.consume();
        Step::Again
    }
}
