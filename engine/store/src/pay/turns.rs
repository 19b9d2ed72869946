//! Whose turn it is: deliveries so that nobody's delay another's, and jobs so that each runs once.

use super::deliveries::{columns, select};
use crate::error::Result;
use crate::link::Link;
use crate::store::Store;
use crate::value::{Value, fields};
use acquit_domain::pay::{Delivery, DeliveryKind};
use acquit_domain::{PartyCode, Timestamp};

/// Most deliveries of one question.
const TURNS_MAX: u32 = 1000;
/// How long the slots of jobs are remembered, in microseconds: longer than any cron line waits.
const SLOTS_KEPT: i64 = 800 * acquit_domain::time::DAY;

const IN_TURN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM (SELECT ",
    columns!(),
    ", row_number() OVER (PARTITION BY kind, recipient ORDER BY id) AS place
   FROM deliveries d WHERE due_at IS NOT NULL AND due_at <= $1 AND state = 'waiting'
   AND (kind <> 'webhook' OR NOT EXISTS (SELECT 1 FROM deliveries e
     WHERE e.recipient = d.recipient AND e.state = 'waiting' AND e.due_at > $1 AND e.id < d.id))
 ) due
WHERE place <= $2 ORDER BY place, due_at, id LIMIT $3"
);
const WAITING: &str = "SELECT count(*) FROM deliveries WHERE recipient = $1 AND state = 'waiting'";
const BACKLOG: &str = "SELECT kind, count(*), min(created_at) FROM deliveries
WHERE state = 'waiting' GROUP BY kind ORDER BY kind";
const GIVE_UP: &str = "UPDATE deliveries SET state = 'dead', last = $2, due_at = NULL,
  due_event = NULL WHERE recipient = $1 AND state = 'waiting'";

const TAKE: &str =
    "INSERT INTO job_slots (job, slot, taken_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
const FORGET: &str = "DELETE FROM job_slots WHERE taken_at < $1";
const HEARD: &str = "SELECT at FROM exchanges WHERE partner = $1 AND direction = 'in'
ORDER BY seq DESC LIMIT 1";

const LETTERS: &str = "SELECT recipient, count(*), min(written_at) FROM letters
WHERE state = 'waiting' AND queued = 1 AND written_at < $1 GROUP BY recipient ORDER BY recipient";

/// Deliveries of one kind that wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// The kind.
    pub kind: DeliveryKind,
    /// How many.
    pub count: u64,
    /// When the oldest was made.
    pub oldest: Timestamp,
}

impl Store {
    /// Deliveries whose next try is due at `now` or before, and at most `each` of one mailbox or
    /// subscription, in turn: what waits for one that hangs hides no other. Those of a mailbox or
    /// a subscription come in the order of their identifiers, and nothing for a subscription
    /// overtakes what is to be tried again.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn deliveries_in_turn(
        &self,
        now: Timestamp,
        each: u32,
        limit: u32,
    ) -> Result<Vec<Delivery>> {
        let args = [now.into(), each.into(), limit.min(TURNS_MAX).into()];
        self.read(move |link| select(link, IN_TURN, &args)).await
    }

    /// How many deliveries to a mailbox or a subscription wait.
    ///
    /// # Errors
    /// What the database says.
    pub async fn deliveries_waiting(&self, to: String) -> Result<u64> {
        self.read(move |link| {
            let row = link.select(WAITING, &[to.into()])?.pop();
            row.map_or(Ok(0), |row| Ok(fields("deliveries", row).int()?.unsigned_abs()))
        })
        .await
    }

    /// What waits to be delivered, by kind.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn delivery_backlog(&self) -> Result<Vec<Backlog>> {
        self.read(|link| link.select(BACKLOG, &[])?.into_iter().map(backlog_of).collect()).await
    }

    /// Gives up everything that waits for a mailbox or a subscription; how many those were.
    ///
    /// # Errors
    /// What the database says.
    pub async fn give_up_deliveries(&self, to: String, last: String) -> Result<u64> {
        self.write(move |link| Ok(link.execute(GIVE_UP, &[to.into(), last.into()])? as u64)).await
    }

    /// Takes the time slot of a job; false when it was taken before, by whichever node.
    ///
    /// # Errors
    /// What the database says.
    pub async fn take_slot(&self, job: &str, slot: &str, now: Timestamp) -> Result<bool> {
        let args = [job.into(), slot.into(), now.into()];
        self.write(move |link| take(link, &args, now)).await
    }

    /// Partners for whom letters wait that were written before an instant: how many, and since
    /// when.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn letters_waiting_since(
        &self,
        before: Timestamp,
    ) -> Result<Vec<(PartyCode, u64, Timestamp)>> {
        self.read(move |link| {
            let rows = link.select(LETTERS, &[before.into()])?.into_iter();
            let of = |row| {
                let mut row = fields("letters", row);
                Ok((row.word(PartyCode::new)?, row.int()?.unsigned_abs(), row.time()?))
            };
            rows.map(of).collect()
        })
        .await
    }

    /// When something of a partner was last logged as received; `None` when nothing ever was.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn last_heard(&self, partner: &PartyCode) -> Result<Option<Timestamp>> {
        let args = [Value::from(partner.as_str())];
        self.read(move |link| {
            let row = link.select(HEARD, &args)?.pop();
            row.map(|row| fields("exchanges", row).time()).transpose()
        })
        .await
    }
}

fn take(link: &Link, args: &[Value], now: Timestamp) -> Result<bool> {
    let taken = link.execute(TAKE, args)? > 0;
    if taken {
        link.execute(FORGET, &[Timestamp(now.0.saturating_sub(SLOTS_KEPT)).into()])?;
    }
    Ok(taken)
}

fn backlog_of(row: Vec<Value>) -> Result<Backlog> {
    let mut row = fields("deliveries", row);
    Ok(Backlog {
        kind: row.word(DeliveryKind::of)?,
        count: row.int()?.unsigned_abs(),
        oldest: row.time()?,
    })
}
