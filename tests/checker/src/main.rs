//! `acquit-checker JOURNAL --data DIR --keys FILE [--url HOST:PORT] [--program PATH]
//! [--checkpoints FILE]`: judges a run by its journal, the tables and the API; prints the line of
//! figures and a sentence for each breach. Ends with 1 when a promise was not kept.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

use acquit_checker::evidence::{Evidence, Samples};
use acquit_checker::held::Held;
use acquit_checker::journal::Written;
use acquit_checker::promises::{PROMISES, check};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Breaches of one promise that are shown.
const SHOWN: usize = 10;

fn main() -> ExitCode {
    match evidence() {
        Err(why) => {
            eprintln!("acquit-checker: {why}");
            for promise in &PROMISES {
                eprintln!("  {:<4} {}", promise.name, promise.sentence);
            }
            ExitCode::from(2)
        }
        Ok(evidence) => {
            let report = check(&evidence);
            println!("{}", report.line());
            report.sentences(SHOWN).iter().for_each(|line| println!("{line}"));
            ExitCode::from(u8::from(!report.is_kept()))
        }
    }
}

fn evidence() -> Result<Evidence, String> {
    let mut words = std::env::args().skip(1);
    let journal = words.next().ok_or("which journal?")?;
    let mut options = BTreeMap::new();
    while let Some(name) = words.next() {
        let value = words.next().ok_or_else(|| format!("{name}: a value is missing"))?;
        options.insert(name, value);
    }
    let needed = |name: &str| options.get(name).ok_or_else(|| format!("{name} is missing"));
    let data = PathBuf::from(needed("--data")?);
    let keys = std::fs::read(needed("--keys")?).map_err(|error| format!("--keys: {error}"))?;
    let address = options.get("--url").map(|text| text.parse());
    Ok(Evidence {
        written: Written::read(Path::new(&journal)).map_err(|error| error.to_string())?,
        held: Held::sqlite(&data.join("acquit.sqlite"))?,
        keys: serde_json::from_slice(&keys).map_err(|error| format!("--keys: {error}"))?,
        address: address.transpose().map_err(|error| format!("--url: {error}"))?,
        program: options.get("--program").map_or_else(|| "acquit".into(), PathBuf::from),
        data,
        checkpoints: options.get("--checkpoints").map(PathBuf::from),
        samples: Samples::default(),
    })
}
