//! The pure steps, with the one place where a panic of theirs is caught.
//!
//! A panic while reading or deciding is a bug of ours. The parcel is then kept and parked for an
//! operator, and the worker lives on: one bad message never stops the others.

use super::arrival::Arrival;
use super::clock::Clock;
use acquit_domain::outcome::Alert;
use acquit_domain::{
    Carried, Channel, Direction, Envelope, Exchange, Finding, Function, Keys, Known, Level, More,
    Outcome, Parcel, PartyCode, Place, Progress, Severity, Timestamp, Verdict,
};
use acquit_flow::{Occurrence, Part, Reading, Survey};
use acquit_mapping::language::Language;
use acquit_mapping::rulebook::Rulebook;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
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
    /// The envelopes of a large parcel, which decide it.
    Survey(Box<Survey>),
    /// One part of a large parcel, and what the parts before it left.
    Part(Box<Part>, Arc<Carried>),
    /// A panic: only the parcel is left.
    Bug(Box<Parcel>, Box<Keys>),
}

impl Work {
    /// A large parcel whose envelopes decide it.
    #[must_use]
    pub fn surveyed(survey: Survey) -> Work {
        Work { read: Read::Survey(Box::new(survey)), spent: Duration::ZERO }
    }

    /// One part of a large parcel, after what the parts before it left.
    #[must_use]
    pub fn part(part: Part, before: Arc<Carried>) -> Work {
        Work { read: Read::Part(Box::new(part), before), spent: Duration::ZERO }
    }

    /// The questions to ask the store.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        match &self.read {
            Read::Reading(reading) => reading.keys(),
            Read::Survey(survey) => &survey.keys,
            Read::Part(part, _) => &part.keys,
            Read::Bug(_, keys) => keys,
        }
    }

    /// What was read; `None` when reading met a bug.
    #[must_use]
    pub fn reading(&self) -> Option<&Reading> {
        match &self.read {
            Read::Reading(reading) => Some(reading),
            Read::Survey(_) | Read::Part(..) | Read::Bug(..) => None,
        }
    }

    /// The parcel that was read.
    #[must_use]
    pub fn parcel(&self) -> &Parcel {
        match &self.read {
            Read::Reading(reading) => &reading.parcel,
            Read::Survey(survey) => &survey.parcel,
            Read::Part(part, _) => &part.parcel,
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
            Read::Bug(Box::new(parcel), Box::default())
        }
    };
    Work { read, spent: begun.elapsed() }
}

/// Surveys a parcel that is to be taken part by part; `None` for all others. Never panics.
#[must_use]
pub fn survey(book: &Rulebook, parcel: &Parcel) -> Option<Survey> {
    if !acquit_flow::may_be_large(parcel) {
        return None;
    }
    // Should this panic, reading does so too, and there it is told.
    let surveyed = catch_unwind(AssertUnwindSafe(|| acquit_flow::survey(book, parcel)));
    surveyed.ok().filter(Survey::is_large)
}

/// Decides a parcel that was read. Never fails and never panics. `None` when it has to wait for
/// another that is being taken part by part.
#[must_use]
pub fn decide(book: &Rulebook, work: &Work, known: &Known, now: Timestamp) -> Option<Outcome> {
    if acquit_flow::must_wait(work.keys(), known, work.parcel().id) {
        return None;
    }
    let begun = Instant::now();
    let mut outcome = match &work.read {
        Read::Bug(parcel, _) => bug(book, parcel, now),
        Read::Survey(survey) => {
            let decide = || acquit_flow::decide_survey(book, survey, known, now);
            let decided = catch_unwind(AssertUnwindSafe(decide));
            decided.unwrap_or_else(|_| Some(met(book, &survey.parcel, now)))?
        }
        Read::Part(part, before) => {
            let decide = || acquit_flow::decide_part(book, part, before, known, now);
            let decided = catch_unwind(AssertUnwindSafe(decide));
            decided.unwrap_or_else(|_| end(part, before, met(book, &part.parcel, now)))
        }
        Read::Reading(reading) => {
            let decided =
                catch_unwind(AssertUnwindSafe(|| acquit_flow::decide(book, reading, known, now)));
            decided.unwrap_or_else(|_| met(book, &reading.parcel, now))
        }
    };
    let spent = u32::try_from((work.spent + begun.elapsed()).as_micros()).unwrap_or(u32::MAX);
    for row in &mut outcome.exchanges {
        row.duration_us = spent;
    }
    Some(outcome)
}

/// Decides what happened to payments. Never fails and never panics.
#[must_use]
pub fn payment(
    book: &Rulebook,
    parcel: &Parcel,
    occurrence: &Occurrence,
    known: &Known,
    now: Timestamp,
) -> Outcome {
    let begun = Instant::now();
    let decide = || acquit_flow::decide_payment(book, parcel, occurrence, known, now);
    let decided = catch_unwind(AssertUnwindSafe(decide));
    let mut outcome = decided.unwrap_or_else(|_| met(book, parcel, now));
    let spent = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
    for row in &mut outcome.exchanges {
        row.duration_us = spent;
    }
    outcome
}

/// Logs that deciding a parcel met a bug, and gives the outcome of that.
fn met(book: &Rulebook, parcel: &Parcel, now: Timestamp) -> Outcome {
    tracing::error!(parcel = %parcel.id, step = "decide", "a parcel met a bug");
    bug(book, parcel, now)
}

/// A bug in a later part ends the parcel there: what was stored of it stays.
fn end(part: &Part, before: &Carried, bug: Outcome) -> Outcome {
    let Some(earlier) = part.number.checked_sub(1).filter(|earlier| *earlier > 0) else {
        return bug;
    };
    let open = part.pieces.first().filter(|_| before.open).map(|piece| &piece.sent);
    let key = open.and_then(|sent| sent.key.clone());
    let envelope = open.zip(key.clone()).map(|(sent, key)| Envelope {
        key,
        sha256: sent.sha256,
        parcel: part.parcel.id,
        received_at: part.parcel.received_at,
        verdict: bug.verdict,
        messages: Vec::new(),
        findings: bug.findings.clone(),
        more: More::default(),
        in_parts: false,
        letters: Vec::new(),
    });
    Outcome {
        keep_bytes: false,
        progress: Progress::Last { before: earlier, letters: before.letters.clone() },
        replaced: key.into_iter().collect(),
        envelopes: envelope.into_iter().collect(),
        ..bug
    }
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
        findings: vec![finding],
        exchanges: vec![row],
        alerts: vec![alert],
        ..Outcome::new(parcel.clone(), Verdict::Parked)
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
    Outcome { exchanges: vec![row], ..Outcome::new(parcel, Verdict::Accepted) }
}

/// Something a channel gave a partner for its message (a receipt of AS2): kept, and logged as sent.
#[cfg(feature = "as2")]
#[must_use]
pub fn given(book: &Rulebook, parcel: Parcel, message: &str, reference: &str) -> Outcome {
    let mut row = row(book, &parcel, parcel.received_at);
    row.direction = Direction::Out;
    row.message = message.to_owned();
    row.reference = reference.to_owned();
    row.recipient = row.partner.to_string();
    row.verdict = Verdict::Accepted;
    row.hash = acquit_flow::row_hash(&row);
    Outcome { exchanges: vec![row], ..Outcome::new(parcel, Verdict::Accepted) }
}

/// A parcel that its channel must refuse whatever it holds: kept, logged with why, without effect.
#[must_use]
pub fn refused(book: &Rulebook, parcel: Parcel, finding: Finding) -> Outcome {
    unreadable(book, parcel, &[finding])
}

/// A file that cannot be taken: kept, logged with everything found, without effect.
#[must_use]
pub fn unreadable(book: &Rulebook, parcel: Parcel, findings: &[Finding]) -> Outcome {
    let mut row = row(book, &parcel, parcel.received_at);
    row.message.clone_from(&parcel.name);
    let worst = findings.iter().find(|finding| finding.rejects()).or(findings.first());
    row.observation = worst.map_or(String::new(), |worst| book.words.say(worst, Language::Fr));
    let findings = findings.to_vec();
    row.findings.clone_from(&findings);
    row.hash = acquit_flow::row_hash(&row);
    Outcome { findings, exchanges: vec![row], ..Outcome::new(parcel, Verdict::Rejected) }
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
        letters: None,
        previous: [0; 32],
        hash: [0; 32],
        duration_us: 0,
    }
}

/// The partner of a parcel that nobody in particular handed over.
fn nobody() -> PartyCode {
    PartyCode::new("?").expect("a question mark is a printable code")
}
