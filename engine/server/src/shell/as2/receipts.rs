//! Receipts we gave: kept before they leave, and given again byte for byte.

use super::Partner;
use crate::shell::arrival::Arrival;
use crate::shell::{Engine, Refusal, steps};
use acquit_connectors::as2::{Head, Posting};
use acquit_domain::Channel;
use acquit_store::CommitResult;

/// How the log names a receipt.
const MESSAGE: &str = "MDN";
/// How often a receipt is kept again when somebody kept one meanwhile.
const TRIES: usize = 3;

fn refused(error: &impl std::fmt::Display) -> Refusal {
    Refusal::Stopped(error.to_string())
}

fn key(head: &Head) -> String {
    format!("as2-receipt:{}", head.message_id)
}

/// The receipt given for a message before.
pub(super) async fn given(
    engine: &Engine,
    partner: &Partner,
    head: &Head,
) -> Result<Option<Posting>, Refusal> {
    let found = engine.store.idempotent(partner.party.clone(), key(head)).await;
    let Some(found) = found.map_err(|error| refused(&error))? else { return Ok(None) };
    let parcel = engine.store.parcel(found.parcel).await.map_err(|error| refused(&error))?;
    let posting = parcel.and_then(|parcel| Posting::of_bytes(&parcel.bytes));
    posting.map(Some).ok_or_else(|| refused(&"a receipt that was kept does not read"))
}

/// Keeps a receipt; the one that counts is given: this one, or the one somebody kept before.
pub(super) async fn keep(
    engine: &Engine,
    partner: &Partner,
    head: &Head,
    receipt: &Posting,
) -> Result<Posting, Refusal> {
    for _ in 0..TRIES {
        if let Some(before) = given(engine, partner, head).await? {
            return Ok(before);
        }
        let arrival = Arrival {
            partner: Some(partner.party.clone()),
            name: format!("{MESSAGE} {}", head.message_id),
            idempotency_key: key(head),
            ..Arrival::over(Channel::As2)
        };
        let parcel = arrival.parcel(&engine.clock, receipt.to_bytes());
        let outcome = steps::given(&engine.book, parcel, MESSAGE, &head.message_id);
        let stored = engine.store.commit(vec![outcome]).await.map_err(|error| refused(&error))?;
        if stored.first() == Some(&CommitResult::Committed) {
            // What is given now is what will be given: read back from its kept form.
            return Posting::of_bytes(&receipt.to_bytes())
                .ok_or_else(|| refused(&"a receipt does not read"));
        }
    }
    Err(Refusal::Busy)
}
