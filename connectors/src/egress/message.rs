//! Requests and answers.
//!
//! What this module is *not*: it sends nothing. `Debug` shows no header's value, no body and no
//! query, since keys travel in all three.

use std::fmt;
use std::time::Duration;

/// How long a whole call may take when nothing else is said.
pub const TIMEOUT: Duration = Duration::from_secs(15);
/// How much of an answer is kept when nothing else is said, in bytes.
pub const ANSWER_BYTES_MAX: usize = 1 << 20;

/// Methods of HTTP (RFC 9110, section 9) that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Sends.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

/// A request.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The absolute address.
    pub url: String,
    /// Headers besides `Host`, `Content-Length` and `User-Agent`.
    pub headers: Vec<(String, String)>,
    /// The body; empty when there is none.
    pub body: Vec<u8>,
    /// How long the whole call may take.
    pub timeout: Duration,
    /// How much of the answer's body is kept, in bytes.
    pub answer_bytes_max: usize,
}

impl Request {
    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Request {
        let (headers, body) = (Vec::new(), Vec::new());
        let (timeout, answer_bytes_max) = (TIMEOUT, ANSWER_BYTES_MAX);
        Request { method, url: url.into(), headers, body, timeout, answer_bytes_max }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Request {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same with a body of a media type.
    #[must_use]
    pub fn body(self, media: &str, body: impl Into<Vec<u8>>) -> Request {
        let mut request = self.header("content-type", media);
        request.body = body.into();
        request
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        let url = url.rsplit_once('@').map_or(url, |(_, rest)| rest);
        let mut shown = formatter.debug_struct("Request");
        shown.field("method", &self.method).field("url", &url).field("headers", &names);
        shown.field("body_bytes", &self.body.len()).field("timeout", &self.timeout).finish()
    }
}

/// An answer, whatever its status.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code (RFC 9110, section 15).
    pub status: u16,
    /// Headers in the order they came, names in lower case; values that are no UTF-8 are left out.
    pub headers: Vec<(String, String)>,
    /// The body, at most as much as the request wanted.
    pub body: Vec<u8>,
    /// Whether there was more.
    pub cut: bool,
}

impl Response {
    /// The first header of a name, which is said in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Response");
        shown.field("status", &self.status).field("body_bytes", &self.body.len());
        shown.field("cut", &self.cut).finish()
    }
}
