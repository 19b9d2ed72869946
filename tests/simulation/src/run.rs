//! Running worlds: one, or very many on several threads, and what to say of one that broke a
//! promise.

use crate::bugs::Bug;
use crate::story::Listening;
use crate::world::{Setup, World};
use acquit_mapping::rulebook::Rulebook;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// What became of a world.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct End {
    /// Its seed.
    pub seed: u64,
    /// The promise that was broken.
    pub broken: Option<String>,
    /// Events it took.
    pub steps: u64,
    /// Commits.
    pub commits: u64,
    /// Commits that found something moved.
    pub conflicts: u64,
    /// The hash of everything that happened.
    pub hash: u64,
    /// The sentences heard.
    pub story: Vec<String>,
}

/// Lives one world to its end.
#[must_use]
pub fn live(book: &Rulebook, setup: Setup) -> End {
    let mut world = World::new(book, setup);
    let lived = catch_unwind(AssertUnwindSafe(|| world.live()));
    if let Err(panic) = lived {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        world.broken = Some(format!("panicked: {}", text.unwrap_or_default()));
    }
    End {
        seed: setup.seed,
        broken: world.broken.clone(),
        steps: world.steps,
        commits: world.history.len() as u64,
        conflicts: world.conflicts,
        hash: world.story.hash,
        story: world.story.last.iter().cloned().collect(),
    }
}

/// Very many worlds together.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Worlds lived.
    pub worlds: u64,
    /// Their events.
    pub steps: u64,
    /// Their commits.
    pub commits: u64,
    /// Their conflicts.
    pub conflicts: u64,
    /// The first worlds that broke a promise, by seed.
    pub broken: Vec<End>,
}

/// Most broken worlds told of one run.
const BROKEN_MAX: usize = 10;

/// Lives the worlds of many seeds on so many threads; stops after some that broke a promise.
#[must_use]
pub fn many(book: &Rulebook, from: u64, seeds: u64, threads: usize, bug: Option<Bug>) -> Tally {
    // One world is enough to find a planted mistake.
    let most = if bug.is_some() { 1 } else { BROKEN_MAX };
    let next = AtomicU64::new(0);
    let tally = Mutex::new(Tally::default());
    std::thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            scope.spawn(|| {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= seeds {
                        return;
                    }
                    let seed = from.wrapping_add(at);
                    let end = live(book, Setup { seed, bug, ..Setup::default() });
                    let mut all = tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    all.worlds += 1;
                    all.steps += end.steps;
                    all.commits += end.commits;
                    all.conflicts += end.conflicts;
                    if end.broken.is_some() {
                        all.broken.push(end);
                        if all.broken.len() >= most {
                            next.store(seeds, Ordering::Relaxed);
                        }
                    }
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    tally.broken.sort_by_key(|end| end.seed);
    tally
}

/// What to say of a world that broke a promise: how, after how many events, since how short a
/// storm, what came last, and how to see it again.
#[must_use]
pub fn report(book: &Rulebook, end: &End, bug: Option<Bug>) -> String {
    let setup = Setup { seed: end.seed, bug, steps: None, listening: None };
    // The shortest storm that still breaks a promise: found by halving, so perhaps not the least.
    let (mut breaks, mut holds) = (end.steps, 0);
    while breaks - holds > 1 {
        let steps = holds + (breaks - holds) / 2;
        let broken = live(book, Setup { steps: Some(steps), ..setup }).broken.is_some();
        if broken {
            breaks = steps;
        } else {
            holds = steps;
        }
    }
    let least =
        live(book, Setup { steps: Some(breaks), listening: Some(Listening::Last), ..setup });
    let shown = match least.broken {
        Some(_) => least,
        None => live(book, Setup { listening: Some(Listening::Last), ..setup }),
    };
    let seed = end.seed;
    format!(
        "seed {seed} breaks a promise: {}\n{} events, after a storm of {breaks}:\n{}\nagain: \
         cargo run \
         -p acquit-simulation --release -- --seed {seed} --steps {breaks} --trace\n",
        shown.broken.as_deref().unwrap_or("not again"),
        shown.steps,
        shown.story.join("\n")
    )
}
