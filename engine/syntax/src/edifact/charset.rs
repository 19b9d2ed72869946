//! The character sets that UNB can declare (data element 0001, syntax identifier).
//!
//! Bytes are kept as they came; only a value that leaves as text is decoded. Sets that need
//! code extension (`UNOX`, `KECA`) are told apart from unknown identifiers but not read.

use super::kind::Kind;
use encoding_rs::Encoding;
use std::borrow::Cow;

/// A character repertoire of ISO 9735-1, by its syntax identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Charset {
    /// Capital letters, digits, blank and some punctuation of ISO 646.
    UnoA,
    /// UNOA and small letters.
    UnoB,
    /// ISO 8859-1, western European.
    #[default]
    UnoC,
    /// ISO 8859-2, central European.
    UnoD,
    /// ISO 8859-5, Cyrillic.
    UnoE,
    /// ISO 8859-7, Greek.
    UnoF,
    /// ISO 8859-3, southern European.
    UnoG,
    /// ISO 8859-4, northern European.
    UnoH,
    /// ISO 8859-6, Arabic.
    UnoI,
    /// ISO 8859-8, Hebrew.
    UnoJ,
    /// ISO 8859-9, Turkish.
    UnoK,
    /// ISO 10646 as UTF-8.
    UnoW,
    /// ISO 10646 without code extension; read as UTF-8.
    UnoY,
}

/// The identifiers of the sets that are read.
const IDENTIFIERS: [(&str, Charset); 13] = [
    ("UNOA", Charset::UnoA),
    ("UNOB", Charset::UnoB),
    ("UNOC", Charset::UnoC),
    ("UNOD", Charset::UnoD),
    ("UNOE", Charset::UnoE),
    ("UNOF", Charset::UnoF),
    ("UNOG", Charset::UnoG),
    ("UNOH", Charset::UnoH),
    ("UNOI", Charset::UnoI),
    ("UNOJ", Charset::UnoJ),
    ("UNOK", Charset::UnoK),
    ("UNOW", Charset::UnoW),
    ("UNOY", Charset::UnoY),
];

/// Identifiers that exist but need code extension (ISO 2022), which is not read.
const NOT_SUPPORTED: [&str; 2] = ["UNOX", "KECA"];

/// The places where ISO 8859-9 differs from ISO 8859-1.
const TURKISH: [(u8, char); 6] =
    [(0xD0, 'Ğ'), (0xDD, 'İ'), (0xDE, 'Ş'), (0xF0, 'ğ'), (0xFD, 'ı'), (0xFE, 'ş')];

/// What UNOA admits beside capital letters and digits.
const LEVEL_A: &[u8] = b" .,-()/='+:?!\"%&*;<>";

impl Charset {
    /// The set of a syntax identifier.
    ///
    /// # Errors
    /// [`Kind::CharacterSetNotSupported`] for sets that exist but are not read, otherwise
    /// [`Kind::SyntaxNotSupported`].
    pub fn from_identifier(identifier: &str) -> Result<Charset, Kind> {
        if NOT_SUPPORTED.contains(&identifier) {
            return Err(Kind::CharacterSetNotSupported);
        }
        let known = IDENTIFIERS.iter().find(|(name, _)| *name == identifier);
        known.map(|(_, charset)| *charset).ok_or(Kind::SyntaxNotSupported)
    }

    /// The syntax identifier, `UNOC`.
    #[must_use]
    pub fn identifier(self) -> &'static str {
        IDENTIFIERS[self as usize].0
    }

    /// Whether the bytes are UTF-8.
    #[must_use]
    pub const fn is_utf8(self) -> bool {
        matches!(self, Charset::UnoW | Charset::UnoY)
    }

    /// The text of some bytes. Bytes outside the set become U+FFFD (or, under UNOA and UNOB,
    /// what they are in ISO 8859-1): the reader has told them as faults. Plain ASCII borrows.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        if bytes.is_ascii() || self.is_utf8() {
            return String::from_utf8_lossy(bytes);
        }
        match (self.encoding(), self) {
            (Some(encoding), _) => encoding.decode_without_bom_handling(bytes).0,
            (None, Charset::UnoK) => bytes.iter().map(|byte| turkish(*byte)).collect(),
            (None, _) => Cow::Owned(latin1(bytes)),
        }
    }

    /// Whether every byte is the character with its number in ISO 10646.
    pub(super) const fn is_latin(self) -> bool {
        matches!(self, Charset::UnoA | Charset::UnoB | Charset::UnoC)
    }

    /// Appends the bytes of a text.
    ///
    /// # Errors
    /// The first character the set does not have; nothing is appended then. Control characters
    /// belong to no set.
    pub fn encode(self, text: &str, to: &mut Vec<u8>) -> Result<(), char> {
        let before = to.len();
        for character in text.chars() {
            if let Err(refused) = self.encode_character(character, to) {
                to.truncate(before);
                return Err(refused);
            }
        }
        Ok(())
    }

    fn encode_character(self, character: char, to: &mut Vec<u8>) -> Result<(), char> {
        let code = u32::from(character);
        match self {
            _ if character.is_control() => return Err(character),
            Charset::UnoA | Charset::UnoB => match u8::try_from(code) {
                Ok(byte) if self.has(byte) => to.push(byte),
                _ => return Err(character),
            },
            _ if character.is_ascii() => to.push(code as u8),
            Charset::UnoW | Charset::UnoY => {
                to.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => to.push(self.single_byte(character).ok_or(character)?),
        }
        Ok(())
    }

    /// The byte of a character outside ASCII in a set of the ISO 8859 family.
    fn single_byte(self, character: char) -> Option<u8> {
        match (self.encoding(), self) {
            (Some(encoding), _) => {
                let mut buffer = [0; 4];
                let text: &str = character.encode_utf8(&mut buffer);
                let (bytes, _, lossy) = encoding.encode(text);
                (!lossy && bytes.len() == 1).then(|| bytes[0])
            }
            (None, Charset::UnoK) => (0xA0..=0xFF).find(|byte| turkish(*byte) == character),
            (None, _) => u8::try_from(u32::from(character)).ok(),
        }
    }

    /// Whether UNOA or UNOB has this printable byte; always true for the other sets, whose
    /// upper halves are checked on characters.
    #[must_use]
    pub const fn has(self, byte: u8) -> bool {
        match self {
            Charset::UnoA => REPERTOIRE[byte as usize] & OUTSIDE_A == 0,
            Charset::UnoB => REPERTOIRE[byte as usize] & OUTSIDE_B == 0,
            _ => true,
        }
    }

    /// Whether any byte may be outside the set, in one cheap pass; a reader looks for the place
    /// only when this is true. Control characters are not looked for here.
    #[must_use]
    pub fn doubts(self, bytes: &[u8]) -> bool {
        match self {
            Charset::UnoA => survey(bytes) & OUTSIDE_A != 0,
            Charset::UnoB => survey(bytes) & OUTSIDE_B != 0,
            Charset::UnoC | Charset::UnoK => {
                bytes.iter().fold(false, |any, byte| any | matches!(byte, 0x80..=0x9F))
            }
            _ => !bytes.is_ascii(),
        }
    }

    /// The encoding that decodes the upper half; `None` where that is plain enough to do here.
    fn encoding(self) -> Option<&'static Encoding> {
        match self {
            Charset::UnoD => Some(encoding_rs::ISO_8859_2),
            Charset::UnoE => Some(encoding_rs::ISO_8859_5),
            Charset::UnoF => Some(encoding_rs::ISO_8859_7),
            Charset::UnoG => Some(encoding_rs::ISO_8859_3),
            Charset::UnoH => Some(encoding_rs::ISO_8859_4),
            Charset::UnoI => Some(encoding_rs::ISO_8859_6),
            Charset::UnoJ => Some(encoding_rs::ISO_8859_8),
            _ => None,
        }
    }
}

/// Values are short: a call that prepares for long texts costs more than this.
fn latin1(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + bytes.len() / 2);
    text.extend(bytes.iter().map(|byte| char::from(*byte)));
    text
}

fn turkish(byte: u8) -> char {
    let other = TURKISH.iter().find(|(at, _)| *at == byte);
    other.map_or(char::from(byte), |(_, character)| *character)
}

const OUTSIDE_A: u8 = 1;
const OUTSIDE_B: u8 = 2;

/// For each byte, which of the two ASCII repertoires lacks it. Control characters are not
/// marked: they are faults under every set and told by the tokenizer.
const REPERTOIRE: [u8; 256] = {
    let mut table = [OUTSIDE_A | OUTSIDE_B; 256];
    let mut byte = 0;
    while byte < 0x80 {
        let small = (byte as u8).is_ascii_lowercase();
        let plain = (byte as u8).is_ascii_uppercase() || (byte as u8).is_ascii_digit();
        if small {
            table[byte] = OUTSIDE_A;
        } else if plain || (byte as u8).is_ascii_control() {
            table[byte] = 0;
        }
        byte += 1;
    }
    let mut at = 0;
    while at < LEVEL_A.len() {
        table[LEVEL_A[at] as usize] = 0;
        at += 1;
    }
    table
};

fn survey(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |found, byte| found | REPERTOIRE[usize::from(*byte)])
}

#[cfg(test)]
mod tests {
    use super::Charset;

    /// Decodes, encodes again and shows both: `text` when they agree.
    fn check(identifier: &str, bytes: &[u8], expected: &str) {
        let charset = match Charset::from_identifier(identifier) {
            Ok(charset) => charset,
            Err(kind) => return assert_eq!(kind.name(), expected, "{identifier}"),
        };
        assert_eq!(charset.identifier(), identifier);
        let text = charset.decode(bytes);
        let mut again = Vec::new();
        let told = match charset.encode(&text, &mut again) {
            Ok(()) if again == bytes => text.into_owned(),
            Ok(()) => format!("{text} became {}", again.escape_ascii()),
            Err(refused) => format!("{text} refused at {}", refused.escape_default()),
        };
        assert_eq!(told, expected, "{identifier}");
    }

    #[test]
    fn sets() {
        check("UNOA", b"FACTURE 12.00", "FACTURE 12.00");
        check("UNOA", b"Facture", "Facture refused at a");
        check("UNOB", b"Facture?", "Facture?");
        check("UNOB", b"a@b", "a@b refused at @");
        check("UNOC", b"r\xE9glement", "réglement");
        check("UNOD", b"\xA3\xF3d\xBC", "Łódź");
        check("UNOE", b"\xBF\xE0\xD8\xD2\xD5\xE2", "Привет");
        check("UNOF", b"\xC1\xE8\xDE\xED\xE1", "Αθήνα");
        check("UNOG", b"\xA1al", "Ħal");
        check("UNOH", b"\xD1\xE0", "Ņā");
        check("UNOI", b"\xC7\xE4", "ال");
        check("UNOJ", b"\xF9\xEC\xE5\xED", "שלום");
        check("UNOK", b"\xDDzmir \xFE", "İzmir ş");
        check("UNOW", "réglement €".as_bytes(), "réglement €");
        check("UNOY", "ال".as_bytes(), "ال");
        check("UNOC", b"\x1b[31m", "\u{1b}[31m refused at \\u{1b}");
        check("UNOC", b"\x9b31m", "\u{9b}31m refused at \\u{9b}");
        check("UNOW", b"a\xC3(", "a\u{fffd}( became a\\xef\\xbf\\xbd(");
        check("UNOX", b"", "EDI-046");
        check("KECA", b"", "EDI-046");
        check("UNOZ", b"", "EDI-002");
        check("unoa", b"", "EDI-002");
    }
}
