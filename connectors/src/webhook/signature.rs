//! Signatures of Standard Webhooks (specification 1.0.0, "Signature scheme"): `v1`, HMAC-SHA256
//! over identifier, time and body.
//!
//! What this module is *not*: it makes no keys, reads no clock, and believes nobody: what comes
//! in is verified where it is read (`acquit_mapping::signature::webhook`).

use std::fmt;

use acquit_domain::Timestamp;
use acquit_domain::time::SECOND;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a key's text begins with.
const PREFIX: &str = "whsec_";
/// Shortest and longest key, in bytes ("Signature scheme": 24 to 64).
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;
/// A symmetric key.
#[derive(Clone, PartialEq, Eq)]
pub struct Key(Vec<u8>);

impl Key {
    /// A key of its text, `whsec_` and base64; `None` when it is none or not 24 to 64 bytes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Key> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        Key::new(bytes)
    }

    /// A key of its bytes, of which there must be 24 to 64.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Key> {
        KEY_BYTES.contains(&bytes.len()).then_some(Key(bytes))
    }

    /// The text a subscriber is given once.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    fn over(&self, id: &str, seconds: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length fits");
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            code.update(part);
        }
        code
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("***")
    }
}

/// The value of `webhook-signature`: one signature a key.
#[must_use]
pub fn sign(keys: &[Key], id: &str, at: Timestamp, body: &[u8]) -> String {
    let seconds = seconds(at).to_string();
    let signed = keys.iter().map(|key| {
        let code = key.over(id, &seconds, body).finalize().into_bytes();
        format!("v1,{}", STANDARD.encode(code))
    });
    signed.collect::<Vec<_>>().join(" ")
}

/// The three headers of a message.
#[must_use]
pub fn headers(keys: &[Key], id: &str, at: Timestamp, body: &[u8]) -> Vec<(String, String)> {
    let header = |name: &str, value: String| (name.to_owned(), value);
    vec![
        header("webhook-id", id.to_owned()),
        header("webhook-timestamp", seconds(at).to_string()),
        header("webhook-signature", sign(keys, id, at, body)),
    ]
}

fn seconds(at: Timestamp) -> i64 {
    at.0.div_euclid(SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: Timestamp = Timestamp(1_614_265_330 * SECOND);
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn keys() -> Vec<Key> {
        vec![Key::parse(SECRET).expect("a key")]
    }

    #[test]
    fn the_published_example() {
        assert_eq!(sign(&keys(), ID, AT, BODY), SIGNATURE);
        assert_eq!(keys()[0].reveal(), SECRET);
    }

    #[test]
    fn two_keys_sign_during_a_rotation() {
        let mut both = keys();
        both.insert(0, Key::new(vec![7; 32]).expect("a key"));
        let signed = sign(&both, ID, AT, BODY);
        assert!(signed.ends_with(SIGNATURE) && signed.matches("v1,").count() == 2);
    }

    #[test]
    fn keys_of_a_wrong_size_are_none() {
        assert!(Key::parse("whsec_AAAA").is_none());
        assert!(Key::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_none());
        assert_eq!(format!("{:?}", keys()), "[***]");
    }
}
