//! Form specimens: one `name={hole}` a line, in the order they are posted.
//!
//! What this is *not*: a signature check. Whoever checks one reads the form itself, as posted.

use crate::carrier::lines::{charset, cut_mark, lines, settings};
use crate::carrier::taking::{Said, Taking, spot};
use crate::carrier::writing::{Writing, says};
use crate::carrier::{Read, Written};
use crate::codec::Notation;
use crate::codes::Codes;
use crate::findings;
use crate::record::Record;
use crate::specimen::{At, Demand, Filling, Flaw, Mark, Scope, fill};
use crate::vocabulary::List;
use crate::xml::Strictness;
use acquit_syntax::charset::Charset;
use acquit_syntax::fault::Place;
use acquit_syntax::form::{Options, read, write};

/// A specimen of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormSpecimen {
    /// What the file says it is.
    pub title: String,
    /// The character set.
    pub charset: Charset,
    /// Its pairs.
    pub pairs: Vec<FormLine>,
}

/// One pair of a specimen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormLine {
    /// The name.
    pub name: Box<str>,
    /// The value.
    pub filling: Filling,
    /// Whether it must be there: `once` or `optional`.
    pub mark: Mark,
    /// When it must be there although it is optional.
    pub demand: Option<Demand>,
    /// Where it is written.
    pub at: At,
}

impl FormSpecimen {
    /// Reads a specimen. What cannot be understood is a flaw; the rest is read all the same.
    #[must_use]
    pub fn parse(text: &str, codes: &Codes) -> (FormSpecimen, Vec<Flaw>) {
        let mut flaws = Vec::new();
        let (title, lines) = lines(text, &mut flaws);
        let (settings, lines) = settings(&lines, &["charset"]);
        let mut set = Charset::Utf8;
        for (_, value, at) in settings {
            set = charset(value, at, &mut flaws);
        }
        let mut pairs: Vec<FormLine> = Vec::new();
        for line in lines {
            let Some((name, value)) = line.text.split_once('=') else {
                flaws.push(Flaw::new(line.at, "expected a line as `name={hole}`"));
                continue;
            };
            let start = name.len() + 1;
            let (value, mark, mark_at) = cut_mark(value);
            let (mark, demand) = Mark::parse(mark, line.place(start + mark_at), &mut flaws);
            if matches!(mark, Mark::Each(_)) {
                flaws.push(Flaw::new(line.at, "a form has no lists"));
            }
            if pairs.iter().any(|pair| pair.name.eq_ignore_ascii_case(name)) {
                flaws.push(Flaw::new(line.at, format!("\"{name}\" stands here already")));
            }
            let scope = Scope { list: List::Root, codes, notation: Notation::Form };
            let filling = fill(value, line.place(start), scope, &mut flaws);
            pairs.push(FormLine { name: name.into(), filling, mark, demand, at: line.at });
        }
        if pairs.is_empty() {
            flaws.push(Flaw::new(At { line: 1, column: 1 }, "there is no line `name={hole}`"));
        }
        for demand in pairs.iter().filter_map(|pair| pair.demand.as_ref()) {
            demand.check(pairs.iter().map(|pair| &pair.filling), &mut flaws);
        }
        (FormSpecimen { title, charset: set, pairs }, flaws)
    }
}

/// Reads a form. Names must be spelled as in the specimen, for signatures of forms cover the
/// values and not their names.
#[must_use]
pub fn read_form<'a>(specimen: &'a FormSpecimen, bytes: &[u8], strictness: Strictness) -> Read<'a> {
    let options = Options { charset: specimen.charset, ..Options::default() };
    let (form, faults) = read(bytes, &options);
    let found = faults.iter().map(findings::of_form).collect();
    let mut taking = Taking::new(Notation::Form, strictness, found);
    let mut seen = vec![false; specimen.pairs.len()];
    for pair in &form.pairs {
        taking.record.parts += 1;
        let said = Said { text: &pair.value, spot: spot(pair.value_place), name: &pair.name };
        let Some(at) = specimen.pairs.iter().position(|line| *line.name == *pair.name) else {
            taking.unknown(Said { spot: spot(pair.name_place), ..said });
            continue;
        };
        // The reader of the bytes told a name that comes twice; what came first counts.
        if std::mem::replace(&mut seen[at], true) {
            continue;
        }
        let line = &specimen.pairs[at];
        let empty = said.text.is_empty() && line.mark == Mark::Optional;
        if !empty {
            taking.fill(&line.filling, &line.name, said, Record::ROOT);
        }
    }
    let end = spot(Place { interchange: 1, byte: bytes.len() as u64, ..Place::default() });
    for (line, _) in specimen.pairs.iter().zip(seen).filter(|(_, seen)| !seen) {
        if line.mark == Mark::Once || line.demand.is_some() {
            let said = Said { text: "", spot: end, name: &line.name };
            taking.missing(line.demand.as_ref(), said, &line.name);
        }
    }
    taking.end();
    taking.finish()
}

/// Writes a record as a form: an optional pair when it says something.
#[must_use]
pub fn write_form(specimen: &FormSpecimen, record: &Record<'_>) -> Written {
    let mut writing = Writing::default();
    let mut pairs = Vec::new();
    for line in &specimen.pairs {
        let holds = line.demand.as_ref().is_some_and(|demand| demand.holds(record.root()));
        if line.mark == Mark::Once || holds || says(&line.filling, record.root()) {
            let text = writing.fill(&line.filling, line.at, record.root());
            pairs.push((&*line.name, text.unwrap_or_default()));
        }
    }
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    Written { bytes: write(pairs, specimen.charset), unwritten: writing.unwritten }
}
