//! What the parts of a large parcel leave for the next ones, as rows of the table `parts`.

use crate::error::Result;
use crate::link::Link;
use crate::parcel_row::{parcel_columns, parcel_of};
use crate::store::Store;
use crate::value::{Row, Value, fields, json, pack_ids};
use crate::wire::{
    FindingWire, MessageWire, finding_in, finding_out, findings_in, findings_out, message_in,
    message_out,
};
use acquit_domain::part::{Entry, Listed, Reached, Tally, Told};
use acquit_domain::{Carried, Id, More, Outcome, Parcel, Progress, Verdict};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Says that a part is committed; nothing when another engine was first.
pub(crate) const INSERT: &str =
    "INSERT INTO parts (parcel, part, carried) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

/// Ends a parcel with its last part; nothing when it does not follow the one before.
pub(crate) const END: &str = "DELETE FROM parts
WHERE parcel = $1 AND (SELECT max(part) FROM parts WHERE parcel = $1) = $2";

/// Writes the answer of a parcel whose last part is committed.
pub(crate) const ANSWER: &str = "UPDATE parcels SET verdict = $2, messages = $3, findings = $4,
  answers = $5, more_messages = $6, more_findings = $7 WHERE id = $1";

const UNFINISHED: &str = "SELECT DISTINCT parcel FROM parts ORDER BY parcel";

const PARCEL: &str = concat!(
    "SELECT ",
    parcel_columns!(),
    " FROM parcels p CROSS JOIN blobs b WHERE p.id = $1 AND b.sha256 = p.sha256"
);

const CARRIED: &str = "SELECT part, carried FROM parts WHERE parcel = $1 ORDER BY part";

/// A parcel of which some parts are committed, and others are to come.
#[derive(Debug, Clone)]
pub struct Unfinished {
    /// The parcel with its bytes.
    pub parcel: Parcel,
    /// How many parts are committed.
    pub parts: u32,
    /// What they left for the next ones.
    pub carried: Carried,
}

impl Store {
    /// The parcels of which some parts are committed and others are to come, oldest first.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn unfinished(&self) -> Result<Vec<Id>> {
        self.read(|link| {
            let rows = link.select(UNFINISHED, &[])?;
            rows.into_iter().map(|row| fields("parts", row).id()).collect()
        })
        .await
    }

    /// One of them; `None` when it was finished meanwhile.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn unfinished_parcel(&self, parcel: Id) -> Result<Option<Unfinished>> {
        self.read(move |link| unfinished(link, parcel)).await
    }
}

fn unfinished(link: &Link, parcel: Id) -> Result<Option<Unfinished>> {
    let mut carried = Carried::default();
    let mut parts = 0;
    for row in link.select(CARRIED, &[parcel.into()])? {
        let mut row = fields("parts", row);
        parts = row.count()?;
        let wire: CarriedWire<'_> = row.json()?;
        carried.extend(carried_in(wire).ok_or_else(|| row.wrong("carried"))?);
    }
    match link.select(PARCEL, &[parcel.into()])?.pop() {
        Some(row) if parts > 0 => {
            let parcel = parcel_of(&mut fields("parcels", row))?;
            Ok(Some(Unfinished { parcel, parts, carried }))
        }
        _ => Ok(None),
    }
}

/// The arguments of [`INSERT`].
pub(crate) fn insert_values(parcel: Id, number: u32, carried: &Carried) -> Row {
    vec![parcel.into(), number.into(), json(&carried_out(carried))]
}

/// The arguments of [`END`].
pub(crate) fn end_values(parcel: Id, before: u32) -> Row {
    vec![parcel.into(), before.into()]
}

/// The arguments of [`ANSWER`].
pub(crate) fn answer_values(outcome: &Outcome) -> Row {
    let More { messages, findings } = outcome.more;
    vec![
        outcome.parcel.id.into(),
        Value::Word(outcome.verdict.key()),
        json(&crate::wire::messages_out(&outcome.messages)),
        json(&findings_out(&outcome.findings)),
        answers(outcome),
        messages.into(),
        findings.into(),
    ]
}

/// The letters that answer a parcel.
pub(crate) fn answers(outcome: &Outcome) -> Value {
    match &outcome.progress {
        Progress::Last { letters, .. } => pack_ids(letters.iter().copied()),
        _ => pack_ids(outcome.answers.iter().map(|letter| letter.id)),
    }
}

/// What a part leaves. Keys are short: there may be hundreds of rows with hundreds of messages.
#[derive(Serialize, Deserialize)]
struct CarriedWire<'a> {
    reached: (u32, u32),
    open: bool,
    messages_tally: Vec<(Cow<'a, str>, u32)>,
    transmissions_tally: Vec<(Cow<'a, str>, u32)>,
    told: Vec<ToldWire<'a>>,
    messages: (Vec<(u32, bool, MessageWire<'a>)>, u32),
    findings: (Vec<(u32, bool, FindingWire<'a>)>, u32),
    letters: Vec<String>,
}

/// What is told of a message: transmission, type, version, reference, invoice, verdict, sentence,
/// findings.
#[derive(Serialize, Deserialize)]
struct ToldWire<'a>(
    u32,
    Cow<'a, str>,
    Cow<'a, str>,
    Cow<'a, str>,
    Cow<'a, str>,
    Cow<'a, str>,
    Cow<'a, str>,
    Vec<FindingWire<'a>>,
);

fn carried_out(carried: &Carried) -> CarriedWire<'_> {
    let Reached { transmission, message } = carried.reached;
    CarriedWire {
        reached: (transmission, message),
        open: carried.open,
        messages_tally: tally_out(&carried.messages_tally),
        transmissions_tally: tally_out(&carried.transmissions_tally),
        told: carried.told.iter().map(told_out).collect(),
        messages: listed_out(&carried.messages, message_out),
        findings: listed_out(&carried.findings, finding_out),
        letters: carried.letters.iter().map(Id::to_string).collect(),
    }
}

fn carried_in(wire: CarriedWire<'_>) -> Option<Carried> {
    let (transmission, message) = wire.reached;
    let letters: std::result::Result<Vec<Id>, _> =
        wire.letters.iter().map(|id| id.parse()).collect();
    Some(Carried {
        reached: Reached { transmission, message },
        open: wire.open,
        messages_tally: tally_in(&wire.messages_tally)?,
        transmissions_tally: tally_in(&wire.transmissions_tally)?,
        told: wire.told.into_iter().map(told_in).collect::<Option<_>>()?,
        messages: listed_in(wire.messages, message_in)?,
        findings: listed_in(wire.findings, finding_in)?,
        letters: letters.ok()?,
    })
}

fn tally_out(tally: &Tally) -> Vec<(Cow<'_, str>, u32)> {
    tally.iter().map(|(verdict, count)| (verdict.key().into(), count)).collect()
}

fn tally_in(wire: &[(Cow<'_, str>, u32)]) -> Option<Tally> {
    let mut tally = Tally::default();
    for (key, count) in wire {
        tally.add(Verdict::of(key)?, *count);
    }
    Some(tally)
}

fn told_out(told: &Told) -> ToldWire<'_> {
    ToldWire(
        told.transmission,
        told.kind.as_str().into(),
        told.version.as_str().into(),
        told.reference.as_str().into(),
        told.invoice.as_str().into(),
        told.verdict.key().into(),
        told.sentence.as_str().into(),
        findings_out(&told.findings),
    )
}

fn told_in(wire: ToldWire<'_>) -> Option<Told> {
    let ToldWire(transmission, kind, version, reference, invoice, verdict, sentence, findings) =
        wire;
    Some(Told {
        transmission,
        kind: kind.into_owned(),
        version: version.into_owned(),
        reference: reference.into_owned(),
        invoice: invoice.into_owned(),
        verdict: Verdict::of(&verdict)?,
        sentence: sentence.into_owned(),
        findings: findings_in(findings)?,
    })
}

fn listed_out<'a, T, W>(
    listed: &'a Listed<T>,
    out: impl Fn(&'a T) -> W,
) -> (Vec<(u32, bool, W)>, u32) {
    let lines = listed.entries.iter();
    let lines = lines.map(|entry| (entry.transmission, entry.matters, out(&entry.item)));
    (lines.collect(), listed.left_out)
}

fn listed_in<T, W>(
    (lines, left_out): (Vec<(u32, bool, W)>, u32),
    of: impl Fn(W) -> Option<T>,
) -> Option<Listed<T>> {
    let mut entries = Vec::with_capacity(lines.len());
    for (transmission, matters, item) in lines {
        entries.push(Entry { transmission, matters, item: of(item)? });
    }
    Some(Listed::of(entries, left_out))
}
