//! `vat.toml`: which rates of value added tax hold on which day.
//!
//! What this module is *not*: it does not know which goods bear which rate, so a rate that is
//! allowed may still be the wrong one for a service.

use crate::files::{FileFault, Page};
use acquit_domain::{Date, Decimal};

/// A rate and the days it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rate {
    /// Percent (20 for 20 %).
    pub percent: Decimal,
    /// First day; `None` when it has held as long as invoices go back.
    pub since: Option<Date>,
    /// Last day; `None` when it still holds.
    pub until: Option<Date>,
    /// What it is for.
    pub on: String,
    /// The text of law.
    pub source: String,
}

/// Every rate.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Vat {
    /// In the order of the file.
    pub rates: Vec<Rate>,
}

impl Vat {
    /// Reads `vat.toml`.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Vat, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let mut rates = Vec::new();
        for section in root.sections("rate") {
            let percent = section.decimal("percent");
            if !section.has("percent") {
                section.fault(section.at(), "\"percent\" is missing", &[]);
            }
            let rate = Rate {
                percent: percent.unwrap_or_default(),
                since: section.date("since"),
                until: section.date("until"),
                on: section.needed("on").text.to_owned(),
                source: section.needed("source").text.to_owned(),
            };
            if rate.since.zip(rate.until).is_some_and(|(since, until)| until < since) {
                section.fault(section.at(), "\"until\" is before \"since\"", &[]);
            }
            section.finish();
            rates.push(rate);
        }
        if rates.is_empty() {
            root.fault(0, "no rate is written", &[]);
        }
        root.finish();
        (Vat { rates }, page.into_faults())
    }

    /// True when the rate holds for something on that day.
    #[must_use]
    pub fn allowed(&self, percent: Decimal, on: Date) -> bool {
        self.rates.iter().any(|rate| {
            rate.percent == percent
                && rate.since.is_none_or(|since| since <= on)
                && rate.until.is_none_or(|until| on <= until)
        })
    }

    /// The rates that hold on a day, ascending, each once: what to say instead of a wrong one.
    #[must_use]
    pub fn on(&self, day: Date) -> Vec<Decimal> {
        let mut rates: Vec<Decimal> = self
            .rates
            .iter()
            .map(|rate| rate.percent)
            .filter(|percent| self.allowed(*percent, day))
            .collect();
        rates.sort();
        rates.dedup();
        rates
    }
}
