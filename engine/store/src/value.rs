//! Values and rows as both databases know them: nothing, whole numbers, text, bytes.

use crate::error::{Error, Result};
use acquit_domain::time::{date_from_days, days_of};
use acquit_domain::{Date, Id, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The day written for "no date", before every day of the calendar: such rows sort first.
pub(crate) const NO_DATE: i64 = -10_000_000;

/// One value of a row or of a statement's arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Value {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
    /// One of our own words.
    Word(&'static str),
    /// Bytes.
    Blob(Vec<u8>),
    /// Bytes shared with others.
    Shared(Arc<[u8]>),
    /// The bytes of an identifier.
    Id([u8; 16]),
    /// The bytes of a hash.
    Hash([u8; 32]),
}

impl Value {
    /// The value as it is read back.
    #[cfg(feature = "postgres")]
    pub(crate) fn as_read(&self) -> Value {
        match self {
            Value::Null => Value::Null,
            Value::Int(value) => Value::Int(*value),
            Value::Text(value) => Value::Text(value.clone()),
            Value::Word(value) => Value::Text((*value).to_owned()),
            Value::Blob(bytes) => Value::Blob(bytes.clone()),
            Value::Shared(bytes) => Value::Blob(bytes.to_vec()),
            Value::Id(bytes) => Value::Blob(bytes.to_vec()),
            Value::Hash(bytes) => Value::Blob(bytes.to_vec()),
        }
    }

    /// About how many bytes it takes.
    #[cfg(feature = "postgres")]
    pub(crate) fn size(&self) -> usize {
        match self {
            Value::Text(text) => text.len(),
            Value::Blob(bytes) => bytes.len(),
            Value::Shared(bytes) => bytes.len(),
            _ => 32,
        }
    }

    /// What kind of value it is, in a word; the value itself may be a partner's.
    #[cfg(feature = "postgres")]
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Value::Null => "nothing",
            Value::Int(_) => "a number",
            Value::Text(_) | Value::Word(_) => "text",
            _ => "bytes",
        }
    }
}

/// A row.
pub(crate) type Row = Vec<Value>;

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Int(i64::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(value)
    }
}

impl From<Id> for Value {
    fn from(value: Id) -> Value {
        Value::Id(value.0.to_be_bytes())
    }
}

impl From<[u8; 32]> for Value {
    fn from(value: [u8; 32]) -> Value {
        Value::Hash(value)
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Value {
        Value::Int(value.0)
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Value {
        Value::Int(i64::from(days_of(value)))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

/// A date column that may be empty.
pub(crate) fn date_or_none(value: Option<Date>) -> Value {
    value.map_or(Value::Int(NO_DATE), Into::into)
}

/// A column of JSON text that is a list: most lists are empty, and cost nothing.
pub(crate) fn json_list<T: Serialize>(list: &[T]) -> Value {
    match list.is_empty() {
        true => Value::Word("[]"),
        false => json(&list),
    }
}

/// A column of JSON text.
pub(crate) fn json<T: Serialize>(value: &T) -> Value {
    Value::Text(serde_json::to_string(value).expect("our own shapes have only text keys"))
}

/// Reads the fields of a row from left to right.
pub(crate) struct Fields {
    table: &'static str,
    values: std::vec::IntoIter<Value>,
}

/// Starts reading a row of a table.
pub(crate) fn fields(table: &'static str, row: Row) -> Fields {
    Fields { table, values: row.into_iter() }
}

impl Fields {
    /// The error for a row that cannot be.
    pub(crate) fn wrong(&self, reason: impl Into<String>) -> Error {
        Error::Row { table: self.table, reason: reason.into() }
    }

    fn next(&mut self) -> Result<Value> {
        self.values.next().ok_or_else(|| self.wrong("a column is missing"))
    }

    /// A whole number.
    pub(crate) fn int(&mut self) -> Result<i64> {
        match self.next()? {
            Value::Int(value) => Ok(value),
            other => Err(self.wrong(format!("{other:?} is no number"))),
        }
    }

    /// A whole number that is not negative and not large.
    pub(crate) fn count(&mut self) -> Result<u32> {
        let value = self.int()?;
        u32::try_from(value).map_err(|_| self.wrong(format!("{value} is out of range")))
    }

    /// Text.
    pub(crate) fn text(&mut self) -> Result<String> {
        match self.next()? {
            Value::Text(value) => Ok(value),
            other => Err(self.wrong(format!("{other:?} is no text"))),
        }
    }

    /// Text, or nothing.
    pub(crate) fn text_or_none(&mut self) -> Result<Option<String>> {
        match self.next()? {
            Value::Null => Ok(None),
            Value::Text(value) => Ok(Some(value)),
            other => Err(self.wrong(format!("{other:?} is no text"))),
        }
    }

    /// Text turned into a type by `parse`.
    pub(crate) fn word<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T> {
        let text = self.text()?;
        parse(&text).ok_or_else(|| self.wrong(format!("unknown word `{text}`")))
    }

    /// Text turned into a type by `parse`, or nothing.
    pub(crate) fn word_or_none<T>(
        &mut self,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        match self.text_or_none()? {
            None => Ok(None),
            Some(text) => match parse(&text) {
                Some(value) => Ok(Some(value)),
                None => Err(self.wrong(format!("unknown word `{text}`"))),
            },
        }
    }

    /// Bytes.
    pub(crate) fn blob(&mut self) -> Result<Vec<u8>> {
        match self.next()? {
            Value::Blob(value) => Ok(value),
            other => Err(self.wrong(format!("{other:?} is no bytes"))),
        }
    }

    /// A hash.
    pub(crate) fn hash(&mut self) -> Result<[u8; 32]> {
        self.blob()?.try_into().map_err(|_| self.wrong("a hash has 32 bytes"))
    }

    /// A hash, or nothing.
    pub(crate) fn hash_or_none(&mut self) -> Result<Option<[u8; 32]>> {
        if matches!(self.values.as_slice().first(), Some(Value::Null)) {
            self.next()?;
            return Ok(None);
        }
        self.hash().map(Some)
    }

    /// An identifier.
    pub(crate) fn id(&mut self) -> Result<Id> {
        let bytes: [u8; 16] =
            self.blob()?.try_into().map_err(|_| self.wrong("an identifier has 16 bytes"))?;
        Ok(Id(u128::from_be_bytes(bytes)))
    }

    /// An identifier, or nothing.
    pub(crate) fn id_or_none(&mut self) -> Result<Option<Id>> {
        if matches!(self.values.as_slice().first(), Some(Value::Null)) {
            self.next()?;
            return Ok(None);
        }
        self.id().map(Some)
    }

    /// A number, or nothing.
    pub(crate) fn int_or_none(&mut self) -> Result<Option<i64>> {
        if matches!(self.values.as_slice().first(), Some(Value::Null)) {
            self.next()?;
            return Ok(None);
        }
        self.int().map(Some)
    }

    /// An instant.
    pub(crate) fn time(&mut self) -> Result<Timestamp> {
        self.int().map(Timestamp)
    }

    /// A date, or nothing.
    pub(crate) fn date_or_none(&mut self) -> Result<Option<Date>> {
        let days = self.int()?;
        if days == NO_DATE {
            return Ok(None);
        }
        let days = i32::try_from(days).map_err(|_| self.wrong(format!("day {days}")))?;
        Ok(Some(date_from_days(days)))
    }

    /// A date.
    pub(crate) fn date(&mut self) -> Result<Date> {
        self.date_or_none()?.ok_or_else(|| self.wrong("a date is missing"))
    }

    /// A value written as JSON.
    pub(crate) fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        let text = self.text()?;
        serde_json::from_str(&text).map_err(|error| self.wrong(error.to_string()))
    }
}

/// Identifiers one after the other, as one column.
pub(crate) fn pack_ids(ids: impl Iterator<Item = Id>) -> Value {
    Value::Blob(ids.flat_map(|id| id.0.to_be_bytes()).collect())
}

/// The identifiers of such a column.
pub(crate) fn unpack_ids(bytes: &[u8]) -> Vec<Id> {
    let (chunks, _) = bytes.as_chunks::<16>();
    chunks.iter().map(|chunk| Id(u128::from_be_bytes(*chunk))).collect()
}
