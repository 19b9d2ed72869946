//! The law of the ledger, kept at every commit: each money fact balances, the totals of a
//! currency balance, and what lies on an invoice is the sum of the postings to it.

use crate::error::{Error, Result};
use crate::invoice_row::key_values;
use crate::link::Link;
use crate::value::{Fields, fields};
use acquit_domain::pay::{Account, Funds, FundsKind, Posting};
use acquit_domain::{Currency, InvoiceKey};
use std::collections::BTreeMap;

const ADD: &str = "INSERT INTO ledger (currency, credits, reversals, allocated, suspense)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (currency) DO UPDATE SET credits = ledger.credits + excluded.credits,
  reversals = ledger.reversals + excluded.reversals,
  allocated = ledger.allocated + excluded.allocated,
  suspense = ledger.suspense + excluded.suspense
RETURNING currency, credits, reversals, allocated, suspense";

/// The running totals.
pub(super) const TOTALS: &str =
    "SELECT currency, credits, reversals, allocated, suspense FROM ledger ORDER BY currency";

const ON_INVOICE: &str = "SELECT
  coalesce((SELECT sum(amount) FROM postings WHERE number = $1 AND issuer = $2), 0),
  coalesce((SELECT allocated FROM invoices WHERE number = $1 AND issuer = $2), 0)";

/// The totals of a currency, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    /// The currency.
    pub currency: Currency,
    /// What came in.
    pub credits: i64,
    /// What went back.
    pub reversals: i64,
    /// What lies on invoices.
    pub allocated: i64,
    /// What waits for an operator.
    pub suspense: i64,
}

impl Totals {
    /// Nothing yet.
    #[must_use]
    pub const fn none(currency: Currency) -> Totals {
        Totals { currency, credits: 0, reversals: 0, allocated: 0, suspense: 0 }
    }

    /// The law: credits less reversals are allocated or in suspense.
    #[must_use]
    pub fn balances(&self) -> bool {
        let came = i128::from(self.credits) - i128::from(self.reversals);
        came == i128::from(self.allocated) + i128::from(self.suspense)
    }
}

/// The law for one fact: what came in is its amount, and it is allocated or in suspense; nothing is
/// posted of a refund that was only asked for.
pub(super) fn check_funds(funds: &Funds) -> Result<()> {
    let came = funds.came_minor();
    let received = funds.balance(&Account::Received);
    if funds.amount_minor < 0 || received != came || !funds.balances() {
        let (allocated, suspense) = (funds.allocated(), funds.suspense());
        return Err(Error::Unbalanced(format!(
            "money fact {} of {came}: received {received}, allocated {allocated}, \
             suspense {suspense}",
            funds.id
        )));
    }
    Ok(())
}

/// Adds new postings of a fact to the totals of their currency.
pub(super) fn add(totals: &mut BTreeMap<Currency, Totals>, funds: &Funds, new: &[Posting]) {
    let sums = totals.entry(funds.currency).or_insert(Totals::none(funds.currency));
    for posting in new {
        let (sum, amount) = match (&posting.account, funds.key.kind) {
            (Account::Received, FundsKind::Credit) => (&mut sums.credits, posting.amount_minor),
            (Account::Received, FundsKind::Reversal) => {
                (&mut sums.reversals, posting.amount_minor.saturating_neg())
            }
            (Account::Allocated(_), _) => (&mut sums.allocated, posting.amount_minor),
            (Account::Suspense, _) => (&mut sums.suspense, posting.amount_minor),
        };
        *sum = sum.saturating_add(amount);
    }
}

/// Adds what a commit posted to the running totals, which must balance afterwards.
pub(super) fn write(link: &Link, added: &BTreeMap<Currency, Totals>) -> Result<()> {
    for sums in added.values() {
        let row = [
            sums.currency.code().into(),
            sums.credits.into(),
            sums.reversals.into(),
            sums.allocated.into(),
            sums.suspense.into(),
        ];
        for row in link.select(ADD, &row)? {
            let held = totals_of(&mut fields("ledger", row))?;
            if !held.balances() {
                return Err(Error::Unbalanced(format!("the totals would be {held:?}")));
            }
        }
    }
    Ok(())
}

/// What an invoice says lies on it must be the sum of the postings to it.
pub(super) fn check_invoice(link: &Link, key: &InvoiceKey) -> Result<()> {
    for row in link.select(ON_INVOICE, &key_values(key))? {
        let mut row = fields("postings", row);
        let (posted, said) = (row.int()?, row.int()?);
        if posted != said {
            let InvoiceKey { issuer, number } = key;
            return Err(Error::Unbalanced(format!(
                "invoice {number} of {issuer} says {said} lie on it, its postings {posted}"
            )));
        }
    }
    Ok(())
}

/// Totals from a row of the table.
pub(super) fn totals_of(row: &mut Fields) -> Result<Totals> {
    Ok(Totals {
        currency: row.word(Currency::of)?,
        credits: row.int()?,
        reversals: row.int()?,
        allocated: row.int()?,
        suspense: row.int()?,
    })
}
