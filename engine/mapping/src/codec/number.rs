//! Numbers, exact. There is no floating point on the way.

use super::{Notation, ReadValue, Tolerated, Unreadable, Why};
use crate::value::Value;
use acquit_domain::Decimal;

/// Most digits of a whole number.
const INTEGER_DIGITS_MAX: usize = 18;

/// Decimals a floating-point number may have left behind are those beyond this one.
const DECIMALS_TRUSTED: u32 = 6;

/// Reads an exact number.
#[inline]
pub(super) fn read_decimal<'a>(text: &str, notation: Notation) -> ReadValue<'a> {
    let number = parse(text, notation).map_err(|why| unreadable(why, notation))?;
    Ok((Some(Value::Decimal(number)), None))
}

/// Reads an amount: 880.8000000000002 is 880.8, and said so.
#[inline]
pub(super) fn read_money<'a>(text: &str, notation: Notation) -> ReadValue<'a> {
    let number = parse(text, notation).map_err(|why| unreadable(why, notation))?;
    if number.scale() <= DECIMALS_TRUSTED {
        return Ok((Some(Value::Decimal(number)), None));
    }
    let trusted = number.round_dp(DECIMALS_TRUSTED).normalize();
    Ok((Some(Value::Decimal(trusted)), Some(Tolerated::Float)))
}

/// Reads a whole number.
pub(super) fn read_integer<'a>(text: &str) -> ReadValue<'a> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let bytes = digits.as_bytes();
    if bytes.is_empty() || !bytes.iter().all(u8::is_ascii_digit) {
        return Err(Unreadable { why: Why::Number, expected: "n".to_owned() });
    }
    if bytes.len() > INTEGER_DIGITS_MAX {
        return Err(Unreadable { why: Why::TooLong, expected: "n..18".to_owned() });
    }
    let number = bytes.iter().fold(0i64, |sum, digit| sum * 10 + i64::from(digit - b'0'));
    Ok((Some(Value::Integer(if negative { -number } else { number })), None))
}

/// Most digits of a number read without a second look.
const SHORT_DIGITS_MAX: usize = 15;

/// A number of few digits, at most [`DECIMALS_TRUSTED`] of them decimals, with or without mark:
/// all its digits, and how many of them are decimals.
#[inline]
pub(crate) fn short(bytes: &[u8]) -> Option<(i64, u8)> {
    if bytes.len() > SHORT_DIGITS_MAX {
        return None;
    }
    let (mut mantissa, mut mark) = (0i64, None);
    for (at, byte) in bytes.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit < 10 {
            mantissa = mantissa * 10 + i64::from(digit);
        } else if matches!(byte, b'.' | b',') && mark.is_none() && at > 0 {
            mark = Some(at);
        } else {
            return None;
        }
    }
    let scale = mark.map_or(0, |mark| bytes.len() - mark - 1) as u32;
    let sound = (mark.is_none() || scale > 0) && scale <= DECIMALS_TRUSTED && !bytes.is_empty();
    sound.then_some((mantissa, scale as u8))
}

/// A whole number of few digits.
#[inline]
pub(crate) fn short_integer(bytes: &[u8]) -> Option<i64> {
    let short = (1..=SHORT_DIGITS_MAX).contains(&bytes.len());
    let digit = |number: i64, byte: &u8| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    };
    if short { bytes.iter().try_fold(0, digit) } else { None }
}

/// Parses a number by hand: up to 18 digits without a division, more through the decimal type.
fn parse(text: &str, notation: Notation) -> Result<Decimal, Why> {
    let bytes = text.as_bytes();
    let start = match (bytes.first(), notation) {
        (Some(b'-'), _) => 1,
        (Some(b'+'), notation) if notation != Notation::Edifact => 1,
        _ => 0,
    };
    let (mut mantissa, mut digits, mut mark) = (0i64, 0usize, None);
    for (at, byte) in bytes.iter().enumerate().skip(start) {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                mantissa = mantissa.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'));
            }
            b'.' | b',' if mark.is_some() => return Err(Why::DecimalMark),
            b'.' => mark = Some(at),
            b',' if notation == Notation::Edifact => mark = Some(at),
            _ => return Err(Why::Number),
        }
    }
    let scale = mark.map_or(0, |mark| bytes.len() - mark - 1);
    let bare = mark.is_some_and(|mark| mark == start || scale == 0);
    match (digits, bare, notation) {
        (0, ..) => Err(Why::Number),
        (_, true, Notation::Edifact) => Err(Why::DigitAtMark),
        (..=INTEGER_DIGITS_MAX, ..) => {
            let mantissa = if bytes[0] == b'-' { -mantissa } else { mantissa };
            Ok(Decimal::new(mantissa, u32::try_from(scale).unwrap_or(0)))
        }
        _ => long(text),
    }
}

/// A number of more than 18 digits, when the decimal type holds it exactly.
fn long(text: &str) -> Result<Decimal, Why> {
    Decimal::from_str_exact(&text.replace(',', ".")).map_err(|_| Why::TooLong)
}

#[cold]
fn unreadable(why: Why, notation: Notation) -> Unreadable {
    let expected = match notation {
        Notation::Edifact => "n..18",
        Notation::Xml => "xs:decimal (3600.00)",
        _ => "3600.00",
    };
    Unreadable { why, expected: expected.to_owned() }
}
