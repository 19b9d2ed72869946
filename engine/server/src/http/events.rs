//! `GET /v1/events`: what moved, as pages or as a stream, with one cursor without gaps.

use super::app::App;
use super::authentication::Caller;
use super::language::language;
use super::limits::KEEP_ALIVE;
use super::media::{self, Wanted};
use super::problem::{Code, Problem, ProblemWire};
use super::query::{Query, page_size, position, unread};
use super::wire::{EventWire, Page, Told, event};
use crate::shell::timers::stopped;
use acquit_mapping::language::Language;
use acquit_store::LogRow;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, watch};
use utoipa::IntoParams;

/// Rows fetched at a time for a stream.
const STREAM_PAGE: u32 = 100;

/// From where, and how many.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The `id` of the last event seen; the start of the log when absent.
    after: Option<String>,
    /// How many.
    limit: Option<u32>,
}

/// Moves of the invoices the caller may see, as CloudEvents. With `Accept: text/event-stream`
/// the stream goes on from `Last-Event-ID` (or `after`) for as long as the caller listens.
#[utoipa::path(get, path = "/v1/events", tag = "log",
    params(
        Asked,
        ("Last-Event-ID" = Option<String>, Header, description = "As `after`, of a stream"),
    ),
    responses(
        (status = 200, description = "A page; or server-sent events, each with `id` (the cursor), \
            `event` (the type) and `data` (one CloudEvent as JSON)",
            content((Page<EventWire> = "application/json"), (String = "text/event-stream"))),
        (status = 400, body = ProblemWire),
        (status = 503, description = "Too many streams", body = ProblemWire),
    ))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let last = last.map(ToOwned::to_owned).or(asked.after);
    let after = position(last.as_ref())?;
    if after > *app.engine.store.watch().borrow() {
        let detail = "after: the log does not reach so far; this server gave no such cursor.";
        return Err(Problem::new(Code::Cursor, detail));
    }
    if media::wanted(&headers) == Wanted::Stream {
        return stream(app, caller, after, language(&headers));
    }
    let limit = page_size(asked.limit);
    let store = &app.engine.store;
    let page = store.events(&caller.viewer(), after, limit).await.map_err(unread)?;
    let told = app.told(language(&headers));
    let items = page.rows.iter().map(|row| event(row.seq, &row.exchange, told)).collect();
    Ok(Json(Page::piece(items, page.more.then_some(page.next))).into_response())
}

/// Where a stream stands.
struct Following {
    app: Arc<App>,
    caller: Caller,
    position: i64,
    ready: VecDeque<LogRow>,
    more: bool,
    grown: watch::Receiver<i64>,
    stopping: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

fn stream(
    app: Arc<App>,
    caller: Caller,
    after: i64,
    language: Language,
) -> Result<Response, Problem> {
    let place = app
        .streams
        .clone()
        .try_acquire_owned()
        .map_err(|_| Problem::new(Code::Busy, "Too many event streams are open."))?;
    let following = Following {
        grown: app.engine.store.watch(),
        stopping: app.stopping.clone(),
        app,
        caller,
        position: after,
        ready: VecDeque::new(),
        more: true,
        _place: place,
    };
    let events = unfold(following, move |mut following| async move {
        let row = following.next().await?;
        let sent = sse(&row, following.app.told(language));
        Some((Ok::<Event, Infallible>(sent), following))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    let mut response = Sse::new(events).keep_alive(keep_alive).into_response();
    let buffering = axum::http::HeaderValue::from_static("no");
    response.headers_mut().insert("x-accel-buffering", buffering);
    Ok(response)
}

impl Following {
    /// The next row; `None` when the stream ends.
    async fn next(&mut self) -> Option<LogRow> {
        loop {
            if let Some(row) = self.ready.pop_front() {
                return Some(row);
            }
            if !self.more {
                // Marked as seen before asking, so that what grows meanwhile is not missed.
                tokio::select! {
                    changed = self.grown.changed() => changed.ok()?,
                    () = stopped(&mut self.stopping) => return None,
                }
            }
            self.grown.mark_unchanged();
            let store = &self.app.engine.store;
            let holder = store.key(self.caller.key).await.ok()??;
            if holder.revoked_at.is_some() {
                return None;
            }
            let viewer = self.caller.viewer();
            let page = store.events(&viewer, self.position, STREAM_PAGE).await.ok()?;
            self.position = page.next;
            self.more = page.more;
            self.ready.extend(page.rows);
        }
    }
}

/// A row as a server-sent event.
fn sse(row: &LogRow, told: Told<'_>) -> Event {
    let wire = event(row.seq, &row.exchange, told);
    let data = serde_json::to_string(&wire).unwrap_or_else(|_| "{}".to_owned());
    Event::default().id(&wire.id).event(&wire.kind).data(data)
}
