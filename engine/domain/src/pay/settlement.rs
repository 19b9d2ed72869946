//! Reconciliation: the provider's settlement file, the bank statement and our ledger, line by
//! line.

use super::words;
use crate::{Currency, Date, Id, Timestamp};

words! {
    /// What a line turned out to be.
    LineClass {
        /// Both sides agree.
        Match "match",
        /// We have it, the provider's file does not.
        EngineOnly "engine_only",
        /// The provider's file has it, we do not: a lost callback.
        ProviderOnly "provider_only",
        /// The amounts differ.
        AmountDiff "amount_diff",
        /// The days differ (midnight cut-off).
        DateDiff "date_diff",
        /// The fees differ.
        FeeDiff "fee_diff",
        /// The file has it twice.
        Duplicate "duplicate",
        /// One side says paid, the other does not.
        StatusDiff "status_diff",
        /// The bank credited less than the settlement says.
        BankShort "bank_short",
    }
}

/// One line of a settlement, or of our ledger when the file lacks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettlementLine {
    /// Line in the file, from 1; 0 when it is only ours.
    pub line: u32,
    /// The provider's number of the transaction.
    pub transaction: String,
    /// Our order number, when told.
    pub order: String,
    /// The payer's reference, when told.
    pub reference: String,
    /// Amount of the file in minor units.
    pub amount_minor: Option<i64>,
    /// Amount of the ledger in minor units.
    pub ledger_minor: Option<i64>,
    /// Fees of the file in minor units.
    pub fee_minor: Option<i64>,
    /// Day of the file.
    pub day: Option<Date>,
    /// What it is.
    pub class: LineClass,
    /// The money fact it belongs to.
    pub funds: Option<Id>,
    /// The case opened about it.
    pub case: Option<Id>,
    /// One sentence when it is no match.
    pub text: String,
}

/// A provider's day. Closed, it never changes: corrections go to a later day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// The provider.
    pub provider: String,
    /// The day, in the platform's zone.
    pub on: Date,
    /// Currency of the amounts.
    pub currency: Currency,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
    /// Sum of the file in minor units.
    pub file_minor: i64,
    /// Sum of the ledger in minor units.
    pub ledger_minor: i64,
    /// Sum of the fees in minor units.
    pub fee_minor: i64,
    /// What the bank credited, when known.
    pub bank_minor: Option<i64>,
    /// The lines.
    pub lines: Vec<SettlementLine>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}
