//! From bytes to pairs.

use super::kind::Kind;
use super::percent::percent_decode;
use crate::charset::Charset;
use crate::fault::{Fault, Place};
use crate::report::{Report, Said, span};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Longest input in bytes; a payment page posts some two kilobytes.
pub const INPUT_MAX: usize = 1024 * 1024;
/// Most pairs.
pub const PAIRS_MAX: usize = 1_000;
/// Longest name, in bytes as posted.
pub const NAME_MAX: usize = 256;
/// Longest value, in bytes as posted.
pub const VALUE_MAX: usize = 256 * 1024;

/// The limits of one reading, which ends at the first one passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// See [`INPUT_MAX`].
    pub input: usize,
    /// See [`PAIRS_MAX`].
    pub pairs: usize,
    /// See [`NAME_MAX`].
    pub name: usize,
    /// See [`VALUE_MAX`].
    pub value: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { input: INPUT_MAX, pairs: PAIRS_MAX, name: NAME_MAX, value: VALUE_MAX }
    }
}

/// What the channel knows about the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// The character set of decoded bytes, as the `charset` of the content type says it.
    pub charset: Charset,
    /// The limits.
    pub limits: Limits,
}

/// One name with its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair<'i> {
    /// The name as posted, encoded.
    pub raw_name: &'i [u8],
    /// The value as posted, encoded; `percent_decode` gives its bytes.
    pub raw_value: &'i [u8],
    /// The name, decoded.
    pub name: Cow<'i, str>,
    /// The value, decoded.
    pub value: Cow<'i, str>,
    /// Where the name stands.
    pub name_place: Place,
    /// Where the value stands; behind the name when there is none.
    pub value_place: Place,
}

/// A form: its pairs in the order they were posted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Form<'i> {
    /// The pairs.
    pub pairs: Vec<Pair<'i>>,
    /// Whether it was read to its end.
    pub complete: bool,
}

impl Form<'_> {
    /// The value of a name, spelled exactly so, as it came first.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|pair| pair.name == name).map(|pair| &*pair.value)
    }
}

/// Reads a form. Pieces without an equals sign are names without value; empty pieces are none.
#[must_use]
pub fn read<'i>(input: &'i [u8], options: &Options) -> (Form<'i>, Vec<Fault<Kind>>) {
    let limits = &options.limits;
    let mut report = Report::default();
    let mut form = Form { pairs: Vec::new(), complete: true };
    let mut seen = BTreeMap::new();
    let stop = |form: &mut Form<'i>, report: &mut Report<Kind>, kind: Kind, place, most| {
        let expected = format!("at most {most}");
        let said = Said { expected: &expected, ..Said::default() };
        report.add((kind, kind.level()), place, said);
        form.complete = false;
    };
    if input.len() > limits.input {
        let place = span(limits.input, input.len());
        stop(&mut form, &mut report, Kind::InputLength, place, limits.input);
        return (form, report.faults);
    }
    let mut at = 0;
    for piece in input.split(|byte| *byte == b'&') {
        let start = at;
        at += piece.len() + 1;
        if piece.is_empty() {
            continue;
        }
        let pair = pair(piece, start, options.charset, &mut report);
        let passed = [
            (form.pairs.len() >= limits.pairs, Kind::Pairs, pair.name_place, limits.pairs),
            (pair.raw_name.len() > limits.name, Kind::NameLength, pair.name_place, limits.name),
            (
                pair.raw_value.len() > limits.value,
                Kind::ValueLength,
                pair.value_place,
                limits.value,
            ),
        ];
        if let Some((_, kind, place, most)) = passed.into_iter().find(|(passed, ..)| *passed) {
            stop(&mut form, &mut report, kind, place, most);
            break;
        }
        if let Some(first) = seen.insert(pair.name.to_ascii_lowercase(), pair.name.to_string()) {
            let said = Said { name: &pair.name, value: &pair.value, expected: &first };
            report.add((Kind::Duplicate, Kind::Duplicate.level()), pair.name_place, said);
        }
        form.pairs.push(pair);
    }
    (form, report.faults)
}

/// Reads the piece that begins at `start`.
fn pair<'i>(
    piece: &'i [u8],
    start: usize,
    charset: Charset,
    report: &mut Report<Kind>,
) -> Pair<'i> {
    let equals = memchr::memchr(b'=', piece);
    let raw_name = &piece[..equals.unwrap_or(piece.len())];
    let raw_value = equals.map_or(&[][..], |at| &piece[at + 1..]);
    let value_start = start + equals.map_or(piece.len(), |at| at + 1);
    let name_place = span(start, start + raw_name.len());
    let value_place = span(value_start, value_start + raw_value.len());
    let name = decode(raw_name, charset, (name_place, ""), report);
    let value = decode(raw_value, charset, (value_place, &name), report);
    Pair { raw_name, raw_value, name, value, name_place, value_place }
}

/// The text of a raw name or value; tells what cannot be decoded.
fn decode<'i>(
    raw: &'i [u8],
    charset: Charset,
    (place, name): (Place, &str),
    report: &mut Report<Kind>,
) -> Cow<'i, str> {
    let (bytes, wrong) = percent_decode(raw);
    let mut invalid = false;
    let text = match bytes {
        Cow::Borrowed(bytes) => {
            let (text, first) = charset.decode(bytes);
            invalid |= first.is_some();
            text
        }
        Cow::Owned(bytes) => {
            let (text, first) = charset.decode(&bytes);
            invalid |= first.is_some();
            Cow::Owned(text.into_owned())
        }
    };
    let mut tell = |kind: Kind, expected: &str| {
        let said = Said { name, value: &text, expected };
        report.add((kind, kind.level()), place, said);
    };
    if wrong.is_some() {
        tell(Kind::Encoding, "% and two hexadecimal digits");
    } else if invalid {
        tell(Kind::Encoding, charset.name());
    }
    if text.contains('\0') {
        tell(Kind::Character, "");
    }
    text
}
