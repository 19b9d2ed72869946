//! Counters of the shell, for `/metrics`. Cheap enough to count always.

use acquit_domain::exchange::VERDICTS;
use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds of the buckets of a histogram, in microseconds.
const BOUNDS_US: [u64; 12] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
    5_000_000,
];

/// How long things took.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS_US.len()],
    count: AtomicU64,
    sum_us: AtomicU64,
}

impl Histogram {
    /// Counts one thing that took so long.
    pub fn record(&self, took: Duration) {
        let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        if let Some(bucket) = BOUNDS_US.iter().position(|&bound| took_us <= bound) {
            self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        }
        self.count.fetch_add(1, Ordering::Relaxed);
        self.sum_us.fetch_add(took_us, Ordering::Relaxed);
    }

    /// Writes the histogram in the text format of Prometheus, version 0.0.4.
    pub fn write(&self, out: &mut String, name: &str, help: &str) {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} histogram");
        let mut below = 0;
        for (bound, bucket) in BOUNDS_US.iter().zip(&self.buckets) {
            below += bucket.load(Ordering::Relaxed);
            let seconds = seconds(*bound);
            let _ = writeln!(out, "{name}_bucket{{le=\"{seconds}\"}} {below}");
        }
        let count = self.count.load(Ordering::Relaxed);
        let sum = seconds(self.sum_us.load(Ordering::Relaxed));
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "{name}_sum {sum}\n{name}_count {count}");
    }
}

/// Microseconds as seconds with six decimals.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

/// Everything the shell counts.
#[derive(Debug, Default)]
pub struct Statistics {
    /// Parcels answered, by verdict, in the order of [`VERDICTS`].
    verdicts: [AtomicU64; VERDICTS.len()],
    /// Parcels refused because there was no room.
    pub busy: AtomicU64,
    /// Outcomes decided again because an invoice had moved.
    pub conflicts: AtomicU64,
    /// Batches stored.
    pub batches: AtomicU64,
    /// Time from the last byte of a parcel to its answer.
    pub intake: Histogram,
    /// Time of one batch in the store.
    pub commit: Histogram,
}

impl Statistics {
    /// Counts an answered parcel.
    pub fn answered(&self, verdict: acquit_domain::Verdict) {
        if let Some(row) = VERDICTS.iter().position(|(known, _)| *known == verdict) {
            self.verdicts[row].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes the counters in the text format of Prometheus.
    pub fn write(&self, out: &mut String) {
        let _ = writeln!(out, "# HELP acquit_parcels_total Parcels answered, by verdict.");
        let _ = writeln!(out, "# TYPE acquit_parcels_total counter");
        for ((_, key), count) in VERDICTS.iter().zip(&self.verdicts) {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(out, "acquit_parcels_total{{verdict=\"{key}\"}} {count}");
        }
        let counters = [
            ("acquit_parcels_busy_total", "Parcels refused for want of room.", &self.busy),
            ("acquit_conflicts_total", "Outcomes decided again.", &self.conflicts),
            ("acquit_batches_total", "Batches stored.", &self.batches),
        ];
        for (name, help, count) in counters {
            let count = count.load(Ordering::Relaxed);
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter\n{name} {count}");
        }
        self.intake.write(out, "acquit_intake_seconds", "From the last byte to the answer.");
        self.commit.write(out, "acquit_commit_seconds", "Storing one batch.");
    }
}
