//! Amounts in the notations of providers and banks, exact.

use super::{ReadValue, Unreadable, Why};
use crate::value::Value;
use acquit_domain::Decimal;

/// Most digits; what a bank's field of 14 holds and more.
const DIGITS_MAX: usize = 18;

/// Reads an amount with a point, or a comma, before at most so many decimals; zeros behind them
/// mean nothing.
pub(super) fn read<'a>(text: &str, decimals: u8, comma: bool) -> ReadValue<'a> {
    let mark = if comma { ',' } else { '.' };
    let wrong = |why| Err(Unreadable { why, expected: sample(decimals, comma) });
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = rest.split_once(mark).unwrap_or((rest, ""));
    if whole.is_empty() || rest.ends_with(mark) {
        return wrong(Why::Number);
    }
    let kept = fraction.get(..fraction.len().min(usize::from(decimals))).unwrap_or(fraction);
    let beyond = fraction.get(kept.len()..).unwrap_or_default();
    if beyond.bytes().any(|byte| byte != b'0') {
        return wrong(Why::Number);
    }
    let Some(mantissa) = digits(&[whole, kept].concat()) else { return wrong(Why::Number) };
    let mantissa = if negative { -mantissa } else { mantissa };
    let scale = u32::try_from(kept.len()).unwrap_or(0);
    Ok((Some(Value::Decimal(Decimal::new(mantissa, scale))), None))
}

/// Writes all decimals; nothing when the amount has more of them.
pub(super) fn write(number: Decimal, decimals: u8, comma: bool) -> Option<String> {
    let text = scaled(number, decimals)?.to_string();
    Some(if comma { text.replace('.', ",") } else { text })
}

/// Reads an amount in its smallest unit.
pub(super) fn read_minor<'a>(text: &str, decimals: u8) -> ReadValue<'a> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let unreadable = || Unreadable { why: Why::Number, expected: "n..18".to_owned() };
    let mantissa = digits(rest).ok_or_else(unreadable)?;
    let mantissa = if negative { -mantissa } else { mantissa };
    Ok((Some(Value::Decimal(Decimal::new(mantissa, u32::from(decimals)))), None))
}

/// Writes an amount in its smallest unit.
pub(super) fn write_minor(number: Decimal, decimals: u8) -> Option<String> {
    Some(scaled(number, decimals)?.mantissa().to_string())
}

/// Last digits with a plus, from 0 to 9 (zoned decimal, as CFONB 120 has it).
const PLUS: &[u8; 10] = b"{ABCDEFGHI";
/// Last digits with a minus.
const MINUS: &[u8; 10] = b"}JKLMNOPQR";

/// Reads digits whose last one bears the sign.
pub(super) fn read_overpunch<'a>(text: &str, decimals: u8) -> ReadValue<'a> {
    let unreadable = || Unreadable {
        why: Why::Number,
        expected: "digits, the last one of {ABCDEFGHI or }JKLMNOPQR".to_owned(),
    };
    let (last, front) = text.as_bytes().split_last().ok_or_else(unreadable)?;
    let among = |signs: &[u8; 10]| signs.iter().position(|sign| sign == last);
    let (digit, negative) = match (among(PLUS), among(MINUS)) {
        (Some(digit), _) => (digit, false),
        (_, Some(digit)) => (digit, true),
        _ => return Err(unreadable()),
    };
    let front = std::str::from_utf8(front).map_err(|_| unreadable())?;
    let mantissa = digits(&format!("{front}{digit}")).ok_or_else(unreadable)?;
    let mantissa = if negative { -mantissa } else { mantissa };
    Ok((Some(Value::Decimal(Decimal::new(mantissa, u32::from(decimals)))), None))
}

/// Writes digits whose last one bears the sign.
pub(super) fn write_overpunch(number: Decimal, decimals: u8) -> Option<String> {
    let mantissa = scaled(number, decimals)?.mantissa();
    let mut text = mantissa.unsigned_abs().to_string();
    let digit = text.pop().and_then(|digit| digit.to_digit(10)).unwrap_or(0) as usize;
    let signs = if mantissa < 0 { MINUS } else { PLUS };
    text.push(char::from(signs[digit % 10]));
    Some(text)
}

/// The same amount with exactly so many decimals.
fn scaled(number: Decimal, decimals: u8) -> Option<Decimal> {
    let mut scaled = number;
    scaled.rescale(u32::from(decimals));
    (scaled == number && scaled.scale() == u32::from(decimals)).then_some(scaled)
}

fn digits(text: &str) -> Option<i64> {
    let sound = (1..=DIGITS_MAX).contains(&text.len());
    if !sound || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// What an amount looks like.
fn sample(decimals: u8, comma: bool) -> String {
    let zeros = "0".repeat(usize::from(decimals));
    match (decimals, comma) {
        (0, _) => "3600".to_owned(),
        (_, true) => format!("3600,{zeros}"),
        (_, false) => format!("3600.{zeros}"),
    }
}
