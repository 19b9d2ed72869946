//! What a receipt says, gathered from the order, the money fact and the invoices it names.
//!
//! What this module is *not*: it draws no page; `acquit-receipt` does.

use crate::shell::Engine;
use acquit_domain::pay::{Account, Funds, FundsSource, Order, Receipt};
use acquit_domain::{Date, InvoiceKey, Keys, Money, PartyCode, Role};
use acquit_mapping::language::Language;
use acquit_mapping::rulebook::{MEANS, Rulebook};
use acquit_store::Viewer;
use std::collections::BTreeMap;

/// Means whose payers are given a reference of thirteen digits.
const FATOURATI: &str = "cmi.fatourati";

/// One invoice that was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The invoice.
    pub invoice: InvoiceKey,
    /// « Date de la facture », when known.
    pub issued_on: Option<Date>,
    /// What was paid on it.
    pub amount: Money,
}

/// Everything a receipt says, in no language yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The receipt.
    pub receipt: Receipt,
    /// The money.
    pub funds: Funds,
    /// The order that was paid, when there is one.
    pub order: Option<Order>,
    /// The invoices paid.
    pub lines: Vec<Paid>,
    /// Code and name of the client.
    pub client: (String, String),
    /// The reference the payer gave.
    pub reference: String,
    /// The address that proves the receipt; none when nobody knows where this server is.
    pub verification: Option<String>,
}

/// What a receipt says; `None` when its money is not there.
///
/// # Errors
/// What the store says.
pub async fn facts(engine: &Engine, receipt: &Receipt) -> acquit_store::Result<Option<Facts>> {
    let store = &engine.store;
    let Some(funds) = store.funds(receipt.funds).await? else { return Ok(None) };
    let order = match receipt.order {
        Some(id) => store.order(&everything(), id).await?.map(|file| file.order),
        None => None,
    };
    let mut paid: BTreeMap<&InvoiceKey, i64> = BTreeMap::new();
    for posting in &funds.postings {
        if let Account::Allocated(key) = &posting.account {
            let sum = paid.entry(key).or_default();
            *sum = sum.saturating_add(posting.amount_minor);
        }
    }
    let keys =
        Keys { invoices: paid.keys().map(|key| (*key).clone()).collect(), ..Keys::default() };
    let known = store.known(&keys).await?;
    let line = |(key, minor): (&InvoiceKey, i64)| Paid {
        invoice: key.clone(),
        issued_on: known.invoices.get(key).map(|invoice| invoice.issued_on),
        amount: Money::new(minor, funds.currency),
    };
    let lines: Vec<Paid> = paid.into_iter().map(line).collect();
    let client = match (&order, lines.first().and_then(|line| known.invoices.get(&line.invoice))) {
        (Some(order), _) => (order.client.clone(), order.client_name.clone()),
        (None, Some(invoice)) => (invoice.client.code.clone(), invoice.client.name.clone()),
        (None, None) => Default::default(),
    };
    let attempt = order.as_ref().zip(funds.attempt).and_then(|(order, one)| order.attempt(one));
    let reference = attempt.map_or(&funds.reference, |attempt| &attempt.reference).clone();
    let at = engine.public.get();
    let verification = at.map(|at| format!("{at}/v1/receipts/{}", receipt.id));
    let receipt = receipt.clone();
    Ok(Some(Facts { receipt, order, lines, client, reference, funds, verification }))
}

/// The house itself: who asks was looked at before.
fn everything() -> Viewer {
    let party = PartyCode::new(crate::bootstrap::OPERATOR).expect("the operator's own code");
    Viewer { party, role: Role::Operator }
}

impl Facts {
    /// Code of who was paid.
    #[must_use]
    pub fn issuer(&self) -> String {
        let of_line = self.lines.first().map(|line| &line.invoice.issuer);
        let issuer = self.order.as_ref().map(|order| &order.issuer).or(of_line);
        issuer.map(ToString::to_string).unwrap_or_default()
    }

    /// What the payer paid beside the invoices. Fees that only a settlement tells are the
    /// issuer's, and no part of a receipt.
    #[must_use]
    pub fn fees(&self) -> Money {
        let told = matches!(self.funds.source, FundsSource::Callback | FundsSource::Query);
        Money::new(if told { self.funds.fee_minor } else { 0 }, self.funds.currency)
    }

    /// What was paid in all, fees included.
    #[must_use]
    pub fn total(&self) -> Money {
        let amount = Money::new(self.funds.amount_minor, self.funds.currency);
        amount.plus(self.fees()).unwrap_or(amount)
    }

    /// Number of the order; of money that came without one, its transaction.
    #[must_use]
    pub fn number(&self) -> &str {
        self.order.as_ref().map_or(&self.funds.key.transaction, |order| &order.number)
    }

    /// The receipt as the page says it, in a language.
    #[cfg(feature = "pdf")]
    #[must_use]
    pub fn data(&self, book: &Rulebook, language: Language) -> acquit_receipt::ReceiptData {
        use acquit_receipt::{CLAIM_DAYS, Named, ReceiptData, ReceiptLine, References};
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let funds = &self.funds;
        let issuer = self.issuer();
        ReceiptData {
            number: self.receipt.number.clone(),
            at: self.receipt.at,
            zone: book.platform.zone.clone(),
            platform: book.platform.name.clone(),
            issuer: Named { name: issuer_name(book, &issuer), code: issuer },
            client: Named { code: self.client.0.clone(), name: self.client.1.clone() },
            means: means_label(book, &funds.means, language),
            provider: provider_name(book, &funds.key.provider),
            channel: given(&funds.operator),
            references: References {
                fatourati: given(&self.reference).filter(|_| funds.means == FATOURATI),
                provider_transaction: given(&funds.key.transaction),
                channel: given(&funds.reference),
                order: self.number().to_owned(),
            },
            lines: self
                .lines
                .iter()
                .map(|line| ReceiptLine {
                    number: line.invoice.number.to_string(),
                    date: line.issued_on,
                    amount: line.amount,
                })
                .collect(),
            total: self.total(),
            fees: self.fees(),
            claim_days: CLAIM_DAYS,
            verification: self.verification.clone(),
        }
    }
}

/// Name of an issuer; its code when there is no agreement.
#[must_use]
pub fn issuer_name(book: &Rulebook, code: &str) -> String {
    book.agreement_by_code(code).map_or(code, |agreement| &agreement.name).to_owned()
}

/// Name of a provider; its code when it is not known.
#[must_use]
pub fn provider_name(book: &Rulebook, code: &str) -> String {
    book.provider(code).map_or(code, |provider| &provider.name).to_owned()
}

/// The words of a means in a language; its key when there are none.
#[must_use]
pub fn means_label(book: &Rulebook, means: &str, language: Language) -> String {
    let label = book.code_table(MEANS).and_then(|table| table.label(means, language));
    label.unwrap_or(means).to_owned()
}
