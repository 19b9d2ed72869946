//! Texts in which a word may stand for nothing.

use super::Tolerated;
use crate::value::Value;
use std::borrow::Cow;

/// Words a partner's system prints where it holds nothing.
const NULLS: &[&str] = &["None", "NONE", "none", "False", "FALSE", "null", "NULL", "nil"];

/// Reads a text in which such a word means that nothing was said.
pub(super) fn nullable(text: Cow<'_, str>) -> (Option<Value<'_>>, Option<Tolerated>) {
    if NULLS.contains(&&*text) {
        (None, Some(Tolerated::Null))
    } else {
        (Some(Value::Text(text)), None)
    }
}
