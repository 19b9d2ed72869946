//! The desk one parcel is decided on: what is known, what was decided so far, what to write.

use crate::log::{invoice_hash, letter_hash, letters_hash, row_hash};
use crate::pay::Till;
use acquit_domain::exchange::{Direction, Exchange, Function};
use acquit_domain::outcome::{Alert, InvoiceChange};
use acquit_domain::{
    EnvelopeKey, Finding, Id, Invoice, InvoiceKey, Known, More, Outcome, Parcel, PartyCode,
    Timestamp, Verdict,
};
use acquit_mapping::rulebook::Rulebook;
use std::collections::{BTreeMap, BTreeSet};

/// What identifiers are derived for: the first argument of [`Id::derive`].
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// A log row.
    Exchange = 1,
    /// A letter.
    Letter = 2,
    /// A document.
    Document = 3,
    /// A part of a large parcel, for which its own are derived.
    Part = 4,
    /// A payment order.
    Order = 5,
    /// A payment attempt.
    Attempt = 6,
    /// A money fact.
    Funds = 7,
    /// A notice to an issuer.
    Notice = 8,
    /// A receipt.
    Receipt = 9,
    /// A case.
    Case = 10,
    /// An e-mail or a webhook.
    Delivery = 11,
    /// A request for invoices.
    Request = 12,
}

/// How many purposes there are, and one for the zero nobody uses.
const PURPOSES: usize = 13;

/// The partner of a parcel nobody in particular handed over, such as an operator's own file.
pub(crate) const NOBODY: &str = "?";

/// Everything at hand while one parcel is decided.
pub(crate) struct Desk<'a> {
    pub(crate) book: &'a Rulebook,
    pub(crate) parcel: &'a Parcel,
    pub(crate) known: &'a Known,
    pub(crate) now: Timestamp,
    pub(crate) outcome: Outcome,
    /// Index in `outcome.invoices` of the invoices changed so far.
    changed: BTreeMap<InvoiceKey, usize>,
    drawn: [u32; PURPOSES],
    /// What identifiers are derived from.
    root: Id,
    /// Keys of the transmissions of this parcel met so far.
    pub(crate) met: BTreeSet<EnvelopeKey>,
    /// What of the transmission at hand cannot be listed in its answer.
    pub(crate) left_out: More,
    /// Clients of this parcel met for the first time.
    pub(crate) clients: BTreeSet<PartyCode>,
    /// What was decided about payments.
    pub(crate) till: Till,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(
        book: &'a Rulebook,
        parcel: &'a Parcel,
        known: &'a Known,
        now: Timestamp,
    ) -> Desk<'a> {
        Desk::after(book, parcel, known, now, parcel.id)
    }

    /// A desk for something that happens later because of a parcel; `root` is what it happens
    /// to, so that identifiers differ from those the parcel itself caused.
    pub(crate) fn after(
        book: &'a Rulebook,
        parcel: &'a Parcel,
        known: &'a Known,
        now: Timestamp,
        root: Id,
    ) -> Desk<'a> {
        Desk {
            book,
            parcel,
            known,
            now,
            outcome: Outcome::new(parcel.clone(), Verdict::Rejected),
            changed: BTreeMap::new(),
            drawn: [0; PURPOSES],
            root,
            met: BTreeSet::new(),
            left_out: More::default(),
            clients: BTreeSet::new(),
            till: Till::default(),
        }
    }

    /// The next identifier for a purpose; the same for the same parcel decided again.
    pub(crate) fn id(&mut self, purpose: Purpose) -> Id {
        let drawn = &mut self.drawn[purpose as usize];
        *drawn += 1;
        self.root.derive(purpose as u16, *drawn)
    }

    /// The invoice as it stands now: as decided so far in this parcel, else as held.
    pub(crate) fn invoice(&self, key: &InvoiceKey) -> Option<&Invoice> {
        match self.changed.get(key) {
            Some(&at) => Some(&self.outcome.invoices[at].invoice),
            None => self.known.invoices.get(key),
        }
    }

    /// Records the invoice after a change.
    pub(crate) fn put(&mut self, mut invoice: Invoice, content_changed: bool) {
        invoice.updated_at = self.now;
        if let Some(&at) = self.changed.get(&invoice.key) {
            let change = &mut self.outcome.invoices[at];
            invoice.version = change.invoice.version;
            change.content_changed |= content_changed;
            change.invoice = invoice;
            return;
        }
        let read_version = self.known.invoices.get(&invoice.key).map(|held| held.version);
        invoice.version = read_version.unwrap_or(0) + 1;
        self.changed.insert(invoice.key.clone(), self.outcome.invoices.len());
        let waiting = self.known.parked.get(&invoice.key).map_or(0, Vec::len);
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        let change = InvoiceChange { invoice, read_version, content_changed, waiting };
        self.outcome.invoices.push(change);
    }

    /// A blank row about this parcel, to be filled and given to [`Desk::append`].
    pub(crate) fn row(&mut self, function: Function, verdict: Verdict) -> Exchange {
        Exchange {
            id: self.id(Purpose::Exchange),
            parcel: self.parcel.id,
            first_byte: 0,
            bytes: self.parcel.bytes.len() as u64,
            at: self.now,
            partner: self.partner(),
            channel: self.parcel.channel,
            direction: Direction::In,
            function,
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
            recipient: self.book.platform.name.clone(),
            observation: String::new(),
            needs_reply: false,
            verdict,
            findings: Vec::new(),
            unread: Vec::new(),
            book: self.book.hash,
            content: [0; 32],
            letters: None,
            previous: [0; 32],
            hash: [0; 32],
            duration_us: 0,
        }
    }

    /// Appends a row that belongs to no invoice.
    pub(crate) fn append(&mut self, mut row: Exchange) -> Id {
        row.hash = row_hash(&row);
        let id = row.id;
        self.outcome.exchanges.push(row);
        id
    }

    /// Appends a row to the chain of an invoice and records the invoice.
    pub(crate) fn append_to(
        &mut self,
        mut invoice: Invoice,
        mut row: Exchange,
        content_changed: bool,
    ) -> Id {
        row.invoice = Some(invoice.key.clone());
        row.n = Some(invoice.exchanges + 1);
        row.previous = invoice.last_hash;
        row.content = invoice_hash(&invoice);
        row.hash = row_hash(&row);
        invoice.exchanges += 1;
        invoice.last_hash = row.hash;
        let id = row.id;
        self.outcome.exchanges.push(row);
        self.put(invoice, content_changed);
        id
    }

    /// The partner a row is about: who handed the parcel over, by its first code.
    pub(crate) fn partner(&self) -> PartyCode {
        let nobody = || PartyCode::new(NOBODY).expect("a question mark is printable and short");
        let Some(partner) = &self.parcel.partner else { return nobody() };
        let agreement = self.book.agreement(partner);
        let code = agreement.and_then(|agreement| PartyCode::new(&agreement.code));
        code.unwrap_or_else(|| partner.clone())
    }

    /// Raises an alert for operators.
    pub(crate) fn alert(&mut self, code: &str, text: String, exchange: Option<Id>) {
        let alert = Alert { code: code.to_owned(), text, at: self.now, exchange };
        self.outcome.alerts.push(alert);
    }

    /// Logs a parcel in which nothing can be answered in its own protocol.
    pub(crate) fn refuse_unreadable(&mut self, findings: &[Finding]) {
        let mut row = self.row(Function::Unknown, Verdict::Rejected);
        row.message = self.parcel.name.clone();
        row.findings = findings.to_vec();
        row.observation = "Parcelle illisible".to_owned();
        self.append(row);
        self.outcome.findings.extend(findings.iter().cloned());
    }

    /// A parked message needs to wait no longer.
    pub(crate) fn release(&mut self, exchange: Id) {
        self.outcome.released.push(exchange);
    }

    /// Closes the desk.
    pub(crate) fn finish(mut self, verdict: Verdict) -> Outcome {
        self.outcome.verdict = verdict;
        let till = std::mem::take(&mut self.till);
        self.outcome.payments = till.close(&self.known.payments);
        self.seal_letters();
        self.outcome
    }

    /// The last row carries the hash of the letters, so that the log proves their words.
    fn seal_letters(&mut self) {
        let Some(first) = self.outcome.letters.first() else { return };
        let function = Function::of(first.kind.key()).unwrap_or(Function::Unknown);
        if self.outcome.exchanges.is_empty() {
            // The last part of a large parcel may hold no message any more, only its answer.
            let mut row = self.row(function, self.outcome.verdict);
            row.direction = Direction::Out;
            self.append(row);
        }
        let hashes = self.outcome.letters.iter().map(|letter| (letter.id, letter_hash(letter)));
        let letters = letters_hash(&mut hashes.collect::<Vec<_>>());
        let Some(row) = self.outcome.exchanges.last_mut() else { return };
        row.letters = Some(letters);
        row.hash = row_hash(row);
        // The last row of all is also the last one of its invoice.
        if let Some(at) = row.invoice.as_ref().and_then(|key| self.changed.get(key)) {
            self.outcome.invoices[*at].invoice.last_hash = row.hash;
        }
    }
}
