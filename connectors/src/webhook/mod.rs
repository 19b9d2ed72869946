//! Webhooks: events that a subscriber is told of over HTTP, signed as Standard Webhooks says
//! (specification 1.0.0, standardwebhooks.com).
//!
//! What this module is *not*: it keeps no queue; whoever calls it knows which attempt it is, and
//! the wait before it is in [`SCHEDULE`].

mod signature;

use std::time::Duration;

use acquit_domain::Timestamp;

use crate::egress::{Client, Failure, Method, Request, Sent};
use crate::retry::Retry;

pub use signature::{Key, headers, sign};

/// How long to wait before each attempt, counted from the attempt before it. After the last one a
/// delivery is given up.
pub const SCHEDULE: &[Duration] = &[
    Duration::ZERO,
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * 3_600),
    Duration::from_secs(5 * 3_600),
    Duration::from_secs(10 * 3_600),
    Duration::from_secs(14 * 3_600),
    Duration::from_secs(20 * 3_600),
    Duration::from_secs(24 * 3_600),
];

/// How long a subscriber may take to answer.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// How much of a subscriber's answer is read: it is for people only.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Longest wait a subscriber can ask for.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(24 * 3_600);

/// One event for one subscriber.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'a> {
    /// The subscriber's address.
    pub url: &'a str,
    /// The identifier of the event: the same at every attempt, so that a subscriber can know it.
    pub id: &'a str,
    /// The event, JSON.
    pub body: &'a [u8],
    /// The keys of the subscription: the newest first, and during a rotation the old one too.
    pub keys: &'a [Key],
}

/// What a subscriber said who took a delivery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, 200 to 299.
    pub status: u16,
}

/// Delivers one event at a moment, which is what the signature says.
///
/// # Errors
/// [`Failure`] with whether to try again: 410 ends a subscription (`WH-GONE`), a redirect is not
/// followed (`SSRF-BLOCK`), every other status but 2xx is tried again (`WH-RETRY`).
pub async fn post(
    client: &Client,
    delivery: &Delivery<'_>,
    at: Timestamp,
) -> Result<Answer, Failure> {
    let mut request = Request::new(Method::Post, delivery.url);
    request = request.body("application/json", delivery.body);
    request.headers.append(&mut headers(delivery.keys, delivery.id, at, delivery.body));
    request.timeout = TIMEOUT;
    request.answer_bytes_max = ANSWER_BYTES_MAX;
    let response = client.call(&request).await?;
    let status = response.status;
    let (code, retry, reason) = match status {
        200..=299 => return Ok(Answer { status }),
        300..=399 => ("SSRF-BLOCK", Retry::Later, "redirects are not followed"),
        410 => ("WH-GONE", Retry::Never, "the subscriber wants no more"),
        _ => ("WH-RETRY", Retry::Later, "not taken"),
    };
    let after = response.header("retry-after").and_then(|text| text.trim().parse().ok());
    let after = after.map(|seconds| Duration::from_secs(seconds).min(RETRY_AFTER_MAX));
    let reason = format!("the subscriber answered {status}: {reason}");
    Err(Failure { code, retry, sent: Sent::Perhaps, after, reason })
}
