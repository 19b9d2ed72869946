//! Money facts: what came or went back, and where it lies.

use super::super::{InvoiceKeyWire, MoneyWire};
use super::money;
use acquit_domain::InvoiceKey;
use acquit_domain::pay::{Account, Funds};
use acquit_store::Totals;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What lies on one invoice.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AllocationWire {
    /// The invoice.
    #[serde(flatten)]
    pub invoice: InvoiceKeyWire,
    /// How much.
    pub amount: MoneyWire,
}

/// Money that came or went back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FundsWire {
    /// Identifier.
    pub id: String,
    /// `credit` or `reversal`.
    pub kind: &'static str,
    /// The credit a reversal takes back.
    pub of: Option<String>,
    /// Who told it.
    pub provider: String,
    /// « ID transaction ».
    pub transaction: String,
    /// The order it pays.
    pub order: Option<String>,
    /// Ordinal of the attempt it pays.
    pub attempt: Option<u32>,
    /// How much.
    pub amount: MoneyWire,
    /// The provider's fees.
    pub fee: MoneyWire,
    /// « Moyen ».
    pub means: String,
    /// Sub-channel.
    pub operator: String,
    /// The payer's or the channel's own reference.
    pub reference: String,
    /// `callback`, `query`, `settlement`, `statement`, `cheques`, `issuer` or `operator`.
    pub source: &'static str,
    /// « Date de paiement ».
    pub paid_on: String,
    /// When it was entered here.
    pub entered_at: String,
    /// Where it lies, in a word. A refund the provider is asked for is `refund_reopens` or
    /// `refund_cancels`, one it would not make `denied`: nothing went back of these.
    pub state: &'static str,
    /// What lies on invoices.
    pub allocation: Vec<AllocationWire>,
    /// What waits for an operator.
    pub suspense: MoneyWire,
    /// What went back of it, and what its provider is asked to give back; of one fact only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<BackWire>,
}

/// Money that goes back, as the credit shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct BackWire {
    /// Identifier.
    pub id: String,
    /// How much.
    pub amount: MoneyWire,
    /// Where it stands, in a word.
    pub state: &'static str,
    /// The provider's number of it, when it is known.
    pub reference: String,
    /// When it was asked for, or entered.
    pub entered_at: String,
}

impl From<&Funds> for BackWire {
    fn from(funds: &Funds) -> BackWire {
        BackWire {
            id: funds.id.to_string(),
            amount: money(funds.amount_minor, funds.currency),
            state: funds.state.key(),
            reference: funds.reference.clone(),
            entered_at: funds.entered_at.to_string(),
        }
    }
}

impl From<&Funds> for FundsWire {
    fn from(funds: &Funds) -> FundsWire {
        let mut on: BTreeMap<&InvoiceKey, i64> = BTreeMap::new();
        for posting in &funds.postings {
            if let Account::Allocated(key) = &posting.account {
                let sum = on.entry(key).or_default();
                *sum = sum.saturating_add(posting.amount_minor);
            }
        }
        let allocation = on.into_iter().filter(|(_, minor)| *minor != 0);
        FundsWire {
            id: funds.id.to_string(),
            kind: funds.key.kind.key(),
            of: funds.of.map(|id| id.to_string()),
            provider: funds.key.provider.clone(),
            transaction: funds.key.transaction.clone(),
            order: funds.order.map(|id| id.to_string()),
            attempt: funds.attempt,
            amount: money(funds.amount_minor, funds.currency),
            fee: money(funds.fee_minor, funds.currency),
            means: funds.means.clone(),
            operator: funds.operator.clone(),
            reference: funds.reference.clone(),
            source: funds.source.key(),
            paid_on: funds.paid_on.to_string(),
            entered_at: funds.entered_at.to_string(),
            state: funds.state.key(),
            allocation: allocation
                .map(|(key, minor)| AllocationWire {
                    invoice: InvoiceKeyWire::from(key),
                    amount: money(minor, funds.currency),
                })
                .collect(),
            suspense: money(funds.suspense(), funds.currency),
            back: Vec::new(),
        }
    }
}

/// The ledger of one currency: `credits - reversals = allocated + suspense`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TotalsWire {
    /// ISO 4217.
    pub currency: String,
    /// What came in.
    pub credits: MoneyWire,
    /// What went back.
    pub reversals: MoneyWire,
    /// What lies on invoices.
    pub allocated: MoneyWire,
    /// What waits for an operator.
    pub suspense: MoneyWire,
    /// Whether both sides are equal.
    pub balances: bool,
}

impl From<&Totals> for TotalsWire {
    fn from(totals: &Totals) -> TotalsWire {
        let amount = |minor| money(minor, totals.currency);
        let left = totals.credits.checked_sub(totals.reversals);
        TotalsWire {
            currency: totals.currency.code().to_owned(),
            credits: amount(totals.credits),
            reversals: amount(totals.reversals),
            allocated: amount(totals.allocated),
            suspense: amount(totals.suspense),
            balances: left.is_some() && left == totals.allocated.checked_add(totals.suspense),
        }
    }
}
