//! What is already held about the things a batch of parcels names.

use crate::error::Result;
use crate::invoice_row::{invoice_columns, invoice_of};
use crate::letter_row::{letter_columns, letter_of};
use crate::link::Link;
use crate::parcel_row::{parcel_columns, parcel_of};
use crate::pay;
use crate::store::Store;
use crate::value::{Fields, Row, Value, fields, json, unpack_ids};
use crate::wire::{findings_in, messages_in};
use acquit_domain::known::Parked;
use acquit_domain::{
    Envelope, EnvelopeKey, Id, InvoiceKey, InvoiceNumber, Keys, Known, Letter, More, PartyCode,
    Timestamp, Verdict,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Questions in one statement: a set goes over as one JSON text, in pieces of this size.
const KEYS_AT_ONCE: usize = 1000;

const INVOICES: &str = concat!(
    "SELECT ",
    invoice_columns!("i."),
    " FROM json_each($1) k CROSS JOIN invoices i \
     WHERE i.number = k.value ->> 0 AND i.issuer = k.value ->> 1"
);

const ENVELOPES: &str = "SELECT e.key, e.sha256, e.parcel, e.received_at, e.verdict, e.messages,
  e.findings, e.letters, e.more_messages, e.more_findings, e.in_parts
FROM json_each($1) k CROSS JOIN envelopes e WHERE e.key = k.value ->> 0";

const CLIENTS: &str = "SELECT p.code FROM json_each($1) k CROSS JOIN parties p
WHERE p.code = k.value ->> 0";

const LETTERS: &str = concat!(
    "SELECT ",
    letter_columns!(),
    " FROM json_each($1) k CROSS JOIN letters l \
     WHERE l.recipient = k.value ->> 0 AND l.reference = k.value ->> 1"
);

const LETTER: &str = concat!("SELECT ", letter_columns!(), " FROM letters l WHERE l.id = $1");

const PARKED: &str = concat!(
    "SELECT k.number, k.issuer, k.exchange, k.interchange, k.message, k.reason, k.until, ",
    parcel_columns!(),
    " FROM json_each($1) w CROSS JOIN parked k CROSS JOIN parcels p CROSS JOIN blobs b \
     WHERE k.number = w.value ->> 0 AND k.issuer = w.value ->> 1 AND p.id = k.parcel \
       AND b.sha256 = p.sha256 ORDER BY k.exchange"
);

const PARKED_DUE: &str = concat!(
    "SELECT k.number, k.issuer, k.exchange, k.interchange, k.message, k.reason, k.until, ",
    parcel_columns!(),
    " FROM parked k CROSS JOIN parcels p CROSS JOIN blobs b \
     WHERE k.until <= $1 AND p.id = k.parcel AND b.sha256 = p.sha256 \
     ORDER BY k.until, k.exchange LIMIT $2"
);

impl Store {
    /// What is held about the things named: one question per kind, on one state of the database.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn known(&self, keys: &Keys) -> Result<Known> {
        self.known_of(&Arc::new(keys.clone())).await
    }

    /// The same for those who share their questions, of which a batch has very many.
    ///
    /// # Errors
    /// Those of [`Store::known`].
    pub async fn known_of(&self, keys: &Arc<Keys>) -> Result<Known> {
        let keys = Arc::clone(keys);
        self.read(move |link| known(link, &keys)).await
    }

    /// Parked messages whose waiting ended at `now` or before, oldest first.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn parked_due(
        &self,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(InvoiceKey, Parked)>> {
        self.read(move |link| {
            let rows = link.select(PARKED_DUE, &[now.into(), limit.into()])?;
            rows.into_iter().map(parked_of).collect()
        })
        .await
    }
}

fn known(link: &Link, keys: &Keys) -> Result<Known> {
    let mut known = Known::default();
    invoices_named(link, &keys.invoices, &mut known)?;
    let invoices: Vec<[&str; 2]> =
        keys.invoices.iter().map(|key| [key.number.as_str(), key.issuer.as_str()]).collect();
    ask(link, PARKED, &invoices, |row| {
        let (key, parked) = parked_of(row)?;
        known.parked.entry(key).or_default().push(parked);
        Ok(())
    })?;
    let by_text: BTreeMap<String, &EnvelopeKey> =
        keys.envelopes.iter().map(|key| (key.text(), key)).collect();
    let texts: Vec<[&str; 1]> = by_text.keys().map(|text| [text.as_str()]).collect();
    ask(link, ENVELOPES, &texts, |row| {
        let envelope = envelope_of(link, row, &by_text)?;
        known.envelopes.insert(envelope.key.clone(), envelope);
        Ok(())
    })?;
    let clients: Vec<[&str; 1]> = keys.clients.iter().map(|code| [code.as_str()]).collect();
    ask(link, CLIENTS, &clients, |row| {
        known.clients.insert(fields("parties", row).text()?);
        Ok(())
    })?;
    let letters: Vec<[&str; 2]> =
        keys.letters.iter().map(|(to, reference)| [to.as_str(), reference.as_str()]).collect();
    ask(link, LETTERS, &letters, |row| {
        let (_, letter) = letter_of(row)?;
        known.letters.insert((letter.to.clone(), letter.reference.clone()), letter);
        Ok(())
    })?;
    pay::known(link, &keys.payments, &mut known)?;
    Ok(known)
}

/// Adds the invoices named to what is known.
pub(crate) fn invoices_named(
    link: &Link,
    keys: &BTreeSet<InvoiceKey>,
    known: &mut Known,
) -> Result<()> {
    let names: Vec<[&str; 2]> =
        keys.iter().map(|key| [key.number.as_str(), key.issuer.as_str()]).collect();
    ask(link, INVOICES, &names, |row| {
        let invoice = invoice_of(row)?;
        known.invoices.insert(invoice.key.clone(), invoice);
        Ok(())
    })
}

/// Asks about a set, piece by piece.
pub(crate) fn ask<const N: usize>(
    link: &Link,
    sql: &str,
    keys: &[[&str; N]],
    mut take: impl FnMut(Row) -> Result<()>,
) -> Result<()> {
    for piece in keys.chunks(KEYS_AT_ONCE) {
        let piece: Vec<&[&str]> = piece.iter().map(<[&str; N]>::as_slice).collect();
        link.each(sql, &[json(&piece)], &mut take)?;
    }
    Ok(())
}

fn envelope_of(link: &Link, row: Row, asked: &BTreeMap<String, &EnvelopeKey>) -> Result<Envelope> {
    let mut row = fields("envelopes", row);
    let text = row.text()?;
    let key = asked.get(&text).copied().ok_or_else(|| row.wrong("a key nobody asked for"))?;
    Ok(Envelope {
        key: key.clone(),
        sha256: row.hash()?,
        parcel: row.id()?,
        received_at: row.time()?,
        verdict: row.word(Verdict::of)?,
        messages: messages_in(row.json()?).ok_or_else(|| row.wrong("messages"))?,
        findings: findings_in(row.json()?).ok_or_else(|| row.wrong("findings"))?,
        letters: letters_by_id(link, &unpack_ids(&row.blob()?))?,
        more: More { messages: row.count()?, findings: row.count()? },
        in_parts: row.int()? != 0,
    })
}

/// The letters of these identifiers, in their order.
pub(crate) fn letters_by_id(link: &Link, ids: &[Id]) -> Result<Vec<Letter>> {
    let mut letters = Vec::with_capacity(ids.len());
    for id in ids {
        for row in link.select(LETTER, &[Value::from(*id)])? {
            letters.push(letter_of(row)?.1);
        }
    }
    Ok(letters)
}

fn parked_of(row: Row) -> Result<(InvoiceKey, Parked)> {
    let mut row: Fields = fields("parked", row);
    let number = row.word(InvoiceNumber::new)?;
    let key = InvoiceKey { issuer: row.word(PartyCode::new)?, number };
    let parked = Parked {
        exchange: row.id()?,
        interchange: row.count()?,
        message: row.count()?,
        reason: row.text()?,
        until: row.time()?,
        parcel: parcel_of(&mut row)?,
    };
    Ok((key, parked))
}
