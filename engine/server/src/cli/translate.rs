//! `acquit translate`: a file to another language, through the canonical record.

use super::arguments::{Target, Translate};
use super::exit::{Exit, Failure};
use super::records::{self, Seen};
use super::terminal::{Terminal, tell};
use super::{input, specimens};
use crate::shell::Clock;
use acquit_domain::Finding;
use acquit_mapping::catalogue::{EdifactForm, XmlForm};
use acquit_mapping::edifact::{Unwritten, WrittenSegment, write_edifact};
use acquit_mapping::record::{ItemRef, Record};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::value::Value;
use acquit_mapping::vocabulary::{Field, List, field};
use acquit_mapping::xml::write_xml;
use acquit_syntax::edifact::envelope::{Header, Interchange};
use acquit_syntax::edifact::writer::{LineEnd, Writer};
use base64::Engine as _;
use serde_json::{Map, Value as Json};

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
    let count = records::visit(book, &bytes, &mut |seen| {
        let (record, findings, interchange, header) = match &seen {
            Seen::Edifact(message) => (
                message.record,
                message.findings,
                Some(message.interchange.clone()),
                Some(message.header.clone()),
            ),
            Seen::Xml { record, findings, .. } => (*record, *findings, None, None),
        };
        let Some(record) = record else {
            return Err(Failure::usage("no specimen reads this message"));
        };
        if findings.iter().any(Finding::rejects) {
            exit = Exit::Findings;
            tell("acquit: the message has findings; `acquit check` tells which");
        }
        let mut record = record.clone();
        complete(&mut record, interchange.as_ref());
        said.push(target.write(book, &record, interchange, header)?);
        Ok(())
    })?;
    if count == 0 {
        return Err(Failure::usage("no message in it; `acquit check` tells why"));
    }
    print(said, terminal)?;
    Ok(exit)
}

/// Says what the other language asks for and this one leaves to the envelope or to counting:
/// who receives, the state that follows from the function, the numbers of lines.
fn complete(record: &mut Record<'_>, interchange: Option<&Interchange>) {
    let (has_recipient, has_state) =
        (record.root().has(field::RECIPIENT), record.root().has(field::STATE));
    if let (false, Some(interchange)) = (has_recipient, interchange) {
        record.say(Record::ROOT, field::RECIPIENT, interchange.recipient.id.clone());
    }
    if !has_state {
        let state = match record.root().code(field::EVENT) {
            Some("cancel") => "cancelled",
            Some("paid") => "paid",
            _ => "open",
        };
        record.say_code(Record::ROOT, field::STATE, state);
    }
    let lines: Vec<_> = record.items(List::Lines).map(|item| (item.id(), item.has(LINE))).collect();
    for ((line, has_number), number) in lines.into_iter().zip(1i64..) {
        if !has_number {
            record.say(line, LINE, number);
        }
    }
}

/// Number of a line.
const LINE: Field = field::LINES_POSITION;

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

fn print(said: Vec<Said>, terminal: &mut Terminal) -> Result<(), Failure> {
    let mut open: Option<(Interchange, Writer)> = None;
    for one in said {
        match one {
            Said::Json(value) if terminal.is_json => terminal.json(&value)?,
            Said::Json(value) => {
                terminal.json_text(&serde_json::to_string_pretty(&value).unwrap_or_default())?;
            }
            Said::Document(text) => terminal.line(text.trim_end())?,
            Said::Edifact(outer, segments) => {
                let (envelope, header) = *outer;
                if open.as_ref().is_some_and(|(before, _)| *before != envelope)
                    && let Some((_, writer)) = open.take()
                {
                    close(writer, terminal)?;
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
    match open {
        Some((_, writer)) => close(writer, terminal),
        None => Ok(()),
    }
}

fn close(writer: Writer, terminal: &mut Terminal) -> Result<(), Failure> {
    let refused = |why: acquit_syntax::edifact::writer::Refused| Failure {
        exit: Exit::Findings,
        text: why.to_string(),
    };
    let bytes = writer.finish().map_err(refused)?;
    terminal.bytes(&bytes)?;
    Ok(())
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
