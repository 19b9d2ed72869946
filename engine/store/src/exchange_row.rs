//! A row of the exchange log.

use crate::error::Result;
use crate::value::{Row, Value, fields, json_list};
use crate::wire::{findings_in, findings_out};
use acquit_domain::{
    Channel, Direction, Exchange, Function, InvoiceKey, InvoiceNumber, InvoiceState, PartyCode,
    Status, Verdict,
};

/// The columns [`exchange_of`] reads, in its order.
macro_rules! exchange_columns {
    () => {
        "seq, id, parcel, first_byte, bytes, at, partner, channel, direction, function, message, \
         reference, issuer, number, n, event, state_from, state_to, status_before, status_after, \
         person, recipient, observation, needs_reply, verdict, findings, unread, book, content, \
         letters, previous, hash, duration_us"
    };
}
pub(crate) use exchange_columns;

/// Appends a row; nothing when its identifier or its number in the invoice is taken.
pub(crate) const INSERT: &str = "INSERT INTO exchanges (
  id, parcel, first_byte, bytes, at, partner, channel, direction, function, message, reference,
  issuer, number, n, event, state_from, state_to, status_before, status_after, person, recipient,
  observation, needs_reply, verdict, findings, unread, book, content, letters, previous, hash,
  duration_us)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20,
  $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32)
ON CONFLICT DO NOTHING";

/// The arguments of [`INSERT`].
pub(crate) fn insert_values(exchange: Exchange) -> Row {
    let invoice = exchange.invoice.as_ref();
    vec![
        exchange.id.into(),
        exchange.parcel.into(),
        clamped(exchange.first_byte),
        clamped(exchange.bytes),
        exchange.at.into(),
        exchange.partner.as_str().into(),
        Value::Word(exchange.channel.key()),
        Value::Word(exchange.direction.key()),
        Value::Word(exchange.function.code()),
        exchange.message.into(),
        exchange.reference.into(),
        invoice.map(|key| key.issuer.as_str()).into(),
        invoice.map(|key| key.number.as_str()).into(),
        exchange.n.into(),
        exchange.event.into(),
        word(exchange.from.map(InvoiceState::key)),
        word(exchange.to.map(InvoiceState::key)),
        word(exchange.before.map(Status::key)),
        word(exchange.after.map(Status::key)),
        exchange.user.into(),
        exchange.recipient.into(),
        exchange.observation.into(),
        exchange.needs_reply.into(),
        Value::Word(exchange.verdict.key()),
        json_list(&findings_out(&exchange.findings)),
        json_list(&exchange.unread),
        exchange.book.into(),
        exchange.content.into(),
        exchange.letters.into(),
        exchange.previous.into(),
        exchange.hash.into(),
        exchange.duration_us.into(),
    ]
}

fn word(word: Option<&'static str>) -> Value {
    word.map_or(Value::Null, Value::Word)
}

/// Offsets in a parcel are far below the largest number of the database.
fn clamped(offset: u64) -> Value {
    Value::Int(i64::try_from(offset).unwrap_or(i64::MAX))
}

fn direction_of(key: &str) -> Option<Direction> {
    [Direction::In, Direction::Out].into_iter().find(|direction| direction.key() == key)
}

/// The position in the log and the exchange of a row that has the columns of
/// `exchange_columns!`.
pub(crate) fn exchange_of(row: Row) -> Result<(i64, Exchange)> {
    let mut row = fields("exchanges", row);
    let (seq, id, parcel) = (row.int()?, row.id()?, row.id()?);
    let (first_byte, bytes) = (row.int()?.unsigned_abs(), row.int()?.unsigned_abs());
    let (at, partner) = (row.time()?, row.word(PartyCode::new)?);
    let (channel, direction) = (row.word(Channel::of)?, row.word(direction_of)?);
    let function = row.word(Function::of)?;
    let (message, reference) = (row.text()?, row.text()?);
    let issuer = row.word_or_none(PartyCode::new)?;
    let number = row.word_or_none(InvoiceNumber::new)?;
    let invoice = issuer.zip(number).map(|(issuer, number)| InvoiceKey { issuer, number });
    let n = match row.int_or_none()? {
        None => None,
        Some(n) => Some(u32::try_from(n).map_err(|_| row.wrong("n is out of range"))?),
    };
    let exchange = Exchange {
        id,
        parcel,
        first_byte,
        bytes,
        at,
        partner,
        channel,
        direction,
        function,
        message,
        reference,
        invoice,
        n,
        event: row.text()?,
        from: row.word_or_none(InvoiceState::of)?,
        to: row.word_or_none(InvoiceState::of)?,
        before: row.word_or_none(Status::of)?,
        after: row.word_or_none(Status::of)?,
        user: row.text()?,
        recipient: row.text()?,
        observation: row.text()?,
        needs_reply: row.int()? != 0,
        verdict: row.word(Verdict::of)?,
        findings: findings_in(row.json()?).ok_or_else(|| row.wrong("findings"))?,
        unread: row.json()?,
        book: row.hash()?,
        content: row.hash()?,
        letters: row.hash_or_none()?,
        previous: row.hash()?,
        hash: row.hash()?,
        duration_us: row.count()?,
    };
    Ok((seq, exchange))
}
