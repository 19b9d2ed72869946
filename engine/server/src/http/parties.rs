//! `GET /v1/parties`: « Recherche Émetteur ».

use super::app::App;
use super::authentication::Caller;
use super::problem::{Problem, ProblemWire};
use super::query::{Query, page_size, unread};
use super::wire::{Page, PartyWire};
use acquit_domain::Role;
use acquit_store::PartyFilter;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// What to look for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// In any field.
    q: String,
    /// Code.
    code: String,
    /// Part of the name.
    name: String,
    /// « CIN ».
    cin: String,
    /// « Numéro du R.C ».
    rc: String,
    /// « Centre RC ».
    rc_centre: String,
    /// « IFU ».
    ifu: String,
    /// Part of the address.
    address: String,
    /// How many.
    limit: Option<u32>,
}

/// The issuers looked for. Operators and portals find every party.
#[utoipa::path(get, path = "/v1/parties", tag = "invoices", params(Asked),
    responses((status = 200, body = Page<PartyWire>), (status = 401, body = ProblemWire)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<PartyWire>>, Problem> {
    let filter = PartyFilter {
        q: asked.q,
        code: app.code_of(asked.code.trim()),
        name: asked.name,
        cin: asked.cin,
        rc: asked.rc,
        rc_centre: asked.rc_centre,
        ifu: asked.ifu,
        address: asked.address,
        // Clients are nobody's business but the portal's and the operator's.
        role: match caller.role {
            Role::Operator | Role::Portal => None,
            Role::Issuer | Role::Provider | Role::Client => Some(Role::Issuer),
        },
    };
    let limit = page_size(asked.limit);
    let found = app.engine.store.parties(filter, limit).await.map_err(unread)?;
    Ok(Json(Page::whole(found.into_iter().map(PartyWire::from).collect())))
}
