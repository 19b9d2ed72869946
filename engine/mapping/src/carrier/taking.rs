//! What readings of every carrier have in common: filling holes, telling findings.

use super::Read;
use crate::codec::Notation;
use crate::findings;
use crate::record::{ItemId, Record, Spot};
use crate::specimen::{Demand, Filling, Hole};
use crate::xml::{FINDINGS_MAX, Strictness};
use acquit_domain::{Finding, Level, Severity};
use acquit_syntax::fault::Place;
use std::borrow::Cow;

/// What can be wrong with a text beside its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// It is not there.
    Missing,
    /// It differs from the literal.
    Literal,
    /// It is a value of another type.
    Type,
    /// Nobody named it.
    Unknown,
    /// It is there twice.
    Duplicate,
}

/// The code of a finding.
const fn code(notation: Notation, wrong: Wrong) -> &'static str {
    match (notation, wrong) {
        (Notation::Json, Wrong::Missing) => "JSON-MISSING",
        (Notation::Json, Wrong::Literal) => "JSON-VALUE",
        (Notation::Json, Wrong::Type) => "JSON-TYPE",
        (Notation::Json, Wrong::Unknown) => "JSON-UNKNOWN",
        (Notation::Json, Wrong::Duplicate) => "JSON-DUP",
        (Notation::Form, Wrong::Missing) => "FORM-MISSING",
        (Notation::Form, Wrong::Literal | Wrong::Type) => "FORM-VALUE",
        (Notation::Form, Wrong::Unknown) => "FORM-UNKNOWN",
        (Notation::Form, Wrong::Duplicate) => "FORM-DUP",
        (Notation::Csv, Wrong::Missing) => "CSV-MISSING",
        (Notation::Csv, Wrong::Literal | Wrong::Type) => "CSV-VALUE",
        (Notation::Csv, Wrong::Unknown) => "CSV-UNKNOWN",
        (Notation::Csv, Wrong::Duplicate) => "CSV-DUP",
        (_, Wrong::Missing) => "FIX-MISSING",
        (_, Wrong::Literal | Wrong::Type) => "FIX-VALUE",
        (_, Wrong::Unknown) => "FIX-UNKNOWN",
        (_, Wrong::Duplicate) => "FIX-DUP",
    }
}

/// One text of the input.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'t> {
    pub(crate) text: &'t str,
    pub(crate) spot: Spot,
    /// Name of the place, for findings.
    pub(crate) name: &'t str,
}

/// A reading under way.
pub(crate) struct Taking<'a> {
    pub(crate) record: Record<'a>,
    notation: Notation,
    strictness: Strictness,
    findings: Vec<Finding>,
    /// What is missing should a demand hold.
    waiting: Vec<(&'a Demand, Finding)>,
    read: Read<'a>,
}

impl<'a> Taking<'a> {
    /// Begins with the findings of the reader of the bytes.
    pub(crate) fn new(notation: Notation, strictness: Strictness, found: Vec<Finding>) -> Self {
        let read = Read { records: Vec::new(), findings: found };
        let (findings, waiting) = (Vec::new(), Vec::new());
        let mut taking =
            Taking { record: Record::new(), notation, strictness, findings, waiting, read };
        taking.begin(1);
        taking
    }

    /// The next message.
    fn begin(&mut self, message: u32) {
        self.record = Record::new();
        self.record.interchange = 1;
        self.record.message = message;
    }

    /// Ends a message; another one may follow.
    pub(crate) fn end(&mut self) {
        for (demand, finding) in std::mem::take(&mut self.waiting) {
            if demand.holds(self.record.root()) {
                self.findings.push(finding);
            }
        }
        self.findings.sort_by_key(|finding| finding.place.byte);
        self.read.findings.append(&mut self.findings);
        let next = self.record.message + 1;
        self.read.records.push(std::mem::take(&mut self.record));
        self.begin(next);
    }

    /// What was read.
    pub(crate) fn finish(self) -> Read<'a> {
        self.read
    }

    /// Reads a text as a place of the specimen wants it; `path` names the place in the specimen.
    pub(crate) fn fill(&mut self, filling: &'a Filling, path: &'a str, said: Said<'_>, to: ItemId) {
        match filling {
            Filling::Any(_) | Filling::Format(_) => {}
            Filling::Literal(literal) if said.text == &**literal => {}
            Filling::Literal(literal) => {
                let missing = said.text.is_empty();
                let wrong = if missing { Wrong::Missing } else { Wrong::Literal };
                self.tell(wrong, said, literal);
            }
            Filling::Hole(hole) if said.text.is_empty() && hole.optional => {}
            Filling::Hole(hole) if said.text.is_empty() => {
                self.tell(Wrong::Missing, said, hole.field.key());
            }
            Filling::Hole(hole) => self.value(hole, path, said, to),
        }
    }

    fn value(&mut self, hole: &'a Hole, path: &'a str, said: Said<'_>, to: ItemId) {
        match hole.codec.read(Cow::Borrowed(said.text), self.notation) {
            Ok((value, tolerated)) => {
                if let Some(value) = value {
                    self.record.put(to, hole.field, value.into_owned(), (said.spot, path));
                }
                if let Some(tolerated) = tolerated.filter(|_| !self.is_full()) {
                    let place = self.record.place(said.spot, said.name);
                    self.findings.push(findings::tolerated(tolerated, place, said.text));
                }
            }
            Err(_) if self.is_full() => {}
            Err(unreadable) => {
                let place = self.record.place(said.spot, said.name);
                let finding = findings::unreadable(&unreadable, hole.field, self.notation, place);
                self.findings.push(finding.with_value(findings::excerpt(said.text)));
            }
        }
    }

    /// Says that a place that must be there is not, now or when a demand holds.
    pub(crate) fn missing(&mut self, demand: Option<&'a Demand>, said: Said<'_>, expected: &str) {
        let finding = self.finding(Wrong::Missing, Severity::Error, said, expected);
        match demand {
            _ if self.is_full() || self.waiting.len() >= FINDINGS_MAX => {}
            Some(demand) => self.waiting.push((demand, finding)),
            None => self.findings.push(finding),
        }
    }

    /// Says that nobody named what stands there.
    pub(crate) fn unknown(&mut self, said: Said<'_>) {
        self.record.leave_unread(said.spot, || said.name.to_owned());
        if !self.is_full() {
            let severity = self.strictness.unknown;
            self.findings.push(self.finding(Wrong::Unknown, severity, said, ""));
        }
    }

    /// Tells what is wrong.
    pub(crate) fn tell(&mut self, wrong: Wrong, said: Said<'_>, expected: &str) {
        if !self.is_full() {
            self.findings.push(self.finding(wrong, Severity::Error, said, expected));
        }
    }

    fn finding(&self, wrong: Wrong, severity: Severity, said: Said<'_>, expected: &str) -> Finding {
        let place = self.record.place(said.spot, said.name);
        let finding = Finding::business(code(self.notation, wrong), severity, place);
        let finding = Finding { level: Level::Element, ..finding };
        finding.with_value(findings::excerpt(said.text)).with_expected(expected)
    }

    fn is_full(&self) -> bool {
        self.findings.len() + self.read.findings.len() >= FINDINGS_MAX
    }
}

/// A place of the reader as a spot.
pub(crate) fn spot(place: Place) -> Spot {
    let Place { byte, len, segment, element, .. } = place;
    Spot { byte, len, segment, element, ..Spot::default() }
}
