//! Orders as rows of `orders`, `order_items` and `attempts`.

use super::{due_of, due_values, invoice_of, put, time_or_none, word};
use crate::error::Result;
use crate::invoice_row;
use crate::link::Link;
use crate::value::{Fields, Row, Value, fields, json};
use acquit_domain::pay::{
    Attempt, AttemptState, Change, Handoff, Order, OrderItem, OrderState, Payer,
};
use acquit_domain::{Currency, Id, Money, PartyCode, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

const INSERT: &str = "INSERT INTO orders (
  id, number, issuer, client, client_name, payer, person, currency, total, state, due_at,
  due_event, created_at, updated_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";

const UPDATE: &str = "UPDATE orders SET payer = $2, state = $3, due_at = $4, due_event = $5,
  updated_at = $6, version = $7 WHERE id = $1";

const INSERT_ITEM: &str = "INSERT INTO order_items (
  order_id, position, number, issuer, version, amount, net)
VALUES ($1, $2, $3, $4, $5, $6, $7)";

const PUT_ATTEMPT: &str = "INSERT INTO attempts (
  order_id, ordinal, id, means, provider, state, reference, transaction_number, operator,
  channel_reference, handoff, reason, started_at, expires_at, ended_at, due_at, due_event, polls)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
ON CONFLICT (order_id, ordinal) DO UPDATE SET
  state = excluded.state, reference = excluded.reference,
  transaction_number = excluded.transaction_number, operator = excluded.operator,
  channel_reference = excluded.channel_reference, handoff = excluded.handoff,
  reason = excluded.reason, expires_at = excluded.expires_at, ended_at = excluded.ended_at,
  due_at = excluded.due_at, due_event = excluded.due_event, polls = excluded.polls";

const SELECT: &str = "SELECT id, number, issuer, client, client_name, payer, person, currency,
  total, state, due_at, due_event, created_at, updated_at, version FROM orders WHERE id = $1";

const ITEMS: &str = "SELECT number, issuer, version, amount, net FROM order_items
WHERE order_id = $1 ORDER BY position";

const ATTEMPTS: &str = "SELECT ordinal, id, means, provider, state, reference,
  transaction_number, operator, channel_reference, handoff, reason, started_at, expires_at,
  ended_at, due_at, due_event, polls FROM attempts WHERE order_id = $1 ORDER BY ordinal";

/// How a payer goes on, as JSON.
#[derive(Serialize, Deserialize)]
enum HandoffWire {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "form")]
    Form(String, Vec<(String, String)>),
    #[serde(rename = "reference")]
    Reference(String, i64, Vec<String>),
    #[serde(rename = "redirect")]
    Redirect(String),
    #[serde(rename = "instructions")]
    Instructions(Vec<(String, String)>),
}

fn handoff_out(handoff: &Handoff) -> HandoffWire {
    match handoff.clone() {
        Handoff::None => HandoffWire::None,
        Handoff::Form { url, fields } => HandoffWire::Form(url, fields),
        Handoff::Reference { reference, expires_at, places } => {
            HandoffWire::Reference(reference, expires_at.0, places)
        }
        Handoff::Redirect { url } => HandoffWire::Redirect(url),
        Handoff::Instructions { lines } => HandoffWire::Instructions(lines),
    }
}

fn handoff_in(wire: HandoffWire) -> Handoff {
    match wire {
        HandoffWire::None => Handoff::None,
        HandoffWire::Form(url, fields) => Handoff::Form { url, fields },
        HandoffWire::Reference(reference, expires_at, places) => {
            Handoff::Reference { reference, expires_at: Timestamp(expires_at), places }
        }
        HandoffWire::Redirect(url) => Handoff::Redirect { url },
        HandoffWire::Instructions(lines) => Handoff::Instructions { lines },
    }
}

/// Writes an order: its own row, its items when it is new, its attempts, and the references its
/// invoices are found by.
pub(super) fn write(link: &Link, change: &Change<Order>, version: i64) -> Result<()> {
    let order = &change.after;
    if change.read_version.is_none() {
        link.execute(INSERT, &insert_values(order, version))?;
        for (position, item) in (0i64..).zip(&order.items) {
            let [number, issuer] = invoice_row::key_values(&item.invoice);
            let (amount, net) = (item.amount_minor.into(), item.net_minor.into());
            let version = item.version.into();
            let row = vec![order.id.into(), position.into(), number, issuer, version, amount, net];
            put(link, INSERT_ITEM, &row, "an item of an order")?;
        }
    } else {
        link.execute(UPDATE, &update_values(order, version))?;
    }
    for attempt in &order.attempts {
        link.execute(PUT_ATTEMPT, &attempt_values(order.id, attempt))?;
    }
    write_references(link, order)
}

/// The invoices of an order are found by everything it is called by.
fn write_references(link: &Link, order: &Order) -> Result<()> {
    let mut references = BTreeSet::from([order.number.as_str()]);
    for attempt in &order.attempts {
        references.extend([
            &*attempt.reference,
            &*attempt.transaction,
            &*attempt.channel_reference,
        ]);
    }
    for item in &order.items {
        for reference in references.iter().filter(|reference| !reference.is_empty()) {
            let [number, issuer] = invoice_row::key_values(&item.invoice);
            let row = [1i64.into(), (*reference).into(), number, issuer];
            link.execute(invoice_row::ADD_REFERENCE, &row)?;
        }
    }
    Ok(())
}

fn insert_values(order: &Order, version: i64) -> Row {
    let [due_at, due_event] = due_values(order.due.as_ref());
    vec![
        order.id.into(),
        order.number.as_str().into(),
        order.issuer.as_str().into(),
        order.client.as_str().into(),
        order.client_name.as_str().into(),
        payer_text(&order.payer),
        order.user.as_str().into(),
        order.total.currency.code().into(),
        order.total.minor.into(),
        word(order.state.key()),
        due_at,
        due_event,
        order.created_at.into(),
        order.updated_at.into(),
        version.into(),
    ]
}

fn update_values(order: &Order, version: i64) -> Row {
    let [due_at, due_event] = due_values(order.due.as_ref());
    let (payer, state) = (payer_text(&order.payer), word(order.state.key()));
    let (updated_at, version) = (order.updated_at.into(), version.into());
    vec![order.id.into(), payer, state, due_at, due_event, updated_at, version]
}

fn payer_text(payer: &Payer) -> Value {
    json(&[&payer.name, &payer.email, &payer.phone, &payer.language])
}

fn attempt_values(order: Id, attempt: &Attempt) -> Row {
    let [due_at, due_event] = due_values(attempt.due.as_ref());
    vec![
        order.into(),
        attempt.ordinal.into(),
        attempt.id.into(),
        attempt.means.as_str().into(),
        attempt.provider.as_str().into(),
        word(attempt.state.key()),
        attempt.reference.as_str().into(),
        attempt.transaction.as_str().into(),
        attempt.operator.as_str().into(),
        attempt.channel_reference.as_str().into(),
        json(&handoff_out(&attempt.handoff)),
        attempt.reason.as_str().into(),
        attempt.started_at.into(),
        attempt.expires_at.into(),
        attempt.ended_at.into(),
        due_at,
        due_event,
        attempt.polls.into(),
    ]
}

/// An order with its items and attempts; `None` when there is none.
pub(super) fn read(link: &Link, id: Id) -> Result<Option<Order>> {
    let Some(row) = link.select(SELECT, &[id.into()])?.pop() else {
        return Ok(None);
    };
    let mut order = order_of(&mut fields("orders", row))?;
    link.each(ITEMS, &[id.into()], |row| {
        order.items.push(item_of(&mut fields("order_items", row))?);
        Ok(())
    })?;
    link.each(ATTEMPTS, &[id.into()], |row| {
        order.attempts.push(attempt_of(&mut fields("attempts", row))?);
        Ok(())
    })?;
    Ok(Some(order))
}

fn order_of(row: &mut Fields) -> Result<Order> {
    let (id, number, issuer) = (row.id()?, row.text()?, row.word(PartyCode::new)?);
    let (client, client_name) = (row.text()?, row.text()?);
    let [name, email, phone, language]: [String; 4] = row.json()?;
    let user = row.text()?;
    let currency = row.word(Currency::of)?;
    Ok(Order {
        id,
        number,
        issuer,
        client,
        client_name,
        payer: Payer { name, email, phone, language },
        user,
        total: Money::new(row.int()?, currency),
        items: Vec::new(),
        state: row.word(OrderState::of)?,
        attempts: Vec::new(),
        due: due_of(row)?,
        created_at: row.time()?,
        updated_at: row.time()?,
        version: row.int()?,
    })
}

fn item_of(row: &mut Fields) -> Result<OrderItem> {
    Ok(OrderItem {
        invoice: invoice_of(row)?,
        version: row.int()?,
        amount_minor: row.int()?,
        net_minor: row.int()?,
    })
}

fn attempt_of(row: &mut Fields) -> Result<Attempt> {
    Ok(Attempt {
        ordinal: row.count()?,
        id: row.id()?,
        means: row.text()?,
        provider: row.text()?,
        state: row.word(AttemptState::of)?,
        reference: row.text()?,
        transaction: row.text()?,
        operator: row.text()?,
        channel_reference: row.text()?,
        handoff: handoff_in(row.json()?),
        reason: row.text()?,
        started_at: row.time()?,
        expires_at: time_or_none(row)?,
        ended_at: time_or_none(row)?,
        due: due_of(row)?,
        polls: row.count()?,
    })
}
