//! Money facts as rows of `funds` and `postings`.

use super::{ids, invoice_or_none, invoice_values, put, word};
use crate::error::{Error, Result};
use crate::invoice_row;
use crate::link::Link;
use crate::value::{Fields, Row, Value, fields};
use acquit_domain::pay::{
    Account, Change, Funds, FundsKey, FundsKind, FundsSource, FundsState, Posting,
};
use acquit_domain::{Currency, Id};

const INSERT: &str = "INSERT INTO funds (
  id, provider, transaction_number, kind, amount, currency, entered_at, of_funds, order_id,
  attempt, fee, means, operator, reference, source, paid_on, state, suspense, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)";

const UPDATE: &str = "UPDATE funds SET of_funds = $2, order_id = $3, attempt = $4, fee = $5,
  means = $6, operator = $7, reference = $8, source = $9, paid_on = $10, state = $11,
  suspense = $12, version = $13 WHERE id = $1";

const INSERT_POSTING: &str = "INSERT INTO postings (
  funds, n, account, number, issuer, amount, at, exchange)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

const SELECT: &str = "SELECT id, provider, transaction_number, kind, amount, currency, entered_at,
  of_funds, order_id, attempt, fee, means, operator, reference, source, paid_on, state, version
FROM funds WHERE id = $1";

const POSTINGS: &str = "SELECT account, number, issuer, amount, at, exchange FROM postings
WHERE funds = $1 ORDER BY n";

const BY_TRANSACTION: &str =
    "SELECT id FROM funds WHERE provider = $1 AND transaction_number = $2 ORDER BY kind";

const RECEIVED: &str = "received";
const ALLOCATED: &str = "allocated";
const SUSPENSE: &str = "suspense";

/// Writes a money fact and the postings that are new; gives those.
///
/// # Errors
/// [`Error::Unbalanced`] when a posting held is missing or another, or what never changes changed.
pub(super) fn write<'a>(
    link: &Link,
    change: &'a Change<Funds>,
    version: i64,
) -> Result<&'a [Posting]> {
    let funds = &change.after;
    let mut held = 0;
    if change.read_version.is_none() {
        let mut row = fixed_values(funds);
        row.extend(moving_values(funds, version));
        put(link, INSERT, &row, "a money fact")?;
    } else {
        held = check_held(link, funds)?;
        let mut row = vec![funds.id.into()];
        row.extend(moving_values(funds, version));
        link.execute(UPDATE, &row)?;
    }
    for (n, posting) in (0i64..).zip(&funds.postings).skip(held) {
        put(link, INSERT_POSTING, &posting_values(funds.id, n, posting), "a posting")?;
        if let Account::Allocated(key) = &posting.account {
            for reference in [&funds.key.transaction, &funds.reference] {
                let [number, issuer] = invoice_row::key_values(key);
                let row = [1i64.into(), reference.as_str().into(), number, issuer];
                if !reference.is_empty() {
                    link.execute(invoice_row::ADD_REFERENCE, &row)?;
                }
            }
        }
    }
    Ok(&funds.postings[held..])
}

/// How many postings are held; they must begin those of the fact, which keeps what it was entered
/// with.
fn check_held(link: &Link, funds: &Funds) -> Result<usize> {
    let unbalanced = |what: &str| Error::Unbalanced(format!("money fact {}: {what}", funds.id));
    let held = read(link, funds.id)?.ok_or_else(|| unbalanced("not held"))?;
    let fixed =
        |funds: &Funds| (funds.key.clone(), funds.amount_minor, funds.currency, funds.entered_at);
    if fixed(&held) != fixed(funds) {
        return Err(unbalanced("what was entered never changes"));
    }
    if !funds.postings.starts_with(&held.postings) {
        return Err(unbalanced("its postings only grow"));
    }
    Ok(held.postings.len())
}

fn fixed_values(funds: &Funds) -> Row {
    vec![
        funds.id.into(),
        funds.key.provider.as_str().into(),
        funds.key.transaction.as_str().into(),
        word(funds.key.kind.key()),
        funds.amount_minor.into(),
        funds.currency.code().into(),
        funds.entered_at.into(),
    ]
}

fn moving_values(funds: &Funds, version: i64) -> Row {
    vec![
        funds.of.into(),
        funds.order.into(),
        funds.attempt.into(),
        funds.fee_minor.into(),
        funds.means.as_str().into(),
        funds.operator.as_str().into(),
        funds.reference.as_str().into(),
        word(funds.source.key()),
        funds.paid_on.into(),
        word(funds.state.key()),
        funds.suspense().into(),
        version.into(),
    ]
}

fn posting_values(funds: Id, n: i64, posting: &Posting) -> Row {
    let (account, invoice) = match &posting.account {
        Account::Received => (RECEIVED, None),
        Account::Allocated(key) => (ALLOCATED, Some(key)),
        Account::Suspense => (SUSPENSE, None),
    };
    let [number, issuer] = invoice_values(invoice);
    vec![
        funds.into(),
        n.into(),
        word(account),
        number,
        issuer,
        posting.amount_minor.into(),
        posting.at.into(),
        posting.exchange.into(),
    ]
}

/// A money fact with its postings; `None` when there is none.
pub(super) fn read(link: &Link, id: Id) -> Result<Option<Funds>> {
    let Some(row) = link.select(SELECT, &[id.into()])?.pop() else {
        return Ok(None);
    };
    let mut funds = funds_of(&mut fields("funds", row))?;
    link.each(POSTINGS, &[id.into()], |row| {
        funds.postings.push(posting_of(&mut fields("postings", row))?);
        Ok(())
    })?;
    Ok(Some(funds))
}

/// The money facts a question names by identifier, in its order.
pub(super) fn select(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<Funds>> {
    let found = ids(link, sql, args)?;
    found.into_iter().filter_map(|id| read(link, id).transpose()).collect()
}

/// The facts of a transaction, credit and reversal.
pub(super) fn by_transaction(link: &Link, provider: &str, transaction: &str) -> Result<Vec<Id>> {
    ids(link, BY_TRANSACTION, &[provider.into(), transaction.into()])
}

fn funds_of(row: &mut Fields) -> Result<Funds> {
    let id = row.id()?;
    let key = FundsKey {
        provider: row.text()?,
        transaction: row.text()?,
        kind: row.word(FundsKind::of)?,
    };
    let (amount_minor, currency) = (row.int()?, row.word(Currency::of)?);
    let entered_at = row.time()?;
    let (of, order) = (row.id_or_none()?, row.id_or_none()?);
    let attempt = match row.int_or_none()? {
        None => None,
        Some(n) => Some(u32::try_from(n).map_err(|_| row.wrong("attempt is out of range"))?),
    };
    Ok(Funds {
        id,
        key,
        of,
        order,
        attempt,
        amount_minor,
        currency,
        fee_minor: row.int()?,
        means: row.text()?,
        operator: row.text()?,
        reference: row.text()?,
        source: row.word(FundsSource::of)?,
        paid_on: row.date()?,
        entered_at,
        state: row.word(FundsState::of)?,
        postings: Vec::new(),
        version: row.int()?,
    })
}

fn posting_of(row: &mut Fields) -> Result<Posting> {
    let account = row.text()?;
    let invoice = invoice_or_none(row)?;
    let account = match (account.as_str(), invoice) {
        (RECEIVED, None) => Account::Received,
        (ALLOCATED, Some(key)) => Account::Allocated(key),
        (SUSPENSE, None) => Account::Suspense,
        _ => return Err(row.wrong(format!("account `{account}`"))),
    };
    Ok(Posting { account, amount_minor: row.int()?, at: row.time()?, exchange: row.id()? })
}
