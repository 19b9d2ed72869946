//! Bugs planted on purpose: the checker has to find each.

use super::power;
use crate::house::{House, Wish};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::pause::pause;
use acquit_checker::random::Random;
use acquit_checker::report::{Column, Report};
use acquit_checker::sink::Manner;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What has to happen for a bug to be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Work.
    Calm,
    /// Work and kills.
    Kills,
    /// Work and a subscriber that stumbles.
    Stumbles,
    /// Too much work.
    Overload,
    /// The power goes.
    Power,
    /// A sync fails.
    Sync,
}

/// A bug: its name, what it needs to be seen, and the promises one of which must be seen broken.
type Bug = (&'static str, Stage, &'static [&'static str]);

/// Bugs looked for at one time: most of it is waiting.
const AT_ONCE: usize = 3;

/// The bugs, what they need to be seen, and the promises one of which must be seen broken.
const BUGS: [Bug; 26] = [
    ("ack_first", Stage::Kills, &["P1", "P13"]),
    ("ack_first_pay", Stage::Kills, &["P1", "P14"]),
    ("no_dedup", Stage::Calm, &["P2"]),
    ("dedup_in_memory", Stage::Kills, &["P2"]),
    ("dedup_expires", Stage::Calm, &["P2"]),
    ("two_transactions", Stage::Kills, &["P7"]),
    ("outbox_after_commit", Stage::Kills, &["P6", "P8"]),
    ("repeat_other_letters", Stage::Calm, &["P2"]),
    ("replace_by_arrival", Stage::Calm, &["P3", "P6"]),
    ("parked_forgotten", Stage::Calm, &["P3"]),
    ("contrl_says_yes", Stage::Calm, &["P8"]),
    ("raw_not_kept", Stage::Calm, &["P1"]),
    ("paid_reopens", Stage::Calm, &["P4"]),
    ("paid_after_cancel", Stage::Calm, &["P3", "P4"]),
    ("amount_ignored", Stage::Calm, &["P5"]),
    ("currency_ignored", Stage::Calm, &["P5"]),
    ("signature_ignored", Stage::Calm, &["P5"]),
    ("event_skipped", Stage::Calm, &["P9"]),
    ("events_unordered", Stage::Calm, &["P9"]),
    ("marked_anyway", Stage::Stumbles, &["P9"]),
    ("webhook_id_per_try", Stage::Stumbles, &["P9"]),
    ("tenant_hole", Stage::Calm, &["P10"]),
    ("cursor_unbound", Stage::Calm, &["P10"]),
    ("checkpoint_unchained", Stage::Calm, &["P6", "P11"]),
    ("no_after_commit", Stage::Calm, &["P13"]),
    ("no_retry_after", Stage::Overload, &["P12"]),
];

/// Those that need the shim.
const SHIMMED: [Bug; 2] =
    [("synchronous_normal", Stage::Power, &["P13"]), ("sync_goes_on", Stage::Sync, &["P13"])];

/// Runs each bug and demands that it is found. The figures are those of the search, not of a
/// product: only what was not found counts.
pub(super) fn bugs(setting: &Setting) -> Result<Done, String> {
    let Some(planted) = &setting.planted else {
        return Ok(Done { skipped: Some("no build with faults".to_owned()), ..Done::default() });
    };
    let shimmed = SHIMMED.iter().filter(|_| setting.shim.is_some());
    let all: Vec<&Bug> = BUGS.iter().chain(shimmed).collect();
    let (next, found) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let missed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(bug) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match look(setting, planted, bug) {
                        true => drop(found.fetch_add(1, Ordering::Relaxed)),
                        false => missed.lock().unwrap_or_else(PoisonError::into_inner).push(bug.0),
                    }
                }
            });
        }
    });
    let found = found.into_inner();
    let mut done = Done::default();
    for bug in missed.into_inner().unwrap_or_else(PoisonError::into_inner) {
        done.report.breach("P0", Column::Unexpected, format!("{bug} was not found"));
    }
    done.report.attempts = all.len() as u64;
    done.report.acknowledged = found as u64;
    done.report.applied = found as u64;
    done.notes.push(format!("{found} of {} planted bugs found", all.len()));
    Ok(done)
}

/// Runs a bug and says by which promises it was found; whether it was.
fn look(setting: &Setting, planted: &Path, (bug, stage, expected): &Bug) -> bool {
    let wish = Wish {
        name: format!("planted-{bug}"),
        environment: vec![("ACQUIT_SEEDED_BUG".to_owned(), (*bug).to_owned())],
        program: Some(planted.to_owned()),
        ..Wish::default()
    };
    let broken = run(setting, wish, *stage).map(|report| report.promises());
    let is_found =
        broken.as_ref().is_ok_and(|broken| broken.iter().any(|promise| expected.contains(promise)));
    match (&broken, is_found) {
        (Ok(broken), true) => println!("    found      {bug:<22} by {}", broken.join(" ")),
        _ => println!("    NOT FOUND  {bug:<22} expected {expected:?}, saw {broken:?}"),
    }
    is_found
}

fn run(setting: &Setting, mut wish: Wish, stage: Stage) -> Result<Report, String> {
    match (stage, &setting.shim) {
        (Stage::Power, Some(shim)) => return power::with(setting, wish, shim, 60),
        (Stage::Sync, _) => return super::disk::fails(setting, wish, &[30, 50, 80]),
        (Stage::Overload, _) => wish.config = "[http]\nqueue = 2\nparty_parcels = 8\n".to_owned(),
        _ => {}
    }
    let mut house = House::open(setting, wish)?;
    house.patience = Duration::from_secs(12);
    if stage == Stage::Stumbles {
        house.sink.behave(Manner::Stumbles(15));
    }
    let watch = house.watch();
    let people = if stage == Stage::Overload { 30 } else { 4 };
    let load = house.load(setting, people, 2);
    let mut random = Random::new(setting.seed);
    match stage {
        Stage::Kills => {
            for _ in 0..10 {
                pause(Duration::from_millis(100 + random.below(250)));
                house.restart()?;
            }
        }
        _ => pause(Duration::from_secs(3)),
    }
    load.stop();
    house.sink.behave(Manner::Takes);
    drop(watch);
    house.judge()
}
