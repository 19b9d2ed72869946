//! Reports of banks by others, when there is a folder of them (`ACQUIT_CORPUS`): what is read of
//! each, or why it is refused.

use crate::house::BOOK;
use acquit_domain::Money;
use std::path::Path;

/// A line for each file: its name and what is read of it.
const EXPECTED: &str = include_str!("corpus.txt");

/// The reports among the files of a folder.
fn reports(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            reports(&path, found);
        } else if let Ok(bytes) = std::fs::read(&path) {
            let has = |text: &str| {
                bytes.windows(text.len()).take(4000).any(|window| window == text.as_bytes())
            };
            let xml = ["camt.053.001", "camt.054.001"].iter().any(|name| has(name));
            let edifact = bytes.starts_with(b"UN") && (has("CREMUL:D") || has("CREADV:D"));
            if xml && bytes.trim_ascii_start().starts_with(b"<") || edifact {
                found.push(path);
            }
        }
    }
}

/// What is read of a file: accounts, movements with what was booked, and what is said of payments.
fn told(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap();
    let bank = BOOK.bank("BANK").unwrap();
    let today = "2026-11-23".parse().unwrap();
    let (read, findings) = acquit_flow::read_statements(&BOOK, bank, &bytes, today);
    if let Some(wrong) = findings.iter().find(|finding| finding.rejects()) {
        return format!("{} {} {}", wrong.code, wrong.place.name, wrong.value).trim().to_owned();
    }
    let said = |one: &acquit_flow::Statement| {
        let news = acquit_flow::statement_news(&BOOK, one);
        let sum = news.iter().filter_map(|news| news.amount).map(|amount| amount.minor).sum();
        let pending = one.entries.iter().filter(|entry| !entry.is_booked).count();
        format!(
            "{} movements, {pending} pending, {} payments {} {}",
            one.entries.len(),
            news.len(),
            Money::new(sum, one.currency),
            one.currency.code()
        )
    };
    read.iter().map(said).collect::<Vec<_>>().join(" | ")
}

#[test]
fn reports_by_others() {
    let Some(folder) = std::env::var_os("ACQUIT_CORPUS") else {
        eprintln!("skipped: reports by others; ACQUIT_CORPUS names no folder of them");
        return;
    };
    let mut found = Vec::new();
    reports(Path::new(&folder), &mut found);
    let name = |path: &Path| path.file_name().unwrap().to_string_lossy().into_owned();
    let mut lines: Vec<String> =
        found.iter().map(|path| format!("{}: {}", name(path), told(path))).collect();
    lines.sort();
    let lines = lines.join("\n") + "\n";
    if std::env::var("ACQUIT_BLESS").is_ok() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/settlement/corpus.txt");
        std::fs::write(path, &lines).unwrap();
    } else {
        assert_eq!(lines, EXPECTED);
    }
}
