//! An outcome as the statements that write it: one static text per step, rows of arguments.
//!
//! What is *not* here: when and in which transaction they run.

use crate::parcel_row::Told;
use crate::value::{Row, Value, json_list, pack_ids};
use crate::wire::{findings_out, messages_out};
use crate::{exchange_row, invoice_row, letter_row, parcel_row, part_row, parties, pay};
use acquit_domain::invoice::Document;
use acquit_domain::outcome::{Alert, InvoiceChange, Park};
use acquit_domain::{Envelope, Id, InvoiceKey, Letter, Outcome, Progress, Verdict};

/// A statement that writes, and how it is run over a batch.
pub(crate) struct Step {
    /// The statement.
    pub(crate) sql: &'static str,
    /// True when a row that changes nothing means that another engine, or another parcel of the
    /// batch, was first.
    pub(crate) guarded: bool,
    /// True when rows may be written in the order of their keys, which is faster.
    pub(crate) sorted: bool,
}

const ADD_ENVELOPE: &str = "INSERT INTO envelopes (
  key, sha256, parcel, received_at, verdict, messages, findings, letters,
  more_messages, more_findings, in_parts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";

const FORGET_ENVELOPE: &str = "DELETE FROM envelopes WHERE key = $1";

const ADD_DOCUMENT: &str = "INSERT INTO documents (
  id, number, issuer, name, description, recorded_at, sha256)
VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";

const ADD_PARKED: &str = "INSERT INTO parked (
  exchange, number, issuer, parcel, interchange, message, reason, until)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";

const RELEASE: &str = "DELETE FROM parked WHERE exchange = $1";

const ADD_ALERT: &str = "INSERT INTO alerts (code, text, at, exchange) VALUES ($1, $2, $3, $4)";

/// Every step, in the order they run in: what others refer to comes first.
pub(crate) const STEPS: [Step; 20] = [
    Step { sql: parcel_row::INSERT, guarded: true, sorted: true },
    Step { sql: parcel_row::KEEP_BYTES, guarded: false, sorted: true },
    Step { sql: FORGET_ENVELOPE, guarded: true, sorted: true },
    Step { sql: ADD_ENVELOPE, guarded: true, sorted: true },
    Step { sql: invoice_row::INSERT, guarded: true, sorted: true },
    Step { sql: invoice_row::FORGET_REFERENCES, guarded: false, sorted: true },
    Step { sql: invoice_row::UPDATE, guarded: true, sorted: true },
    Step { sql: invoice_row::REPLACE, guarded: true, sorted: true },
    Step { sql: invoice_row::ADD_REFERENCE, guarded: false, sorted: true },
    Step { sql: exchange_row::INSERT, guarded: true, sorted: false },
    Step { sql: ADD_DOCUMENT, guarded: false, sorted: true },
    Step { sql: parties::REMEMBER, guarded: false, sorted: true },
    Step { sql: letter_row::INSERT, guarded: false, sorted: false },
    Step { sql: letter_row::MARK, guarded: false, sorted: false },
    Step { sql: ADD_PARKED, guarded: false, sorted: true },
    Step { sql: RELEASE, guarded: true, sorted: true },
    Step { sql: ADD_ALERT, guarded: false, sorted: false },
    Step { sql: part_row::INSERT, guarded: true, sorted: true },
    Step { sql: part_row::END, guarded: true, sorted: true },
    Step { sql: part_row::ANSWER, guarded: true, sorted: true },
];

const PARCEL: usize = 0;
const BYTES: usize = 1;
const REPLACED: usize = 2;
const ENVELOPE: usize = 3;
const NEW_INVOICE: usize = 4;
const FORGET_REFERENCES: usize = 5;
const UPDATE_INVOICE: usize = 6;
const REPLACE_INVOICE: usize = 7;
const REFERENCE: usize = 8;
const EXCHANGE: usize = 9;
const DOCUMENT: usize = 10;
const PARTY: usize = 11;
/// Position of letters.
pub(crate) const LETTER: usize = 12;
const MARK: usize = 13;
const PARKED: usize = 14;
const RELEASED: usize = 15;
const ALERT: usize = 16;
const PART: usize = 17;
const PARTS_ENDED: usize = 18;
const PARCEL_ANSWER: usize = 19;

/// An outcome, ready to be written.
pub(crate) struct Prepared {
    /// Rows with the step that writes them, by position in [`STEPS`].
    pub(crate) rows: Vec<(usize, Row)>,
    /// What it changes that another outcome may change too: invoices and transmissions.
    pub(crate) claims: Vec<String>,
    /// The verdicts of its log rows.
    pub(crate) verdicts: Vec<Verdict>,
    /// What it causes about money, written after its rows.
    pub(crate) payments: Option<Box<pay::Ready>>,
}

/// Makes the statements of an outcome, and gives back what they could not take from it:
/// everything but its log rows.
pub(crate) fn prepare(mut outcome: Outcome) -> (Prepared, Outcome) {
    let mut rows = Vec::with_capacity(16);
    let verdicts = outcome.exchanges.iter().map(|exchange| exchange.verdict).collect();
    let exchanges = std::mem::take(&mut outcome.exchanges);
    let proof = exchanges.iter().rfind(|row| row.letters.is_some()).map(|row| row.id);
    rows.extend(exchanges.into_iter().map(|row| (EXCHANGE, exchange_row::insert_values(row))));
    let told = Told::new(&outcome);
    push_parcel(&mut rows, &outcome, &told);
    if outcome.keep_bytes {
        let (sha256, bytes) = (outcome.parcel.sha256, outcome.parcel.bytes.clone());
        rows.push((BYTES, parcel_row::bytes_values(sha256, bytes)));
    }
    let replaced = outcome.replaced.iter().map(|key| vec![key.text().into()]);
    rows.extend(replaced.map(|row| (REPLACED, row)));
    rows.extend(
        outcome
            .envelopes
            .iter()
            .map(|envelope| (ENVELOPE, envelope_values(envelope, &outcome, &told))),
    );
    for change in &outcome.invoices {
        push_invoice(&mut rows, change);
    }
    for document in &outcome.documents {
        rows.push((BYTES, parcel_row::bytes_values(document.sha256, document.bytes.clone())));
        rows.push((DOCUMENT, document_values(document)));
    }
    rows.extend(outcome.parties.iter().map(|party| (PARTY, parties::party_values(party))));
    push_letters(&mut rows, &outcome, proof);
    let marks = outcome.marks.iter().map(|(id, state)| vec![(*id).into(), state.key().into()]);
    rows.extend(marks.map(|row| (MARK, row)));
    rows.extend(outcome.parked.iter().map(|park| (PARKED, park_values(park))));
    rows.extend(outcome.released.iter().map(|id| (RELEASED, vec![(*id).into()])));
    rows.extend(outcome.alerts.iter().map(|alert| (ALERT, alert_values(alert))));
    let moved = outcome.payments.clone();
    let payments = pay::ready(&mut outcome);
    outcome.payments = moved;
    (Prepared { rows, claims: claims(&outcome), verdicts, payments }, outcome)
}

/// The row of the parcel: written with its first part, its answer with the last.
fn push_parcel(rows: &mut Vec<(usize, Row)>, outcome: &Outcome, told: &Told) {
    let parcel = outcome.parcel.id;
    match &outcome.progress {
        Progress::Whole => rows.push((PARCEL, parcel_row::insert_values(outcome, told))),
        Progress::Part { number, carried } => {
            if *number == 1 {
                rows.push((PARCEL, parcel_row::insert_values(outcome, told)));
            }
            rows.push((PART, part_row::insert_values(parcel, *number, carried)));
        }
        Progress::Last { before, .. } => {
            rows.push((PARTS_ENDED, part_row::end_values(parcel, *before)));
            rows.push((PARCEL_ANSWER, part_row::answer_values(outcome)));
        }
    }
}

fn claims(outcome: &Outcome) -> Vec<String> {
    let invoices = outcome.invoices.iter().map(|change| {
        let InvoiceKey { issuer, number } = &change.invoice.key;
        format!("{number}\u{1f}{issuer}")
    });
    let envelopes = outcome.envelopes.iter().map(|envelope| envelope.key.text());
    invoices.chain(envelopes).collect()
}

/// The version after the change: the one decided, and always more than the one read.
fn push_invoice(rows: &mut Vec<(usize, Row)>, change: &InvoiceChange) {
    let invoice = &change.invoice;
    let version = invoice.version.max(change.read_version.unwrap_or(0) + 1);
    let content_changed = match change.read_version {
        None => {
            rows.push((NEW_INVOICE, invoice_row::insert_values(invoice, version)));
            true
        }
        Some(read) if change.content_changed => {
            rows.push((FORGET_REFERENCES, invoice_row::key_values(&invoice.key).into()));
            rows.push((REPLACE_INVOICE, invoice_row::replace_values(invoice, read, version)));
            true
        }
        Some(read) => {
            rows.push((UPDATE_INVOICE, invoice_row::update_values(invoice, read, version)));
            false
        }
    };
    let said = invoice.services.iter().filter(|line| content_changed && !line.reference.is_empty());
    for line in said {
        let [number, issuer] = invoice_row::key_values(&invoice.key);
        rows.push((REFERENCE, vec![0i64.into(), line.reference.as_str().into(), number, issuer]));
    }
}

/// Letters of the outbox wait; answers that are only kept for repeats do not.
fn push_letters(rows: &mut Vec<(usize, Row)>, outcome: &Outcome, proof: Option<Id>) {
    let queued = |letter: &Letter| outcome.letters.iter().any(|other| other.id == letter.id);
    for letter in &outcome.letters {
        rows.push((LETTER, letter_row::insert_values(letter, proof, true)));
    }
    let kept = outcome.envelopes.iter().flat_map(|envelope| &envelope.letters);
    for letter in kept.chain(&outcome.answers).filter(|letter| !queued(letter)) {
        rows.push((LETTER, letter_row::insert_values(letter, None, false)));
    }
}

fn envelope_values(envelope: &Envelope, outcome: &Outcome, told: &Told) -> Row {
    let messages = match envelope.messages == outcome.messages {
        true => told.messages.clone(),
        false => json_list(&messages_out(&envelope.messages)),
    };
    let findings = match envelope.findings == outcome.findings {
        true => told.findings.clone(),
        false => json_list(&findings_out(&envelope.findings)),
    };
    vec![
        envelope.key.text().into(),
        envelope.sha256.into(),
        envelope.parcel.into(),
        envelope.received_at.into(),
        Value::Word(envelope.verdict.key()),
        messages,
        findings,
        pack_ids(envelope.letters.iter().map(|letter| letter.id)),
        envelope.more.messages.into(),
        envelope.more.findings.into(),
        envelope.in_parts.into(),
    ]
}

fn document_values(document: &Document) -> Row {
    let [number, issuer] = invoice_row::key_values(&document.invoice);
    vec![
        document.id.into(),
        number,
        issuer,
        document.name.as_str().into(),
        document.description.as_str().into(),
        document.recorded_at.into(),
        document.sha256.into(),
    ]
}

fn park_values(park: &Park) -> Row {
    let [number, issuer] = invoice_row::key_values(&park.invoice);
    vec![
        park.exchange.into(),
        number,
        issuer,
        park.parcel.into(),
        park.interchange.into(),
        park.message.into(),
        park.reason.as_str().into(),
        park.until.into(),
    ]
}

fn alert_values(alert: &Alert) -> Row {
    vec![
        alert.code.as_str().into(),
        alert.text.as_str().into(),
        alert.at.into(),
        alert.exchange.into(),
    ]
}
