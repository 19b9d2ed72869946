//! MIME as AS2 uses it (RFC 2045, RFC 2046, RFC 1847): headers, parameters, parts.
//!
//! Bytes are kept as they are: a signature is over them. Every number is bounded.
//!
//! What it is *not*: it changes no line end and decodes no word of a header.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Most bytes of the headers of a part.
pub const HEAD_MAX: usize = 64 << 10;
/// Most headers of a part.
pub const HEADERS_MAX: usize = 200;
/// Most parts of one body.
pub const PARTS_MAX: usize = 8;
/// Longest boundary (RFC 2046, section 5.1.1).
pub(super) const BOUNDARY_MAX: usize = 70;

/// Base64 as it is found in the field: with or without its padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Headers in the order they came, names in lower case, folded lines put together.
pub(super) type Headers = Vec<(String, String)>;

/// The first value of a header, whose name is said in lower case.
#[must_use]
pub fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim())
}

/// A part: its headers and its content as it travelled.
#[derive(Debug, Clone)]
pub(super) struct Entity<'a> {
    /// Its headers.
    pub headers: Headers,
    /// Its content, still encoded.
    pub content: &'a [u8],
}

impl<'a> Entity<'a> {
    /// Reads a part: headers, an empty line, content. `None` when the headers do not end or are
    /// too many.
    #[must_use]
    pub(super) fn read(bytes: &'a [u8]) -> Option<Entity<'a>> {
        let mut headers: Headers = Vec::new();
        let mut rest = bytes;
        loop {
            if bytes.len() - rest.len() > HEAD_MAX || headers.len() > HEADERS_MAX {
                return None;
            }
            let end = rest.iter().position(|byte| *byte == b'\n')?;
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            rest = &rest[end + 1..];
            if line.is_empty() {
                return Some(Entity { headers, content: rest });
            }
            let text = String::from_utf8_lossy(line);
            match (text.starts_with([' ', '\t']), headers.last_mut()) {
                (true, Some((_, value))) => {
                    value.push(' ');
                    value.push_str(text.trim());
                }
                (true, None) => return None,
                (false, _) => {
                    let (name, value) = text.split_once(':')?;
                    headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
                }
            }
        }
    }

    /// The media type with its parameters; `text/plain` when nothing is said.
    #[must_use]
    pub(super) fn media(&self) -> Media {
        Media::read(header(&self.headers, "content-type").unwrap_or("text/plain"))
    }

    /// The content without its transfer encoding. `None` when it is not encoded as it says.
    #[must_use]
    pub(super) fn decoded(&self) -> Option<Vec<u8>> {
        let encoding = header(&self.headers, "content-transfer-encoding").unwrap_or("binary");
        match encoding.to_ascii_lowercase().as_str() {
            "base64" => base64(self.content),
            "quoted-printable" => Some(quoted_printable(self.content)),
            _ => Some(self.content.to_vec()),
        }
    }
}

/// Bytes of base64, its line ends and blanks left out.
#[must_use]
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let text: Vec<u8> = text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    LENIENT.decode(text).ok()
}

/// Bytes of quoted-printable (RFC 2045, section 6.7); what is not encoded as it says stays.
fn quoted_printable(text: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| (*byte as char).to_digit(16).map(|digit| digit as u8);
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'=' {
            out.push(byte);
        } else if let Some(after) = rest.strip_prefix(b"\r\n").or(rest.strip_prefix(b"\n")) {
            rest = after;
        } else if let [high, low, after @ ..] = rest
            && let (Some(high), Some(low)) = (digit(high), digit(low))
        {
            out.push(high << 4 | low);
            rest = after;
        } else {
            out.push(byte);
        }
    }
    out
}

/// A media type with its parameters (RFC 2045, section 5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Type and subtype, in lower case.
    pub name: String,
    /// The parameters, names in lower case.
    pub parameters: Vec<(String, String)>,
}

impl Media {
    /// Reads the value of a header. What does not read is left out.
    #[must_use]
    pub fn read(text: &str) -> Media {
        let mut pieces = pieces(text).into_iter();
        let name = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let parameters = pieces
            .filter_map(|piece| {
                let (name, value) = piece.split_once('=')?;
                Some((name.trim().to_ascii_lowercase(), unquoted(value.trim())))
            })
            .collect();
        Media { name, parameters }
    }

    /// The value of a parameter, whose name is said in lower case.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.parameters.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// What stands between semicolons that are not in quotes.
fn pieces(text: &str) -> Vec<String> {
    let (mut all, mut piece, mut quoted, mut escaped) = (Vec::new(), String::new(), false, false);
    for letter in text.chars() {
        match letter {
            ';' if !quoted => {
                all.push(std::mem::take(&mut piece));
                continue;
            }
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = letter == '\\' && !escaped;
        piece.push(letter);
    }
    all.push(piece);
    all
}

/// A text without the quotes around it and the backslashes in it (RFC 5322, section 3.2.4).
#[must_use]
pub(super) fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut out = String::new();
    let mut letters = inner.chars();
    while let Some(letter) = letters.next() {
        out.push(if letter == '\\' { letters.next().unwrap_or('\\') } else { letter });
    }
    out
}

/// The parts of a body between its boundaries, each without the line end before the next one,
/// which belongs to the boundary (RFC 2046, section 5.1.1). `None` when they do not end.
#[must_use]
pub(super) fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<&'a [u8]>> {
    if boundary.is_empty() || boundary.len() > BOUNDARY_MAX {
        return None;
    }
    let mark = [b"--", boundary.as_bytes()].concat();
    let mut found = Vec::new();
    let (mut begun, mut at): (Option<usize>, usize) = (None, 0);
    while at < body.len() {
        let line = &body[at..];
        let length = line.iter().position(|byte| *byte == b'\n').map_or(line.len(), |end| end + 1);
        if let Some(after) = line[..length].strip_prefix(mark.as_slice()) {
            let (last, after) = match after.strip_prefix(b"--") {
                Some(after) => (true, after),
                None => (false, after),
            };
            if after.iter().all(u8::is_ascii_whitespace) {
                if let Some(begun) = begun {
                    let part = &body[begun..at.max(begun)];
                    let part = part.strip_suffix(b"\n").unwrap_or(part);
                    found.push(part.strip_suffix(b"\r").unwrap_or(part));
                }
                if last || found.len() > PARTS_MAX {
                    return last.then_some(found);
                }
                begun = Some(at + length);
            }
        }
        at += length;
    }
    None
}

/// A part written: headers, an empty line, content.
#[must_use]
pub(super) fn write(headers: &[(&str, &str)], content: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(content.len() + 256);
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(content);
    bytes
}

/// Parts written between boundaries.
#[must_use]
pub(super) fn write_parts(boundary: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(format!("--{boundary}\r\n").as_bytes());
        bytes.extend_from_slice(part);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    bytes
}

/// Base64 in lines of 76 (RFC 2045, section 6.8).
#[must_use]
pub(super) fn base64_lines(bytes: &[u8]) -> Vec<u8> {
    let text = LENIENT.encode(bytes);
    let lines: Vec<&[u8]> = text.as_bytes().chunks(76).collect();
    lines.join(&b"\r\n"[..])
}

/// Base64 in one line.
#[must_use]
pub(super) fn base64_line(bytes: &[u8]) -> String {
    LENIENT.encode(bytes)
}

/// The canonical form of text: every line ends with carriage return and line feed.
#[must_use]
pub(super) fn canonical(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 16);
    let mut before = 0;
    for &byte in bytes {
        if byte == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        before = byte;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_parts(body: &str, expected: Option<&[&str]>) {
        let found = parts(body.as_bytes(), "b");
        let found: Option<Vec<String>> = found.map(|parts| {
            parts.into_iter().map(|part| String::from_utf8_lossy(part).into_owned()).collect()
        });
        assert_eq!(found.as_deref().map(<[String]>::len), expected.map(<[&str]>::len), "{body:?}");
        assert_eq!(found.unwrap_or_default(), expected.unwrap_or_default());
    }

    #[test]
    fn parts_end_before_the_line_end_of_their_boundary() {
        check_parts("--b\r\none\r\n--b\r\n\r\ntwo\r\n--b--\r\n", Some(&["one", "\r\ntwo"]));
        check_parts("preamble\n--b\none\n--b--", Some(&["one"]));
        check_parts("--b\r\none\r\n\r\n--b--\r\nepilogue", Some(&["one\r\n"]));
        check_parts("--b\r\n--bc\r\n--b--", Some(&["--bc"]));
        check_parts("--b\r\n--b--\r\n", Some(&[""]));
        check_parts("--b--\r\n", Some(&[]));
        check_parts("--b\r\none\r\n", None);
        check_parts("", None);
        check_parts(&format!("{}--b--", "--b\r\n".repeat(100)), None);
    }

    #[test]
    fn media_types() {
        let check = |text: &str, name: &str, key: &str, value: Option<&str>| {
            let media = Media::read(text);
            assert_eq!((media.name.as_str(), media.parameter(key)), (name, value), "{text}");
        };
        check("Multipart/Signed; boundary=\"a;b\"", "multipart/signed", "boundary", Some("a;b"));
        check("a/b;Boundary=x ; micalg = \"sha\\\"1\"", "a/b", "micalg", Some("sha\"1"));
        check("a/b", "a/b", "boundary", None);
        check("", "", "boundary", None);
        check("a/b; c=\"d", "a/b", "c", Some("\"d"));
    }

    #[test]
    fn transfer_encodings() {
        let check = |text: &str, expected: Option<&str>| {
            let entity = Entity::read(text.as_bytes()).expect("headers that end");
            let found = entity.decoded().map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            assert_eq!(found.as_deref(), expected, "{text}");
        };
        check("\r\nplain", Some("plain"));
        check("content-transfer-encoding: Base64\r\n\r\nYWJj\r\nZA==\r\n", Some("abcd"));
        check("content-transfer-encoding: base64\r\n\r\n*", None);
        check("Content-Transfer-Encoding: quoted-printable\n\na=3Db=\r\nc=zz=", Some("a=bc=zz="));
        check("content-transfer-encoding:\r\n binary\r\n\r\n=3D", Some("=3D"));
    }

    #[test]
    fn headers_are_bounded() {
        assert!(Entity::read(b"a: b\r\n").is_none());
        assert!(Entity::read(b" a: b\r\n\r\n").is_none());
        assert!(Entity::read(b"no colon\r\n\r\n").is_none());
        assert!(Entity::read("a: b\r\n".repeat(HEADERS_MAX + 2).as_bytes()).is_none());
        assert!(Entity::read(format!("a: {}\r\n\r\n", "b".repeat(HEAD_MAX)).as_bytes()).is_none());
        let folded = Entity::read(b"A: b\r\n\tc\r\n\r\nd").expect("a part");
        assert_eq!((header(&folded.headers, "a"), folded.content), (Some("b c"), &b"d"[..]));
    }

    #[test]
    fn text_becomes_canonical() {
        assert_eq!(canonical(b"a\nb\r\nc\r"), b"a\r\nb\r\nc\r");
    }
}
