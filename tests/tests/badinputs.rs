//! The table of hostile inputs: each row through reading, deciding and committing, and what must
//! come of it. `tests/badinputs/README.md` explains the columns.
#![expect(clippy::print_stdout, reason = "tells how many rows were run, and where others are")]

use std::collections::{BTreeMap, BTreeSet};

use acquit_domain::{InvoiceState, Letter, LetterKind, Outcome, Verdict};
use acquit_mapping::rulebook::Rulebook;
use acquit_tests::acknowledgement::words;
use acquit_tests::house::{Arrival, House, book};
use acquit_tests::recipe::{Bases, materialise};
use acquit_tests::repository::root;
use serde_json::Value;

/// This file, as the table names it.
const HERE: &str = "tests/tests/badinputs.rs";

/// One row of the table.
struct Row {
    id: String,
    channel: String,
    description: String,
    recipe: String,
    /// What is expected, with what differs laid over it.
    expected: BTreeMap<String, String>,
    covered_by: String,
}

/// The rows of the table.
fn rows() -> Vec<Row> {
    let text = std::fs::read_to_string(root().join("tests/badinputs/rows.tsv"));
    let text = text.expect("the table is part of the project");
    let rows = text.lines().skip(1).map(|line| {
        let fields: Vec<&str> = line.split('\t').collect();
        assert_eq!(fields.len(), 7, "seven columns: {line}");
        let mut expected = pairs(fields[4]);
        let (changed, reason) = fields[5].split_once(" -- ").unwrap_or((fields[5], ""));
        assert!(changed.is_empty() || !reason.is_empty(), "{}: differs, but why?", fields[0]);
        expected.extend(pairs(changed));
        Row {
            id: fields[0].to_owned(),
            channel: fields[1].to_owned(),
            description: fields[2].to_owned(),
            recipe: fields[3].to_owned(),
            expected,
            covered_by: fields[6].to_owned(),
        }
    });
    rows.collect()
}

fn pairs(text: &str) -> BTreeMap<String, String> {
    let pairs = text.split("; ").filter_map(|pair| pair.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn bases() -> Bases {
    let text = std::fs::read_to_string(root().join("tests/badinputs/bases.json"));
    serde_json::from_str(&text.unwrap_or_default()).expect("bases are JSON")
}

#[test]
fn every_row_is_answered_as_written() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let (book, bases, rows) = (book(), bases(), rows());
    let only = std::env::var("ACQUIT_ROW").ok();
    let mut wrong = Vec::new();
    let mut run = 0;
    for row in rows.iter().filter(|row| row.covered_by == HERE) {
        if only.as_deref().is_some_and(|only| only != row.id) {
            continue;
        }
        run += 1;
        let started = std::time::Instant::now();
        let faults = runtime.block_on(attempt(&book, &bases, row));
        if started.elapsed().as_secs() > 0 {
            println!("{} took {} ms", row.id, started.elapsed().as_millis());
        }
        wrong.extend(
            faults.into_iter().map(|fault| format!("{} {}: {fault}", row.id, row.description)),
        );
    }
    println!("{run} rows run here, {} covered elsewhere or not yet", rows.len() - run);
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

/// Runs a row; what is not as expected.
async fn attempt(book: &Rulebook, bases: &Bases, row: &Row) -> Vec<String> {
    let recipe: Value = serde_json::from_str(&row.recipe).expect("a recipe is JSON");
    if recipe.pointer("/ops/0/0").and_then(Value::as_str) == Some("flip_each_byte") {
        return flip_each_byte(book, bases, &recipe).await;
    }
    let mut house = House::new(book);
    let steps = match recipe.get("steps").and_then(Value::as_array) {
        Some(steps) => steps.clone(),
        None => vec![serde_json::json!({ "send": recipe })],
    };
    let mut last = None;
    let (mut paid, mut reference) = (false, String::new());
    for step in &steps {
        if step.get("clock").is_some() {
            house.wait(400);
        } else if step.get("given").is_some() {
            let bytes = bases["EDI_INV"].as_str().unwrap_or("").replace("IC0001", "IC0000");
            let outcome = house.send(&arrival_of(bytes.as_bytes())).await;
            let sent = letter(&outcome, LetterKind::Aperak);
            reference = sent.map(|letter| letter.reference.clone()).unwrap_or_default();
            paid = step["given"].as_str().is_some_and(|given| given.ends_with("PAID"));
        } else if let Some(action) = step.pointer("/send/action").and_then(Value::as_u64) {
            let bytes = contrl_about(&reference, action);
            let outcome = house.send(&arrival_of(&bytes)).await;
            last = Some((bytes, outcome));
        } else {
            last = Some(send(&mut house, bases, &step["send"], paid).await);
        }
    }
    let (bytes, outcome) = last.expect("a row sends something");
    judge(&row.expected, &bytes, &outcome)
}

/// Sends what a recipe makes, by the partner its base belongs to.
async fn send(
    house: &mut House<'_>,
    bases: &Bases,
    recipe: &Value,
    paid: bool,
) -> (Vec<u8>, Outcome) {
    let bytes = materialise(recipe, bases).expect("a recipe that can be made");
    let header = recipe.pointer("/headers/Content-Type").and_then(Value::as_str).unwrap_or("");
    let arrival = Arrival {
        partner: partner_of(&bytes),
        charset: header.split("charset=").nth(1).unwrap_or(""),
        bytes: &bytes,
    };
    let outcome = house
        .send_knowing(&arrival, |known| {
            if paid {
                known.invoices.values_mut().for_each(|held| held.state = InvoiceState::Paid);
            }
        })
        .await;
    (bytes, outcome)
}

/// Who hands these bytes over: XML comes from the issuer of the XML base, the rest from ANP.
fn partner_of(bytes: &[u8]) -> &'static str {
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'<') { "6110D00116" } else { "611AGEN001" }
}

/// Bytes that arrive with nothing said of their charset.
fn arrival_of(bytes: &[u8]) -> Arrival<'_> {
    Arrival { partner: partner_of(bytes), charset: "", bytes }
}

/// A CONTRL of ANP about a letter of ours.
fn contrl_about(reference: &str, action: u64) -> Vec<u8> {
    let text = format!(
        "UNB+UNOC:3+ANP:ZZ+PORTNET:ZZ+261123:1032+AK{action}'UNH+1+CONTRL:D:3:UN'\
         UCI+{reference}+PORTNET:ZZ+ANP:ZZ+{action}'UNT+3+1'UNZ+1+AK{action}'"
    );
    text.into_bytes()
}

/// Every byte with one bit flipped: never a panic, bytes kept, CONTRL in agreement with what
/// became of the invoice.
async fn flip_each_byte(book: &Rulebook, bases: &Bases, recipe: &Value) -> Vec<String> {
    let base = recipe["base"].as_str().and_then(|name| bases.get(name)).and_then(Value::as_str);
    let base = base.expect("a base").as_bytes();
    let mut wrong = Vec::new();
    for at in 0..base.len() {
        let mut bytes = base.to_vec();
        bytes[at] ^= 1;
        let outcome = House::new(book).send(&arrival_of(&bytes)).await;
        let words = contrl(&outcome, &bytes);
        let refused =
            words.iter().any(|word| word.starts_with("UCI:4") || word.starts_with("UCM:4"));
        if refused && !outcome.invoices.is_empty() {
            wrong.push(format!("byte {at}: refused in {words:?}, and yet an invoice"));
        }
        if outcome.invoices.len() > 1 || !outcome.keep_bytes {
            wrong.push(format!("byte {at}: {} invoices", outcome.invoices.len()));
        }
    }
    wrong
}

/// What an outcome is otherwise than expected.
fn judge(expected: &BTreeMap<String, String>, bytes: &[u8], outcome: &Outcome) -> Vec<String> {
    let want = |key: &str| expected.get(key).map(String::as_str);
    let mut wrong = Vec::new();
    let mut say = |what: &str, wanted: &str, got: String| {
        wrong.push(format!("{what}: expected {wanted}, got {got}"));
    };
    let codes: Vec<&str> = outcome.findings.iter().map(|finding| finding.code.as_ref()).collect();
    let rejected = outcome.findings.iter().any(|finding| finding.rejects());
    if let Some(code) = want("code") {
        let fits = |code: &str| match code {
            "OK" => !rejected,
            "PARTIAL" => outcome.verdict == Verdict::Partly,
            "any documented" => true,
            code => codes.contains(&code),
        };
        if !code.split('|').flat_map(|code| code.split(" or ")).any(fits) {
            say("code", code, format!("{codes:?}"));
        }
    }
    if let Some(text) = want("contrl") {
        let words = contrl(outcome, bytes);
        let none = text == "none" && !words.is_empty();
        let missing = text.split([' ', ',', ';']).filter(|word| word.starts_with("UC"));
        let missing = missing.filter(|word| !words.iter().any(|said| begins(said, word))).count();
        if none || missing > 0 {
            say("contrl", text, words.join(" "));
        }
    }
    if let Some(text) = want("disp")
        && !disposed(text, outcome.verdict)
    {
        say("disp", text, outcome.verdict.key().to_owned());
    }
    if let Some(text) = want("effects")
        && let Ok(count) = text.parse::<usize>()
        && effects(outcome) != count
    {
        say("effects", text, effects(outcome).to_string());
    }
    // Kept once is the store's part: it knows bytes by their hash.
    if let Some(text) = want("raw")
        && text.starts_with("kept")
        && !text.starts_with("kept once")
        && !outcome.keep_bytes
    {
        say("raw", text, outcome.keep_bytes.to_string());
    }
    if want("aperak").is_some() && letter(outcome, LetterKind::Aperak).is_none() {
        say("aperak", "one", "none".into());
    }
    if want("answer").is_some() {
        let body = letter(outcome, LetterKind::Acc).map(|acc| acc.body.clone()).unwrap_or_default();
        let body = String::from_utf8_lossy(&body).into_owned();
        if !body.contains("<Etat>0</Etat>") {
            say("answer", "ACC Etat 0", body);
        }
    }
    if let Some(code) = want("audit")
        && !outcome.alerts.iter().any(|alert| alert.code == code)
    {
        let alerts: Vec<&str> = outcome.alerts.iter().map(|alert| alert.code.as_str()).collect();
        say("audit", code, format!("{alerts:?}"));
    }
    wrong
}

/// How many invoices moved: a row that only tells something is no effect.
fn effects(outcome: &Outcome) -> usize {
    let moved = outcome.exchanges.iter().filter(|row| row.from != row.to);
    moved.filter_map(|row| row.invoice.as_ref()).collect::<BTreeSet<_>>().len()
}

/// Whether a word of a CONTRL begins with what is expected: `UCM:4` fits `UCM:4:13`.
fn begins(said: &str, word: &str) -> bool {
    said.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '(']))
}

fn disposed(text: &str, verdict: Verdict) -> bool {
    let fits = |text: &str| match text {
        "any" => true,
        "accept" => verdict == Verdict::Accepted,
        "reject" => matches!(verdict, Verdict::Rejected | Verdict::KnownButDifferent),
        "dup" => verdict == Verdict::Known,
        "quarantine" | "park" => verdict == Verdict::Parked,
        "accept-no-effect" => matches!(verdict, Verdict::Accepted | Verdict::Known),
        _ => verdict == Verdict::Partly,
    };
    text.split('|').any(fits)
}

fn letter(outcome: &Outcome, kind: LetterKind) -> Option<&Letter> {
    outcome.answers.iter().find(|letter| letter.kind == kind)
}

/// The words of every CONTRL among the answers.
fn contrl(outcome: &Outcome, bytes: &[u8]) -> Vec<String> {
    let letters = outcome.answers.iter().filter(|letter| letter.kind == LetterKind::Contrl);
    letters.flat_map(|letter| words(&letter.body, bytes)).collect()
}

#[test]
fn every_row_says_who_covers_it() {
    let mut wrong = Vec::new();
    for row in rows() {
        if let Some(reason) = row.covered_by.strip_prefix("none: ") {
            if reason.is_empty() {
                wrong.push(format!("{} ({}): not covered, but why?", row.id, row.channel));
            }
            continue;
        }
        let text = std::fs::read_to_string(root().join(&row.covered_by)).unwrap_or_default();
        let named = row.covered_by == HERE || row.covered_by.starts_with("connectors/");
        if text.is_empty() || !(named || text.contains(&row.id)) {
            wrong.push(format!("{} ({}): {} does not", row.id, row.channel, row.covered_by));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
