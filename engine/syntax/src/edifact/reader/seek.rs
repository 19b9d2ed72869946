//! Where an interchange begins: `UNA` or `UNB` in whatever bytes came.
//!
//! It is *not* a guess at other formats: bytes without a UNB are no interchange, and the caller
//! is told so once.

use crate::edifact::separators::{Separators, UNA_LEN};

/// Bytes looked at to recognise a beginning: a service string advice, some white space and
/// `UNB`, or `UNB` with its syntax identifier.
pub(super) const LOOK_AHEAD: usize = 64;

/// The UTF-8 byte order mark.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What stands at the beginning of some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beginning {
    /// A service string advice and, `unb` bytes further, a UNB.
    Una { una: [u8; 6], separators: Separators, unb: usize },
    /// A UNB with the default separators of its level.
    Unb { separators: Separators },
    /// A service string advice whose character at this position (0 to 5) cannot serve.
    BadUna { at: usize },
    /// A service string advice shorter than nine bytes.
    CutUna,
    /// An interactive interchange.
    Interactive,
    /// None of these.
    Other,
}

/// Looks at the beginning of `rest`, which holds [`LOOK_AHEAD`] bytes unless the input ends.
pub(super) fn beginning(rest: &[u8]) -> Beginning {
    let rest = &rest[..rest.len().min(LOOK_AHEAD)];
    match rest.first_chunk::<3>() {
        Some(b"UNA") => advice(rest),
        Some(b"UNB") => match rest.get(3) {
            Some(b'+') => Beginning::Unb { separators: Separators::DEFAULT },
            Some(0x1D) => Beginning::Unb { separators: Separators::LEVEL_B },
            _ => Beginning::Other,
        },
        Some(b"UIB") if rest.get(3).is_some_and(|byte| !byte.is_ascii_alphanumeric()) => {
            Beginning::Interactive
        }
        _ => Beginning::Other,
    }
}

fn advice(rest: &[u8]) -> Beginning {
    let Some(una) = rest.get(3..).and_then(|rest| rest.first_chunk::<6>()) else {
        return Beginning::CutUna;
    };
    let after = &rest[UNA_LEN..];
    let blank = after.iter().take_while(|byte| is_blank(**byte)).count();
    let headed = after[blank..].starts_with(b"UNB");
    match Separators::from_una(*una) {
        Err(at) => Beginning::BadUna { at },
        Ok(separators) if headed && after.get(blank + 3) == Some(&separators.element) => {
            Beginning::Una { una: *una, separators, unb: UNA_LEN + blank }
        }
        Ok(_) => Beginning::Other,
    }
}

/// Where the next interchange begins after some junk, if it does in these bytes. Only what
/// cannot be mistaken is taken: a sound UNA before a UNB, or a UNB with a syntax identifier.
pub(super) fn find(rest: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(rest, b"UN").find(|at| {
        let rest = &rest[*at..];
        match beginning(rest) {
            Beginning::Una { .. } => true,
            Beginning::Unb { separators } => identifies(rest, &separators),
            _ => false,
        }
    })
}

/// `UNB+UNOC:`: four capital letters and a component separator after the tag.
fn identifies(rest: &[u8], separators: &Separators) -> bool {
    let letters = rest.get(4..8).is_some_and(|id| id.iter().all(u8::is_ascii_uppercase));
    letters && rest.get(8) == Some(&separators.component)
}

/// White space between and around interchanges, with the end-of-file character of old systems.
pub(super) const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r' | 0x1A)
}
