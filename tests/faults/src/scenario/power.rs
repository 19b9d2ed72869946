//! The power goes.

use crate::house::{House, Wish};
use crate::image::{Disk, Fate, Record, read};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::held::Held;
use acquit_checker::pause::pause;
use acquit_checker::random::Random;
use acquit_checker::report::{Column, Report};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// Every so many images the engine's own proof is asked too.
const PROVED: usize = 20;
/// Digits of an identifier as it is shown: base 32 of Crockford.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A run is logged write by write, then the power goes at many instants: whatever the disk holds,
/// everything that was answered is there, and the log proves itself.
pub(super) fn cut(setting: &Setting) -> Result<Done, String> {
    let Some(shim) = &setting.shim else {
        return Ok(Done { skipped: Some("no shim".to_owned()), ..Done::default() });
    };
    let wish = Wish { name: "power".to_owned(), ..Wish::default() };
    let report = with(setting, wish, shim, setting.many(300, 10_000))?;
    let notes = vec![format!("{} images", setting.many(300, 10_000))];
    Ok(Done { report, notes, skipped: None })
}

/// The same for some wish and a number of images.
pub(super) fn with(
    setting: &Setting,
    mut wish: Wish,
    shim: &Path,
    images: u64,
) -> Result<Report, String> {
    let folder = setting.folder.join(format!("{}-log", wish.name));
    let data = folder.join("data");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&data).map_err(|error| error.to_string())?;
    let log = folder.join("writes.log");
    for (name, value) in
        [("LD_PRELOAD", shim), ("SHIM_ROOT", data.as_path()), ("SHIM_LOG", log.as_path())]
    {
        wish.environment.push((name.to_owned(), value.display().to_string()));
    }
    wish.data = Some(data);
    let program = wish.program.clone().unwrap_or_else(|| setting.program.clone());
    let mut house = House::open(setting, wish)?;
    let load = house.load(setting, 3, 2);
    pause(Duration::from_millis(1500));
    // It runs on while the load ends: the log ends at some instant, as logs do.
    house.kill();
    load.abandon();
    let records = read(&log)?;
    judge(setting, &program, &records, images)
}

fn judge(
    setting: &Setting,
    program: &Path,
    records: &[Record],
    images: u64,
) -> Result<Report, String> {
    let mut random = Random::new(setting.seed);
    let answers: Vec<usize> =
        (0..records.len()).filter(|at| matches!(records[*at], Record::Answer(_))).collect();
    let mut cuts: Vec<usize> = (0..images)
        .filter_map(|_| match random.below(2) {
            0 => random.pick(&answers).map(|at| at + 1),
            _ => usize::try_from(random.below(records.len() as u64)).ok(),
        })
        .collect();
    cuts.sort_unstable();
    let mut report = Report { attempts: cuts.len() as u64, ..Report::default() };
    let (mut disk, mut told, mut at) = (Disk::default(), BTreeSet::new(), 0);
    for (number, cut) in cuts.into_iter().enumerate() {
        while at < cut {
            disk.step(&records[at]);
            if let Record::Answer(text) = &records[at] {
                told.extend(exchange(text));
            }
            at += 1;
        }
        let fate = [Fate::Lost, Fate::Some, Fate::Torn][number % 3];
        let folder = setting.folder.join("image");
        disk.leave(&folder, fate, &mut random)?;
        if !folder.join("acquit.sqlite").exists() {
            continue;
        }
        look(&folder, &told, (cut, fate), &mut report)?;
        if number % PROVED == PROVED - 1 && !told.is_empty() {
            prove(program, &folder, (cut, fate), &mut report)?;
        }
    }
    if report.acknowledged == 0 {
        let text = "nothing was answered before the power went: nothing was shown".to_owned();
        report.breach("P13", Column::Unexpected, text);
    }
    Ok(report)
}

/// Whether everything that was answered is in an image.
fn look(
    folder: &Path,
    told: &BTreeSet<String>,
    (cut, fate): (usize, Fate),
    report: &mut Report,
) -> Result<(), String> {
    let held = match Held::recovered(&folder.join("acquit.sqlite")) {
        Ok(held) => held,
        Err(why) => {
            report.breach("P1", Column::Lost, format!("write {cut}, {fate:?}: {why}"));
            return Ok(());
        }
    };
    let rows = held.rows("SELECT id FROM exchanges");
    let sound = held
        .rows("PRAGMA integrity_check")
        .ok()
        .and_then(|rows| rows.first().and_then(|row| row.first()).map(|cell| cell.text() == "ok"));
    if sound != Some(true) {
        let text = format!("write {cut}, {fate:?}: the database is damaged");
        report.breach("P6", Column::RebuildDiff, text);
    }
    // Before the tables are there nothing was answered.
    let Ok(rows) = rows else {
        if !told.is_empty() {
            report.breach("P1", Column::Lost, format!("write {cut}, {fate:?}: no log"));
        }
        return Ok(());
    };
    let there: BTreeSet<String> = rows.iter().map(|row| row[0].hex()).collect();
    report.acknowledged += told.len() as u64;
    report.applied += told.intersection(&there).count() as u64;
    let lost = told.difference(&there).count();
    if lost > 0 {
        let text = format!("write {cut}, {fate:?}: {lost} answered messages are not there");
        report.breach("P13", Column::Lost, text);
    }
    Ok(())
}

fn prove(
    program: &Path,
    folder: &Path,
    (cut, fate): (usize, Fate),
    report: &mut Report,
) -> Result<(), String> {
    let mut command = Command::new(program);
    command.arg("verify").arg("--data").arg(folder).env_clear().stdin(Stdio::null());
    let ended = command.output().map_err(|error| error.to_string())?;
    if !ended.status.success() {
        let text = String::from_utf8_lossy(&ended.stdout).lines().next().unwrap_or("").to_owned();
        let text = format!("write {cut}, {fate:?}: verify says no: {text}");
        report.breach("P6", Column::RebuildDiff, text);
    }
    Ok(())
}

/// The identifier of the row an answer names, in hexadecimal.
fn exchange(answer: &str) -> Option<String> {
    let (_, rest) = answer.split_once("\"exchange\":\"")?;
    let (text, _) = rest.split_once('"')?;
    let mut number: u128 = 0;
    for digit in text.bytes() {
        let value = DIGITS.iter().position(|known| *known == digit)?;
        number = number << 5 | value as u128;
    }
    Some(format!("{number:032x}"))
}
