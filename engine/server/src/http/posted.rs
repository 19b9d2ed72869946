//! JSON bodies: within their limit, every field known; a problem says what is wrong.

use super::app::App;
use super::body::receive;
use super::limits::JSON_BODY_MAX;
use super::media;
use super::problem::{Code, Problem};
use super::query::printable;
use acquit_domain::Media;
use acquit_domain::mask::mask;
use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use utoipa::PartialSchema;
use utoipa::openapi::{RefOr, Schema};

/// A JSON body within the limit of JSON bodies.
pub(super) struct Posted<T>(pub T);

impl<T: DeserializeOwned + PartialSchema> FromRequest<Arc<App>> for Posted<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Posted<T>, Problem> {
        let (parts, body) = request.into_parts();
        let (posted, _) = read(app, &parts.headers, body, JSON_BODY_MAX).await?;
        Ok(Posted(posted))
    }
}

/// A JSON body of at most `most` bytes, with the bytes it was.
pub(super) async fn read<T: DeserializeOwned + PartialSchema>(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<(T, Vec<u8>), Problem> {
    let sent = media::sent(headers).filter(|sent| sent.media == Media::Json);
    sent.ok_or_else(|| Problem::new(Code::MediaType, "Send application/json.").closing())?;
    let bytes = receive(app, headers, body, most).await?.bytes;
    let value: Value = serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let detail = format!("The body is no JSON: line {line}, column {column}.");
        Problem::new(Code::Request, detail)
    })?;
    let fault = fault::<T>(&value);
    let posted = serde_json::from_value(value).map_err(|error| {
        let detail = fault.unwrap_or_else(|| printable(&mask(&error.to_string())));
        Problem::new(Code::Request, detail)
    })?;
    Ok((posted, bytes))
}

/// What is wrong with the fields of a body that cannot be read, in plain words; `None` when it
/// is something else.
fn fault<T: PartialSchema>(value: &Value) -> Option<String> {
    let schema = T::schema();
    let (RefOr::T(Schema::Object(shape)), Some(fields)) = (schema, value.as_object()) else {
        return Some("The body is no JSON object.".to_owned());
    };
    let known: Vec<&str> = shape.properties.keys().map(String::as_str).collect();
    if let Some(field) = fields.keys().find(|field| !known.contains(&field.as_str())) {
        return Some(format!("{}: not known here; known: {}.", printable(field), known.join(", ")));
    }
    let missing = shape.required.iter().find(|field| !fields.contains_key(field.as_str()));
    missing.map(|field| format!("{field}: missing."))
}
