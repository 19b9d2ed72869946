//! The exchange log: rows, raw bytes, and what was read in them.

use super::app::App;
use super::authentication::Caller;
use super::language::Spoken;
use super::problem::{Code, Problem, ProblemWire};
use super::query::{Path, Query, page_size, position, unread, word};
use super::wire::{LetterWire, Page, ReadingWire, RowWire};
use crate::shell::steps;
use acquit_domain::{Function, Id, InvoiceKey, InvoiceNumber, Parcel, PartyCode, Role, Verdict};
use acquit_store::{ExchangeFilter, LogRow};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Which rows.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The cursor of the page before; the start of the log when absent.
    after: Option<String>,
    /// Only rows before this cursor, newest first: for the end of the log. Not with `after`.
    before: Option<String>,
    /// Code of the partner concerned.
    partner: Option<String>,
    /// The invoice concerned: its number, or `issuer/number`.
    invoice: Option<String>,
    /// Code of the function (`INV`, `ACC`, `CONTRL`), or the sender's word for it (`INVOIC`).
    #[serde(rename = "type")]
    kind: Option<String>,
    /// What was decided.
    verdict: Option<String>,
    /// How many.
    limit: Option<u32>,
}

/// Rows of the log, oldest first: an operator sees all, a partner its own. A key of the role
/// `client` sees those about invoices addressed to it, whatever else its party does.
#[utoipa::path(get, path = "/v1/exchanges", tag = "log", params(Asked),
    responses((status = 200, body = Page<RowWire>), (status = 400, body = ProblemWire)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Spoken(language): Spoken,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<RowWire>>, Problem> {
    let filter = ExchangeFilter {
        after: position(asked.after.as_ref())?,
        before: before(&asked)?,
        partner: word("partner", asked.partner.as_ref(), |text| {
            PartyCode::new(&app.code_of(text))
        })?,
        invoice: None,
        number: None,
        function: word("type", asked.kind.as_ref(), function_of)?,
        verdict: word("verdict", asked.verdict.as_ref(), Verdict::of)?,
    };
    let is_newest_first = filter.before.is_some();
    let limit = page_size(asked.limit);
    let store = &app.engine.store;
    let filters = match asked.invoice.as_deref().filter(|text| !text.is_empty()) {
        Some(text) => about(&app, &caller, &filter, text)?,
        None => vec![filter],
    };
    let mut rows: Vec<LogRow> = Vec::new();
    for filter in filters {
        rows.extend(store.exchanges(&caller.viewer(), &filter, limit).await.map_err(unread)?);
    }
    match is_newest_first {
        true => rows.sort_by_key(|row| std::cmp::Reverse(row.seq)),
        false => rows.sort_by_key(|row| row.seq),
    }
    rows.truncate(limit as usize);
    let full = u32::try_from(rows.len()).is_ok_and(|count| count == limit);
    let next = rows.last().map(|row| row.seq).filter(|_| full);
    let rows = client_side(&app, &caller, rows).await?;
    let told = app.told(language);
    let items = rows.iter().map(|row| RowWire::told(row, told)).collect();
    Ok(Json(Page::piece(items, next)))
}

/// Of the rows of a party those its role is concerned with: a client with the invoices addressed
/// to it, although the same party may be an issuer with other keys.
async fn client_side(
    app: &App,
    caller: &Caller,
    mut rows: Vec<LogRow>,
) -> Result<Vec<LogRow>, Problem> {
    if caller.role != Role::Client {
        return Ok(rows);
    }
    let mut seen = BTreeMap::new();
    for key in rows.iter().filter_map(|row| row.exchange.invoice.as_ref()) {
        if !seen.contains_key(key) {
            let file = app.engine.store.invoice(&caller.viewer(), key).await.map_err(unread)?;
            seen.insert(key.clone(), file.is_some());
        }
    }
    let is_seen = |key: &InvoiceKey| seen.get(key).copied().unwrap_or_default();
    rows.retain(|row| row.exchange.invoice.as_ref().is_some_and(is_seen));
    Ok(rows)
}

/// The position rows are asked before; they then come newest first.
fn before(asked: &Asked) -> Result<Option<i64>, Problem> {
    let given = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
    match (given(&asked.before), given(&asked.after)) {
        (true, true) => Err(Problem::new(Code::Request, "before: not together with after.")),
        (true, false) => position(asked.before.as_ref()).map(Some),
        (false, _) => Ok(None),
    }
}

/// The function of a code of the log, or of the type a sender writes in its message.
fn function_of(text: &str) -> Option<Function> {
    match text {
        "INVOIC" => Some(Function::Inv),
        code => Function::of(code),
    }
}

/// The rows about `issuer/number`, or about a number alone, which may be one of the caller's or
/// of every issuer's. A number may have slashes too.
fn about(
    app: &App,
    caller: &Caller,
    filter: &ExchangeFilter,
    text: &str,
) -> Result<Vec<ExchangeFilter>, Problem> {
    let of = |issuer: &str, number: &str| {
        let issuer = PartyCode::new(&app.code_of(issuer))?;
        let invoice = Some(InvoiceKey { issuer, number: InvoiceNumber::new(number)? });
        Some(ExchangeFilter { invoice, ..filter.clone() })
    };
    let mut filters = Vec::new();
    let mut is_known = false;
    if let Some((issuer, number)) = text.split_once('/') {
        filters.extend(of(issuer, number));
        is_known = app.engine.book.agreement_by_code(issuer).is_some();
    }
    match caller.role {
        _ if is_known => {}
        Role::Issuer => filters.extend(of(caller.party.as_str(), text)),
        _ => filters.extend(
            InvoiceNumber::new(text)
                .map(|number| ExchangeFilter { number: Some(number), ..filter.clone() }),
        ),
    }
    match filters.is_empty() {
        true => Err(Problem::new(Code::Request, "invoice: send a number, or issuer/number.")),
        false => Ok(filters),
    }
}

/// One row of the log with the letters its parcel was answered with.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeExchange {
    /// The row.
    #[serde(flatten)]
    row: RowWire,
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
        row: RowWire::told(&found, app.told(language)),
        letters: letters.iter().filter(|letter| own(&letter.to)).map(LetterWire::from).collect(),
    }))
}

/// The bytes of the parcel the message came in, exactly as they were received: evidence, with any
/// password the sender wrote into its envelope (UNB 0022). They are given to the party that sent
/// them and to operators, and to nobody else; every other view masks or leaves it out. The headers
/// `Acquit-First-Byte` and `Acquit-Bytes` say where in them the message of this row stands.
#[utoipa::path(get, path = "/v1/exchanges/{id}/raw", tag = "log", params(("id" = String, Path)),
    responses(
        (status = 200, description = "The parcel", content_type = "application/octet-stream"),
        (status = 404, body = ProblemWire),
    ))]
pub(super) async fn raw(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    #[cfg(feature = "faults")]
    let caller = match crate::planted::is("tenant_hole") {
        true => Caller { role: Role::Operator, ..caller },
        false => caller,
    };
    let found = row(&app, &caller, &id).await?;
    let parcel = parcel(&app, &caller, &found).await?;
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    let mut response = (kind, parcel.bytes.to_vec()).into_response();
    let headers = response.headers_mut();
    headers.insert("acquit-first-byte", HeaderValue::from(found.exchange.first_byte));
    headers.insert("acquit-bytes", HeaderValue::from(found.exchange.bytes));
    Ok(response)
}

/// What today's rulebook reads in the message: every value of the canonical record with the place
/// it came from, findings, and what nothing claimed.
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
    let parcel = parcel(&app, &caller, &found).await?;
    let book = app.engine.book.clone();
    let first_byte = found.exchange.first_byte;
    let read = move || {
        if let Some(survey) = steps::survey(&book, &parcel) {
            return Some(ReadingWire::of_large(&survey, first_byte, &book, language));
        }
        let work = steps::read(&book, parcel);
        work.reading().map(|reading| ReadingWire::new(reading, first_byte, &book, language))
    };
    let wire = tokio::task::spawn_blocking(read).await.ok().flatten();
    wire.map(Json).ok_or_else(|| Problem::new(Code::Internal, "The message could not be read."))
}

/// The parcel of a row: its sender's own, and the operator's to look at.
async fn parcel(app: &App, caller: &Caller, found: &LogRow) -> Result<Parcel, Problem> {
    let parcel = app.engine.store.parcel(found.exchange.parcel).await.map_err(unread)?;
    let own = |parcel: &Parcel| {
        let sent = caller.role != Role::Client && parcel.partner.as_ref() == Some(&caller.party);
        caller.role == Role::Operator || sent
    };
    parcel.filter(own).ok_or_else(Problem::not_found)
}

/// A row the caller may see.
async fn row(app: &App, caller: &Caller, id: &str) -> Result<LogRow, Problem> {
    let id: Id = id.parse().map_err(|_| Problem::not_found())?;
    let found = app.engine.store.exchange(&caller.viewer(), id).await.map_err(unread)?;
    let found = client_side(app, caller, found.into_iter().collect()).await?;
    found.into_iter().next().ok_or_else(Problem::not_found)
}
