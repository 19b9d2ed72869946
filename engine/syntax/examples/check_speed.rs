//! Measures grouping and checking one INVOIC, beside a plain byte loop of the same run.
//!
//! `cargo run --release -p acquit-syntax --example check_speed -- INTERCHANGE [GUIDES]`
#![expect(clippy::disallowed_methods, reason = "a program that measures reads files and a clock")]
#![expect(clippy::print_stdout, reason = "it prints what it measured")]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use acquit_syntax::edifact::check::{Checked, Input, Rules, group, message};
use acquit_syntax::edifact::guide::{Directory, Guide};
use acquit_syntax::edifact::separators::Separators;
use acquit_syntax::edifact::tape::{Tag, Tape};
use acquit_syntax::edifact::tokenizer::{Scanner, Stop};

const ROUNDS: usize = 7;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().expect("the path of an interchange of INVOIC D.96A");
    let guides = arguments.next().unwrap_or_else(|| "mappings/guides".into());
    let bytes = std::fs::read(file).expect("the interchange can be read");
    let guide = guide(Path::new(&guides));
    let text = bytes.strip_prefix(b"UNA:+.? '").unwrap_or(&bytes);
    let mut tape = Tape::default();
    let mut scanner = Scanner::new(&Separators::DEFAULT);
    while scanner.next(text, &mut tape) == Stop::Segment {}
    let begins: Vec<usize> = positions(&tape, b"UNH");
    let ends: Vec<usize> = positions(&tape, b"UNT");
    let whole = Input::new(text, &tape, Separators::DEFAULT);
    let messages: Vec<Input<'_>> = begins
        .iter()
        .zip(&ends)
        .map(|(begin, end)| Input { segments: &tape.segments[*begin..=*end], ..whole })
        .collect();
    let mut out = Checked::default();
    let faults: usize = messages
        .iter()
        .map(|input| {
            message(&guide, input, &Rules::default(), &mut out);
            out.faults.len()
        })
        .sum();
    let parts = tape.parts.len() / messages.len();
    println!(
        "{} messages, {} segments, {parts} parts a message, {faults} faults",
        messages.len(),
        tape.segments.len()
    );
    let mut places: Vec<u32> = Vec::with_capacity(text.len());
    measure("plain byte loop", &messages, text.len(), || {
        // Each separator is put down, as a reader must, so that the loop stays one of bytes.
        places.clear();
        for (at, byte) in text.iter().enumerate() {
            if matches!(byte, b'\'' | b'+' | b':' | b'?') {
                places.push(at as u32);
            }
        }
        black_box(&places);
    });
    measure("group", &messages, text.len(), || {
        for input in &messages {
            group(&guide, black_box(input), &mut out);
            black_box(&out);
        }
    });
    measure("group and check", &messages, text.len(), || {
        for input in &messages {
            message(&guide, black_box(input), &Rules::default(), &mut out);
            black_box(&out);
        }
    });
}

fn guide(guides: &Path) -> Guide {
    let directory = |name: &str| {
        let text = |file| std::fs::read_to_string(guides.join(name).join(file)).expect("a guide");
        Directory::read(&text("segments.guide"), &text("codes.guide")).0
    };
    let start = Instant::now();
    let joined = Arc::new(directory("D96A").with(&directory("SERVICE-3")));
    let table = std::fs::read_to_string(guides.join("D96A/INVOIC.guide")).expect("a guide");
    let (guide, flaws) = Guide::read(&table, &joined);
    println!("guide read in {} us, {} flaws", start.elapsed().as_micros(), flaws.len());
    guide
}

fn positions(tape: &Tape, tag: &[u8]) -> Vec<usize> {
    let wanted = Tag::new(tag);
    (0..tape.segments.len()).filter(|at| tape.segments[*at].tag == wanted).collect()
}

/// Runs something over all messages a few times and prints the best.
fn measure(name: &str, messages: &[Input<'_>], bytes: usize, mut run: impl FnMut()) {
    let mut best = u128::MAX;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        run();
        best = best.min(start.elapsed().as_nanos());
    }
    let best = best.max(1);
    let each = best / messages.len() as u128;
    let rate = bytes as u128 * 1_000 / best;
    println!("{name:16} {:>4}.{:03} us a message {rate:>6} MB/s", each / 1_000, each % 1_000);
}
