//! `GET /v1/documents/{id}`: the file itself.

use super::app::App;
use super::authentication::Caller;
use super::problem::{Problem, ProblemWire};
use super::query::{Path, unread};
use acquit_domain::{Id, Role};
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The bytes of a document. They are a partner's, so they are offered for saving and never shown
/// as a page of this server.
#[utoipa::path(get, path = "/v1/documents/{id}", tag = "invoices",
    params(("id" = String, Path)),
    responses(
        (status = 200, description = "The file", content_type = "application/pdf"),
        (status = 404, body = ProblemWire),
    ))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    caller.allow(&[Role::Client, Role::Portal, Role::Issuer, Role::Operator])?;
    let id: Id = id.parse().map_err(|_| Problem::not_found())?;
    let document = app.engine.store.document(&caller.viewer(), id).await.map_err(unread)?;
    let document = document.ok_or_else(Problem::not_found)?;
    let is_pdf = document.bytes.starts_with(b"%PDF-");
    let kind = if is_pdf { "application/pdf" } else { "application/octet-stream" };
    let mut response = document.bytes.to_vec().into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&disposition(&document.name)) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

/// `Content-Disposition` with the name in the form of RFC 8187: nothing a name holds can leave
/// its place.
fn disposition(name: &str) -> String {
    let mut value = "attachment; filename*=UTF-8''".to_owned();
    for byte in name.bytes() {
        match byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            true => value.push(char::from(byte)),
            false => value.push_str(&format!("%{byte:02X}")),
        }
    }
    value
}
