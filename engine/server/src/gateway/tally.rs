//! How calls went, for `/metrics`.
//!
//! What it is *not*: the health that decides whether somebody is called; that is
//! [`House`](super::House)'s.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What became of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Went {
    /// Answered, 2xx.
    Answered,
    /// Answered, with another status below 500.
    Refused,
    /// Answered, with 500 or more.
    Failed,
    /// It may have arrived, and nothing came back.
    Silent,
    /// Nothing left.
    Unsent,
}

impl Went {
    const fn key(self) -> &'static str {
        match self {
            Went::Answered => "answered",
            Went::Refused => "refused",
            Went::Failed => "failed",
            Went::Silent => "silent",
            Went::Unsent => "unsent",
        }
    }

    /// Of an answer with this status.
    pub(super) const fn of(status: u16) -> Went {
        match status {
            200..300 => Went::Answered,
            500.. => Went::Failed,
            _ => Went::Refused,
        }
    }
}

/// Whom, what for.
type Of = (String, &'static str);

/// Calls counted since the start. Their names come from the rules, so there are few.
#[derive(Debug, Default)]
pub(super) struct Tally {
    counts: Mutex<BTreeMap<(Of, Went), u64>>,
    took: Mutex<BTreeMap<Of, (u64, Duration)>>,
}

impl Tally {
    /// Counts one call.
    pub(super) fn count(&self, to: &str, purpose: &'static str, went: Went, took: Duration) {
        let of = (to.to_owned(), purpose);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry((of.clone(), went)).or_default() += 1;
        drop(counts);
        let mut times = self.took.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, sum) = times.entry(of).or_default();
        *count += 1;
        *sum += took;
    }

    /// Writes the counters in the text format of Prometheus.
    pub(super) fn write(&self, out: &mut String) {
        let name = "acquit_calls_total";
        let help = "Calls to providers and issuers, by purpose and outcome.";
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} counter");
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for (((to, purpose), went), count) in counts.iter() {
            let went = went.key();
            let _ = writeln!(
                out,
                "{name}{{to=\"{to}\",purpose=\"{purpose}\",outcome=\"{went}\"}} {count}"
            );
        }
        drop(counts);
        let name = "acquit_call_seconds";
        let help = "How long calls to providers and issuers took.";
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} summary");
        let took = self.took.lock().unwrap_or_else(PoisonError::into_inner);
        for ((to, purpose), (count, sum)) in took.iter() {
            let of = format!("to=\"{to}\",purpose=\"{purpose}\"");
            let (seconds, micros) = (sum.as_secs(), sum.subsec_micros());
            let _ = writeln!(out, "{name}_sum{{{of}}} {seconds}.{micros:06}");
            let _ = writeln!(out, "{name}_count{{{of}}} {count}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let tally = Tally::default();
        tally.count("CMI", "query", Went::of(200), Duration::from_millis(250));
        tally.count("CMI", "query", Went::of(503), Duration::from_millis(1_500));
        tally.count("CMI", "refund", Went::Silent, Duration::ZERO);
        let mut told = String::new();
        tally.write(&mut told);
        let lines: Vec<&str> = told.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            lines,
            [
                "acquit_calls_total{to=\"CMI\",purpose=\"query\",outcome=\"answered\"} 1",
                "acquit_calls_total{to=\"CMI\",purpose=\"query\",outcome=\"failed\"} 1",
                "acquit_calls_total{to=\"CMI\",purpose=\"refund\",outcome=\"silent\"} 1",
                "acquit_call_seconds_sum{to=\"CMI\",purpose=\"query\"} 1.750000",
                "acquit_call_seconds_count{to=\"CMI\",purpose=\"query\"} 2",
                "acquit_call_seconds_sum{to=\"CMI\",purpose=\"refund\"} 0.000000",
                "acquit_call_seconds_count{to=\"CMI\",purpose=\"refund\"} 1",
            ]
        );
    }
}
