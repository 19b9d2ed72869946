//! Errors as RFC 9457 `application/problem+json`.

use super::app::App;
use super::language::language;
use super::limits::RETRY_AFTER_SECONDS;
use super::wire::{FindingWire, documented};
use acquit_mapping::language::Language;
use acquit_mapping::words::Words;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// Why a request got no answer of its own kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Code {
    /// No key, an unknown key, or a revoked one.
    Unauthenticated,
    /// The key's role may not do this.
    Forbidden,
    /// Nothing there, or nothing for this caller.
    NotFound,
    /// The method is not one of this address.
    Method,
    /// The request itself is malformed.
    Request,
    /// The header or the body took too long.
    Slow,
    /// The body is larger than its kind may be.
    BodyTooLarge,
    /// The media type is not taken here.
    MediaType,
    /// The `Idempotency-Key` is too long or not printable.
    IdempotencyKey,
    /// The `Idempotency-Key` was used for other content.
    IdempotencyMismatch,
    /// A page cursor that this server did not give for this list and this caller.
    Cursor,
    /// There is no room for more work now.
    Busy,
    /// This party has as much at work as one party may.
    Share,
    /// The store takes nothing now.
    Stopped,
    /// An address that is not called.
    Blocked,
    /// The rules refuse it.
    Refused,
    /// A bug of ours.
    Internal,
    /// The bytes hold nothing that could be answered in its own protocol.
    Unreadable,
}

/// Every code.
pub const CODES: &[Code] = &[
    Code::Unauthenticated,
    Code::Forbidden,
    Code::NotFound,
    Code::Method,
    Code::Request,
    Code::Slow,
    Code::BodyTooLarge,
    Code::MediaType,
    Code::IdempotencyKey,
    Code::IdempotencyMismatch,
    Code::Cursor,
    Code::Busy,
    Code::Share,
    Code::Stopped,
    Code::Blocked,
    Code::Refused,
    Code::Internal,
    Code::Unreadable,
];

impl Code {
    /// The stable code, as documented.
    #[must_use]
    pub const fn key(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        self.row().1
    }

    const fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Code::Unauthenticated => {
                ("AUTH-401", StatusCode::UNAUTHORIZED, "A valid key is needed")
            }
            Code::Forbidden => ("AUTHZ", StatusCode::FORBIDDEN, "This key may not do this"),
            Code::NotFound => ("HTTP-404", StatusCode::NOT_FOUND, "Not found"),
            Code::Method => ("HTTP-405", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed here"),
            Code::Request => ("HTTP-400", StatusCode::BAD_REQUEST, "The request is malformed"),
            Code::Slow => ("HTTP-408", StatusCode::REQUEST_TIMEOUT, "The request took too long"),
            Code::BodyTooLarge => {
                ("LIM-BODY", StatusCode::PAYLOAD_TOO_LARGE, "The body is too large")
            }
            Code::MediaType => {
                ("HTTP-415", StatusCode::UNSUPPORTED_MEDIA_TYPE, "This media type is not taken")
            }
            Code::IdempotencyKey => {
                ("IDEM-KEY", StatusCode::BAD_REQUEST, "The Idempotency-Key is malformed")
            }
            Code::IdempotencyMismatch => {
                ("IDEM-MISMATCH", StatusCode::CONFLICT, "The Idempotency-Key was used before")
            }
            Code::Cursor => ("HTTP-CURSOR", StatusCode::BAD_REQUEST, "Unknown page cursor"),
            Code::Busy => ("SYS-BUSY", StatusCode::SERVICE_UNAVAILABLE, "No room now"),
            Code::Share => {
                ("LIM-PARTY", StatusCode::TOO_MANY_REQUESTS, "Too much at once from this party")
            }
            Code::Stopped => {
                ("SYS-STORE", StatusCode::SERVICE_UNAVAILABLE, "Nothing can be stored now")
            }
            Code::Blocked => {
                ("SSRF-BLOCK", StatusCode::UNPROCESSABLE_ENTITY, "This address is not called")
            }
            Code::Refused => ("STATE-REFUSED", StatusCode::CONFLICT, "The rules refuse this"),
            Code::Internal => {
                ("SYS-INTERNAL", StatusCode::INTERNAL_SERVER_ERROR, "An error of ours")
            }
            Code::Unreadable => {
                ("HTTP-400", StatusCode::BAD_REQUEST, "Nothing in it could be answered")
            }
        }
    }
}

/// A problem, ready to be sent.
#[derive(Debug, Clone)]
pub struct Problem {
    code: Code,
    status: StatusCode,
    named: Option<String>,
    detail: String,
    findings: Vec<FindingWire>,
    exchange: Option<String>,
    closes: bool,
}

/// A problem as RFC 9457 writes it, with our two extensions.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ProblemWire {
    /// Where the code is documented, relative to this server.
    #[serde(rename = "type")]
    pub kind: String,
    /// One sentence that is the same for every problem of this type.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What went wrong this time.
    pub detail: String,
    /// Everything found, when bytes were read.
    pub findings: Vec<FindingWire>,
    /// The exchange under which the bytes are kept, when they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exchange: Option<String>,
}

impl Problem {
    /// A problem of a code with what went wrong this time.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Problem {
        Problem {
            code,
            status: code.status(),
            named: None,
            detail: detail.into(),
            findings: Vec::new(),
            exchange: None,
            closes: false,
        }
    }

    /// The one answer to "not there" and "not yours": nothing tells them apart.
    #[must_use]
    pub fn not_found() -> Problem {
        Problem::new(Code::NotFound, "There is nothing at this address for this caller.")
    }

    /// The same problem under the code of what was found.
    #[must_use]
    pub fn about(
        mut self,
        status: StatusCode,
        findings: Vec<FindingWire>,
        exchange: String,
    ) -> Problem {
        self.status = status;
        self.named = findings.first().map(|finding| finding.code.clone());
        self.findings = findings;
        self.exchange = Some(exchange);
        self
    }

    /// The same problem, after which the connection is closed: the rest of the body is not read.
    #[must_use]
    pub const fn closing(mut self) -> Problem {
        self.closes = true;
        self
    }

    /// The code.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }
}

/// What a response says, kept beside it until its title is told in the caller's language.
#[derive(Clone)]
struct Titled {
    keys: [String; 2],
    wire: ProblemWire,
}

/// The sentence of a code without what went wrong this time; nothing when it says nothing then.
fn title(words: &Words, code: &str, language: Language) -> Option<String> {
    let mut rest = words.get(code)?.sentence.text(language);
    let mut title = String::new();
    while let Some((before, after)) = rest.split_once('[') {
        title.push_str(before);
        rest = after.split_once(']').map_or("", |(_, next)| next);
    }
    title.push_str(rest);
    if title.contains('{') { None } else { Some(title) }
}

/// Tells the title of a problem in the caller's language (`Accept-Language`).
pub(super) async fn titles(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let language = language(request.headers());
    let mut response = next.run(request).await;
    let Some(Titled { keys, mut wire }) = response.extensions_mut().remove() else {
        return response;
    };
    let words = &app.engine.book.words;
    if let Some(title) = keys.iter().find_map(|code| title(words, code, language)) {
        wire.title = title;
    }
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Json(wire).into_response().into_body())
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (key, _, title) = self.code.row();
        let named = self.named.clone().unwrap_or_else(|| key.to_owned());
        let wire = ProblemWire {
            kind: documented(self.named.as_deref().unwrap_or(key)),
            title: title.to_owned(),
            status: self.status.as_u16(),
            detail: self.detail,
            findings: self.findings,
            exchange: self.exchange,
        };
        let mut response = (self.status, Json(&wire)).into_response();
        response.extensions_mut().insert(Titled { keys: [named, key.to_owned()], wire });
        let headers = response.headers_mut();
        let kind = HeaderValue::from_static("application/problem+json");
        headers.insert(header::CONTENT_TYPE, kind);
        if self.closes {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        #[cfg(feature = "faults")]
        if crate::planted::is("no_retry_after") {
            return response;
        }
        let asks_to_wait = [StatusCode::SERVICE_UNAVAILABLE, StatusCode::TOO_MANY_REQUESTS];
        if asks_to_wait.contains(&self.status) {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        response
    }
}
