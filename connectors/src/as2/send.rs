//! Sending a message and judging its receipt.
//!
//! What it is *not*: it waits for no second attempt. Trying again means sending the same message
//! with the same identifier, which a partner that has it already answers with its receipt.

use super::agreement::{Agreement, Wanted};
use super::mime::header;
use super::outbound::{Cargo, Expected, Posting, build};
use super::receipt::{self, Proof, judge};
use crate::egress::{Client, Failure, Method, Request, Response};
use crate::retry::Retry;
use acquit_domain::Timestamp;
use std::time::Duration;

/// How long a partner may take to answer, with its receipt.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What became of a message that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// It is proven that the partner has it, or no proof was agreed.
    Delivered,
    /// The partner took it, and its receipt comes later.
    Waits,
    /// It is not known to be there. Trying again can help or not.
    Failed(Retry, String),
}

/// Whom to send to.
#[derive(Clone, Copy)]
pub struct Sending<'a> {
    /// The way out.
    pub client: &'a Client,
    /// The agreement.
    pub agreement: &'a Agreement,
    /// The partner's address.
    pub url: &'a str,
}

/// Builds a message, sends it, and judges what comes back.
pub async fn send(to: Sending<'_>, cargo: Cargo<'_>, at: Timestamp) -> Sent {
    let (posting, expected) = match build(to.agreement, cargo, at) {
        Ok(built) => built,
        Err(fault) => return Sent::Failed(Retry::Never, fault.to_string()),
    };
    match post(to.client, to.url, &posting).await {
        Err(failure) => Sent::Failed(failure.retry, failure.to_string()),
        Ok(response) => answered(to.agreement, &expected, &response),
    }
}

/// Posts a message or a receipt.
///
/// # Errors
/// [`Failure`]: nobody is there, or the address may not be called.
pub async fn post(client: &Client, url: &str, posting: &Posting) -> Result<Response, Failure> {
    let mut request = Request::new(Method::Post, url);
    request.headers.clone_from(&posting.headers);
    request.body.clone_from(&posting.body);
    request.timeout = TIMEOUT;
    client.call(&request).await
}

/// What an answer over HTTP means.
fn answered(agreement: &Agreement, expected: &Expected, response: &Response) -> Sent {
    let later = |text: String| Sent::Failed(Retry::Later, text);
    match response.status {
        200..=299 => {}
        status @ (400 | 401 | 403 | 404 | 405 | 410 | 413 | 415) => {
            return Sent::Failed(Retry::Never, format!("the partner answers {status}"));
        }
        status => return later(format!("the partner answers {status}")),
    }
    match agreement.outward.receipt {
        Wanted::Nothing => Sent::Delivered,
        Wanted::Later(_) => Sent::Waits,
        Wanted::Now => {
            if header(&response.headers, "content-type").is_none() || response.cut {
                return later("the partner took the message and gave no receipt".to_owned());
            }
            match receipt::read(agreement, &response.headers, &response.body) {
                Err(fault) => later(fault.to_string()),
                Ok(receipt) => judged(&judge(&receipt, expected)),
            }
        }
    }
}

/// What a proof means for the next attempt.
fn judged(proof: &Proof) -> Sent {
    match proof {
        Proof::Delivered => Sent::Delivered,
        // The same message is refused the same way until somebody mends the agreement.
        Proof::Refused(_) => Sent::Failed(Retry::Never, proof.text()),
        Proof::OtherMessage | Proof::OtherContent | Proof::Unsigned => {
            Sent::Failed(Retry::Later, proof.text())
        }
    }
}
