//! What partners really did with money: the truth that the engine is held against.

use crate::amount;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    /// The partner took the payer's money.
    Took,
    /// The partner gave it back.
    GaveBack,
    /// The payment was declined.
    Declined,
    /// The reference ended before it was paid.
    Expired,
    /// An authorisation was given up: no money moved.
    Released,
}

/// One thing that happened at a partner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The partner: `CMI`, `FATOURATI`, `AMANPAY`, `BANK`.
    pub partner: &'static str,
    /// What happened.
    pub deed: Deed,
    /// The partner's number of it.
    pub transaction: String,
    /// The order it was told.
    pub order: String,
    /// How much, in centimes.
    pub minor: i64,
    /// The channel that took it; empty when there is none.
    pub operator: String,
    /// The misbehaviours that touched it.
    pub because: Vec<&'static str>,
    /// When.
    pub at: Timestamp,
}

impl Entry {
    /// An entry of now that nothing misbehaved about.
    #[must_use]
    pub fn now(partner: &'static str, deed: Deed, order: &str, minor: i64) -> Entry {
        Entry {
            partner,
            deed,
            transaction: String::new(),
            order: order.to_owned(),
            minor,
            operator: String::new(),
            because: Vec::new(),
            at: Timestamp::now(),
        }
    }

    /// The day it belongs to at home.
    #[must_use]
    pub fn day(&self) -> Date {
        local(self.at).date()
    }
}

/// A moment as clocks in Morocco show it.
#[must_use]
pub fn local(at: Timestamp) -> DateTime {
    home().to_datetime(at)
}

/// The zone of clocks in Morocco.
#[must_use]
pub fn home() -> TimeZone {
    TimeZone::get("Africa/Casablanca").unwrap_or(TimeZone::UTC)
}

/// The journal of all partners of a simulation.
#[derive(Debug, Clone, Default)]
pub struct Journal {
    entries: Arc<Mutex<Vec<Entry>>>,
    strange: Arc<Mutex<Vec<String>>>,
}

impl Journal {
    /// Writes an entry.
    pub fn write(&self, entry: Entry) {
        lock(&self.entries).push(entry);
    }

    /// Writes that the other side did what it must not: believed a forged message, for one.
    pub fn strange(&self, what: String) {
        lock(&self.strange).push(what);
    }

    /// All entries, oldest first.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.entries).clone()
    }

    /// Everything the other side did that it must not.
    #[must_use]
    pub fn all_strange(&self) -> Vec<String> {
        lock(&self.strange).clone()
    }

    /// The settlement file of a partner's day.
    #[must_use]
    pub fn settlement(&self, partner: &str, day: Date) -> String {
        let mut text =
            "transaction;order;reference;type;amount;currency;fee;date;operator\r\n".to_owned();
        let entries = lock(&self.entries);
        for entry in entries.iter().filter(|one| one.partner == partner && one.day() == day) {
            let kind = match entry.deed {
                Deed::Took => "paid",
                Deed::GaveBack => "refund",
                _ => continue,
            };
            let (amount, operator) = (amount::write(entry.minor), &entry.operator);
            let (transaction, order) = (&entry.transaction, &entry.order);
            text.push_str(&format!(
                "{transaction};{order};;{kind};{amount};MAD;0.00;{day};{operator}\r\n"
            ));
        }
        text
    }

    /// What partners took and did not give back, in centimes.
    #[must_use]
    pub fn kept(&self) -> i64 {
        lock(&self.entries).iter().fold(0, |sum, entry| match entry.deed {
            Deed::Took => sum + entry.minor,
            Deed::GaveBack => sum - entry.minor,
            _ => sum,
        })
    }
}

/// A lock that outlives a panic elsewhere: what it holds is whole after every push.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
