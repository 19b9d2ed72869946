//! The inside of a start tag, and of the XML declaration: `name = "value"` pairs, with places.

use super::characters::is_white;
use std::ops::Range;

/// One `name="value"` as it stands: offsets into the text, the value without its quotes.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    /// Where the name stands.
    pub(super) name: Range<usize>,
    /// Where the value stands, references not resolved.
    pub(super) value: Range<usize>,
}

/// Why a pair cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    /// Offset of the first byte that does not fit.
    pub(super) at: usize,
    /// What was expected there.
    pub(super) expected: &'static str,
}

/// The end of the name that begins at `at`: the first byte that cannot be in one.
pub(super) fn name_end(text: &str, at: usize, end: usize) -> usize {
    let bytes = &text.as_bytes()[at..end];
    let ends = |byte: &u8| is_white(*byte) || matches!(byte, b'=' | b'/' | b'>' | b'"' | b'\'');
    bytes.iter().position(ends).map_or(end, |length| at + length)
}

/// The next pair of a tag (XML 1.0, productions 40, 41 and 10), which must begin with white
/// space; moves `at` behind it. `None` when only white space is left before `end`.
pub(super) fn next_pair(text: &str, at: &mut usize, end: usize) -> Result<Option<Pair>, Broken> {
    let begin = skip_white(text, *at, end);
    if begin == end {
        *at = end;
        return Ok(None);
    }
    if begin == *at {
        return Err(Broken { at: begin, expected: "white space" });
    }
    let name = begin..name_end(text, begin, end);
    if name.is_empty() {
        return Err(Broken { at: begin, expected: "attribute name" });
    }
    let bytes = text.as_bytes();
    let equals = skip_white(text, name.end, end);
    if equals == end || bytes[equals] != b'=' {
        return Err(Broken { at: equals, expected: "=" });
    }
    let quote = skip_white(text, equals + 1, end);
    if quote == end || !matches!(bytes[quote], b'"' | b'\'') {
        return Err(Broken { at: quote, expected: "quote" });
    }
    let start = quote + 1;
    let Some(length) = memchr::memchr(bytes[quote], &bytes[start..end]) else {
        return Err(Broken { at: quote, expected: "closing quote" });
    };
    if let Some(stray) = memchr::memchr(b'<', &bytes[start..start + length]) {
        return Err(Broken { at: start + stray, expected: "&lt;" });
    }
    *at = start + length + 1;
    Ok(Some(Pair { name, value: start..start + length }))
}

/// The first offset from `at` that is not white space, or `end`.
fn skip_white(text: &str, at: usize, end: usize) -> usize {
    let bytes = &text.as_bytes()[at..end];
    bytes.iter().position(|byte| !is_white(*byte)).map_or(end, |length| at + length)
}
