//! The log of a running server over HTTP, a page at a time.
//!
//! What this is *not*: it speaks no TLS. Reach a distant server through a tunnel or through a
//! proxy on this machine.

use super::Row;
use crate::cli::exit::{Exit, Failure};
use crate::config::Secret;
use crate::render::escaped;
use acquit_domain::PartyCode;
use axum::http::{StatusCode, Uri};
use serde_json::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Rows asked for at once: the most a page of the server has.
const PAGE: usize = 200;

/// Longest wait for a connection and for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);

/// Largest answer taken, in bytes.
const ANSWER_MAX: u64 = 64 << 20;

/// First and longest pause before trying again.
const TRY_AGAIN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));

/// How long to wait before the next try: twice as long each time.
#[derive(Debug, Default)]
pub(super) struct Patience(Option<Duration>);

impl Patience {
    /// True after a failure.
    pub(super) const fn is_tried(&self) -> bool {
        self.0.is_some()
    }

    /// The pause before the next try.
    pub(super) fn next(&mut self) -> Duration {
        let (first, longest) = TRY_AGAIN;
        let pause = self.0.map_or(first, |before| (before * 2).min(longest));
        self.0 = Some(pause);
        pause
    }
}

/// A server and the key to ask it with.
pub(super) struct Server {
    /// `host:port`.
    authority: String,
    /// The header field with the key; empty without one.
    authorization: String,
    /// The field of the query; empty for everybody.
    partner: String,
}

impl Server {
    /// The server of an address, `http://host:port`.
    pub(super) fn new(
        url: &str,
        key: Option<&str>,
        partner: Option<&PartyCode>,
    ) -> Result<Server, Failure> {
        let wrong = |why: &str| Failure::usage(format!("--url {}: {why}", escaped(url)));
        let uri: Uri = url.parse().map_err(|_| wrong("no address"))?;
        match (uri.scheme_str(), uri.path()) {
            (Some("http"), "/") => {}
            (Some("https"), _) => return Err(wrong("no TLS here; go through a tunnel or proxy")),
            _ => return Err(wrong("expected such as http://127.0.0.1:8080")),
        }
        let host = uri.host().ok_or_else(|| wrong("it names no host"))?;
        let authorization = match key {
            None => String::new(),
            Some(text) => format!("Authorization: Bearer {}\r\n", secret(text)?),
        };
        Ok(Server {
            authority: format!("{host}:{}", uri.port_u16().unwrap_or(80)),
            authorization,
            partner: partner.map_or(String::new(), |code| format!("&partner={}", encoded(code))),
        })
    }

    /// The last rows, oldest first.
    pub(super) async fn last(&self, lines: usize) -> Result<Vec<Row>, Failure> {
        let lines = lines.clamp(1, PAGE);
        let path = format!("/v1/exchanges?before={}&limit={lines}{}", i64::MAX, self.partner);
        let mut rows = self.rows(&path).await?;
        rows.reverse();
        Ok(rows)
    }

    /// Rows after a position, and whether there may be more at once.
    pub(super) async fn after(&self, position: i64) -> Result<(Vec<Row>, bool), Failure> {
        let path = format!("/v1/exchanges?after={position}&limit={PAGE}{}", self.partner);
        let rows = self.rows(&path).await?;
        let more = rows.len() == PAGE;
        Ok((rows, more))
    }

    async fn rows(&self, path: &str) -> Result<Vec<Row>, Failure> {
        let answer = timeout(ANSWER_TIMEOUT, self.get(path)).await;
        let answer = answer.unwrap_or_else(|_| Err("it does not answer".to_owned()));
        let (status, bytes) = answer.map_err(|why| self.unreachable(&why))?;
        let page: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if status != StatusCode::OK {
            return Err(self.refused(status, &page));
        }
        let items = page["items"].as_array().ok_or_else(|| self.unreachable("no list came"))?;
        items.iter().map(|item| self.row(item)).collect()
    }

    fn row(&self, item: &Value) -> Result<Row, Failure> {
        let cursor = item["cursor"].as_str().and_then(|text| text.parse::<i64>().ok());
        let position = cursor.ok_or_else(|| self.unreachable("a row came without its cursor"))?;
        Ok(Row { position, said: item.clone() })
    }

    /// One answer: its status and body.
    async fn get(&self, path: &str) -> Result<(StatusCode, Vec<u8>), String> {
        let told = |error: std::io::Error| error.to_string();
        let mut stream = TcpStream::connect(&self.authority).await.map_err(told)?;
        // HTTP/1.0: the body comes as it is and ends with the connection.
        let request = format!(
            "GET {path} HTTP/1.0\r\nHost: {}\r\nAccept: application/json\r\n{}\r\n",
            self.authority, self.authorization,
        );
        stream.write_all(request.as_bytes()).await.map_err(told)?;
        let mut answer = Vec::new();
        stream.take(ANSWER_MAX).read_to_end(&mut answer).await.map_err(told)?;
        taken_apart(&answer).ok_or_else(|| "what came is no HTTP".to_owned())
    }

    fn unreachable(&self, why: &str) -> Failure {
        Failure::unreachable(format!("http://{}: {}", self.authority, escaped(why)))
    }

    /// What a status other than 200 means here.
    fn refused(&self, status: StatusCode, problem: &Value) -> Failure {
        let detail = problem["detail"].as_str().unwrap_or_default();
        let text = format!("http://{}: {status}: {}", self.authority, escaped(detail));
        let exit = match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Exit::NotAllowed,
            status if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
                Exit::Usage
            }
            _ => Exit::Unreachable,
        };
        Failure { exit, text }
    }
}

/// The status and the body of an answer.
fn taken_apart(answer: &[u8]) -> Option<(StatusCode, Vec<u8>)> {
    let end = answer.windows(4).position(|ends| ends == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?;
    Some((status.parse().ok()?, answer[end + 4..].to_vec()))
}

/// The key a reference stands for.
fn secret(text: &str) -> Result<String, Failure> {
    let reference = Secret::parse(text).ok().filter(|secret| !matches!(secret, Secret::Plain(_)));
    let reference = reference.ok_or_else(|| {
        // The text is not repeated: it may be the key itself.
        Failure::usage("--key: write a reference, env:NAME or file:PATH, never the key itself")
    })?;
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let key = reference.value(&environment);
    let key = key.map_err(|error| Failure::configuration(format!("--key: {error}")))?;
    match key.is_empty() || key.chars().any(|letter| !letter.is_ascii_graphic()) {
        true => Err(Failure::configuration("--key: what it names holds no key")),
        false => Ok(key),
    }
}

/// A code as a query string writes it.
fn encoded(code: &PartyCode) -> String {
    let mut text = String::new();
    for byte in code.as_str().bytes() {
        match byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            true => text.push(char::from(byte)),
            false => text += &format!("%{byte:02X}"),
        }
    }
    text
}
