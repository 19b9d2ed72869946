//! What the sender of a parcel was told, and what an operator is told beside it.

use crate::error::Result;
use crate::known::letters_by_id;
use crate::link::Link;
use crate::store::Store;
use crate::value::{Row, Value, fields, unpack_ids};
use crate::wire::{findings_in, messages_in};
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::outcome::Alert;
use acquit_domain::{Finding, Id, Letter, More, PartyCode, Verdict};

const BY_KEY: &str = "SELECT id, sha256, verdict, messages, findings, answers, more_messages,
  more_findings, EXISTS (SELECT 1 FROM parts WHERE parts.parcel = parcels.id) FROM parcels
WHERE partner = $1 AND idempotency_key = $2";
const BY_ID: &str = "SELECT id, sha256, verdict, messages, findings, answers, more_messages,
  more_findings, EXISTS (SELECT 1 FROM parts WHERE parts.parcel = parcels.id) FROM parcels
WHERE id = $1";
const ALERTS: &str = "SELECT seq, code, text, at, exchange FROM alerts
WHERE seq > $1 ORDER BY seq LIMIT $2";
const VERDICTS: &str = "SELECT name, value FROM counters ORDER BY name";
const DEPTH: &str = "SELECT count(*) FROM letters WHERE state = 'waiting' AND queued = 1";
const WAITING: &str = "SELECT count(*) FROM parked";

/// What a parcel was answered, to be said again for a repeat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The parcel.
    pub parcel: Id,
    /// SHA-256 of its bytes: the same key with other bytes is a mistake of the caller.
    pub sha256: [u8; 32],
    /// What was decided of the whole.
    pub verdict: Verdict,
    /// What was decided of each message.
    pub messages: Vec<MessageVerdict>,
    /// Everything found.
    pub findings: Vec<Finding>,
    /// The letters, byte for byte.
    pub letters: Vec<Letter>,
    /// What there was no room for in the two lists.
    pub more: More,
    /// True while parts of it are still to come: then this is no answer yet.
    pub in_parts: bool,
}

/// Figures for the metrics page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Log rows by verdict, in the order of the words.
    pub verdicts: Vec<(Verdict, u64)>,
    /// Letters that wait.
    pub outbox: u64,
    /// Messages kept aside.
    pub parked: u64,
    /// Position of the last log row.
    pub last_seq: i64,
}

impl Store {
    /// What was answered to the parcel a party sent with this `Idempotency-Key`.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn idempotent(&self, party: PartyCode, key: String) -> Result<Option<Answer>> {
        self.read(move |link| answer(link, BY_KEY, &[party.as_str().into(), key.into()])).await
    }

    /// What was answered to a parcel.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn answer(&self, parcel: Id) -> Result<Option<Answer>> {
        self.read(move |link| answer(link, BY_ID, &[parcel.into()])).await
    }

    /// Alerts raised after a position, each with its own.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn alerts(&self, after: i64, limit: u32) -> Result<Vec<(i64, Alert)>> {
        self.read(move |link| {
            let rows = link.select(ALERTS, &[after.into(), limit.into()])?;
            rows.into_iter().map(alert_of).collect()
        })
        .await
    }

    /// Figures for the metrics page; none of them reads the log.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn counts(&self) -> Result<Counts> {
        self.read(counts).await
    }
}

fn answer(link: &Link, sql: &str, args: &[Value]) -> Result<Option<Answer>> {
    let Some(row) = link.select(sql, args)?.pop() else {
        return Ok(None);
    };
    let mut row = fields("parcels", row);
    Ok(Some(Answer {
        parcel: row.id()?,
        sha256: row.hash()?,
        verdict: row.word(Verdict::of)?,
        messages: messages_in(row.json()?).ok_or_else(|| row.wrong("messages"))?,
        findings: findings_in(row.json()?).ok_or_else(|| row.wrong("findings"))?,
        letters: letters_by_id(link, &unpack_ids(&row.blob()?))?,
        more: More { messages: row.count()?, findings: row.count()? },
        in_parts: row.int()? != 0,
    }))
}

fn alert_of(row: Row) -> Result<(i64, Alert)> {
    let mut row = fields("alerts", row);
    let seq = row.int()?;
    let alert = Alert {
        code: row.text()?,
        text: row.text()?,
        at: row.time()?,
        exchange: row.id_or_none()?,
    };
    Ok((seq, alert))
}

fn counts(link: &Link) -> Result<Counts> {
    let mut verdicts = Vec::new();
    for row in link.select(VERDICTS, &[])? {
        let mut row = fields("counters", row);
        verdicts.push((row.word(Verdict::of)?, row.int()?.unsigned_abs()));
    }
    Ok(Counts {
        verdicts,
        outbox: link.number(DEPTH)?.unsigned_abs(),
        parked: link.number(WAITING)?.unsigned_abs(),
        last_seq: crate::commit::last_seq(link)?,
    })
}
