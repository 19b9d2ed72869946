//! CMI Fatourati: the signatures of the merchant interface 1.2.4 and of the channel interface.
//!
//! The merchant signature joins the values that are not blank: which field is missing is not
//! signed, nor what kind of message it is. A cancellation and a callback without operator,
//! channel and payment mode have the same signature, and `decisionCode`, the date and the items
//! are not signed at all. So a callback must carry those three, and the provider is asked before
//! anything moves.

use super::{Scheme, hex, same};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256};

/// The text that is signed: values that are not blank, joined by `|`, the shop's key last.
#[must_use]
pub fn plain(values: &[&str], key: &str) -> String {
    let mut said: Vec<&str> = values.iter().copied().filter(|value| !is_blank(value)).collect();
    said.push(key);
    said.join("|")
}

fn is_blank(value: &str) -> bool {
    value.trim().is_empty()
}

/// The signature of values in the order their message prescribes.
#[must_use]
pub fn sign(values: &[&str], key: &str, scheme: Scheme) -> String {
    if scheme == Scheme::FatouratiMac {
        return mac(values, key);
    }
    let text = plain(values, key);
    if scheme == Scheme::FatouratiSha256 {
        return hex(&Sha256::digest(text));
    }
    match Hmac::<Sha256>::new_from_slice(key.as_bytes()) {
        Ok(mut mac) => {
            mac.update(text.as_bytes());
            hex(&mac.finalize().into_bytes())
        }
        // HMAC takes a key of any length; without one nothing verifies.
        Err(_) => String::new(),
    }
}

/// True when a message bears the signature of its values.
#[must_use]
pub fn verify(values: &[&str], key: &str, scheme: Scheme, given: &str) -> bool {
    let expected = sign(values, key, scheme);
    !key.is_empty() && !expected.is_empty() && same(given.trim(), &expected)
}

/// The MAC of the channel interface: base 64 of MD5 over the values without separators and the
/// secret. Weak (two lists of values may have one MAC): only over TLS from agreed addresses.
#[must_use]
pub fn mac(values: &[&str], secret: &str) -> String {
    STANDARD.encode(Md5::digest(format!("{}{secret}", values.concat())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "STOREKEY-DEMO";

    fn check(values: &str, hmac: &str, sha256: &str) {
        let values: Vec<&str> = values.split('|').collect();
        assert_eq!(sign(&values, KEY, Scheme::FatouratiHmac), hmac);
        assert_eq!(sign(&values, KEY, Scheme::FatouratiSha256), sha256);
        assert!(verify(&values, KEY, Scheme::FatouratiHmac, hmac));
        assert!(!verify(&values, KEY, Scheme::FatouratiHmac, sha256));
        assert!(!verify(
            &values,
            "",
            Scheme::FatouratiHmac,
            &sign(&values, "", Scheme::FatouratiHmac)
        ));
    }

    #[test]
    fn messages_sign_as_the_vectors_say() {
        check(
            "3600.00|504|100024|100030|PN-00069321-1|001|MULTI_CANAL|true|2017-12-22T14:53:00",
            "62d58a329cbc433d564dcf67e468b0612be5da2e0ed69431621b0cb411785660",
            "d4dbda95ef366b79c72c048add24215256545a3b988c19f25a2df462efcd4397",
        );
        check(
            "3600.00|504|100024|100030|ATTIJARI|EBANKING|1089010000162|PN-00069321-1|MULTI_CANAL|100030811926",
            "f86ca17cfad63bd2c180f56c2d45100aef0a99a41306d3a2afcf24286226689f",
            "8edd9461968f5512d082e75babbd118d885ef271ad31ea7d5bd31f2d64deefbe",
        );
    }

    #[test]
    fn a_bare_callback_and_a_cancellation_cannot_be_told_apart() {
        let callback = [
            "3600.00",
            "504",
            "100024",
            "100030",
            "",
            " ",
            "1089010000162",
            "PN-00069321-1",
            "",
            "100030811926",
        ];
        let cancel = [
            "3600.00",
            "504",
            "100024",
            "100030",
            "1089010000162",
            "PN-00069321-1",
            "100030811926",
        ];
        assert_eq!(
            sign(&callback, KEY, Scheme::FatouratiHmac),
            sign(&cancel, KEY, Scheme::FatouratiHmac)
        );
    }

    #[test]
    fn the_channel_mac_is_as_the_vectors_say() {
        assert_eq!(mac(&["SGMA", "160824202017171254"], "secret"), "DDtAYLvxmNmyRQAz+l3aGw==");
        assert_eq!(mac(&["SGMA1608242020171712500064"], "secret"), "mInvjAdGZnINYEWk6uSXzg==");
        let signed = ["SGMA160824202017171254"];
        let scheme = Scheme::FatouratiMac;
        assert!(verify(&signed, "secret", scheme, "DDtAYLvxmNmyRQAz+l3aGw=="));
        assert!(!verify(
            &signed,
            "secret",
            scheme,
            &sign(&signed, "secret", Scheme::FatouratiHmac)
        ));
    }
}
