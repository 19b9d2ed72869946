//! What every step of the reading is given: the text, the limits, and where faults go.

use super::encoding::Decoded;
use super::kind::Kind;
use super::options::{FAULTS_MAX, Limits};
use crate::fault::{Fault, Place, VALUE_MAX};
use std::ops::Range;

/// Reading stops here; the fault that says why is already in the report.
#[derive(Debug)]
pub(super) struct Stopped;

/// The text being read and the faults met so far.
pub(super) struct Report<'a> {
    /// The input, decoded.
    pub(super) decoded: &'a Decoded<'a>,
    /// Its text, which all offsets count in.
    pub(super) text: &'a str,
    /// The limits.
    pub(super) limits: &'a Limits,
    /// Whether the text may hold a character XML does not allow.
    pub(super) suspicious: bool,
    /// Ordinal of the document being read, from 1.
    pub(super) ordinal: u32,
    /// The faults.
    pub(super) faults: Vec<Fault<Kind>>,
}

impl Report<'_> {
    /// Report what does not end the reading; dropped when there are already too many.
    pub(super) fn note(&mut self, kind: Kind, span: Range<usize>, name: &str, expected: &str) {
        if self.faults.len() < FAULTS_MAX {
            self.add(kind, span, name, expected);
        }
    }

    /// Report what ends the reading.
    pub(super) fn stop(
        &mut self,
        kind: Kind,
        span: Range<usize>,
        name: &str,
        expected: &str,
    ) -> Stopped {
        self.add(kind, span, name, expected);
        Stopped
    }

    /// Name the element concerned in the faults added since there were `count`, where they name
    /// none themselves.
    pub(super) fn name_since(&mut self, count: usize, name: &str) {
        for fault in &mut self.faults[count..] {
            if fault.name.is_empty() {
                fault.name = excerpt(name);
            }
        }
    }

    /// Stop at a limit passed; the limit is what was expected.
    pub(super) fn limit(&mut self, kind: Kind, span: Range<usize>, limit: usize) -> Stopped {
        self.stop(kind, span, "", &format!("at most {limit}"))
    }

    /// Add a fault; the value is the beginning of what stands there.
    fn add(&mut self, kind: Kind, span: Range<usize>, name: &str, expected: &str) {
        let start = self.text.floor_char_boundary(span.start);
        let end = self.text.floor_char_boundary(span.end.max(start));
        let byte = self.decoded.input_offset(start);
        let len = self.decoded.input_offset(end) - byte;
        self.faults.push(Fault {
            kind,
            level: kind.level(),
            place: Place {
                interchange: self.ordinal,
                byte,
                len: u32::try_from(len).unwrap_or(u32::MAX),
                ..Place::default()
            },
            name: name.to_owned(),
            value: excerpt(&self.text[start..end]),
            expected: expected.to_owned(),
        });
    }
}

/// The beginning of a text, as long as a fault keeps it.
pub(super) fn excerpt(text: &str) -> String {
    text.chars().take(VALUE_MAX).collect()
}
