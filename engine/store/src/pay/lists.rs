//! Lists of orders, requests, notices and cases. Identifiers sort by time, so the last one seen
//! is the cursor.

use super::case_row::{self, case_columns};
use super::{ids, notice_row, order_row, request_row};
use crate::error::Result;
use crate::filter::PAGE_MAX;
use crate::store::Store;
use crate::value::Value;
use crate::viewer::{Scope, Viewer};
use acquit_domain::Id;
use acquit_domain::pay::{
    Case, CaseKind, InvoiceRequest, Notice, NoticeState, Order, OrderState, RequestState,
};

const CASE: &str = concat!(case_columns!(), "WHERE id = $1");

/// Which orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// In this state.
    pub state: Option<OrderState>,
    /// Made before this one: the last one seen, because the latest come first.
    pub before: Option<Id>,
}

/// Which cases.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Open ones, closed ones, or both.
    pub open: Option<bool>,
    /// Of this kind.
    pub kind: Option<CaseKind>,
    /// Opened after this one: the last one seen.
    pub after: Option<Id>,
}

/// A statement that grows by conditions.
struct Question {
    sql: String,
    args: Vec<Value>,
}

impl Question {
    fn new(select: &str) -> Question {
        Question { sql: format!("{select} WHERE 1 = 1"), args: Vec::new() }
    }

    fn and(&mut self, words: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.args.push(value);
            self.sql.push_str(&format!(" AND {words} ${}", self.args.len()));
        }
    }

    fn ordered(mut self, order: &str, limit: u32) -> Question {
        self.args.push(limit.clamp(1, PAGE_MAX).into());
        self.sql.push_str(&format!(" ORDER BY {order} LIMIT ${}", self.args.len()));
        self
    }

    /// Narrows to what the viewer may see; false when that is nothing.
    fn within(&mut self, viewer: &Viewer) -> bool {
        match viewer.scope() {
            Scope::All => {}
            Scope::Issuer(own) => self.and("issuer =", Some(own.into())),
            Scope::Client(own) => self.and("client =", Some(own.into())),
            Scope::Nothing => return false,
        }
        true
    }
}

impl Store {
    /// The orders the viewer may see, the latest first.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn orders(
        &self,
        viewer: &Viewer,
        filter: OrderFilter,
        limit: u32,
    ) -> Result<Vec<Order>> {
        let mut question = Question::new("SELECT id FROM orders");
        if !question.within(viewer) {
            return Ok(Vec::new());
        }
        question.and("state =", filter.state.map(|state| Value::Word(state.key())));
        question.and("id <", filter.before.map(Value::from));
        let Question { sql, args } = question.ordered("id DESC", limit);
        self.read(move |link| {
            let found = ids(link, &sql, &args)?;
            found.into_iter().filter_map(|id| order_row::read(link, id).transpose()).collect()
        })
        .await
    }

    /// The requests for invoices the viewer may see, the latest first, made before the last one
    /// seen.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn requests(
        &self,
        viewer: &Viewer,
        state: Option<RequestState>,
        before: Option<Id>,
        limit: u32,
    ) -> Result<Vec<InvoiceRequest>> {
        let mut question = Question::new("SELECT id FROM requests");
        if !question.within(viewer) {
            return Ok(Vec::new());
        }
        question.and("state =", state.map(|state| Value::Word(state.key())));
        question.and("id <", before.map(Value::from));
        let Question { sql, args } = question.ordered("id DESC", limit);
        self.read(move |link| {
            let found = ids(link, &sql, &args)?;
            found.into_iter().filter_map(|id| request_row::read(link, id).transpose()).collect()
        })
        .await
    }

    /// The notices the viewer may see, in the order they were made, after the last one seen.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn notices(
        &self,
        viewer: &Viewer,
        state: Option<NoticeState>,
        after: Option<Id>,
        limit: u32,
    ) -> Result<Vec<Notice>> {
        let mut question = Question::new("SELECT id FROM notices");
        if !question.within(viewer) {
            return Ok(Vec::new());
        }
        question.and("state =", state.map(|state| Value::Word(state.key())));
        question.and("id >", after.map(Value::from));
        let Question { sql, args } = question.ordered("id", limit);
        self.read(move |link| {
            let found = ids(link, &sql, &args)?;
            found.into_iter().filter_map(|id| notice_row::read(link, id).transpose()).collect()
        })
        .await
    }

    /// Cases in the order they were opened. For operators.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn cases(&self, filter: CaseFilter, limit: u32) -> Result<Vec<Case>> {
        let mut question = Question::new(case_columns!());
        match filter.open {
            None => {}
            Some(true) => question.sql.push_str(" AND closed_at IS NULL"),
            Some(false) => question.sql.push_str(" AND closed_at IS NOT NULL"),
        }
        question.and("kind =", filter.kind.map(|kind| Value::Word(kind.key())));
        question.and("id >", filter.after.map(Value::from));
        let Question { sql, args } = question.ordered("id", limit);
        self.read(move |link| case_row::select(link, &sql, &args)).await
    }

    /// One case. For operators.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn case(&self, id: Id) -> Result<Option<Case>> {
        self.read(move |link| Ok(case_row::select(link, CASE, &[id.into()])?.pop())).await
    }
}
