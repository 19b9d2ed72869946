//! Laws that hold for any input: order and repetition change nothing, the log tells the state,
//! deciding is a function, reading never panics.
//!
//! Not covered here: that writing gives back what was read, which the samples of
//! `engine/mapping` prove one by one.
#![expect(clippy::print_stdout, reason = "tells the seed")]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use acquit_domain::{Invoice, InvoiceKey, InvoiceNumber, Keys, PartyCode, Role, Status};
use acquit_flow::{decide, invoice_hash, letter_hash, letters_hash, read, row_hash};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{ExchangeFilter, Hashes, LogRow, ROWS_MAX, Viewer};
use acquit_tests::house::{Arrival, House, book};
use acquit_tests::mutants::{Dice, mutant};
use acquit_tests::recipe::Bases;
use acquit_tests::repository::{below, root};
use proptest::prelude::*;

/// Mutants read and decided in each run.
const MUTANTS: u64 = 10_000;

static BOOK: LazyLock<Rulebook> = LazyLock::new(book);

static BASE: LazyLock<String> = LazyLock::new(|| {
    let text = std::fs::read_to_string(root().join("tests/badinputs/bases.json"));
    let bases: Bases = serde_json::from_str(&text.unwrap_or_default()).expect("bases are JSON");
    bases["EDI_INV"].as_str().unwrap_or("").to_owned()
});

/// Something an issuer says about one of three invoices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Original(u8),
    Cancelled(u8),
}

/// The interchange that says it; the same thing said again is the same interchange.
fn interchange(told: Told) -> Vec<u8> {
    let (invoice, function) = match told {
        Told::Original(invoice) => (invoice, 9),
        Told::Cancelled(invoice) => (invoice, 1),
    };
    BASE.replace("00069321+9'", &format!("0006932{invoice}+{function}'"))
        .replace("IC0001", &format!("IC{invoice}{function}"))
        .into_bytes()
}

/// What is held of the three invoices, and the log.
struct Held {
    invoices: BTreeMap<InvoiceKey, Invoice>,
    log: Vec<LogRow>,
}

impl Held {
    /// Status and version-free content of each invoice.
    fn told(&self) -> Vec<(InvoiceNumber, Status, i64)> {
        let held = self.invoices.values();
        held.map(|held| (held.key.number.clone(), held.status, held.gross.minor)).collect()
    }
}

/// Sends everything, and checks that the log's chains hold.
fn run(all: &[Told]) -> Held {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut house = House::new(&BOOK);
        for told in all {
            let bytes = interchange(*told);
            house.send(&Arrival { partner: "611AGEN001", charset: "", bytes: &bytes }).await;
        }
        let issuer = PartyCode::new("611AGEN001").expect("a code");
        let numbers = (0..3).filter_map(|n| InvoiceNumber::new(&format!("0006932{n}")));
        let keys = numbers.map(|number| InvoiceKey { issuer: issuer.clone(), number });
        let keys = Keys { invoices: keys.collect(), ..Keys::default() };
        let known = house.store.known(&keys).await.expect("the store answers");
        let filter = ExchangeFilter::default();
        let operator = Viewer { party: issuer, role: Role::Operator };
        let log = house.store.exchanges(&operator, &filter, ROWS_MAX).await;
        let hashes = Hashes {
            row: row_hash,
            invoice: invoice_hash,
            letter: letter_hash,
            letters: letters_hash,
        };
        let report = house.store.verify(hashes, Vec::new()).await.expect("the store answers");
        assert!(report.holds(), "{report:?}");
        Held { invoices: known.invoices, log: log.expect("the store answers") }
    })
}

fn told() -> impl Strategy<Value = Told> {
    prop_oneof![(0..3u8).prop_map(Told::Original), (0..3u8).prop_map(Told::Cancelled)]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    /// The same things said in another order, some of them again, leave the same state.
    #[test]
    fn order_and_repetition_change_nothing(
        sent in prop::collection::vec(told(), 1..12).prop_shuffle(),
    ) {
        let mut once = sent.clone();
        once.sort();
        once.dedup();
        prop_assert_eq!(run(&sent).told(), run(&once).told(), "{:?}", sent);
    }

    /// Folding the log gives the state of every invoice, in steps without gaps.
    #[test]
    fn the_log_tells_the_state(sent in prop::collection::vec(told(), 1..12)) {
        let held = run(&sent);
        let mut replayed = BTreeMap::new();
        for row in held.log.iter().map(|row| &row.exchange) {
            let (Some(key), Some(n)) = (&row.invoice, row.n) else { continue };
            let (count, status) = replayed.get(key).copied().unwrap_or((0, None));
            prop_assert_eq!(n, count + 1, "rows of an invoice are numbered without gaps");
            prop_assert_eq!(row.before, status, "a row begins where the one before ended");
            replayed.insert(key.clone(), (n, row.after));
        }
        for (key, invoice) in &held.invoices {
            let (count, status) = replayed.get(key).copied().unwrap_or((0, None));
            prop_assert_eq!((count, status), (invoice.exchanges, Some(invoice.status)));
        }
    }
}

#[test]
fn deciding_is_a_function() {
    let mut house = House::new(&BOOK);
    let bytes = interchange(Told::Original(1));
    let parcel = house.parcel(&Arrival { partner: "611AGEN001", charset: "", bytes: &bytes });
    let decided = || {
        let reading = read(&BOOK, &parcel);
        let outcome = decide(&BOOK, &reading, &acquit_domain::Known::default(), house.now);
        format!("{outcome:?}")
    };
    assert_eq!(decided(), decided());
}

#[test]
fn mutants_are_read_and_decided() {
    let given = std::env::var("ACQUIT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |elapsed| elapsed.as_secs())
    });
    println!("ACQUIT_SEED={seed} repeats this run");
    let mut samples = below(&root().join("samples"));
    samples.retain(|(name, _)| name.ends_with(".edi") || name.ends_with(".xml"));
    assert!(!samples.is_empty(), "there are samples");
    let mut house = House::new(&BOOK);
    let mut dice = Dice::new(seed);
    for n in 0..MUTANTS {
        let (name, bytes) = &samples[dice.below(samples.len())];
        let bytes = mutant(bytes, &mut dice);
        let arrival = Arrival { partner: "", charset: "", bytes: &bytes };
        let parcel = house.parcel(&arrival);
        let result = std::panic::catch_unwind(|| {
            let reading = read(&BOOK, &parcel);
            decide(&BOOK, &reading, &acquit_domain::Known::default(), parcel.received_at)
        });
        let hex = bytes.escape_ascii();
        assert!(result.is_ok(), "mutant {n} of {name}, seed {seed}:\n{hex}");
    }
}
