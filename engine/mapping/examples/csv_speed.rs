//! How fast a settlement file becomes rows, and a record; beside a plain loop over the same bytes
//! that looks for two characters.
//!
//! `cargo run --release -p acquit-mapping --example csv_speed -- [ROWS]`
#![expect(clippy::disallowed_methods, reason = "a program that measures reads a clock")]
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use acquit_mapping::carrier::Carrier;
use acquit_mapping::codes::Codes;
use acquit_mapping::xml::Strictness;
use acquit_syntax::csv::{Header, Options, Reader, Row};
use std::hint::black_box;
use std::time::Instant;

const SPECIMEN: &str = "\
# A settlement file. Source: this program. Version 1.
delimiter ;
transaction;order;amount;fee;date;operator;label
{transaction};{payment_order};{amount amount};{fee? amount};{paid_on date};{operator};{label?} \
each entries
";

/// Passes over the file; the best one counts.
const PASSES: usize = 7;

fn main() {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(50_000);
    let mut file = String::from("transaction;order;amount;fee;date;operator;label\r\n");
    for row in 0..rows {
        let line = format!(
            "{:012};PN-{row:08}-1;{row}.50;1.20;2026-11-23;ATTIJARI;\"facture; n° {row}\"\r\n",
            row * 7
        );
        file.push_str(&line);
    }
    let bytes = file.as_bytes();
    println!("{rows} rows, {} bytes", bytes.len());
    measure("plain byte loop", bytes.len(), || {
        bytes.iter().filter(|byte| matches!(byte, b';' | b'\n')).count()
    });
    let options = Options { delimiter: b';', header: Header::Present, ..Options::default() };
    measure("rows", bytes.len(), || {
        let (mut reader, mut row, mut fields) = (Reader::over(bytes, options), Row::default(), 0);
        while reader.next(&mut row) {
            fields += row.len();
        }
        fields
    });
    let (carrier, flaws) = Carrier::parse("csv", SPECIMEN, &Codes::new()).expect("a carrier");
    assert!(flaws.is_empty(), "{flaws:?}");
    measure("and record", bytes.len(), || {
        let read = carrier.read(bytes, Strictness::default());
        assert!(read.findings.is_empty());
        read.records[0].root().children().count()
    });
    let read = carrier.read(bytes, Strictness::default());
    measure("written", bytes.len(), || carrier.write(&read.records[0]).bytes.len());
}

/// Runs something a few times and prints the best.
fn measure(name: &str, bytes: usize, mut run: impl FnMut() -> usize) {
    let mut best = u128::MAX;
    for _ in 0..PASSES {
        let start = Instant::now();
        black_box(run());
        best = best.min(start.elapsed().as_nanos());
    }
    let rate = bytes as u128 * 1_000 / best.max(1);
    println!("{name:16} {:>8} us {rate:>6} MB/s", best / 1_000);
}
