//! What log rows about payments say: who, to whom, which words.

use crate::decide::{Desk, local_time, message_name};
use acquit_domain::exchange::{Direction, Exchange, Function};
use acquit_domain::pay::Order;
use acquit_domain::{
    Date, Finding, Id, InvoiceKey, PartyCode, Place, Severity, Timestamp, Verdict,
};
use acquit_mapping::rulebook::Rulebook;
use std::borrow::Cow;

/// What the rows of one occurrence have in common.
#[derive(Debug, Clone)]
pub(super) struct Telling {
    /// « Fonction de la demande ».
    pub(super) function: Function,
    /// Which way.
    pub(super) direction: Direction,
    /// The partner concerned; the parcel's when there is none.
    pub(super) partner: Option<PartyCode>,
    /// Reference of the message: number of the order, of the notice.
    pub(super) reference: String,
    /// « Nom utilisateur ».
    pub(super) user: String,
    /// « Récepteur du message »; the platform when it is empty.
    pub(super) recipient: String,
    /// « Besoin réponse ».
    pub(super) needs_reply: bool,
    /// What fills the holes of a note: `{invoices}`, `{provider}`, `{means}`, `{reason}`.
    pub(super) words: Vec<(&'static str, String)>,
    /// Findings every row bears.
    pub(super) findings: Vec<Finding>,
}

impl Telling {
    /// Something that came in.
    pub(super) fn new(function: Function, reference: &str) -> Telling {
        Telling {
            function,
            direction: Direction::In,
            partner: None,
            reference: reference.to_owned(),
            user: String::new(),
            recipient: String::new(),
            needs_reply: false,
            words: Vec::new(),
            findings: Vec::new(),
        }
    }

    /// With what fills a hole.
    pub(super) fn word(mut self, hole: &'static str, word: impl Into<String>) -> Telling {
        self.words.retain(|(name, _)| *name != hole);
        self.words.push((hole, word.into()));
        self
    }

    /// With a finding on every row.
    pub(super) fn with(mut self, finding: Finding) -> Telling {
        self.findings.push(finding);
        self
    }

    /// A blank row.
    pub(super) fn row(&self, desk: &mut Desk<'_>, verdict: Verdict) -> Exchange {
        let mut row = desk.row(self.function, verdict);
        row.direction = self.direction;
        if let Some(partner) = &self.partner {
            row.partner = partner.clone();
        }
        row.message = name(self.function, &self.reference);
        row.reference.clone_from(&self.reference);
        row.user.clone_from(&self.user);
        if !self.recipient.is_empty() {
            row.recipient.clone_from(&self.recipient);
        }
        row.needs_reply = self.needs_reply;
        row.findings.clone_from(&self.findings);
        row
    }

    /// A note with its holes filled.
    pub(super) fn fill(&self, note: &str) -> String {
        let mut text = note.to_owned();
        for (hole, word) in &self.words {
            if text.contains('{') {
                text = text.replace(&format!("{{{hole}}}"), word);
            }
        }
        for hole in ["{invoices}", "{provider}", "{means}", "{reason}"] {
            text = text.replace(hole, "");
        }
        text.trim_end_matches([':', ' ']).to_owned()
    }

    /// Logs something that moves nothing, in the chain of an invoice when it is about one.
    pub(super) fn note(
        &self,
        desk: &mut Desk<'_>,
        invoice: Option<&InvoiceKey>,
        verdict: Verdict,
        text: &str,
    ) -> Id {
        let mut row = self.row(desk, verdict);
        text.clone_into(&mut row.observation);
        let held = invoice.and_then(|key| desk.invoice(key)).cloned();
        match held {
            Some(held) => {
                row.from = Some(held.state);
                row.to = Some(held.state);
                row.before = Some(held.status);
                row.after = Some(held.status);
                desk.append_to(held, row, false)
            }
            None => desk.append(row),
        }
    }

    /// Logs something that moves nothing, in the chain of every invoice of an order; the first row.
    pub(super) fn note_all(
        &self,
        desk: &mut Desk<'_>,
        order: Option<&Order>,
        verdict: Verdict,
        text: &str,
    ) -> Id {
        let items = order.map_or(&[][..], |order| &order.items);
        let mut first = None;
        for item in items {
            let row = self.note(desk, Some(&item.invoice), verdict, text);
            first.get_or_insert(row);
        }
        first.unwrap_or_else(|| self.note(desk, None, verdict, text))
    }
}

/// « Nom Message »: the function and the number, without the letters and zeros before it.
fn name(function: Function, reference: &str) -> String {
    let number = reference.strip_prefix(super::start::ORDER_PREFIX).unwrap_or(reference);
    match number.trim_start_matches('0') {
        "" => message_name(function.code(), number),
        number => message_name(function.code(), number),
    }
}

/// A finding of a code about nothing in particular of the parcel.
pub(super) fn finding(code: &str, severity: Severity, value: impl std::fmt::Display) -> Finding {
    let mut finding = Finding::business("", severity, Place::default()).with_value(value);
    finding.code = Cow::Owned(code.to_owned());
    finding
}

/// The day an instant is in, in the platform's zone.
#[must_use]
pub fn local_day(book: &Rulebook, at: Timestamp) -> Date {
    local_time(&book.platform.zone, at).date()
}

/// Minor units as text, with a decimal point.
pub(super) fn amount(minor: i64, currency: acquit_domain::Currency) -> String {
    acquit_domain::Money::new(minor, currency).to_string()
}
