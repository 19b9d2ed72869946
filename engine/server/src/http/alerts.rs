//! `GET /v1/operator/alerts`: what the engine found worth an operator's look.

use super::app::App;
use super::authentication::Caller;
use super::problem::{Code, Problem, ProblemWire};
use super::query::{Query, page_size, unread};
use super::wire::Page;
use acquit_domain::Role;
use acquit_domain::outcome::Alert;
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Where to begin.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// `next` of the page before, or the `position` seen last; absent: from the oldest.
    after: Option<String>,
    /// How many.
    limit: Option<u32>,
}

/// An alert.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AlertWire {
    /// Its position: alerts have no gaps in their order, and none goes away.
    position: i64,
    /// What kind it is: `/docs/codes` says what to do.
    code: String,
    /// What happened.
    text: String,
    /// When, RFC 3339 UTC.
    at: String,
    /// The row of the log it came with; null when it came from a clock.
    exchange: Option<String>,
}

impl AlertWire {
    fn of((position, alert): (i64, Alert)) -> AlertWire {
        AlertWire {
            position,
            code: alert.code,
            text: alert.text,
            at: alert.at.to_string(),
            exchange: alert.exchange.map(|id| id.to_string()),
        }
    }
}

/// The alerts raised, oldest first; a watcher goes on after the last `position` it has seen.
#[utoipa::path(get, path = "/v1/operator/alerts", tag = "operations", params(Asked),
    responses((status = 200, body = Page<AlertWire>), (status = 403, body = ProblemWire)))]
pub(super) async fn list(
    State(app): State<Arc<App>>,
    caller: Caller,
    Query(asked): Query<Asked>,
) -> Result<Json<Page<AlertWire>>, Problem> {
    caller.allow(&[Role::Operator])?;
    let wrong = || Problem::new(Code::Request, "after: no position of a page.");
    let after = asked.after.as_deref().map_or(Ok(0), |text| text.parse().map_err(|_| wrong()))?;
    let limit = page_size(asked.limit);
    let alerts = app.engine.store.alerts(after, limit).await.map_err(unread)?;
    let full = u32::try_from(alerts.len()).is_ok_and(|found| found >= limit);
    let next = alerts.last().filter(|_| full).map(|(position, _)| *position);
    Ok(Json(Page::piece(alerts.into_iter().map(AlertWire::of).collect(), next)))
}
