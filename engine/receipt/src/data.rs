//! What a receipt says.
//!
//! What this module is *not*: it knows no page; the same data is the receipt as JSON.

use acquit_domain::{Date, Money, Timestamp};
use serde::{Serialize, Serializer};

/// Days a claim can be made after a payment (user guide, line 348).
pub const CLAIM_DAYS: u16 = 20;

/// A party or an organisation: its name and its code.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Named {
    /// The name people know.
    pub name: String,
    /// The code the platform knows; empty when there is none.
    pub code: String,
}

/// What the parties call the payment by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct References {
    /// The Fatourati reference, 13 digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fatourati: Option<String>,
    /// The provider's number of the transaction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_transaction: Option<String>,
    /// The reference of the channel: of the bank's site, of the agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The order of the platform.
    pub order: String,
}

/// One invoice paid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptLine {
    /// The number of the invoice.
    pub number: String,
    /// The day it was issued, when known.
    #[serde(serialize_with = "date")]
    pub date: Option<Date>,
    /// What was paid for it.
    #[serde(serialize_with = "amount")]
    pub amount: Money,
}

/// Everything a receipt says. Amounts serialize as decimals; their currency is that of `total`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReceiptData {
    /// The number of the receipt.
    pub number: String,
    /// When the payment was confirmed.
    #[serde(serialize_with = "moment")]
    pub at: Timestamp,
    /// The time zone people read it in (`Africa/Casablanca`); UTC when unknown.
    pub zone: String,
    /// The name of the platform.
    pub platform: String,
    /// Who is paid.
    pub issuer: Named,
    /// Who pays.
    pub client: Named,
    /// The means of payment, in the words of the receipt's language.
    pub means: String,
    /// The name of the payment provider.
    pub provider: String,
    /// The channel or the operator in it, such as a bank's site or an agency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// What the parties call the payment by.
    pub references: References,
    /// The invoices paid.
    pub lines: Vec<ReceiptLine>,
    /// What was paid in all, fees included.
    #[serde(serialize_with = "money")]
    pub total: Money,
    /// The fees in it.
    #[serde(serialize_with = "amount")]
    pub fees: Money,
    /// Days a claim can be made, usually [`CLAIM_DAYS`].
    pub claim_days: u16,
    /// Where the receipt can be verified: the text of the QR code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<String>,
}

fn moment<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

fn date<S: Serializer>(date: &Option<Date>, serializer: S) -> Result<S::Ok, S::Error> {
    match date {
        Some(date) => serializer.collect_str(date),
        None => serializer.serialize_none(),
    }
}

fn amount<S: Serializer>(amount: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&amount.decimal())
}

/// An amount with its currency.
#[derive(Serialize)]
struct Amount<'a> {
    amount: String,
    currency: &'a str,
}

fn money<S: Serializer>(money: &Money, serializer: S) -> Result<S::Ok, S::Error> {
    let (amount, currency) = (money.decimal().to_string(), money.currency);
    Amount { amount, currency: currency.code() }.serialize(serializer)
}
