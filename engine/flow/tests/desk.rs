//! The pipeline over the committed rulebook: one parcel in, what was decided out.
#![expect(clippy::disallowed_methods, reason = "tests read the committed mappings")]

use acquit_domain::parcel::{Channel, Media, Parcel};
use acquit_domain::{Id, Known, Outcome, PartyCode, Timestamp};
use acquit_flow::{apply, decide, read};
use acquit_mapping::rulebook::Rulebook;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

fn files(root: &Path, below: &Path, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(below).expect("the mappings folder is there") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            files(root, &path, into);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path.strip_prefix(root).expect("a path below the root");
            into.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
}

fn book() -> Rulebook {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings");
    let mut all = BTreeMap::new();
    files(&root, &root, &mut all);
    match Rulebook::load(&all) {
        Ok(book) => book,
        Err(faults) => {
            let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
            panic!("{}", lines.join("\n"));
        }
    }
}

/// A house in memory: a rulebook and what is known.
struct House {
    book: Rulebook,
    known: Known,
    parcels: u64,
    now: Timestamp,
}

impl House {
    fn new() -> House {
        let now = Timestamp::parse("2026-11-23T10:00:00Z").expect("a valid instant");
        House { book: book(), known: Known::default(), parcels: 0, now }
    }

    fn send(&mut self, partner: &str, bytes: &[u8]) -> Outcome {
        self.parcels += 1;
        let parcel = Parcel {
            id: Id::new(1_763_892_000_000 + self.parcels, self.parcels.into()),
            partner: PartyCode::new(partner),
            channel: Channel::Http,
            media: Media::Unknown,
            charset: String::new(),
            name: String::new(),
            received_at: self.now,
            bytes: bytes.into(),
            sha256: Sha256::digest(bytes).into(),
            idempotency_key: String::new(),
        };
        let reading = read(&self.book, &parcel);
        let outcome = decide(&self.book, &reading, &self.known, self.now);
        apply(&mut self.known, &outcome);
        outcome
    }
}

/// What was decided, one line each: verdict, findings, messages, moves, letters.
fn told(outcome: &Outcome) -> String {
    let mut lines = vec![outcome.verdict.key().to_owned()];
    lines.extend(outcome.findings.iter().map(|finding| {
        format!("{} {} {}", finding.severity.key(), finding.code, finding.value)
    }));
    lines.extend(outcome.exchanges.iter().map(|row| {
        let status = |status: Option<acquit_domain::Status>| status.map_or("-", |s| s.key());
        let number = row.n.map_or("-".to_owned(), |n| n.to_string());
        format!("{number} {} {} {} {}", row.message, row.event, status(row.before), status(row.after))
    }));
    lines.extend(outcome.answers.iter().map(|letter| {
        let text = String::from_utf8_lossy(&letter.body).replace(&letter.reference, "REF");
        text.trim().to_owned()
    }));
    lines.join("\n")
}

const INVOIC: &str = "UNA:+.? 'UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1030+IC0001'\
UNH+1+INVOIC:D:96A:UN'BGM+380+00069321+9'DTM+137:20261031:102'DTM+13:20261230:102'\
NAD+SU+ANP::92'NAD+BY+6110D00116::92'CUX+2:MAD:4'LIN+1++ABO:SA'QTY+47:1'MOA+203:3000.00'\
TAX+7+VAT+++:::20.00'UNS+S'MOA+79:3000.00'MOA+124:600.00'MOA+77:3600.00'UNT+16+1'\
UNZ+1+IC0001'";

#[test]
fn an_invoice_is_taken_once() {
    let mut house = House::new();
    let first = house.send("ANP", INVOIC.as_bytes());
    println!("{}\n", told(&first));
    let again = house.send("ANP", INVOIC.as_bytes());
    println!("{}\n", told(&again));
    assert_eq!(again.answers, first.answers);
    let other = house.send("ANP", INVOIC.replace("3600.00", "3600.01").as_bytes());
    println!("{}\n", told(&other));
    let third = house.send("ANP", INVOIC.replace("IC0001", "IC0002").as_bytes());
    println!("{}\n", told(&third));
    let wrong = INVOIC.replace("IC0001", "IC0003").replace("3600.00", "3600.01");
    println!("{}\n", told(&house.send("ANP", wrong.as_bytes())));
    let cancel = INVOIC.replace("IC0001", "IC0004").replace("21+9'", "21+1'");
    println!("{}\n", told(&house.send("ANP", cancel.as_bytes())));
}
