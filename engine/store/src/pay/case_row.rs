//! Cases as rows of `cases`.

use super::{invoice_or_none, invoice_values, time_or_none, word};
use crate::error::Result;
use crate::link::Link;
use crate::value::{Fields, Row, Value, fields, json};
use acquit_domain::pay::{Case, CaseAction, CaseKind};

/// Opens a case, or closes one that is open.
const PUT: &str = "INSERT INTO cases (
  id, kind, number, issuer, order_id, funds, text, actions, exchange, opened_at, closed_at,
  resolution)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (id) DO UPDATE SET text = excluded.text, actions = excluded.actions,
  closed_at = excluded.closed_at, resolution = excluded.resolution
WHERE cases.closed_at IS NULL";

/// The columns [`case_of`] reads, in its order.
macro_rules! case_columns {
    () => {
        "SELECT id, kind, number, issuer, order_id, funds, text, actions, exchange, opened_at, \
         closed_at, resolution FROM cases "
    };
}
pub(super) use case_columns;

/// Writes a case; false when it was closed before.
pub(super) fn write(link: &Link, case: &Case) -> Result<bool> {
    let [number, issuer] = invoice_values(case.invoice.as_ref());
    let actions: Vec<&str> = case.actions.iter().map(|action| action.key()).collect();
    let row: Row = vec![
        case.id.into(),
        word(case.kind.key()),
        number,
        issuer,
        case.order.into(),
        case.funds.into(),
        case.text.as_str().into(),
        json(&actions),
        case.exchange.into(),
        case.opened_at.into(),
        case.closed_at.into(),
        case.resolution.as_str().into(),
    ];
    Ok(link.execute(PUT, &row)? > 0)
}

/// The cases of a question.
pub(super) fn select(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<Case>> {
    let rows = link.select(sql, args)?;
    rows.into_iter().map(|row| case_of(&mut fields("cases", row))).collect()
}

/// The case of a row that has the columns of `case_columns!`.
pub(super) fn case_of(row: &mut Fields) -> Result<Case> {
    let (id, kind) = (row.id()?, row.word(CaseKind::of)?);
    let invoice = invoice_or_none(row)?;
    let (order, funds, text) = (row.id_or_none()?, row.id_or_none()?, row.text()?);
    let actions: Vec<String> = row.json()?;
    let actions = actions.iter().map(|word| CaseAction::of(word)).collect::<Option<_>>();
    Ok(Case {
        id,
        kind,
        invoice,
        order,
        funds,
        text,
        actions: actions.ok_or_else(|| row.wrong("an action"))?,
        exchange: row.id()?,
        opened_at: row.time()?,
        closed_at: time_or_none(row)?,
        resolution: row.text()?,
    })
}
