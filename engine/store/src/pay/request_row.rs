//! Requests for invoices as rows of `requests`.

use super::{due_of, due_values, invoices_of, invoices_text, time_or_none, word};
use crate::error::Result;
use crate::link::Link;
use crate::value::{Fields, Row, fields};
use acquit_domain::pay::{Change, InvoiceRequest, RequestState};
use acquit_domain::{Id, PartyCode};

const PUT: &str = "INSERT INTO requests (
  id, issuer, terminal, client_number, number, client, person, state, tries, found, reason,
  due_at, due_event, asked_at, ended_at, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, tries = excluded.tries,
  found = excluded.found, reason = excluded.reason, due_at = excluded.due_at,
  due_event = excluded.due_event, ended_at = excluded.ended_at, version = excluded.version";

const SELECT: &str = "SELECT id, issuer, terminal, client_number, number, client, person, state,
  tries, found, reason, due_at, due_event, asked_at, ended_at, version
FROM requests WHERE id = $1";

/// Writes a request.
pub(super) fn write(link: &Link, change: &Change<InvoiceRequest>, version: i64) -> Result<()> {
    link.execute(PUT, &values(&change.after, version))?;
    Ok(())
}

fn values(request: &InvoiceRequest, version: i64) -> Row {
    let [due_at, due_event] = due_values(request.due.as_ref());
    vec![
        request.id.into(),
        request.issuer.as_str().into(),
        request.terminal.as_str().into(),
        request.client_id.as_str().into(),
        request.number.as_str().into(),
        request.client.as_str().into(),
        request.user.as_str().into(),
        word(request.state.key()),
        request.tries.into(),
        invoices_text(&request.found),
        request.reason.as_str().into(),
        due_at,
        due_event,
        request.asked_at.into(),
        request.ended_at.into(),
        version.into(),
    ]
}

/// A request; `None` when there is none.
pub(super) fn read(link: &Link, id: Id) -> Result<Option<InvoiceRequest>> {
    let row = link.select(SELECT, &[id.into()])?.pop();
    row.map(|row| request_of(&mut fields("requests", row))).transpose()
}

fn request_of(row: &mut Fields) -> Result<InvoiceRequest> {
    Ok(InvoiceRequest {
        id: row.id()?,
        issuer: row.word(PartyCode::new)?,
        terminal: row.text()?,
        client_id: row.text()?,
        number: row.text()?,
        client: row.text()?,
        user: row.text()?,
        state: row.word(RequestState::of)?,
        tries: row.count()?,
        found: invoices_of(row)?,
        reason: row.text()?,
        due: due_of(row)?,
        asked_at: row.time()?,
        ended_at: time_or_none(row)?,
        version: row.int()?,
    })
}
