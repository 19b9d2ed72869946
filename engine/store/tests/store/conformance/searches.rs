//! Searching, against a naive reference: every filter, every order, every page.

use super::{operator, take, viewer};
use crate::sample;
use acquit_domain::{Invoice, Role};
use acquit_store::*;
use std::cmp::Ordering;

/// Invoices as they were committed: the position is the order of arrival.
pub async fn filled(store: &Store, count: u64) -> Vec<Invoice> {
    take(store, (0..count).map(sample::light).collect()).await;
    (0..count).map(|n| sample::light(n).invoices[0].invoice.clone()).collect()
}

/// What the filter means, in the plainest words.
pub fn matches(filter: &InvoiceFilter, invoice: &Invoice) -> bool {
    let same = |asked: &Option<String>, value: &str| asked.as_deref().is_none_or(|a| a == value);
    let line = |service: &acquit_domain::invoice::Service| {
        same(&filter.service, &service.service) && same(&filter.operation, &service.operation)
    };
    let no_line = filter.service.is_none() && filter.operation.is_none();
    same(&filter.number, invoice.key.number.as_str())
        && same(&filter.issuer, invoice.key.issuer.as_str())
        && same(&filter.client, &invoice.client.code)
        && filter.kind.is_none_or(|kind| kind == invoice.kind)
        && filter.status.is_none_or(|status| status == invoice.status)
        && filter.issued_from.is_none_or(|from| from <= invoice.issued_on)
        && filter.issued_to.is_none_or(|to| invoice.issued_on <= to)
        && (no_line || invoice.services.iter().any(line))
        && (filter.reference.is_none()
            || invoice.services.iter().any(|s| same(&filter.reference, &s.reference)))
        && filter.payment_reference.is_none()
}

fn compare(column: SortColumn, left: &Invoice, right: &Invoice) -> Ordering {
    match column {
        SortColumn::IssuedOn => left.issued_on.cmp(&right.issued_on),
        SortColumn::DueOn => left.due_on.cmp(&right.due_on),
        SortColumn::Number => left.key.number.cmp(&right.key.number),
        SortColumn::Kind => left.kind.cmp(&right.kind),
        SortColumn::Issuer => left.key.issuer.cmp(&right.key.issuer),
        SortColumn::Client => left.client.code.cmp(&right.client.code),
        SortColumn::Net => left.net.minor.cmp(&right.net.minor),
        SortColumn::Gross => left.gross.minor.cmp(&right.gross.minor),
        SortColumn::Status => left.status.cmp(&right.status),
    }
}

/// The whole answer to a search.
pub fn expected(all: &[Invoice], filter: &InvoiceFilter, sort: Sort) -> Vec<Invoice> {
    let mut hits: Vec<(usize, &Invoice)> =
        all.iter().enumerate().filter(|(_, invoice)| matches(filter, invoice)).collect();
    hits.sort_by(|(a, left), (b, right)| {
        let order = compare(sort.column, left, right).then(a.cmp(b));
        if sort.descending { order.reverse() } else { order }
    });
    hits.into_iter().map(|(_, invoice)| invoice.clone()).collect()
}

/// All pages of a search, one after the other, with the total the first one gave.
pub async fn pages(
    store: &Store,
    who: &Viewer,
    filter: &InvoiceFilter,
    sort: Sort,
    limit: u32,
) -> (Vec<Invoice>, Total) {
    let mut request = PageRequest { limit, after: None };
    let mut found = Vec::new();
    loop {
        let page = store.invoices(who, filter, sort, &request).await.expect("searched");
        assert!(page.items.len() <= limit as usize);
        found.extend(page.items);
        match page.next {
            None => return (found, page.total),
            next => request.after = next,
        }
    }
}

/// Pages put together are the whole, sorted by each column, both ways, for each viewer.
pub async fn pages_together_are_the_whole(store: &Store) {
    let all = filled(store, 300).await;
    for (column, _) in SORT_COLUMNS {
        for descending in [false, true] {
            let sort = Sort { column: *column, descending };
            for code in [None, Some("C000000")] {
                let who = code.map_or_else(operator, |code| viewer(Role::Client, code));
                let client = code.map(str::to_owned);
                let narrowed = InvoiceFilter { client, ..InvoiceFilter::default() };
                let whole = expected(&all, &narrowed, sort);
                let (found, total) = pages(store, &who, &InvoiceFilter::default(), sort, 37).await;
                assert_eq!(found, whole, "{sort:?} {code:?}");
                let exact = u32::try_from(whole.len()).expect("few");
                assert_eq!(total, Total { value: exact, relation: Relation::Exactly });
            }
        }
    }
}

/// Totals are exact up to a thousand, and say when they are not.
pub async fn totals_are_capped(store: &Store) {
    filled(store, 1001).await;
    let page = PageRequest { limit: 1, after: None };
    let sort = Sort::default();
    let found = store.invoices(&operator(), &InvoiceFilter::default(), sort, &page).await;
    let total = found.expect("searched").total;
    assert_eq!(total, Total { value: 1000, relation: Relation::AtLeast });
}

/// A cursor serves its own search and viewer only.
pub async fn cursors_are_bound(store: &Store) {
    filled(store, 100).await;
    let (filter, sort) = (InvoiceFilter::default(), Sort::default());
    let client = viewer(Role::Client, "C000000");
    let page = PageRequest { limit: 5, after: None };
    let next = store.invoices(&client, &filter, sort, &page).await.expect("searched").next;
    let page = PageRequest { limit: 5, after: next.clone() };
    assert!(store.invoices(&client, &filter, sort, &page).await.is_ok());
    let refused = Err(Error::Cursor);
    assert_eq!(store.invoices(&operator(), &filter, sort, &page).await, refused);
    let upwards = Sort { descending: false, ..sort };
    assert_eq!(store.invoices(&client, &filter, upwards, &page).await, refused);
    let other = InvoiceFilter { number: Some("1".to_owned()), ..filter.clone() };
    assert_eq!(store.invoices(&client, &other, sort, &page).await, refused);
    let text = next.expect("there is a next page");
    for broken in [&text[2..], &text[..20], "", "zz", "é"] {
        let page = PageRequest { limit: 5, after: Some(broken.to_owned()) };
        assert_eq!(store.invoices(&client, &filter, sort, &page).await, refused, "{broken}");
    }
}
