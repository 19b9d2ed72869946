//! Texts between quotes: plain ones borrow, escapes are decoded (RFC 8259, 7).

use std::borrow::Cow;

/// A text that was read.
pub(super) struct Quoted<'i> {
    pub(super) text: Cow<'i, str>,
    /// Behind the closing quote.
    pub(super) end: usize,
    /// Where the first character stands that may not stand there.
    pub(super) suspicious: Option<usize>,
}

/// Why a text cannot be read, and where.
pub(super) enum Broken {
    /// It is not closed.
    Open,
    /// No such escape.
    Escape(usize),
}

/// What stands for half of a surrogate pair.
const REPLACEMENT: char = '\u{FFFD}';

/// Reads the text whose opening quote stands at `start`.
pub(super) fn quoted(input: &str, start: usize) -> Result<Quoted<'_>, Broken> {
    let bytes = input.as_bytes();
    let (mut at, mut plain_from) = (start + 1, start + 1);
    let mut decoded: Option<String> = None;
    let mut suspicious = None;
    loop {
        let length = bytes[at..].iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
        at += length.ok_or(Broken::Open)?;
        match bytes[at] {
            b'"' => break,
            b'\\' => {
                let text = decoded.get_or_insert_default();
                text.push_str(&input[plain_from..at]);
                let (character, end) = escape(bytes, at).ok_or(Broken::Escape(at))?;
                if character == REPLACEMENT && bytes[at + 2..end] != *b"FFFD" {
                    let meant = bytes[at + 2..end].eq_ignore_ascii_case(b"FFFD");
                    suspicious = suspicious.or((!meant).then_some(at));
                }
                text.push(character);
                at = end;
                plain_from = end;
            }
            _ => {
                suspicious = suspicious.or(Some(at));
                at += 1;
            }
        }
    }
    let rest = &input[plain_from..at];
    let text = match decoded {
        None => Cow::Borrowed(rest),
        Some(text) => Cow::Owned(text + rest),
    };
    Ok(Quoted { text, end: at + 1, suspicious })
}

/// The character of the escape at `at`, and where it ends.
fn escape(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let character = match bytes.get(at + 1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return unicode(bytes, at),
        _ => return None,
    };
    Some((character, at + 2))
}

/// `\uXXXX`, or two of them that are a surrogate pair.
fn unicode(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let high = four(bytes, at + 2)?;
    let end = at + 6;
    if (0xD800..0xDC00).contains(&high)
        && bytes.get(end..end + 2) == Some(b"\\u")
        && let Some(low @ 0xDC00..0xE000) = four(bytes, end + 2)
    {
        let code = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
        return Some((char::from_u32(code).unwrap_or(REPLACEMENT), end + 6));
    }
    Some((char::from_u32(high).unwrap_or(REPLACEMENT), end))
}

/// Four hexadecimal digits.
fn four(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    let digit = |value: u32, byte: &u8| Some(value * 16 + char::from(*byte).to_digit(16)?);
    digits.iter().try_fold(0, digit)
}
