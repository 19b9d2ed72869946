//! Checking the log against itself, against its checkpoints, and against what was made from it.
//!
//! The log is read once, from end to end, and never held: what stays in memory is the end of each
//! invoice's chain, and the hashes of letters.

use crate::checkpoint::{Checkpoint, lines};
use crate::commit::last_seq;
use crate::error::Result;
use crate::exchange_row::{exchange_columns, exchange_of};
use crate::invoice_row::{invoice_columns, invoice_of};
use crate::link::Link;
use crate::merkle::Tree;
use crate::store::Store;
use crate::value::{Row, Value};
use acquit_domain::{Exchange, Id, Invoice, InvoiceKey, InvoiceState, Status};
use held::Held;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use tokio::sync::oneshot;

mod checkpoints;
mod held;
mod money;

pub use held::{LetterHash, LettersHash};

/// The hash of a log row over its content and the hash before it.
pub type RowHash = fn(&Exchange) -> [u8; 32];

/// The hash of an invoice as it is held: what the last row of its chain carries.
pub type InvoiceHash = fn(&Invoice) -> [u8; 32];

/// What everything must hash to.
#[derive(Debug, Clone, Copy)]
pub struct Hashes {
    /// A row.
    pub row: RowHash,
    /// What the last row of an invoice carries of it.
    pub invoice: InvoiceHash,
    /// A letter.
    pub letter: LetterHash,
    /// The letters a row carries the hash of.
    pub letters: LettersHash,
}

/// Breaks a report tells one by one; more are only counted.
pub const BREAKS_MAX: usize = 100;

/// A row was changed, deleted, added or moved.
const BREAK: &str = "AUDIT-BREAK";
/// The log agrees with itself, but not with a checkpoint somebody else kept.
const FORK: &str = "AUDIT-FORK";

const ROWS: &str = concat!("SELECT ", exchange_columns!(), " FROM exchanges ORDER BY seq");
const INVOICES: &str = concat!("SELECT ", invoice_columns!(""), " FROM invoices");

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Break {
    /// `AUDIT-BREAK` or `AUDIT-FORK`.
    pub code: &'static str,
    /// Position in the log, when it is about one.
    pub seq: Option<i64>,
    /// What, in a sentence.
    pub text: String,
}

/// What was checked, and what does not hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Log rows read.
    pub rows: u64,
    /// Invoices compared with the log.
    pub invoices: u64,
    /// Checkpoints compared with the log, ours and others'.
    pub checkpoints: u64,
    /// Files whose bytes were hashed.
    pub blobs: u64,
    /// Postings the ledger was proved from.
    pub postings: u64,
    /// The first [`BREAKS_MAX`] things that do not hold.
    pub breaks: Vec<Break>,
    /// How many things do not hold.
    pub broken: u64,
}

impl Report {
    /// True when everything holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.broken == 0
    }

    /// Adds what was found by another.
    fn join(&mut self, other: Report) {
        let broken = self.broken + other.broken;
        self.rows += other.rows;
        self.invoices += other.invoices;
        self.checkpoints += other.checkpoints;
        self.blobs += other.blobs;
        self.postings += other.postings;
        for found in other.breaks {
            self.add(found.code, found.seq, found.text);
        }
        self.broken = broken;
    }

    fn add(&mut self, code: &'static str, seq: Option<i64>, text: impl Into<String>) {
        self.broken += 1;
        if self.breaks.len() < BREAKS_MAX {
            self.breaks.push(Break { code, seq, text: text.into() });
        }
    }
}

/// The end of an invoice's chain.
struct Tail {
    n: u32,
    hash: [u8; 32],
    content: [u8; 32],
    state: Option<InvoiceState>,
    status: Option<Status>,
}

/// A range of the log whose root is wanted.
type Range = (i64, i64);

/// What is known while reading the log.
struct Walk {
    report: Report,
    hashes: Hashes,
    last: i64,
    tails: HashMap<[u8; 16], Tail>,
    wanted: Vec<Range>,
    open: BTreeMap<Range, Tree>,
    roots: BTreeMap<Range, [u8; 32]>,
    /// The rows that tell of letters, with their place and the hash they carry.
    told: Vec<(Id, i64, [u8; 32])>,
}

impl Store {
    /// Checks the whole log and what was made from it, on two threads: one reads the log and the
    /// invoices, the other files, letters, and what others refer to. `hashes` say what everything
    /// must hash to; `kept` are the lines of checkpoints that were kept outside.
    ///
    /// # Errors
    /// When the database cannot be asked. A row that cannot be read is no error, but a break.
    pub async fn verify(&self, hashes: Hashes, kept: Vec<String>) -> Result<Report> {
        let (begun, ready) = oneshot::channel();
        let held = self.read(move |link| {
            let last = last_seq(link)?;
            // Nobody waits any more when verifying was given up.
            let _ = begun.send(());
            held::check(link, last, hashes.letter)
        });
        let log = async {
            // The log is read as it stands later, so that it tells of everything held.
            let _ = ready.await;
            self.read(move |link| verify(link, hashes, &kept)).await
        };
        let (held, log) = tokio::join!(held, log);
        let (mut held, mut walk) = (held?, log?);
        walk.report.join(std::mem::take(&mut held.report));
        check_letters(&mut walk, held);
        Ok(walk.report)
    }
}

fn verify(link: &Link, hashes: Hashes, kept: &[String]) -> Result<Walk> {
    let own = lines(link)?;
    let mut walk = Walk {
        report: Report::default(),
        hashes,
        last: 0,
        tails: HashMap::new(),
        wanted: wanted(&own, kept),
        open: BTreeMap::new(),
        roots: BTreeMap::new(),
        told: Vec::new(),
    };
    link.each_or_not(ROWS, &[], |row| {
        let seq = seq_of(&row).unwrap_or(walk.last + 1);
        match row.and_then(exchange_of) {
            Ok((seq, exchange)) => walk_row(&mut walk, seq, &exchange),
            Err(error) => {
                walk.last = seq;
                walk.report.add(BREAK, Some(seq), format!("the row cannot be read: {error}"));
            }
        }
        Ok(())
    })?;
    // A log whose rows agree with each other and not with a kept checkpoint was made anew.
    let anew = if walk.report.holds() { FORK } else { BREAK };
    checkpoints::check_own(&mut walk, &own);
    checkpoints::check_kept(&mut walk, kept, &own, anew);
    check_invoices(&mut walk, link)?;
    Ok(walk)
}

/// The ranges whose roots are wanted, the first one last.
fn wanted(own: &[String], kept: &[String]) -> Vec<Range> {
    let mut wanted: Vec<Range> = own
        .iter()
        .chain(kept)
        .filter_map(|line| Checkpoint::parse(line))
        .map(|checkpoint| (checkpoint.first_seq, checkpoint.last_seq))
        .collect();
    wanted.sort_unstable_by(|left, right| right.cmp(left));
    wanted.dedup();
    wanted
}

/// The letters held must be those the rows tell of, word for word.
fn check_letters(walk: &mut Walk, mut held: Held) {
    walk.told.sort_unstable();
    held.letters.sort_unstable();
    let mut told = std::mem::take(&mut walk.told).into_iter().peekable();
    let mut found = Vec::new();
    for group in held.letters.chunk_by(|left, right| left.0 == right.0) {
        let proof = group.first().map_or(Id(0), |(proof, ..)| *proof);
        while let Some((_, seq, _)) = told.next_if(|(row, ..)| *row < proof) {
            found.push((seq, "the letters this row tells of are not held"));
        }
        let mut hashes: Vec<_> = group.iter().map(|(_, letter, hash)| (*letter, *hash)).collect();
        let hash = (walk.hashes.letters)(&mut hashes);
        match told.next_if(|(row, ..)| *row == proof) {
            Some((.., carried)) if carried == hash => {}
            Some((_, seq, _)) => found.push((seq, "the letters are not those this row tells of")),
            None => walk.report.add(BREAK, None, format!("no row {proof} tells of its letters")),
        }
    }
    found.extend(told.map(|(_, seq, _)| (seq, "the letters this row tells of are not held")));
    // Rows written while this was read may tell of letters written meanwhile.
    for (seq, text) in found.into_iter().filter(|(seq, _)| *seq <= held.last) {
        walk.report.add(BREAK, Some(seq), text);
    }
}

/// The position a row says it has.
fn seq_of(row: &Result<Row>) -> Option<i64> {
    match row.as_ref().ok()?.first()? {
        Value::Int(seq) => Some(*seq),
        _ => None,
    }
}

fn walk_row(walk: &mut Walk, seq: i64, exchange: &Exchange) {
    walk.report.rows += 1;
    if seq != walk.last + 1 {
        let text = format!("rows {} to {} are missing", walk.last + 1, seq - 1);
        walk.report.add(BREAK, Some(seq), text);
    }
    walk.last = seq;
    let hash = (walk.hashes.row)(exchange);
    if hash != exchange.hash {
        walk.report.add(BREAK, Some(seq), "the row is not what its hash was made of");
    }
    while walk.wanted.last().is_some_and(|(first, _)| *first <= seq) {
        let range = walk.wanted.pop().expect("there is a last one");
        walk.open.insert(range, Tree::default());
    }
    for tree in walk.open.values_mut() {
        tree.push(&hash);
    }
    let closed = walk.open.extract_if(.., |(_, last), _| *last <= seq);
    walk.roots.extend(closed.map(|(range, tree)| (range, tree.root())));
    walk.told.extend(exchange.letters.map(|letters| (exchange.id, seq, letters)));
    if let (Some(key), Some(n)) = (&exchange.invoice, exchange.n) {
        follow(walk, seq, exchange, key, n);
    }
}

/// The chain of one invoice: numbers without gaps, each row naming the hash before it.
fn follow(walk: &mut Walk, seq: i64, exchange: &Exchange, key: &InvoiceKey, n: u32) {
    let start = Tail { n: 0, hash: [0; 32], content: [0; 32], state: None, status: None };
    let tail = walk.tails.entry(digest(key)).or_insert(start);
    let numbered = n == tail.n + 1;
    let chained = exchange.previous == tail.hash;
    tail.n = n;
    tail.hash = exchange.hash;
    tail.content = exchange.content;
    tail.state = exchange.to.or(tail.state);
    tail.status = exchange.after.or(tail.status);
    let (issuer, number) = (&key.issuer, &key.number);
    if !numbered {
        let text = format!("row {n} of invoice {number} of {issuer} is out of turn");
        walk.report.add(BREAK, Some(seq), text);
    }
    if !chained {
        let text =
            format!("row {n} of invoice {number} of {issuer} does not follow the one before");
        walk.report.add(BREAK, Some(seq), text);
    }
}

/// Enough of a hash to tell a million keys apart, in half the room of the keys.
fn digest(key: &InvoiceKey) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(key.number.as_str());
    hasher.update([0x1f]);
    hasher.update(key.issuer.as_str());
    let hash: [u8; 32] = hasher.finalize().into();
    *hash.split_first_chunk().expect("a hash has 32 bytes").0
}

/// What is held of each invoice must be what its rows tell.
fn check_invoices(walk: &mut Walk, link: &Link) -> Result<()> {
    link.each_or_not(INVOICES, &[], |row| {
        walk.report.invoices += 1;
        match row.and_then(invoice_of) {
            Ok(invoice) => check_invoice(walk, &invoice),
            Err(error) => {
                let text = format!("an invoice cannot be read: {error}");
                walk.report.add(BREAK, None, text);
            }
        }
        Ok(())
    })?;
    if !walk.tails.is_empty() {
        let text = format!("{} invoices of the log are not held", walk.tails.len());
        walk.report.add(BREAK, None, text);
    }
    Ok(())
}

/// The end of the chain must be the invoice's, and its last row must carry what is held: every
/// amount, party, date, line and tax.
fn check_invoice(walk: &mut Walk, invoice: &Invoice) {
    let is_told = match walk.tails.remove(&digest(&invoice.key)) {
        None => invoice.exchanges == 0,
        Some(tail) => {
            tail.n == invoice.exchanges
                && tail.hash == invoice.last_hash
                && tail.state.is_none_or(|told| told == invoice.state)
                && tail.status.is_none_or(|told| told == invoice.status)
                && tail.content == (walk.hashes.invoice)(invoice)
        }
    };
    if !is_told {
        let InvoiceKey { issuer, number } = &invoice.key;
        let text = format!("invoice {number} of {issuer} is not what its rows tell");
        walk.report.add(BREAK, None, text);
    }
}
