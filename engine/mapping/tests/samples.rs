//! Every file of `samples/` is read, told, written back and read again. What is told stands
//! beside it in a file of the same name ending in `.expected`; `ACQUIT_BLESS=1` writes it.
#![expect(clippy::disallowed_methods, reason = "tests read files")]
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

mod support;

use acquit_domain::Finding;
use acquit_mapping::carrier::Carrier;
use acquit_mapping::edifact::{EdifactSpecimen, read_edifact, write_message};
use acquit_mapping::findings;
use acquit_mapping::record::Record;
use acquit_mapping::xml::{Strictness, XmlSpecimen, read_xml, write_xml};
use acquit_syntax::edifact::check::{self, Checked, Input};
use acquit_syntax::edifact::guide::Guide;
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::edifact::writer::{LineEnd, Writer};
use acquit_syntax::fault::Place;
use acquit_syntax::xml::{Document, read};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Every file below a folder, in order.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn samples_say_what_is_expected() {
    let folder = support::top().join("samples");
    let mut found = Vec::new();
    files(&folder, &mut found);
    let mut wrong = Vec::new();
    for path in found.iter().filter(|path| path.extension().is_none_or(|end| end != "expected")) {
        let relative = path.strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
        let parts: Vec<&str> = relative.split('/').collect();
        let (partner, name) = match parts.as_slice() {
            ["messages", name, _] => (None, *name),
            ["issuers", partner, name, _] => (Some(*partner), *name),
            _ => continue,
        };
        let bytes = std::fs::read(path).unwrap();
        let outcome = match path.extension().and_then(|end| end.to_str()) {
            Some("edi") => edifact(name, partner, &bytes),
            Some("xml") => xml(name, &bytes),
            Some(ending @ ("csv" | "fixed")) => carrier(name, ending, &bytes),
            _ => continue,
        };
        let beside = path.with_extension("expected");
        if std::env::var("ACQUIT_BLESS").is_ok() {
            std::fs::write(&beside, &outcome).unwrap();
        } else if std::fs::read_to_string(&beside).ok().as_deref() != Some(outcome.as_str()) {
            eprintln!("--- {relative}\n{outcome}");
            wrong.push(relative);
        }
    }
    assert!(wrong.is_empty(), "differ (ACQUIT_BLESS=1 writes them): {wrong:?}");
}

/// What is told of an EDIFACT sample.
fn edifact(name: &str, partner: Option<&str>, bytes: &[u8]) -> String {
    let (specimen, guide) = support::edifact(name, partner);
    let mut out = String::new();
    let again = pass(&specimen, &guide, bytes, &mut out);
    let mut second = String::new();
    let third = pass(&specimen, &guide, &again, &mut second);
    let unread_gone = |text: &str| -> String {
        let kept = text.lines().filter(|line| !line.starts_with("unread") && !line.contains(": "));
        kept.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(unread_gone(&out), unread_gone(&second), "what was written says the same");
    assert_eq!(again, third, "writing is stable");
    let same = if again == bytes { "byte for byte" } else { "says the same" };
    writeln!(out, "written: {same}").unwrap();
    out
}

/// Reads an interchange, tells what it says and gives it written back.
fn pass(specimen: &EdifactSpecimen, guide: &Guide, bytes: &[u8], out: &mut String) -> Vec<u8> {
    let mut reader = Reader::over(bytes, Options::default());
    let (mut writer, mut checked) = (None, Checked::default());
    let line_end = if bytes.contains(&b'\n') { LineEnd::CrLf } else { LineEnd::None };
    while let Some(item) = reader.next() {
        let message = match item {
            Item::Start { header, .. } => {
                writer = Some(Writer::new(header, line_end));
                continue;
            }
            Item::Message(message) => message,
            _ => continue,
        };
        let content = message.content;
        let origin = Place {
            interchange: message.interchange,
            message: message.number,
            byte: message.byte,
            ..Place::default()
        };
        let input =
            Input { origin, ..Input::new(content.window, content.tape, content.separators) };
        check::message(guide, &input, &check::Rules::default(), &mut checked);
        let mut record = Record::new();
        let read = read_edifact(specimen, &checked, &content, origin, &mut record);
        let mut faults = structure(message.faults);
        faults.extend(structure(&checked.faults));
        tell(&record, &findings::merge(faults, read), out);
        if let Some(writer) = &mut writer {
            let unwritten = write_message(specimen, &record, writer);
            for missing in unwritten {
                writeln!(out, "unwritten: {}", missing.field).unwrap();
            }
        }
    }
    writer.map(|writer| writer.finish().unwrap()).unwrap_or_default()
}

/// What is told of an XML sample.
fn xml(name: &str, bytes: &[u8]) -> String {
    let specimen = support::xml(name);
    let mut out = String::new();
    let again = pass_xml(&specimen, bytes, &mut out);
    let mut second = String::new();
    let third = pass_xml(&specimen, again.as_bytes(), &mut second);
    let values = |text: &str| -> String {
        text.lines().filter(|line| !line.contains(": ")).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(values(&out), values(&second), "what was written says the same");
    assert_eq!(again, third, "writing is stable");
    let same = if again.as_bytes() == bytes { "byte for byte" } else { "says the same" };
    writeln!(out, "written: {same}").unwrap();
    out
}

fn pass_xml(specimen: &XmlSpecimen, bytes: &[u8], out: &mut String) -> String {
    let (documents, faults) = read(bytes, &acquit_syntax::xml::Options::default());
    let document: &Document<'_> = documents.first().expect("a document");
    assert!(specimen.claims(document));
    let mut record = Record::new();
    let mut all: Vec<_> = faults.iter().map(findings::of_xml).collect();
    all.extend(read_xml(specimen, document, Strictness::default(), &mut record));
    tell(&record, &all, out);
    let (text, unwritten) = write_xml(specimen, &record);
    for missing in unwritten {
        writeln!(out, "unwritten: {}", missing.field).unwrap();
    }
    text
}

/// What is told of a sample of a file that is no message.
fn carrier(name: &str, ending: &str, bytes: &[u8]) -> String {
    let text = support::text(&format!("mappings/messages/{name}.{ending}"));
    let (specimen, flaws) = Carrier::parse(ending, &text, &support::codes()).unwrap();
    assert_eq!(flaws, [], "{name}");
    let mut out = String::new();
    let again = pass_carrier(&specimen, bytes, &mut out);
    let mut second = String::new();
    let third = pass_carrier(&specimen, &again, &mut second);
    assert_eq!(out, second, "what was written says the same");
    assert_eq!(again, third, "writing is stable");
    let same = if again == bytes { "byte for byte" } else { "says the same" };
    writeln!(out, "written: {same}").unwrap();
    out
}

fn pass_carrier(specimen: &Carrier, bytes: &[u8], out: &mut String) -> Vec<u8> {
    let read = specimen.read(bytes, Strictness::default());
    let mut written = Vec::new();
    for (at, record) in read.records.iter().enumerate() {
        let findings: &[Finding] = if at == 0 { &read.findings } else { &[] };
        tell(record, findings, out);
        let one = specimen.write(record);
        for missing in one.unwritten {
            writeln!(out, "unwritten: {}", missing.field).unwrap();
        }
        written.extend(one.bytes);
    }
    written
}

/// The record, the findings and what was not read.
fn tell(record: &Record<'_>, findings: &[Finding], out: &mut String) {
    write!(out, "{record}").unwrap();
    for finding in findings {
        writeln!(out, "finding: {}", told(finding)).unwrap();
    }
    for unread in &record.unread {
        writeln!(out, "unread: {}", unread.name).unwrap();
    }
}

/// One line of a finding.
fn told(finding: &Finding) -> String {
    let place = &finding.place;
    let mut line = format!("{} {} {}", finding.severity.key(), finding.code, place.name);
    if place.segment > 0 {
        line += &format!(" {}/{}/{}", place.segment, place.element, place.component);
    }
    if !finding.value.is_empty() {
        line += &format!(" \"{}\"", finding.value);
    }
    if !finding.expected.is_empty() {
        line += &format!(" expected {}", finding.expected);
    }
    line
}

/// What the structure check found, as findings.
fn structure(faults: &[acquit_syntax::edifact::Fault]) -> Vec<Finding> {
    faults.iter().map(findings::of_edifact).collect()
}
