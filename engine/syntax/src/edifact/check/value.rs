//! One value against its representation and code list (ISO 9735-1 clause 10).

use super::tell::{self, Seen};
use super::{Characters, Checked, Input, Rules};
use crate::edifact::guide::{Class, Code, ComponentUse, Directory, Manner, Rule};
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
#[inline(always)]
pub(super) fn is_plain(rule: &Rule, directory: &Directory, input: &Input<'_>, part: &Part) -> bool {
    let length = part.end - part.start;
    match rule.manner {
        // Release characters and wide characters only make a value shorter than its bytes.
        Manner::Words => {
            let first = input.window.get(part.start as usize);
            (length <= u32::from(rule.max)) & (first != Some(&b' ')) & !part.is_wrapped()
        }
        Manner::Coded => {
            let fits = (length >= u32::from(rule.min)) & (length <= u32::from(rule.max).min(8));
            fits & part.is_bare()
                && directory.lists()[usize::from(rule.list)].has(pack(input.window, part))
        }
        Manner::Number => {
            !part.is_wrapped() && plain_number(input.window, part, *rule, input.separators.decimal)
        }
        _ => is_plainly_other(*rule, input, part),
    }
}

/// The same for values that are neither words nor codes nor numbers.
#[inline(never)]
fn is_plainly_other(rule: Rule, input: &Input<'_>, part: &Part) -> bool {
    let length = part.end - part.start;
    match rule.manner {
        Manner::Lengthy | Manner::Letters => {
            let bytes = input.bytes(part);
            let bare = part.is_bare() & (bytes.first() != Some(&b' '));
            let fits = (length >= u32::from(rule.min)) & (length <= u32::from(rule.max));
            let any = rule.manner == Manner::Lengthy || !bytes.iter().any(u8::is_ascii_digit);
            bare & fits & any & (input.characters == Characters::SingleByte)
        }
        Manner::Words | Manner::Coded | Manner::Number | Manner::Other => false,
    }
}

/// Whether a value is digits, perhaps with the decimal mark among them.
#[inline]
fn plain_number(window: &[u8], part: &Part, rule: Rule, mark: u8) -> bool {
    let (start, length) = (part.start as usize, (part.end - part.start) as usize);
    let rest = window.get(start..).unwrap_or_default();
    let Some(said) = SAID.get(length) else { return false };
    let [low, high] = match rest.first_chunk::<NUMBER_BYTES>() {
        Some(bytes) => words(bytes),
        None => words(&near_the_end(rest)),
    };
    let others = not_digits(low) & said[0];
    let further = not_digits(high) & said[1];
    let mut digits = length as u32;
    if others | further != 0 {
        let none = others == 0;
        let at = if none { 8 + further.trailing_zeros() / 8 } else { others.trailing_zeros() / 8 };
        let one = (others & others.wrapping_sub(1)) | (further & further.wrapping_sub(1)) == 0
            && (others == 0) != (further == 0);
        let inside = (at > 0) & (at + 1 < digits);
        if !(one && inside && rest.get(at as usize) == Some(&mark)) {
            return false;
        }
        digits -= 1;
    }
    (digits >= u32::from(rule.min)) & (digits <= u32::from(rule.max))
}

/// Bytes as two words, the first lowest.
#[inline]
fn words(bytes: &[u8; NUMBER_BYTES]) -> [u64; 2] {
    let both = u128::from_le_bytes(*bytes);
    [both as u64, (both >> 64) as u64]
}

/// The last bytes of a window, and nothing behind them.
#[cold]
fn near_the_end(rest: &[u8]) -> [u8; NUMBER_BYTES] {
    let mut bytes = [0; NUMBER_BYTES];
    for (to, from) in bytes.iter_mut().zip(rest) {
        *to = *from;
    }
    bytes
}

/// Most bytes of a number looked at together.
const NUMBER_BYTES: usize = 16;

/// For each length, which bytes of two words belong to the number.
const SAID: [[u64; 2]; NUMBER_BYTES + 1] = {
    let mut said = [[0, 0]; NUMBER_BYTES + 1];
    let mut length = 1;
    while length <= NUMBER_BYTES {
        let all = u128::MAX >> (8 * (NUMBER_BYTES - length));
        said[length] = [all as u64, (all >> 64) as u64];
        length += 1;
    }
    said
};

/// The highest bit of every byte that is no digit.
#[inline]
const fn not_digits(bytes: u64) -> u64 {
    const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
    const LOW: u64 = u64::from_le_bytes([0x7F; 8]);
    const PAST_NINE: u64 = u64::from_le_bytes([0x80 - 10; 8]);
    // A digit becomes 0 to 9; adding reaches the highest bit from 10 on and never goes over.
    let values = bytes ^ ZEROS;
    (((values & LOW) + PAST_NINE) | values) & !LOW
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
pub(super) fn pack(window: &[u8], part: &Part) -> Code {
    let (start, end) = (part.start as usize, part.end as usize);
    match window[start..].first_chunk::<8>() {
        Some(eight) => {
            let unused = 64 - 8 * (end - start) as u32;
            Code(u64::from_le_bytes(*eight) & (u64::MAX >> (unused % 64)))
        }
        None => Code::new(&window[start..end]).unwrap_or(Code(0)),
    }
}
