//! E-mails and webhooks to deliver: `deliveries`.

use super::{due_of, due_values, word};
use crate::error::Result;
use crate::link::Link;
use crate::store::Store;
use crate::value::{Fields, Row, Value, fields, json};
use acquit_domain::pay::{Delivery, DeliveryKind, DeliveryState, Due};
use acquit_domain::{Id, Timestamp};

/// Most deliveries in one answer.
const DELIVERIES_MAX: u32 = 200;

/// One that is there already is not made to wait again.
const ADD: &str = "INSERT INTO deliveries (
  id, kind, recipient, subject, language, filling, receipt, state, tries, last, due_at, due_event,
  created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT DO NOTHING";

/// The columns [`delivery_of`] reads, in its order.
macro_rules! columns {
    () => {
        "id, kind, recipient, subject, language, filling, receipt, state, tries, last, \
         due_at, due_event, created_at"
    };
}
pub(super) use columns;

const DUE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries WHERE due_at IS NOT NULL AND due_at <= $1 AND state = 'waiting'
  ORDER BY due_at, id LIMIT $2"
);
const LIST: &str =
    concat!("SELECT ", columns!(), " FROM deliveries WHERE id > $1 ORDER BY id LIMIT $2");
const DEAD: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM deliveries WHERE state = 'dead' AND id > $1 ORDER BY id LIMIT $2"
);

const TRIED: &str = "UPDATE deliveries SET state = $2, tries = tries + 1, last = $3, due_at = $4,
  due_event = $5 WHERE id = $1 AND state = 'waiting'";

const AGAIN: &str =
    "UPDATE deliveries SET state = 'waiting', tries = 0, due_at = $2, due_event = $3
WHERE id = $1 AND state = 'dead'";

/// Event of the next try of a delivery.
const TRY: &str = "deliver";

impl Store {
    /// Deliveries whose next try is due at `now` or before, the longest due first.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn deliveries_due(&self, now: Timestamp, limit: u32) -> Result<Vec<Delivery>> {
        let args = [now.into(), limit.min(DELIVERIES_MAX).into()];
        self.read(move |link| select(link, DUE, &args)).await
    }

    /// Deliveries in the order they were made, after the last one seen; only those given up when
    /// `dead`.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn deliveries(
        &self,
        dead: bool,
        after: Option<Id>,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        let sql = if dead { DEAD } else { LIST };
        let args = [after.unwrap_or(Id(0)).into(), limit.min(DELIVERIES_MAX).into()];
        self.read(move |link| select(link, sql, &args)).await
    }

    /// Notes that a delivery was taken; false when it did not wait any more.
    ///
    /// # Errors
    /// What the database says.
    pub async fn delivery_done(&self, id: Id, last: String) -> Result<bool> {
        self.write(move |link| tried(link, id, DeliveryState::Done, &last, None)).await
    }

    /// Notes that a delivery failed: it is tried again at `next`, or given up without one; false
    /// when it did not wait any more.
    ///
    /// # Errors
    /// What the database says.
    pub async fn delivery_failed(
        &self,
        id: Id,
        last: String,
        next: Option<Timestamp>,
    ) -> Result<bool> {
        let state = if next.is_some() { DeliveryState::Waiting } else { DeliveryState::Dead };
        self.write(move |link| tried(link, id, state, &last, next)).await
    }

    /// Makes a delivery that was given up wait again, with all its tries before it; false when it
    /// was not given up.
    ///
    /// # Errors
    /// What the database says.
    pub async fn delivery_again(&self, id: Id, at: Timestamp) -> Result<bool> {
        let args = [id.into(), at.into(), Value::Word(TRY)];
        self.write(move |link| Ok(link.execute(AGAIN, &args)? > 0)).await
    }
}

fn tried(
    link: &Link,
    id: Id,
    state: DeliveryState,
    last: &str,
    next: Option<Timestamp>,
) -> Result<bool> {
    let due = next.map(|at| Due { at, event: TRY.to_owned() });
    let [due_at, due_event] = due_values(due.as_ref());
    Ok(link.execute(TRIED, &[id.into(), word(state.key()), last.into(), due_at, due_event])? > 0)
}

/// Writes a delivery. One that waits without a time is due when it was made.
pub(super) fn write(link: &Link, delivery: &Delivery) -> Result<()> {
    let waits = delivery.state == DeliveryState::Waiting;
    let at_once = Due { at: delivery.created_at, event: TRY.to_owned() };
    let due = delivery.due.clone().or(waits.then_some(at_once));
    let [due_at, due_event] = due_values(due.as_ref());
    let row: Row = vec![
        delivery.id.into(),
        word(delivery.kind.key()),
        delivery.to.as_str().into(),
        delivery.subject.as_str().into(),
        delivery.language.as_str().into(),
        json(&delivery.values),
        delivery.receipt.into(),
        word(delivery.state.key()),
        delivery.tries.into(),
        delivery.last.as_str().into(),
        due_at,
        due_event,
        delivery.created_at.into(),
    ];
    link.execute(ADD, &row)?;
    Ok(())
}

pub(super) fn select(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<Delivery>> {
    let rows = link.select(sql, args)?;
    rows.into_iter().map(|row| delivery_of(&mut fields("deliveries", row))).collect()
}

fn delivery_of(row: &mut Fields) -> Result<Delivery> {
    Ok(Delivery {
        id: row.id()?,
        kind: row.word(DeliveryKind::of)?,
        to: row.text()?,
        subject: row.text()?,
        language: row.text()?,
        values: row.json()?,
        receipt: row.id_or_none()?,
        state: row.word(DeliveryState::of)?,
        tries: row.count()?,
        last: row.text()?,
        due: due_of(row)?,
        created_at: row.time()?,
    })
}
