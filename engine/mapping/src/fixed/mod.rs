//! Specimens of records of fixed width: a line for each type of record, and under it its fields
//! by their place.
//!
//! A file may hold several messages: each begins with the type of record that is written first.
//! What this is *not*: it tells record types apart by the characters they begin with and by their
//! literals, nothing else.

mod source;

pub use source::{FieldLine, FixedSpecimen, RecordLine};

use crate::carrier::taking::{Said, Taking, Wrong, spot};
use crate::carrier::writing::{Writing, says};
use crate::carrier::{Read, Written};
use crate::codec::{Codec, Notation};
use crate::edifact::Unwritten;
use crate::findings;
use crate::record::{ItemId, ItemRef, Record};
use crate::specimen::{Filling, Hole, Mark};
use crate::vocabulary::Kind;
use crate::xml::Strictness;
use acquit_syntax::fault::Place;
use acquit_syntax::fixed;

/// Reads a file: one record of ours for each of its messages.
#[must_use]
pub fn read_fixed<'a>(
    specimen: &'a FixedSpecimen,
    bytes: &[u8],
    strictness: Strictness,
) -> Read<'a> {
    let options =
        fixed::Options { charset: specimen.charset, ..fixed::Options::of_length(specimen.length) };
    let mut reader = fixed::Reader::over(bytes, options);
    let taking = Taking::new(Notation::Fixed, strictness, Vec::new());
    let seen = vec![false; specimen.records.len()];
    let mut reading = Reading { specimen, taking, seen };
    let mut last = Place::default();
    for record in reader.by_ref() {
        reading.record(&record);
        last = record.whole();
    }
    if last.segment > 0 {
        reading.end(last);
    }
    let mut read = reading.taking.finish();
    read.findings.splice(0..0, reader.faults().iter().map(findings::of_fixed));
    read
}

struct Reading<'a> {
    specimen: &'a FixedSpecimen,
    taking: Taking<'a>,
    /// Which types of record the message has so far.
    seen: Vec<bool>,
}

impl<'a> Reading<'a> {
    fn record(&mut self, record: &fixed::Record<'_>) {
        let specimen = self.specimen;
        let whole = record.whole();
        let mut of_type = (0..).zip(&specimen.records).filter(|(_, line)| line.is(record));
        let first = of_type.next();
        let agreeing = first.into_iter().chain(of_type).find(|(_, line)| line.agrees(record));
        let Some((at, line)) = agreeing.or(first) else {
            self.taking.record.parts += 1;
            let text = record.text(1, specimen.length);
            let kind: String = text.chars().take(specimen.kind_length()).collect();
            return self.taking.unknown(Said { text: &text, spot: spot(whole), name: &kind });
        };
        if at == 0 && self.seen.iter().any(|seen| *seen) {
            self.end(whole);
        }
        self.taking.record.parts += 1;
        let again = std::mem::replace(&mut self.seen[at], true);
        let item = match line.mark {
            Mark::Each(list) => self.taking.record.add(Record::ROOT, list, spot(whole), &line.kind),
            Mark::Once | Mark::Optional if again => {
                let said = Said { text: &line.kind, spot: spot(whole), name: &line.kind };
                return self.taking.tell(Wrong::Duplicate, said, "1");
            }
            Mark::Once | Mark::Optional => Record::ROOT,
        };
        for field in &line.fields {
            self.field(field, record, item);
        }
    }

    fn field(&mut self, field: &'a FieldLine, record: &fixed::Record<'_>, item: ItemId) {
        let text = record.text(field.start, field.length);
        let place = record.place(field.start, field.length);
        let said = Said { text: text.trim(), spot: spot(place), name: &field.path };
        match (&field.filling, field.decimals) {
            (Filling::Hole(hole), Some((start, length))) if !said.text.is_empty() => {
                let decimals = record.text(start, length);
                let decimals = decimals.trim().parse().unwrap_or(u8::MAX);
                // More decimals than an amount of 14 digits can have are no number of decimals.
                if decimals > 9 {
                    let expected = format!("{start}/{length}: 0 to 9");
                    return self.taking.tell(Wrong::Type, said, &expected);
                }
                match Codec::Overpunch(decimals).read(said.text.into(), Notation::Fixed) {
                    Ok((Some(value), _)) => {
                        let at = (said.spot, &*field.path);
                        self.taking.record.put(item, hole.field, value.into_owned(), at);
                    }
                    _ => self.taking.fill(&field.filling, &field.path, said, item),
                }
            }
            _ => self.taking.fill(&field.filling, &field.path, said, item),
        }
    }

    /// Ends a message: tells the types of record it lacks.
    fn end(&mut self, place: Place) {
        let specimen = self.specimen;
        for (line, seen) in specimen.records.iter().zip(&mut self.seen) {
            if !std::mem::take(seen) && (line.mark == Mark::Once || line.demand.is_some()) {
                let spot = spot(Place { len: 0, ..place });
                let said = Said { text: "", spot, name: &line.kind };
                self.taking.missing(line.demand.as_ref(), said, &line.kind);
            }
        }
        self.taking.end();
    }
}

/// Writes a record as one message of such a file.
#[must_use]
pub fn write_fixed(specimen: &FixedSpecimen, record: &Record<'_>) -> Written {
    let mut writer = fixed::Writer::new(specimen.length, specimen.line_end, specimen.charset);
    let mut writing = Writing::default();
    for line in &specimen.records {
        let root = record.root();
        let demanded = line.demand.as_ref().is_some_and(|demand| demand.holds(root));
        let speaks = || line.fields.iter().any(|field| says(&field.filling, root));
        match line.mark {
            Mark::Each(list) => record
                .items(list)
                .for_each(|item| write_line(line, item, &mut writing, &mut writer)),
            Mark::Optional if !demanded && !speaks() => {}
            Mark::Once | Mark::Optional => write_line(line, root, &mut writing, &mut writer),
        }
    }
    let (bytes, _) = writer.finish();
    Written { bytes, unwritten: writing.unwritten }
}

fn write_line(
    line: &RecordLine,
    item: ItemRef<'_, '_>,
    writing: &mut Writing,
    writer: &mut fixed::Writer,
) {
    writer.put(1, line.kind.chars().count(), &line.kind, fixed::Align::Left);
    for field in &line.fields {
        let codec = field.decimals.map(|at| Codec::Overpunch(line.decimals_at(at)));
        let text = writing.fill_as(&field.filling, codec.as_ref(), field.at, item);
        let Some(text) = text else { continue };
        let number = matches!(
            &field.filling,
            Filling::Hole(hole) if matches!(hole.codec.kind(), Kind::Decimal | Kind::Integer)
        );
        let align = match (number, text.starts_with('-')) {
            (true, false) => fixed::Align::Right('0'),
            (true, true) => fixed::Align::Right(' '),
            (false, _) => fixed::Align::Left,
        };
        let fits = writer.put(field.start, field.length, &text, align);
        if let (false, Filling::Hole(Hole { field: name, .. })) = (fits, &field.filling) {
            writing.unwritten.push(Unwritten { field: *name, at: field.at });
        }
    }
    writer.end();
}
