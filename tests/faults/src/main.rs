//! The fault programme: each scenario does something terrible to an engine under load, and the
//! checker says which promises held. `tests/faults/run` builds what it needs and runs it.
//!
//! What is *not* here: what is promised, and how it is seen. That is `tests/checker`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]

mod house;
mod image;
mod proxy;
mod scenario;
mod setting;
mod table;

use scenario::SCENARIOS;
use setting::Setting;
use std::process::ExitCode;
use std::time::Instant;
use table::Line;

fn main() -> ExitCode {
    let setting = match Setting::read() {
        Ok(setting) => setting,
        Err(why) => {
            eprintln!("acquit-faults: {why}");
            SCENARIOS.iter().for_each(|one| eprintln!("  {:<12} {}", one.name, one.sentence));
            return ExitCode::from(2);
        }
    };
    println!("seed {}", setting.seed);
    let chosen = |name: &str| match &setting.only {
        Some(only) => name == only,
        None => !scenario::is_by_name_only(name),
    };
    let mut lines = Vec::new();
    for one in SCENARIOS.iter().filter(|one| chosen(one.name)) {
        let begun = Instant::now();
        let done = (one.run)(&setting);
        let line = Line::new(one.name, begun.elapsed(), done);
        println!("{}", line.row());
        line.notes().iter().for_each(|note| println!("    {note}"));
        lines.push(line);
    }
    if !setting.keeps && lines.iter().all(Line::is_kept) {
        let _ = std::fs::remove_dir_all(&setting.folder);
    }
    println!("\n{}", table::table(&lines));
    match lines.is_empty() {
        true => {
            eprintln!("acquit-faults: there is no such scenario");
            ExitCode::from(2)
        }
        false => ExitCode::from(u8::from(!lines.iter().all(Line::is_kept))),
    }
}
