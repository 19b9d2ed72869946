//! The callback of CMI, signed as its integration manual says: hash version 3.
//!
//! All fields but `hash` and `encoding`, in the natural order of their names; in each value `\`
//! and `|` are escaped; a `|` after each, then the key; SHA-512, base 64. Written from the manual
//! and not from the engine. Names here have no digits, so the natural order is that of the
//! letters without their case.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha512};

/// What a callback says.
#[derive(Debug, Clone, Copy)]
pub struct Callback<'a> {
    /// The number we gave the order.
    pub order: &'a str,
    /// The provider's transaction.
    pub transaction: &'a str,
    /// Amount with two decimals.
    pub amount: &'a str,
    /// ISO 4217 number.
    pub currency: &'a str,
    /// Whose shop it is.
    pub merchant: &'a str,
    /// `00`, or why it was declined.
    pub result: &'a str,
}

/// The form as it is posted.
#[must_use]
pub fn form(callback: Callback<'_>, key: &str) -> String {
    let response = if callback.result == "00" { "Approved" } else { "Declined" };
    let mut fields = vec![
        ("AuthCode", "P12345"),
        ("ProcReturnCode", callback.result),
        ("Response", response),
        ("TransId", callback.transaction),
        ("amount", callback.amount),
        ("clientid", callback.merchant),
        ("currency", callback.currency),
        ("oid", callback.order),
        ("rnd", "checker"),
    ];
    let hash = hash(&mut fields, key);
    let mut text = String::new();
    let all = fields.iter().copied().chain([("encoding", "UTF-8"), ("HASH", hash.as_str())]);
    for (name, value) in all {
        if !text.is_empty() {
            text.push('&');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(&escaped(value));
    }
    text
}

fn hash(fields: &mut [(&str, &str)], key: &str) -> String {
    fields.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    let guarded = |text: &str| text.replace('\\', "\\\\").replace('|', "\\|");
    let mut plain: String = fields.iter().map(|(_, value)| guarded(value) + "|").collect();
    plain.push_str(&guarded(key));
    STANDARD.encode(Sha512::digest(plain.as_bytes()))
}

fn escaped(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    let each = value.bytes().map(|byte| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    });
    each.collect()
}
