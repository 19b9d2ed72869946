//! What every request and every response passes through.

use super::problem::{Code, Problem};
use super::wire::hex;
use crate::shell::arrival::random;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

/// Methods that some address knows; everything else (TRACE, CONNECT, inventions) is refused.
const METHODS: &[Method] = &[Method::GET, Method::HEAD, Method::POST];

/// Header with the identifier of a request, ours or the caller's.
const REQUEST_ID: &str = "x-request-id";

/// Longest request identifier taken over from a caller.
const REQUEST_ID_MAX: usize = 64;

/// Headers of every response. A page shows only what this server serves, in nobody's frame.
const HEADERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    (
        "content-security-policy",
        "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
         form-action 'self'",
    ),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// Refuses unknown methods, gives every request an identifier and every response its headers.
pub(super) async fn guard(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        method = %request.method(),
        path = request.uri().path(),
        status = tracing::field::Empty,
    );
    #[cfg(feature = "otlp")]
    crate::telemetry::continued(&span, request.headers());
    let mut response = match METHODS.contains(request.method()) {
        true => {
            request.headers_mut().insert(REQUEST_ID, id.clone());
            next.run(request).instrument(span.clone()).await
        }
        false => Problem::new(Code::Method, "GET, HEAD and POST are known.").into_response(),
    };
    span.record("status", response.status().as_u16());
    span.in_scope(|| tracing::debug!("answered"));
    let status = response.status();
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    for (name, value) in HEADERS {
        headers.entry(*name).or_insert(HeaderValue::from_static(value));
    }
    if status != StatusCode::NOT_MODIFIED {
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// The caller's request identifier when it is harmless, otherwise a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let harmless = |value: &&HeaderValue| {
        let bytes = value.as_bytes();
        (1..=REQUEST_ID_MAX).contains(&bytes.len())
            && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
    };
    headers.get(REQUEST_ID).filter(harmless).cloned().unwrap_or_else(|| {
        let id = hex(&random::<16>());
        HeaderValue::from_str(&id).unwrap_or(HeaderValue::from_static("none"))
    })
}
