//! Days of providers that were matched: `settlement_days` and `settlement_lines`.

use super::{time_or_none, word};
use crate::error::Result;
use crate::link::Link;
use crate::store::Store;
use crate::value::{Fields, Row, Value, date_or_none, fields};
use acquit_domain::pay::{Day, LineClass, SettlementLine};
use acquit_domain::{Currency, Date};

/// Most days in one list.
const DAYS_MAX: u32 = 400;

const CLOSED: &str = "SELECT 1 FROM settlement_days
WHERE provider = $1 AND day = $2 AND currency = $3 AND closed_at IS NOT NULL";

/// The day is written open, so that its lines can be written.
const PUT: &str = "INSERT INTO settlement_days (
  provider, day, currency, sha256, file, ledger, fee, bank, closed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NULL)
ON CONFLICT (provider, day, currency) DO UPDATE SET sha256 = excluded.sha256,
  file = excluded.file, ledger = excluded.ledger, fee = excluded.fee, bank = excluded.bank";

const FORGET: &str = "DELETE FROM settlement_lines
WHERE provider = $1 AND day = $2 AND currency = $3";

const ADD: &str = "INSERT INTO settlement_lines (
  provider, day, currency, position, line, transaction_number, order_number, reference, amount,
  ledger, fee, paid_on, class, funds, case_id, text)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

const CLOSE: &str = "UPDATE settlement_days SET closed_at = $4
WHERE provider = $1 AND day = $2 AND currency = $3";

const LIST: &str = "SELECT provider, day, currency, sha256, file, ledger, fee, bank, closed_at
FROM settlement_days WHERE provider = coalesce($1, provider) ORDER BY day DESC, provider, currency
LIMIT $2";

const ONE: &str = "SELECT provider, day, currency, sha256, file, ledger, fee, bank, closed_at
FROM settlement_days WHERE provider = $1 AND day = $2 AND currency = $3";

const LINES: &str = "SELECT line, transaction_number, order_number, reference, amount, ledger, fee,
  paid_on, class, funds, case_id, text FROM settlement_lines
WHERE provider = $1 AND day = $2 AND currency = $3 ORDER BY position";

impl Store {
    /// The days matched, the latest first, without their lines; of one provider or of all.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn settlement_days(&self, provider: Option<String>, limit: u32) -> Result<Vec<Day>> {
        self.read(move |link| {
            let rows = link.select(LIST, &[provider.into(), limit.min(DAYS_MAX).into()])?;
            rows.into_iter().map(|row| day_of(&mut fields("settlement_days", row))).collect()
        })
        .await
    }

    /// A day with its lines; `None` when it was not matched.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn settlement_day(
        &self,
        provider: String,
        on: Date,
        currency: Currency,
    ) -> Result<Option<Day>> {
        self.read(move |link| {
            let key = [provider.into(), on.into(), currency.code().into()];
            let Some(row) = link.select(ONE, &key)?.pop() else {
                return Ok(None);
            };
            let mut day = day_of(&mut fields("settlement_days", row))?;
            link.each(LINES, &key, |row| {
                day.lines.push(line_of(&mut fields("settlement_lines", row))?);
                Ok(())
            })?;
            Ok(Some(day))
        })
        .await
    }
}

fn key_values(day: &Day) -> [Value; 3] {
    [day.provider.as_str().into(), day.on.into(), day.currency.code().into()]
}

/// Whether none of the days is closed: a closed day is never written again.
pub(super) fn are_open(link: &Link, days: &[Day]) -> Result<bool> {
    for day in days {
        if !link.select(CLOSED, &key_values(day))?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes a day with its lines in the place of what an earlier try matched.
pub(super) fn write(link: &Link, day: &Day) -> Result<()> {
    let key = key_values(day);
    let mut row: Row = key.to_vec();
    row.extend([
        day.sha256.into(),
        day.file_minor.into(),
        day.ledger_minor.into(),
        day.fee_minor.into(),
        day.bank_minor.into(),
    ]);
    link.execute(PUT, &row)?;
    link.execute(FORGET, &key)?;
    let lines = (0i64..).zip(&day.lines).map(|(position, line)| line_values(&key, position, line));
    let lines: Vec<Row> = lines.collect();
    link.write_all(ADD, lines.iter().map(Vec::as_slice))?;
    if let Some(closed_at) = day.closed_at {
        let [provider, on, currency] = key;
        link.execute(CLOSE, &[provider, on, currency, closed_at.into()])?;
    }
    Ok(())
}

fn line_values(key: &[Value; 3], position: i64, line: &SettlementLine) -> Row {
    let mut row: Row = key.to_vec();
    row.extend([
        position.into(),
        line.line.into(),
        line.transaction.as_str().into(),
        line.order.as_str().into(),
        line.reference.as_str().into(),
        line.amount_minor.into(),
        line.ledger_minor.into(),
        line.fee_minor.into(),
        date_or_none(line.day),
        word(line.class.key()),
        line.funds.into(),
        line.case.into(),
        line.text.as_str().into(),
    ]);
    row
}

fn day_of(row: &mut Fields) -> Result<Day> {
    let (provider, on) = (row.text()?, row.date()?);
    Ok(Day {
        provider,
        on,
        currency: row.word(Currency::of)?,
        sha256: row.hash()?,
        file_minor: row.int()?,
        ledger_minor: row.int()?,
        fee_minor: row.int()?,
        bank_minor: row.int_or_none()?,
        lines: Vec::new(),
        closed_at: time_or_none(row)?,
    })
}

fn line_of(row: &mut Fields) -> Result<SettlementLine> {
    Ok(SettlementLine {
        line: row.count()?,
        transaction: row.text()?,
        order: row.text()?,
        reference: row.text()?,
        amount_minor: row.int_or_none()?,
        ledger_minor: row.int_or_none()?,
        fee_minor: row.int_or_none()?,
        day: row.date_or_none()?,
        class: row.word(LineClass::of)?,
        funds: row.id_or_none()?,
        case: row.id_or_none()?,
        text: row.text()?,
    })
}
