//! Letters a partner never takes: set aside, with an alert.

use crate::shell::Arrival;
use crate::shell::engine::Engine;
use acquit_domain::letter::LetterState;
use acquit_domain::outcome::Alert;
use acquit_domain::{Channel, Letter, Media, Outcome, Verdict};
use std::sync::atomic::Ordering::Relaxed;

/// Code of the alert.
const CODE: &str = "letter.refused";

/// Marks a letter refused and tells the operators, in one transaction. `resend` puts it back.
pub(super) async fn set(engine: &Engine, letter: &Letter, why: &str) -> acquit_store::Result<()> {
    let (id, kind, to) = (letter.id, letter.kind.key(), &letter.to);
    let text = format!("{kind} {} for {to} was refused and set aside: {why}", letter.reference);
    tracing::warn!(code = CODE, letter = %id, partner = %to, why, "a letter was set aside");
    engine.clockwork.alerts.fetch_add(1, Relaxed);
    let told = serde_json::json!({ "alert": CODE, "letter": id.to_string(), "text": text });
    let arrival = Arrival { media: Media::Json, ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(&engine.clock, told.to_string().into_bytes());
    let at = parcel.received_at;
    let alert = Alert { code: CODE.to_owned(), text, at, exchange: None };
    let outcome = Outcome {
        marks: vec![(id, LetterState::Refused)],
        alerts: vec![alert],
        ..Outcome::new(parcel, Verdict::Accepted)
    };
    engine.store.commit(vec![outcome]).await.map(drop)
}
