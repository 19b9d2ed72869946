//! Alerts that no message caused: raised by clocks and by deliveries that were given up.
//!
//! What this is *not*: it tells nobody by itself; alerts stand in the store and in the log of the
//! process, where whoever watches looks.

use super::Arrival;
use super::engine::Engine;
use acquit_domain::outcome::Alert;
use acquit_domain::{Channel, Media, Outcome, Verdict};
use std::sync::atomic::Ordering::Relaxed;

/// Raises an alert. One that cannot be stored is in the log of the process all the same.
pub(super) async fn raise(engine: &Engine, code: &str, text: String) {
    tracing::warn!(code, text, "alert");
    engine.clockwork.alerts.fetch_add(1, Relaxed);
    let told = serde_json::json!({ "alert": code, "text": text }).to_string();
    let arrival = Arrival { media: Media::Json, ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(&engine.clock, told.into_bytes());
    let alert = Alert { code: code.to_owned(), text, at: parcel.received_at, exchange: None };
    let outcome = Outcome { alerts: vec![alert], ..Outcome::new(parcel, Verdict::Accepted) };
    if let Err(error) = engine.store.commit(vec![outcome]).await {
        tracing::error!(code, error = %error, "an alert was not stored");
    }
}
