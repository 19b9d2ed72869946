//! Specimens of JSON, forms, CSV and records of fixed width behind one door.
//!
//! A file's ending says what it is a specimen of: `.json`, `.form`, `.csv`, `.fixed`. Each reads
//! bytes into records and writes a record as bytes. What this is *not*: EDIFACT and XML, which
//! travel in envelopes and have readers of their own.

pub(crate) mod lines;
pub(crate) mod taking;
pub(crate) mod writing;

use crate::codes::Codes;
use crate::csv::CsvSpecimen;
use crate::edifact::Unwritten;
use crate::fixed::FixedSpecimen;
use crate::form::FormSpecimen;
use crate::json::JsonSpecimen;
use crate::record::Record;
use crate::specimen::Flaw;
use crate::xml::Strictness;
use acquit_domain::Finding;

/// A specimen of one of these carriers.
#[derive(Debug, Clone)]
pub enum Carrier {
    /// A JSON text.
    Json(JsonSpecimen),
    /// A form.
    Form(FormSpecimen),
    /// A CSV file.
    Csv(CsvSpecimen),
    /// A file of records of fixed width.
    Fixed(FixedSpecimen),
}

/// A specimen with its name.
#[derive(Debug, Clone)]
pub struct CarrierForm {
    /// Name of its file without ending (`callback`).
    pub name: String,
    /// The specimen.
    pub specimen: Carrier,
}

/// The endings of specimens, each with the media type of what they are specimens of.
pub const ENDINGS: &[(&str, &str)] = &[
    ("json", "application/json"),
    ("form", "application/x-www-form-urlencoded"),
    ("csv", "text/csv"),
    ("fixed", "text/plain"),
];

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Read<'a> {
    /// One record a message: JSON, forms and CSV hold one, a file of fixed width as many as it has
    /// statements. None when nothing can be read.
    pub records: Vec<Record<'a>>,
    /// What was found, in the order of the bytes; those of the reader of the bytes come first.
    pub findings: Vec<Finding>,
}

impl Read<'_> {
    /// Whether a finding refuses what was read.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.findings.iter().any(Finding::rejects)
    }
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Written {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What the specimen needs and the record does not say.
    pub unwritten: Vec<Unwritten>,
}

impl Carrier {
    /// Reads the specimen of a file with this ending; nothing when the ending is none of these.
    #[must_use]
    pub fn parse(ending: &str, text: &str, codes: &Codes) -> Option<(Carrier, Vec<Flaw>)> {
        let (carrier, mut flaws) = match ending {
            "json" => {
                let (specimen, flaws) = JsonSpecimen::parse(text, codes);
                (Carrier::Json(specimen), flaws)
            }
            "form" => {
                let (specimen, flaws) = FormSpecimen::parse(text, codes);
                (Carrier::Form(specimen), flaws)
            }
            "csv" => {
                let (specimen, flaws) = CsvSpecimen::parse(text, codes);
                (Carrier::Csv(specimen), flaws)
            }
            "fixed" => {
                let (specimen, flaws) = FixedSpecimen::parse(text, codes);
                (Carrier::Fixed(specimen), flaws)
            }
            _ => return None,
        };
        flaws.sort();
        Some((carrier, flaws))
    }

    /// What the file says it is.
    #[must_use]
    pub fn title(&self) -> &str {
        match self {
            Carrier::Json(specimen) => &specimen.title,
            Carrier::Form(specimen) => &specimen.title,
            Carrier::Csv(specimen) => &specimen.title,
            Carrier::Fixed(specimen) => &specimen.title,
        }
    }

    /// The media type of what it writes.
    #[must_use]
    pub const fn media_type(&self) -> &'static str {
        match self {
            Carrier::Json(_) => ENDINGS[0].1,
            Carrier::Form(_) => ENDINGS[1].1,
            Carrier::Csv(_) => ENDINGS[2].1,
            Carrier::Fixed(_) => ENDINGS[3].1,
        }
    }

    /// Reads some bytes.
    #[must_use]
    pub fn read(&self, bytes: &[u8], strictness: Strictness) -> Read<'_> {
        match self {
            Carrier::Json(specimen) => crate::json::read_json(specimen, bytes, strictness),
            Carrier::Form(specimen) => crate::form::read_form(specimen, bytes, strictness),
            Carrier::Csv(specimen) => crate::csv::read_csv(specimen, bytes, strictness),
            Carrier::Fixed(specimen) => crate::fixed::read_fixed(specimen, bytes, strictness),
        }
    }

    /// Writes a record.
    #[must_use]
    pub fn write(&self, record: &Record<'_>) -> Written {
        match self {
            Carrier::Json(specimen) => crate::json::write_json(specimen, record),
            Carrier::Form(specimen) => crate::form::write_form(specimen, record),
            Carrier::Csv(specimen) => crate::csv::write_csv(specimen, record),
            Carrier::Fixed(specimen) => crate::fixed::write_fixed(specimen, record),
        }
    }
}
