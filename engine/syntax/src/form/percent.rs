//! Percent-encoding (WHATWG URL, 1.3) with plus signs for blanks.

use std::borrow::Cow;

/// The bytes a raw name or value stands for, and where the first percent sign stands that has not
/// two hexadecimal digits behind it; such a sign is kept as it is.
#[must_use]
pub fn percent_decode(raw: &[u8]) -> (Cow<'_, [u8]>, Option<usize>) {
    let Some(first) = memchr::memchr2(b'%', b'+', raw) else { return (Cow::Borrowed(raw), None) };
    let mut bytes = raw[..first].to_vec();
    let (mut at, mut wrong) = (first, None);
    while let Some(byte) = raw.get(at) {
        let decoded = match byte {
            b'+' => b' ',
            b'%' => match (raw.get(at + 1), raw.get(at + 2)) {
                (Some(high), Some(low)) if hex(*high).is_some() && hex(*low).is_some() => {
                    at += 2;
                    hex(*high).unwrap_or(0) * 16 + hex(*low).unwrap_or(0)
                }
                _ => {
                    wrong = wrong.or(Some(at));
                    b'%'
                }
            },
            other => *other,
        };
        bytes.push(decoded);
        at += 1;
    }
    (Cow::Owned(bytes), wrong)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Appends bytes as the serializer of WHATWG URL, 5.2 writes them.
pub(super) fn percent_encode(bytes: &[u8], to: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in bytes {
        match byte {
            b' ' => to.push(b'+'),
            b'*' | b'-' | b'.' | b'_' => to.push(*byte),
            _ if byte.is_ascii_alphanumeric() => to.push(*byte),
            _ => {
                let digit = |nibble: u8| DIGITS[usize::from(nibble & 15)];
                to.extend_from_slice(&[b'%', digit(byte >> 4), digit(*byte)]);
            }
        }
    }
}
