//! One thing with what belongs to it, for those who may see it.

use super::case_row::{self, case_columns};
use super::ledger::{TOTALS, Totals, totals_of};
use super::receipt_row::{self, receipt_columns};
use super::{funds_row, ids, notice_row, order_row, request_row};
use crate::error::Result;
use crate::invoice_row::key_values;
use crate::invoices::visible;
use crate::link::Link;
use crate::store::Store;
use crate::value::fields;
use crate::viewer::{Scope, Viewer};
use acquit_domain::pay::{Case, Funds, InvoiceRequest, Notice, Order, Receipt};
use acquit_domain::{Currency, Date, Id, InvoiceKey};

const FUNDS_OF_ORDER: &str = "SELECT id FROM funds WHERE order_id = $1 ORDER BY id";
const FUNDS_OF_INVOICE: &str = "SELECT DISTINCT funds FROM postings
WHERE number = $1 AND issuer = $2 ORDER BY funds";
const FUNDS_OF_DAY: &str = "SELECT id FROM funds
WHERE provider = $1 AND paid_on = $2 AND currency = $3 ORDER BY id";
const IN_SUSPENSE: &str =
    "SELECT id FROM funds WHERE suspense <> 0 AND id > $1 ORDER BY id LIMIT $2";
const NOTICES_OF_ORDER: &str = "SELECT id FROM notices WHERE order_id = $1 ORDER BY id";
const ORDERS_OF_INVOICE: &str = "SELECT DISTINCT order_id FROM order_items
WHERE number = $1 AND issuer = $2 ORDER BY order_id";
const RECEIPT: &str = concat!(receipt_columns!(), "WHERE id = $1");
const RECEIPT_BY_NUMBER: &str = concat!(receipt_columns!(), "WHERE number = $1");
const RECEIPTS_OF_ORDER: &str = concat!(receipt_columns!(), "WHERE order_id = $1 ORDER BY number");
const CASES_OF_ORDER: &str = concat!(case_columns!(), "WHERE order_id = $1 ORDER BY id");

/// Most money facts in one answer.
const FUNDS_MAX: u32 = 1000;

/// An order with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderFile {
    /// The order with its attempts.
    pub order: Order,
    /// The money facts that pay it or take it back, oldest first.
    pub funds: Vec<Funds>,
    /// The notices to its issuer, oldest first.
    pub notices: Vec<Notice>,
    /// Its receipts.
    pub receipts: Vec<Receipt>,
    /// Its cases, open and closed.
    pub cases: Vec<Case>,
}

/// What an invoice's payments are made of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Money {
    /// Every order that has it, with every attempt and its outcome, oldest first.
    pub orders: Vec<Order>,
    /// The money facts with postings to it, oldest first.
    pub funds: Vec<Funds>,
    /// The receipts of those.
    pub receipts: Vec<Receipt>,
}

impl Viewer {
    /// Whether it may see an order or a request of this issuer and this client: as with invoices.
    fn sees_between(&self, issuer: &str, client: &str) -> bool {
        match self.scope() {
            Scope::All => true,
            Scope::Issuer(own) => issuer == own,
            Scope::Client(own) => client == own,
            Scope::Nothing => false,
        }
    }
}

impl Store {
    /// An order with all that belongs to it; `None` when there is none the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn order(&self, viewer: &Viewer, id: Id) -> Result<Option<OrderFile>> {
        let viewer = viewer.clone();
        self.read(move |link| {
            let Some(order) = visible_order(link, &viewer, id)? else {
                return Ok(None);
            };
            let of = [id.into()];
            let mut notices = Vec::new();
            for notice in ids(link, NOTICES_OF_ORDER, &of)? {
                notices.extend(notice_row::read(link, notice)?);
            }
            Ok(Some(OrderFile {
                order,
                funds: funds_row::select(link, FUNDS_OF_ORDER, &of)?,
                notices,
                receipts: receipt_row::select(link, RECEIPTS_OF_ORDER, &of)?,
                cases: case_row::select(link, CASES_OF_ORDER, &of)?,
            }))
        })
        .await
    }

    /// The payments of an invoice: every attempt, all money; `None` when there is no such invoice
    /// the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn payments_of(&self, viewer: &Viewer, key: &InvoiceKey) -> Result<Option<Money>> {
        let (viewer, key) = (viewer.clone(), key.clone());
        self.read(move |link| {
            if visible(link, &viewer, &key)?.is_none() {
                return Ok(None);
            }
            let mut money = Money::default();
            for id in ids(link, ORDERS_OF_INVOICE, &key_values(&key))? {
                money.orders.extend(order_row::read(link, id)?);
            }
            money.funds = funds_row::select(link, FUNDS_OF_INVOICE, &key_values(&key))?;
            for funds in &money.funds {
                let of = concat!(receipt_columns!(), "WHERE funds = $1 ORDER BY number");
                money.receipts.extend(receipt_row::select(link, of, &[funds.id.into()])?);
            }
            Ok(Some(money))
        })
        .await
    }

    /// A receipt; `None` when there is none the viewer may see. One of money without an order is
    /// for those who see everything.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn receipt(&self, viewer: &Viewer, id: Id) -> Result<Option<Receipt>> {
        let viewer = viewer.clone();
        self.read(move |link| {
            let found = receipt_row::select(link, RECEIPT, &[id.into()])?.pop();
            visible_receipt(link, &viewer, found)
        })
        .await
    }

    /// A receipt by the number people know it by.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn receipt_numbered(
        &self,
        viewer: &Viewer,
        number: String,
    ) -> Result<Option<Receipt>> {
        let viewer = viewer.clone();
        self.read(move |link| {
            let found = receipt_row::select(link, RECEIPT_BY_NUMBER, &[number.into()])?.pop();
            visible_receipt(link, &viewer, found)
        })
        .await
    }

    /// A request for invoices; `None` when there is none the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn request(&self, viewer: &Viewer, id: Id) -> Result<Option<InvoiceRequest>> {
        let viewer = viewer.clone();
        self.read(move |link| {
            let sees = |one: &InvoiceRequest| viewer.sees_between(one.issuer.as_str(), &one.client);
            Ok(request_row::read(link, id)?.filter(sees))
        })
        .await
    }

    /// A notice; `None` when there is none the viewer may see.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn notice(&self, viewer: &Viewer, id: Id) -> Result<Option<Notice>> {
        let viewer = viewer.clone();
        self.read(move |link| {
            let sees = |one: &Notice| viewer.sees_between(one.issuer.as_str(), &one.client);
            Ok(notice_row::read(link, id)?.filter(sees))
        })
        .await
    }

    /// A money fact with its postings. For operators.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn funds(&self, id: Id) -> Result<Option<Funds>> {
        self.read(move |link| funds_row::read(link, id)).await
    }

    /// The money facts of a provider's day, oldest first: what a settlement is compared with.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn funds_of_day(
        &self,
        provider: String,
        on: Date,
        currency: Currency,
    ) -> Result<Vec<Funds>> {
        let day = [provider.into(), on.into(), currency.code().into()];
        self.read(move |link| funds_row::select(link, FUNDS_OF_DAY, &day)).await
    }

    /// Money facts with something in suspense, oldest first, after the last one seen. For
    /// operators.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn suspense(&self, after: Option<Id>, limit: u32) -> Result<Vec<Funds>> {
        let args = [after.unwrap_or(Id(0)).into(), limit.min(FUNDS_MAX).into()];
        self.read(move |link| funds_row::select(link, IN_SUSPENSE, &args)).await
    }

    /// The totals of the ledger, by currency.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn totals(&self) -> Result<Vec<Totals>> {
        self.read(|link| {
            let rows = link.select(TOTALS, &[])?;
            rows.into_iter().map(|row| totals_of(&mut fields("ledger", row))).collect()
        })
        .await
    }
}

fn visible_order(link: &Link, viewer: &Viewer, id: Id) -> Result<Option<Order>> {
    let sees = |order: &Order| viewer.sees_between(order.issuer.as_str(), &order.client);
    Ok(order_row::read(link, id)?.filter(sees))
}

fn visible_receipt(
    link: &Link,
    viewer: &Viewer,
    found: Option<Receipt>,
) -> Result<Option<Receipt>> {
    let Some(receipt) = found else {
        return Ok(None);
    };
    let seen = match receipt.order {
        Some(order) => visible_order(link, viewer, order)?.is_some(),
        None => viewer.scope() == Scope::All,
    };
    Ok(seen.then_some(receipt))
}
