//! Query strings: every field is known, or the request is refused with the known ones listed.

use super::limits::{PAGE_DEFAULT, PAGE_MAX};
use super::problem::{Code, Problem};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use utoipa::IntoParams;

/// The fields of a query string.
pub(super) struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + IntoParams> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query<T>, Problem> {
        let unreadable = || Problem::new(Code::Request, "The query string cannot be read.");
        let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|_| unreadable())?;
        let known: Vec<String> =
            T::into_params(|| None).into_iter().map(|parameter| parameter.name).collect();
        if let Some(detail) = fault(&pairs.0, &known) {
            return Err(Problem::new(Code::Request, detail));
        }
        axum::extract::Query::<T>::try_from_uri(&parts.uri)
            .map(|query| Query(query.0))
            .map_err(|_| unreadable())
    }
}

/// What is wrong with the fields of a query string, in plain words.
fn fault(pairs: &[(String, String)], known: &[String]) -> Option<String> {
    for (at, (field, text)) in pairs.iter().enumerate() {
        let name = printable(field);
        if !known.contains(field) {
            return Some(format!("{name}: not known here; known: {}.", known.join(", ")));
        }
        if pairs[..at].iter().any(|(before, _)| before == field) {
            return Some(format!("{name}: given twice."));
        }
        let is_count = text.parse::<u32>().is_ok_and(|count| count > 0);
        if field == "limit" && !is_count {
            return Some(format!("limit: a whole number from 1 to {PAGE_MAX} is expected."));
        }
    }
    None
}

/// The fields of an address.
pub(super) struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Path<T>, Problem> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|path| Path(path.0))
            .map_err(|_| Problem::not_found())
    }
}

/// A word of a query as what it stands for; a problem that names the field when it stands for
/// nothing.
pub(super) fn word<T>(
    field: &str,
    text: Option<&String>,
    read: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    read(text).map(Some).ok_or_else(|| {
        let detail = format!("{field}: {:?} is not known here.", printable(text));
        Problem::new(Code::Request, detail)
    })
}

/// A position in a log, as `after` gives it; the start when it is not given.
pub(super) fn position(after: Option<&String>) -> Result<i64, Problem> {
    let Some(text) = after.filter(|text| !text.is_empty()) else { return Ok(0) };
    let position = text.parse::<i64>().ok().filter(|position| *position >= 0);
    position.ok_or_else(|| Problem::new(Code::Cursor, "after: this server gave no such cursor."))
}

/// How many items a page has: what is asked for, cut to what is allowed.
pub(super) fn page_size(limit: Option<u32>) -> u32 {
    limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX)
}

/// The problem of a fault of the store while reading.
pub(super) fn unread(error: acquit_store::Error) -> Problem {
    match error {
        acquit_store::Error::Cursor => {
            Problem::new(Code::Cursor, "after: this server gave no such cursor for this list.")
        }
        error => {
            tracing::error!(error = %error, "the store could not be asked");
            Problem::new(Code::Stopped, "The store could not be asked; try again.")
        }
    }
}

/// Text for a problem's detail: no control characters, and not too long.
pub(super) fn printable(text: &str) -> String {
    const DETAIL_MAX: usize = 300;
    text.chars().filter(|c| !c.is_control()).take(DETAIL_MAX).collect()
}
