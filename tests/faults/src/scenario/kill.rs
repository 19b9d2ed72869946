//! Kills, and what must not be killed: a second engine.

use crate::house::{House, Wish};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::pause::{pause, until};
use acquit_checker::random::Random;
use acquit_checker::report::Column;
use std::process::Command;
use std::time::Duration;

/// Issuers and payers of a load.
const PEOPLE: (u64, u64) = (4, 2);

/// Nothing happens: what the others are compared with.
pub(super) fn calm(setting: &Setting) -> Result<Done, String> {
    let wish = Wish { name: "calm".to_owned(), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let watch = house.watch();
    let load = house.load(setting, PEOPLE.0, PEOPLE.1);
    pause(Duration::from_secs(setting.many(5, 60)));
    let answered = load.answered();
    load.stop();
    drop(watch);
    let notes = vec![format!("{answered} requests answered")];
    Ok(Done { report: house.judge()?, notes, skipped: None })
}

/// SIGKILL at random instants after the start, some while it still starts.
pub(super) fn random(setting: &Setting) -> Result<Done, String> {
    let wish = Wish { name: "kill".to_owned(), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let mut random = Random::new(setting.seed);
    let load = house.load(setting, PEOPLE.0, PEOPLE.1);
    let kills = setting.many(40, 1000);
    for _ in 0..kills {
        let long = match random.below(2) {
            0 => 500 + random.below(30_000),
            _ => random.below(600_000),
        };
        pause(Duration::from_micros(long));
        house.restart()?;
    }
    let watch = house.watch();
    load.stop();
    drop(watch);
    let mut starts = house.starts.clone();
    starts.sort_unstable();
    let at = |part: usize| starts[(starts.len() - 1) * part / 100];
    let notes =
        vec![format!("{kills} kills; ready after {} ms (p50), {} ms (p99)", at(50), at(99))];
    Ok(Done { report: house.judge()?, notes, skipped: None })
}

/// Points where a build with the feature `faults` ends itself, and how often a start passes them
/// before it does.
const POINTS: [&str; 8] = [
    "before_journal",
    "before_commit",
    "after_commit",
    "before_answer",
    "before_pay_commit",
    "after_pay_commit",
    "before_publish",
    "before_mark",
];

/// Killed at every named point.
pub(super) fn points(setting: &Setting) -> Result<Done, String> {
    let Some(planted) = &setting.planted else {
        return Ok(Done { skipped: Some("no build with faults".to_owned()), ..Done::default() });
    };
    let wish =
        Wish { name: "points".to_owned(), program: Some(planted.clone()), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let mut random = Random::new(setting.seed);
    let load = house.load(setting, PEOPLE.0, PEOPLE.1);
    let (mut notes, mut missed) = (Vec::new(), Vec::new());
    for point in POINTS {
        for _ in 0..setting.many(2, 10) {
            let pass = 1 + random.below(20);
            house.kill();
            house.set("ACQUIT_ABORT_AT", Some(&format!("{point}:{pass}")));
            // A point that every start passes may end it before it listens.
            let started = house.start().is_ok();
            if started && !house.ended(Duration::from_secs(20)) {
                missed.push(point);
            }
            house.kill();
            house.set("ACQUIT_ABORT_AT", None);
            house.start()?;
            pause(Duration::from_millis(30));
        }
    }
    load.stop();
    let mut report = house.judge()?;
    for point in &missed {
        report.breach("P13", Column::Unexpected, format!("the point {point} was never passed"));
    }
    notes.push(format!("{} points, each {} times", POINTS.len(), setting.many(2, 10)));
    Ok(Done { report, notes, skipped: None })
}

/// A second engine over the same file is refused, and the first does not notice.
pub(super) fn two(setting: &Setting) -> Result<Done, String> {
    let wish = Wish { name: "two".to_owned(), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let load = house.load(setting, 2, 1);
    pause(Duration::from_millis(300));
    let mut refused = Vec::new();
    for arguments in [&["serve", "--listen", "127.0.0.1:0"][..], &["settle", "close"][..]] {
        let mut command = Command::new(&setting.program);
        command.current_dir(&house.folder).env_clear().args(arguments);
        if arguments[0] == "settle" {
            command.args(["--provider", "CMI", "--day", "2026-11-23"]);
        }
        command.arg("--data").arg(house.data());
        let mut child = command
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .map_err(|error| error.to_string())?;
        let ended = until(Duration::from_secs(20), || child.try_wait().ok().flatten());
        let _ = child.kill();
        refused.push((arguments[0], ended.and_then(|status| status.code())));
    }
    load.stop();
    let mut report = house.judge()?;
    for (what, code) in &refused {
        if code.is_none_or(|code| code == 0) {
            let text = format!("a second engine ({what}) was let in: {code:?}");
            report.breach("P2", Column::Duplicated, text);
        }
    }
    let notes = vec![format!("second engines ended with {refused:?}")];
    Ok(Done { report, notes, skipped: None })
}
