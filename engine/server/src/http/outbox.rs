//! Letters waiting for a partner that pulls them.

use super::app::App;
use super::authentication::Caller;
use super::problem::{Problem, ProblemWire};
use super::query::{Path, Query, page_size, position, unread};
use super::wire::{LetterWire, Page};
use acquit_domain::{Id, Role};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which letters.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// The cursor of the page before.
    after: Option<String>,
    /// How many.
    limit: Option<u32>,
}

/// Letters waiting for the caller, oldest first. Reading them does not take them.
#[utoipa::path(get, path = "/v1/outbox", tag = "partners", params(Asked),
    responses((status = 200, body = Page<LetterWire>), (status = 401, body = ProblemWire)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<LetterWire>>, Problem> {
    caller.allow(&[Role::Issuer, Role::Provider])?;
    let limit = page_size(asked.limit);
    let after = position(asked.after.as_ref())?;
    let found = app.engine.store.outbox(caller.party, after, limit).await.map_err(unread)?;
    let full = u32::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found.last().map(|(position, _)| *position).filter(|_| full);
    let items = found.iter().map(|(_, letter)| LetterWire::from(letter)).collect();
    Ok(Json(Page::piece(items, next)))
}

/// Says that the caller has a letter, which then leaves the outbox. Saying it twice is saying it
/// once.
#[utoipa::path(post, path = "/v1/outbox/{id}/taken", tag = "partners",
    params(("id" = String, Path, description = "The letter")),
    responses((status = 200, body = LetterWire), (status = 404, body = ProblemWire)))]
pub(super) async fn taken(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<LetterWire>, Problem> {
    caller.allow(&[Role::Issuer, Role::Provider])?;
    let id: Id = id.parse().map_err(|_| Problem::not_found())?;
    let store = &app.engine.store;
    if !store.taken(caller.party.clone(), id).await.map_err(unread)? {
        return Err(Problem::not_found());
    }
    let letter = store.letter(caller.party, id).await.map_err(unread)?;
    letter.map(|letter| Json(LetterWire::from(&letter))).ok_or_else(Problem::not_found)
}
