//! Cheques that came back before they were cashed, remembered by the remittance that told so.
//!
//! What this module is *not*: money. Nothing had come; told again when the cheque was cashed by
//! another remittance, the same line takes nothing back.

use crate::decide::Desk;
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Envelope, EnvelopeKey, Keys, More, Verdict};

/// The word of such lines among the transmissions.
const STANDARD: &str = "unpaid";

/// What identifies the line of a bank; nothing when the bank gave it no name of its own.
fn key(news: &News) -> Option<EnvelopeKey> {
    let named = match news.source {
        FundsSource::Cheques => !news.channel_reference.is_empty(),
        FundsSource::Statement => !news.transaction.is_empty(),
        _ => false,
    };
    let is_line = named && news.kind == NewsKind::Reversed;
    is_line.then(|| EnvelopeKey {
        standard: STANDARD,
        sender: news.provider.clone(),
        recipient: news.channel_reference.clone(),
        reference: super::credit::transaction(news),
    })
}

/// Asks whether a line was told before.
pub(super) fn ask(keys: &mut Keys, news: &News) {
    keys.envelopes.extend(key(news));
}

/// True when a line was told before, and nothing had come then.
pub(super) fn was_told(desk: &Desk<'_>, news: &News) -> bool {
    key(news).is_some_and(|key| {
        desk.known.envelopes.contains_key(&key)
            || desk.outcome.envelopes.iter().any(|told| told.key == key)
    })
}

/// Remembers a line that was told before anything had come.
pub(super) fn remember(desk: &mut Desk<'_>, news: &News) {
    let Some(key) = key(news) else { return };
    let envelope = Envelope {
        key,
        sha256: desk.parcel.sha256,
        parcel: desk.parcel.id,
        received_at: desk.parcel.received_at,
        verdict: Verdict::Accepted,
        messages: Vec::new(),
        findings: Vec::new(),
        more: More::default(),
        in_parts: false,
        letters: Vec::new(),
    };
    desk.outcome.envelopes.push(envelope);
}
