//! Opaque cursors: where a page ended, bound to the search and the viewer it was made for.
//!
//! A cursor is no secret and gives no right: the viewer's limits are part of every statement.
//! Binding it only makes a mistake visible.

use crate::error::{Error, Result};
use crate::filter::{InvoiceFilter, Relation, Sort, Total};
use crate::value::Value;
use crate::viewer::Viewer;
use sha2::{Digest, Sha256};

/// Where a page ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// The sorted column of the last item.
    pub(crate) key: Value,
    /// The last item.
    pub(crate) id: i64,
    /// How many hits there were.
    pub(crate) total: Total,
}

/// What a cursor is bound to.
pub(crate) fn binding(viewer: &Viewer, filter: &InvoiceFilter, sort: Sort) -> [u8; 8] {
    let text = format!("{viewer:?}\n{filter:?}\n{sort:?}");
    #[cfg(feature = "faults")]
    let text = if crate::planted::is("cursor_unbound") { String::new() } else { text };
    let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    *hash.split_first_chunk().expect("a hash has 32 bytes").0
}

/// Writes a cursor.
pub(crate) fn write(cursor: &Cursor, binding: [u8; 8]) -> String {
    let mut bytes = binding.to_vec();
    bytes.extend(cursor.id.to_be_bytes());
    bytes.extend(cursor.total.value.to_be_bytes());
    bytes.push(u8::from(cursor.total.relation == Relation::AtLeast));
    match &cursor.key {
        Value::Int(key) => {
            bytes.push(b'i');
            bytes.extend(key.to_be_bytes());
        }
        Value::Text(key) => {
            bytes.push(b't');
            bytes.extend(key.as_bytes());
        }
        other => unreachable!("no column is sorted by {other:?}"),
    }
    to_hex(&bytes)
}

/// Reads a cursor.
///
/// # Errors
/// [`Error::Cursor`] when it is damaged or was made for something else.
pub(crate) fn read(text: &str, binding: [u8; 8]) -> Result<Cursor> {
    parse(text, binding).ok_or(Error::Cursor)
}

fn parse(text: &str, binding: [u8; 8]) -> Option<Cursor> {
    let bytes = of_hex(text)?;
    let (found, rest) = bytes.split_first_chunk::<8>()?;
    let (id, rest) = rest.split_first_chunk::<8>()?;
    let (value, rest) = rest.split_first_chunk::<4>()?;
    let ([relation, kind], key) = rest.split_first_chunk::<2>()?;
    let key = match kind {
        b'i' => Value::Int(i64::from_be_bytes(key.try_into().ok()?)),
        b't' => Value::Text(String::from_utf8(key.to_vec()).ok()?),
        _ => return None,
    };
    let relation = if *relation == 0 { Relation::Exactly } else { Relation::AtLeast };
    let total = Total { value: u32::from_be_bytes(*value), relation };
    (*found == binding).then_some(Cursor { key, id: i64::from_be_bytes(*id), total })
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |half: u8| char::from(DIGITS[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// The bytes of hexadecimal digits.
pub(crate) fn of_hex(text: &str) -> Option<Vec<u8>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let half = |byte: u8| char::from(byte).to_digit(16).and_then(|half| u8::try_from(half).ok());
    let bytes = pairs.iter().map(|[high, low]| Some(half(*high)? << 4 | half(*low)?));
    if rest.is_empty() { bytes.collect() } else { None }
}
