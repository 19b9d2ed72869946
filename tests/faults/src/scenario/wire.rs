//! Connections that are cut, delayed, reset.

use crate::house::{House, Wish};
use crate::proxy::{Proxy, TROUBLES};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::pause::pause;
use acquit_checker::report::Column;
use std::time::Duration;

/// Everything goes through a proxy that makes trouble, one kind after the other.
pub(super) fn faults(setting: &Setting) -> Result<Done, String> {
    let wish = Wish { name: "wire".to_owned(), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    let proxy = Proxy::open(house.address, setting.seed).map_err(|error| error.to_string())?;
    let watch = house.watch();
    let load = house.load_at(setting, proxy.address, 4, 2);
    let mut notes = Vec::new();
    let mut silent = Vec::new();
    for (trouble, name) in TROUBLES {
        let before = load.answered();
        proxy.make(trouble);
        pause(Duration::from_secs(setting.many(1, 20)));
        let answered = load.answered() - before;
        notes.push(format!("{name}: {answered} answers"));
        if answered == 0 {
            silent.push(name);
        }
    }
    proxy.make(TROUBLES[0].0);
    load.stop();
    drop(watch);
    let mut report = house.judge()?;
    for name in silent {
        report.breach("P8", Column::Unanswered, format!("nobody was answered with {name}"));
    }
    Ok(Done { report, notes, skipped: None })
}
