//! Worlds by command: `--seeds N [--from N] [--threads N]`, or `--seed N [--steps N] [--trace]`;
//! `--bug NAME` plants a mistake.
#![expect(clippy::print_stdout, reason = "tells what was found")]

use acquit_simulation::book::book;
use acquit_simulation::bugs::Bug;
use acquit_simulation::run::{live, many, report};
use acquit_simulation::story::Listening;
use acquit_simulation::world::Setup;
use std::process::ExitCode;
use std::time::Instant;

/// Seeds of a run that names none.
const SEEDS: u64 = 20_000;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let has = |name: &str| words.iter().any(|word| word == name);
    let after = |name: &str| {
        let at = words.iter().position(|word| word == name)?;
        words.get(at + 1).map(String::as_str)
    };
    let number = |name: &str| after(name).and_then(|word| word.parse::<u64>().ok());
    let bug = after("--bug").and_then(Bug::of);
    let book = book();
    if let Some(seed) = number("--seed") {
        let listening = has("--trace").then_some(Listening::Whole);
        let end = live(&book, Setup { seed, bug, steps: number("--steps"), listening });
        end.story.iter().for_each(|line| println!("{line}"));
        let broken = end.broken.as_deref().unwrap_or("every promise holds");
        println!("seed {seed}: {} events, history {:016x}: {broken}", end.steps, end.hash);
        return if end.broken.is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = number("--threads").and_then(|n| usize::try_from(n).ok()).unwrap_or(threads);
    let begun = Instant::now();
    let seeds = number("--seeds").unwrap_or(SEEDS);
    let tally = many(&book, number("--from").unwrap_or(0), seeds, threads, bug);
    let spent = begun.elapsed().as_millis().max(1);
    let rate = |count: u64| u128::from(count) * 1000 / spent;
    println!(
        "{} worlds, {} events, {} commits, {} conflicts in {spent} ms: {} worlds/s, {} events/s",
        tally.worlds,
        tally.steps,
        tally.commits,
        tally.conflicts,
        rate(tally.worlds),
        rate(tally.steps)
    );
    tally.broken.iter().for_each(|end| println!("{}", report(&book, end, bug)));
    if tally.broken.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
