//! Ten times too much.

use crate::house::{House, Wish};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::journal::Written;
use acquit_checker::pause::{pause, until};
use acquit_checker::report::Column;
use std::time::{Duration, Instant};

/// Small queues, so that a small machine can overfill them.
const CONFIG: &str = "[http]\nqueue = 4\nparty_parcels = 12\n";
/// Issuers of the usual load, and of ten times as much.
const USUAL: u64 = 3;
const TENFOLD: u64 = 60;

/// More than the queue holds: what is too much is refused before it is taken, with when to come
/// again; what is taken is kept; and when it is over everything is as before.
pub(super) fn tenfold(setting: &Setting) -> Result<Done, String> {
    let wish = Wish { name: "overload".to_owned(), config: CONFIG.to_owned(), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let watch = house.watch();
    let long = Duration::from_secs(setting.many(4, 60));
    let usual = house.load(setting, USUAL, 1);
    let begun = Instant::now();
    pause(Duration::from_secs(2));
    let before = usual.answered() * 1000 / u64::try_from(begun.elapsed().as_millis()).unwrap_or(1);
    let more = house.load(setting, TENFOLD, 2);
    pause(long);
    let tenfold = more.answered();
    more.stop();
    let from = usual.answered();
    let again = until(Duration::from_secs(10), || (usual.answered() > from + 50).then_some(()));
    usual.stop();
    drop(watch);
    let mut report = house.judge()?;
    let written = Written::read(&house.folder.join("journal.jsonl"));
    let written = written.map_err(|error| error.to_string())?;
    let all = written.ops.values().flat_map(|op| &op.answers);
    let refused = all.filter(|got| matches!(got.status, 429 | 503)).count();
    if refused == 0 {
        let text = "nothing was too much: the load was no overload".to_owned();
        report.breach("P12", Column::Unbounded, text);
    }
    if again.is_none() {
        let text = "the usual load is not served ten seconds after".to_owned();
        report.breach("P12", Column::Unbounded, text);
    }
    let notes = vec![format!(
        "{before} answers a second before, {} during, {refused} refused in time",
        tenfold / long.as_secs().max(1)
    )];
    Ok(Done { report, notes, skipped: None })
}
