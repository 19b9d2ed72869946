//! Values as PostgreSQL sends and takes them, in its binary form.
//!
//! Text with NUL, which PostgreSQL does not hold, is escaped on its way in and comes back as it
//! was: whoever sends it is answered the same by both databases.

use crate::dialect::postgres::ESCAPE;
use crate::value::Value;
use bytes::{BufMut, BytesMut};
use std::borrow::Cow;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

type Fault = Box<dyn std::error::Error + Sync + Send>;

/// An argument.
#[derive(Debug)]
pub(super) struct Argument<'a>(pub(super) &'a Value);

/// One column of many rows, as an array.
#[derive(Debug)]
pub(super) struct Column<'a> {
    pub(super) rows: &'a [&'a [Value]],
    pub(super) at: usize,
    pub(super) of: Type,
}

impl ToSql for Argument<'_> {
    fn to_sql(&self, of: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        write(self.0, of, out)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl ToSql for Column<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        let nulls = self.rows.iter().any(|row| row[self.at] == Value::Null);
        out.put_i32(1);
        out.put_i32(i32::from(nulls));
        out.put_u32(self.of.oid());
        out.put_i32(i32::try_from(self.rows.len())?);
        out.put_i32(1);
        for row in self.rows {
            let start = out.len();
            out.put_i32(-1);
            if let IsNull::No = write(&row[self.at], &self.of, out)? {
                let length = i32::try_from(out.len() - start - 4)?;
                out[start..start + 4].copy_from_slice(&length.to_be_bytes());
            }
        }
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn write(value: &Value, of: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
    match (value, of) {
        (Value::Null, _) => return Ok(IsNull::Yes),
        (Value::Int(value), &Type::INT8) => out.put_i64(*value),
        (Value::Int(value), &Type::INT4) => out.put_i32(i32::try_from(*value)?),
        (Value::Text(text), _) => write_text(text, of, out)?,
        (Value::Word(text), _) => write_text(text, of, out)?,
        (Value::Blob(bytes), &Type::BYTEA) => out.put_slice(bytes),
        (Value::Shared(bytes), &Type::BYTEA) => out.put_slice(bytes),
        (Value::Id(bytes), &Type::BYTEA) => out.put_slice(bytes),
        (Value::Hash(bytes), &Type::BYTEA) => out.put_slice(bytes),
        (other, of) => return Err(format!("{} is no {of}", other.kind()).into()),
    }
    Ok(IsNull::No)
}

fn write_text(text: &str, of: &Type, out: &mut BytesMut) -> Result<(), Fault> {
    match *of {
        Type::TEXT | Type::VARCHAR | Type::NAME | Type::UNKNOWN => {
            out.put_slice(escaped(text).as_bytes());
        }
        Type::JSONB => {
            out.put_u8(1);
            out.put_slice(escaped_json(text).as_bytes());
        }
        _ => return Err(format!("text is no {of}").into()),
    }
    Ok(())
}

/// Text without NUL that says the same.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', ESCAPE]) {
        return Cow::Borrowed(text);
    }
    let text = text.replace(ESCAPE, &format!("{ESCAPE}1"));
    Cow::Owned(text.replace('\0', &format!("{ESCAPE}0")))
}

/// The text it was made from.
fn restored(text: &str) -> String {
    if !text.contains(ESCAPE) {
        return text.to_owned();
    }
    let text = text.replace(&format!("{ESCAPE}0"), "\0");
    text.replace(&format!("{ESCAPE}1"), &ESCAPE.to_string())
}

/// JSON whose texts are escaped: an escape of NUL (`\u0000`) becomes ours.
fn escaped_json(json: &str) -> Cow<'_, str> {
    if !json.contains(ESCAPE) && !json.contains("\\u0000") {
        return Cow::Borrowed(json);
    }
    let mut out = String::with_capacity(json.len() + 16);
    let mut rest = json;
    while let Some(at) = rest.find(['\\', ESCAPE]) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix("\\u0000") {
            out.extend([ESCAPE, '0']);
            rest = after;
        } else if let Some(after) = rest.strip_prefix(ESCAPE) {
            out.extend([ESCAPE, '1']);
            rest = after;
        } else {
            let two = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
            out.push_str(&rest[..two]);
            rest = &rest[two..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(of: &Type, raw: &'a [u8]) -> Result<Value, Fault> {
        Ok(match *of {
            Type::INT8 => Value::Int(i64::from_be_bytes(raw.try_into()?)),
            Type::INT4 => Value::Int(i64::from(i32::from_be_bytes(raw.try_into()?))),
            Type::BOOL => Value::Int(i64::from(raw.first() == Some(&1))),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            Type::TEXT | Type::VARCHAR | Type::NAME => {
                Value::Text(restored(std::str::from_utf8(raw)?))
            }
            Type::NUMERIC => Value::Int(whole(raw).ok_or("a number that is not whole")?),
            _ => return Err(format!("a value of type {of}").into()),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Value, Fault> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// A sum, which PostgreSQL sends in digits of ten thousand, when it is whole.
fn whole(raw: &[u8]) -> Option<i64> {
    let mut words = raw.as_chunks::<2>().0.iter().map(|pair| i16::from_be_bytes(*pair));
    let (digits, weight, sign, _) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let mut value: i128 = 0;
    let places = i32::from(weight) + 1;
    let mut words = words.take(usize::try_from(digits).ok()?);
    for _ in 0..places {
        value = value.checked_mul(10_000)?.checked_add(i128::from(words.next().unwrap_or(0)))?;
    }
    if words.any(|rest| rest != 0) {
        return None;
    }
    match sign {
        0 => i64::try_from(value).ok(),
        0x4000 => i64::try_from(-value).ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_back_as_it_was() {
        for text in ["", "a", "\0", "a\0b\u{FDD0}0\0", "\u{FDD0}", "\u{FDD0}1\u{FDD0}0"] {
            let sent = escaped(text);
            assert!(!sent.contains('\0'));
            assert_eq!(restored(&sent), text, "{text:?}");
        }
    }

    #[test]
    fn json_says_the_escaped_text() {
        for text in ["a", "\0", "\\u0000", "\\\0", "\\\\u0000\0\u{FDD0}", "\"\\\"\0"] {
            let json = serde_json::to_string(&[text]).expect("text");
            let said: Vec<String> = serde_json::from_str(&escaped_json(&json)).expect("JSON");
            assert_eq!(said, [escaped(text)], "{text:?}");
        }
    }

    #[test]
    fn sums_are_whole_numbers() {
        let check = |words: &[i16], expected: Option<i64>| {
            let raw: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
            assert_eq!(whole(&raw), expected, "{words:?}");
        };
        check(&[0, 0, 0, 0], Some(0));
        check(&[1, 0, 0, 0, 42], Some(42));
        check(&[1, 1, 0x4000, 0, 7], Some(-70_000));
        check(&[2, 1, 0, 0, 12, 3456], Some(123_456));
        check(&[2, 0, 0, 2, 1, 5000], None);
        check(&[0, 0, -0x4000, 0], None);
    }
}
