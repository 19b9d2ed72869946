//! The exchange log: rows, raw bytes, and what was read in them.

use super::app::App;
use super::authentication::Caller;
use super::language::Spoken;
use super::problem::{Code, Problem, ProblemWire};
use super::query::{Path, Query, page_size, position, unread, word};
use super::wire::{ExchangeWire, LetterWire, Page, ReadingWire};
use crate::shell::steps;
use acquit_domain::{Function, Id, InvoiceKey, InvoiceNumber, Parcel, PartyCode, Role, Verdict};
use acquit_store::{ExchangeFilter, LogRow};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which rows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The cursor of the page before; the start of the log when absent.
    after: Option<String>,
    /// Code of the partner concerned.
    partner: Option<String>,
    /// The invoice concerned, as `issuer/number`.
    invoice: Option<String>,
    /// Code of the function: `INV`, `ACC`, `CONTRL`.
    #[serde(rename = "type")]
    kind: Option<String>,
    /// What was decided.
    verdict: Option<String>,
    /// How many.
    limit: Option<u32>,
}

/// Rows of the log, oldest first: an operator sees all, a partner its own.
#[utoipa::path(get, path = "/v1/exchanges", tag = "log", params(Asked),
    responses((status = 200, body = Page<ExchangeWire>), (status = 400, body = ProblemWire)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Spoken(language): Spoken,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<ExchangeWire>>, Problem> {
    let filter = ExchangeFilter {
        after: position(asked.after.as_ref())?,
        before: None,
        partner: word("partner", asked.partner.as_ref(), PartyCode::new)?,
        invoice: word("invoice", asked.invoice.as_ref(), invoice_of)?,
        function: word("type", asked.kind.as_ref(), Function::of)?,
        verdict: word("verdict", asked.verdict.as_ref(), Verdict::of)?,
    };
    let limit = page_size(asked.limit);
    let store = &app.engine.store;
    let rows = store.exchanges(&caller.viewer(), &filter, limit).await.map_err(unread)?;
    let full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().map(|row| row.seq).filter(|_| full);
    let told = app.told(language);
    let items = rows.iter().map(|row| ExchangeWire::told(&row.exchange, told)).collect();
    Ok(Json(Page::piece(items, next)))
}

/// The invoice of `issuer/number`.
fn invoice_of(text: &str) -> Option<InvoiceKey> {
    let (issuer, number) = text.split_once('/')?;
    Some(InvoiceKey { issuer: PartyCode::new(issuer)?, number: InvoiceNumber::new(number)? })
}

/// One row of the log with the letters its parcel was answered with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeExchange {
    /// Position in the log.
    cursor: String,
    /// The row.
    #[serde(flatten)]
    row: ExchangeWire,
    /// The letters, byte for byte.
    letters: Vec<LetterWire>,
}

/// One row of the log.
#[utoipa::path(get, path = "/v1/exchanges/{id}", tag = "log", params(("id" = String, Path)),
    responses((status = 200, body = WholeExchange), (status = 404, body = ProblemWire)))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Spoken(language): Spoken,
    Path(id): Path<String>,
) -> Result<Json<WholeExchange>, Problem> {
    let found = row(&app, &caller, &id).await?;
    let answer = app.engine.store.answer(found.exchange.parcel).await.map_err(unread)?;
    let letters = answer.map(|answer| answer.letters).unwrap_or_default();
    let own = |party: &PartyCode| caller.role == Role::Operator || *party == caller.party;
    Ok(Json(WholeExchange {
        cursor: found.seq.to_string(),
        row: ExchangeWire::told(&found.exchange, app.told(language)),
        letters: letters.iter().filter(|letter| own(&letter.to)).map(LetterWire::from).collect(),
    }))
}

/// The bytes of the message, as they came.
#[utoipa::path(get, path = "/v1/exchanges/{id}/raw", tag = "log", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The bytes", content_type = "application/octet-stream"),
        (status = 404, body = ProblemWire),
    ))]
pub(super) async fn raw(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: Id = id.parse().map_err(|_| Problem::not_found())?;
    let bytes = app.engine.store.raw(&caller.viewer(), id).await.map_err(unread)?;
    let bytes = bytes.ok_or_else(Problem::not_found)?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response())
}

/// What today's rulebook reads in the message: values, findings, and what nothing claimed.
#[utoipa::path(get, path = "/v1/exchanges/{id}/reading", tag = "log",
    params(("id" = String, Path)),
    responses((status = 200, body = ReadingWire), (status = 404, body = ProblemWire)))]
pub(super) async fn reading(
    State(app): State<Arc<App>>,
    caller: Caller,
    Spoken(language): Spoken,
    Path(id): Path<String>,
) -> Result<Json<ReadingWire>, Problem> {
    let found = row(&app, &caller, &id).await?;
    let parcel = app.engine.store.parcel(found.exchange.parcel).await.map_err(unread)?;
    let own = |parcel: &Parcel| {
        caller.role == Role::Operator || parcel.partner.as_ref() == Some(&caller.party)
    };
    let parcel = parcel.filter(own).ok_or_else(Problem::not_found)?;
    let book = app.engine.book.clone();
    let first_byte = found.exchange.first_byte;
    let read = move || {
        let work = steps::read(&book, parcel);
        work.reading().map(|reading| ReadingWire::new(reading, first_byte, &book, language))
    };
    let wire = tokio::task::spawn_blocking(read).await.ok().flatten();
    wire.map(Json).ok_or_else(|| Problem::new(Code::Internal, "The message could not be read."))
}

/// A row the caller may see.
async fn row(app: &App, caller: &Caller, id: &str) -> Result<LogRow, Problem> {
    let id: Id = id.parse().map_err(|_| Problem::not_found())?;
    let found = app.engine.store.exchange(&caller.viewer(), id).await.map_err(unread)?;
    found.ok_or_else(Problem::not_found)
}
