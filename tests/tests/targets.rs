//! The fuzz targets' bodies over the samples and a few thousand mutants of them: what the fuzzer
//! does for hours, done for seconds in every run.
#![expect(clippy::print_stdout, reason = "tells the seed and what was skipped")]

use acquit_tests::mutants::{Dice, mutant};
use acquit_tests::recipe::Bases;
use acquit_tests::repository::{below, corpus, root};
use acquit_tests::targets::TARGETS;

/// Largest sample mutated, in bytes.
const SAMPLE_BYTES_MAX: usize = 64 << 10;

/// The seeds of mutation: samples of the product, bases of the hostile inputs, the corpus.
fn samples() -> Vec<(String, Vec<u8>)> {
    let bases = std::fs::read_to_string(root().join("tests/badinputs/bases.json"));
    let bases: Bases = serde_json::from_str(&bases.unwrap_or_default()).expect("bases are JSON");
    let mut samples: Vec<(String, Vec<u8>)> = bases
        .iter()
        .filter_map(|(name, text)| Some((name.clone(), text.as_str()?.as_bytes().to_vec())))
        .collect();
    samples.extend(below(&root().join("samples")));
    samples.extend(below(&root().join("mappings/issuers/anp")));
    let rules = ["lifecycle.toml", "vat.toml", "parties.toml", "platform.toml"];
    samples.extend(rules.iter().filter_map(|name| {
        Some(((*name).to_owned(), std::fs::read(root().join("mappings").join(name)).ok()?))
    }));
    match corpus() {
        Some(folder) => samples.extend(below(&folder.join("edifact"))),
        None => println!("ACQUIT_CORPUS is not set: mutants of samples and bases only"),
    }
    samples.retain(|(_, bytes)| bytes.len() <= SAMPLE_BYTES_MAX);
    samples
}

/// The seed of this run: `ACQUIT_SEED`, or one from the clock.
fn seed() -> u64 {
    let given = std::env::var("ACQUIT_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(1, |elapsed| elapsed.as_secs())
    })
}

#[test]
fn samples_and_mutants() {
    let (samples, seed) = (samples(), seed());
    println!("{} samples; ACQUIT_SEED={seed} repeats them", samples.len());
    for (target, run, mutants) in TARGETS {
        let started = std::time::Instant::now();
        // A target that is slow takes some of the samples, all over the list.
        for (name, bytes) in samples.iter().step_by(2_000 / mutants) {
            attempt(target, name, bytes, *run);
        }
        let mut dice = Dice::new(seed);
        for n in 0..*mutants {
            let (name, bytes) = &samples[dice.below(samples.len())];
            attempt(
                target,
                &format!("mutant {n} of {name}, seed {seed}"),
                &mutant(bytes, &mut dice),
                *run,
            );
        }
        println!("{target}: {} ms", started.elapsed().as_millis());
    }
}

/// Runs a target; a panic names the input and keeps its bytes in the message.
fn attempt(target: &str, name: &str, bytes: &[u8], run: fn(&[u8])) {
    let result = std::panic::catch_unwind(|| run(bytes));
    assert!(result.is_ok(), "{target} on {name}:\n{}", bytes.escape_ascii());
}
