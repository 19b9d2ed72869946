//! What operators see of payments: cases, money in suspense, sums, notices, deliveries.

use super::super::app::App;
use super::super::authentication::Caller;
use super::super::problem::{Problem, ProblemWire};
use super::super::query::{Path, Query, page_size, unread, word};
use super::super::wire::{
    BackWire, CaseWire, DeliveryWire, FundsWire, NoticeWire, Page, TotalsWire,
};
use super::{cursor, id, page};
use acquit_domain::pay::{Case, CaseKind, Delivery, Funds, Notice, NoticeState};
use acquit_domain::{Keys, Role};
use acquit_store::CaseFilter;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which cases.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct CasesAsked {
    /// `true` for open ones, `false` for closed ones; both when absent.
    open: Option<String>,
    /// Why they were opened.
    kind: Option<String>,
    /// How many.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// Cases, in the order they were opened.
#[utoipa::path(get, path = "/v1/operator/cases", tag = "operations", params(CasesAsked),
    responses((status = 200, body = Page<CaseWire>), (status = 403, body = ProblemWire)))]
pub(in super::super) async fn cases(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<CasesAsked>,
) -> Result<Json<Page<CaseWire>>, Problem> {
    caller.allow(&[Role::Operator])?;
    let filter = CaseFilter {
        open: word("open", asked.open.as_ref(), |text| text.parse().ok())?,
        kind: word("kind", asked.kind.as_ref(), CaseKind::of)?,
        after: cursor(asked.after.as_ref())?,
    };
    let limit = page_size(asked.limit);
    let found = app.engine.store.cases(filter, limit + 1).await.map_err(unread)?;
    Ok(Json(page(found, limit, |case: &Case| case.id, |case: &Case| CaseWire::from(case))))
}

/// One case.
#[utoipa::path(get, path = "/v1/operator/cases/{id}", tag = "operations",
    params(("id" = String, Path)),
    responses((status = 200, body = CaseWire), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn case(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(case): Path<String>,
) -> Result<Json<CaseWire>, Problem> {
    caller.allow(&[Role::Operator])?;
    let found = app.engine.store.case(id(&case)?).await.map_err(unread)?;
    found.map(|case| Json(CaseWire::from(&case))).ok_or_else(Problem::not_found)
}

/// How many, from where.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct Asked {
    /// How many.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// Money that lies in suspense, in the order it came.
#[utoipa::path(get, path = "/v1/operator/suspense", tag = "operations", params(Asked),
    responses((status = 200, body = Page<FundsWire>), (status = 403, body = ProblemWire)))]
pub(in super::super) async fn suspense(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<FundsWire>>, Problem> {
    caller.allow(&[Role::Operator])?;
    let limit = page_size(asked.limit);
    let after = cursor(asked.after.as_ref())?;
    let found = app.engine.store.suspense(after, limit + 1).await.map_err(unread)?;
    Ok(Json(page(found, limit, |funds: &Funds| funds.id, |funds: &Funds| FundsWire::from(funds))))
}

/// Money that came or went back, and where it lies.
#[utoipa::path(get, path = "/v1/operator/funds/{id}", tag = "operations",
    params(("id" = String, Path)),
    responses((status = 200, body = FundsWire), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn funds(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(funds): Path<String>,
) -> Result<Json<FundsWire>, Problem> {
    caller.allow(&[Role::Operator])?;
    let id = id(&funds)?;
    let mut keys = Keys::default();
    keys.payments.funds_ids.insert(id);
    let known = app.engine.store.known(&keys).await.map_err(unread)?.payments.funds;
    let found = known.values().find(|funds| funds.id == id).ok_or_else(Problem::not_found)?;
    let back = known.values().filter(|funds| funds.of == Some(id)).map(BackWire::from);
    Ok(Json(FundsWire { back: back.collect(), ..FundsWire::from(found) }))
}

/// The ledger's sums by currency: what came in less what went back is what lies on invoices and
/// in suspense.
#[utoipa::path(get, path = "/v1/operator/totals", tag = "operations",
    responses((status = 200, body = Page<TotalsWire>), (status = 403, body = ProblemWire)))]
pub(in super::super) async fn totals(
    State(app): State<Arc<App>>,
    caller: Caller,
) -> Result<Json<Page<TotalsWire>>, Problem> {
    caller.allow(&[Role::Operator])?;
    let totals = app.engine.store.totals().await.map_err(unread)?;
    Ok(Json(Page::whole(totals.iter().map(TotalsWire::from).collect())))
}

/// Which notices.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct NoticesAsked {
    /// `created`, `withheld`, `sent`, `taken`, `confirmed`, `refused` or `dead`.
    state: Option<String>,
    /// How many.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// Notices to issuers, in the order they were made.
#[utoipa::path(get, path = "/v1/operator/notices", tag = "operations", params(NoticesAsked),
    responses((status = 200, body = Page<NoticeWire>), (status = 403, body = ProblemWire)))]
pub(in super::super) async fn notices(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<NoticesAsked>,
) -> Result<Json<Page<NoticeWire>>, Problem> {
    caller.allow(&[Role::Operator])?;
    let state = word("state", asked.state.as_ref(), NoticeState::of)?;
    let after = cursor(asked.after.as_ref())?;
    let limit = page_size(asked.limit);
    let found = app.engine.store.notices(&caller.viewer(), state, after, limit + 1).await;
    let wire = |notice: &Notice| NoticeWire::from(notice);
    Ok(Json(page(found.map_err(unread)?, limit, |notice: &Notice| notice.id, wire)))
}

/// Which deliveries.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct DeliveriesAsked {
    /// `true` for those given up only.
    dead: Option<String>,
    /// How many.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// E-mails and webhooks, in the order they were made.
#[utoipa::path(get, path = "/v1/operator/deliveries", tag = "operations",
    params(DeliveriesAsked),
    responses((status = 200, body = Page<DeliveryWire>), (status = 403, body = ProblemWire)))]
pub(in super::super) async fn deliveries(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<DeliveriesAsked>,
) -> Result<Json<Page<DeliveryWire>>, Problem> {
    caller.allow(&[Role::Operator])?;
    let dead = word("dead", asked.dead.as_ref(), |text| text.parse().ok())?.unwrap_or(false);
    let after = cursor(asked.after.as_ref())?;
    let limit = page_size(asked.limit);
    let found = app.engine.store.deliveries(dead, after, limit + 1).await.map_err(unread)?;
    let wire = |delivery: &Delivery| DeliveryWire::from(delivery);
    Ok(Json(page(found, limit, |delivery: &Delivery| delivery.id, wire)))
}
