//! What became of deliveries, for `/metrics`.

use acquit_domain::pay::DeliveryKind;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a try ended with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// Taken.
    Done,
    /// Not taken; tried again later.
    Retry,
    /// Given up.
    Dead,
}

/// Every ending with its label.
const ENDINGS: [(Ending, &str); 3] =
    [(Ending::Done, "done"), (Ending::Retry, "retry"), (Ending::Dead, "dead")];

/// Counts of tries by kind and ending.
#[derive(Debug, Default)]
pub struct Tally([[AtomicU64; ENDINGS.len()]; 2]);

impl Tally {
    /// Counts a try.
    pub(super) fn count(&self, kind: DeliveryKind, ending: Ending) {
        if let Some(count) = self.0.get(row(kind)).and_then(|row| row.get(ending as usize)) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Writes the counters in the text format of Prometheus.
    pub fn write(&self, out: &mut String) {
        let name = "acquit_deliveries_total";
        let _ = writeln!(out, "# HELP {name} Tries of deliveries, by kind and result.");
        let _ = writeln!(out, "# TYPE {name} counter");
        for kind in DeliveryKind::ALL {
            for (ending, result) in ENDINGS {
                let count = self.0[row(*kind)][ending as usize].load(Relaxed);
                let kind = kind.key();
                let _ = writeln!(out, "{name}{{kind=\"{kind}\",result=\"{result}\"}} {count}");
            }
        }
    }
}

fn row(kind: DeliveryKind) -> usize {
    match kind {
        DeliveryKind::Mail => 0,
        DeliveryKind::Webhook => 1,
    }
}
