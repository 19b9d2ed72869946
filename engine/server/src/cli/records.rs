//! Each message of an input with everything that is known of it: its tokens, its place in the
//! segment table, the canonical record.
//!
//! What this is *not*: the pipeline. Commands that explain or translate look at one message at a
//! time and judge nothing; `acquit check` judges.

use super::exit::Failure;
use super::specimens::{LENIENT, guide, reads, reads_xml};
use acquit_mapping::edifact::read_edifact;
use acquit_mapping::record::Record;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::xml::read_xml;
use acquit_syntax::edifact::check::{self, Characters, Checked, Input, Rules};
use acquit_syntax::edifact::envelope::{Header, Interchange};
use acquit_syntax::edifact::guide::Guide;
use acquit_syntax::edifact::reader::{Item, Message, Options, Reader};
use acquit_syntax::fault::Place;
use acquit_syntax::xml::{self, Document};

/// A message of an input.
pub(super) enum Seen<'a> {
    /// An EDIFACT message.
    Edifact(&'a SeenEdifact<'a>),
    /// An XML document.
    Xml {
        /// The document.
        document: &'a Document<'a>,
        /// What it says, when a specimen fits.
        record: Option<&'a Record<'a>>,
    },
}

/// An EDIFACT message with all that is known of it.
pub(super) struct SeenEdifact<'a> {
    /// The envelope it came in.
    pub(super) interchange: &'a Interchange,
    /// What UNH says.
    pub(super) header: Header,
    /// Its tokens.
    pub(super) message: Message<'a>,
    /// The segment table of its release, when there is one.
    pub(super) guide: Option<&'a Guide>,
    /// Where its segments stand in the table.
    pub(super) checked: &'a Checked,
    /// What it says, when a specimen fits.
    pub(super) record: Option<&'a Record<'a>>,
}

/// What is done with each message.
pub(super) type Visit<'v> = dyn FnMut(Seen<'_>) -> Result<(), Failure> + 'v;

/// Visits every message of an input and tells how many there were.
pub(super) fn visit(book: &Rulebook, bytes: &[u8], to: &mut Visit<'_>) -> Result<u64, Failure> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace() && **byte < 0x80);
    let is_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    match first == Some(&b'<') || is_utf16 {
        true => documents(book, bytes, to),
        false => messages(book, bytes, to),
    }
}

fn messages(book: &Rulebook, bytes: &[u8], to: &mut Visit<'_>) -> Result<u64, Failure> {
    let mut reader = Reader::over(bytes, Options::default());
    let (mut interchange, mut count) = (Interchange::default(), 0);
    while let Some(item) = reader.next() {
        match item {
            Item::Start { header, .. } => interchange = header.clone(),
            Item::Message(message) => {
                count += 1;
                one(book, &interchange, message, to)?;
            }
            _ => {}
        }
    }
    Ok(count)
}

fn one(
    book: &Rulebook,
    interchange: &Interchange,
    message: Message<'_>,
    to: &mut Visit<'_>,
) -> Result<(), Failure> {
    let header = message.header();
    let guide = guide(book, &header);
    let content = &message.content;
    let mut checked = Checked::default();
    let origin = Place {
        interchange: message.interchange,
        message: message.number,
        byte: message.byte,
        ..Place::default()
    };
    let characters = match content.charset.is_utf8() {
        true => Characters::Utf8,
        false => Characters::SingleByte,
    };
    if let Some(guide) = guide {
        let input = Input {
            characters,
            origin,
            ..Input::new(content.window, content.tape, content.separators)
        };
        check::message(guide, &input, &Rules::default(), &mut checked);
    }
    let mut record = Record::new();
    let form = guide.and_then(|_| reads(book, interchange, &header));
    if let Some(form) = form {
        read_edifact(&form.specimen, &checked, content, origin, &mut record);
    }
    let seen = SeenEdifact {
        interchange,
        header,
        message,
        guide,
        checked: &checked,
        record: form.is_some().then_some(&record),
    };
    to(Seen::Edifact(&seen))
}

fn documents(book: &Rulebook, bytes: &[u8], to: &mut Visit<'_>) -> Result<u64, Failure> {
    let options = xml::Options { several_documents: true, ..xml::Options::default() };
    let (documents, faults) = xml::read(bytes, &options);
    if documents.is_empty() {
        let why = faults.first().map_or("nothing in it", |fault| fault.kind.name());
        return Err(Failure::usage(format!("this cannot be read: {why}")));
    }
    for document in &documents {
        let mut record = Record::new();
        let form = reads_xml(book, document);
        if let Some(form) = form {
            read_xml(&form.specimen, document, LENIENT, &mut record);
        }
        to(Seen::Xml { document, record: form.is_some().then_some(&record) })?;
    }
    Ok(documents.len() as u64)
}
