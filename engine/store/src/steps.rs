//! An outcome as the statements that write it: one static text per step, rows of arguments.
//!
//! A step is guarded when what it writes is right only as long as what was read before is still
//! so. One transaction writes at a time, whatever the database, so that nothing moves between a
//! guard and the end of its transaction.
//!
//! | step | rests on | what keeps it right |
//! |---|---|---|
//! | parcel, log row, part | it not being there | guarded: the key is taken |
//! | envelope, replaced | what was taken under its key | guarded: the key is taken, or gone |
//! | invoice | its version, or that there is none | guarded |
//! | a new invoice | the messages that waited for it | guarded: no more wait than were seen |
//! | parked | the invoice not being there | guarded; one that is held is written as well |
//! | released | it waiting | guarded: it waits no more |
//! | mark of a letter | no final answer yet | guarded: the first final one counts |
//! | parts ended, their answer | the last part stored | guarded |
//! | bytes, document | nothing | named by their content, or derived from the parcel |
//! | references | the invoice | its guarded step is of the same outcome |
//! | letter | nothing | derived from its parcel, which is there once |
//! | party | nothing | only fills in what is empty; a client once known stays so |
//! | alert | its outcome | there once, with the parcel of its outcome |
//!
//! Waiting for a client (`REF-CLIENT`) needs no guard against the client coming at the same time:
//! it is looked at again every few minutes. What an outcome was decided on in its own batch and
//! does not write, as a repeat its original, is kept by [`Batch`](crate::Batch).
//!
//! What is *not* here: when and in which transaction they run.

use crate::parcel_row::Told;
use crate::value::{Row, Value, json_list, pack_ids};
use crate::wire::{findings_out, messages_out};
use crate::{exchange_row, invoice_row, letter_row, parcel_row, part_row, parties, pay};
use acquit_domain::invoice::Document;
use acquit_domain::outcome::{Alert, InvoiceChange, Park};
use acquit_domain::{Envelope, Id, InvoiceKey, Letter, Outcome, Progress, Verdict};

/// What of a row tells that something it was decided on has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Guard {
    /// Nothing: see the table above.
    None,
    /// That it changes nothing.
    Changes,
    /// That it changes something.
    ChangesNothing,
}

/// A statement that writes, and how it is run over a batch.
pub(crate) struct Step {
    /// The statement.
    pub(crate) sql: &'static str,
    /// What tells that another engine, or another parcel of the batch, was first.
    pub(crate) guard: Guard,
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

/// Changes nothing, and not even that when the invoice has come meanwhile.
const STILL_WAITS: &str = "UPDATE parked SET until = until WHERE exchange = $1
  AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.number = $2 AND i.issuer = $3)";

/// Finds messages that wait for an invoice and were not seen when it was decided. Counting those
/// that can be seen is enough: the ones that were are released by their names.
const WAITS_UNSEEN: &str = "UPDATE parked SET until = until WHERE number = $1 AND issuer = $2
  AND (SELECT count(*) FROM parked w CROSS JOIN parcels p CROSS JOIN blobs b
    WHERE w.number = $1 AND w.issuer = $2 AND p.id = w.parcel AND b.sha256 = p.sha256) > $3";

const RELEASE: &str = "DELETE FROM parked WHERE exchange = $1";

const ADD_ALERT: &str = "INSERT INTO alerts (code, text, at, exchange) VALUES ($1, $2, $3, $4)";

/// Every step, in the order they run in: what others refer to comes first.
pub(crate) const STEPS: [Step; 22] = [
    Step { sql: parcel_row::INSERT, guard: Guard::Changes, sorted: true },
    Step { sql: parcel_row::KEEP_BYTES, guard: Guard::None, sorted: true },
    Step { sql: FORGET_ENVELOPE, guard: Guard::Changes, sorted: true },
    Step { sql: ADD_ENVELOPE, guard: Guard::Changes, sorted: true },
    Step { sql: invoice_row::INSERT, guard: Guard::Changes, sorted: true },
    Step { sql: invoice_row::FORGET_REFERENCES, guard: Guard::None, sorted: true },
    Step { sql: invoice_row::UPDATE, guard: Guard::Changes, sorted: true },
    Step { sql: invoice_row::REPLACE, guard: Guard::Changes, sorted: true },
    Step { sql: invoice_row::ADD_REFERENCE, guard: Guard::None, sorted: true },
    Step { sql: exchange_row::INSERT, guard: Guard::Changes, sorted: false },
    Step { sql: ADD_DOCUMENT, guard: Guard::None, sorted: true },
    Step { sql: parties::REMEMBER, guard: Guard::None, sorted: true },
    Step { sql: letter_row::INSERT, guard: Guard::None, sorted: false },
    Step { sql: letter_row::MARK, guard: Guard::Changes, sorted: false },
    Step { sql: WAITS_UNSEEN, guard: Guard::ChangesNothing, sorted: true },
    Step { sql: ADD_PARKED, guard: Guard::None, sorted: true },
    Step { sql: STILL_WAITS, guard: Guard::Changes, sorted: true },
    Step { sql: RELEASE, guard: Guard::Changes, sorted: true },
    Step { sql: ADD_ALERT, guard: Guard::None, sorted: false },
    Step { sql: part_row::INSERT, guard: Guard::Changes, sorted: true },
    Step { sql: part_row::END, guard: Guard::Changes, sorted: true },
    Step { sql: part_row::ANSWER, guard: Guard::Changes, sorted: true },
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
const UNSEEN: usize = 14;
const PARKED: usize = 15;
const STILL: usize = 16;
const RELEASED: usize = 17;
const ALERT: usize = 18;
const PART: usize = 19;
const PARTS_ENDED: usize = 20;
const PARCEL_ANSWER: usize = 21;

/// An outcome, ready to be written.
pub(crate) struct Prepared {
    /// Rows with the step that writes them, by position in [`STEPS`].
    pub(crate) rows: Vec<(usize, Row)>,
    /// What it changes that another outcome may change too: invoices, also those something waits
    /// for, and transmissions.
    pub(crate) claims: Vec<String>,
    /// How far before it in its batch those are that it was decided on.
    pub(crate) rests_on: Vec<usize>,
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
    push_parked(&mut rows, &outcome);
    rows.extend(outcome.alerts.iter().map(|alert| (ALERT, alert_values(alert))));
    let moved = outcome.payments.clone();
    let payments = pay::ready(&mut outcome);
    outcome.payments = moved;
    let claims = claims(&outcome);
    (Prepared { rows, claims, rests_on: Vec::new(), verdicts, payments }, outcome)
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
    let invoices = outcome.invoices.iter().map(|change| &change.invoice.key);
    let invoices = invoices.chain(outcome.parked.iter().map(|park| &park.invoice));
    let invoices = invoices.map(|InvoiceKey { issuer, number }| format!("{number}\u{1f}{issuer}"));
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

/// What waits, and no more than waited: what is parked and released at once never waits.
fn push_parked(rows: &mut Vec<(usize, Row)>, outcome: &Outcome) {
    // Of one that was held the version tells, since to wait for it is to write it.
    let comes =
        |change: &&InvoiceChange| change.read_version.is_none() && change.invoice.state.has_come();
    for change in outcome.invoices.iter().filter(comes) {
        let [number, issuer] = invoice_row::key_values(&change.invoice.key);
        rows.push((UNSEEN, vec![number, issuer, change.waiting.into()]));
    }
    let waits = |park: &&Park| !outcome.released.contains(&park.exchange);
    for park in outcome.parked.iter().filter(waits) {
        rows.push((PARKED, park_values(park)));
        // Of one that is held the version tells whether it moved.
        if outcome.invoices.iter().all(|change| change.invoice.key != park.invoice) {
            let [number, issuer] = invoice_row::key_values(&park.invoice);
            rows.push((STILL, vec![park.exchange.into(), number, issuer]));
        }
    }
    let own = |id: &&Id| outcome.parked.iter().any(|park| park.exchange == **id);
    let released = outcome.released.iter().filter(|id| !own(id));
    rows.extend(released.map(|id| (RELEASED, vec![(*id).into()])));
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
