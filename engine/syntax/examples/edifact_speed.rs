//! How fast EDIFACT is read on this machine, against a plain loop over the bytes of the same
//! file that only counts four separators. Usage: `edifact_speed FILE`.
#![expect(clippy::disallowed_methods, reason = "a measurement needs the clock and a file")]
#![expect(clippy::print_stdout, reason = "a measurement is printed")]

use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::edifact::separators::Separators;
use acquit_syntax::edifact::tape::{Tag, Tape};
use acquit_syntax::edifact::tokenizer::{Scanner, Stop};
use std::time::Instant;

/// Passes over the file for each way of reading; the best one counts.
const PASSES: u32 = 7;

fn main() {
    let path = std::env::args().nth(1).expect("the file to read");
    let input = std::fs::read(path).expect("a readable file");
    measure("byte loop", &input, byte_loop);
    measure("tokenizer", &input, tokenizer);
    measure("reader", &input, |input| messages(Reader::over(input, Options::default())));
    measure("stream", &input, stream);
}

fn measure(name: &str, input: &[u8], read: fn(&[u8]) -> usize) {
    let mut best = u128::MAX;
    let mut found = 0;
    for _ in 0..PASSES {
        let begun = Instant::now();
        found = read(std::hint::black_box(input));
        best = best.min(begun.elapsed().as_micros());
    }
    let megabytes_per_second = input.len() as u128 / best.max(1);
    println!("{name:12} {megabytes_per_second:6} MB/s  {found} found");
}

/// The plainest reading there is: one comparison per separator and byte.
fn byte_loop(input: &[u8]) -> usize {
    let mut found = 0;
    let mut at = 0;
    while at < input.len() {
        match input[at] {
            b'+' | b':' | b'\'' => found += 1,
            b'?' => at += 1,
            _ => {}
        }
        at += 1;
    }
    found
}

/// The tape of one message at a time.
fn tokenizer(input: &[u8]) -> usize {
    let una = usize::from(input.starts_with(b"UNA")) * 9;
    let mut scanner = Scanner::new(&Separators::DEFAULT);
    let mut tape = Tape::default();
    scanner.restart(una);
    let mut found = 0;
    while scanner.next(input, &mut tape) == Stop::Segment {
        if tape.segments.last().is_some_and(|segment| segment.tag == Tag::new(b"UNT")) {
            found += tape.parts.len() + tape.segments.len();
            tape.clear();
        }
    }
    found
}

/// Every message with its envelope and character checks, from the whole slice.
fn messages(mut reader: Reader<'_>) -> usize {
    let mut found = 0;
    while let Some(item) = reader.next() {
        if let Item::Message(message) = item {
            found += message.content.tape.parts.len() + message.content.tape.segments.len();
        }
    }
    found
}

/// The same from pieces of 64 KiB.
fn stream(input: &[u8]) -> usize {
    let mut reader = Reader::new(Options::default());
    let mut found = 0;
    for piece in input.chunks(1 << 16) {
        reader.push(piece);
        while let Some(item) = reader.next() {
            if let Item::Message(message) = item {
                found += message.content.tape.parts.len() + message.content.tape.segments.len();
            }
        }
    }
    reader.finish();
    found
}
