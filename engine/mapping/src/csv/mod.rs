//! CSV specimens: settings, the header where the file has one, and one row with holes.
//!
//! What this is *not*: a guess. Delimiter, quote and columns are written down; with a header,
//! columns are found by their names in any order.

mod source;

pub use source::{Column, CsvSpecimen};

use crate::carrier::taking::{Said, Taking, spot};
use crate::carrier::writing::Writing;
use crate::carrier::{Read, Written};
use crate::codec::Notation;
use crate::findings;
use crate::record::Record;
use crate::specimen::Filling;
use crate::xml::Strictness;
use acquit_syntax::csv::{Cell, Header, Layout, LineEnd, Options, Reader, Row, Writer};

/// Reads a file: each row is an item of the specimen's list.
#[must_use]
pub fn read_csv<'a>(specimen: &'a CsvSpecimen, bytes: &[u8], strictness: Strictness) -> Read<'a> {
    let columns = match specimen.header {
        Header::Absent => Some(specimen.columns.len()),
        Header::Present => None,
    };
    let options = Options {
        delimiter: specimen.delimiter,
        quote: specimen.quote,
        header: specimen.header,
        charset: specimen.charset,
        columns,
        ..Options::default()
    };
    let mut reader = Reader::over(bytes, options);
    let mut taking = Taking::new(Notation::Csv, strictness, Vec::new());
    let places = places(specimen, &reader, &mut taking);
    let mut row = Row::default();
    while reader.next(&mut row) {
        taking.record.parts += 1;
        let item = taking.record.add(Record::ROOT, specimen.list, spot(row.whole()), "row");
        for (column, at) in specimen.columns.iter().zip(&places) {
            let Some(at) = *at else { continue };
            let text = row.field(at).unwrap_or_default().trim();
            let said = Said { text, spot: spot(row.place(at)), name: &column.name };
            taking.fill(&column.filling, &column.name, said, item);
        }
    }
    taking.end();
    let mut read = taking.finish();
    let faults = reader.faults().iter().map(findings::of_csv);
    read.findings.splice(0..0, faults);
    read
}

/// In which column of the file each column of the specimen stands.
fn places<'a>(
    specimen: &'a CsvSpecimen,
    reader: &Reader<'_>,
    taking: &mut Taking<'a>,
) -> Vec<Option<usize>> {
    if specimen.header == Header::Absent {
        return (0..specimen.columns.len()).map(Some).collect();
    }
    let header = reader.header();
    let at = crate::record::Spot { segment: 1, ..crate::record::Spot::default() };
    let same = |name: &str, column: &Column| column.name.eq_ignore_ascii_case(name);
    for name in header {
        if !specimen.columns.iter().any(|column| same(name, column)) {
            taking.unknown(Said { text: name, spot: at, name });
        }
    }
    let mut places = Vec::new();
    for column in &specimen.columns {
        let place = header.iter().position(|name| same(name, column));
        let needed = match &column.filling {
            Filling::Hole(hole) => !hole.optional,
            Filling::Literal(_) => true,
            Filling::Any(_) | Filling::Format(_) => false,
        };
        if place.is_none() && needed {
            let said = Said { text: "", spot: at, name: &column.name };
            taking.missing(None, said, &column.name);
        }
        places.push(place);
    }
    places
}

/// Writes a record: one row an item. Nothing is put before texts that look like formulas: the
/// file is for a program, and reads the same again.
#[must_use]
pub fn write_csv(specimen: &CsvSpecimen, record: &Record<'_>) -> Written {
    let layout = Layout {
        delimiter: specimen.delimiter,
        quote: specimen.quote.unwrap_or(b'"'),
        line_end: LineEnd::CrLf,
        charset: specimen.charset,
    };
    let mut writer = Writer::new(layout);
    let mut writing = Writing::default();
    if specimen.header == Header::Present {
        writer.row(specimen.columns.iter().map(|column| Cell::Exact(&column.name)));
    }
    for item in record.items(specimen.list) {
        let texts: Vec<String> = specimen
            .columns
            .iter()
            .map(|column| writing.fill(&column.filling, column.at, item).unwrap_or_default())
            .collect();
        writer.row(texts.iter().map(|text| Cell::Exact(text)));
    }
    let (bytes, _) = writer.finish();
    Written { bytes, unwritten: writing.unwritten }
}
