//! A load: issuers, payers, a provider, and somebody who asks for what is not theirs.
//!
//! Whoever gets no answer sends the same bytes again until there is one, as partners do.

mod issuer;
mod payer;
mod prober;

use crate::client::{Answer, Client, Request};
use crate::house_keys::Keys;
use crate::journal::{Entry, Got, Journal, Kind, Sent, What, micros, sha256};
use crate::pause::pause;
use crate::random::Random;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Longest a client waits for one byte of an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a client tries on after the load is told to stop.
const AFTER_STOP: Duration = Duration::from_secs(30);

/// What is driven, and how.
#[derive(Clone)]
pub struct Load {
    /// The server.
    pub address: SocketAddr,
    /// Who we are there.
    pub keys: Keys,
    /// Where everything is written down.
    pub journal: Arc<Journal>,
    /// Seed of everything that is chosen.
    pub seed: u64,
    /// Tells this load's numbers from those of others over the same database.
    pub phase: u64,
    /// Issuers that send at one time.
    pub issuers: u64,
    /// Payers at one time.
    pub payers: u64,
    /// Whether somebody asks for what is not theirs.
    pub probes: bool,
    /// Ends the load.
    pub stop: Arc<AtomicBool>,
    /// Ends it without waiting for answers.
    pub gone: Arc<AtomicBool>,
    /// How many requests were answered.
    pub answered: Arc<AtomicU64>,
}

/// Invoices that wait for a payer: issuer, number, amount with tax.
type Payable = Arc<Mutex<Vec<(String, i64)>>>;

/// A running load.
pub struct Running {
    load: Load,
    threads: Vec<JoinHandle<()>>,
}

impl Load {
    /// Starts it.
    #[must_use]
    pub fn start(self) -> Running {
        let payable = Payable::default();
        let mut threads = Vec::new();
        let mut person = 0;
        let mut hire = |work: fn(Person, Payable)| {
            let person_of_thread = Person::new(&self, person);
            person += 1;
            let payable = payable.clone();
            threads.push(std::thread::spawn(move || work(person_of_thread, payable)));
        };
        (0..self.issuers).for_each(|_| hire(issuer::run));
        (0..self.payers).for_each(|_| hire(payer::run));
        (0..u64::from(self.probes)).for_each(|_| hire(prober::run));
        Running { load: self, threads }
    }
}

impl Running {
    /// Ends the load, and waits until every request has its answer.
    pub fn stop(self) {
        self.load.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            let _ = thread.join();
        }
    }

    /// Ends the load for good: what has no answer gets none.
    pub fn abandon(self) {
        self.load.gone.store(true, Ordering::Relaxed);
        self.stop();
    }

    /// How many requests were answered until now.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.load.answered.load(Ordering::Relaxed)
    }
}

/// One who sends, with a connection of its own.
struct Person {
    load: Load,
    random: Random,
    client: Client,
    /// Which one.
    number: u64,
    /// How many names it has given.
    names: u64,
}

/// A request to send until it is answered.
struct Wish<'a> {
    who: &'a str,
    key: &'a str,
    line: &'a str,
    headers: &'a str,
    body: &'a [u8],
    what: What,
}

impl Person {
    fn new(load: &Load, number: u64) -> Person {
        Person {
            load: load.clone(),
            random: Random::new(load.seed ^ (load.phase << 32) ^ (number << 48)),
            client: Client::new(load.address, PATIENCE),
            number,
            names: 0,
        }
    }

    fn is_over(&self) -> bool {
        self.load.stop.load(Ordering::Relaxed)
    }

    /// A name that nobody else gives: 13 digits.
    fn name(&mut self) -> String {
        self.names += 1;
        format!("{:04}{:03}{:06}", self.load.phase, self.number, self.names)
    }

    /// Sends until there is an answer, and gives it; nothing when the load ended before.
    fn ask(&mut self, wish: Wish<'_>) -> Option<Answer> {
        let op = self.load.journal.number();
        let mut until = None;
        loop {
            self.load.journal.add(Entry::Sent(Sent {
                op,
                at: micros(),
                who: wish.who.to_owned(),
                line: format!("{} {}", wish.line, wish.headers.replace("\r\n", " ")),
                sha256: sha256(wish.body),
                what: wish.what.clone(),
            }));
            let Wish { key, line, headers, body, .. } = wish;
            let answer = self.client.call(Request { line, key, headers, body });
            self.load.journal.add(Entry::Got(Got {
                op,
                at: micros(),
                status: answer.as_ref().map_or(0, |answer| answer.status),
                retry_after: answer.as_ref().and_then(|answer| answer.retry_after.clone()),
                body: answer.as_ref().map(Answer::text).unwrap_or_default(),
            }));
            match answer {
                Some(answer) if !matches!(answer.status, 429 | 503) => {
                    self.load.answered.fetch_add(1, Ordering::Relaxed);
                    return Some(answer);
                }
                Some(_) => pause(Duration::from_millis(20)),
                None => pause(Duration::from_millis(5)),
            }
            if self.is_over() {
                let until = *until.get_or_insert_with(|| Instant::now() + AFTER_STOP);
                if Instant::now() >= until || self.load.gone.load(Ordering::Relaxed) {
                    return None;
                }
            }
        }
    }
}

/// A request about no invoice.
fn about(kind: Kind) -> What {
    let (issuer, number, reference) = (String::new(), String::new(), String::new());
    What { kind, issuer, number, amount: 0, written: 0, reference }
}
