//! One value against its representation and code list (ISO 9735-1 clause 10).

use super::tell::{self, Seen};
use super::{Characters, Checked, Input, Rules};
use crate::edifact::guide::{Class, Code, ComponentUse, Directory};
use crate::edifact::kind::Kind;
use crate::edifact::separators::Separators;
use crate::edifact::tape::Part;
use crate::fault::Level;

/// What a value is checked against.
#[derive(Clone, Copy)]
pub(super) struct Value<'a> {
    pub(super) definition: &'a ComponentUse,
    /// Whether the element it stands in is mandatory.
    pub(super) mandatory: bool,
    pub(super) directory: &'a Directory,
}

/// Whether a part that is not empty is right, as far as its bytes tell at a glance; when not,
/// [`check`] looks again and tells what is wrong, if anything.
#[inline]
pub(super) fn is_plain(
    definition: &ComponentUse,
    directory: &Directory,
    input: &Input<'_>,
    part: &Part,
) -> bool {
    let bytes = input.bytes(part);
    let right = match definition.class {
        // Release characters and wide characters only make a value shorter than its bytes.
        Class::Alphanumeric if definition.min <= 1 => {
            bytes.len() <= usize::from(definition.max) && bytes[0] != b' '
        }
        Class::Numeric => plain_number(bytes, definition, input.separators.decimal),
        Class::Alphabetic | Class::Alphanumeric => {
            input.characters == Characters::SingleByte
                && !part.released
                && wrong(bytes, definition, input).is_none()
                && bytes[0] != b' '
        }
    };
    right && !part.wrapped && listed(definition, directory, input, part)
}

/// Whether the value is in the list of its element, if that has one.
#[inline]
fn listed(
    definition: &ComponentUse,
    directory: &Directory,
    input: &Input<'_>,
    part: &Part,
) -> bool {
    let Some(list) = definition.list else { return true };
    let short = part.end - part.start <= 8 && !part.released;
    short && directory.lists()[usize::from(list)].has(pack(input.window, part))
}

/// Whether a value is digits, perhaps with a minus before and the decimal mark among them.
#[inline]
fn plain_number(bytes: &[u8], definition: &ComponentUse, mark: u8) -> bool {
    let unsigned = bytes.strip_prefix(b"-").unwrap_or(bytes);
    let other = |bytes: &[u8]| bytes.iter().position(|byte| !byte.is_ascii_digit());
    let digits = match other(unsigned) {
        None => unsigned.len(),
        Some(at) => {
            let fraction = &unsigned[at + 1..];
            if at == 0 || unsigned[at] != mark || fraction.is_empty() || other(fraction).is_some() {
                return false;
            }
            unsigned.len() - 1
        }
    };
    digits >= usize::from(definition.min) && digits <= usize::from(definition.max)
}

/// Checks a part that is not plain, with release characters, line breaks and wide characters
/// taken into account; false when it says nothing after all (only line breaks).
#[cold]
pub(super) fn check(
    value: Value<'_>,
    input: &Input<'_>,
    part: &Part,
    seen: Seen,
    rules: &Rules<'_>,
    out: &mut Checked,
) -> bool {
    let said = tell::said(input, part);
    if said.is_empty() {
        return false;
    }
    let definition = value.definition;
    if let Some(kind) = wrong(&said, definition, input) {
        tell::part(input, seen, part, (kind, Level::Element), definition.notation(), out);
    } else if said.iter().all(|byte| *byte == b' ') {
        let needed = value.mandatory && definition.mandatory;
        let level = if needed { Level::Element } else { Level::Note };
        let what = (Kind::InvalidValue, level);
        tell::part(input, seen, part, what, definition.notation(), out);
    } else {
        code(value, &said, input, part, seen, rules, out);
    }
    true
}

/// Tells a code that is not in its list.
fn code(
    value: Value<'_>,
    said: &[u8],
    input: &Input<'_>,
    part: &Part,
    seen: Seen,
    rules: &Rules<'_>,
    out: &mut Checked,
) {
    let Some(list) = value.definition.list else { return };
    let list = &value.directory.lists()[usize::from(list)];
    if Code::new(said).is_some_and(|code| list.has(code)) {
        return;
    }
    let strict = rules.strict.contains(&value.definition.id);
    let level = if strict { Level::Element } else { Level::Note };
    let expected = format!("code of {}", value.definition.id);
    tell::part(input, seen, part, (Kind::InvalidValue, level), expected, out);
}

/// What is wrong with the characters or the length of a value.
fn wrong(said: &[u8], definition: &ComponentUse, input: &Input<'_>) -> Option<Kind> {
    match definition.class {
        Class::Numeric => return numeric(said, definition, &input.separators),
        Class::Alphabetic if said.iter().any(u8::is_ascii_digit) => {
            return Some(Kind::WrongCharacterType);
        }
        Class::Alphabetic | Class::Alphanumeric => {}
    }
    let characters = match input.characters {
        Characters::SingleByte => said.len(),
        Characters::Utf8 => said.iter().filter(|byte| **byte & 0xC0 != 0x80).count(),
    };
    length(characters, definition)
}

/// What is wrong with a numeric value: a minus, digits and one decimal mark with digits on both
/// sides. Neither minus nor mark count for the length. From syntax 4 both marks are allowed.
fn numeric(said: &[u8], definition: &ComponentUse, separators: &Separators) -> Option<Kind> {
    let unsigned = said.strip_prefix(b"-").unwrap_or(said);
    let digits = unsigned.iter().filter(|byte| byte.is_ascii_digit()).count();
    if digits < unsigned.len() {
        let kind = decimal(unsigned, digits, separators);
        if kind.is_some() {
            return kind;
        }
    } else if digits == 0 {
        return Some(Kind::WrongCharacterType);
    }
    length(digits, definition)
}

/// What is wrong with a numeric value that is not digits only.
fn decimal(unsigned: &[u8], digits: usize, separators: &Separators) -> Option<Kind> {
    let marks = unsigned.iter().filter(|byte| matches!(byte, b'.' | b',')).count();
    if digits + marks < unsigned.len() {
        return Some(Kind::WrongCharacterType);
    }
    let either = separators.repetition.is_some();
    let agreed = |byte: &u8| either || *byte == separators.decimal;
    let mark = unsigned.iter().position(|byte| !byte.is_ascii_digit())?;
    if marks > 1 || !agreed(&unsigned[mark]) {
        return Some(Kind::DecimalNotation);
    }
    (mark == 0 || mark + 1 == unsigned.len()).then_some(Kind::DigitMissingAtDecimalMark)
}

fn length(characters: usize, definition: &ComponentUse) -> Option<Kind> {
    if characters > usize::from(definition.max) {
        return Some(Kind::TooLong);
    }
    (characters < usize::from(definition.min)).then_some(Kind::TooShort)
}

/// Packs the bytes of a part of at most eight bytes, with one load where the window allows it.
#[inline]
fn pack(window: &[u8], part: &Part) -> Code {
    let (start, end) = (part.start as usize, part.end as usize);
    match window[start..].first_chunk::<8>() {
        Some(eight) => {
            let unused = 64 - 8 * (end - start) as u32;
            Code(u64::from_le_bytes(*eight) & (u64::MAX >> (unused % 64)))
        }
        None => Code::new(&window[start..end]).unwrap_or(Code(0)),
    }
}
