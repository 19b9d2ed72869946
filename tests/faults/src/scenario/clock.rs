//! A clock that jumps.

use crate::house::{House, Wish};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::held::Held;
use acquit_checker::pause::{pause, until};
use acquit_checker::report::Column;
use std::fs;
use std::time::Duration;

/// How far it jumps, in seconds: an hour back, two on, thirty days on, and right again.
const JUMPS: [i64; 4] = [-3600, 7200, 30 * 86_400, 0];

/// The wall clock jumps while messages and payments go on: nothing ends by a clock that cannot be
/// believed, and nothing depends on it for its order.
pub(super) fn jumps(setting: &Setting) -> Result<Done, String> {
    let Some(shim) = &setting.shim else {
        return Ok(Done { skipped: Some("no shim".to_owned()), ..Done::default() });
    };
    let clock = setting.folder.join("clock.txt");
    fs::create_dir_all(&setting.folder).map_err(|error| error.to_string())?;
    let set = |seconds: i64| fs::write(&clock, seconds.to_string());
    set(0).map_err(|error| error.to_string())?;
    let environment = vec![
        ("LD_PRELOAD".to_owned(), shim.display().to_string()),
        ("SHIM_CLOCK".to_owned(), clock.display().to_string()),
    ];
    let wish = Wish { name: "clock".to_owned(), environment, ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let load = house.load(setting, 3, 2);
    pause(Duration::from_secs(1));
    let (mut notes, mut wrong) = (Vec::new(), Vec::new());
    for seconds in JUMPS {
        set(seconds).map_err(|error| error.to_string())?;
        let before = load.answered();
        let doubted = until(Duration::from_secs(10), || {
            let (_, text) = house.status("/metrics")?;
            text.lines().any(|line| line == "acquit_clock_believed 0").then_some(())
        });
        if doubted.is_none() && seconds != 0 {
            wrong.push(format!("a jump of {seconds} s was believed"));
        }
        pause(Duration::from_secs(setting.many(1, 10)));
        let taken = load.answered() - before;
        notes.push(format!("{seconds} s: {taken} answers"));
        if taken == 0 {
            wrong.push(format!("nothing was taken after a jump of {seconds} s"));
        }
    }
    load.stop();
    // The clock settles, or a start believes it: what subscribers are owed is then told.
    house.restart()?;
    let mut report = house.judge()?;
    let held = Held::sqlite(&house.data().join("acquit.sqlite"))?;
    let ended = "SELECT count(*) FROM exchanges WHERE event IN ('attempts_ended', \
                 'attempt_ended', 'order_expired', 'issuer_silent', 'issuer_exhausted') \
                 AND person = '' AND observation LIKE '%expir%'";
    let ended = held.number(ended)?;
    if ended > 0 {
        wrong.push(format!("{ended} deadlines fired while the clock jumped"));
    }
    for text in wrong {
        report.breach("P4", Column::TerminalBreaks, text);
    }
    Ok(Done { report, notes, skipped: None })
}
