//! What our clients sent, what they were answered, and what our subscribers were told: one line
//! of JSON each, in a file that is only added to and synced.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{SystemTime, UNIX_EPOCH};

/// Most lines that share one sync of the file.
const GROUP_MAX: usize = 4096;

/// What a request was meant to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Kind {
    /// An invoice.
    Original,
    /// Other content for an invoice.
    Replace,
    /// An issuer was paid elsewhere.
    Paid,
    /// An invoice is taken back.
    Cancel,
    /// Bytes that were sent before.
    Repeat,
    /// A reference that was used before, with other content.
    Changed,
    /// Counts of the envelope that are wrong.
    BadSyntax,
    /// Amounts that do not add up.
    BadSum,
    /// A CONTRL, which nobody may answer.
    Control,
    /// A payment is begun.
    Order,
    /// The provider says that it was paid.
    Capture,
    /// The provider says another amount.
    CaptureAmount,
    /// The provider says another currency.
    CaptureCurrency,
    /// Somebody says that it was paid.
    CaptureUnsigned,
    /// The provider says that it was declined.
    Declined,
    /// Something that belongs to somebody else is asked for: it must not be found.
    Foreign,
    /// Something of one's own is read.
    Look,
}

/// What is known about a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct What {
    /// What it is meant to do.
    pub kind: Kind,
    /// Issuer of the invoice.
    pub issuer: String,
    /// Number of the invoice.
    pub number: String,
    /// What the invoice is then worth, or what is paid, in centimes.
    pub amount: i64,
    /// When the message was written.
    pub written: i64,
    /// Control reference, transaction, or number of the order.
    pub reference: String,
}

/// A request, as it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Which one; its repetitions after no answer have the same number.
    pub op: u64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Who asks.
    pub who: String,
    /// Method, path and the headers that matter.
    pub line: String,
    /// SHA-256 of the body, in hexadecimal.
    pub sha256: String,
    /// What it is meant to do.
    pub what: What,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Got {
    /// To which request.
    pub op: u64,
    /// Microseconds since 1970.
    pub at: i64,
    /// Status; 0 when no whole answer came.
    pub status: u16,
    /// `Retry-After`.
    pub retry_after: Option<String>,
    /// The body.
    pub body: String,
}

/// What a subscriber was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    /// Microseconds since 1970.
    pub at: i64,
    /// Which subscriber.
    pub who: String,
    /// `webhook-id`.
    pub id: String,
    /// Whether the signature is right.
    pub signed: bool,
    /// What it was answered.
    pub status: u16,
    /// The body.
    pub body: String,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Entry {
    /// A request left.
    Sent(Sent),
    /// It was answered, or not.
    Got(Got),
    /// A subscriber was told.
    Post(Post),
}

/// A journal that is being written.
#[derive(Debug)]
pub struct Journal {
    lines: Mutex<Option<Sender<Entry>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    next: AtomicU64,
}

impl Journal {
    /// Opens a journal for adding to.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Journal> {
        let known = if path.exists() { Written::read(path)?.ops.len() } else { 0 };
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let (lines, queue) = channel();
        let writer = std::thread::spawn(move || write(file, &queue));
        let next = AtomicU64::new(known as u64 + 1);
        let (lines, writer) = (Mutex::new(Some(lines)), Mutex::new(Some(writer)));
        Ok(Journal { lines, writer, next })
    }

    /// A number for a new request.
    pub fn number(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Adds a line.
    pub fn add(&self, entry: Entry) {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lines) = lines.as_ref() {
            // A writer that failed has said so.
            let _ = lines.send(entry);
        }
    }

    /// Waits until everything added is in the file.
    pub fn close(&self) {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).take();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            let _ = writer.join();
        }
    }
}

#[expect(clippy::print_stderr, reason = "a journal that cannot be written voids the run")]
fn write(mut file: File, queue: &Receiver<Entry>) {
    while let Ok(first) = queue.recv() {
        let group = std::iter::once(first).chain(queue.try_iter().take(GROUP_MAX));
        let mut text = String::new();
        for entry in group {
            text.push_str(&serde_json::to_string(&entry).unwrap_or_default());
            text.push('\n');
        }
        if let Err(error) = file.write_all(text.as_bytes()).and_then(|()| file.sync_data()) {
            eprintln!("the journal cannot be written: {error}");
            return;
        }
    }
}

/// A request with everything that became of it.
#[derive(Debug, Clone)]
pub struct Op {
    /// The request.
    pub sent: Sent,
    /// How often it left.
    pub tries: usize,
    /// What came back; a status of 0 is no answer.
    pub answers: Vec<Got>,
}

impl Op {
    /// The answer that ended it: the first that is no "later".
    #[must_use]
    pub fn last(&self) -> Option<&Got> {
        self.answers.iter().find(|got| !matches!(got.status, 0 | 429 | 503))
    }

    /// Whether one try had no whole answer, so that nobody knows what became of it.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.tries > self.answers.len() || self.answers.iter().any(|got| got.status == 0)
    }

    /// The answer as JSON.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        self.last().and_then(|got| serde_json::from_str(&got.body).ok()).unwrap_or_default()
    }

    /// The verdict of the answer; empty when it names none.
    #[must_use]
    pub fn verdict(&self) -> String {
        self.json()["verdict"].as_str().unwrap_or_default().to_owned()
    }
}

/// A journal that was written.
#[derive(Debug, Default)]
pub struct Written {
    /// Requests by number.
    pub ops: BTreeMap<u64, Op>,
    /// What subscribers were told, in order.
    pub posts: Vec<Post>,
}

impl Written {
    /// Reads a journal.
    ///
    /// # Errors
    /// When the file cannot be read or a line is none.
    pub fn read(path: &Path) -> io::Result<Written> {
        let mut written = Written::default();
        for line in BufReader::new(File::open(path)?).lines() {
            match serde_json::from_str(&line?).map_err(io::Error::other)? {
                Entry::Sent(sent) => {
                    let op = written.ops.entry(sent.op);
                    op.or_insert(Op { sent, tries: 0, answers: Vec::new() }).tries += 1;
                }
                Entry::Got(got) => {
                    if let Some(op) = written.ops.get_mut(&got.op) {
                        op.answers.push(got);
                    }
                }
                Entry::Post(post) => written.posts.push(post),
            }
        }
        Ok(written)
    }
}

/// Now, in microseconds since 1970.
#[must_use]
pub fn micros() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or_default()
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
