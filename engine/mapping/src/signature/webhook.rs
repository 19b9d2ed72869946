//! Standard Webhooks 1.0: `v1,` and base 64 of HMAC-SHA256 over `id.timestamp.body`.
//!
//! Source: the Standard Webhooks specification, version 1.0.0.

use super::same;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What secrets begin with; the rest is base 64.
pub const SECRET_PREFIX: &str = "whsec_";
/// How far the time of a message may be from ours, in seconds.
pub const TOLERANCE_SECONDS: i64 = 300;
/// Most signatures of one message that are looked at.
pub const SIGNATURES_MAX: usize = 10;

/// Why a message is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsigned {
    /// A header is missing or unreadable.
    Missing,
    /// Its time is too far in the past.
    Old,
    /// Its time is too far in the future.
    Future,
    /// No signature is of a version we know.
    Version,
    /// More signatures than are looked at.
    Many,
    /// No signature is right.
    Wrong,
}

impl Unsigned {
    /// The code of the refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Unsigned::Missing => "SIG-MISSING",
            Unsigned::Old => "SIG-OLD",
            Unsigned::Future => "SIG-FUTURE",
            Unsigned::Version => "SIG-ALG",
            Unsigned::Many => "SIG-LIMIT",
            Unsigned::Wrong => "SIG-BAD",
        }
    }
}

/// The headers of a signed message.
#[derive(Debug, Clone, Copy)]
pub struct Headers<'a> {
    /// `webhook-id`.
    pub id: &'a str,
    /// `webhook-timestamp`, seconds since 1970.
    pub timestamp: &'a str,
    /// `webhook-signature`: one or more, separated by spaces.
    pub signature: &'a str,
}

/// The signature of a body; `None` when the secret is not one.
#[must_use]
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> Option<String> {
    let encoded = secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret);
    let key = STANDARD.decode(encoded).ok().filter(|key| !key.is_empty())?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// Whether a message was signed with one of our secrets, `now` being seconds since 1970.
///
/// # Errors
/// Why it is not believed.
pub fn verify(
    secrets: &[&str],
    headers: Headers<'_>,
    body: &[u8],
    now: i64,
) -> Result<(), Unsigned> {
    if headers.id.is_empty() || headers.id.contains('.') {
        return Err(Unsigned::Missing);
    }
    let timestamp: i64 = headers.timestamp.parse().map_err(|_| Unsigned::Missing)?;
    match now.saturating_sub(timestamp) {
        late if late > TOLERANCE_SECONDS => return Err(Unsigned::Old),
        early if early < -TOLERANCE_SECONDS => return Err(Unsigned::Future),
        _ => {}
    }
    let given: Vec<&str> = headers.signature.split_ascii_whitespace().collect();
    if given.len() > SIGNATURES_MAX {
        return Err(Unsigned::Many);
    }
    if !given.iter().any(|one| one.starts_with("v1,")) {
        return Err(if given.is_empty() { Unsigned::Missing } else { Unsigned::Version });
    }
    let expected: Vec<String> =
        secrets.iter().filter_map(|key| sign(key, headers.id, timestamp, body)).collect();
    let right = expected.iter().any(|expected| given.iter().any(|one| same(one, expected)));
    if right { Ok(()) } else { Err(Unsigned::Wrong) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = b"{\"test\": 2432232314}";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn check(id: &str, timestamp: &str, signature: &str, now: i64, expected: Result<(), Unsigned>) {
        let headers = Headers { id, timestamp, signature };
        assert_eq!(verify(&["whsec_AAAA", SECRET], headers, BODY, now), expected, "{signature}");
    }

    #[test]
    fn the_vector_of_the_specification() {
        assert_eq!(sign(SECRET, ID, 1_614_265_330, BODY).as_deref(), Some(SIGNED));
    }

    #[test]
    fn what_is_believed() {
        let at = 1_614_265_330;
        check(ID, "1614265330", SIGNED, at, Ok(()));
        check(ID, "1614265330", &format!("v1,AAAA {SIGNED}"), at + 300, Ok(()));
        check(ID, "1614265330", SIGNED, at + 301, Err(Unsigned::Old));
        check(ID, "1614265330", SIGNED, at - 301, Err(Unsigned::Future));
        check(ID, "1614265330", "v9,AAAA", at, Err(Unsigned::Version));
        check(ID, "1614265330", "v1,AAAA", at, Err(Unsigned::Wrong));
        check("other", "1614265330", SIGNED, at, Err(Unsigned::Wrong));
        check(ID, "soon", SIGNED, at, Err(Unsigned::Missing));
        check(ID, "1614265330", &"v1,AAAA ".repeat(50), at, Err(Unsigned::Many));
        check(ID, "1614265330", "", at, Err(Unsigned::Missing));
    }
}
