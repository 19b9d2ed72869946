//! Signatures as the partners' documents describe them, written here a second time.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha512};
use std::cmp::Ordering;

/// CMI's hash of version 3: the values in the natural order of their names, `\` and `|` escaped,
/// each followed by `|`, then the store key; SHA-512 in base 64. `hash` and `encoding` are left
/// out. Values are taken as they are given.
#[must_use]
pub fn cmi(fields: &[(String, String)], store_key: &str) -> String {
    let left_out =
        |name: &str| name.eq_ignore_ascii_case("hash") || name.eq_ignore_ascii_case("encoding");
    let mut signed: Vec<_> = fields.iter().filter(|(name, _)| !left_out(name)).collect();
    signed.sort_by(|(one, _), (other, _)| natural(one, other));
    let mut text = String::new();
    for (_, value) in signed {
        text.push_str(&escaped(value));
        text.push('|');
    }
    text.push_str(&escaped(store_key));
    STANDARD.encode(Sha512::digest(text.as_bytes()))
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('|', "\\|")
}

/// Names as people sort them: letters without case, runs of digits by their number.
fn natural(one: &str, other: &str) -> Ordering {
    let (mut left, mut right) = (pieces(one).into_iter(), pieces(other).into_iter());
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, _) => Ordering::Less,
            (_, None) => Ordering::Greater,
            (Some(Piece::Number(one)), Some(Piece::Number(other))) => one.cmp(&other),
            (Some(one), Some(other)) => one.first().cmp(&other.first()),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// A run of digits, or one letter.
enum Piece {
    Number(u128),
    Letter(char),
}

impl Piece {
    fn first(&self) -> char {
        match self {
            Piece::Letter(letter) => *letter,
            Piece::Number(number) => number.to_string().chars().next().unwrap_or('0'),
        }
    }
}

fn pieces(name: &str) -> Vec<Piece> {
    let mut found = Vec::new();
    for letter in name.chars().map(|letter| letter.to_ascii_uppercase()) {
        match (letter.to_digit(10), found.last_mut()) {
            (Some(digit), Some(Piece::Number(number))) => {
                *number = number.saturating_mul(10).saturating_add(u128::from(digit));
            }
            (Some(digit), _) => found.push(Piece::Number(u128::from(digit))),
            (None, _) => found.push(Piece::Letter(letter)),
        }
    }
    found
}

/// Fatourati's `x-signature`: the values that are not blank joined by `|`, the key last;
/// HMAC-SHA256 with the key, in lowercase hexadecimal.
#[must_use]
pub fn fatourati(values: &[&str], store_key: &str) -> String {
    let mut signed: Vec<&str> =
        values.iter().copied().filter(|one| !one.trim().is_empty()).collect();
    signed.push(store_key);
    hex(&keyed(store_key.as_bytes(), signed.join("|").as_bytes()))
}

/// Standard Webhooks 1.0.0: `v1,` and HMAC-SHA256 over `id.timestamp.body` in base 64. The secret
/// is `whsec_` and base 64; `None` when it is not.
#[must_use]
pub fn webhook(secret: &str, id: &str, seconds: i64, body: &[u8]) -> Option<String> {
    let key = STANDARD.decode(secret.strip_prefix("whsec_")?).ok()?;
    let mut signed = format!("{id}.{seconds}.").into_bytes();
    signed.extend_from_slice(body);
    Some(format!("v1,{}", STANDARD.encode(keyed(&key, &signed))))
}

fn keyed(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length is a key");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(names: &str, values: &[&str]) -> Vec<(String, String)> {
        let names = names.split(',').map(str::to_owned);
        // Given in another order than they are signed in.
        let mut fields: Vec<_> = names.zip(values.iter().map(|one| (*one).to_owned())).collect();
        fields.reverse();
        fields.push(("encoding".into(), "UTF-8".into()));
        fields
    }

    #[test]
    fn cmi_request() {
        let names = "amount,BillToName,BillToStreet2,BillToStreet12,callbackUrl,clientid,currency,\
            email,failUrl,hashAlgorithm,lang,oid,okUrl,refreshtime,rnd,shopurl,storetype,TranType";
        let values = [
            "3600.00",
            "SATAA IMPORT EXPORT SARL AU",
            "x",
            "100 rue A",
            "https://portnet.example/cb/cmi",
            "600000001",
            "504",
            "client@example.ma",
            "https://portnet.example/fail",
            "ver3",
            "fr",
            "PN-00069321-1",
            "https://portnet.example/ok",
            "5",
            "0.12345600 1700000000",
            "https://portnet.example",
            "3D_PAY_HOSTING",
            "PreAuth",
        ];
        assert_eq!(
            cmi(&fields(names, &values), "TEST1234"),
            "OoACXUbgZ4ceFw/xvvCBVnEl+p2Ch0K9w8ZaiOaU5VigucAtsuovQ7eJqORTNkh7M3hXvXNVlAABYh/5GQ5QuQ=="
        );
    }

    #[test]
    fn cmi_callback() {
        let names = "amount,AuthCode,BillToName,clientid,currency,ErrMsg,EXTRA.TRXDATE,\
            EXTRA_CARDBRAND,hashAlgorithm,mdStatus,oid,ProcReturnCode,Response,ReturnOid,rnd,\
            TransId";
        let values = [
            "3600.00",
            "190799",
            "L'AMI | FILS \\ CIE",
            "600000001",
            "504",
            "",
            "20171222 11:53:07",
            "VISA",
            "ver3",
            "1",
            "PN-00069321-1",
            "00",
            "Approved",
            "PN-00069321-1",
            "abc",
            "22356KLMN01012345",
        ];
        assert_eq!(
            cmi(&fields(names, &values), "TEST1234"),
            "Y47zEGERrtE574anaDmsx7QutZk/L0MWJ8ke/YXtYyBQlnVUThNMkwEErJVQ1EpusYNHymi3WSQehMRnHO///w=="
        );
    }

    #[test]
    fn fatourati_orders() {
        let create =
            "3600.00|504|100024|100030|PN-00069321-1|001|MULTI_CANAL|true|2017-12-22T14:53:00";
        let callback = "3600.00|504|100024|100030|ATTIJARI|EBANKING|1089010000162|PN-00069321-1\
            |MULTI_CANAL|100030811926";
        for (values, expected) in [
            (create, "62d58a329cbc433d564dcf67e468b0612be5da2e0ed69431621b0cb411785660"),
            (callback, "f86ca17cfad63bd2c180f56c2d45100aef0a99a41306d3a2afcf24286226689f"),
        ] {
            let values: Vec<&str> = values.split('|').collect();
            assert_eq!(fatourati(&values, "STOREKEY-DEMO"), expected);
        }
    }

    #[test]
    fn webhooks() {
        // The example of the specification.
        let signed = webhook(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            b"{\"test\": 2432232314}",
        );
        assert_eq!(signed.as_deref(), Some("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
    }
}
