//! What a hole of a specimen holds once it is read.

use acquit_domain::{Date, Decimal, Timestamp};
use jiff::civil::DateTime;
use std::borrow::Cow;
use std::fmt;

/// A date and time as a message says it: nearly always local, without a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// The date and time on the sender's wall.
    pub at: DateTime,
    /// Seconds east of Greenwich, when the message says so.
    pub offset_seconds: Option<i32>,
}

impl Instant {
    /// A date and time without zone.
    #[must_use]
    pub const fn local(at: DateTime) -> Instant {
        Instant { at, offset_seconds: None }
    }

    /// The instant in time. `assumed_offset_seconds` is the sender's own zone, used when the
    /// message names none.
    #[must_use]
    pub fn timestamp(&self, assumed_offset_seconds: i32) -> Option<Timestamp> {
        let seconds = self.offset_seconds.unwrap_or(assumed_offset_seconds);
        let offset = jiff::tz::Offset::from_seconds(seconds).ok()?;
        let at = offset.to_timestamp(self.at).ok()?;
        Some(Timestamp(at.as_microsecond()))
    }
}

/// ISO 8601, with the offset when there is one.
impl fmt::Display for Instant {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.at.fmt(out)?;
        match self.offset_seconds {
            None => Ok(()),
            Some(0) => out.write_str("Z"),
            Some(seconds) => {
                let sign = if seconds < 0 { '-' } else { '+' };
                let minutes = seconds.unsigned_abs() / 60;
                write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// A value with its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value<'a> {
    /// Characters.
    Text(Cow<'a, str>),
    /// An exact number.
    Decimal(Decimal),
    /// A whole number.
    Integer(i64),
    /// A day.
    Date(Date),
    /// A date and time.
    Instant(Instant),
    /// A key of a code table.
    Code(Cow<'a, str>),
    /// A file.
    Bytes(Cow<'a, [u8]>),
}

impl Value<'_> {
    /// The same value owning all it holds.
    #[must_use]
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Value::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Value::Code(key) => Value::Code(Cow::Owned(key.into_owned())),
            Value::Decimal(number) => Value::Decimal(number),
            Value::Integer(number) => Value::Integer(number),
            Value::Date(date) => Value::Date(date),
            Value::Instant(instant) => Value::Instant(instant),
            Value::Bytes(bytes) => Value::Bytes(Cow::Owned(bytes.into_owned())),
        }
    }
}

impl Value<'_> {
    /// The same value borrowing all it holds.
    #[must_use]
    pub fn lent(&self) -> Value<'_> {
        match self {
            Value::Text(text) => Value::Text(Cow::Borrowed(text)),
            Value::Code(key) => Value::Code(Cow::Borrowed(key)),
            Value::Decimal(number) => Value::Decimal(*number),
            Value::Integer(number) => Value::Integer(*number),
            Value::Date(date) => Value::Date(*date),
            Value::Instant(instant) => Value::Instant(*instant),
            Value::Bytes(bytes) => Value::Bytes(Cow::Borrowed(bytes)),
        }
    }
}

impl From<Decimal> for Value<'_> {
    fn from(number: Decimal) -> Self {
        Value::Decimal(number)
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl From<Date> for Value<'_> {
    fn from(date: Date) -> Self {
        Value::Date(date)
    }
}

impl From<Instant> for Value<'_> {
    fn from(instant: Instant) -> Self {
        Value::Instant(instant)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Value::Text(Cow::Borrowed(text))
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(Cow::Owned(text))
    }
}

/// For people and for golden files; bytes are told by their number.
impl fmt::Display for Value<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) | Value::Code(text) => out.write_str(text),
            Value::Decimal(number) => number.fmt(out),
            Value::Integer(number) => number.fmt(out),
            Value::Date(date) => date.fmt(out),
            Value::Instant(instant) => instant.fmt(out),
            Value::Bytes(bytes) => write!(out, "{} bytes", bytes.len()),
        }
    }
}
