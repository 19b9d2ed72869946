//! `acquit translate`: a file to another language, through the canonical record.

use super::arguments::{Target, Translate};
use super::completion::complete;
use super::exit::{Exit, Failure};
use super::terminal::{Terminal, tell};
use super::{check, input, specimens};
use crate::records::{self, Seen};
use crate::render::{Lang, tell as told};
use crate::shell::Clock;
use acquit_domain::Finding;
use acquit_mapping::catalogue::{EdifactForm, XmlForm};
use acquit_mapping::edifact::{Unwritten, WrittenSegment, write_edifact};
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::value::Value;
use acquit_mapping::xml::write_xml;
use acquit_syntax::edifact::envelope::{Header, Interchange};
use acquit_syntax::edifact::writer::{LineEnd, Writer};
use base64::Engine as _;
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

/// Runs the command.
pub(super) fn translate(
    book: &Rulebook,
    arguments: &Translate,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let target = match arguments.to {
        Target::Ubl | Target::Cii => {
            return Err(Failure::usage("--to ubl and --to cii are not there yet"));
        }
        Target::Json => Way::Json,
        Target::InvoicD96a => Way::Edifact(specimens::edifact(book, "invoic-d96a")?),
        Target::InvoicD01b => Way::Edifact(specimens::edifact(book, "invoic-d01b")?),
        Target::Portnet => Way::Xml(specimens::xml(book, "portnet-inv")?),
    };
    let bytes = input::whole(&arguments.file)?;
    let mut said: Vec<Said> = Vec::new();
    let mut exit = Exit::Ok;
    let name = input::name(&arguments.file);
    let before: BTreeSet<String> = codes(&check::rejections(book, &name, bytes.clone()));
    if !before.is_empty() {
        exit = Exit::Findings;
        tell("acquit: the message has findings; `acquit check` tells which");
    }
    let count = records::visit::<Failure>(book, &bytes, &mut |seen| {
        let (record, interchange, header) = match &seen {
            Seen::Edifact(message) => {
                let interchange = Some(with_points(message.interchange));
                (message.record, interchange, Some(message.header.clone()))
            }
            Seen::Xml { record, .. } => (*record, None, None),
        };
        let Some(record) = record else {
            return Err(Failure::usage("no specimen reads this message"));
        };
        let mut record = record.clone();
        complete(&mut record, interchange.as_ref());
        said.push(target.write(book, &record, interchange, header)?);
        Ok(())
    })?;
    if count == 0 {
        return Err(Failure::usage("no message in it; `acquit check` tells why"));
    }
    let documents = match target {
        Way::Json => return json_lines(said, terminal).map(|()| exit),
        Way::Edifact(_) | Way::Xml(_) => documents(said)?,
    };
    for document in &documents {
        read_back(book, document, &before)?.into_iter().for_each(|missing| {
            exit = Exit::Findings;
            tell(format_args!("acquit: {missing} is still to be added: the receiver asks for it"));
        });
    }
    for document in &documents {
        terminal.bytes(document)?;
    }
    Ok(exit)
}

/// The same envelope for numbers with a decimal point, which is how they are written.
fn with_points(interchange: &Interchange) -> Interchange {
    let mut written = interchange.clone();
    written.separators.decimal = b'.';
    // UNA is component, element, decimal mark, release, reserved, terminator.
    written.una = written.una.map(|una| [una[0], una[1], b'.', una[3], una[4], una[5]]);
    written
}

/// Files that no EDIFACT message carries and PortNet asks for: what was written is right, and
/// its sender adds them.
const TO_BE_ADDED: &str = "DOC-MISSING";

/// Reads what was written as its receiver will. Gives what its sender has yet to add.
///
/// # Errors
/// When it would be rejected for something its source is not.
fn read_back(
    book: &Rulebook,
    document: &[u8],
    before: &BTreeSet<String>,
) -> Result<BTreeSet<String>, Failure> {
    let after = check::rejections(book, "", document.to_vec());
    let after = after.into_iter().filter(|finding| !before.contains(&*finding.code));
    let (added, wrong): (Vec<Finding>, Vec<Finding>) =
        after.partition(|finding| finding.code == TO_BE_ADDED);
    if wrong.is_empty() {
        return Ok(codes(&added));
    }
    let mut text = "the message would be rejected:".to_owned();
    for finding in &wrong {
        let sentence = told(&book.words, finding, Lang::default()).sentence;
        text.push_str(&format!("\n  {}  {}", finding.code, crate::render::escaped(&sentence)));
    }
    Err(Failure { exit: Exit::Findings, text })
}

fn codes(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|finding| finding.code.to_string()).collect()
}

/// A message in the other language.
enum Said {
    Json(Json),
    Document(String),
    Edifact(Box<(Interchange, Header)>, Vec<WrittenSegment>),
}

/// How to write.
enum Way<'b> {
    Json,
    Edifact(&'b EdifactForm),
    Xml(&'b XmlForm),
}

impl Way<'_> {
    fn write(
        &self,
        book: &Rulebook,
        record: &Record<'_>,
        interchange: Option<Interchange>,
        header: Option<Header>,
    ) -> Result<Said, Failure> {
        let missing = |unwritten: Vec<Unwritten>| {
            let names: Vec<String> = unwritten.iter().map(|one| one.field.to_string()).collect();
            let text = format!("the message does not say what this needs: {}", names.join(", "));
            Failure { exit: Exit::Findings, text }
        };
        match self {
            Way::Json => Ok(Said::Json(item(record.root()))),
            Way::Xml(form) => {
                let (text, unwritten) = write_xml(&form.specimen, record);
                if unwritten.is_empty() {
                    Ok(Said::Document(text))
                } else {
                    Err(missing(unwritten))
                }
            }
            Way::Edifact(form) => {
                let (segments, unwritten) = write_edifact(&form.specimen, record);
                if !unwritten.is_empty() {
                    return Err(missing(unwritten));
                }
                let envelope = interchange
                    .unwrap_or_else(|| specimens::envelope(book, record, Clock::System.now()));
                let header = specimens::header(segments.first(), header);
                Ok(Said::Edifact(Box::new((envelope, header)), segments))
            }
        }
    }
}

fn json_lines(said: Vec<Said>, terminal: &mut Terminal) -> Result<(), Failure> {
    for one in said {
        match one {
            Said::Json(value) if terminal.is_json => terminal.json(&value)?,
            Said::Json(value) => {
                terminal.json_text(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
            }
            Said::Document(_) | Said::Edifact(..) => {}
        }
    }
    Ok(())
}

/// What is to be sent: an XML document for each message, an interchange for those that share an
/// envelope.
fn documents(said: Vec<Said>) -> Result<Vec<Vec<u8>>, Failure> {
    let mut done = Vec::new();
    let mut open: Option<(Interchange, Writer)> = None;
    for one in said {
        match one {
            Said::Json(_) => {}
            Said::Document(text) => done.push(format!("{}\n", text.trim_end()).into_bytes()),
            Said::Edifact(outer, segments) => {
                let (envelope, header) = *outer;
                if open.as_ref().is_some_and(|(before, _)| *before != envelope)
                    && let Some((_, writer)) = open.take()
                {
                    done.push(close(writer)?);
                }
                let begin = || {
                    let writer = Writer::new(&envelope, LineEnd::CrLf);
                    (envelope.clone(), writer)
                };
                let (_, writer) = open.get_or_insert_with(begin);
                writer.message(&header);
                // The first segment is UNH, which the writer has just written.
                for segment in segments.iter().skip(1) {
                    writer.segment(&segment.tag);
                    for element in &segment.elements {
                        writer.composite(element.iter().map(String::as_str));
                    }
                }
                writer.end_message();
            }
        }
    }
    if let Some((_, writer)) = open {
        done.push(close(writer)?);
    }
    Ok(done)
}

fn close(writer: Writer) -> Result<Vec<u8>, Failure> {
    let refused = |why: acquit_syntax::edifact::writer::Refused| Failure {
        exit: Exit::Findings,
        text: why.to_string(),
    };
    writer.finish().map_err(refused)
}

/// One item of a record as JSON: its values by name, its lists by name.
fn item(from: ItemRef<'_, '_>) -> Json {
    let mut object = Map::new();
    for (field, value) in from.values() {
        object.entry(field.key()).or_insert_with(|| json(&value));
    }
    for child in from.children() {
        let list = object.entry(child.list().key()).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(items) = list {
            items.push(item(child));
        }
    }
    Json::Object(object)
}

/// A value as JSON: numbers as text, so that none loses a digit.
fn json(value: &Value<'_>) -> Json {
    match value {
        Value::Text(text) | Value::Code(text) => Json::String(text.to_string()),
        Value::Decimal(number) => Json::String(number.to_string()),
        Value::Integer(number) => Json::from(*number),
        Value::Date(date) => Json::String(date.to_string()),
        Value::Instant(instant) => Json::String(instant.to_string()),
        Value::Bytes(bytes) => {
            Json::String(base64::engine::general_purpose::STANDARD.encode(bytes))
        }
    }
}
