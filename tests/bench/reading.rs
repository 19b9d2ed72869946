//! From bytes to canonical records on one core: tokens, envelope, groups, every element checked,
//! every value mapped; beside a plain loop that compares every byte with the four delimiters.

use std::hint::black_box;
use std::time::{Duration, Instant};

use acquit_mapping::catalogue::EdifactForm;
use acquit_mapping::edifact::read_edifact;
use acquit_mapping::record::Record;
use acquit_syntax::edifact::check::{self, Checked, Input, Rules};
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use acquit_syntax::fault::Place;
use acquit_tests::house::book;
use acquit_tests::invoices::{self, Wanted, messages_in};

use crate::{quantile, ratio};

/// Rounds; the median counts.
const ROUNDS: usize = 9;

/// An interchange of about so many bytes.
pub(crate) fn interchange(bytes: u64) -> Vec<u8> {
    let messages = messages_in(bytes);
    invoices::interchange(&Wanted { seed: 1, messages, first: 1, issuer: "", client: "" })
}

/// What is measured of the product.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Depth {
    Tokens,
    Checked,
    Mapped,
}

/// A reader by others that is measured in the same rounds: its name, and how it reads.
pub(crate) type Peer = (&'static str, fn(&[u8]));

/// Measures and prints a table.
pub(crate) fn run(bytes: u64, peers: &[Peer]) {
    let input = interchange(bytes);
    let book = book();
    let form = book.catalogue.edifact("gs1-bench", "invoic-d96a").expect("the partner's specimen");
    let depths = [Depth::Tokens, Depth::Checked, Depth::Mapped];
    let mut times = vec![Vec::new(); 5 + peers.len()];
    let mut messages = 0;
    for _ in 0..ROUNDS {
        times[0].push(timed(|| count(&input)));
        times[1].push(timed(|| note(&input)));
        for (at, depth) in depths.into_iter().enumerate() {
            let mut found = (0, 0);
            times[2 + at].push(timed(|| found = pass(&input, form, depth)));
            assert_eq!(found.1, 0, "the generated invoices are right");
            messages = found.0;
        }
        for (at, (_, read)) in peers.iter().enumerate() {
            times[5 + at].push(timed(|| read(&input)));
        }
    }
    let medians: Vec<u128> =
        times.into_iter().map(|mut of| quantile(&mut of, 50).as_nanos()).collect();
    println!("{} bytes, {messages} messages, {ROUNDS} rounds, medians", input.len());
    let names = ["byte loop, counting", "byte loop, noting", "tokens", "and checked", "and mapped"];
    let names = names.into_iter().chain(peers.iter().map(|(name, _)| *name));
    for (name, nanos) in names.zip(medians.iter().copied()) {
        println!(
            "{name:20} {:>6} MB/s {:>6} ns a message {:>5} of the counting loop",
            input.len() as u128 * 1_000 / nanos.max(1),
            nanos / u128::from(messages.max(1)),
            ratio(medians[0], nanos)
        );
    }
}

fn timed(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

/// A plain loop that counts the delimiters.
fn count(input: &[u8]) {
    let found = input.iter().filter(|byte| matches!(byte, b'\'' | b'+' | b':' | b'?')).count();
    black_box(found);
}

/// A plain loop that notes where each delimiter stands.
fn note(input: &[u8]) {
    let mut places: Vec<u32> = Vec::with_capacity(input.len() / 4);
    for (at, byte) in input.iter().enumerate() {
        if matches!(byte, b'\'' | b'+' | b':' | b'?') {
            places.push(at as u32);
        }
    }
    black_box(&places);
}

/// Reads all; messages and findings.
fn pass(input: &[u8], form: &EdifactForm, depth: Depth) -> (u64, usize) {
    let mut reader = Reader::over(input, Options::default());
    let (mut checked, mut kept) = (Checked::default(), Record::new());
    let (mut messages, mut found) = (0, 0);
    while let Some(item) = reader.next() {
        let Item::Message(message) = item else { continue };
        messages += 1;
        if depth < Depth::Checked {
            continue;
        }
        let content = message.content;
        let origin = Place {
            interchange: message.interchange,
            message: message.number,
            byte: message.byte,
            ..Place::default()
        };
        let read = Input::of(&content, origin, message.faults);
        check::message(&form.guide, &read, &Rules::default(), &mut checked);
        found += checked.faults.len();
        if depth < Depth::Mapped {
            continue;
        }
        let mut record = kept.recycle();
        found += read_edifact(&form.specimen, &checked, &content, origin, &mut record).len();
        kept = black_box(record).recycle();
    }
    (messages, found)
}
