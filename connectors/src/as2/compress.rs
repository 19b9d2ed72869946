//! Compressed data (RFC 3274, used by AS2 as RFC 5402 says): zlib in a small wrapping.
//!
//! What it is *not*: it never gives more than [`INFLATED_MAX`] bytes, nor more than
//! [`RATIO_MAX`] times what came, whatever the sender says.

use super::der::{self, Value};
use std::io::{Read, Write};

/// Most bytes that come out of compressed data.
pub const INFLATED_MAX: usize = 64 << 20;
/// Most times that what comes out is larger than what came in. EDIFACT gives about 10, the most
/// regular of it 60, zeros 1000.
pub const RATIO_MAX: usize = 200;
/// What may come out however little came in.
pub const INFLATED_FREE: usize = 1 << 20;

/// Why compressed data does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InflateFault {
    /// It is not what RFC 3274 says.
    Shape,
    /// Compressed by something else than zlib, or torn.
    Content,
    /// More comes out than is taken.
    TooLarge,
}

impl InflateFault {
    /// One sentence.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            InflateFault::Shape => "the compressed data is not wrapped as RFC 3274 says",
            InflateFault::Content => "the compressed data is no zlib stream, or it is torn",
            InflateFault::TooLarge => "more comes out of the compressed data than is taken",
        }
    }
}

/// Bytes as compressed data. The same bytes give the same.
#[must_use]
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    let stream = zlib.write_all(bytes).and_then(|()| zlib.finish());
    let stream = stream.expect("memory takes everything");
    let algorithm = der::write(der::SEQUENCE, &[&der::write(der::OBJECT, &[der::ZLIB])]);
    let octets = der::write(der::OCTETS, &[&stream]);
    let data = der::write(der::OBJECT, &[der::DATA]);
    let content = der::write(der::SEQUENCE, &[&data, &der::write(der::CONTEXT_0, &[&octets])]);
    let version = der::write(der::INTEGER, &[&[0]]);
    let compressed = der::write(der::SEQUENCE, &[&version, &algorithm, &content]);
    let kind = der::write(der::OBJECT, &[der::COMPRESSED_DATA]);
    der::write(der::SEQUENCE, &[&kind, &der::write(der::CONTEXT_0, &[&compressed])])
}

/// What compressed data holds.
///
/// # Errors
/// [`InflateFault`]; nothing of it is given then.
pub(super) fn inflate(bytes: &[u8]) -> Result<Vec<u8>, InflateFault> {
    let stream = stream(bytes).ok_or(InflateFault::Shape)?;
    let most = stream.len().saturating_mul(RATIO_MAX).clamp(INFLATED_FREE, INFLATED_MAX);
    let mut zlib = flate2::read::ZlibDecoder::new(&*stream).take(most as u64 + 1);
    let mut out = Vec::new();
    zlib.read_to_end(&mut out).map_err(|_| InflateFault::Content)?;
    if out.len() > most { Err(InflateFault::TooLarge) } else { Ok(out) }
}

/// The zlib stream in it.
fn stream(bytes: &[u8]) -> Option<std::borrow::Cow<'_, [u8]>> {
    let (info, _) = Value::read(bytes)?;
    let mut info = info.of(der::SEQUENCE)?;
    info.value().filter(|kind| kind.is_object(der::COMPRESSED_DATA))?;
    let compressed = info.tagged(der::CONTEXT_0)?.of(der::CONTEXT_0)?.value()?;
    let mut compressed = compressed.of(der::SEQUENCE)?;
    compressed.tagged(der::INTEGER)?;
    let algorithm = compressed.value()?.of(der::SEQUENCE)?.value()?;
    if !algorithm.is_object(der::ZLIB) {
        return None;
    }
    let mut content = compressed.value()?.of(der::SEQUENCE)?;
    content.value().filter(|kind| kind.is_object(der::DATA))?;
    content.value()?.of(der::CONTEXT_0)?.value()?.octets()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], expected: Result<usize, InflateFault>) {
        assert_eq!(inflate(bytes).map(|out| out.len()), expected);
    }

    #[test]
    fn compressed_data() {
        let good = deflate(b"UNA:+.? 'UNB+UNOC:3+A+B'");
        check(&good, Ok(24));
        check(&deflate(b""), Ok(0));
        check(b"", Err(InflateFault::Shape));
        check(&good[..good.len() - 3], Err(InflateFault::Shape));
        let mut torn = good.clone();
        *torn.last_mut().expect("bytes") ^= 1;
        check(&torn, Err(InflateFault::Content));
        check(&good.repeat(2), Ok(24));
    }

    #[test]
    fn bombs() {
        check(&deflate(&vec![0; INFLATED_FREE]), Ok(INFLATED_FREE));
        check(&deflate(&vec![0; INFLATED_FREE + 1]), Err(InflateFault::TooLarge));
        check(&deflate(&vec![0; INFLATED_MAX + 1]), Err(InflateFault::TooLarge));
    }

    #[test]
    fn no_byte_makes_it_panic() {
        let good = deflate(b"UNA:+.? 'UNB+UNOC:3+A+B'");
        for at in 0..good.len() {
            for value in [0, 0x7f, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[at] = value;
                let _ = inflate(&bytes);
                let _ = inflate(&bytes[..at]);
            }
        }
    }
}
