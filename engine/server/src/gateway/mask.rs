//! What is never stored: numbers of cards, and our own secrets.

/// Digits of a card's number (ISO/IEC 7812-1): at least, at most.
const CARD_DIGITS: std::ops::RangeInclusive<usize> = 14..=19;
/// Digits that are kept in front and behind.
const KEPT: (usize, usize) = (6, 4);

/// The bytes with every number of a card masked, and whether there was one. A run of digits is
/// such a number when its length, its first digit and its check digit (Luhn) are those of one.
#[must_use]
pub(super) fn cards(bytes: &[u8]) -> (Vec<u8>, bool) {
    let mut masked = bytes.to_vec();
    let (mut at, mut found) = (0, false);
    while at < masked.len() {
        let run = masked[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let digits = &masked[at..at + run];
        if CARD_DIGITS.contains(&run) && matches!(digits[0], b'3'..=b'6') && luhn(digits) {
            found = true;
            masked[at + KEPT.0..at + run - KEPT.1].fill(b'*');
        }
        at += run.max(1);
    }
    (masked, found)
}

/// The check of ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let weigh = |(at, digit): (usize, &u8)| {
        let digit = u32::from(digit - b'0') * if at % 2 == 1 { 2 } else { 1 };
        if digit > 9 { digit - 9 } else { digit }
    };
    digits.iter().rev().enumerate().map(weigh).sum::<u32>() % 10 == 0
}

/// A text with secrets left out.
#[must_use]
pub(super) fn secrets<'s>(text: &str, secrets: impl Iterator<Item = &'s str>) -> String {
    secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked() {
        let check = |text: &str, expected: &str| {
            let (masked, found) = cards(text.as_bytes());
            assert_eq!(String::from_utf8_lossy(&masked), expected);
            assert_eq!(found, text != expected, "{text}");
        };
        check("pan=4111111111111111&a=1", "pan=411111******1111&a=1");
        check("pan=4111111111111112", "pan=4111111111111112");
        check("MaskedPan=411111******1111", "MaskedPan=411111******1111");
        check("ref=1089010000162", "ref=1089010000162");
        check("", "");
        assert_eq!(secrets("a KEY b KEY", ["KEY"].into_iter()), "a *** b ***");
    }
}
