//! Which specimen reads or writes a message.

use super::exit::Failure;
use acquit_domain::{Severity, Timestamp};
use acquit_mapping::catalogue::{EdifactForm, XmlForm};
use acquit_mapping::edifact::WrittenSegment;
use acquit_mapping::platform::Identification;
use acquit_mapping::record::Record;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::field;
use acquit_mapping::xml::Strictness;
use acquit_syntax::edifact::charset::Charset;
use acquit_syntax::edifact::envelope::{Header, Interchange, Party};
use acquit_syntax::edifact::guide::Guide;
use acquit_syntax::xml::Document;

/// Looks at everything and refuses nothing: these commands explain.
pub(super) const LENIENT: Strictness = Strictness { unknown: Severity::Note };

/// The segment table of a message's release.
pub(super) fn guide<'b>(book: &'b Rulebook, header: &Header) -> Option<&'b Guide> {
    let guide = book.catalogue.guide(&header.kind, &header.version, &header.release)?;
    Some(guide)
}

/// The form a message of this sender is read by: the sender's own, or the default.
pub(super) fn reads<'b>(
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
pub(super) fn reads_xml<'b>(book: &'b Rulebook, document: &Document<'_>) -> Option<&'b XmlForm> {
    book.catalogue.xml_of_document(document).map(AsRef::as_ref)
}

/// The default form of a name, to write by.
pub(super) fn edifact<'b>(book: &'b Rulebook, name: &str) -> Result<&'b EdifactForm, Failure> {
    let missing = || Failure::configuration(format!("the rulebook has no specimen {name}"));
    book.catalogue.edifact("", name).map(AsRef::as_ref).ok_or_else(missing)
}

/// The default form of a name, to write by.
pub(super) fn xml<'b>(book: &'b Rulebook, name: &str) -> Result<&'b XmlForm, Failure> {
    let missing = || Failure::configuration(format!("the rulebook has no specimen {name}"));
    book.catalogue.xml("", name).map(AsRef::as_ref).ok_or_else(missing)
}

/// An envelope for a message that came in none: from its issuer to us, both as the agreement
/// identifies them.
pub(super) fn envelope(book: &Rulebook, record: &Record<'_>, now: Timestamp) -> Interchange {
    let text = |name| record.root().text(name).unwrap_or_default().to_owned();
    let party = |id: Option<&Identification>, otherwise: String| match id {
        Some(id) => {
            Party { id: id.id.clone(), qualifier: id.qualifier.clone(), ..Party::default() }
        }
        None => Party { id: otherwise, ..Party::default() },
    };
    let issuer = text(field::ISSUER);
    let agreement = book.agreement_by_code(&issuer).or_else(|| book.agreement_by_xml(&issuer));
    // The agreement lists every identification; the one with the code that was said is its own.
    let own = agreement.and_then(|agreement| {
        let said = agreement.edifact.iter().find(|id| id.id == issuer);
        said.or(agreement.edifact.first())
    });
    let at = now.to_string();
    let digits = |range: std::ops::Range<usize>| at.get(range).unwrap_or_default().to_owned();
    Interchange {
        charset: Charset::default(),
        version: "3".to_owned(),
        sender: party(own, issuer),
        recipient: party(book.platform.edifact.first(), book.platform.code.clone()),
        date: digits(2..4) + &digits(5..7) + &digits(8..10),
        time: digits(11..13) + &digits(14..16),
        reference: reference(&text(field::MESSAGE)),
        ..Interchange::default()
    }
}

/// Longest control reference in syntax 3 (0020 and 0062 are an..14).
pub(super) const REFERENCE_MAX: usize = 14;

/// The last [`REFERENCE_MAX`] characters: senders count at the end, so the first ones are the
/// same for all of them.
fn reference(text: &str) -> String {
    let kept: Vec<char> = text.chars().filter(char::is_ascii_alphanumeric).collect();
    match kept.len() {
        0 => "1".to_owned(),
        length => kept[length.saturating_sub(REFERENCE_MAX)..].iter().collect(),
    }
}

/// The header a written UNH says.
pub(super) fn header(unh: Option<&WrittenSegment>, like: Option<Header>) -> Header {
    let of = |element: usize, component: usize| {
        let segment = unh.and_then(|unh| unh.elements.get(element));
        segment.and_then(|parts| parts.get(component)).cloned().unwrap_or_default()
    };
    let before = like.unwrap_or_default();
    let said = reference(&of(0, 0));
    Header {
        reference: if before.reference.is_empty() { said } else { before.reference },
        kind: of(1, 0),
        version: of(1, 1),
        release: of(1, 2),
        agency: of(1, 3),
        association: of(1, 4),
        ..Header::default()
    }
}
