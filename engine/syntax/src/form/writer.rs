//! From pairs to bytes.

use super::percent::percent_encode;
use crate::charset::Charset;

/// Writes pairs in their order. A character the set does not have becomes a question mark; UTF-8
/// has them all.
#[must_use]
pub fn write<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>, charset: Charset) -> Vec<u8> {
    let mut out = Vec::new();
    let mut bytes = Vec::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push(b'&');
        }
        bytes.clear();
        charset.encode(name, &mut bytes);
        percent_encode(&bytes, &mut out);
        out.push(b'=');
        bytes.clear();
        charset.encode(value, &mut bytes);
        percent_encode(&bytes, &mut out);
    }
    out
}
