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

/// Checks a part that is not empty; false when it says nothing after all (only line breaks).
#[inline]
pub(super) fn check(
    value: Value<'_>,
    input: &Input<'_>,
    part: &Part,
    seen: Seen,
    rules: &Rules<'_>,
    out: &mut Checked,
) -> bool {
    let definition = value.definition;
    let bytes = input.bytes(part);
    // Release characters and wide characters only make a value shorter than its bytes.
    let exact = !part.released && input.characters == Characters::SingleByte;
    let plain = match definition.class {
        Class::Alphanumeric => {
            bytes.len() <= usize::from(definition.max)
                && (definition.min <= 1 || (exact && bytes.len() >= usize::from(definition.min)))
                && bytes[0] != b' '
        }
        Class::Numeric => !part.released && numeric(bytes, definition, &input.separators).is_none(),
        Class::Alphabetic => false,
    };
    if !plain || part.wrapped {
        return slow(value, input, part, seen, rules, out);
    }
    if let Some(list) = definition.list {
        let listed = !part.released
            && bytes.len() <= 8
            && value.directory.lists()[usize::from(list)].has(pack(input.window, part));
        if !listed {
            code(value, input, part, seen, rules, out);
        }
    }
    true
}

/// The same with release characters, line breaks and wide characters taken into account.
#[cold]
fn slow(
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
    } else if definition.list.is_some() {
        code(value, input, part, seen, rules, out);
    }
    true
}

/// Tells a code that is not in its list, unless it is after all.
#[cold]
fn code(
    value: Value<'_>,
    input: &Input<'_>,
    part: &Part,
    seen: Seen,
    rules: &Rules<'_>,
    out: &mut Checked,
) {
    let Some(list) = value.definition.list else { return };
    let list = &value.directory.lists()[usize::from(list)];
    if Code::new(&tell::said(input, part)).is_some_and(|code| list.has(code)) {
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
#[inline]
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

#[inline]
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
