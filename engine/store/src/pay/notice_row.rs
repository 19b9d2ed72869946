//! Notices to issuers as rows of `notices` and `notice_messages`.

use super::{due_of, due_values, word};
use crate::error::Result;
use crate::link::Link;
use crate::value::{Fields, Row, Value, fields, json};
use acquit_domain::pay::{Change, Notice, NoticeFunction, NoticeLine, NoticeState};
use acquit_domain::time::{date_from_days, days_of};
use acquit_domain::{Currency, Id, InvoiceKey, InvoiceNumber, PartyCode};
use serde::{Deserialize, Serialize};

const INSERT: &str = "INSERT INTO notices (
  id, issuer, function, order_id, funds, transaction_number, means, paid_at, client, client_name,
  currency, created_at, lines, state, motive, due_at, due_event, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";

const UPDATE: &str = "UPDATE notices SET lines = $2, state = $3, motive = $4, due_at = $5,
  due_event = $6, version = $7 WHERE id = $1";

const ADD_MESSAGE: &str = "INSERT INTO notice_messages (notice, position, message)
VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";

const SELECT: &str = "SELECT id, issuer, function, order_id, funds, transaction_number, means,
  paid_at, client, client_name, currency, created_at, lines, state, motive, due_at, due_event,
  version FROM notices WHERE id = $1";

const MESSAGES: &str = "SELECT message FROM notice_messages WHERE notice = $1 ORDER BY position";

/// A line: number, issuer, amount, date, due date, the issuer's answer.
#[derive(Serialize, Deserialize)]
struct LineWire(String, String, i64, i32, Option<i32>, Option<bool>);

/// Writes a notice and the numbers of its messages.
pub(super) fn write(link: &Link, change: &Change<Notice>, version: i64) -> Result<()> {
    let notice = &change.after;
    let moving = moving_values(notice, version);
    if change.read_version.is_none() {
        let mut row = fixed_values(notice);
        row.extend(moving);
        link.execute(INSERT, &row)?;
    } else {
        let mut row: Row = vec![notice.id.into()];
        row.extend(moving);
        link.execute(UPDATE, &row)?;
    }
    for (position, message) in (0i64..).zip(&notice.messages) {
        let row = [notice.id.into(), position.into(), message.as_str().into()];
        link.execute(ADD_MESSAGE, &row)?;
    }
    Ok(())
}

fn fixed_values(notice: &Notice) -> Row {
    vec![
        notice.id.into(),
        notice.issuer.as_str().into(),
        word(notice.function.key()),
        notice.order.into(),
        notice.funds.into(),
        notice.transaction.as_str().into(),
        notice.means.as_str().into(),
        notice.paid_at.into(),
        notice.client.as_str().into(),
        notice.client_name.as_str().into(),
        notice.currency.code().into(),
        notice.created_at.into(),
    ]
}

fn moving_values(notice: &Notice, version: i64) -> Row {
    let [due_at, due_event] = due_values(notice.due.as_ref());
    vec![
        lines_text(&notice.lines),
        word(notice.state.key()),
        notice.motive.as_str().into(),
        due_at,
        due_event,
        version.into(),
    ]
}

fn lines_text(lines: &[NoticeLine]) -> Value {
    let wires: Vec<LineWire> = lines
        .iter()
        .map(|line| {
            LineWire(
                line.invoice.number.to_string(),
                line.invoice.issuer.to_string(),
                line.amount_minor,
                days_of(line.issued_on),
                line.due_on.map(days_of),
                line.confirmed,
            )
        })
        .collect();
    json(&wires)
}

fn line_in(wire: &LineWire) -> Option<NoticeLine> {
    let LineWire(number, issuer, amount_minor, issued_on, due_on, confirmed) = wire;
    let number = InvoiceNumber::new(number)?;
    Some(NoticeLine {
        invoice: InvoiceKey { issuer: PartyCode::new(issuer)?, number },
        amount_minor: *amount_minor,
        issued_on: date_from_days(*issued_on),
        due_on: due_on.map(date_from_days),
        confirmed: *confirmed,
    })
}

/// A notice; `None` when there is none.
pub(super) fn read(link: &Link, id: Id) -> Result<Option<Notice>> {
    let Some(row) = link.select(SELECT, &[id.into()])?.pop() else {
        return Ok(None);
    };
    let mut notice = notice_of(&mut fields("notices", row))?;
    link.each(MESSAGES, &[id.into()], |row| {
        notice.messages.push(fields("notice_messages", row).text()?);
        Ok(())
    })?;
    Ok(Some(notice))
}

fn notice_of(row: &mut Fields) -> Result<Notice> {
    let (id, issuer) = (row.id()?, row.word(PartyCode::new)?);
    let function = row.word(NoticeFunction::of)?;
    let (order, funds) = (row.id_or_none()?, row.id()?);
    let (transaction, means, paid_at) = (row.text()?, row.text()?, row.time()?);
    let (client, client_name) = (row.text()?, row.text()?);
    let (currency, created_at) = (row.word(Currency::of)?, row.time()?);
    let wires: Vec<LineWire> = row.json()?;
    let lines = wires.iter().map(line_in).collect::<Option<_>>();
    Ok(Notice {
        id,
        issuer,
        function,
        order,
        funds,
        transaction,
        means,
        paid_at,
        client,
        client_name,
        currency,
        lines: lines.ok_or_else(|| row.wrong("lines"))?,
        state: row.word(NoticeState::of)?,
        messages: Vec::new(),
        motive: row.text()?,
        due: due_of(row)?,
        created_at,
        version: row.int()?,
    })
}
