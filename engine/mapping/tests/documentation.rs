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
