//! Character sets of plain files: forms, CSV and fixed-width records.
//!
//! What this is *not*: EDIFACT names its own sets (`edifact::charset`), and XML declares its
//! encoding.

use std::borrow::Cow;

/// How the characters of a file are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Charset {
    /// UTF-8.
    #[default]
    Utf8,
    /// windows-1252; also what senders mean who say ISO-8859-1 (WHATWG Encoding, 4.2).
    Windows1252,
    /// ISO-8859-15.
    Latin9,
}

/// The sets by their names in lower case, aliases included; the first of a set is its own.
const LABELS: &[(&str, Charset)] = &[
    ("utf-8", Charset::Utf8),
    ("utf8", Charset::Utf8),
    ("us-ascii", Charset::Utf8),
    ("windows-1252", Charset::Windows1252),
    ("cp1252", Charset::Windows1252),
    ("iso-8859-1", Charset::Windows1252),
    ("latin1", Charset::Windows1252),
    ("iso-8859-15", Charset::Latin9),
    ("latin9", Charset::Latin9),
];

impl Charset {
    /// The set of a name, as a `charset` parameter or a specimen says it.
    #[must_use]
    pub fn of(name: &str) -> Option<Charset> {
        let found = LABELS.iter().find(|(label, _)| label.eq_ignore_ascii_case(name.trim()));
        found.map(|(_, charset)| *charset)
    }

    /// The names that are known.
    pub fn names() -> impl Iterator<Item = &'static str> {
        LABELS.iter().map(|(label, _)| *label)
    }

    /// Its own name.
    #[must_use]
    pub fn name(self) -> &'static str {
        LABELS.iter().find(|(_, charset)| *charset == self).map_or("", |(label, _)| label)
    }

    /// The text of some bytes, and where the first invalid one stands; invalid ones become
    /// U+FFFD. ASCII and valid UTF-8 borrow.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> (Cow<'_, str>, Option<usize>) {
        match self {
            Charset::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => (Cow::Borrowed(text), None),
                Err(error) => (String::from_utf8_lossy(bytes), Some(error.valid_up_to())),
            },
            // Every byte is a character in these two.
            Charset::Windows1252 => {
                (encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0, None)
            }
            Charset::Latin9 => {
                (encoding_rs::ISO_8859_15.decode_without_bom_handling(bytes).0, None)
            }
        }
    }

    /// Appends the bytes of a text. A character the set does not have becomes a question mark,
    /// and the first such one is given back.
    pub fn encode(self, text: &str, to: &mut Vec<u8>) -> Option<char> {
        let encoding = match self {
            Charset::Utf8 => {
                to.extend_from_slice(text.as_bytes());
                return None;
            }
            _ if text.is_ascii() => {
                to.extend_from_slice(text.as_bytes());
                return None;
            }
            Charset::Windows1252 => encoding_rs::WINDOWS_1252,
            Charset::Latin9 => encoding_rs::ISO_8859_15,
        };
        let mut refused = None;
        for character in text.chars() {
            let mut buffer = [0; 4];
            let (bytes, _, lossy) = encoding.encode(character.encode_utf8(&mut buffer));
            if lossy {
                refused = refused.or(Some(character));
                to.push(b'?');
            } else {
                to.extend_from_slice(&bytes);
            }
        }
        refused
    }
}

#[cfg(test)]
mod tests {
    use super::Charset;

    /// Decodes by the set of a name, encodes again, and shows both.
    fn check(name: &str, bytes: &[u8], expected: &str) {
        let Some(charset) = Charset::of(name) else { return assert_eq!("unknown", expected) };
        let (text, invalid) = charset.decode(bytes);
        let mut again = Vec::new();
        let refused = charset.encode(&text, &mut again);
        let same = if again == bytes { "" } else { " changed" };
        assert_eq!(format!("{text} {invalid:?} {refused:?}{same}"), expected, "{name}");
    }

    #[test]
    fn sets() {
        check("UTF-8", "réglé €".as_bytes(), "réglé € None None");
        check("utf8", b"r\xE9", "r\u{fffd} Some(1) None changed");
        check("ISO-8859-1", b"r\xE9gl\xE9 \x80", "réglé € None None");
        check("iso-8859-15", b"\xA4\xBD", "€œ None None");
        check("cp1252", b"plain", "plain None None");
        check("klingon", b"", "unknown");
        let mut bytes = Vec::new();
        assert_eq!(Charset::Latin9.encode("a\u{627}é", &mut bytes), Some('\u{627}'));
        assert_eq!(bytes, b"a?\xE9");
    }
}
