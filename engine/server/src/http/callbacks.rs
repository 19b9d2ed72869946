//! `/callbacks/{provider}`: what payment providers tell us, under their own signatures.

use super::app::App;
use super::body::receive;
use super::inbox;
use super::language::language;
use super::problem::{Code, Problem, ProblemWire};
use super::wire::BytesWire;
use crate::gateway::callback::{CALLBACK, MESSAGE_MAX};
use crate::gateway::{Answered, Called};
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Takes what a payment provider tells, signed as agreed with it. It is answered in its own words,
/// after everything is stored; 503 means that nothing was, and that it is to be sent again.
#[utoipa::path(
    post,
    path = "/callbacks/{provider}",
    tag = "partners",
    security(()),
    params(("provider" = String, Path, description = "Name of the provider's folder")),
    request_body(
        description = "The message, as the provider sends it",
        content(
            (BytesWire = "application/x-www-form-urlencoded"),
            (BytesWire = "application/json"),
        )
    ),
    responses(
        (status = 200, description = "The answer in the provider's words", body = BytesWire,
            content_type = "text/plain"),
        (status = 400, description = "It cannot be read", body = ProblemWire),
        (status = 401, description = "Not signed as agreed", body = ProblemWire),
        (status = 404, description = "No such provider", body = ProblemWire),
        (status = 409, description = "Its identifier was used before", body = ProblemWire),
        (status = 413, description = "Too large", body = ProblemWire),
        (status = 422, description = "A value is missing or wrong", body = ProblemWire),
        (status = 503, description = "Not stored; send it again", body = ProblemWire),
    )
)]
pub(super) async fn post(
    State(app): State<Arc<App>>,
    Path(provider): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    take(&app, &provider, CALLBACK, request).await
}

/// As the address above, for the other messages of a provider (`cancel`).
#[utoipa::path(
    post,
    path = "/callbacks/{provider}/{message}",
    tag = "partners",
    security(()),
    params(
        ("provider" = String, Path, description = "Name of the provider's folder"),
        ("message" = String, Path, description = "Name of the message"),
    ),
    request_body(content(
        (BytesWire = "application/x-www-form-urlencoded"),
        (BytesWire = "application/json"),
    )),
    responses(
        (status = 200, description = "The answer in the provider's words", body = BytesWire,
            content_type = "text/plain"),
        (status = 400, description = "It cannot be read", body = ProblemWire),
        (status = 401, description = "Not signed as agreed", body = ProblemWire),
        (status = 404, description = "No such message", body = ProblemWire),
        (status = 413, description = "Too large", body = ProblemWire),
        (status = 503, description = "Not stored; send it again", body = ProblemWire),
    )
)]
pub(super) async fn post_message(
    State(app): State<Arc<App>>,
    Path((provider, message)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    take(&app, &provider, &message, request).await
}

/// Tells a provider what became of a payment it names.
#[utoipa::path(
    get,
    path = "/callbacks/{provider}/{message}",
    tag = "partners",
    security(()),
    params(
        ("provider" = String, Path, description = "Name of the provider's folder"),
        ("message" = String, Path, description = "Name of the message"),
    ),
    responses(
        (status = 200, description = "The state in the provider's words", body = BytesWire,
            content_type = "application/json"),
        (status = 404, description = "No such question", body = ProblemWire),
        (status = 405, description = "This is told to us, not asked", body = ProblemWire),
        (status = 503, description = "Not now", body = ProblemWire),
    )
)]
pub(super) async fn state(
    State(app): State<Arc<App>>,
    Path((provider, message)): Path<(String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let gateway = app.gateway().ok_or_else(Problem::not_found)?;
    if gateway.takes(&provider, &message) {
        let detail = "This address does not know this method.";
        return Err(Problem::new(Code::Method, detail));
    }
    let answered = gateway.state(&provider, &message, query.as_deref().unwrap_or_default()).await;
    respond(&app, &headers, answered)
}

async fn take(
    app: &App,
    provider: &str,
    message: &str,
    request: Request,
) -> Result<Response, Problem> {
    let gateway = app.gateway().ok_or_else(Problem::not_found)?;
    if !gateway.takes(provider, message) {
        return Err(match gateway.is_asked(provider, message) {
            true => Problem::new(Code::Method, "This address is asked, not told.").closing(),
            false => Problem::not_found().closing(),
        });
    }
    let (parts, body) = request.into_parts();
    let received = receive(app, &parts.headers, body, MESSAGE_MAX).await?;
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value)));
    let called = Called {
        provider,
        message,
        headers: headers.collect(),
        from: parts.extensions.get::<std::net::SocketAddr>().map(std::net::SocketAddr::ip),
        bytes: received.bytes,
    };
    let answered = gateway.callback(called).await;
    respond(app, &parts.headers, answered)
}

fn respond(app: &App, headers: &HeaderMap, answered: Answered) -> Result<Response, Problem> {
    match answered {
        Answered::Said { status, media, body, .. } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let media =
                HeaderValue::from_str(&media).unwrap_or(HeaderValue::from_static("text/plain"));
            Ok((status, [(header::CONTENT_TYPE, media)], body).into_response())
        }
        Answered::Problem { status, finding } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            let findings = app.told(language(headers)).findings(&[finding]);
            let problem = Problem::new(Code::Request, "The message was not believed.");
            Err(problem.about(status, findings, String::new()))
        }
        Answered::Nowhere => Err(Problem::not_found()),
        Answered::Later => Err(Problem::new(Code::Busy, "Not now; send it again.")),
        Answered::Closed(refusal) => Err(inbox::problem(refusal)),
    }
}
