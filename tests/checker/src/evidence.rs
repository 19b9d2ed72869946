//! Everything a promise is judged by.

use crate::held::{Cell, Held};
use crate::house_keys::Keys;
use crate::journal::{Kind, Op, Written};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What was sent, answered and told, and what is held.
pub struct Evidence {
    /// The journal.
    pub written: Written,
    /// The tables.
    pub held: Held,
    /// Who we are; the keys are used for reading only.
    pub keys: Keys,
    /// The running server, for questions over the API.
    pub address: Option<SocketAddr>,
    /// The program, for `verify`.
    pub program: PathBuf,
    /// The data folder.
    pub data: PathBuf,
    /// A copy of `checkpoints.txt` that was kept elsewhere.
    pub checkpoints: Option<PathBuf>,
    /// What was seen while it ran.
    pub samples: Samples,
}

/// What was seen of a running server.
#[derive(Debug, Clone, Default)]
pub struct Samples {
    /// Largest resident memory, in MiB.
    pub rss_mib: u64,
    /// Largest number of open files.
    pub files: u64,
    /// Sums that did not hold at some instant.
    pub sums: Vec<String>,
}

/// A row of the log of an invoice.
#[derive(Debug, Clone)]
pub struct Row {
    /// Position in the log.
    pub seq: i64,
    /// SHA-256 of the parcel it belongs to.
    pub sha256: String,
    /// Position among the rows of its invoice.
    pub n: i64,
    /// The event.
    pub event: String,
    /// State before; empty when none.
    pub from: String,
    /// State after.
    pub to: String,
    /// Visible status before and after.
    pub status: [String; 2],
    /// The verdict.
    pub verdict: String,
    /// Hash of the row before it in its chain, and its own.
    pub hashes: [String; 2],
}

/// An invoice: issuer and number.
pub type Key = (String, String);

impl Evidence {
    /// Requests of some kinds.
    pub fn ops(&self, kinds: &'static [Kind]) -> impl Iterator<Item = &Op> {
        self.written.ops.values().filter(|op| kinds.contains(&op.sent.what.kind))
    }

    /// The rows of the log by invoice, in the order of the log.
    ///
    /// # Errors
    /// What the database says.
    pub fn rows(&self) -> Result<BTreeMap<Key, Vec<Row>>, String> {
        let found = self.held.rows(
            "SELECT e.seq, p.sha256, e.n, e.event, e.state_from, e.state_to, e.status_before, \
             e.status_after, e.verdict, e.previous, e.hash, e.issuer, e.number \
             FROM exchanges e LEFT JOIN parcels p ON p.id = e.parcel \
             WHERE e.number IS NOT NULL ORDER BY e.seq",
        )?;
        let mut rows: BTreeMap<Key, Vec<Row>> = BTreeMap::new();
        for cells in found {
            let text = |at: usize| cells.get(at).map_or("", Cell::text).to_owned();
            let number = |at: usize| cells.get(at).map_or(0, Cell::number);
            let hex = |at: usize| cells.get(at).map(Cell::hex).unwrap_or_default();
            rows.entry((text(11), text(12))).or_default().push(Row {
                seq: number(0),
                sha256: hex(1),
                n: number(2),
                event: text(3),
                from: text(4),
                to: text(5),
                status: [text(6), text(7)],
                verdict: text(8),
                hashes: [hex(9), hex(10)],
            });
        }
        Ok(rows)
    }
}

/// What issuers send.
pub const MESSAGES: &[Kind] = &[
    Kind::Original,
    Kind::Replace,
    Kind::Paid,
    Kind::Cancel,
    Kind::Repeat,
    Kind::Changed,
    Kind::BadSyntax,
    Kind::BadSum,
    Kind::Control,
];

/// What says that something was paid, rightly or not.
pub const CAPTURES: &[Kind] =
    &[Kind::Capture, Kind::CaptureAmount, Kind::CaptureCurrency, Kind::CaptureUnsigned];

/// Whether the provider was told to take the money.
#[must_use]
pub fn is_captured(op: &Op) -> bool {
    op.answers.iter().any(|got| got.status == 200 && got.body == "ACTION=POSTAUTH")
}
