//! A large parcel: what its envelopes decide, then its messages part by part.
//!
//! Each part is one outcome and one transaction. What the answer will say is carried from part
//! to part and is small; the answer itself is written with the last part, after everything it
//! tells is stored. Deciding a part again gives the same outcome, identifiers included.

use super::desk::{Desk, Purpose};
use super::{transmission, whole};
use crate::letters::{self, Heard};
use crate::read::{Part, Piece, Survey};
use acquit_domain::exchange::MessageVerdict;
use acquit_domain::part::{Entry, Listed, Tally};
use acquit_domain::{
    Carried, Envelope, Finding, Id, Keys, Known, More, Outcome, Progress, Timestamp, Verdict,
};
use acquit_mapping::rulebook::Rulebook;

/// True when something named by these keys is still being taken part by part: whatever bears
/// its key has to wait until that is done.
#[must_use]
pub fn must_wait(keys: &Keys, known: &Known, parcel: Id) -> bool {
    let held = keys.envelopes.iter().filter_map(|key| known.envelopes.get(key));
    held.into_iter().any(|envelope| envelope.in_parts && envelope.parcel != parcel)
}

/// Decides a large parcel of which no message is taken: repeats and rejected envelopes. `None`
/// when the messages must be read.
#[must_use]
pub fn decide_survey(
    book: &Rulebook,
    survey: &Survey,
    known: &Known,
    now: Timestamp,
) -> Option<Outcome> {
    let mut desk = Desk::new(book, &survey.parcel, known, now);
    desk.outcome.findings.extend(survey.findings.iter().cloned());
    let mut verdicts = Vec::with_capacity(survey.transmissions.len());
    for surveyed in &survey.transmissions {
        let sent = &surveyed.sent;
        desk.left_out.messages = surveyed.messages.saturating_sub(count(sent.messages.len()));
        verdicts.push(transmission::admit(&mut desk, sent).err()?);
    }
    Some(desk.finish(whole(&verdicts)))
}

/// Decides one part of a large parcel. `before` is what the parts before it left; `known` must
/// answer the part's keys.
#[must_use]
pub fn decide_part(
    book: &Rulebook,
    part: &Part,
    before: &Carried,
    known: &Known,
    now: Timestamp,
) -> Outcome {
    let parcel = &part.parcel;
    let root = match part.number {
        1 => parcel.id,
        number => parcel.id.derive(Purpose::Part as u16, number),
    };
    let mut desk = Desk::after(book, parcel, known, now, root);
    let next = Carried {
        reached: part.reached,
        open: before.open,
        messages_tally: before.messages_tally.clone(),
        transmissions_tally: before.transmissions_tally.clone(),
        ..Carried::default()
    };
    let mut leaving = Leaving { before, next };
    part.findings.iter().for_each(|finding| leaving.finding(0, finding.clone()));
    for piece in &part.pieces {
        leaving.piece(&mut desk, piece);
    }
    leaving.finish(desk, part)
}

/// What was left before a part, and what it leaves itself.
struct Leaving<'l> {
    before: &'l Carried,
    next: Carried,
}

impl Leaving<'_> {
    fn piece(&mut self, desk: &mut Desk<'_>, piece: &Piece) {
        let sent = &piece.sent;
        if !piece.begins {
            // The other messages of one that is not taken are passed over.
            if self.next.open {
                self.messages(desk, piece);
            }
            return;
        }
        self.next.open = false;
        let held = count(sent.messages.len());
        desk.left_out.messages = piece.messages.saturating_sub(held);
        if piece.ends {
            let verdict = transmission::decide(desk, sent);
            self.close(desk, sent.ordinal, verdict);
            return;
        }
        match transmission::admit(desk, sent) {
            Err(verdict) => self.close(desk, sent.ordinal, verdict),
            Ok(_) => {
                self.next.open = true;
                self.next.messages_tally = Tally::default();
                open(desk, piece);
                for finding in &sent.findings {
                    self.finding(sent.ordinal, finding.clone());
                }
                self.messages(desk, piece);
            }
        }
    }

    /// Decides the messages of a piece of the open transmission.
    fn messages(&mut self, desk: &mut Desk<'_>, piece: &Piece) {
        let sent = &piece.sent;
        let agreement = sent.party.as_ref().and_then(|party| desk.book.agreement(party));
        for message in &sent.messages {
            let decided = transmission::decide_message(desk, sent, message, agreement);
            let told = letters::told(desk, sent, Heard::of(message, &decided));
            self.next.told.extend(told);
            self.next.messages_tally.count(decided.verdict.verdict);
            self.message(sent.ordinal, decided.verdict);
            decided.findings.into_iter().for_each(|found| self.finding(sent.ordinal, found));
        }
        if piece.ends {
            self.answer(desk, piece);
        }
    }

    /// Answers the open transmission, whose last message was decided.
    fn answer(&mut self, desk: &mut Desk<'_>, piece: &Piece) {
        let sent = &piece.sent;
        let verdict = together(&self.next.messages_tally);
        let letters = letters::answer_parts(desk, sent, &self.before.told, &self.next.told);
        self.next.letters.extend(letters.iter().map(|letter| letter.id));
        desk.outcome.letters.extend(letters.iter().cloned());
        let (messages, findings) = (self.all_messages(), self.all_findings());
        if let Some(key) = &sent.key {
            let own = |transmission: u32| transmission == sent.ordinal;
            let messages = items(&messages, own);
            let listed = count(messages.len());
            let more = More {
                messages: piece.messages.saturating_sub(listed),
                findings: findings.left_out,
            };
            desk.outcome.replaced.push(key.clone());
            desk.outcome.envelopes.push(Envelope {
                messages,
                findings: items(&findings, own),
                more,
                in_parts: false,
                verdict,
                letters,
                ..envelope(desk, piece, key.clone())
            });
        }
        self.next.open = false;
        self.next.told.clear();
        self.next.transmissions_tally.count(verdict);
    }

    /// Takes what deciding a whole transmission left on the desk.
    fn close(&mut self, desk: &mut Desk<'_>, ordinal: u32, verdict: Verdict) {
        self.next.transmissions_tally.count(verdict);
        for message in std::mem::take(&mut desk.outcome.messages) {
            self.message(ordinal, message);
        }
        for finding in std::mem::take(&mut desk.outcome.findings) {
            self.finding(ordinal, finding);
        }
        let more = std::mem::take(&mut desk.outcome.more);
        self.next.messages.left_out += more.messages;
        self.next.findings.left_out += more.findings;
        let answers = std::mem::take(&mut desk.outcome.answers);
        self.next.letters.extend(answers.iter().map(|letter| letter.id));
    }

    fn message(&mut self, transmission: u32, item: MessageVerdict) {
        let matters = item.verdict != Verdict::Accepted;
        let entry = Entry { transmission, matters, item };
        add(&mut self.next.messages, &self.before.messages, entry);
    }

    fn finding(&mut self, transmission: u32, item: Finding) {
        let entry = Entry { transmission, matters: item.rejects(), item };
        add(&mut self.next.findings, &self.before.findings, entry);
    }

    fn all_messages(&self) -> Listed<MessageVerdict> {
        let mut all = self.before.messages.clone();
        all.extend(self.next.messages.clone());
        all
    }

    fn all_findings(&self) -> Listed<Finding> {
        let mut all = self.before.findings.clone();
        all.extend(self.next.findings.clone());
        all
    }

    fn finish(self, desk: Desk<'_>, part: &Part) -> Outcome {
        let verdict = together(&self.next.transmissions_tally);
        let mut outcome = desk.finish(verdict);
        outcome.keep_bytes = part.number == 1;
        if !part.is_last {
            let carried = Box::new(self.next);
            outcome.verdict = Verdict::Parked;
            outcome.progress = Progress::Part { number: part.number, carried };
            return outcome;
        }
        let (messages, findings) = (self.all_messages(), self.all_findings());
        outcome.more = More { messages: messages.left_out, findings: findings.left_out };
        outcome.messages = items(&messages, |_| true);
        outcome.findings = items(&findings, |_| true);
        let mut letters = self.before.letters.clone();
        letters.extend(self.next.letters);
        outcome.progress = Progress::Last { before: part.number - 1, letters };
        outcome
    }
}

/// Remembers that a transmission is being taken part by part.
fn open(desk: &mut Desk<'_>, piece: &Piece) {
    if let Some(key) = &piece.sent.key {
        let envelope = envelope(desk, piece, key.clone());
        desk.outcome.envelopes.push(envelope);
    }
}

/// The envelope of a transmission of which nothing is told yet.
fn envelope(desk: &Desk<'_>, piece: &Piece, key: acquit_domain::EnvelopeKey) -> Envelope {
    Envelope {
        key,
        sha256: piece.sent.sha256,
        parcel: desk.parcel.id,
        received_at: desk.parcel.received_at,
        verdict: Verdict::Parked,
        messages: Vec::new(),
        findings: Vec::new(),
        more: More::default(),
        in_parts: true,
        letters: Vec::new(),
    }
}

/// Adds a line to the list of this part when the whole list has room for it.
fn add<T>(next: &mut Listed<T>, before: &Listed<T>, entry: Entry<T>) {
    match next.takes_after(before, entry.matters) {
        true => next.push(entry),
        false => next.left_out = next.left_out.saturating_add(1),
    }
}

fn items<T: Clone>(listed: &Listed<T>, of: impl Fn(u32) -> bool) -> Vec<T> {
    let chosen = listed.entries.iter().filter(|entry| of(entry.transmission));
    chosen.map(|entry| entry.item.clone()).collect()
}

/// The verdict of all that were counted.
fn together(tally: &Tally) -> Verdict {
    let parts: Vec<Verdict> = tally.iter().map(|(verdict, _)| verdict).collect();
    whole(&parts)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
