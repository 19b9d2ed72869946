//! Codecs: how the characters in a hole become a value, and a value characters again.
//!
//! A closed list of named functions; each reads and writes, and writing what was read is stable.
//! What this is *not*: an expression language. A codec that is missing is a small piece of Rust
//! here, with its tests.

mod amount;
mod base64;
mod code;
mod moment;
pub(crate) mod number;
mod text;

pub use moment::Form;
pub(crate) use moment::{read_date, read_instant};

use crate::codes::CodeTable;
use crate::value::Value;
use crate::vocabulary::Kind;
use std::borrow::Cow;
use std::sync::Arc;

/// Which notation the characters are in: numbers differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// ISO 9735: comma or point, no plus sign, a digit on both sides of the mark.
    Edifact,
    /// XML Schema part 2: point, sign allowed, white space around collapses.
    Xml,
    /// JSON: numbers and texts as in XML.
    Json,
    /// A form: as in XML.
    Form,
    /// CSV: as in XML; a comma only where a codec says so.
    Csv,
    /// Records of fixed width: as in XML.
    Fixed,
}

/// One codec with its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Codec {
    /// Characters as they are.
    Text,
    /// Characters; `None`, `False`, `NONE` and the like mean nothing was said.
    Nullable,
    /// A text cut over this many components of this many characters.
    Split {
        /// Most components.
        count: u16,
        /// Most characters of each.
        width: u16,
    },
    /// A day, in one of these forms; the first is written.
    Date(Vec<Form>),
    /// A date and time, in one of these forms; the first is written.
    Instant(Vec<Form>),
    /// An exact number.
    Decimal,
    /// An amount: an exact number freed of what floating point left on it.
    Money,
    /// An amount with a fixed number of decimals.
    Amount {
        /// How many are written; more are read only when they are zeros.
        decimals: u8,
        /// Whether a comma is the decimal mark.
        comma: bool,
    },
    /// An amount in its smallest unit: digits, this many of them decimals.
    Minor(u8),
    /// An amount in zoned decimal: digits, the last one overpunched with the sign; this many of
    /// them are decimals.
    Overpunch(u8),
    /// A whole number.
    Integer,
    /// A key of a code table.
    Code(Arc<CodeTable>),
    /// A file in base64 (RFC 4648 section 4).
    Base64,
}

/// The names of the codecs with their arguments, what they read and what they write.
pub const CODECS: &[(&str, &str, &str)] = &[
    ("text", "", "Characters as they are; in XML without the white space around them."),
    ("none", "", "As text; None, False, NONE, null and nil mean nothing was said, with a note."),
    ("split", "COUNT WIDTH", "A text over COUNT components of WIDTH characters each."),
    ("date", "FORM..", "A day in one of the forms; the first is written."),
    ("instant", "FORM..", "A date and time in one of the forms; the first is written."),
    ("decimal", "", "An exact number; EDIFACT: comma or point; XML: point."),
    ("money", "", "As decimal; more than 6 decimals are rounded to 6, with a note."),
    ("amount", "DECIMALS? comma?", "An amount with 2 or DECIMALS decimals, all of them written."),
    ("minor", "DECIMALS?", "An amount in its smallest unit: 360000 for 3600.00."),
    (
        "overpunch",
        "DECIMALS",
        "Digits, the last with the sign: `36000{` is +3600.00, `36000}` minus.",
    ),
    ("percent", "", "As decimal: a rate, 20 for 20 %."),
    ("int", "", "A whole number of at most 18 digits."),
    ("code", "TABLE", "A code of the table, held as its key; the first code of a key is written."),
    ("base64", "", "A file; encoded twice is undone, with a note."),
];

/// Why characters are no value of a codec.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// What kind of mistake.
    pub why: Why,
    /// What was expected, in the field's notation.
    pub expected: String,
}

/// Kinds of mistakes in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Not a number in this notation.
    Number,
    /// More than one decimal mark, or a mark that is none.
    DecimalMark,
    /// No digit before or after the decimal mark.
    DigitAtMark,
    /// Too many digits to hold.
    TooLong,
    /// Not a date in the expected form, or no day of the calendar.
    Date,
    /// Not in the code table.
    Code,
    /// Not base64.
    Base64,
}

/// What was tolerated while reading a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerated {
    /// A word meaning "nothing" stood for an empty value.
    Null,
    /// Floating point left digits that mean nothing.
    Float,
    /// The file was encoded twice.
    TwiceEncoded,
}

/// A value read, or nothing; and what was tolerated.
pub type ReadValue<'a> = Result<(Option<Value<'a>>, Option<Tolerated>), Unreadable>;

impl Codec {
    /// Reads the characters of a hole. Empty characters are nothing said; XML callers collapse
    /// the white space around them first.
    ///
    /// # Errors
    /// [`Unreadable`] says why the characters are no value.
    #[inline]
    pub fn read<'a>(&'a self, text: Cow<'a, str>, notation: Notation) -> ReadValue<'a> {
        if text.is_empty() {
            return Ok((None, None));
        }
        match self {
            Codec::Text | Codec::Split { .. } => Ok((Some(Value::Text(text)), None)),
            Codec::Nullable => Ok(text::nullable(text)),
            Codec::Date(forms) => moment::read_date(&text, forms),
            Codec::Instant(forms) => moment::read_instant(&text, forms),
            Codec::Decimal => number::read_decimal(&text, notation),
            Codec::Money => number::read_money(&text, notation),
            Codec::Amount { decimals, comma } => amount::read(&text, *decimals, *comma),
            Codec::Minor(decimals) => amount::read_minor(&text, *decimals),
            Codec::Overpunch(decimals) => amount::read_overpunch(&text, *decimals),
            Codec::Integer => number::read_integer(&text),
            Codec::Code(table) => code::read(table, text),
            Codec::Base64 => base64::read(&text),
        }
    }

    /// Writes a value as the characters of a hole; `None` when it is no value of this codec.
    #[must_use]
    pub fn write<'a>(&'a self, value: &'a Value<'_>) -> Option<Cow<'a, str>> {
        match (self, value) {
            (Codec::Text | Codec::Nullable | Codec::Split { .. }, Value::Text(text)) => {
                Some(Cow::Borrowed(text))
            }
            (Codec::Date(forms), Value::Date(date)) => {
                let form = forms.first().copied().unwrap_or(Form::Day);
                Some(Cow::Owned(form.write(date.at(0, 0, 0, 0).into())))
            }
            (Codec::Instant(forms), Value::Instant(instant)) => {
                let form = forms.first().copied().unwrap_or(Form::IsoSeconds);
                Some(Cow::Owned(form.write(*instant)))
            }
            (Codec::Decimal | Codec::Money, Value::Decimal(number)) => {
                Some(Cow::Owned(number.to_string()))
            }
            (Codec::Amount { decimals, comma }, Value::Decimal(number)) => {
                amount::write(*number, *decimals, *comma).map(Cow::Owned)
            }
            (Codec::Minor(decimals), Value::Decimal(number)) => {
                amount::write_minor(*number, *decimals).map(Cow::Owned)
            }
            (Codec::Overpunch(decimals), Value::Decimal(number)) => {
                amount::write_overpunch(*number, *decimals).map(Cow::Owned)
            }
            (Codec::Integer, Value::Integer(number)) => Some(Cow::Owned(number.to_string())),
            (Codec::Code(table), Value::Code(key)) => code::write(table, key),
            (Codec::Base64, Value::Bytes(bytes)) => Some(Cow::Owned(base64::write(bytes))),
            _ => None,
        }
    }

    /// What the values of the codec are.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self {
            Codec::Text | Codec::Nullable | Codec::Split { .. } => Kind::Text,
            Codec::Date(_) => Kind::Date,
            Codec::Instant(_) => Kind::Instant,
            Codec::Decimal
            | Codec::Money
            | Codec::Amount { .. }
            | Codec::Minor(_)
            | Codec::Overpunch(_) => Kind::Decimal,
            Codec::Integer => Kind::Integer,
            Codec::Code(_) => Kind::Code,
            Codec::Base64 => Kind::Bytes,
        }
    }
}

#[cfg(test)]
mod tests;
