//! Which specimen writes a message, and the envelope it is written into.

use super::exit::Failure;
use acquit_domain::Timestamp;
use acquit_mapping::catalogue::{EdifactForm, XmlForm};
use acquit_mapping::edifact::WrittenSegment;
use acquit_mapping::platform::Identification;
use acquit_mapping::record::Record;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::field;
use acquit_syntax::edifact::charset::Charset;
use acquit_syntax::edifact::envelope::{Header, Interchange, Party};

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
