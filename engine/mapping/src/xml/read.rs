//! Reading: a document, element by element, into a record.

use super::source::{XmlLine, XmlSpecimen};
use crate::codec::Notation;
use crate::findings;
use crate::record::{ItemId, Record, Spot};
use crate::specimen::{Demand, Filling, Hole, Mark};
use acquit_domain::{Finding, Level, Severity};
use acquit_syntax::fault::Place;
use acquit_syntax::xml::{Attribute, Document, Element};
use std::borrow::Cow;

/// The namespace of `xsi:schemaLocation` and its like, which say nothing about the content.
const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Most findings told of one document. The path of each costs a walk over its siblings.
pub const FINDINGS_MAX: usize = 200;

/// Of these, most that refuse nothing: they never leave an error untold.
const REMARKS_MAX: usize = 100;

/// How strictly a document is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strictness {
    /// How bad an element or attribute is that the specimen does not name.
    pub unknown: Severity,
}

impl Default for Strictness {
    /// What is not named is refused: somebody meant something by it.
    fn default() -> Self {
        Strictness { unknown: Severity::Error }
    }
}

/// Reads a document into a record, which is emptied first. Findings are in the order of the
/// document; what is missing is told at the element it is missing from.
pub fn read_xml<'a>(
    specimen: &'a XmlSpecimen,
    document: &'a Document<'_>,
    strictness: Strictness,
    record: &mut Record<'a>,
) -> Vec<Finding> {
    record.clear();
    record.interchange = document.ordinal();
    record.message = 1;
    let (findings, waiting) = (Vec::new(), Vec::new());
    let mut reading = Reading { specimen, strictness, record, findings, waiting };
    let root = document.root();
    if specimen.is(&specimen.root, root) {
        reading.element(&specimen.root, root, Record::ROOT);
    } else {
        let name = root.qualified_name();
        reading.tell("XML-ROOT", Severity::Error, root, name, &specimen.root.name);
    }
    reading.settle();
    reading.findings
}

struct Reading<'r, 'a> {
    specimen: &'a XmlSpecimen,
    strictness: Strictness,
    record: &'r mut Record<'a>,
    findings: Vec<Finding>,
    /// What is missing should a demand hold, and before which finding it is told: the name that
    /// decides may stand behind it.
    waiting: Vec<(&'a Demand, usize, Finding)>,
}

impl<'a> Reading<'_, 'a> {
    fn element(&mut self, line: &'a XmlLine, element: Element<'a>, item: ItemId) {
        self.record.parts += 1;
        self.attributes(line, element, item);
        match &line.text {
            Some(filling) => {
                let spot = spot(element.text_place());
                self.fill(filling, line, element, (element.trimmed(), spot), item);
            }
            None if element.trimmed().is_empty() => {}
            None => self.unknown(element, element.trimmed()),
        }
        let mut seen = 0u128;
        for child in element.children() {
            let found = line.children.iter().position(|line| self.specimen.is(line, child));
            let Some(at) = found else {
                self.record.leave_unread(spot(child.place()), || child.path());
                self.unknown(child, child.trimmed());
                continue;
            };
            let inner = &line.children[at];
            match inner.mark() {
                Mark::Each(list) => {
                    let item = self.record.add(item, list, spot(child.place()), &inner.path);
                    self.element(inner, child, item);
                }
                Mark::Once | Mark::Optional if seen >> at & 1 == 1 => {
                    self.tell("XML-DUP", Severity::Error, child, child.trimmed(), "1");
                }
                Mark::Once | Mark::Optional => self.element(inner, child, item),
            }
            seen |= 1 << at;
        }
        let missing = line.required & !seen;
        for (at, inner) in line.children.iter().enumerate() {
            if missing >> at & 1 == 1 {
                let place = Spot { len: 0, ..spot(element.place()) };
                let name = || format!("{}/{}", element.path(), inner.local);
                self.missing(inner, place, name, &inner.name);
            }
        }
    }

    fn attributes(&mut self, line: &'a XmlLine, element: Element<'a>, item: ItemId) {
        for (name, filling) in &line.attributes {
            let found = element.attributes().find(|found| found.qualified_name() == &**name);
            let place = found.map_or_else(|| element.place(), Attribute::place);
            let value = found.map_or("", Attribute::value);
            self.fill(filling, line, element, (value.trim(), spot(place)), item);
        }
        for found in element.attributes() {
            let named = line.attributes.iter().any(|(name, _)| **name == *found.qualified_name());
            if !named && found.namespace() != Some(SCHEMA_INSTANCE) {
                let name = || format!("{}/@{}", element.path(), found.local_name());
                let severity = self.strictness.unknown;
                let value = found.value();
                self.add("XML-UNKNOWN", severity, spot(found.place()), name, value, "");
            }
        }
    }

    /// Reads one text or attribute.
    fn fill(
        &mut self,
        filling: &'a Filling,
        line: &'a XmlLine,
        element: Element<'a>,
        (text, spot): (&'a str, Spot),
        item: ItemId,
    ) {
        match filling {
            Filling::Any(_) | Filling::Format(_) => {}
            Filling::Literal(literal) if text == &**literal => {}
            Filling::Literal(literal) => {
                let code = if text.is_empty() { "XML-013" } else { "XML-012" };
                self.add(code, Severity::Error, spot, || element.path(), text, literal);
            }
            Filling::Hole(hole) if text.is_empty() && hole.optional => {}
            Filling::Hole(hole) if text.is_empty() => {
                let expected = hole.field.key();
                self.missing(line, spot, || element.path(), expected);
            }
            Filling::Hole(hole) => self.value(hole, line, element, (text, spot), item),
        }
    }

    fn value(
        &mut self,
        hole: &'a Hole,
        line: &'a XmlLine,
        element: Element<'a>,
        (text, spot): (&'a str, Spot),
        item: ItemId,
    ) {
        match hole.codec.read(Cow::Borrowed(text), Notation::Xml) {
            Ok((value, tolerated)) => {
                if let Some(value) = value {
                    self.record.put(item, hole.field, value, (spot, &line.path));
                }
                if let Some(tolerated) =
                    tolerated.filter(|_| self.findings.len() < REMARKS_MAX && !self.is_full())
                {
                    let place = self.record.place(spot, &element.path());
                    self.findings.push(findings::tolerated(tolerated, place, text));
                }
            }
            Err(_) if self.is_full() => {}
            Err(unreadable) => {
                let place = self.record.place(spot, &element.path());
                let finding = findings::unreadable(&unreadable, hole.field, Notation::Xml, place);
                self.findings.push(finding.with_value(findings::excerpt(text)));
            }
        }
    }

    /// What must be there and is not. Under a demand it is told when the demand holds, which is
    /// known at the end.
    fn missing(
        &mut self,
        line: &'a XmlLine,
        spot: Spot,
        name: impl FnOnce() -> String,
        expected: &str,
    ) {
        let before = self.findings.len();
        self.add("XML-013", Severity::Error, spot, name, "", expected);
        if let (Some(demand), Some(finding)) = (&line.demand, self.findings.get(before)) {
            self.waiting.push((demand, before, finding.clone()));
            self.findings.truncate(before);
        }
    }

    /// Tells what waited for its demand, each at its place among the others.
    fn settle(&mut self) {
        for (demand, before, finding) in std::mem::take(&mut self.waiting).into_iter().rev() {
            if demand.holds(self.record.root()) {
                self.findings.insert(before, finding);
            }
        }
        self.findings.truncate(FINDINGS_MAX);
    }

    /// Whether enough was told.
    fn is_full(&self) -> bool {
        self.findings.len() + self.waiting.len() >= FINDINGS_MAX
    }

    fn unknown(&mut self, element: Element<'_>, value: &str) {
        self.tell("XML-UNKNOWN", self.strictness.unknown, element, value, "");
    }

    fn tell(
        &mut self,
        code: &'static str,
        severity: Severity,
        element: Element<'_>,
        value: &str,
        expected: &str,
    ) {
        self.add(code, severity, spot(element.place()), || element.path(), value, expected);
    }

    fn add(
        &mut self,
        code: &'static str,
        severity: Severity,
        spot: Spot,
        name: impl FnOnce() -> String,
        value: &str,
        expected: &str,
    ) {
        let remarks = severity < Severity::Error && self.findings.len() >= REMARKS_MAX;
        if remarks || self.is_full() {
            return;
        }
        let place = self.record.place(spot, &name());
        let finding = Finding { level: Level::Element, ..Finding::business(code, severity, place) };
        let finding = finding.with_value(findings::excerpt(value));
        self.findings.push(finding.with_expected(expected));
    }
}

/// A place in the input without its ordinals.
fn spot(place: Place) -> Spot {
    Spot { byte: place.byte, len: place.len, ..Spot::default() }
}
