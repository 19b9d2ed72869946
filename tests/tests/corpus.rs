//! Messages written by others, against what was found in them independently.
//!
//! `ACQUIT_CORPUS` names a folder with `edifact/`, `xml/` and `expected/findings.json`; without
//! it everything here is skipped and says so. Where this project sees a file otherwise than the
//! expectation, `corpus-differences.tsv` says who is right and why; a difference that is not
//! listed fails, and so does a listed one that is gone.
//!
//! Not covered: structure of messages other than INVOIC, CONTRL and APERAK; notes (what rejects
//! nothing is a matter of taste); code lists (the expectation does not look at them).
#![expect(clippy::print_stdout, reason = "a test says what it skipped")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use acquit_syntax::edifact::check::{Checked, Input, Rules, message};
use acquit_syntax::edifact::envelope::Interchange;
use acquit_syntax::edifact::reader::{Item, Message, Options, Reader, Totals};
use acquit_syntax::fault::{Fault, Level, Place};
use acquit_syntax::xml;
use acquit_tests::directories::{self, Guides};
use acquit_tests::repository::{below, corpus, root};
use serde_json::Value;

/// Message types whose structure is compared.
const COMPARED: &[&str] = &["INVOIC", "CONTRL", "APERAK"];
/// Types of which the expectation checked nothing, or another edition than the one declared.
const UNCHECKED: &str = "no directory";

/// What is seen in one file: headers as lines, findings as counts by code.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    headers: Vec<String>,
    findings: BTreeMap<String, usize>,
}

#[test]
fn the_corpus_is_seen_as_expected() {
    let Some(corpus) = corpus() else {
        println!("skipped: ACQUIT_CORPUS is not set");
        return;
    };
    let expected = expected(&corpus);
    let mut differences = edifact_differences(&corpus, &expected);
    differences.extend(xml_differences(&corpus, &expected));
    against_list(&differences);
}

fn edifact_differences(corpus: &Path, expected: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let tables = [directories::read(3), directories::read(4)];
    let (mut differences, mut files) = (BTreeSet::new(), 0);
    for (path, bytes) in below(&corpus.join("edifact")) {
        let path = format!("edifact/{path}");
        let Some(theirs) = expected.get(&path).filter(|of| of.get("interchanges").is_some()) else {
            continue;
        };
        files += 1;
        let compared = compared_messages(theirs, &tables[0]);
        let (ours, theirs) = (ours(&bytes, &tables, &compared), theirs_of(theirs, &compared));
        differences.extend(compare(&path, &ours, &theirs));
    }
    println!("{files} EDIFACT files compared, {} differences", differences.len());
    differences
}

fn xml_differences(corpus: &Path, expected: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let (mut found, mut files) = (BTreeSet::new(), 0);
    for (path, says) in expected {
        let Some(wellformed) = says.get("wellformed").and_then(Value::as_bool) else { continue };
        let Ok(bytes) = std::fs::read(corpus.join(path)) else { continue };
        files += 1;
        let (documents, faults) = xml::read(&bytes, &xml::Options::default());
        let bad = faults.iter().find(|fault| fault.level != Level::Note);
        let root = documents.first().map_or("", |document| document.root().local_name());
        let theirs = says.get("root").and_then(Value::as_str).unwrap_or("");
        match bad {
            Some(fault) if wellformed => {
                found.insert(format!("{path}\t{}\trefused\twell-formed", fault.kind.name()));
            }
            None if !wellformed => {
                found.insert(format!("{path}\twell-formed\tyes\tno"));
            }
            None if root != theirs => {
                found.insert(format!("{path}\troot\t{root}\t{theirs}"));
            }
            _ => {}
        }
    }
    println!("{files} XML files compared, {} differences", found.len());
    found
}

fn expected(corpus: &Path) -> BTreeMap<String, Value> {
    let text = std::fs::read_to_string(corpus.join("expected/findings.json"));
    serde_json::from_str(&text.unwrap_or_default()).expect("expected/findings.json is JSON")
}

/// References of the messages whose structure both sides checked.
fn compared_messages(theirs: &Value, guides: &Guides) -> BTreeSet<String> {
    let messages = theirs.get("messages").and_then(Value::as_array).into_iter().flatten();
    messages
        .filter(|message| {
            let text = |key: &str| message.get(key).and_then(Value::as_str).unwrap_or("");
            let guided = guides.get(text("type"), text("rel")).is_some();
            COMPARED.contains(&text("type")) && guided && text("check") != UNCHECKED
        })
        .filter_map(|message| Some(message.get("ref")?.as_str()?.to_owned()))
        .collect()
}

fn theirs_of(theirs: &Value, compared: &BTreeSet<String>) -> Seen {
    let mut seen = Seen::default();
    let list = |key: &str| theirs.get(key).and_then(Value::as_array).into_iter().flatten();
    let line = |of: &Value, keys: &[&str]| {
        let values = keys.iter().map(|key| match of.get(*key) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        });
        values.collect::<Vec<_>>().join(" ")
    };
    let keys = ["syntax", "version", "ref", "sender", "recipient", "test", "ackreq"];
    let counts = ["messages", "groups", "closed"];
    let keys: Vec<&str> = keys.into_iter().chain(counts).collect();
    seen.headers.extend(list("interchanges").map(|of| line(of, &keys)));
    let keys = ["ref", "type", "ver", "rel", "agency", "assoc", "closed", "n"];
    seen.headers.extend(list("messages").map(|of| line(of, &keys)));
    for finding in list("findings") {
        let text = |key: &str| finding.get(key).and_then(Value::as_str).unwrap_or("");
        let about = text("where").strip_prefix("msg ").map(|rest| rest.split(' ').next());
        let in_scope = match (text("level"), about) {
            ("info" | "charset", _) => false,
            (_, Some(reference)) => reference.is_some_and(|of| compared.contains(of)),
            (_, None) => true,
        };
        if in_scope {
            *seen.findings.entry(text("code").to_owned()).or_default() += 1;
        }
    }
    seen
}

/// What this project sees.
fn ours(bytes: &[u8], tables: &[Guides; 2], compared: &BTreeSet<String>) -> Seen {
    let (mut seen, mut messages) = (Seen::default(), Vec::new());
    let mut reader = Reader::over(bytes, Options::default());
    let mut checked = Checked::default();
    let mut header = Interchange::default();
    while let Some(item) = reader.next() {
        match item {
            Item::Unreadable { faults } | Item::GroupStart { faults, .. } => {
                count(&mut seen, faults)
            }
            Item::GroupEnd { faults } => count(&mut seen, faults),
            Item::Start { header: started, faults, .. } => {
                header = started.clone();
                count(&mut seen, faults);
            }
            Item::Message(message) => {
                count(&mut seen, message.faults);
                messages.push(message_line(&message));
                if compared.contains(&message.header().reference) {
                    let guides = &tables[usize::from(header.version_number() == 4)];
                    structure(&message, guides, &mut checked);
                    count(&mut seen, &checked.faults);
                }
            }
            Item::End { totals, faults } => {
                count(&mut seen, faults);
                seen.headers.push(interchange_line(&header, &totals, faults));
            }
        }
    }
    seen.headers.extend(messages);
    seen
}

fn interchange_line(
    header: &Interchange,
    totals: &Totals,
    faults: &[Fault<acquit_syntax::edifact::kind::Kind>],
) -> String {
    let closed = !faults.iter().any(|fault| fault.name == "UNZ" && fault.place.len == 0);
    format!(
        "{} {} {} {} {} {} {} {} {} {closed}",
        header.syntax,
        header.version,
        header.reference,
        header.sender.id,
        header.recipient.id,
        header.test,
        header.acknowledgement,
        totals.messages,
        totals.groups,
    )
}

fn message_line(message: &Message<'_>) -> String {
    let header = message.header();
    let segments = &message.content.tape.segments;
    let closed = segments.last().is_some_and(|last| last.tag.0 == 0x55_4E_54);
    format!(
        "{} {} {} {} {} {} {closed} {}",
        header.reference,
        header.kind,
        header.version,
        header.release,
        header.agency,
        header.association,
        segments.len(),
    )
}

fn structure(read: &Message<'_>, guides: &Guides, out: &mut Checked) {
    out.clear();
    let header = read.header();
    let Some(guide) = guides.get(&header.kind, &header.release) else { return };
    let origin = Place { interchange: read.interchange, message: read.number, ..Place::default() };
    message(guide, &Input::of(&read.content, origin, read.faults), &Rules::default(), out);
}

fn count(seen: &mut Seen, faults: &[Fault<acquit_syntax::edifact::kind::Kind>]) {
    for fault in faults.iter().filter(|fault| fault.level != Level::Note) {
        let code = fault.kind.code_0085().map_or(fault.kind.name().to_owned(), |n| n.to_string());
        *seen.findings.entry(code).or_default() += 1;
    }
}

/// Differences as `file, what, ours, theirs`.
fn compare(path: &str, ours: &Seen, theirs: &Seen) -> Vec<String> {
    let mut found = Vec::new();
    if ours.headers.is_empty() {
        let kinds: Vec<&str> = ours.findings.keys().map(String::as_str).collect();
        let messages = theirs.headers.len();
        return vec![format!("{path}\tunreadable\t{}\t{messages} messages", kinds.join(" "))];
    }
    if ours.headers != theirs.headers {
        let missing = |one: &Seen, other: &Seen| {
            let only = one.headers.iter().filter(|line| !other.headers.contains(line));
            only.cloned().collect::<Vec<_>>().join(" | ")
        };
        found.push(format!(
            "{path}\theaders\t{}\t{}",
            missing(ours, theirs),
            missing(theirs, ours)
        ));
    }
    let codes: BTreeSet<&String> = ours.findings.keys().chain(theirs.findings.keys()).collect();
    for code in codes {
        let count = |of: &Seen| of.findings.get(code).copied().unwrap_or(0);
        if count(ours) != count(theirs) {
            found.push(format!("{path}\t{code}\t{}\t{}", count(ours), count(theirs)));
        }
    }
    found
}

/// Compares with the list of differences that were judged.
fn against_list(found: &BTreeSet<String>) {
    let text = std::fs::read_to_string(root().join("tests/corpus-differences.tsv"));
    let text = text.unwrap_or_default();
    let lines = text.lines().skip(1).filter(|line| !line.is_empty());
    let listed: BTreeSet<String> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            assert!(fields.len() == 5 && !fields[4].is_empty(), "who is right, and why? {line}");
            fields[..4].join("\t")
        })
        .collect();
    let new: Vec<&String> = found.difference(&listed).collect();
    let gone: Vec<&String> = listed.difference(found).collect();
    assert!(new.is_empty() && gone.is_empty(), "new:\n{}\n\ngone:\n{}", join(&new), join(&gone));
}

fn join(lines: &[&String]) -> String {
    lines.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n")
}
