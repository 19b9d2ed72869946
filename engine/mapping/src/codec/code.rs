//! Codes, held as the keys of a code table.

use super::{ReadValue, Unreadable, Why};
use crate::codes::CodeTable;
use crate::value::Value;
use std::borrow::Cow;

/// Reads a code; one an open table does not know is kept as it is.
pub(super) fn read<'a>(table: &'a CodeTable, text: Cow<'a, str>) -> ReadValue<'a> {
    match table.key_of(&text) {
        Some(key) => Ok((Some(Value::Code(Cow::Borrowed(key))), None)),
        None if table.open() => Ok((Some(Value::Code(text)), None)),
        None => {
            let codes: Vec<&str> = table.codes().collect();
            Err(Unreadable { why: Why::Code, expected: codes.join(", ") })
        }
    }
}

/// The code of a key; in an open table a key that is not there is its own code.
pub(super) fn write<'a>(table: &'a CodeTable, key: &'a str) -> Option<Cow<'a, str>> {
    let code = table.code_of(key).or_else(|| table.open().then_some(key));
    code.map(Cow::Borrowed)
}
