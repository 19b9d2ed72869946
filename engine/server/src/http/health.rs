//! `/livez`, `/readyz`, `/metrics`.

use super::app::App;
use crate::shell::{deliveries, outbound};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use utoipa::ToSchema;

/// The process answers.
#[utoipa::path(get, path = "/livez", tag = "operations",
    responses((status = 200, description = "Alive")))]
pub(super) async fn live() -> &'static str {
    "ok\n"
}

/// One thing readiness depends on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Check {
    /// What was looked at: `clock`, `store`, `queue`, `serving`, `deadlines`, or
    /// `channel/` and a partner's code.
    name: String,
    /// Whether it is well.
    ok: bool,
    /// Why not; empty when it is.
    reason: String,
}

/// Whether parcels are taken, and if not, why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Readiness {
    /// All checks but those of channels and deadlines are well: one partner's folder that fails
    /// takes nothing from the others, and parcels are taken while deadlines rest.
    ready: bool,
    /// Each of them.
    checks: Vec<Check>,
}

/// The server takes parcels; 503 with the reasons when it does not.
#[utoipa::path(get, path = "/readyz", tag = "operations",
    responses((status = 200, body = Readiness), (status = 503, body = Readiness)))]
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let store = app.engine.store.stopped();
    let stopping = !app.ready.load(Ordering::Relaxed) || *app.stopping.borrow();
    let unset = app.engine.clock.unset();
    let mut checks = vec![
        check("clock", unset.is_some(), unset.unwrap_or_default()),
        check("store", store.is_some(), &store.unwrap_or_default()),
        check("queue", !app.intake.has_room(), "the queue is full"),
        check("serving", stopping, "the server stops"),
    ];
    let ready = checks.iter().all(|check| check.ok);
    let doubt = app.engine.clockwork.doubt();
    checks.push(check("deadlines", doubt.is_some(), &doubt.unwrap_or_default()));
    for (partner, fails) in app.engine.channels.all() {
        let name = format!("channel/{partner}");
        checks.push(check(&name, fails.is_some(), &fails.unwrap_or_default()));
    }
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, checks })).into_response()
}

/// A check: what is looked at, whether it fails, and why then.
fn check(name: &str, fails: bool, reason: &str) -> Check {
    let reason = if fails { reason.to_owned() } else { String::new() };
    Check { name: name.to_owned(), ok: !fails, reason }
}

/// The value of a label, as the text format writes it.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Counters in the text format of Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations",
    responses((status = 200, description = "Prometheus text format", content_type = "text/plain")))]
pub(super) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let mut out = String::new();
    app.engine.statistics.write(&mut out);
    app.engine.clockwork.write(&mut out);
    app.engine.tally.write(&mut out);
    if let Some(gateway) = app.gateway() {
        gateway.write(&mut out);
    }
    deliveries::write_backlog(&app.engine, &mut out).await;
    outbound::write(&app.engine, &mut out).await;
    let store_up = u64::from(app.engine.store.stopped().is_none());
    let _ = writeln!(
        out,
        "# HELP acquit_parcels_limited_total Parcels answered 429.\n\
         # TYPE acquit_parcels_limited_total counter\n\
         acquit_parcels_limited_total {}",
        app.shares.refused()
    );
    let mut gauges = vec![
        ("acquit_queue_depth", "Parcels that wait to be decided.", app.intake.depth() as u64),
        ("acquit_store_up", "1 while the store takes commits.", store_up),
    ];
    match app.engine.store.counts().await {
        Ok(counts) => {
            gauges.push(("acquit_outbox_depth", "Letters not taken yet.", counts.outbox));
            gauges.push(("acquit_parked", "Messages kept aside.", counts.parked));
            let rows = counts.last_seq.unsigned_abs();
            gauges.push(("acquit_log_rows", "Rows of the exchange log.", rows));
        }
        Err(error) => tracing::warn!(error = %error, "the store could not count"),
    }
    for (name, help, value) in gauges {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}");
    }
    let _ = writeln!(
        out,
        "# HELP acquit_channel_up 1 while the channel of a partner works.\n\
         # TYPE acquit_channel_up gauge"
    );
    for (partner, fails) in app.engine.channels.all() {
        let up = u64::from(fails.is_none());
        let partner = label(partner.as_str());
        let _ = writeln!(out, "acquit_channel_up{{partner=\"{partner}\"}} {up}");
    }
    let version = env!("CARGO_PKG_VERSION");
    let _ = writeln!(
        out,
        "# HELP acquit_build_info Version of this build.\n# TYPE acquit_build_info gauge\n\
         acquit_build_info{{version=\"{version}\"}} 1"
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response()
}
