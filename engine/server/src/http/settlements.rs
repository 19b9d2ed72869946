//! Settlements of providers by the day, statements and files of cheques of banks.

use super::app::App;
use super::authentication::Caller;
use super::body::receive;
use super::inbox;
use super::language::Spoken;
use super::limits::EDIFACT_BODY_MAX;
use super::operator::{Why, reason};
use super::posted::Posted;
use super::problem::{Code, Problem, ProblemWire};
use super::query::{Path, Query, page_size, unread, word};
use super::wire::{BytesWire, Page};
use crate::settlement::{self, ChequesWire, DayWire, Import, Refused, StatementsWire};
use crate::shell::Arrival;
use acquit_domain::pay::Day;
use acquit_domain::{Channel, Currency, Date, Finding, Media, Parcel, Role};
use acquit_mapping::language::Language;
use acquit_mapping::rulebook::Rulebook;
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Findings of a refused file that are told.
const TOLD_MAX: usize = 20;
/// Currency of a day that is asked for without one.
const CURRENCY: &str = "MAD";

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Listed {
    /// Code of the provider.
    provider: Option<String>,
    /// How many.
    limit: Option<u32>,
}

/// How a settlement is taken.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Taken {
    /// The day; the one most lines name without it.
    day: Option<String>,
    /// `true` closes the day: it never changes again.
    close: Option<bool>,
}

/// What of a day.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Currency of the amounts; MAD without it.
    currency: Option<String>,
    /// `all` for the lines that match, too.
    lines: Option<String>,
}

/// The days that were matched, the latest first, without their lines.
#[utoipa::path(get, path = "/v1/settlements", tag = "operations", params(Listed),
    responses((status = 200, body = Page<DayWire>), (status = 403, body = ProblemWire)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(listed): Query<Listed>,
) -> Result<Json<Page<DayWire>>, Problem> {
    let provider = match caller.role {
        Role::Provider => Some(caller.party.to_string()),
        _ => listed.provider.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty()),
    };
    caller.allow(&[Role::Operator, Role::Provider])?;
    let limit = page_size(listed.limit);
    let days = app.engine.store.settlement_days(provider, limit).await.map_err(unread)?;
    Ok(Json(Page::whole(days.iter().map(|day| settlement::json(day, false)).collect())))
}

/// One day, in JSON, or as CSV with `Accept: text/csv`. What a spreadsheet would take for a
/// formula gets an apostrophe in front.
#[utoipa::path(get, path = "/v1/settlements/{provider}/{day}", tag = "operations",
    params(("provider" = String, Path), ("day" = String, Path), Asked),
    responses(
        (status = 200, content((DayWire = "application/json"), (BytesWire = "text/csv"))),
        (status = 404, body = ProblemWire),
    ))]
pub(super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((provider, day)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let day = held(&app, &caller, &provider, &day, &asked).await?;
    let all = asked.lines.as_deref() == Some("all");
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    if accepted.is_some_and(|text| text.starts_with("text/csv")) {
        let kind = [(header::CONTENT_TYPE, "text/csv; charset=utf-8")];
        return Ok((kind, settlement::csv(&day)).into_response());
    }
    Ok(Json(settlement::json(&day, all)).into_response())
}

/// A day the caller may see.
async fn held(
    app: &App,
    caller: &Caller,
    provider: &str,
    day: &str,
    asked: &Asked,
) -> Result<Day, Problem> {
    caller.allow(&[Role::Operator, Role::Provider])?;
    let provider = code(&app.engine.book, provider);
    if caller.role == Role::Provider && caller.party.as_str() != provider {
        return Err(Problem::not_found());
    }
    let currency = word("currency", asked.currency.as_ref(), Currency::of)?;
    let currency = currency.or_else(|| Currency::of(CURRENCY)).ok_or_else(Problem::not_found)?;
    let on: Date = day.parse().map_err(|_| Problem::not_found())?;
    let store = &app.engine.store;
    let found = store.settlement_day(provider.to_owned(), on, currency).await.map_err(unread)?;
    found.ok_or_else(Problem::not_found)
}

/// Takes a provider's settlement file and matches it with the ledger. The same file again gives
/// the same; a file for a closed day is refused.
#[utoipa::path(post, path = "/v1/settlements/{provider}", tag = "operations",
    params(("provider" = String, Path), Taken),
    request_body(description = "The file, as it is", content((BytesWire = "text/csv"))),
    responses(
        (status = 200, description = "A day for each currency", body = Page<DayWire>),
        (status = 400, description = "It cannot be read; nothing of it counts", body = ProblemWire),
        (status = 404, body = ProblemWire),
        (status = 409, description = "The day is closed", body = ProblemWire),
    ))]
pub(super) async fn take(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(provider): Path<String>,
    Query(taken): Query<Taken>,
    Spoken(language): Spoken,
    request: Request,
) -> Result<Json<Page<DayWire>>, Problem> {
    caller.allow(&[Role::Operator, Role::Provider])?;
    let provider = code(&app.engine.book, &provider).to_owned();
    let own = caller.role == Role::Operator || caller.party.as_str() == provider;
    if !own || app.engine.book.provider(&provider).is_none() {
        return Err(Problem::not_found());
    }
    let on = word("day", taken.day.as_ref(), |text| text.parse::<Date>().ok())?;
    let close = taken.close.unwrap_or(false);
    if close {
        caller.allow(&[Role::Operator])?;
    }
    let parcel = parcel(&app, &caller, request).await?;
    let user = caller.party.to_string();
    let wanted = Import { provider, on, bank: None, close, user };
    let (engine, cashier) = (&app.engine, &app.cashier);
    let done = settlement::import(engine, cashier, parcel, &wanted, &|_, _| ()).await;
    let (days, _) = done.map_err(|why| refused(&app, language, why))?;
    Ok(Json(Page::whole(days.iter().map(|day| settlement::json(day, false)).collect())))
}

/// Closes a day as it was matched last: it never changes again.
#[utoipa::path(post, path = "/v1/settlements/{provider}/{day}/close", tag = "operations",
    params(("provider" = String, Path), ("day" = String, Path), Asked), request_body = Why,
    responses((status = 200, body = DayWire), (status = 404, body = ProblemWire)))]
pub(super) async fn close(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path((provider, day)): Path<(String, String)>,
    Query(asked): Query<Asked>,
    Spoken(language): Spoken,
    Posted(why): Posted<Why>,
) -> Result<Json<DayWire>, Problem> {
    caller.allow(&[Role::Operator])?;
    let reason = reason(&why.reason)?;
    let day = held(&app, &caller, &provider, &day, &asked).await?;
    let what = serde_json::json!({
        "close": day.provider, "day": day.on.to_string(), "reason": reason,
    });
    let arrival = Arrival {
        partner: Some(caller.party.clone()),
        media: Media::Json,
        ..Arrival::over(Channel::Http)
    };
    let parcel = arrival.parcel(&app.engine.clock, what.to_string().into_bytes());
    let user = format!("{}: {reason}", caller.party);
    let closed = settlement::close(&app.cashier, &app.engine, parcel, day, &user).await;
    let day = closed.map_err(|why| refused(&app, language, why))?;
    Ok(Json(settlement::json(&day, false)))
}

/// Takes a bank's report: a statement of 120 characters, camt.053 or camt.054, CREADV or CREMUL.
/// Transfers received or taken back, cheques returned, card payments disputed.
#[utoipa::path(post, path = "/v1/statements", tag = "operations",
    request_body(
        description = "The file, as it is",
        content((BytesWire = "application/octet-stream"))
    ),
    responses(
        (status = 200, body = StatementsWire),
        (status = 400, description = "It cannot be read; nothing of it counts", body = ProblemWire),
    ))]
pub(super) async fn statement(
    State(app): State<Arc<App>>,
    caller: Caller,
    Spoken(language): Spoken,
    request: Request,
) -> Result<Json<StatementsWire>, Problem> {
    bank(&app.engine.book, &caller)?;
    let parcel = parcel(&app, &caller, request).await?;
    let done = settlement::statements(&app.engine, &app.cashier, parcel).await;
    let (told, _) = done.map_err(|why| refused(&app, language, why))?;
    Ok(Json(told))
}

/// Takes a bank's file of cheques; the lines it gets back are told with their motives.
#[utoipa::path(post, path = "/v1/cheques", tag = "operations",
    request_body(description = "The file, as it is", content((BytesWire = "text/csv"))),
    responses(
        (status = 200, body = ChequesWire),
        (status = 400, description = "It cannot be read; nothing of it counts", body = ProblemWire),
    ))]
pub(super) async fn cheques(
    State(app): State<Arc<App>>,
    caller: Caller,
    Spoken(language): Spoken,
    request: Request,
) -> Result<Json<ChequesWire>, Problem> {
    bank(&app.engine.book, &caller)?;
    let parcel = parcel(&app, &caller, request).await?;
    let done = settlement::cheques(&app.engine, &app.cashier, parcel).await;
    let (told, _) = done.map_err(|why| refused(&app, language, why))?;
    Ok(Json(ChequesWire::from(&told)))
}

/// The code of a provider, which may be named by its folder too, as its callbacks name it.
fn code<'a>(book: &'a Rulebook, named: &'a str) -> &'a str {
    let found = book.providers.iter().find(|one| one.code == named || one.folder == named);
    found.map_or(named, |one| &one.code)
}

/// Operators, and the bank itself.
fn bank(book: &Rulebook, caller: &Caller) -> Result<(), Problem> {
    caller.allow(&[Role::Operator, Role::Provider])?;
    match caller.role == Role::Operator || book.bank(caller.party.as_str()).is_some() {
        true => Ok(()),
        false => Err(Problem::new(Code::Forbidden, "This is for banks.")),
    }
}

async fn parcel(app: &App, caller: &Caller, request: Request) -> Result<Parcel, Problem> {
    let (parts, body) = request.into_parts();
    let received = receive(app, &parts.headers, body, EDIFACT_BODY_MAX).await?;
    let arrival = Arrival { partner: Some(caller.party.clone()), ..Arrival::over(Channel::Http) };
    Ok(arrival.parcel(&app.engine.clock, received.bytes.as_slice()))
}

/// Why nothing was taken, as a problem.
fn refused(app: &App, language: Language, why: Refused) -> Problem {
    match why {
        Refused::Provider => Problem::not_found(),
        Refused::Findings(findings) => {
            let rejecting = findings.iter().filter(|finding| finding.rejects()).take(TOLD_MAX);
            let told: Vec<String> = rejecting.map(|one| sentence(app, language, one)).collect();
            let text = told.join(" ");
            Problem::new(Code::Unreadable, format!("Nothing of the file was taken. {text}"))
        }
        Refused::Closed(day) => {
            let detail = format!("FIL-CLOSED: {} {} is closed.", day.provider, day.on);
            Problem::new(Code::Refused, detail)
        }
        Refused::Shell(refusal) => inbox::problem(refusal),
        Refused::Store(error) => unread(error),
    }
}

fn sentence(app: &App, language: Language, finding: &Finding) -> String {
    let said = app.engine.book.words.say(finding, language);
    match finding.place.segment {
        0 => format!("{}: {said}", finding.code),
        line => format!("{} (line {line}): {said}", finding.code),
    }
}
