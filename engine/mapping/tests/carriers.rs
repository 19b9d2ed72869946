//! Specimens of JSON, forms, CSV and fixed width: what is read, told and written back, and that no
//! bytes make any of them panic.
#![expect(clippy::unwrap_used, reason = "tests")]
#![allow(missing_docs, reason = "tests")]

mod carriers_of {
    pub(crate) mod flaws;
    pub(crate) mod reading;
    pub(crate) mod statement;
}

use acquit_domain::Severity;
use acquit_mapping::carrier::Carrier;
use acquit_mapping::codes::{CodeTable, Codes};
use acquit_mapping::xml::Strictness;
use std::fmt::Write as _;

/// The code tables these specimens use.
pub(crate) fn codes() -> Codes {
    let mut codes = Codes::new();
    for (name, text) in [
        ("currency", "MAD = [\"MAD\", \"504\"]\nEUR = [\"EUR\", \"978\"]\n"),
        ("result", "paid = [\"paid\", \"00\", \"0\", \"true\"]\ndeclined = [\"unpaid\", \"1\"]\n"),
    ] {
        let text = format!("# Words of a test. Version 1.\nsource = \"test\"\n[codes]\n{text}");
        let (table, faults) = CodeTable::read(name, "codes/x.toml", &text);
        assert_eq!(faults, [], "{name}");
        codes.insert(name.to_owned(), table);
    }
    codes
}

/// A specimen that has no flaw.
pub(crate) fn specimen(ending: &str, text: &str) -> Carrier {
    let (carrier, flaws) = Carrier::parse(ending, text, &codes()).unwrap();
    assert_eq!(flaws, [], "{ending}");
    carrier
}

/// What is read of some bytes: values, findings, what was not read.
pub(crate) fn told(carrier: &Carrier, bytes: &[u8]) -> String {
    let read = carrier.read(bytes, Strictness { unknown: Severity::Note });
    let mut out = String::new();
    for record in &read.records {
        write!(out, "{record}").unwrap();
        for unread in &record.unread {
            writeln!(out, "unread {}", unread.name).unwrap();
        }
    }
    for finding in &read.findings {
        let place = &finding.place;
        write!(out, "{} {} {}", finding.severity.key(), finding.code, place.name).unwrap();
        if place.segment > 0 {
            write!(out, " line {}", place.segment).unwrap();
        }
        if !finding.value.is_empty() {
            write!(out, " {:?}", finding.value).unwrap();
        }
        writeln!(out, " @{}", place.byte).unwrap();
    }
    out
}

/// What is read must be this; what is written of it must read the same, and be written the same.
#[track_caller]
pub(crate) fn check(carrier: &Carrier, input: &str, expected: &str) {
    assert_eq!(told(carrier, input.as_bytes()), expected, "{input}");
    let read = carrier.read(input.as_bytes(), Strictness::default());
    for record in &read.records {
        let written = carrier.write(record);
        let again = carrier.read(&written.bytes, Strictness::default());
        let text = String::from_utf8_lossy(&written.bytes);
        assert_eq!(again.records.first(), Some(record), "{text}");
        assert_eq!(carrier.write(&again.records[0]), written, "writing is stable");
    }
}

/// Every prefix, suffix and changed byte of a message is read without a panic, and what was read
/// without a finding is written and read the same.
pub(crate) fn mutate(carrier: &Carrier, input: &str) {
    let good = input.as_bytes();
    let look = |bytes: &[u8]| {
        let read = carrier.read(bytes, Strictness::default());
        for finding in &read.findings {
            assert!(finding.place.byte <= bytes.len() as u64, "{finding:?}");
        }
        for record in read.records.iter().filter(|_| !read.is_refused()) {
            let written = carrier.write(record);
            // An amount with more decimals than the specimen writes is told, not cut.
            if !written.unwritten.is_empty() {
                continue;
            }
            let again = carrier.read(&written.bytes, Strictness::default());
            let text = String::from_utf8_lossy(&written.bytes);
            assert_eq!(again.records.first(), Some(record), "{} {text}", bytes.escape_ascii());
        }
    };
    for at in 0..good.len() {
        look(&good[..at]);
        look(&good[at..]);
        for byte in b"\0 \"'{}[]:;,=&%|\n\r+-.09Aa\x80\xC3\xFF" {
            let mut bytes = good.to_vec();
            bytes[at] = *byte;
            look(&bytes);
        }
    }
}
