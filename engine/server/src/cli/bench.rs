//! `acquit bench`: throughput on this machine, with a report that says what was measured.

use super::arguments::Bench;
use super::check::counted;
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::{Terminal, tell};
use crate::embedded::SAMPLES;
use crate::service::open_store;
use crate::shell::{Arrival, Clock, Engine};
use acquit_domain::{Channel, Parcel, Verdict};
use acquit_mapping::rulebook::Rulebook;
use acquit_syntax::edifact::reader::{Item, Options, Reader};
use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The message that is repeated with other numbers.
const SAMPLE: &str = "messages/invoic-d96a/original.edi";
/// Messages in one interchange.
const MESSAGES_PER_PARCEL: u32 = 250;

/// One measurement.
struct Measured {
    what: &'static str,
    how: &'static str,
    messages: u64,
    bytes: u64,
    took: Duration,
}

impl Measured {
    fn per_second(&self, count: u64) -> u64 {
        let micros = self.took.as_micros().max(1);
        u64::try_from(u128::from(count) * 1_000_000 / micros).unwrap_or(u64::MAX)
    }
}

/// Runs the command.
pub(super) fn bench(
    book: &Arc<Rulebook>,
    arguments: &Bench,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let inputs = inputs(arguments.messages.max(1))?;
    if !terminal.is_quiet && !terminal.is_json {
        let bytes: usize = inputs.iter().map(Vec::len).sum();
        let count = counted(u64::from(arguments.messages), "message");
        tell(format_args!("{count}, {} KiB, {} a parcel", bytes / 1024, MESSAGES_PER_PARCEL));
    }
    let measured = [parse(&inputs), read(book, &inputs), pipeline(book, &inputs)?];
    for one in &measured {
        print(one, terminal)?;
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let version = env!("CARGO_PKG_VERSION");
    let build = if cfg!(debug_assertions) { "debug build" } else { "release build" };
    if !terminal.is_json {
        terminal.line(format_args!("acquit {version}, {build}, {threads} processors"))?;
    }
    Ok(Exit::Ok)
}

/// Interchanges of the sample message, each message with a number of its own.
fn inputs(messages: u32) -> Result<Vec<Vec<u8>>, Failure> {
    let missing = || Failure::configuration(format!("the sample {SAMPLE} is not in this build"));
    let (_, bytes) = SAMPLES.iter().find(|(name, _)| *name == SAMPLE).ok_or_else(missing)?;
    let text = std::str::from_utf8(bytes).map_err(|_| missing())?;
    let first = text.find("UNH+1+").ok_or_else(missing)?;
    let last = text.find("UNZ+").ok_or_else(missing)?;
    let (head, message) = (&text[..first], &text[first..last]);
    let (body, end) = message.split_at(message.rfind("UNT+").ok_or_else(missing)?);
    let (count, _) = end.rsplit_once('+').ok_or_else(missing)?;
    let body = body.strip_prefix("UNH+1+").ok_or_else(missing)?;
    let number = between(body, "BGM+380+", "+").ok_or_else(missing)?;
    let before = between(&text[last..], "UNZ+1+", "'").ok_or_else(missing)?;
    let mut inputs = Vec::new();
    for begin in (0..messages).step_by(MESSAGES_PER_PARCEL as usize) {
        let end = messages.min(begin + MESSAGES_PER_PARCEL);
        let reference = format!("{begin:014}");
        let mut input = head.replace(before, &reference);
        for (n, ordinal) in (begin..end).zip(1..) {
            let body = body.replace(number, &format!("B{n:07}"));
            let _ = writeln!(input, "UNH+{ordinal}+{body}{count}+{ordinal}'");
        }
        let _ = writeln!(input, "UNZ+{}+{reference}'", end - begin);
        inputs.push(input.into_bytes());
    }
    Ok(inputs)
}

/// What stands between two marks.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

fn parse(inputs: &[Vec<u8>]) -> Measured {
    let started = Instant::now();
    let mut messages = 0;
    for input in inputs {
        let mut reader = Reader::over(input, Options::default());
        while let Some(item) = reader.next() {
            messages += u64::from(matches!(item, Item::Message(_)));
        }
    }
    let how = "segments, elements, envelope; one thread";
    Measured { what: "parse", how, messages, bytes: size(inputs), took: started.elapsed() }
}

fn read(book: &Rulebook, inputs: &[Vec<u8>]) -> Measured {
    let parcels = parcels(inputs);
    let started = Instant::now();
    let mut messages = 0;
    for parcel in &parcels {
        let reading = acquit_flow::read(book, parcel);
        messages +=
            reading.transmissions.iter().map(|sent| sent.messages.len() as u64).sum::<u64>();
    }
    let how = "parse, structure, codes, mapping, arithmetic; one thread";
    Measured { what: "read", how, messages, bytes: size(inputs), took: started.elapsed() }
}

/// The whole pipeline, on disk; the folder is removed afterwards.
fn pipeline(book: &Arc<Rulebook>, inputs: &[Vec<u8>]) -> Result<Measured, Failure> {
    let folder = std::env::temp_dir().join(format!("acquit-bench-{}", std::process::id()));
    let parcels = parcels(inputs);
    let result = home::wait(async {
        let store = open_store(&folder).map_err(home::store)?;
        let engine = Engine::new(store, book.clone(), Clock::System);
        let started = Instant::now();
        let mut messages = 0;
        for parcel in parcels {
            let outcomes = engine.run_once(vec![parcel]).await.map_err(|refusal| {
                Failure::unreachable(format!("nothing was stored: {refusal}"))
            })?;
            for outcome in &outcomes {
                let taken = |verdict| verdict == Verdict::Accepted;
                let accepted = outcome.messages.iter().filter(|message| taken(message.verdict));
                messages += accepted.count() as u64;
            }
        }
        if messages == 0 {
            return Err(Failure::configuration("the rulebook rejects the sample message"));
        }
        let how = "read, decide, answer, commit; SQLite, synchronous=FULL";
        let took = started.elapsed();
        Ok(Measured { what: "pipeline", how, messages, bytes: size(inputs), took })
    });
    let _ = std::fs::remove_dir_all(&folder);
    result
}

fn parcels(inputs: &[Vec<u8>]) -> Vec<Parcel> {
    let parcel = |input: &Vec<u8>| Arrival::over(Channel::Cli).parcel(&Clock::System, &**input);
    inputs.iter().map(parcel).collect()
}

fn size(inputs: &[Vec<u8>]) -> u64 {
    inputs.iter().map(|input| input.len() as u64).sum()
}

fn print(one: &Measured, terminal: &mut Terminal) -> Result<(), Failure> {
    let (messages, bytes) = (one.per_second(one.messages), one.per_second(one.bytes));
    if terminal.is_json {
        terminal.json(&serde_json::json!({
            "measured": one.what,
            "how": one.how,
            "messages": one.messages,
            "bytes": one.bytes,
            "took_us": u64::try_from(one.took.as_micros()).unwrap_or(u64::MAX),
            "messages_per_second": messages,
            "bytes_per_second": bytes,
            "version": env!("CARGO_PKG_VERSION"),
            "build": if cfg!(debug_assertions) { "debug" } else { "release" },
        }))?;
        return Ok(());
    }
    terminal.line(format_args!(
        "{:<9} {messages:>9} messages/s {:>6} MB/s   {}",
        one.what,
        bytes / 1_000_000,
        one.how
    ))?;
    Ok(())
}
