//! Files in base64 (RFC 4648 section 4), also when a sender encoded them twice.

use super::{ReadValue, Tolerated, Unreadable, Why};
use crate::value::Value;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a PDF begins with. Only a file that is one after the second decoding counts as encoded
/// twice: any other text may be meant to be base64.
const PDF: &[u8] = b"%PDF";

/// Reads a file; white space anywhere in it means nothing.
pub(super) fn read<'a>(text: &str) -> ReadValue<'a> {
    let decoded = decode(text.as_bytes())
        .ok_or_else(|| Unreadable { why: Why::Base64, expected: "base64 (RFC 4648)".to_owned() })?;
    match decode(&decoded).filter(|twice| twice.starts_with(PDF)) {
        Some(twice) => Ok((Some(Value::Bytes(twice.into())), Some(Tolerated::TwiceEncoded))),
        None => Ok((Some(Value::Bytes(decoded.into())), None)),
    }
}

/// Writes a file on one line.
pub(super) fn write(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Decodes once; `None` when it is not base64.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.iter().any(u8::is_ascii_whitespace) {
        let dense: Vec<u8> =
            text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
        return STANDARD.decode(dense).ok();
    }
    STANDARD.decode(text).ok()
}
