//! Orders as those who may see them see them.

use super::super::app::App;
use super::super::authentication::Caller;
use super::super::problem::{Problem, ProblemWire};
use super::super::query::{Path, Query, page_size, unread, word};
use super::super::wire::{
    AttemptWire, CaseWire, FundsWire, HandoffWire, NoticeWire, OrderWire, Page,
};
use super::{READERS, cursor, id, page};
use acquit_domain::Role;
use acquit_domain::pay::OrderState;
use acquit_store::{OrderFile, OrderFilter};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::IntoParams;

/// Which orders.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in super::super) struct Asked {
    /// `created`, `live`, `paid`, `held`, `expired` or `voided`.
    state: Option<String>,
    /// How many.
    limit: Option<u32>,
    /// The cursor of the page before.
    after: Option<String>,
}

/// The orders the caller may see, the latest first.
#[utoipa::path(get, path = "/v1/orders", tag = "payments", params(Asked),
    responses((status = 200, body = Page<OrderWire>), (status = 400, body = ProblemWire)))]
pub(in super::super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<OrderWire>>, Problem> {
    caller.allow(READERS)?;
    let state = word("state", asked.state.as_ref(), OrderState::of)?;
    let filter = OrderFilter { state, before: cursor(asked.after.as_ref())? };
    let limit = page_size(asked.limit);
    let found = app.engine.store.orders(&caller.viewer(), filter, limit + 1).await;
    let found = found.map_err(unread)?;
    let shown = |order: &acquit_domain::pay::Order| shown(&caller, OrderWire::bare(order));
    Ok(Json(page(found, limit, |order| order.id, shown)))
}

/// One order with its attempts, what was received for it and where it lies, and its receipts.
#[utoipa::path(get, path = "/v1/orders/{id}", tag = "payments", params(("id" = String, Path)),
    responses((status = 200, body = OrderWire), (status = 404, body = ProblemWire)))]
pub(in super::super) async fn one(
    State(app): State<Arc<App>>,
    caller: Caller,
    Path(order): Path<String>,
) -> Result<Json<OrderWire>, Problem> {
    caller.allow(READERS)?;
    let file = app.engine.store.order(&caller.viewer(), id(&order)?).await.map_err(unread)?;
    file.map(|file| Json(whole(&app, &caller, &file))).ok_or_else(Problem::not_found)
}

fn shown(caller: &Caller, order: OrderWire) -> OrderWire {
    if caller.role == Role::Issuer { order.for_issuer() } else { order }
}

/// An order with all of it that the caller may see.
fn whole(app: &App, caller: &Caller, file: &OrderFile) -> OrderWire {
    let order = &file.order;
    let mut wire = OrderWire::bare(order);
    let attempt = |attempt: &acquit_domain::pay::Attempt| {
        let live = attempt.state.is_live();
        let handoff = live.then(|| HandoffWire::of(app.cashier.handoff(order, attempt)));
        AttemptWire::of(attempt, handoff.flatten())
    };
    wire.attempts = order.attempts.iter().map(attempt).collect();
    wire.payments = file.funds.iter().map(FundsWire::from).collect();
    wire.receipts = file.receipts.iter().map(|receipt| receipt.id.to_string()).collect();
    wire.under_review = file.cases.iter().any(|case| case.closed_at.is_none());
    if matches!(caller.role, Role::Portal | Role::Operator) {
        wire.cases = file.cases.iter().map(CaseWire::from).collect();
    }
    if caller.role != Role::Client {
        wire.notices = file.notices.iter().map(NoticeWire::from).collect();
    }
    shown(caller, wire)
}
