//! How fast invoices are found among many: `cargo run --release --example search_rate [INVOICES]`.
//! Prints the median, the 99th percentile and the worst time of each kind of question.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]

#[path = "../tests/store/sample.rs"]
mod sample;

use acquit_domain::time::date_from_days;
use acquit_domain::{InvoiceKind, Role, Status};
use acquit_store::{InvoiceFilter, PageRequest, SORT_COLUMNS, Sort, Store, Viewer};
use std::time::Instant;

/// Times each question is asked.
const ROUNDS: u64 = 40;

fn main() {
    let invoices: u64 = std::env::args().nth(1).map_or(1_000_000, |text| text.parse().unwrap());
    let folder = std::env::temp_dir().join(format!("acquit-search-rate-{invoices}"));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("invoices.db");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    if !path.exists() {
        let from = Instant::now();
        let store = Store::open(&path).unwrap();
        runtime.block_on(fill(&store, invoices));
        println!("filled with {invoices} invoices in {} ms", from.elapsed().as_millis());
    }
    let from = Instant::now();
    let store = Store::open(&path).unwrap();
    println!("opened in {} us", from.elapsed().as_micros());
    let counts = runtime.block_on(store.counts()).unwrap();
    println!("counted in {} us: {counts:?}", from.elapsed().as_micros());
    runtime.block_on(measure(&store, invoices));
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("Vm") && line.contains("RSS")).for_each(|line| {
        println!("{line}");
    });
}

async fn fill(store: &Store, invoices: u64) {
    let mut next = 0;
    while next < invoices {
        let last = (next + 2000).min(invoices);
        store.commit((next..last).map(sample::light).collect()).await.unwrap();
        next = last;
    }
}

fn viewer(role: Role, code: &str) -> Viewer {
    Viewer { party: sample::party(code), role }
}

type Question = (&'static str, fn(u64) -> (Viewer, InvoiceFilter));

fn operator() -> Viewer {
    viewer(Role::Operator, "OPERATOR")
}

fn some(text: impl Into<String>) -> Option<String> {
    Some(text.into())
}

fn with(change: impl FnOnce(&mut InvoiceFilter)) -> InvoiceFilter {
    let mut filter = InvoiceFilter::default();
    change(&mut filter);
    filter
}

const QUESTIONS: [Question; 15] = [
    ("everything", |_| (operator(), InvoiceFilter::default())),
    ("number", |n| (operator(), with(|f| f.number = some(sample::key_of(n).number.as_str())))),
    ("number, none", |_| (operator(), with(|f| f.number = some("NONE")))),
    ("reference", |n| {
        (operator(), with(|f| f.reference = some(&sample::invoice(n).services[0].reference)))
    }),
    ("large client", |_| (viewer(Role::Client, "C000000"), InvoiceFilter::default())),
    ("small client", |n| {
        let code = (n..).map(sample::client).find(|code| code != "C000000").unwrap();
        (viewer(Role::Client, &code), InvoiceFilter::default())
    }),
    ("small client, status", |n| {
        let code = (n..).map(sample::client).find(|code| code != "C000000").unwrap();
        (viewer(Role::Client, &code), with(|f| f.status = Some(Status::Unpaid)))
    }),
    ("issuer", |n| (viewer(Role::Issuer, &sample::issuer(n)), InvoiceFilter::default())),
    ("issuer, status, dates", |n| {
        let filter = with(|f| {
            f.status = Some(Status::Unpaid);
            f.issued_from = Some(date_from_days(19_800 + n as i32 % 100));
            f.issued_to = Some(date_from_days(19_830 + n as i32 % 100));
        });
        (viewer(Role::Issuer, &sample::issuer(n)), filter)
    }),
    ("service, operation", |_| {
        (operator(), with(|f| (f.service, f.operation) = (some("AB"), some("OP1"))))
    }),
    ("service, operation, none", |_| {
        (operator(), with(|f| (f.service, f.operation) = (some("AB"), some("ZZ"))))
    }),
    ("status, none", |_| (operator(), with(|f| f.status = Some(Status::Blocked)))),
    ("client, kind, service, none", |_| {
        let filter = with(|f| {
            f.kind = Some(InvoiceKind::CreditNote);
            f.service = some("AB");
        });
        (viewer(Role::Client, "C000000"), filter)
    }),
    ("client, all others, one hit", |_| {
        let n = (500_000..).find(|n| sample::client(*n) == "C000000").unwrap();
        let invoice = sample::invoice(n);
        let filter = with(|f| {
            f.kind = Some(invoice.kind);
            f.status = Some(invoice.status);
            f.issuer = some(invoice.key.issuer.as_str());
            f.service = some(&invoice.services[0].service);
            f.operation = some(&invoice.services[0].operation);
            f.issued_from = Some(date_from_days(19_000));
            f.issued_to = Some(date_from_days(21_000));
        });
        (viewer(Role::Client, "C000000"), filter)
    }),
    ("payment reference, none", |_| (operator(), with(|f| f.payment_reference = some("1089")))),
];

async fn measure(store: &Store, invoices: u64) {
    for (name, question) in QUESTIONS {
        for (column, word) in SORT_COLUMNS {
            let simple = ["issued_on", "gross", "status", "number"].contains(word);
            if !simple {
                continue;
            }
            let mut times = Vec::new();
            let mut total = 0;
            for round in 0..ROUNDS {
                let (viewer, filter) = question(sample::mix(round) % invoices);
                let sort = Sort { column: *column, descending: true };
                let page = PageRequest { limit: 50, after: None };
                let from = Instant::now();
                let found = store.invoices(&viewer, &filter, sort, &page).await.unwrap();
                times.push(from.elapsed().as_micros());
                total = found.total.value;
            }
            times.sort_unstable();
            let at = |percent: usize| times[(times.len() - 1) * percent / 100];
            println!(
                "{name:<30} by {word:<10} {total:>5} hits  p50 {:>7} us  p99 {:>7} us  \
                 max {:>7} us",
                at(50),
                at(99),
                at(100)
            );
        }
    }
}
