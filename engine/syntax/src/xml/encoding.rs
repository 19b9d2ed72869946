//! From bytes to text: which encoding, and the decoding (XML 1.0, 4.3.3 and appendix F).

use super::characters::is_white;
use super::tag;
use std::sync::Arc;

/// The encodings read. Anything else is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// UTF-8, the default of XML.
    Utf8,
    /// US-ASCII: a byte above 0x7F is invalid.
    Ascii,
    /// UTF-16, least significant byte first, with a byte order mark.
    Utf16LittleEndian,
    /// UTF-16, most significant byte first, with a byte order mark.
    Utf16BigEndian,
    /// ISO-8859-1, read as its superset windows-1252 (WHATWG Encoding, 4.2), because senders
    /// who announce it write the euro sign and typographic quotes.
    Latin1,
    /// ISO-8859-15.
    Latin9,
    /// windows-1252.
    Windows1252,
}

/// Bytes of a declaration looked at to find its encoding.
const DECLARATION_MAX: usize = 512;

/// What an encoding's name promises: `UTF-16` leaves the byte order to the byte order mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Label {
    /// Exactly this encoding.
    Exact(Encoding),
    /// UTF-16 in either byte order.
    Utf16,
}

/// The encodings by their names in lower case (IANA character sets), aliases included.
const LABELS: &[(&str, Label)] = &[
    ("utf-8", Label::Exact(Encoding::Utf8)),
    ("utf8", Label::Exact(Encoding::Utf8)),
    ("us-ascii", Label::Exact(Encoding::Ascii)),
    ("ascii", Label::Exact(Encoding::Ascii)),
    ("utf-16", Label::Utf16),
    ("utf-16le", Label::Exact(Encoding::Utf16LittleEndian)),
    ("utf-16be", Label::Exact(Encoding::Utf16BigEndian)),
    ("iso-8859-1", Label::Exact(Encoding::Latin1)),
    ("iso_8859-1", Label::Exact(Encoding::Latin1)),
    ("iso8859-1", Label::Exact(Encoding::Latin1)),
    ("latin1", Label::Exact(Encoding::Latin1)),
    ("iso-8859-15", Label::Exact(Encoding::Latin9)),
    ("iso_8859-15", Label::Exact(Encoding::Latin9)),
    ("iso8859-15", Label::Exact(Encoding::Latin9)),
    ("latin-9", Label::Exact(Encoding::Latin9)),
    ("windows-1252", Label::Exact(Encoding::Windows1252)),
    ("cp1252", Label::Exact(Encoding::Windows1252)),
];

impl Label {
    /// What a name promises; `None` when it is not read here.
    pub(super) fn find(name: &str) -> Option<Self> {
        let found = LABELS.iter().find(|(label, _)| label.eq_ignore_ascii_case(name));
        found.map(|(_, label)| *label)
    }

    /// Whether text in `encoding` keeps the promise.
    pub(super) fn agrees(self, encoding: Encoding) -> bool {
        match self {
            Self::Exact(exact) => exact == encoding,
            Self::Utf16 => {
                matches!(encoding, Encoding::Utf16LittleEndian | Encoding::Utf16BigEndian)
            }
        }
    }
}

impl Encoding {
    /// The name registered with IANA.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Ascii => "US-ASCII",
            Self::Utf16LittleEndian => "UTF-16LE",
            Self::Utf16BigEndian => "UTF-16BE",
            Self::Latin1 => "ISO-8859-1",
            Self::Latin9 => "ISO-8859-15",
            Self::Windows1252 => "windows-1252",
        }
    }
}

/// The text all spans point into.
#[derive(Debug, Clone)]
pub(super) enum Source<'i> {
    /// The input itself: offsets are the input's.
    Input(&'i str),
    /// A decoded copy, shared by the documents of one input.
    Decoded(Arc<str>),
}

impl Source<'_> {
    /// The text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Input(text) => text,
            Self::Decoded(text) => text,
        }
    }
}

/// An input as text.
#[derive(Debug, Clone)]
pub(super) struct Decoded<'i> {
    /// The text, byte order mark included where it is UTF-8.
    pub(super) source: Source<'i>,
    /// How it was encoded.
    pub(super) encoding: Encoding,
    /// Where the document begins in the text: behind the byte order mark.
    pub(super) begin: usize,
}

impl Decoded<'_> {
    /// The offset in the input of an offset in the text. Walks the text when it was decoded.
    pub(super) fn input_offset(&self, offset: usize) -> u64 {
        let Source::Decoded(text) = &self.source else { return offset as u64 };
        let before = &text[..text.floor_char_boundary(offset)];
        match self.encoding {
            Encoding::Utf16LittleEndian | Encoding::Utf16BigEndian => {
                let units: usize = before.chars().map(char::len_utf16).sum();
                (UTF16_MARK + 2 * units) as u64
            }
            _ => before.chars().count() as u64,
        }
    }
}

/// Why bytes cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Undecodable {
    /// Offset of the first byte concerned.
    pub(super) at: usize,
    /// What was found: the name of an encoding, or nothing when it is bytes.
    pub(super) found: String,
    /// What was expected.
    pub(super) expected: String,
}

/// Bytes of a byte order mark in UTF-16.
const UTF16_MARK: usize = 2;
/// The byte order mark in UTF-8.
const UTF8_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// Decode an input: a byte order mark decides, then the declaration, then the channel's hint,
/// then UTF-8. The hint must agree with whatever decided before it.
pub(super) fn decode<'i>(input: &'i [u8], hint: Option<&str>) -> Result<Decoded<'i>, Undecodable> {
    let hinted = match hint {
        Some(name) => Some((name, known(name.trim(), 0)?)),
        None => None,
    };
    let encoding = match marked(input)? {
        Some(encoding) => encoding,
        None => match (declared(input)?, hinted) {
            (Some(label), _) => exact(label)?,
            (None, Some((_, label))) => exact(label)?,
            (None, None) => Encoding::Utf8,
        },
    };
    match hinted {
        Some((name, label)) if !label.agrees(encoding) => {
            Err(Undecodable { at: 0, found: name.to_owned(), expected: encoding.name().to_owned() })
        }
        _ => decode_as(input, encoding),
    }
}

/// What a name promises, or that it is unknown.
fn known(name: &str, at: usize) -> Result<Label, Undecodable> {
    Label::find(name).ok_or_else(|| Undecodable {
        at,
        found: name.to_owned(),
        expected: "UTF-8".to_owned(),
    })
}

/// An encoding no byte order mark is needed for.
fn exact(label: Label) -> Result<Encoding, Undecodable> {
    match label {
        Label::Exact(Encoding::Utf16LittleEndian | Encoding::Utf16BigEndian) | Label::Utf16 => {
            let expected = "byte order mark".to_owned();
            Err(Undecodable { at: 0, found: String::new(), expected })
        }
        Label::Exact(encoding) => Ok(encoding),
    }
}

/// The encoding a byte order mark announces (XML 1.0, F.1); UTF-32, and UTF-16 without one, are
/// refused here because their bytes are not text in anything else.
fn marked(input: &[u8]) -> Result<Option<Encoding>, Undecodable> {
    let refused = |found: &str| {
        Err(Undecodable { at: 0, found: found.to_owned(), expected: "UTF-8".to_owned() })
    };
    match input {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => refused("UTF-32"),
        [0xFF, 0xFE, ..] => Ok(Some(Encoding::Utf16LittleEndian)),
        [0xFE, 0xFF, ..] => Ok(Some(Encoding::Utf16BigEndian)),
        [b'<', 0, ..] | [0, b'<', ..] => refused("UTF-16"),
        [0xEF, 0xBB, 0xBF, ..] => Ok(Some(Encoding::Utf8)),
        _ => Ok(None),
    }
}

/// What the XML declaration at the beginning of ASCII-compatible bytes says, if it says.
fn declared(input: &[u8]) -> Result<Option<Label>, Undecodable> {
    let begin = input.iter().take(DECLARATION_MAX).take_while(|byte| is_white(**byte)).count();
    let window = &input[begin..input.len().min(begin + DECLARATION_MAX)];
    let Some(inside) = window.strip_prefix(b"<?xml") else { return Ok(None) };
    let length = inside.windows(2).position(|pair| pair == b"?>").unwrap_or(0);
    let Ok(text) = std::str::from_utf8(&inside[..length]) else { return Ok(None) };
    let mut at = 0;
    while let Ok(Some(pair)) = tag::next_pair(text, &mut at, length) {
        if &text[pair.name] == "encoding" {
            let place = begin + b"<?xml".len() + pair.value.start;
            return known(&text[pair.value], place).map(Some);
        }
    }
    Ok(None)
}

/// Decode bytes whose encoding is settled.
fn decode_as(input: &[u8], encoding: Encoding) -> Result<Decoded<'_>, Undecodable> {
    let invalid =
        |at: usize| Undecodable { at, found: String::new(), expected: encoding.name().to_owned() };
    let whole = |text| Decoded { source: Source::Input(text), encoding, begin: 0 };
    let table = match encoding {
        Encoding::Utf8 | Encoding::Ascii => {
            let text = std::str::from_utf8(input).map_err(|err| invalid(err.valid_up_to()))?;
            if encoding == Encoding::Ascii && !text.is_ascii() {
                return Err(invalid(text.bytes().take_while(u8::is_ascii).count()));
            }
            let begin = if input.starts_with(UTF8_MARK) { UTF8_MARK.len() } else { 0 };
            return Ok(Decoded { begin, ..whole(text) });
        }
        Encoding::Utf16LittleEndian => encoding_rs::UTF_16LE,
        Encoding::Utf16BigEndian => encoding_rs::UTF_16BE,
        Encoding::Latin1 | Encoding::Windows1252 => encoding_rs::WINDOWS_1252,
        Encoding::Latin9 => encoding_rs::ISO_8859_15,
    };
    let bytes = if table.is_single_byte() { input } else { &input[UTF16_MARK..] };
    match table.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(std::borrow::Cow::Borrowed(text)) => Ok(whole(text)),
        Some(std::borrow::Cow::Owned(text)) => {
            Ok(Decoded { source: Source::Decoded(text.into()), encoding, begin: 0 })
        }
        None => Err(invalid(UTF16_MARK + valid_utf16(bytes, encoding))),
    }
}

/// How many bytes are valid UTF-16 before the first that are not.
fn valid_utf16(bytes: &[u8], encoding: Encoding) -> usize {
    let (pairs, _) = bytes.as_chunks::<2>();
    let unit = |pair: &[u8; 2]| match encoding {
        Encoding::Utf16BigEndian => u16::from_be_bytes(*pair),
        _ => u16::from_le_bytes(*pair),
    };
    let valid = char::decode_utf16(pairs.iter().map(unit)).map_while(Result::ok);
    valid.map(|character| 2 * character.len_utf16()).sum()
}
