//! What is held about payments, with the whole neighbourhood of what was asked.

use super::case_row::{self, case_columns};
use super::receipt_row::{self, receipt_columns};
use super::{funds_row, ids, notice_row, order_row, request_row};
use crate::error::Result;
use crate::known::{ask, invoices_named};
use crate::link::Link;
use crate::value::{Value, fields};
use acquit_domain::pay::{OrderName, PaymentKeys};
use acquit_domain::{Id, InvoiceKey, InvoiceNumber, Known};
use std::collections::BTreeSet;

/// How far from what was asked the neighbourhood goes: an order of an invoice of an order.
const ROUNDS: usize = 3;

/// Live orders of invoices, and those with money.
const OF_INVOICES: &str = "SELECT DISTINCT t.order_id
FROM json_each($1) k CROSS JOIN order_items t CROSS JOIN orders o
WHERE t.number = k.value ->> 0 AND t.issuer = k.value ->> 1 AND o.id = t.order_id
  AND (o.state IN ('created', 'live') OR EXISTS (SELECT 1 FROM funds f WHERE f.order_id = o.id))";

/// Money that lies, or lay, on invoices.
const ON_INVOICES: &str = "SELECT DISTINCT p.funds FROM json_each($1) k CROSS JOIN postings p
WHERE p.number = k.value ->> 0 AND p.issuer = k.value ->> 1";

const BY_NUMBER: &str = "SELECT id FROM orders WHERE number = $1";
const BY_REFERENCE: &str =
    "SELECT DISTINCT order_id FROM attempts WHERE reference = $1 AND reference <> ''";
/// Some of those that wait for an amount: more tell nobody apart.
const EXPECTED: &str = "SELECT DISTINCT o.id FROM orders o CROSS JOIN attempts a
WHERE o.total = $1 AND o.currency = $2 AND o.state IN ('created', 'live')
  AND a.order_id = o.id AND a.means = $3 ORDER BY o.id LIMIT 50";
const FUNDS_OF_ORDER: &str = "SELECT id FROM funds WHERE order_id = $1";
const REVERSALS: &str = "SELECT id FROM funds WHERE of_funds = $1";
const NOTICES_OF_ORDER: &str = "SELECT id FROM notices WHERE order_id = $1";
const NOTICES_OF_FUNDS: &str = "SELECT id FROM notices WHERE funds = $1";
const BY_TRANSACTION: &str = "SELECT id FROM notices WHERE transaction_number = $1";
const BY_MESSAGE: &str = "SELECT DISTINCT notice FROM notice_messages WHERE message = $1";
/// The last one is in force.
const RECEIPTS: &str = concat!(receipt_columns!(), "WHERE funds = $1 ORDER BY id");
const OF_ORDER: &str = concat!(case_columns!(), "WHERE order_id = $1 AND closed_at IS NULL");
const OF_FUNDS: &str = concat!(case_columns!(), "WHERE funds = $1 AND closed_at IS NULL");
const OF_INVOICE: &str = concat!(
    case_columns!(),
    "WHERE closed_at IS NULL \
     AND (number, issuer) IN (SELECT k.value ->> 0, k.value ->> 1 FROM json_each($1) k)"
);
const NUMBERS: &str = "SELECT name, value FROM numbers";

/// What is still to be looked at.
#[derive(Default)]
struct Todo {
    orders: BTreeSet<Id>,
    funds: BTreeSet<Id>,
    notices: BTreeSet<Id>,
    invoices: BTreeSet<InvoiceKey>,
}

impl Todo {
    fn is_empty(&self) -> bool {
        self.orders.is_empty()
            && self.funds.is_empty()
            && self.notices.is_empty()
            && self.invoices.is_empty()
    }
}

/// Adds what is held about payments to what is known already, which says the invoices held.
pub(crate) fn known(link: &Link, keys: &PaymentKeys, known: &mut Known) -> Result<()> {
    if keys.is_empty() && known.invoices.is_empty() {
        return Ok(());
    }
    let mut todo = named(link, keys)?;
    of_requests(link, keys, known)?;
    todo.invoices.extend(known.invoices.keys().cloned());
    let mut asked = BTreeSet::new();
    for _ in 0..ROUNDS {
        todo = round(link, known, todo, &mut asked)?;
        if todo.is_empty() {
            break;
        }
    }
    // Whoever finds payments may give numbers: a message to the issuer needs one.
    let found = &known.payments;
    let found = !found.orders.is_empty() || !found.funds.is_empty() || !found.notices.is_empty();
    if keys.counters || found {
        link.each(NUMBERS, &[], |row| {
            let mut row = fields("numbers", row);
            known.payments.counters.insert(row.text()?, row.int()?);
            Ok(())
        })?;
    }
    beside(link, known)
}

/// Requests, and the invoices they name.
fn of_requests(link: &Link, keys: &PaymentKeys, known: &mut Known) -> Result<()> {
    let mut invoices = BTreeSet::new();
    for id in &keys.requests {
        let Some(request) = request_row::read(link, *id)? else { continue };
        if let Some(number) = InvoiceNumber::new(&request.number) {
            let key = InvoiceKey { issuer: request.issuer.clone(), number };
            if !known.invoices.contains_key(&key) {
                invoices.insert(key);
            }
        }
        known.payments.requests.insert(*id, request);
    }
    invoices_named(link, &invoices, known)
}

/// What was asked by name.
fn named(link: &Link, keys: &PaymentKeys) -> Result<Todo> {
    let mut todo = Todo::default();
    for name in &keys.orders {
        match name {
            OrderName::Id(id) => {
                todo.orders.insert(*id);
            }
            OrderName::Number(number) => {
                todo.orders.extend(ids(link, BY_NUMBER, &[number.as_str().into()])?);
            }
            OrderName::Reference(reference) => {
                todo.orders.extend(ids(link, BY_REFERENCE, &[reference.as_str().into()])?);
            }
            OrderName::Invoice(key) => {
                todo.invoices.insert(key.clone());
            }
        }
    }
    for one in &keys.expected {
        let named = [one.total_minor.into(), one.currency.code().into(), one.means.as_str().into()];
        todo.orders.extend(ids(link, EXPECTED, &named)?);
    }
    for (provider, transaction) in &keys.funds {
        todo.funds.extend(funds_row::by_transaction(link, provider, transaction)?);
    }
    todo.funds.extend(&keys.funds_ids);
    for transaction in &keys.transactions {
        todo.notices.extend(ids(link, BY_TRANSACTION, &[transaction.as_str().into()])?);
    }
    for message in &keys.messages {
        todo.notices.extend(ids(link, BY_MESSAGE, &[message.as_str().into()])?);
    }
    todo.notices.extend(&keys.notices);
    Ok(todo)
}

/// Looks at everything that is to be looked at; gives what that names and is not known yet.
fn round(
    link: &Link,
    known: &mut Known,
    todo: Todo,
    asked: &mut BTreeSet<InvoiceKey>,
) -> Result<Todo> {
    let mut next = Todo::default();
    of_invoices(link, &todo.invoices, &mut next)?;
    asked.extend(todo.invoices);
    for id in todo.orders {
        of_order(link, known, id, &mut next)?;
    }
    for id in todo.funds {
        of_funds(link, known, id, &mut next)?;
    }
    for id in todo.notices {
        of_notice(link, known, id, &mut next)?;
    }
    let new: BTreeSet<InvoiceKey> =
        next.invoices.iter().filter(|key| !known.invoices.contains_key(key)).cloned().collect();
    invoices_named(link, &new, known)?;
    next.invoices.retain(|key| !asked.contains(key));
    next.orders.retain(|id| !known.payments.orders.contains_key(id));
    let held: BTreeSet<Id> = known.payments.funds.values().map(|funds| funds.id).collect();
    next.funds.retain(|id| !held.contains(id));
    Ok(next)
}

fn of_invoices(link: &Link, keys: &BTreeSet<InvoiceKey>, next: &mut Todo) -> Result<()> {
    let names: Vec<[&str; 2]> =
        keys.iter().map(|key| [key.number.as_str(), key.issuer.as_str()]).collect();
    ask(link, OF_INVOICES, &names, |row| {
        next.orders.insert(fields("order_items", row).id()?);
        Ok(())
    })?;
    ask(link, ON_INVOICES, &names, |row| {
        next.funds.insert(fields("postings", row).id()?);
        Ok(())
    })
}

/// A notice, at once with its order or its money: what an issuer was told of an invoice is known
/// wherever its orders are.
fn of_notice(link: &Link, known: &mut Known, id: Id, next: &mut Todo) -> Result<()> {
    if known.payments.notices.contains_key(&id) {
        return Ok(());
    }
    if let Some(notice) = notice_row::read(link, id)? {
        next.orders.extend(notice.order);
        next.funds.insert(notice.funds);
        known.payments.notices.insert(id, notice);
    }
    Ok(())
}

fn of_order(link: &Link, known: &mut Known, id: Id, next: &mut Todo) -> Result<()> {
    let Some(order) = order_row::read(link, id)? else {
        return Ok(());
    };
    next.invoices.extend(order.items.iter().map(|item| item.invoice.clone()));
    next.funds.extend(ids(link, FUNDS_OF_ORDER, &[id.into()])?);
    for notice in ids(link, NOTICES_OF_ORDER, &[id.into()])? {
        of_notice(link, known, notice, next)?;
    }
    known.payments.orders.insert(id, order);
    Ok(())
}

fn of_funds(link: &Link, known: &mut Known, id: Id, next: &mut Todo) -> Result<()> {
    let Some(funds) = funds_row::read(link, id)? else {
        return Ok(());
    };
    next.orders.extend(funds.order);
    next.funds.extend(funds.of);
    next.funds.extend(ids(link, REVERSALS, &[id.into()])?);
    for notice in ids(link, NOTICES_OF_FUNDS, &[id.into()])? {
        of_notice(link, known, notice, next)?;
    }
    next.invoices.extend(funds.postings.iter().filter_map(|posting| match &posting.account {
        acquit_domain::pay::Account::Allocated(key) => Some(key.clone()),
        _ => None,
    }));
    known.payments.funds.insert(funds.key.clone(), funds);
    Ok(())
}

/// Receipts and open cases of everything found.
fn beside(link: &Link, known: &mut Known) -> Result<()> {
    let mut cases = Vec::new();
    for funds in known.payments.funds.values() {
        for receipt in receipt_row::select(link, RECEIPTS, &[funds.id.into()])? {
            known.payments.receipts.insert(funds.id, receipt);
        }
        cases.extend(case_row::select(link, OF_FUNDS, &[funds.id.into()])?);
    }
    for id in known.payments.orders.keys() {
        cases.extend(case_row::select(link, OF_ORDER, &[Value::from(*id)])?);
    }
    let invoices: Vec<[&str; 2]> =
        known.invoices.keys().map(|key| [key.number.as_str(), key.issuer.as_str()]).collect();
    ask(link, OF_INVOICE, &invoices, |row| {
        cases.push(case_row::case_of(&mut fields("cases", row))?);
        Ok(())
    })?;
    known.payments.cases.extend(cases.into_iter().map(|case| (case.id, case)));
    Ok(())
}
