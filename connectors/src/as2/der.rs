//! The little of ASN.1 that is read and written here: tag, length, content (ITU-T X.690).
//!
//! Reading takes BER with its indefinite lengths and divided strings, since many senders stream;
//! writing gives DER. Every depth and number is bounded.
//!
//! What it is *not*: a parser of any type. Keys, certificates and signatures are OpenSSL's.

use std::borrow::Cow;

/// Deepest nesting that is read.
pub(super) const DEPTH_MAX: usize = 24;
/// Most pieces of a divided string, and most members of a collection.
pub(super) const PIECES_MAX: usize = 1 << 16;

pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const OBJECT: u8 = 0x06;
pub(super) const TIME: u8 = 0x17;
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
/// `[0]`, constructed.
pub(super) const CONTEXT_0: u8 = 0xa0;
/// The bit that says a value is made of others.
const CONSTRUCTED: u8 = 0x20;

/// `id-data` (RFC 5652, section 4).
pub(super) const DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 1];
/// `id-signedData` (RFC 5652, section 5.1).
pub(super) const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 2];
/// `id-envelopedData` (RFC 5652, section 6.1).
pub(super) const ENVELOPED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 7, 3];
/// `id-ct-compressedData` (RFC 3274, section 1.1).
pub(super) const COMPRESSED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 1, 9];
/// `id-alg-zlibCompress` (RFC 3274, section 2).
pub(super) const ZLIB: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 9, 16, 3, 8];

/// One value: its tag, its content, and all of its bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'a> {
    /// Class, construction and number in one byte; larger numbers are not read.
    pub tag: u8,
    /// What is in it.
    pub content: &'a [u8],
}

impl<'a> Value<'a> {
    /// The value at the start of some bytes, and what comes after it.
    pub(super) fn read(bytes: &'a [u8]) -> Option<(Value<'a>, &'a [u8])> {
        read(bytes, DEPTH_MAX)
    }

    /// The values in it, when it is of a tag.
    pub(super) fn of(self, tag: u8) -> Option<Values<'a>> {
        (self.tag == tag).then_some(Values { rest: self.content, left: PIECES_MAX })
    }

    /// Whether it is an object identifier with these bytes.
    pub(super) fn is_object(self, identifier: &[u8]) -> bool {
        self.tag == OBJECT && self.content == identifier
    }

    /// The bytes of an octet string, whole or in pieces, also when it is tagged `[0] IMPLICIT`.
    pub(super) fn octets(self) -> Option<Cow<'a, [u8]>> {
        const IMPLICIT_0: u8 = 0x80;
        match self.tag {
            OCTETS | IMPLICIT_0 => Some(Cow::Borrowed(self.content)),
            tag if tag == OCTETS | CONSTRUCTED || tag == CONTEXT_0 => {
                let mut whole = Vec::with_capacity(self.content.len());
                for piece in (Values { rest: self.content, left: PIECES_MAX }) {
                    // RFC 5652 allows pieces of pieces; nobody writes them.
                    let piece = piece.filter(|piece| piece.tag == OCTETS)?;
                    whole.extend_from_slice(piece.content);
                }
                Some(Cow::Owned(whole))
            }
            _ => None,
        }
    }
}

/// The values of a constructed one. `None` once when they cannot be read, and then no more.
#[derive(Debug, Clone)]
pub(super) struct Values<'a> {
    rest: &'a [u8],
    left: usize,
}

impl<'a> Values<'a> {
    /// The next value, when there is one that reads.
    pub(super) fn value(&mut self) -> Option<Value<'a>> {
        self.next().flatten()
    }

    /// The next value, when it is of a tag.
    pub(super) fn tagged(&mut self, tag: u8) -> Option<Value<'a>> {
        self.value().filter(|value| value.tag == tag)
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = Option<Value<'a>>;

    fn next(&mut self) -> Option<Option<Value<'a>>> {
        if self.rest.is_empty() {
            return None;
        }
        let read = self.left.checked_sub(1).and_then(|left| {
            self.left = left;
            Value::read(self.rest)
        });
        self.rest = read.map_or(&[], |(_, rest)| rest);
        Some(read.map(|(value, _)| value))
    }
}

fn read(bytes: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    if tag & 0x1f == 0x1f {
        return None;
    }
    if first == 0x80 {
        return indefinite(tag, rest, depth);
    }
    let (length, rest) = match first {
        0..0x80 => (usize::from(first), rest),
        _ => {
            let count = usize::from(first & 0x7f);
            if count > 4 || count > rest.len() {
                return None;
            }
            let (length, rest) = rest.split_at(count);
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((Value { tag, content }, rest))
}

/// A value whose end is marked by two zero bytes.
fn indefinite(tag: u8, content: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    let depth = depth.checked_sub(1)?;
    if tag & CONSTRUCTED == 0 {
        return None;
    }
    let mut rest = content;
    loop {
        if let Some(after) = rest.strip_prefix(&[0, 0]) {
            let content = &content[..content.len() - rest.len()];
            return Some((Value { tag, content }, after));
        }
        (_, rest) = read(rest, depth)?;
    }
}

/// A value of these bytes.
pub(super) fn write(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => bytes.push(short),
        _ => {
            let long = length.to_be_bytes();
            let from = long.iter().position(|byte| *byte != 0).unwrap_or(0);
            bytes.push(0x80 | (long.len() - from) as u8);
            bytes.extend_from_slice(&long[from..]);
        }
    }
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads one value and says its tag, the length of its content and what is left.
    fn check(bytes: &[u8], expected: Option<(u8, usize, usize)>) {
        let found = Value::read(bytes);
        let found = found.map(|(value, rest)| (value.tag, value.content.len(), rest.len()));
        assert_eq!(found, expected, "{bytes:02x?}");
    }

    #[test]
    fn values() {
        check(&[0x04, 0x01, 0xff, 0x05], Some((0x04, 1, 1)));
        check(&[0x04, 0x81, 0x01, 0xff], Some((0x04, 1, 0)));
        check(&[0x30, 0x80, 0x04, 0x01, 0x00, 0, 0, 9], Some((0x30, 3, 1)));
        check(&[0x30, 0x80, 0x30, 0x80, 0, 0, 0, 0], Some((0x30, 4, 0)));
        check(&[], None);
        check(&[0x04], None);
        check(&[0x04, 0x02, 0xff], None);
        check(&[0x04, 0x84, 0xff, 0xff, 0xff, 0xff], None);
        check(&[0x04, 0x85, 0, 0, 0, 0, 1, 1], None);
        check(&[0x1f, 0x81, 0x01, 0x00], None);
        check(&[0x04, 0x80, 0, 0], None);
        check(&[0x30, 0x80, 0x04, 0x01, 0x00], None);
        check(&[0x30, 0x80].repeat(DEPTH_MAX + 1), None);
        check(&[0x30, 0x80].repeat(1 << 16), None);
    }

    #[test]
    fn what_is_written_is_read() {
        for length in [0, 1, 127, 128, 255, 256, 65_536] {
            let bytes = write(OCTETS, &[&vec![7; length]]);
            let (value, rest) = Value::read(&bytes).expect("a value");
            assert_eq!((value.tag, value.content.len(), rest.len()), (OCTETS, length, 0));
        }
    }

    #[test]
    fn divided_strings_are_put_together() {
        let divided = [0x24, 0x80, 0x04, 0x01, b'a', 0x04, 0x02, b'b', b'c', 0, 0];
        let (value, _) = Value::read(&divided).expect("a value");
        assert_eq!(value.octets().as_deref(), Some(&b"abc"[..]));
    }
}
