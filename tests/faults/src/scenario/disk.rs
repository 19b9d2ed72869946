//! A disk that fails, and one that is full.

use crate::house::{House, Wish};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::pause::{pause, until};
use acquit_checker::report::{Column, Report};
use std::process::Command;
use std::time::Duration;

/// The syncs that fail in a short run, by their number after the start; a long one fails each.
const SHORT: [u64; 8] = [1, 2, 3, 5, 8, 13, 40, 100];
/// Syncs of a long run.
const LONG: u64 = 60;

/// The n-th sync fails: nothing of it may have been promised, and nothing is taken after it.
pub(super) fn sync(setting: &Setting) -> Result<Done, String> {
    if setting.shim.is_none() {
        return Ok(Done { skipped: Some("no shim".to_owned()), ..Done::default() });
    }
    let wish = Wish { name: "sync".to_owned(), ..Wish::default() };
    let syncs = if setting.is_long { (1..=LONG).collect() } else { SHORT.to_vec() };
    let report = fails(setting, wish, &syncs)?;
    let notes = vec![format!("{} syncs failed", syncs.len())];
    Ok(Done { report, notes, skipped: None })
}

/// Lets syncs fail, one after a start.
pub(super) fn fails(setting: &Setting, wish: Wish, syncs: &[u64]) -> Result<Report, String> {
    let shim = setting.shim.clone().ok_or("no shim")?;
    let mut house = House::open(setting, wish)?;
    let load = house.load(setting, 3, 2);
    pause(Duration::from_millis(300));
    let (mut wrong, mut met) = (Vec::new(), 0);
    for number in syncs {
        house.kill();
        house.set("LD_PRELOAD", Some(&shim.display().to_string()));
        house.set("SHIM_ROOT", Some(&house.data().display().to_string()));
        house.set("SHIM_FAIL_SYNC", Some(&number.to_string()));
        // A sync of the start itself may fail: then it says so and ends.
        if house.start().is_ok() {
            met += u64::from(stops(&mut house, *number, &mut wrong));
        }
        house.kill();
        for name in ["LD_PRELOAD", "SHIM_ROOT", "SHIM_FAIL_SYNC"] {
            house.set(name, None);
        }
        house.start()?;
        pause(Duration::from_millis(100));
    }
    load.stop();
    if met == 0 {
        wrong.push("no sync failed under a running engine: nothing was shown".to_owned());
    }
    let mut report = house.judge()?;
    for text in wrong {
        report.breach("P13", Column::Unexpected, text);
    }
    Ok(report)
}

/// Notes what a running engine did wrong when the failure came; whether it stopped: it takes
/// nothing any more, or ends so that the next start recovers.
fn stops(house: &mut House, number: u64, wrong: &mut Vec<String>) -> bool {
    let before = log_of(house).len();
    let stopped = until(Duration::from_secs(8), || {
        let ended = house.ended(Duration::ZERO);
        let metrics = house.status("/metrics").map(|(_, text)| text).unwrap_or_default();
        let down =
            metrics.lines().any(|line| line.starts_with("acquit_store_up") && line.ends_with(" 0"));
        (ended || down).then_some(())
    });
    if stopped.is_none() {
        // It may have been the sync of a file that is no store: the checkpoints.
        let log = log_of(house);
        if log.get(before..).unwrap_or_default().contains("disk I/O error") {
            wrong.push(format!("sync {number} failed, and the store goes on"));
        }
        return false;
    }
    if house.status("/readyz").is_some_and(|(status, _)| status != 503) {
        wrong.push(format!("sync {number} failed, and the engine says that it is ready"));
    }
    true
}

fn log_of(house: &House) -> String {
    std::fs::read_to_string(house.folder.join("engine.log")).unwrap_or_default()
}

/// A disk of few megabytes fills up, and then there is room again.
pub(super) fn full(setting: &Setting) -> Result<Done, String> {
    let disk = setting.folder.join("small-disk");
    let data = disk.join("data");
    std::fs::create_dir_all(&disk).map_err(|error| error.to_string())?;
    let mounted = |options: &str| {
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", options, "acquit-faults"]).arg(&disk);
        command.stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    if !mounted("size=6m") {
        let why = "only root may mount a small disk".to_owned();
        return Ok(Done { skipped: Some(why), ..Done::default() });
    }
    let done = fill(setting, data, || mounted("remount,size=200m"));
    let _ = Command::new("umount").arg("-l").arg(&disk).status();
    done
}

fn fill(
    setting: &Setting,
    data: std::path::PathBuf,
    grow: impl Fn() -> bool,
) -> Result<Done, String> {
    let wish = Wish { name: "full".to_owned(), data: Some(data), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let load = house.load(setting, 3, 2);
    let is_full = || {
        let log = std::fs::read_to_string(house.folder.join("engine.log")).unwrap_or_default();
        log.contains("disk is full").then_some(())
    };
    let filled = until(Duration::from_secs(60), is_full).is_some();
    let before = load.answered();
    pause(Duration::from_secs(1));
    let during = load.answered() - before;
    if !grow() {
        return Err("the small disk does not grow".to_owned());
    }
    let again = load.answered();
    let goes_on = until(Duration::from_secs(20), || (load.answered() > again + 20).then_some(()));
    load.stop();
    let mut report: Report = house.judge()?;
    if !filled {
        report.breach("P12", Column::Unbounded, "the disk was never full".to_owned());
    }
    if goes_on.is_none() {
        let text = "nothing is taken although there is room again".to_owned();
        report.breach("P8", Column::Unanswered, text);
    }
    let notes = vec![format!("full after {before} answers; {during} in the second after")];
    Ok(Done { report, notes, skipped: None })
}
