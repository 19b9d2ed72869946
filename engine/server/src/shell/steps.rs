//! The pure steps, with the one place where a panic of theirs is caught.
//!
//! A panic while reading or deciding is a bug of ours. The parcel is then kept and parked for an
//! operator, and the worker lives on: one bad message never stops the others.

use super::arrival::Arrival;
use super::clock::Clock;
use acquit_domain::outcome::Alert;
use acquit_domain::{
    Channel, Direction, Exchange, Finding, Function, Keys, Known, Level, More, Outcome, Parcel,
    PartyCode, Place, Progress, Severity, Timestamp, Verdict,
};
use acquit_flow::Reading;
use acquit_mapping::rulebook::Rulebook;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Code of the finding on a parcel that met a bug of ours.
pub const BUG: &str = "SYS-BUG";

/// Kind under which a log row written by the shell is derived from its parcel.
const SHELL_ROW: u16 = 0x5E11;

/// A parcel after reading.
#[derive(Debug)]
pub struct Work {
    read: Read,
    spent: Duration,
}

/// What reading gave.
#[derive(Debug)]
enum Read {
    /// Facts and findings.
    Reading(Box<Reading>),
    /// A panic: only the parcel is left.
    Bug(Box<Parcel>, Keys),
}

impl Work {
    /// The questions to ask the store.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        match &self.read {
            Read::Reading(reading) => reading.keys(),
            Read::Bug(_, keys) => keys,
        }
    }

    /// What was read; `None` when reading met a bug.
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        match &self.read {
            Read::Reading(reading) => Some(reading),
            Read::Bug(..) => None,
        }
    }

    /// The parcel that was read.
    #[must_use]
    pub fn parcel(&self) -> &Parcel {
        match &self.read {
            Read::Reading(reading) => &reading.parcel,
            Read::Bug(parcel, _) => parcel,
        }
    }
}

/// Reads a parcel. Never fails and never panics.
#[must_use]
pub fn read(book: &Rulebook, parcel: Parcel) -> Work {
    let begun = Instant::now();
    let read = match catch_unwind(AssertUnwindSafe(|| acquit_flow::read(book, &parcel))) {
        Ok(reading) => Read::Reading(Box::new(reading)),
        Err(_) => {
            tracing::error!(parcel = %parcel.id, step = "read", "a parcel met a bug");
            Read::Bug(Box::new(parcel), Keys::default())
        }
    };
    Work { read, spent: begun.elapsed() }
}

/// Decides a parcel that was read. Never fails and never panics.
#[must_use]
pub fn decide(book: &Rulebook, work: &Work, known: &Known, now: Timestamp) -> Outcome {
    let begun = Instant::now();
    let mut outcome = match &work.read {
        Read::Bug(parcel, _) => bug(book, parcel, now),
        Read::Reading(reading) => {
            let decided =
                catch_unwind(AssertUnwindSafe(|| acquit_flow::decide(book, reading, known, now)));
            decided.unwrap_or_else(|_| {
                let parcel = &reading.parcel;
                tracing::error!(parcel = %parcel.id, step = "decide", "a parcel met a bug");
                bug(book, parcel, now)
            })
        }
    };
    let spent = u32::try_from((work.spent + begun.elapsed()).as_micros()).unwrap_or(u32::MAX);
    for row in &mut outcome.exchanges {
        row.duration_us = spent;
    }
    outcome
}

/// The outcome of a parcel that met a bug: kept, logged, and told to the operator.
fn bug(book: &Rulebook, parcel: &Parcel, now: Timestamp) -> Outcome {
    let mut finding = Finding::business(BUG, Severity::Error, Place::default());
    finding.level = Level::Input;
    let mut row = row(book, parcel, now);
    row.observation = "Erreur interne : message conservé, à retraiter".to_owned();
    row.verdict = Verdict::Parked;
    row.findings = vec![finding.clone()];
    row.hash = acquit_flow::row_hash(&row);
    let alert = Alert {
        code: "sys.bug".to_owned(),
        text: "A parcel met a bug; it is kept and can be processed again.".to_owned(),
        at: now,
        exchange: Some(row.id),
    };
    Outcome {
        verdict: Verdict::Parked,
        findings: vec![finding],
        exchanges: vec![row],
        alerts: vec![alert],
        ..nothing(parcel.clone())
    }
}

/// What an operator did, as a row of the log; its words are the bytes of its parcel.
#[must_use]
pub fn operation(book: &Rulebook, clock: &Clock, operator: &PartyCode, note: &str) -> Outcome {
    let arrival = Arrival { partner: Some(operator.clone()), ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(clock, note.as_bytes());
    let mut row = row(book, &parcel, parcel.received_at);
    row.function = Function::Ope;
    row.user = operator.to_string();
    row.observation = note.to_owned();
    row.verdict = Verdict::Accepted;
    row.hash = acquit_flow::row_hash(&row);
    Outcome { verdict: Verdict::Accepted, exchanges: vec![row], ..nothing(parcel) }
}

/// A row of the log about a parcel as a whole, which moves nothing.
fn row(book: &Rulebook, parcel: &Parcel, at: Timestamp) -> Exchange {
    Exchange {
        id: parcel.id.derive(SHELL_ROW, 0),
        parcel: parcel.id,
        first_byte: 0,
        bytes: parcel.bytes.len() as u64,
        at,
        partner: parcel.partner.clone().unwrap_or_else(nobody),
        channel: parcel.channel,
        direction: Direction::In,
        function: Function::Unknown,
        message: String::new(),
        reference: String::new(),
        invoice: None,
        n: None,
        event: String::new(),
        from: None,
        to: None,
        before: None,
        after: None,
        user: String::new(),
        recipient: String::new(),
        observation: String::new(),
        needs_reply: false,
        verdict: Verdict::Rejected,
        findings: Vec::new(),
        unread: Vec::new(),
        book: book.hash,
        content: [0; 32],
        previous: [0; 32],
        hash: [0; 32],
        duration_us: 0,
    }
}

/// The outcome of a parcel that is kept and causes nothing.
fn nothing(parcel: Parcel) -> Outcome {
    Outcome {
        parcel,
        progress: Progress::Whole,
        keep_bytes: true,
        verdict: Verdict::Rejected,
        messages: Vec::new(),
        findings: Vec::new(),
        more: More::default(),
        answers: Vec::new(),
        exchanges: Vec::new(),
        invoices: Vec::new(),
        documents: Vec::new(),
        parties: Vec::new(),
        envelopes: Vec::new(),
        replaced: Vec::new(),
        letters: Vec::new(),
        marks: Vec::new(),
        parked: Vec::new(),
        released: Vec::new(),
        alerts: Vec::new(),
    }
}

/// The partner of a parcel that nobody in particular handed over.
fn nobody() -> PartyCode {
    PartyCode::new("?").expect("a question mark is a printable code")
}
