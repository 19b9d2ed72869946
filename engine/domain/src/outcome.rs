//! What deciding gives: everything to write, in one transaction, and what to answer.

use crate::exchange::MessageVerdict;
use crate::invoice::Document;
use crate::letter::LetterState;
use crate::pay::Payments;
use crate::{
    Envelope, EnvelopeKey, Exchange, Finding, Id, Invoice, InvoiceKey, Letter, More, Parcel, Party,
    Progress, Timestamp, Verdict,
};

/// A change of one invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvoiceChange {
    /// The invoice after the change.
    pub invoice: Invoice,
    /// Version that was read; `None` when the invoice is new. The commit conflicts when the
    /// store holds another.
    pub read_version: Option<i64>,
    /// True when services and taxes differ from those held and must be written again.
    pub content_changed: bool,
    /// How many messages waited for it when it was read. The commit conflicts when more wait for
    /// one that is new.
    pub waiting: u32,
}

/// A message to keep aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Park {
    /// The log row that parks it.
    pub exchange: Id,
    /// The invoice it is about.
    pub invoice: InvoiceKey,
    /// The parcel it is in.
    pub parcel: Id,
    /// Ordinal of the interchange or document in the parcel.
    pub interchange: u32,
    /// Ordinal of the message in it.
    pub message: u32,
    /// Why it waits.
    pub reason: String,
    /// When waiting ends.
    pub until: Timestamp,
}

/// Something an operator should look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Code (`conflict.control_ref`, `sec.issuer_mismatch`, `reference.reuse`).
    pub code: String,
    /// One sentence.
    pub text: String,
    /// When.
    pub at: Timestamp,
    /// The log row it is about.
    pub exchange: Option<Id>,
}

/// Everything one parcel causes, or one part of a large one. Committed in one transaction, or
/// not at all.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The parcel itself.
    pub parcel: Parcel,
    /// Whether this is all of it.
    pub progress: Progress,
    /// Whether its bytes are to be kept (not for a repeat: they are kept already).
    pub keep_bytes: bool,
    /// What was decided of the whole.
    pub verdict: Verdict,
    /// What was decided of each message, in order.
    pub messages: Vec<MessageVerdict>,
    /// Everything found, in documented order.
    pub findings: Vec<Finding>,
    /// What there was no room for in these two lists.
    pub more: More,
    /// The answers to the sender: new letters and, for repeats, the stored ones again.
    pub answers: Vec<Letter>,
    /// Log rows to append.
    pub exchanges: Vec<Exchange>,
    /// Invoices to insert or update.
    pub invoices: Vec<InvoiceChange>,
    /// Documents to keep.
    pub documents: Vec<Document>,
    /// Clients met, to remember.
    pub parties: Vec<Party>,
    /// Transmissions to remember. One whose key is held already is a conflict (somebody else
    /// took it meanwhile), unless its key is in `replaced`.
    pub envelopes: Vec<Envelope>,
    /// Keys of held transmissions that the ones in `envelopes` take the place of: rejected ones
    /// that were mended and sent again, and references used again after the window.
    pub replaced: Vec<EnvelopeKey>,
    /// Letters to put in the outbox (a subset of `answers`, and others).
    pub letters: Vec<Letter>,
    /// Letters of ours that were acknowledged or refused.
    pub marks: Vec<(Id, LetterState)>,
    /// Messages to keep aside.
    pub parked: Vec<Park>,
    /// Parked messages (by the row that parked them) that need to wait no longer.
    pub released: Vec<Id>,
    /// Alerts to raise.
    pub alerts: Vec<Alert>,
    /// Orders, money, notices and what else payments cause.
    pub payments: Payments,
}

impl Outcome {
    /// The outcome of a parcel that is kept, with a verdict, and causes nothing else.
    #[must_use]
    pub fn new(parcel: Parcel, verdict: Verdict) -> Outcome {
        Outcome {
            parcel,
            progress: Progress::Whole,
            keep_bytes: true,
            verdict,
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
            payments: Payments::default(),
        }
    }
}
