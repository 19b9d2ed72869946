//! Each message of an input with everything that is known of it: its tokens, its place in the
//! segment table, the canonical record.
//!
//! What this is *not*: the pipeline. Those that explain, translate or show where a value came from
//! look at one message at a time and judge nothing.

use acquit_domain::Severity;
use acquit_mapping::catalogue::{EdifactForm, XmlForm};
use acquit_mapping::edifact::read_edifact;
use acquit_mapping::record::Record;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::xml::{Strictness, read_xml};
use acquit_syntax::edifact::check::{self, Characters, Checked, Input, Rules};
use acquit_syntax::edifact::envelope::{Header, Interchange};
use acquit_syntax::edifact::guide::Guide;
use acquit_syntax::edifact::reader::{Item, Message, Options, Reader};
use acquit_syntax::fault::Place;
use acquit_syntax::xml::{self, Document};

/// A message of an input.
pub(crate) enum Seen<'a> {
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
pub(crate) struct SeenEdifact<'a> {
    /// The envelope it came in.
    pub(crate) interchange: &'a Interchange,
    /// What UNH says.
    pub(crate) header: Header,
    /// Its tokens.
    pub(crate) message: Message<'a>,
    /// The segment table of its release, when there is one.
    pub(crate) guide: Option<&'a Guide>,
    /// Where its segments stand in the table.
    pub(crate) checked: &'a Checked,
    /// What it says, when a specimen fits.
    pub(crate) record: Option<&'a Record<'a>>,
}

/// What is done with each message.
pub(crate) type Visit<'v, E> = dyn FnMut(Seen<'_>) -> Result<(), E> + 'v;

/// Which messages are looked at: ordinal of the interchange or document, and of the message in it.
pub(crate) type Wanted<'v> = dyn Fn(u32, u32) -> bool + 'v;

/// Why nothing in an input can be looked at.
#[derive(Debug)]
pub(crate) struct Unreadable(pub(crate) String);

/// Visits every message of an input and tells how many there were.
pub(crate) fn visit<E: From<Unreadable>>(
    book: &Rulebook,
    bytes: &[u8],
    to: &mut Visit<'_, E>,
) -> Result<u64, E> {
    visit_some(book, bytes, &|_, _| true, to)
}

/// Visits the messages wanted and tells how many there were.
pub(crate) fn visit_some<E: From<Unreadable>>(
    book: &Rulebook,
    bytes: &[u8],
    wanted: &Wanted<'_>,
    to: &mut Visit<'_, E>,
) -> Result<u64, E> {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace() && **byte < 0x80);
    let is_utf16 = bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]);
    match first == Some(&b'<') || is_utf16 {
        true => documents(book, bytes, wanted, to),
        false => messages(book, bytes, wanted, to),
    }
}

fn messages<E>(
    book: &Rulebook,
    bytes: &[u8],
    wanted: &Wanted<'_>,
    to: &mut Visit<'_, E>,
) -> Result<u64, E> {
    let mut reader = Reader::over(bytes, Options::default());
    let (mut interchange, mut count) = (Interchange::default(), 0);
    while let Some(item) = reader.next() {
        match item {
            Item::Start { header, .. } => interchange = header.clone(),
            Item::Message(message) if wanted(message.interchange, message.number) => {
                count += 1;
                one(book, &interchange, message, to)?;
            }
            _ => {}
        }
    }
    Ok(count)
}

fn one<E>(
    book: &Rulebook,
    interchange: &Interchange,
    message: Message<'_>,
    to: &mut Visit<'_, E>,
) -> Result<(), E> {
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

fn documents<E: From<Unreadable>>(
    book: &Rulebook,
    bytes: &[u8],
    wanted: &Wanted<'_>,
    to: &mut Visit<'_, E>,
) -> Result<u64, E> {
    let options = xml::Options { several_documents: true, ..xml::Options::default() };
    let (documents, faults) = xml::read(bytes, &options);
    if documents.is_empty() {
        let why = faults.first().map_or("nothing in it", |fault| fault.kind.name());
        return Err(Unreadable(format!("this cannot be read: {why}")).into());
    }
    let mut count = 0;
    for document in documents.iter().filter(|document| wanted(document.ordinal(), 1)) {
        count += 1;
        let mut record = Record::new();
        let form = reads_xml(book, document);
        if let Some(form) = form {
            read_xml(&form.specimen, document, LENIENT, &mut record);
        }
        to(Seen::Xml { document, record: form.is_some().then_some(&record) })?;
    }
    Ok(count)
}

/// Looks at everything and refuses nothing: these commands explain.
const LENIENT: Strictness = Strictness { unknown: Severity::Note };

/// The segment table of a message's release.
fn guide<'b>(book: &'b Rulebook, header: &Header) -> Option<&'b Guide> {
    let guide = book.catalogue.guide(&header.kind, &header.version, &header.release)?;
    Some(guide)
}

/// The form a message of this sender is read by: the sender's own, or the default.
fn reads<'b>(
    book: &'b Rulebook,
    interchange: &Interchange,
    header: &Header,
) -> Option<&'b EdifactForm> {
    let sender = &interchange.sender;
    let agreement = book.agreement_by_edifact(&sender.id, &sender.qualifier);
    let form = book.catalogue.edifact_forms().find(|form| {
        let guide = &form.guide;
        (guide.message(), guide.version(), guide.release())
            == (&*header.kind, &*header.version, &*header.release)
    })?;
    let folder = agreement.map_or("", |agreement| &agreement.folder);
    book.catalogue.edifact(folder, &form.name).map(AsRef::as_ref)
}

/// The form a document is read by.
fn reads_xml<'b>(book: &'b Rulebook, document: &Document<'_>) -> Option<&'b XmlForm> {
    book.catalogue.xml_of_document(document).map(AsRef::as_ref)
}
