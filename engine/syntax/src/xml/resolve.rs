//! From characters as written to characters as meant: references, line ends, forbidden ones.

use super::characters::{is_allowed, referenced};
use super::document::Stored;
use super::kind::Kind;
use super::report::{Report, Stopped};
use std::ops::Range;

/// What stands in the place of a character XML does not allow.
const REPLACEMENT: char = '\u{FFFD}';

/// Where the characters stand, which decides what a line end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// In the text of an element: line ends become line feeds (XML 1.0, 2.11).
    Text,
    /// In an attribute: white space becomes spaces (XML 1.0, 3.3.3).
    Attribute,
}

/// Whether a piece without references must be changed to be what it means.
pub(super) fn is_plain(report: &Report<'_>, piece: &str, within: Within) -> bool {
    let bytes = piece.as_bytes();
    let unchanged = match within {
        Within::Text => memchr::memchr(b'\r', bytes).is_none(),
        Within::Attribute => memchr::memchr3(b'\t', b'\n', b'\r', bytes).is_none(),
    };
    unchanged && (!report.suspicious || piece.chars().all(is_allowed))
}

/// Append a piece without references as it is meant.
pub(super) fn append(
    report: &mut Report<'_>,
    span: Range<usize>,
    within: Within,
    out: &mut String,
) {
    let piece = &report.text[span.clone()];
    if is_plain(report, piece, within) {
        out.push_str(piece);
        return;
    }
    let mut characters = piece.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\r' => {
                characters.next_if(|(_, next)| *next == '\n');
                out.push(if within == Within::Text { '\n' } else { ' ' });
            }
            '\t' | '\n' if within == Within::Attribute => out.push(' '),
            _ => {
                let at = span.start + at;
                out.push(allowed(report, character, at..at + character.len_utf8()));
            }
        }
    }
}

/// Append what a reference stands for; `span` is the reference from `&` to behind `;`.
pub(super) fn append_reference(
    report: &mut Report<'_>,
    span: Range<usize>,
    out: &mut String,
) -> Result<(), Stopped> {
    match referenced(&report.text[span.start + 1..span.end - 1]) {
        Some(character) => {
            out.push(allowed(report, character, span));
            Ok(())
        }
        None => Err(report.stop(Kind::Malformed, span, "", "character or predefined entity")),
    }
}

/// The value of an attribute; resolved into `buffer` only where it is not what it means.
pub(super) fn value(
    report: &mut Report<'_>,
    span: Range<usize>,
    buffer: &mut String,
) -> Result<Stored, Stopped> {
    if span.len() > report.limits.text {
        let limit = report.limits.text;
        return Err(report.limit(Kind::TextLength, span, limit));
    }
    let text = report.text;
    let bytes = &text.as_bytes()[..span.end];
    let mut reference = memchr::memchr(b'&', &bytes[span.start..]);
    if reference.is_none() && is_plain(report, &text[span.clone()], Within::Attribute) {
        return Ok(Stored::Source(offset(span.start), offset(span.end)));
    }
    let (begin, mut at) = (buffer.len(), span.start);
    while let Some(length) = reference {
        append(report, at..at + length, Within::Attribute, buffer);
        at += length;
        let Some(length) = memchr::memchr(b';', &bytes[at..]) else {
            return Err(report.stop(Kind::Malformed, at..at + 1, "", "&amp;"));
        };
        append_reference(report, at..at + length + 1, buffer)?;
        at += length + 1;
        reference = memchr::memchr(b'&', &bytes[at..]);
    }
    append(report, at..span.end, Within::Attribute, buffer);
    Ok(Stored::Resolved(offset(begin), offset(buffer.len())))
}

/// An offset in the compact form. The limit on the input keeps every one within 32 bits.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).expect("the limit on the input keeps offsets within 32 bits")
}

/// The character, or its replacement and a fault when XML does not allow it.
fn allowed(report: &mut Report<'_>, character: char, span: Range<usize>) -> char {
    if is_allowed(character) {
        return character;
    }
    report.note(Kind::Character, span, "", "a character of XML 1.0");
    REPLACEMENT
}
