//! One request to a provider and its answer, with an account of both that may be kept.

use super::asks::FOUND_BYTES_MAX;
use super::tally::Went;
use super::{Gateway, House, mask};
use acquit_connectors::egress::{Client, Egress, Method, Request, Response, Sent};
use acquit_domain::pay::CallPurpose;
use acquit_mapping::provider::{Call, Login, Provider, Saying, path, say};
use acquit_mapping::record::Record;
use acquit_mapping::signature::{Scheme, webhook};
use acquit_mapping::vocabulary::field;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Longest wait for a provider.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);
/// How long before its end an access token is no longer used.
const TOKEN_MARGIN: Duration = Duration::from_secs(30);
/// Life of an access token that says none.
const TOKEN_SECONDS: u64 = 60;
/// Most bytes of an answer.
const ANSWER_MAX: usize = 256 << 10;

/// What a provider answered.
#[derive(Debug)]
pub(super) struct Said {
    /// HTTP status.
    pub status: u16,
    /// Its headers: names in lower case, values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Request and answer for the log, without secrets.
    pub account: String,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) struct Failed {
    /// False when nothing left this house.
    pub sent: bool,
    /// In words.
    pub reason: String,
    /// The request for the log, without secrets.
    pub account: String,
}

impl Failed {
    fn unsent(reason: impl Into<String>) -> Failed {
        Failed { sent: false, reason: reason.into(), account: String::new() }
    }
}

impl Gateway {
    /// Makes a call: the request as its message says it, signed, with an access token when it
    /// needs one.
    pub(super) async fn ask(
        &self,
        provider: &Provider,
        house: &House,
        call: &Call,
        record: &mut Record<'static>,
    ) -> Result<Said, Failed> {
        let begun = Instant::now();
        let answered = self.asked_once(provider, house, call, record).await;
        let went = match &answered {
            Ok(said) => Went::of(said.status),
            Err(failed) if failed.sent => Went::Silent,
            Err(_) => Went::Unsent,
        };
        self.tally.count(&house.folder, call.purpose.key(), went, begun.elapsed());
        answered
    }

    async fn asked_once(
        &self,
        provider: &Provider,
        house: &House,
        call: &Call,
        record: &mut Record<'static>,
    ) -> Result<Said, Failed> {
        if !house.is_called() {
            return Err(Failed::unsent("calls to this provider fail; it is left alone a while"));
        }
        let url = path(&format!("{}{}", house.account.api, call.path), record);
        let Some(url) = url.filter(|_| !house.account.api.is_empty()) else {
            return Err(Failed::unsent("the address is not complete"));
        };
        let said = match provider.message(&call.request) {
            Some(message) => {
                let key = (house.scheme, house.key());
                Some(say(&self.engine.book, provider, message, record, key))
            }
            None => None,
        };
        if let Some(said) = said.as_ref().filter(|said| !said.missing.is_empty()) {
            return Err(Failed::unsent(format!("missing: {}", said.missing.join(", "))));
        }
        let signed = match provider.message(&call.request) {
            Some(message) if message.signature == Scheme::Webhook => {
                let body = said.as_ref().map(|said| said.bytes.as_slice());
                let id = record.root().text(field::REFERENCE).unwrap_or_default();
                let signed = self.signed(house, id, body.unwrap_or_default());
                signed.ok_or_else(|| Failed::unsent("no key of ours signs"))?
            }
            _ => said.as_ref().and_then(|said| said.header.clone()).into_iter().collect(),
        };
        let Ok(_room) = house.room.acquire().await else { return Err(Failed::unsent("closed")) };
        let mut answered = self.send(house, call, &url, (said.as_ref(), &signed)).await;
        if matches!(&answered, Ok(said) if said.status == 401) && call.login == Login::OAuth2 {
            *house.token.lock().await = None;
            answered = self.send(house, call, &url, (said.as_ref(), &signed)).await;
        }
        house.went(matches!(&answered, Ok(said) if said.status < 500));
        answered
    }

    /// The headers of Standard Webhooks 1.0.0 over a body.
    fn signed(&self, house: &House, id: &str, body: &[u8]) -> Option<Vec<(String, String)>> {
        let seconds = self.engine.clock.now().0.div_euclid(1_000_000);
        let signature = webhook::sign(house.key(), id, seconds, body)?;
        let headers = [
            ("webhook-id", id.to_owned()),
            ("webhook-timestamp", seconds.to_string()),
            ("webhook-signature", signature),
        ];
        Some(headers.map(|(name, value)| (name.to_owned(), value)).into())
    }

    async fn send(
        &self,
        house: &House,
        call: &Call,
        url: &str,
        (said, signed): (Option<&Saying>, &[(String, String)]),
    ) -> Result<Said, Failed> {
        let mut request = match said {
            None => Request::new(Method::Get, url),
            Some(said) => {
                let (media, body) = match call.wrapped.as_str() {
                    "" => (said.media, said.bytes.clone()),
                    name => wrapped(name, &said.bytes),
                };
                Request::new(Method::Post, url).body(media, body)
            }
        };
        for (name, value) in signed {
            request = request.header(name, value);
        }
        match call.login {
            Login::Nothing => {}
            Login::Bearer => {
                let value = format!("Bearer {}", house.secrets.password);
                request = request.header("authorization", value);
            }
            Login::OAuth2 => {
                let token = token(house).await.map_err(|reason| {
                    Failed::unsent(mask::secrets(&reason, house.all_secrets()))
                })?;
                request = request.header("authorization", format!("Bearer {token}"));
            }
        }
        request = request.header("accept", "application/json, application/xml");
        let body = said.map(|said| said.bytes.clone()).unwrap_or_default();
        let mut account = told(if said.is_some() { "POST" } else { "GET" }, url, &body, house);
        request.answer_bytes_max = match call.purpose {
            CallPurpose::AskInvoices => FOUND_BYTES_MAX,
            _ => ANSWER_MAX,
        };
        match self::call(house, request).await {
            Ok(Response { status, headers, body, .. }) => {
                account.push_str(&told("HTTP", &status.to_string(), &body, house));
                Ok(Said { status, headers, body, account })
            }
            Err((sent, reason)) => Err(Failed { sent, reason, account }),
        }
    }
}

/// One line of the account and the bytes, without secrets and numbers of cards.
fn told(verb: &str, what: &str, bytes: &[u8], house: &House) -> String {
    let (bytes, _) = mask::cards(bytes);
    let text = format!("{verb} {what}\n{}\n", String::from_utf8_lossy(&bytes));
    mask::secrets(&text, house.all_secrets())
}

/// A body as one field of a form.
fn wrapped(name: &str, bytes: &[u8]) -> (&'static str, Vec<u8>) {
    let text = String::from_utf8_lossy(bytes);
    let pairs = [(name, text.as_ref())];
    let charset = acquit_syntax::charset::Charset::Utf8;
    ("application/x-www-form-urlencoded", acquit_syntax::form::write(pairs, charset))
}

/// Sends a request; whether anything left, and why, when there is no answer.
async fn call(house: &House, mut request: Request) -> Result<Response, (bool, String)> {
    request.timeout = PATIENCE;
    let egress = Egress { hosts: house.account.hosts.clone(), ..Egress::default() };
    let client = Client::new(egress).map_err(|failure| (false, failure.code.to_owned()))?;
    match client.call(&request).await {
        Ok(response) if response.cut => Err((true, "the answer is too long".to_owned())),
        Ok(response) => Ok(response),
        Err(failure) => {
            let sent = failure.sent == Sent::Perhaps;
            Err((sent, format!("{}: {}", failure.code, failure.reason)))
        }
    }
}

/// The access token of a house: the one it has, or a new one (RFC 6749, 4.4). One is asked for at
/// a time.
async fn token(house: &House) -> Result<String, String> {
    let mut held = house.token.lock().await;
    if let Some((token, until)) = held.as_ref()
        && Instant::now() < *until
    {
        return Ok(token.clone());
    }
    let pairs = [
        ("grant_type", "client_credentials"),
        ("client_id", house.account.login.as_str()),
        ("client_secret", house.secrets.password.as_str()),
    ];
    let charset = acquit_syntax::charset::Charset::Utf8;
    let body = acquit_syntax::form::write(pairs, charset);
    let mut request = Request::new(Method::Post, &house.account.token)
        .body("application/x-www-form-urlencoded", body)
        .header("accept", "application/json");
    request.answer_bytes_max = ANSWER_MAX;
    let answer = call(house, request).await.map_err(|(_, reason)| reason)?;
    let (status, body) = (answer.status, answer.body);
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let Some(token) = answer.get("access_token").and_then(Value::as_str) else {
        return Err(format!("no access token: HTTP {status}"));
    };
    let seconds = answer.get("expires_in").and_then(Value::as_u64).unwrap_or(TOKEN_SECONDS);
    let until = Instant::now() + Duration::from_secs(seconds).saturating_sub(TOKEN_MARGIN);
    *held = Some((token.to_owned(), until));
    Ok(token.to_owned())
}
