//! Simulated worlds: many seeds keep every promise, a seed replays exactly, and mistakes planted
//! in the model are found.
#![expect(clippy::print_stdout, reason = "tells what was lived")]

use acquit_mapping::rulebook::Rulebook;
use acquit_simulation::book::book;
use acquit_simulation::bugs::BUGS;
use acquit_simulation::run::{live, many, report};
use acquit_simulation::story::Listening;
use acquit_simulation::world::Setup;
use std::sync::LazyLock;

/// Seeds of an ordinary run; `ACQUIT_SEEDS=N` lives others.
const SEEDS: u64 = 20_000;
/// Seeds among which every planted mistake must be found.
const BUG_SEEDS: u64 = 20_000;

static BOOK: LazyLock<Rulebook> = LazyLock::new(book);

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[test]
fn every_world_keeps_its_promises() {
    let seeds = number("ACQUIT_SEEDS").unwrap_or(SEEDS);
    let tally = many(&BOOK, 0, seeds, threads(), None);
    println!("{} worlds, {} events, {} commits", tally.worlds, tally.steps, tally.commits);
    let told: Vec<String> = tally.broken.iter().map(|end| report(&BOOK, end, None)).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
    assert_eq!(tally.worlds, seeds);
    assert!(tally.conflicts > seeds / 100, "so few conflicts prove nothing");
}

#[test]
fn a_seed_replays_exactly() {
    for seed in 0..200 {
        let setup = Setup { seed, ..Setup::default() };
        let (once, again) = (live(&BOOK, setup), live(&BOOK, setup));
        assert_eq!(once, again, "seed {seed}");
        let heard = live(&BOOK, Setup { listening: Some(Listening::Whole), ..setup });
        assert_eq!(heard.hash, once.hash, "listening changes seed {seed}");
        assert!(!heard.story.is_empty(), "seed {seed} tells nothing");
    }
    let hashes: std::collections::BTreeSet<u64> =
        (0..200).map(|seed| live(&BOOK, Setup { seed, ..Setup::default() }).hash).collect();
    assert_eq!(hashes.len(), 200, "other seeds are other worlds");
}

#[test]
fn planted_mistakes_are_found() {
    let mut unseen = Vec::new();
    for (bug, name) in BUGS {
        let tally = many(&BOOK, 0, BUG_SEEDS, threads(), Some(*bug));
        match tally.broken.first() {
            Some(end) => println!("{name}: seed {}: {:?}", end.seed, end.broken),
            None => unseen.push(*name),
        }
    }
    assert!(unseen.is_empty(), "nobody saw {unseen:?}");
}
