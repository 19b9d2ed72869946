//! Searching the invoices: one statement per page, shaped by what is most selective.
//!
//! A number or a reference leads straight to its invoices. The index of a client or an issuer is
//! used when it names few invoices, or when its order is the order asked for. Everything else
//! walks the narrow index that holds every searchable column: in its own order when sorting by
//! date, else from end to end, keeping only the best. No search reads the wide rows it does not
//! show. The first page also counts, by reading [`TOTAL_MAX`] hits and one more.

use crate::codes::{kind_code, status_code};
use crate::cursor::{self, Cursor};
use crate::dialect::FORCE_INDEX;
use crate::error::{Error, Result};
use crate::filter::{
    InvoiceFilter, PAGE_MAX, Page, PageRequest, Relation, Sort, SortColumn, TOTAL_MAX, Total,
};
use crate::invoice_row::{invoice_columns, invoice_of, line_pattern};
use crate::link::Link;
use crate::store::Store;
use crate::value::{Row, Value, fields, json};
use crate::viewer::{Scope, Viewer};
use acquit_domain::Invoice;
use std::collections::BTreeMap;

/// Invoices of a party up to which its own index is used, although each hit then costs a look
/// into the wide rows: about as long as walking the narrow index from end to end.
const FEW: i64 = 10_000;

const BY_ID: &str = concat!(
    "SELECT i.id, ",
    invoice_columns!("i."),
    " FROM json_each($1) k CROSS JOIN invoices i WHERE i.id = CAST(k.value ->> 0 AS BIGINT)"
);

/// Where a search begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Reference,
    Index(&'static str),
}

impl Store {
    /// The invoices looked for that the viewer may see.
    ///
    /// # Errors
    /// [`Error::Cursor`] when the cursor was made for another search or another viewer; what the
    /// database says; a row that cannot be.
    pub async fn invoices(
        &self,
        viewer: &Viewer,
        filter: &InvoiceFilter,
        sort: Sort,
        page: &PageRequest,
    ) -> Result<Page<Invoice>> {
        let binding = cursor::binding(viewer, filter, sort);
        let after = page.after.as_deref().map(|text| cursor::read(text, binding)).transpose()?;
        let limit = page.limit.clamp(1, PAGE_MAX);
        let Some(filter) = within(viewer, filter) else {
            return Ok(nothing());
        };
        self.read(move |link| {
            let question = question(link, &filter, sort, after.as_ref(), limit)?;
            let hits = link.select(&question.0, &question.1)?;
            page_of(link, hits, after, limit, binding)
        })
        .await
    }
}

fn nothing() -> Page<Invoice> {
    let total = Total { value: 0, relation: Relation::Exactly };
    Page { items: Vec::new(), next: None, total }
}

/// The filter narrowed to what the viewer may see; `None` when nothing is left.
fn within(viewer: &Viewer, filter: &InvoiceFilter) -> Option<InvoiceFilter> {
    let mut filter = filter.clone();
    let (criterion, own) = match viewer.scope() {
        Scope::All => return Some(filter),
        Scope::Issuer(own) => (&mut filter.issuer, own),
        Scope::Client(own) => (&mut filter.client, own),
        Scope::Nothing => return None,
    };
    if criterion.as_deref().is_some_and(|asked| asked != own) {
        return None;
    }
    *criterion = Some(own.to_owned());
    Some(filter)
}

/// The criteria as conditions with their arguments.
fn conditions(filter: &InvoiceFilter) -> Vec<(&'static str, Value)> {
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    let pattern = line_pattern(filter.service.as_deref(), filter.operation.as_deref());
    let all = [
        ("i.number = ", text(&filter.number)),
        ("i.client = ", text(&filter.client)),
        ("i.issuer = ", text(&filter.issuer)),
        ("i.status = ", filter.status.map(|status| status_code(status).into())),
        ("i.kind = ", filter.kind.map(|kind| kind_code(kind).into())),
        ("i.issued_on >= ", filter.issued_from.map(Value::from)),
        ("i.issued_on <= ", filter.issued_to.map(Value::from)),
        ("0 < instr(i.lines, ", pattern.map(Value::from)),
    ];
    all.into_iter().filter_map(|(words, value)| Some((words, value?))).collect()
}

/// Chooses where to begin.
fn start(link: &Link, filter: &InvoiceFilter, sort: Sort) -> Result<Start> {
    if filter.reference.is_some() || filter.payment_reference.is_some() {
        return Ok(Start::Reference);
    }
    if filter.number.is_some() {
        return Ok(Start::Index("invoices_by_number"));
    }
    let parties = [
        (&filter.client, "invoices_by_client", "client"),
        (&filter.issuer, "invoices_by_issuer", "issuer"),
    ];
    let alone = InvoiceFilter { issued_from: None, issued_to: None, ..filter.clone() };
    for (code, index, column) in parties {
        let Some(code) = code else { continue };
        if sort.column == SortColumn::IssuedOn && conditions(&alone).len() == 1 {
            return Ok(Start::Index(index));
        }
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM invoices i {FORCE_INDEX} {index} \
             WHERE i.{column} = $1 LIMIT $2) few"
        );
        let found = link.select(&sql, &[code.as_str().into(), (FEW + 1).into()])?;
        if found.first().is_some_and(|row| row[0] <= Value::Int(FEW)) {
            return Ok(Start::Index(index));
        }
    }
    Ok(Start::Index("invoices_for_search"))
}

/// The statement of a page, and its arguments.
fn question(
    link: &Link,
    filter: &InvoiceFilter,
    sort: Sort,
    after: Option<&Cursor>,
    limit: u32,
) -> Result<(String, Vec<Value>)> {
    let column = sort.column.key();
    let mut args: Vec<Value> = Vec::new();
    let mut wanted = Vec::new();
    let mut sql = format!("SELECT i.id, i.{column} FROM ");
    match start(link, filter, sort)? {
        Start::Index(index) => sql.push_str(&format!("invoices i {FORCE_INDEX} {index}")),
        Start::Reference => {
            let asked = [(0i64, &filter.reference), (1i64, &filter.payment_reference)];
            let asked = asked.iter().filter_map(|(kind, text)| Some((*kind, text.as_deref()?)));
            for (at, (kind, text)) in asked.enumerate() {
                sql.push_str(&format!("invoice_references r{at} CROSS JOIN "));
                args.push(text.into());
                wanted.push(format!(
                    "r{at}.kind = {kind} AND r{at}.reference = ${} AND i.number = r{at}.number \
                     AND i.issuer = r{at}.issuer",
                    args.len()
                ));
            }
            sql.push_str("invoices i");
        }
    }
    for (words, value) in conditions(filter) {
        args.push(value);
        let close = if words.ends_with(", ") { ")" } else { "" };
        wanted.push(format!("{words}${}{close}", args.len()));
    }
    let (order, beyond) = if sort.descending { ("DESC", "<") } else { ("ASC", ">") };
    if let Some(after) = after {
        args.extend([after.key.clone(), after.id.into()]);
        let id = args.len();
        wanted.push(format!("(i.{column}, i.id) {beyond} (${}, ${id})", id - 1));
    }
    if !wanted.is_empty() {
        sql.push_str(&format!(" WHERE {}", wanted.join(" AND ")));
    }
    let most = if after.is_none() { limit.max(TOTAL_MAX) } else { limit };
    args.push((most + 1).into());
    sql.push_str(&format!(" ORDER BY i.{column} {order}, i.id {order} LIMIT ${}", args.len()));
    Ok((sql, args))
}

/// Shows the first hits, says where they end, and how many there are.
fn page_of(
    link: &Link,
    hits: Vec<Row>,
    after: Option<Cursor>,
    limit: u32,
    binding: [u8; 8],
) -> Result<Page<Invoice>> {
    let found = u32::try_from(hits.len()).unwrap_or(u32::MAX);
    let total = after.map_or_else(|| total_of(found), |cursor| cursor.total);
    let mut shown = Vec::new();
    for hit in hits.into_iter().take(limit as usize) {
        let [Value::Int(id), key] = hit.as_slice() else {
            return Err(Error::Row { table: "invoices", reason: "a hit without id".to_owned() });
        };
        shown.push((*id, key.clone()));
    }
    let next = match shown.last() {
        Some((id, key)) if found > limit => {
            Some(cursor::write(&Cursor { key: key.clone(), id: *id, total }, binding))
        }
        _ => None,
    };
    let ids: Vec<[i64; 1]> = shown.iter().map(|(id, _)| [*id]).collect();
    let mut by_id = BTreeMap::new();
    for mut row in link.select(BY_ID, &[json(&ids)])? {
        let columns = row.split_off(1);
        by_id.insert(fields("invoices", row).int()?, invoice_of(columns)?);
    }
    let items = shown.iter().filter_map(|(id, _)| by_id.remove(id)).collect();
    Ok(Page { items, next, total })
}

fn total_of(found: u32) -> Total {
    if found > TOTAL_MAX {
        Total { value: TOTAL_MAX, relation: Relation::AtLeast }
    } else {
        Total { value: found, relation: Relation::Exactly }
    }
}
