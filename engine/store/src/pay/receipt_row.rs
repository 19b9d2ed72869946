//! Receipts as rows of `receipts`.

use super::time_or_none;
use crate::error::Result;
use crate::link::Link;
use crate::value::{Fields, Row, Value, fields};
use acquit_domain::pay::Receipt;

/// A receipt given stays as it was given; it can only lose its worth.
const PUT: &str = "INSERT INTO receipts (id, number, order_id, funds, at, void_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET void_at = coalesce(receipts.void_at, excluded.void_at)";

/// The columns [`receipt_of`] reads, in its order.
macro_rules! receipt_columns {
    () => {
        "SELECT id, number, order_id, funds, at, void_at FROM receipts "
    };
}
pub(super) use receipt_columns;

/// Writes a receipt.
pub(super) fn write(link: &Link, receipt: &Receipt) -> Result<()> {
    let row: Row = vec![
        receipt.id.into(),
        receipt.number.as_str().into(),
        receipt.order.into(),
        receipt.funds.into(),
        receipt.at.into(),
        receipt.void_at.into(),
    ];
    link.execute(PUT, &row)?;
    Ok(())
}

/// The receipts of a question.
pub(super) fn select(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<Receipt>> {
    let rows = link.select(sql, args)?;
    rows.into_iter().map(|row| receipt_of(&mut fields("receipts", row))).collect()
}

fn receipt_of(row: &mut Fields) -> Result<Receipt> {
    Ok(Receipt {
        id: row.id()?,
        number: row.text()?,
        order: row.id_or_none()?,
        funds: row.id()?,
        at: row.time()?,
        void_at: time_or_none(row)?,
    })
}
