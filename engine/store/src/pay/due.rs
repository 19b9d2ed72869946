//! What waits for a clock. Deadlines stand with what they are about; nothing else remembers them,
//! so a stopped engine takes them up where it left.

use super::due_of;
use crate::error::Result;
use crate::link::Link;
use crate::store::Store;
use crate::value::{Value, fields};
use acquit_domain::pay::{Due, Subject};
use acquit_domain::{Id, Timestamp};

/// Most deadlines in one answer.
pub const DUE_MAX: u32 = 1000;

const ORDERS: &str = "SELECT id, 0, due_at, due_event FROM orders
WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2";
const ATTEMPTS: &str = "SELECT order_id, ordinal, due_at, due_event FROM attempts
WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2";
const NOTICES: &str = "SELECT id, 0, due_at, due_event FROM notices
WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2";
const REQUESTS: &str = "SELECT id, 0, due_at, due_event FROM requests
WHERE due_at IS NOT NULL AND due_at <= $1 ORDER BY due_at LIMIT $2";

const NEXT: &str = "SELECT min(at) FROM (
  SELECT min(due_at) AS at FROM orders WHERE due_at IS NOT NULL
  UNION ALL SELECT min(due_at) FROM attempts WHERE due_at IS NOT NULL
  UNION ALL SELECT min(due_at) FROM notices WHERE due_at IS NOT NULL
  UNION ALL SELECT min(due_at) FROM requests WHERE due_at IS NOT NULL) deadlines";
const NEXT_DELIVERY: &str = "SELECT min(due_at) FROM deliveries WHERE due_at IS NOT NULL";

impl Store {
    /// What is due at `now` or before, the longest due first: at most `limit`, at most
    /// [`DUE_MAX`].
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<(Subject, Due)>> {
        let limit = limit.min(DUE_MAX);
        self.read(move |link| due(link, now, limit)).await
    }

    /// When something is due next; `None` when nothing waits. Deliveries are not counted.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next_due(&self) -> Result<Option<Timestamp>> {
        self.read(|link| next(link, NEXT)).await
    }

    /// When a delivery is to be tried next; `None` when none waits.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next_delivery_due(&self) -> Result<Option<Timestamp>> {
        self.read(|link| next(link, NEXT_DELIVERY)).await
    }
}

/// Names what a deadline is about from an identifier and an ordinal.
type Named = fn(Id, u32) -> Subject;

fn next(link: &Link, sql: &str) -> Result<Option<Timestamp>> {
    match link.select(sql, &[])?.pop() {
        None => Ok(None),
        Some(row) => super::time_or_none(&mut fields("deadlines", row)),
    }
}

fn due(link: &Link, now: Timestamp, limit: u32) -> Result<Vec<(Subject, Due)>> {
    let kinds: [(&str, Named); 4] = [
        (ORDERS, |id, _| Subject::Order(id)),
        (ATTEMPTS, Subject::Attempt),
        (NOTICES, |id, _| Subject::Notice(id)),
        (REQUESTS, |id, _| Subject::Request(id)),
    ];
    let args: [Value; 2] = [now.into(), limit.into()];
    let mut found = Vec::new();
    for (sql, subject) in kinds {
        link.each(sql, &args, |row| {
            let mut row = fields("deadlines", row);
            let subject = subject(row.id()?, row.count()?);
            let due = due_of(&mut row)?.ok_or_else(|| row.wrong("a deadline without event"))?;
            found.push((subject, due));
            Ok(())
        })?;
    }
    found.sort_by(|(left, one), (right, other)| (one.at, left).cmp(&(other.at, right)));
    found.truncate(limit as usize);
    Ok(found)
}
