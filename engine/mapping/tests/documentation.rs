//! The tables of `docs/mapping.md` are what the code says; `ACQUIT_BLESS=1` writes them.
#![expect(clippy::disallowed_methods, reason = "tests read files")]
#![allow(missing_docs, reason = "tests")]

use acquit_mapping::codec::{CODECS, Form};
use acquit_mapping::vocabulary::{List, NAMES};
use std::fmt::Write as _;
use std::path::Path;

fn codecs() -> String {
    let mut table = "\n| Codec | Arguments | What |\n|---|---|---|\n".to_owned();
    for (name, arguments, what) in CODECS {
        let arguments = if arguments.is_empty() { "" } else { &format!("`{arguments}`") };
        let _ = writeln!(table, "| `{name}` | {arguments} | {what} |");
    }
    table
}

fn forms() -> String {
    let words: Vec<String> = Form::words().map(|word| format!("`{word}`")).collect();
    words.join(", ")
}

fn names() -> String {
    let mut text = "\n".to_owned();
    for list in List::ALL {
        let (key, meaning) = (list.key(), list.meaning());
        let mark = if *list == List::Root { String::new() } else { format!(" (`each {key}`)") };
        let _ = write!(text, "### {meaning}{mark}\n\n| Name | Type | Meaning |\n|---|---|---|\n");
        for name in NAMES.iter().filter(|name| name.list == *list) {
            let _ = writeln!(text, "| `{}` | {} | {} |", name.key, name.kind.key(), name.meaning);
        }
        text.push('\n');
    }
    text.pop();
    text
}

/// Puts a text between the marks of a section.
fn put(document: &str, section: &str, text: &str) -> String {
    let begin = format!("<!-- {section}: generated -->");
    let (before, rest) = document.split_once(&begin).expect("the section begins");
    let (_, after) = rest.split_once("<!-- end -->").expect("the section ends");
    format!("{before}{begin}{text}<!-- end -->{after}")
}

#[test]
fn the_tables_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/mapping.md");
    let held = std::fs::read_to_string(&path).expect("docs/mapping.md");
    let mut current = put(&held, "codecs", &codecs());
    current = put(&current, "forms", &forms());
    current = put(&current, "names", &names());
    if std::env::var("ACQUIT_BLESS").is_ok() {
        std::fs::write(&path, &current).expect("docs/mapping.md can be written");
    }
    assert!(
        held == current || std::env::var("ACQUIT_BLESS").is_ok(),
        "docs/mapping.md is not current: run with ACQUIT_BLESS=1"
    );
}

/// The samples of odd things met, and the table that tells of them, name each other.
#[test]
fn what_was_met_has_its_sample() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let held = std::fs::read_to_string(top.join("docs/mapping.md")).expect("docs/mapping.md");
    let (_, table) = held.split_once("## Met in the wild").expect("the section");
    let table = table.split("\n## ").next().unwrap_or(table);
    let samples = top.join("samples/messages");
    let is_sample = |word: &&str| word.ends_with(".xml") || word.ends_with(".edi");
    let named: Vec<&str> = table.split('`').filter(is_sample).collect();
    let lost = named.iter().filter(|name| !samples.join(name).is_file());
    assert_eq!(lost.collect::<Vec<_>>(), Vec::<&&str>::new(), "named, but not there");
    for folder in std::fs::read_dir(&samples).expect("samples").flatten() {
        for file in std::fs::read_dir(folder.path()).expect("samples of a message").flatten() {
            let [folder, file] = [folder.file_name(), file.file_name()];
            let name = format!("{}/{}", folder.to_string_lossy(), file.to_string_lossy());
            let met = name.contains("/quirk-") && is_sample(&name.as_str());
            assert!(!met || named.contains(&name.as_str()), "{name} is in no row of the table");
        }
    }
}
