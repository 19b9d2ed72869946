//! Writing: a record through a specimen to segments. Envelope, counts and service characters
//! belong to the writer of `acquit_syntax`.

use super::compile::EdifactSpecimen;
use super::line::{Cell, Line};
use crate::codec::Codec;
use crate::record::{ItemRef, Record};
use crate::specimen::{At, Filling, Hole, Mark};
use crate::value::{Instant, Value};
use crate::vocabulary::Field;
use acquit_syntax::edifact::envelope::Header;
use acquit_syntax::edifact::separators::Separators;
use acquit_syntax::edifact::writer::Writer;
use std::collections::BTreeSet;

/// A segment to write: values as text, nothing released, empty at the end left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WrittenSegment {
    /// Its tag.
    pub tag: String,
    /// Elements, each a list of components.
    pub elements: Vec<Vec<String>>,
}

/// A value a specimen needs and a record does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritten {
    /// The name.
    pub field: Field,
    /// The line of the specimen.
    pub at: At,
}

/// Writes a record. The first segment is UNH, whose counterpart UNT the envelope adds. An
/// optional line is written when it says something that no line before it said, or when it must
/// be there. Numbers have a point.
#[must_use]
pub fn write_edifact(
    specimen: &EdifactSpecimen,
    record: &Record<'_>,
) -> (Vec<WrittenSegment>, Vec<Unwritten>) {
    write_marked(specimen, record, &Separators::DEFAULT)
}

/// The same with the decimal mark of these separators: a comma where UNA announces one.
#[must_use]
pub fn write_marked(
    specimen: &EdifactSpecimen,
    record: &Record<'_>,
    separators: &Separators,
) -> (Vec<WrittenSegment>, Vec<Unwritten>) {
    let root = record.root();
    let mut writing = Writing {
        root,
        separators,
        segments: Vec::new(),
        unwritten: Vec::new(),
        said: BTreeSet::new(),
    };
    writing.lines(&specimen.lines, root);
    (writing.segments, writing.unwritten)
}

struct Writing<'w> {
    /// The whole message.
    root: ItemRef<'w, 'w>,
    separators: &'w Separators,
    segments: Vec<WrittenSegment>,
    unwritten: Vec<Unwritten>,
    /// What was said already.
    said: BTreeSet<(u32, Field)>,
}

impl Writing<'_> {
    fn lines(&mut self, lines: &[Line], item: ItemRef<'_, '_>) {
        for line in lines {
            match line.mark {
                Mark::Once => self.line(line, item),
                Mark::Optional if self.says(line, item) || self.demands(line) => {
                    self.line(line, item);
                }
                Mark::Optional => {}
                Mark::Each(list) => item.items(list).for_each(|item| self.line(line, item)),
            }
        }
    }

    /// Whether an optional line must be there in this message.
    fn demands(&self, line: &Line) -> bool {
        line.demand.as_ref().is_some_and(|demand| demand.holds(self.root))
    }

    /// Whether a line, or one of its group, would say something new.
    fn says(&self, line: &Line, item: ItemRef<'_, '_>) -> bool {
        let new = |cell: &Cell| match &cell.filling {
            Filling::Hole(hole) => {
                item.has(hole.field) && !self.said.contains(&(item.id(), hole.field))
            }
            _ => false,
        };
        line.cells.iter().any(new)
            || line.children.iter().any(|child| match child.mark {
                Mark::Each(list) => item.items(list).next().is_some(),
                Mark::Once | Mark::Optional => self.says(child, item),
            })
    }

    fn line(&mut self, line: &Line, item: ItemRef<'_, '_>) {
        let mut segment = WrittenSegment { tag: line.tag.to_string(), elements: Vec::new() };
        for cell in &line.cells {
            match &cell.filling {
                Filling::Literal(text) | Filling::Any(text) => segment.set(cell, 0, text),
                Filling::Hole(hole) => self.hole(line, cell, hole, item, &mut segment),
                Filling::Format(code) => {
                    let reaches = segment.has(cell.element);
                    if reaches {
                        segment.set(cell, 0, code);
                    }
                }
            }
        }
        segment.trim();
        self.segments.push(segment);
        self.lines(&line.children, item);
    }

    fn hole(
        &mut self,
        line: &Line,
        cell: &Cell,
        hole: &Hole,
        item: ItemRef<'_, '_>,
        segment: &mut WrittenSegment,
    ) {
        let said = item.value(hole.field);
        let written = said.as_ref().and_then(|value| {
            match (EdifactSpecimen::written_form(line, cell), value) {
                (Some(form), Value::Date(date)) => {
                    Some(form.write(Instant::local(date.at(0, 0, 0, 0))).into())
                }
                (Some(form), Value::Instant(instant)) => Some(form.write(*instant).into()),
                _ => hole.codec.write(value),
            }
        });
        match (written, &hole.codec) {
            (Some(text), Codec::Split { count, width }) => {
                for (at, piece) in (0u16..).zip(pieces(&text, *count, *width)) {
                    segment.set(cell, at, &piece);
                }
            }
            (Some(text), Codec::Decimal | Codec::Money) => {
                segment.set(cell, 0, &self.separators.number(&text));
            }
            (Some(text), _) => segment.set(cell, 0, &text),
            (None, _) if !hole.optional => {
                self.unwritten.push(Unwritten { field: hole.field, at: line.at });
            }
            (None, _) => {}
        }
        self.said.insert((item.id(), hole.field));
    }
}

/// A text cut at its line ends and into pieces of at most `width` characters; what does not fit
/// in `count` pieces is left out.
fn pieces(text: &str, count: u16, width: u16) -> Vec<String> {
    let mut pieces = Vec::new();
    for line in text.split('\n') {
        let characters: Vec<char> = line.chars().collect();
        pieces.extend(characters.chunks(usize::from(width)).map(|piece| piece.iter().collect()));
    }
    pieces.truncate(usize::from(count));
    pieces
}

impl WrittenSegment {
    /// Puts a text in a cell, or `further` components behind it.
    fn set(&mut self, cell: &Cell, further: u16, text: &str) {
        let element = usize::from(cell.element).saturating_sub(1);
        let component = usize::from(cell.component + further).saturating_sub(1);
        if self.elements.len() <= element {
            self.elements.resize(element + 1, Vec::new());
        }
        let components = &mut self.elements[element];
        if components.len() <= component {
            components.resize(component + 1, String::new());
        }
        text.clone_into(&mut components[component]);
    }

    /// Whether an element has a value already.
    fn has(&self, element: u16) -> bool {
        let element = self.elements.get(usize::from(element).saturating_sub(1));
        element.is_some_and(|components| components.iter().any(|text| !text.is_empty()))
    }

    /// Leaves out what is empty at the end.
    fn trim(&mut self) {
        for components in &mut self.elements {
            let last = components.iter().rposition(|text| !text.is_empty());
            components.truncate(last.map_or(0, |last| last + 1));
        }
        let last = self.elements.iter().rposition(|components| !components.is_empty());
        self.elements.truncate(last.map_or(0, |last| last + 1));
    }
}

/// Writes a record as one message of an interchange being written.
pub fn write_message(
    specimen: &EdifactSpecimen,
    record: &Record<'_>,
    writer: &mut Writer,
) -> Vec<Unwritten> {
    let (segments, unwritten) = write_marked(specimen, record, writer.separators());
    for segment in &segments {
        let part = |element: usize, component: usize| -> String {
            let element = segment.elements.get(element);
            element.and_then(|parts| parts.get(component)).cloned().unwrap_or_default()
        };
        if segment.tag == "UNH" {
            writer.message(&Header {
                reference: part(0, 0),
                kind: part(1, 0),
                version: part(1, 1),
                release: part(1, 2),
                agency: part(1, 3),
                association: part(1, 4),
                access: part(2, 0),
                ..Header::default()
            });
            continue;
        }
        writer.segment(&segment.tag);
        for element in &segment.elements {
            writer.composite(element.iter().map(String::as_str));
        }
    }
    writer.end_message();
    unwritten
}
