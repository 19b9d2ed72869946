//! How fast an interchange of INVOIC becomes records: tokens, structure check, specimen; beside
//! a plain loop over the bytes of the same file that notes four separators.
//!
//! `cargo run --release -p acquit-mapping --example read_speed -- INTERCHANGE [MAPPINGS]`
#![expect(clippy::disallowed_methods, reason = "a program that measures reads files and a clock")]
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use acquit_domain::Finding;
use acquit_mapping::codes::{CodeTable, Codes};
use acquit_mapping::edifact::{EdifactSpecimen, lay_over, parse_edifact, read_edifact};
use acquit_mapping::record::Record;
use acquit_syntax::edifact::check::{self, Checked, Input, Rules};
use acquit_syntax::edifact::guide::{Directory, Guide};
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::fault::Place;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// Passes over the file; the best one counts.
const PASSES: usize = 7;

/// How far a pass goes.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Depth {
    Tokens,
    Structure,
    Record,
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("the path of an interchange of INVOIC D.96A");
    let mappings = arguments.next().unwrap_or_else(|| "mappings".into());
    let bytes = std::fs::read(file).expect("the interchange can be read");
    let (specimen, guide) = load(Path::new(&mappings));
    let mut places: Vec<u32> = Vec::with_capacity(bytes.len());
    measure("plain byte loop", bytes.len(), || {
        places.clear();
        for (at, byte) in bytes.iter().enumerate() {
            if matches!(byte, b'\'' | b'+' | b':' | b'?') {
                places.push(at as u32);
            }
        }
        black_box(&places);
        (0, 0)
    });
    for (name, depth) in [
        ("tokens", Depth::Tokens),
        ("and structure", Depth::Structure),
        ("and record", Depth::Record),
    ] {
        measure(name, bytes.len(), || pass(&bytes, &specimen, &guide, depth));
    }
}

/// Reads the whole file once; says how many messages and findings there were.
fn pass(bytes: &[u8], specimen: &EdifactSpecimen, guide: &Guide, depth: Depth) -> (u64, u64) {
    let mut reader = Reader::over(bytes, Options::default());
    let (mut messages, mut findings) = (0, 0);
    let (mut checked, mut kept) = (Checked::default(), Record::new());
    while let Some(item) = reader.next() {
        let Item::Message(message) = item else { continue };
        messages += 1;
        if depth < Depth::Structure {
            continue;
        }
        let content = message.content;
        let origin = Place { interchange: 1, message: 1, byte: message.byte, ..Place::default() };
        let input =
            Input { origin, ..Input::new(content.window, content.tape, content.separators) };
        check::message(guide, &input, &Rules::default(), &mut checked);
        if depth < Depth::Record {
            continue;
        }
        let mut record = kept.recycle();
        let found: Vec<Finding> = read_edifact(specimen, &checked, &content, origin, &mut record);
        findings += (found.len() + record.unread.len()) as u64;
        kept = black_box(record).recycle();
    }
    (messages, findings)
}

/// The partner's specimen over the default, compiled.
fn load(mappings: &Path) -> (EdifactSpecimen, Guide) {
    let text = |path: &str| {
        std::fs::read_to_string(mappings.join(path))
            .unwrap_or_else(|error| panic!("{path} {error}"))
    };
    let mut codes = Codes::new();
    for name in ["invoice_kind", "message_function", "currency"] {
        let path = format!("codes/{name}.toml");
        codes.insert(name.to_owned(), CodeTable::read(name, &path, &text(&path)).0);
    }
    let directory = |name: &str| {
        let file = |file: &str| text(&format!("guides/{name}/{file}.guide"));
        Directory::read(&file("segments"), &file("codes")).0
    };
    let joined = Arc::new(directory("D96A").with(&directory("SERVICE-3")));
    let (guide, _) = Guide::read(&text("guides/D96A/INVOIC.guide"), &joined);
    let (default, _) = parse_edifact(&text("messages/invoic-d96a.edi"), &codes);
    let (source, _) = lay_over(&default, &text("issuers/gs1-bench/invoic-d96a.edi"), &codes);
    let (specimen, flaws) = EdifactSpecimen::compile(source, &guide);
    assert!(flaws.is_empty(), "{flaws:?}");
    (specimen, guide)
}

/// Runs something a few times and prints the best.
fn measure(name: &str, bytes: usize, mut run: impl FnMut() -> (u64, u64)) {
    let mut best = u128::MAX;
    let mut counts = (0, 0);
    for _ in 0..PASSES {
        let start = Instant::now();
        counts = run();
        best = best.min(start.elapsed().as_nanos());
    }
    let best = best.max(1);
    let each = best / u128::from(counts.0.max(1));
    let rate = bytes as u128 * 1_000 / best;
    println!(
        "{name:16} {:>6} messages {:>6} found {:>4}.{:03} us a message {rate:>6} MB/s",
        counts.0,
        counts.1,
        each / 1_000,
        each % 1_000
    );
}
