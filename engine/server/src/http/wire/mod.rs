//! The JSON shapes of the public surface. Inner types have no wire form: they become one here.
//!
//! What it is *not*: nothing is read or decided here, and nothing here is stored.

mod exchange;
mod field;
mod finding;
mod invoice;
mod kind;
mod letter;
mod page;
mod party;
mod pay;
mod reading;

pub use exchange::{EventWire, ExchangeWire, InvoiceExchangeWire, RowWire, event};
pub use field::FieldWire;
pub(crate) use field::fields;
pub use finding::{FindingWire, PlaceWire, Told, documented};
pub use invoice::{DocumentWire, InvoiceItemWire, InvoiceWire, ServiceWire, TaxWire};
pub use kind::{TEST_EVENT, kind, wants};
pub use letter::{AnswerWire, LetterWire, MessageWire, text_of};
pub use page::{Page, Relation, Total};
pub use party::PartyWire;
pub use pay::*;
pub use reading::{MessageReadingWire, ReadingWire, TransmissionWire};

use acquit_domain::Money;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount with its currency: `{"amount":"2642.40","currency":"MAD"}`; never a JSON number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoneyWire {
    /// The amount with the digits of its currency.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
}

impl From<Money> for MoneyWire {
    fn from(money: Money) -> MoneyWire {
        MoneyWire { amount: money.to_string(), currency: money.currency.code().to_owned() }
    }
}

/// Bytes as they are, in the documentation: any file.
#[derive(Debug, ToSchema)]
#[schema(value_type = String, format = Binary)]
pub struct BytesWire(pub Vec<u8>);

/// What names one invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvoiceKeyWire {
    /// The issuer's code.
    pub issuer: String,
    /// The issuer's number.
    pub number: String,
}

impl From<&acquit_domain::InvoiceKey> for InvoiceKeyWire {
    fn from(key: &acquit_domain::InvoiceKey) -> InvoiceKeyWire {
        InvoiceKeyWire { issuer: key.issuer.to_string(), number: key.number.to_string() }
    }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}
