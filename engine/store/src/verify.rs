//! Checking the log against itself, against its checkpoints, and against what was made from it.
//!
//! The log is read once, from end to end, and never held: what stays in memory is the end of each
//! invoice's chain.

use crate::checkpoint::{Checkpoint, line_hash, lines};
use crate::error::{Error, Result};
use crate::exchange_row::{exchange_columns, exchange_of};
use crate::invoice_row::{invoice_columns, invoice_of};
use crate::link::Link;
use crate::merkle::Tree;
use crate::store::Store;
use crate::value::{Row, Value, fields, unpack_ids};
use acquit_domain::{Exchange, Invoice, InvoiceKey, InvoiceState, Status};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};

/// The hash of a log row over its content and the hash before it.
pub type RowHash = fn(&Exchange) -> [u8; 32];

/// The hash of an invoice as it is held: what the last row of its chain carries.
pub type InvoiceHash = fn(&Invoice) -> [u8; 32];

/// Breaks a report tells one by one; more are only counted.
pub const BREAKS_MAX: usize = 100;

/// A row was changed, deleted, added or moved.
const BREAK: &str = "AUDIT-BREAK";
/// The log agrees with itself, but not with a checkpoint somebody else kept.
const FORK: &str = "AUDIT-FORK";

const ROWS: &str = concat!("SELECT ", exchange_columns!(), " FROM exchanges ORDER BY seq");
const INVOICES: &str = concat!("SELECT ", invoice_columns!(""), " FROM invoices");
const BLOBS: &str = "SELECT id, sha256, bytes FROM blobs ORDER BY id";
/// Who names letters: the transmissions taken, and the parcels answered.
const NAMED_LETTERS: &str = "SELECT letters FROM envelopes UNION ALL SELECT answers FROM parcels";
const LETTER: &str = "SELECT count(*) FROM letters WHERE id = $1";

/// What others refer to and must be there: a description, and how many are not.
const REFERENCES: [(&str, &str); 8] = [
    (
        "log rows without their parcel",
        "SELECT count(*) FROM exchanges e
         WHERE NOT EXISTS (SELECT 1 FROM parcels p WHERE p.id = e.parcel)",
    ),
    (
        "parcels without their bytes",
        "SELECT count(*) FROM parcels p WHERE NOT EXISTS
         (SELECT 1 FROM blobs b WHERE b.sha256 = p.sha256)",
    ),
    (
        "documents without their bytes",
        "SELECT count(*) FROM documents d WHERE NOT EXISTS
         (SELECT 1 FROM blobs b WHERE b.sha256 = d.sha256)",
    ),
    (
        "letters without the parcel they answer",
        "SELECT count(*) FROM letters l WHERE l.answers IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM parcels p WHERE p.id = l.answers)",
    ),
    (
        "documents without their invoice",
        "SELECT count(*) FROM documents d WHERE NOT EXISTS
         (SELECT 1 FROM invoices i WHERE i.number = d.number AND i.issuer = d.issuer)",
    ),
    (
        "documents under the name of another issuer",
        "SELECT count(*) FROM documents WHERE name NOT LIKE '%#' || issuer || '#%'",
    ),
    (
        "transmissions without the parcel they came in",
        "SELECT count(*) FROM envelopes v
         WHERE NOT EXISTS (SELECT 1 FROM parcels p WHERE p.id = v.parcel)",
    ),
    // A message parked and taken later stands under the parcel that released it, and a reference
    // used again after the window under the later one: both still have their reference.
    (
        "invoices taken without their transmission",
        "SELECT count(*) FROM exchanges e
         WHERE e.function = 'INV' AND e.direction = 'in' AND e.verdict = 'accepted'
           AND e.reference <> '' AND e.parcel NOT IN (SELECT parcel FROM envelopes)
           AND NOT EXISTS (SELECT 1 FROM envelopes v
                           WHERE v.key LIKE '%\u{1f}' || e.reference || '%')",
    ),
];

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
    row_hash: RowHash,
    invoice_hash: InvoiceHash,
    last: i64,
    tails: HashMap<[u8; 16], Tail>,
    wanted: Vec<Range>,
    open: BTreeMap<Range, Tree>,
    roots: BTreeMap<Range, [u8; 32]>,
}

impl Store {
    /// Checks the whole log and what was made from it. `row_hash` says what a row's hash must be,
    /// `invoice_hash` what the last row of an invoice must carry of it; `kept` are the lines of
    /// checkpoints that were kept outside.
    ///
    /// # Errors
    /// When the database cannot be asked. A row that cannot be read is no error, but a break.
    pub async fn verify(
        &self,
        row_hash: RowHash,
        invoice_hash: InvoiceHash,
        kept: Vec<String>,
    ) -> Result<Report> {
        self.read(move |link| verify(link, row_hash, invoice_hash, &kept)).await
    }
}

fn verify(
    link: &Link,
    row_hash: RowHash,
    invoice_hash: InvoiceHash,
    kept: &[String],
) -> Result<Report> {
    let own = lines(link)?;
    let mut wanted: Vec<Range> = own
        .iter()
        .chain(kept)
        .filter_map(|line| Checkpoint::parse(line))
        .map(|checkpoint| (checkpoint.first_seq, checkpoint.last_seq))
        .collect();
    wanted.sort_unstable_by(|left, right| right.cmp(left));
    wanted.dedup();
    let mut walk = Walk {
        report: Report::default(),
        row_hash,
        invoice_hash,
        last: 0,
        tails: HashMap::new(),
        wanted,
        open: BTreeMap::new(),
        roots: BTreeMap::new(),
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
    check_own(&mut walk, &own);
    check_kept(&mut walk, kept, &own, anew);
    check_invoices(&mut walk, link)?;
    check_blobs(&mut walk, link)?;
    check_letters(&mut walk, link)?;
    for (what, sql) in REFERENCES {
        let missing = link.number(sql)?;
        if missing != 0 {
            walk.report.add(BREAK, None, format!("{missing} {what}"));
        }
    }
    Ok(walk.report)
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
    let hash = (walk.row_hash)(exchange);
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

/// Our own checkpoints: signed, chained, without gaps, and true.
fn check_own(walk: &mut Walk, own: &[String]) {
    let (mut previous, mut covered) = ([0; 32], 0);
    for line in own {
        walk.report.checkpoints += 1;
        let Some(checkpoint) = Checkpoint::parse(line) else {
            walk.report.add(BREAK, None, "a checkpoint is damaged or its signature is wrong");
            continue;
        };
        let last = checkpoint.last_seq;
        if checkpoint.previous != previous || checkpoint.first_seq != covered + 1 {
            let text = format!("the checkpoint at row {last} does not follow the one before");
            walk.report.add(BREAK, Some(last), text);
        }
        (previous, covered) = (line_hash(line), last);
        check_root(walk, &checkpoint, BREAK);
    }
}

/// Checkpoints kept by others: the log must still give their roots, and hold their lines.
fn check_kept(walk: &mut Walk, kept: &[String], own: &[String], code: &'static str) {
    for line in kept.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty()) {
        walk.report.checkpoints += 1;
        let Some(checkpoint) = Checkpoint::parse(line) else {
            walk.report.add(BREAK, None, "a kept line is no checkpoint, or was damaged");
            continue;
        };
        let agrees = check_root(walk, &checkpoint, code);
        if agrees && !own.iter().any(|other| other == line) {
            let last = checkpoint.last_seq;
            let text = format!("the kept checkpoint at row {last} is not among ours");
            walk.report.add(code, Some(last), text);
        }
    }
}

fn check_root(walk: &mut Walk, checkpoint: &Checkpoint, code: &'static str) -> bool {
    let (first, last) = (checkpoint.first_seq, checkpoint.last_seq);
    match walk.roots.get(&(first, last)) {
        Some(root) if *root == checkpoint.root => true,
        Some(_) => {
            let text = format!("rows {first} to {last} are not those of their checkpoint");
            walk.report.add(code, Some(last), text);
            false
        }
        None => {
            let from = walk.last.max(first - 1) + 1;
            let text = format!("rows {from} to {last} are missing, a checkpoint has them");
            walk.report.add(BREAK, Some(last), text);
            false
        }
    }
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
                && tail.content == (walk.invoice_hash)(invoice)
        }
    };
    if !is_told {
        let InvoiceKey { issuer, number } = &invoice.key;
        let text = format!("invoice {number} of {issuer} is not what its rows tell");
        walk.report.add(BREAK, None, text);
    }
}

/// Letters that were answers must be there, to be said again for a repeat.
fn check_letters(walk: &mut Walk, link: &Link) -> Result<()> {
    let mut missing: u64 = 0;
    link.each(NAMED_LETTERS, &[], |row| {
        for id in unpack_ids(&fields("envelopes", row).blob()?) {
            let found = link.select(LETTER, &[id.into()])?;
            missing += u64::from(!matches!(
                found.first().and_then(|row| row.first()),
                Some(Value::Int(1..))
            ));
        }
        Ok(())
    })?;
    if missing != 0 {
        walk.report.add(BREAK, None, format!("{missing} answers without their letter"));
    }
    Ok(())
}

fn check_blobs(walk: &mut Walk, link: &Link) -> Result<()> {
    link.each_or_not(BLOBS, &[], |row| {
        walk.report.blobs += 1;
        let read = |row| {
            let mut row = fields("blobs", row);
            Ok::<_, Error>((row.int()?, row.hash()?, row.blob()?))
        };
        match row.and_then(read) {
            Ok((id, sha256, bytes)) if <[u8; 32]>::from(Sha256::digest(&bytes)) != sha256 => {
                walk.report.add(BREAK, None, format!("the bytes of file {id} were changed"));
            }
            Ok(_) => {}
            Err(error) => {
                walk.report.add(BREAK, None, format!("a file cannot be read: {error}"));
            }
        }
        Ok(())
    })
}
