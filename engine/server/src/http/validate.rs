//! `POST /v1/validate`: what would be found in a message, before any account. Nothing is stored,
//! nothing is decided, and nobody is asked who it is.

use super::app::App;
use super::body::receive;
use super::language::language;
use super::limits::VALIDATE_BODY_MAX;
use super::media;
use super::problem::{Code, Problem, ProblemWire};
use super::wire::{BytesWire, ReadingWire};
use crate::shell::{Arrival, steps};
use acquit_domain::Channel;
use axum::Json;
use axum::extract::{Request, State};
use std::sync::Arc;

/// Reads a message and tells everything found in it: syntax, structure, codes, arithmetic. At
/// most 1 MB; no key is needed.
#[utoipa::path(
    post,
    path = "/v1/validate",
    tag = "partners",
    request_body(
        description = "The message, as it is",
        content(
            (BytesWire = "application/edifact"),
            (BytesWire = "application/xml"),
            (BytesWire = "application/json"),
            (BytesWire = "application/octet-stream"),
        )
    ),
    responses(
        (status = 200, description = "What was read and found", body = ReadingWire),
        (status = 413, description = "Too large", body = ProblemWire),
        (status = 415, description = "Media type not taken", body = ProblemWire),
        (status = 503, description = "Others are being read; try again", body = ProblemWire),
    )
)]
pub(super) async fn post(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Json<ReadingWire>, Problem> {
    let (parts, body) = request.into_parts();
    let sent = media::sent(&parts.headers).ok_or_else(|| {
        let detail = "Send application/edifact, application/xml or application/json.";
        Problem::new(Code::MediaType, detail).closing()
    })?;
    let most = VALIDATE_BODY_MAX.min(sent.body_max());
    // Strangers share a little room, so that they can never take it from partners.
    let _place = app
        .strangers
        .try_acquire()
        .map_err(|_| Problem::new(Code::Busy, "Other messages are being read.").closing())?;
    let received = receive(&app, &parts.headers, body, most).await?;
    let arrival =
        Arrival { media: sent.media, charset: sent.charset, ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(&app.engine.clock, received.bytes.as_slice());
    let language = language(&parts.headers);
    let book = app.engine.book.clone();
    let read = move || {
        let work = steps::read(&book, parcel);
        work.reading().map(|reading| ReadingWire::whole(reading, &book, language))
    };
    let wire = tokio::task::spawn_blocking(read).await.ok().flatten();
    wire.map(Json).ok_or_else(|| Problem::new(Code::Internal, "The message could not be read."))
}
