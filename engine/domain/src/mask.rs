//! Masks what must not be shown: card numbers and passwords inside addresses.
//!
//! Free texts pass through here before they are kept in the log or an invoice, and shown texts
//! once more on their way out. The raw bytes of a message are never changed: they are evidence,
//! and only their owner and the operator may see them.

use std::borrow::Cow;

/// Shortest card number (ISO/IEC 7812), in digits.
const CARD_MIN: usize = 13;
/// Longest card number, in digits.
const CARD_MAX: usize = 19;
/// Digits of a card number left readable at its start (the issuer identification number).
const SHOWN_FIRST: usize = 6;
/// Digits of a card number left readable at its end.
const SHOWN_LAST: usize = 4;

/// The text with card numbers as `411111******1111` and `user:password@` as `***@`.
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    match (card_free(text), text.contains('@')) {
        (None, false) => Cow::Borrowed(text),
        (None, true) => without_passwords(text),
        (Some(masked), _) => Cow::Owned(without_passwords(&masked).into_owned()),
    }
}

/// True when the text holds a number that can be a payment card's.
#[must_use]
pub fn has_card(text: &str) -> bool {
    card_free(text).is_some()
}

/// The text with its card numbers masked; `None` when it holds none.
fn card_free(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut masked: Option<Vec<u8>> = None;
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let places = digits_from(bytes, at);
        if is_card(bytes, &places) {
            let copy = masked.get_or_insert_with(|| bytes.to_vec());
            for &place in &places[SHOWN_FIRST..places.len() - SHOWN_LAST] {
                copy[place] = b'*';
            }
        }
        at = places.last().map_or(at, |last| last + 1);
    }
    masked.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Places of the digits of the number that starts at `at`; groups may be set apart by one space
/// or hyphen.
fn digits_from(bytes: &[u8], at: usize) -> Vec<usize> {
    let mut places = vec![at];
    let mut next = at + 1;
    while next < bytes.len() {
        let apart = matches!(bytes[next], b' ' | b'-')
            && bytes.get(next + 1).is_some_and(u8::is_ascii_digit);
        if apart {
            next += 1;
        }
        if !bytes[next].is_ascii_digit() {
            break;
        }
        places.push(next);
        next += 1;
    }
    places
}

/// ISO/IEC 7812-1, annex B (Luhn), on a number of a card's length that starts like a card's.
fn is_card(bytes: &[u8], places: &[usize]) -> bool {
    let first = bytes[places[0]];
    if !(CARD_MIN..=CARD_MAX).contains(&places.len()) || !(b'2'..=b'6').contains(&first) {
        return false;
    }
    let sum: u32 = places
        .iter()
        .rev()
        .enumerate()
        .map(|(position, &place)| {
            let digit = u32::from(bytes[place] - b'0') << (position & 1);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The text with the user part of every address removed.
fn without_passwords(text: &str) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + 3);
        let ends = |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<');
        let authority = &after[..after.find(ends).unwrap_or(after.len())];
        masked.push_str(before);
        rest = after;
        if let Some(at) = authority.rfind('@')
            && authority[..at].contains(':')
        {
            masked.push_str("***");
            rest = &after[at..];
        }
    }
    if masked.is_empty() {
        return Cow::Borrowed(text);
    }
    masked.push_str(rest);
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(mask(text), expected);
    }

    #[test]
    fn cards_are_masked_and_other_numbers_are_not() {
        check("carte 4111111111111111.", "carte 411111******1111.");
        check("4111 1111 1111 1111", "4111 11** **** 1111");
        check("5500-0000-0000-0004", "5500-00**-****-0004");
        check("00069321", "00069321");
        check("4111111111111112", "4111111111111112");
        check("001234567890123", "001234567890123");
        check("été 4111111111111111 à", "été 411111******1111 à");
        check("12345678901234567890123", "12345678901234567890123");
    }

    #[test]
    fn passwords_in_addresses_are_masked() {
        check("see http://u:p@host/x", "see http://***@host/x");
        check("https://host/a@b:c", "https://host/a@b:c");
        check("amqp://u:p@h and ftp://x:y@z", "amqp://***@h and ftp://***@z");
        check("someone@example.org", "someone@example.org");
    }
}
