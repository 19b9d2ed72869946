//! Any search against the naive reference, on a store that is filled once.

use crate::conformance::{expected, filled, operator, pages, viewer};
use crate::sample;
use acquit_domain::time::date_from_days;
use acquit_domain::{Invoice, InvoiceKind, Role, Status};
use acquit_store::*;
use proptest::prelude::*;
use std::sync::LazyLock;
use tokio::runtime::Runtime;

/// Invoices the searches run over.
const INVOICES: u64 = 700;

static FILLED: LazyLock<(Runtime, Store, Vec<Invoice>)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build();
    let runtime = runtime.expect("a runtime");
    let store = Store::in_memory().expect("a store");
    let all = runtime.block_on(filled(&store, INVOICES));
    (runtime, store, all)
});

/// Absent twice as often as not, so that several criteria together still find something.
fn maybe<T: std::fmt::Debug + Clone>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Option<T>> {
    proptest::option::weighted(0.34, value)
}

fn of_invoice(pick: fn(&Invoice) -> String) -> impl Strategy<Value = String> {
    (0..INVOICES).prop_map(move |n| pick(&sample::invoice(n)))
}

fn filters() -> impl Strategy<Value = InvoiceFilter> {
    let codes = (
        proptest::option::weighted(0.1, of_invoice(|i| i.key.number.to_string())),
        maybe(of_invoice(|i| i.key.issuer.to_string())),
        maybe(of_invoice(|i| i.client.code.clone())),
        maybe(of_invoice(|i| i.services[0].service.clone())),
        maybe(of_invoice(|i| i.services[1].operation.clone())),
        proptest::option::weighted(0.2, of_invoice(|i| i.services[2].reference.clone())),
    );
    let kinds = [InvoiceKind::Principal, InvoiceKind::Supplementary, InvoiceKind::CreditNote];
    let statuses = [Status::Unpaid, Status::Paid, Status::Cancelled, Status::Blocked];
    let closed = (
        maybe(proptest::sample::select(kinds.to_vec())),
        maybe(proptest::sample::select(statuses.to_vec())),
        maybe(19_690..19_740i32),
        maybe(19_690..19_740i32),
    );
    (codes, closed).prop_map(|(codes, (kind, status, from, to))| {
        let (number, issuer, client, service, operation, reference) = codes;
        InvoiceFilter {
            number,
            kind,
            status,
            issued_from: from.map(date_from_days),
            issued_to: to.map(date_from_days),
            issuer,
            client,
            service,
            operation,
            reference,
            payment_reference: None,
        }
    })
}

fn sorts() -> impl Strategy<Value = Sort> {
    let columns: Vec<SortColumn> = SORT_COLUMNS.iter().map(|(column, _)| *column).collect();
    (proptest::sample::select(columns), any::<bool>())
        .prop_map(|(column, descending)| Sort { column, descending })
}

/// Operators mostly, and one issuer and one client with many invoices.
fn viewers() -> impl Strategy<Value = Viewer> {
    prop_oneof![
        2 => Just(operator()),
        1 => Just(viewer(Role::Issuer, &sample::issuer(1))),
        1 => Just(viewer(Role::Client, "C000000")),
        1 => Just(viewer(Role::Provider, "C000000")),
    ]
}

fn check(who: &Viewer, filter: &InvoiceFilter, sort: Sort, limit: u32) {
    let (runtime, store, all) = &*FILLED;
    let seen: Vec<Invoice> = all
        .iter()
        .filter(|invoice| match who.role {
            Role::Issuer => invoice.key.issuer == who.party,
            Role::Client => invoice.client.code == who.party.as_str(),
            Role::Provider => false,
            Role::Portal | Role::Operator => true,
        })
        .cloned()
        .collect();
    let whole = expected(&seen, filter, sort);
    let (found, total) = runtime.block_on(pages(store, who, filter, sort, limit));
    let numbers = |list: &[Invoice]| list.iter().map(|i| i.key.clone()).collect::<Vec<_>>();
    assert_eq!(numbers(&found), numbers(&whole), "{who:?} {filter:?} {sort:?}");
    assert_eq!(found, whole);
    assert_eq!(total.value as usize, whole.len());
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn every_search_finds_what_the_reference_finds(
        who in viewers(), filter in filters(), sort in sorts(), limit in 1u32..60,
    ) {
        check(&who, &filter, sort, limit);
    }
}
