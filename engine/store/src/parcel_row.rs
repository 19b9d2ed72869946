//! A parcel as a row of the table `parcels`, its bytes as one of `blobs`.

use crate::error::Result;
use crate::letter_row::media_of;
use crate::part_row::answers;
use crate::value::{Fields, Row, Value, json_list};
use crate::wire::{findings_out, messages_out};
use acquit_domain::{Channel, Outcome, Parcel, PartyCode};
use std::sync::Arc;

/// The columns [`parcel_of`] reads, in its order; the bytes come last.
macro_rules! parcel_columns {
    () => {
        "p.id, p.partner, p.channel, p.media, p.charset, p.name, p.received_at, p.sha256, \
         coalesce(p.idempotency_key, ''), b.bytes"
    };
}
pub(crate) use parcel_columns;

/// Writes a parcel; nothing when it, or the key its sender gave it, is there already.
pub(crate) const INSERT: &str = "INSERT INTO parcels (
  id, partner, channel, media, charset, name, received_at, sha256, idempotency_key,
  verdict, messages, findings, answers, more_messages, more_findings)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
ON CONFLICT DO NOTHING";

/// Keeps bytes that are not kept yet.
pub(crate) const KEEP_BYTES: &str =
    "INSERT INTO blobs (sha256, bytes) VALUES ($1, $2) ON CONFLICT DO NOTHING";

/// What a sender is told, as columns: the parcel's, and those of the one transmission in most.
pub(crate) struct Told {
    pub(crate) messages: Value,
    pub(crate) findings: Value,
}

impl Told {
    pub(crate) fn new(outcome: &Outcome) -> Told {
        Told {
            messages: json_list(&messages_out(&outcome.messages)),
            findings: json_list(&findings_out(&outcome.findings)),
        }
    }
}

/// The arguments of [`INSERT`].
pub(crate) fn insert_values(outcome: &Outcome, told: &Told) -> Row {
    let parcel = &outcome.parcel;
    let key = Some(parcel.idempotency_key.as_str()).filter(|key| !key.is_empty());
    vec![
        parcel.id.into(),
        parcel.partner.as_ref().map(PartyCode::as_str).into(),
        Value::Word(parcel.channel.key()),
        Value::Word(parcel.media.key()),
        parcel.charset.as_str().into(),
        parcel.name.as_str().into(),
        parcel.received_at.into(),
        parcel.sha256.into(),
        key.into(),
        Value::Word(outcome.verdict.key()),
        told.messages.clone(),
        told.findings.clone(),
        answers(outcome),
        outcome.more.messages.into(),
        outcome.more.findings.into(),
    ]
}

/// The arguments of [`KEEP_BYTES`].
pub(crate) fn bytes_values(sha256: [u8; 32], bytes: Arc<[u8]>) -> Row {
    vec![sha256.into(), Value::Shared(bytes)]
}

/// The parcel of a row that has the columns of `parcel_columns!` where `row` stands.
pub(crate) fn parcel_of(row: &mut Fields) -> Result<Parcel> {
    Ok(Parcel {
        id: row.id()?,
        partner: row.word_or_none(PartyCode::new)?,
        channel: row.word(Channel::of)?,
        media: row.word(media_of)?,
        charset: row.text()?,
        name: row.text()?,
        received_at: row.time()?,
        sha256: row.hash()?,
        idempotency_key: row.text()?,
        bytes: row.blob()?.into(),
    })
}
