//! Letters to partners over HTTP: the bytes as they are, signed as Standard Webhooks says
//! (specification 1.0.0, standardwebhooks.com).
//!
//! | answer | means |
//! |---|---|
//! | 2xx | the partner has the letter |
//! | 400, 413, 415, 422 | it will never take these bytes: somebody has to look |
//! | others, redirects and silence | not now: an address, a key or a server has to be mended |
//!
//! 410 is no farewell here: a partner cannot unsubscribe from answers to its own messages.
//!
//! What this module is *not*: it keeps no queue and does not look into what it carries.

use std::time::Duration;

use acquit_domain::Timestamp;

use crate::egress::{Client, Failure, Method, Request, Sent};
use crate::retry::Retry;
use crate::webhook::{Key, headers};

/// How long a partner may take to answer: it may store a letter before it does.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// How much of a partner's answer is read: it is for people only.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// Header that says what a letter is (`CONTRL`, `APERAK`, `ACC`, `PNM`).
pub const TYPE_HEADER: &str = "acquit-type";
/// Header that says the letter's own reference.
pub const REFERENCE_HEADER: &str = "acquit-reference";
/// Header that says which parcel it answers.
pub const ANSWERS_HEADER: &str = "acquit-answers";

/// A letter for a partner.
#[derive(Debug, Clone, Copy)]
pub struct Push<'a> {
    /// The partner's address.
    pub url: &'a str,
    /// The letter's identifier: the same at every attempt, so that the partner can know it.
    pub id: &'a str,
    /// What it is.
    pub kind: &'a str,
    /// Its own reference.
    pub reference: &'a str,
    /// The parcel it answers.
    pub answers: Option<&'a str>,
    /// Its media type.
    pub media: &'a str,
    /// Its bytes.
    pub body: &'a [u8],
    /// What it is signed with: during a change the old key too.
    pub keys: &'a [Key],
}

/// Delivers a letter at a moment, which is what the signature says; gives the answer's status.
///
/// # Errors
/// [`Failure`] with whether to try again, as the table above says: `PUSH-REFUSED` never,
/// everything else later.
pub async fn push(client: &Client, push: &Push<'_>, at: Timestamp) -> Result<u16, Failure> {
    let mut request = Request::new(Method::Post, push.url).body(push.media, push.body);
    let told = [(TYPE_HEADER, push.kind), (REFERENCE_HEADER, push.reference)];
    let answers = push.answers.map(|answers| (ANSWERS_HEADER, answers));
    for (name, value) in told.into_iter().chain(answers) {
        // What no header can hold is in the letter itself.
        if value.bytes().all(|byte| byte.is_ascii_graphic()) {
            request = request.header(name, value);
        }
    }
    request.headers.append(&mut headers(push.keys, push.id, at, push.body));
    request.timeout = TIMEOUT;
    request.answer_bytes_max = ANSWER_BYTES_MAX;
    // An address that may not be called is a mistake of the configuration, not of the letter.
    let later = |failure| Failure { retry: Retry::Later, ..failure };
    let response = client.call(&request).await.map_err(later)?;
    let status = response.status;
    let (code, retry) = match status {
        200..=299 => return Ok(status),
        400 | 413 | 415 | 422 => ("PUSH-REFUSED", Retry::Never),
        _ => ("PUSH-RETRY", Retry::Later),
    };
    let after = response.header("retry-after").and_then(|text| text.trim().parse().ok());
    let after = after.map(Duration::from_secs);
    let reason = format!("the partner answered {status}");
    Err(Failure { code, retry, sent: Sent::Perhaps, after, reason })
}
