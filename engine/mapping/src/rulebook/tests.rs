//! The committed mappings load, and everything written from them is current.
#![expect(clippy::disallowed_methods, reason = "tests read the committed files")]

use super::*;
use crate::agreement::{KEYS, TOLERANCES};
use crate::language::{LANGUAGES, Language};
use crate::matrix::matrix;
use crate::words::reference;
use acquit_domain::{Date, exchange, invoice, status};
use acquit_syntax::edifact::kind::Kind as EdifactKind;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static FILES: LazyLock<Files> = LazyLock::new(|| {
    let mut files = Files::new();
    collect(&root().join("mappings"), "", &mut files);
    files
});

static BOOK: LazyLock<Rulebook> = LazyLock::new(|| match Rulebook::load(&FILES) {
    Ok(book) => book,
    Err(faults) => {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("the committed mappings have faults:\n{}", lines.join("\n"));
    }
});

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) {
    for entry in std::fs::read_dir(folder).expect("the folder is committed") {
        let entry = entry.expect("an entry can be read");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), files);
        } else {
            let text = std::fs::read_to_string(entry.path()).expect("a text file");
            files.insert(name, text);
        }
    }
}

/// Compares a committed file with what it is written from; `ACQUIT_BLESS=1` writes it.
fn current(path: &str, text: &str) {
    let file = root().join(path);
    if std::env::var("ACQUIT_BLESS").is_ok() {
        std::fs::create_dir_all(file.parent().expect("a file has a folder")).expect("a folder");
        std::fs::write(&file, text).expect("it can be written");
    }
    let held = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(held == text, "{path} is not current: run the tests with ACQUIT_BLESS=1");
}

/// Loads the committed files with one of them changed, and gives the faults as lines.
fn check(path: &str, change: impl Fn(&str) -> String, expected: &[&str]) {
    let mut files = FILES.clone();
    let text = change(files.get(path).map_or("", String::as_str));
    files.insert(path.to_owned(), text);
    let faults = Rulebook::load(&files).err().unwrap_or_default();
    let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected, "{path}");
}

#[test]
fn the_committed_mappings_have_no_fault() {
    assert_eq!(BOOK.agreements.len(), 6);
    assert_eq!(BOOK.hash_text().len(), 64);
    let again = Rulebook::load(&FILES).expect("it loaded before");
    assert_eq!(again.hash, BOOK.hash);
    let mut files = FILES.clone();
    files.insert("vat.toml".to_owned(), format!("{}# one word more\n", files["vat.toml"]));
    let other = Rulebook::load(&files).expect("a comment is no fault");
    assert_ne!(other.hash, BOOK.hash);
}

#[test]
fn partners_are_found_by_every_name() {
    let folder = |agreement: Option<&Agreement>| agreement.map(|found| found.folder.clone());
    for (id, qualifier, expected) in [
        ("ANP", "ZZ", Some("anp")),
        ("6110D00116", "ZZZ", Some("portnet")),
        ("6111000000017", "14", Some("gs1-bench")),
        ("ANP", "14", None),
    ] {
        let found = folder(BOOK.agreement_by_edifact(id, qualifier));
        assert_eq!(found.as_deref(), expected, "{id}:{qualifier}");
    }
    assert_eq!(folder(BOOK.agreement_by_xml("611ODOO116")).as_deref(), Some("portnet"));
    assert_eq!(folder(BOOK.agreement_by_code("ANP")).as_deref(), Some("anp"));
    assert_eq!(folder(BOOK.agreement_by_code("611AGEN001")).as_deref(), Some("anp"));
    assert!(BOOK.knows_client("6110D00116") && !BOOK.knows_client("NOBODY"));
    assert!(BOOK.platform.is_us_in_edifact("PORTNET", "ZZ"));
    assert!(!BOOK.platform.is_us_in_edifact("PORTNET", "1"));
    assert!(BOOK.platform.is_us_in_xml("611PNET00100"));
}

#[test]
fn codes_mean_what_partners_mean() {
    for (table, code, key) in [
        ("invoice_kind", "381", Some("credit_note")),
        ("portnet_kind", "2", Some("supplementary")),
        ("message_function", "1", Some("cancel")),
        ("message_function", "3", Some("cancel")),
        ("portnet_status", "3", Some("cancelled")),
        ("currency", "dirham", Some("MAD")),
        ("currency", "د.م.", Some("MAD")),
        ("currency", "504", Some("MAD")),
        ("currency", "XXX", None),
        ("aperak_verdict", "27", Some("rejected")),
        ("contrl_action", "7", Some("acknowledged")),
        ("syntax_error", "26", Some("duplicate")),
        ("date_format", "102", Some("ccyymmdd")),
    ] {
        let found = BOOK.code_table(table).and_then(|table| table.key_of(code));
        assert_eq!(found, key, "{table} {code}");
    }
    let service = BOOK.code_table("service").expect("the table is committed");
    assert_eq!(service.label("subscription", Language::Fr), Some("Abonnement Portnet"));
    for code in BOOK.code_table("currency").expect("the table is committed").keys() {
        assert!(acquit_domain::Currency::of(code).is_some(), "{code}");
    }
}

#[test]
fn rates_hold_on_their_days() {
    for (percent, day, allowed) in [
        ("20", (1997, 2, 3), true),
        ("20.00", (2026, 11, 23), true),
        ("14", (2025, 12, 31), true),
        ("14", (2026, 1, 1), false),
        ("16", (2023, 12, 31), false),
        ("16", (2024, 6, 1), true),
        ("19.6", (2024, 6, 1), false),
        ("0", (2024, 6, 1), true),
    ] {
        let (year, month, day) = day;
        let on = Date::constant(year, month, day);
        let percent: acquit_domain::Decimal = percent.parse().expect("a decimal");
        assert_eq!(BOOK.vat.allowed(percent, on), allowed, "{percent} {on}");
    }
    let now = BOOK.vat.on(Date::constant(2026, 11, 23));
    assert_eq!(now.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0", "10", "20"]);
}

#[test]
fn every_fault_of_every_file_is_told_with_its_place() {
    let anp = "issuers/anp/issuer.toml";
    check(
        anp,
        |text| format!("dubs = 1\n{text}").replace("\"cmi.card\"", "\"gold\""),
        &[
            "issuers/anp/issuer.toml:1:1: unknown key \"dubs\"; known: active, answers, charset, \
             clients, code, codes, due_days, duplicates, edifact, language, max_age_days, means, \
             message, name, notices, reference_minutes, speaks_for, test_messages, tolerate, \
             underpaid, vat_check, xml",
            "issuers/anp/issuer.toml:10:10: unknown word \"gold\"; known: amanpay.amanty, \
             amanpay.cashcode, amanpay.paydirect, cheque, cmi.card, cmi.fatourati, transfer",
        ],
    );
    check(
        anp,
        |text| text.replace("[\"ANP\"]", "[\"6110D00116\"]"),
        &["issuers/portnet/issuer.toml:1:1: \"6110D00116\" is \"anp\" already"],
    );
    check(
        "isuers/x/issuer.toml",
        |_| String::new(),
        &["isuers/x/issuer.toml:1:1: no rule is read from a file of this name"],
    );
    check(
        "lifecycle.toml",
        |text| text.replace("stay = \"waits\", clock = \"notice\"", "stay = \"waits\""),
        &["lifecycle.toml:44:1: the state \"awaiting_issuer\" waits without a clock"],
    );
}

#[test]
fn every_code_has_words() {
    for kind in EdifactKind::ALL {
        let wording = BOOK.words.get(kind.name());
        let contrl = wording.map(|wording| wording.contrl);
        assert_eq!(contrl, Some(kind.code_0085().map(u16::from)), "{}", kind.name());
    }
    for code in CODES.split_whitespace() {
        assert!(BOOK.words.get(code).is_some(), "no words for {code}");
    }
    let syntax = BOOK.code_table("syntax_error").expect("the table is committed");
    for wording in BOOK.words.iter() {
        if let Some(code) = wording.contrl {
            assert!(syntax.key_of(&code.to_string()).is_some(), "{}: {code}", wording.code);
        }
    }
}

/// Beginnings of the codes of findings.
const FAMILIES: &[&str] = &[
    "EDI-", "XML-", "BIZ-", "WARN-", "LIM-", "DUP-", "INV-", "REF-", "PARK-", "STATE-", "SEC-",
    "AUTH-", "ACK-", "ISS-", "DOC-", "PAY-", "FIL-", "SYS-", "HTTP-", "IDEM-", "AUDIT-", "JSON-",
    "FORM-", "CSV-", "FIX-",
];

#[test]
fn every_code_in_the_sources_has_words() {
    let mut sources = Files::new();
    for room in ["syntax", "domain", "mapping", "flow", "store", "server"] {
        collect(&root().join("engine").join(room).join("src"), &format!("{room}/"), &mut sources);
    }
    let mut missing = Vec::new();
    for (path, text) in sources.iter().filter(|(path, _)| !path.contains("tests")) {
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        // Every second piece between quotation marks is a literal, unless a quotation mark is
        // escaped; then a piece of code is looked at, and no code looks like a finding's.
        for literal in code.lines().flat_map(|line| line.split('"')) {
            let shaped = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
            let whole = literal.len() > 6 && literal.chars().all(shaped);
            let code = whole && FAMILIES.iter().any(|family| literal.starts_with(family));
            if code && BOOK.words.get(literal).is_none() {
                missing.push(format!("{path}: {literal}"));
            }
        }
    }
    assert_eq!(missing, [""; 0], "codes without words in mappings/words");
}

/// Codes that inputs of the wild must get, whether a room speaks of them yet or not.
const CODES: &str = "\
    XML-EMPTY XML-ENC XML-DTD XML-PI XML-DEPTH XML-NS XML-ATTRS XML-MALFORMED XML-TRAIL XML-CHAR \
    XML-BOM XML-DECL XML-PREFIX XML-MANY XML-DUP XML-UNKNOWN XML-ROOT XML-NUM XML-DATE XML-012 \
    XML-013 XML-BASE64 LIM-NODES LIM-TEXT LIM-NAME LIM-BODY LIM-MSGS LIM-PAGE EDI-LOOP DUP-000 \
    WARN-NULL WARN-FLOAT WARN-BASE64 WARN-PAN INV-DUP INV-DIFF REF-CLIENT REF-PRINCIPAL \
    PARK-ORDER STATE-TERMINAL STATE-EVENT STATE-BLOCKED STATE-REFUSED SEC-ISSUER SEC-SENDER \
    SEC-IP AUTH-401 AUTHZ ACK-CONFLICT ACK-UNKNOWN BIZ-SUM BIZ-SIGN BIZ-ZERO BIZ-SCALE BIZ-CUR \
    BIZ-DUE BIZ-VAT BIZ-RATE BIZ-RANGE BIZ-NUMBER BIZ-MISSING BIZ-LINES BIZ-IF BIZ-ICE \
    ISS-INACTIVE PAY-AMOUNT PAY-OLD AUDIT-BREAK AUDIT-FORK HTTP-400 HTTP-404 HTTP-405 HTTP-408 \
    HTTP-415 HTTP-431 HTTP-TORN HTTP-CURSOR H2-ABUSE IDEM-KEY IDEM-MISMATCH FIL-NAME FIL-TYPE \
    SYS-IO SYS-STORE SYS-BUSY SYS-INTERNAL SYS-BUG ORDER-SIZE ORDER-ISSUERS ORDER-CLIENTS \
    ORDER-CURRENCY ORDER-LIVE ORDER-ATTEMPTS MEANS-NOT-ALLOWED INV-UNKNOWN ISS-UNKNOWN \
    FUNDS-UNKNOWN REQ-EMPTY REQ-UNKNOWN PAY-CUR PAY-NUM PAY-TX PAY-NOINTENT PAY-TWICE \
    PAY-EXPIRED PAY-LATE PAY-RISK EVT-UNKNOWN STALE";

#[test]
fn labels_are_complete_and_the_guide_s() {
    let has = |list: &str, word: &str| {
        for (language, key) in LANGUAGES {
            assert!(BOOK.words.label(list, word, *language).is_some(), "{list}.{word} {key}");
        }
    };
    for (_, key, label) in status::STATUSES {
        has("status", key);
        assert_eq!(BOOK.words.label("status", key, Language::Fr), Some(*label));
    }
    for (_, key, label) in invoice::KINDS {
        has("kind", key);
        assert_eq!(BOOK.words.label("kind", key, Language::Fr), Some(*label));
    }
    for (_, code, label) in exchange::FUNCTIONS {
        has("function", code);
        assert_eq!(BOOK.words.label("function", code, Language::Fr), Some(*label));
    }
    status::STATES.iter().for_each(|(_, key)| has("state", key));
    exchange::VERDICTS.iter().for_each(|(_, key)| has("verdict", key));
    invoice::MESSAGE_FUNCTIONS.iter().for_each(|(_, key)| has("message_function", key));
}

#[test]
fn what_is_written_from_the_mappings_is_current() {
    current("docs/codes.md", &reference(&BOOK.words));
    current("tests/golden/matrix.txt", &matrix(&BOOK.lifecycle));
    let file = "mappings/README.md";
    let held = FILES.get("README.md").cloned().unwrap_or_default();
    let (head, rest) = held.split_once(TABLE_BEGIN).expect("the table has a beginning");
    let (_, tail) = rest.split_once(TABLE_END).expect("the table has an end");
    current(file, &format!("{head}{TABLE_BEGIN}{}{TABLE_END}{tail}", keys_table()));
}

const TABLE_BEGIN: &str = "<!-- keys: written by a test -->\n";
const TABLE_END: &str = "<!-- end of keys -->\n";

fn keys_table() -> String {
    let mut text = String::from("\n| key | holds | without it | meaning |\n|---|---|---|---|\n");
    for (key, holds, without, meaning) in KEYS {
        text.push_str(&format!("| `{key}` | {holds} | {without} | {meaning} |\n"));
    }
    let words: Vec<String> = TOLERANCES.iter().map(|(_, word)| format!("`{word}`")).collect();
    text.push_str(&format!("\n`tolerate` may list: {}.\n\n", words.join(", ")));
    text
}
