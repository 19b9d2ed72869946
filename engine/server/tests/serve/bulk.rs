//! `acquit run` of files with very many messages: counts, then what was not accepted.

use crate::crash::interchange;
use crate::server::Home;
use std::fs;

/// More than one part.
const MESSAGES: usize = 1_200;

#[test]
fn run_takes_a_large_file_part_by_part() {
    let home = Home::new("bulk");
    let text = String::from_utf8(interchange(MESSAGES)).expect("ASCII");
    // The last message replaces an invoice nobody sent: it waits.
    let bytes = text.replace("K0001200+9'", "K0001200+5'");
    fs::write(home.0.join("many.edi"), bytes).expect("a file");

    let (code, text) = home.run(&["run", "many.edi"]);
    assert_eq!(code, 0, "{text}");
    let first = "1  many.edi   1200 messages: 1199 accepted, 1 parked   ";
    assert!(text.starts_with(first), "{text}");
    assert!(
        text.contains("\n   INV_115.1200") && text.contains("   parked   PARK-ORDER\n"),
        "{text}"
    );

    let (code, text) = home.run(&["run", "--data", "data", "--json", "many.edi"]);
    assert_eq!(code, 0, "{text}");
    let value: serde_json::Value = serde_json::from_str(&text).expect("one value");
    assert_eq!(value["more"]["messages"], 200);
    let rows = value["exchanges"].as_array().expect("rows");
    assert_eq!(rows.iter().filter(|row| row["verdict"] == "accepted").count(), 1199);

    let (code, text) = home.run(&["run", "--data", "data", "many.edi"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("1200 messages") && text.contains("known"), "{text}");
    assert_eq!(home.run(&["verify"]).0, 0);
}
