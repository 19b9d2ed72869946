//! Reading EDIFACT: interchanges, their agreement, their messages through guide and specimen.

use super::{leaves_nothing, notices};
use crate::claim;
use crate::reading::{Acknowledged, MessageReading, Said, Standard, Transmission};
use acquit_domain::time::DAY;
use acquit_domain::{EnvelopeKey, Finding, Level, Parcel, PartyCode, Place, Severity, Timestamp};
use acquit_mapping::agreement::{Agreement, Tolerance};
use acquit_mapping::catalogue::EdifactForm;
use acquit_mapping::edifact::read_edifact;
use acquit_mapping::findings::{merge, of_edifact};
use acquit_mapping::record::Record;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::value::Instant;
use acquit_mapping::vocabulary::{List, field};
use acquit_syntax::edifact::Fault;
use acquit_syntax::edifact::check::{self, Checked, Input, Rules};
use acquit_syntax::edifact::envelope::{Header, Interchange, Party};
use acquit_syntax::edifact::reader::{Item, Message, Options, Reader, Totals};
use acquit_syntax::fault;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

/// Most messages of one interchange taken in one parcel.
pub(crate) const MESSAGES_MAX: u32 = 100_000;

/// Most interchanges taken in one parcel: every one of them is answered.
pub(crate) const INTERCHANGES_MAX: u32 = 1_000;

/// The messages that answer letters of ours, readable without an agreement.
const ANSWERS: [(&str, &str); 2] = [("CONTRL", "contrl-3"), ("APERAK", "aperak-d96a")];

/// Reads the interchanges of a parcel.
pub(super) fn read(book: &Rulebook, parcel: &Parcel) -> (Vec<Transmission>, Vec<Finding>) {
    let mut reader = reader(parcel);
    let mut desk = Desk::new(book, parcel);
    while let Some(item) = reader.next() {
        desk.item(item);
    }
    desk.finish()
}

/// A reader of a parcel, under our limits.
pub(super) fn reader(parcel: &Parcel) -> Reader<'_> {
    let options = Options { messages_max: MESSAGES_MAX, ..Options::default() };
    Reader::over(&parcel.bytes, options)
}

/// What is kept from one item to the next.
pub(super) struct Desk<'b> {
    book: &'b Rulebook,
    parcel: &'b Parcel,
    /// How many interchanges began.
    pub(super) begun: u32,
    pub(super) transmissions: Vec<Transmission>,
    findings: Vec<Finding>,
    agreement: Option<&'b Agreement>,
    checked: Checked,
    spare: Record<'static>,
}

impl<'b> Desk<'b> {
    pub(super) fn new(book: &'b Rulebook, parcel: &'b Parcel) -> Desk<'b> {
        Desk {
            book,
            parcel,
            begun: 0,
            transmissions: Vec::new(),
            findings: Vec::new(),
            agreement: None,
            checked: Checked::default(),
            spare: Record::new(),
        }
    }

    /// What was read, once all items were.
    pub(super) fn finish(mut self) -> (Vec<Transmission>, Vec<Finding>) {
        if self.begun > INTERCHANGES_MAX {
            return (Vec::new(), vec![too_many(self.begun)]);
        }
        self.findings.retain(|finding| !finding.rejects() || leaves_nothing(finding));
        (self.transmissions, self.findings)
    }

    pub(super) fn item(&mut self, item: Item<'_>) {
        let begins = matches!(item, Item::Start { .. });
        if self.begun >= INTERCHANGES_MAX + u32::from(!begins) {
            self.begun += u32::from(begins);
            return;
        }
        match item {
            Item::Unreadable { faults } => self.findings.extend(faults.iter().map(of_edifact)),
            Item::Start { header, byte, faults } => self.start(header, byte, faults),
            Item::GroupStart { faults, .. } | Item::GroupEnd { faults } => self.envelope(faults),
            Item::Message(message) => self.message(&message),
            Item::End { totals, faults } => self.end(totals, faults),
        }
    }

    fn start(&mut self, header: &Interchange, byte: u64, faults: &[Fault]) {
        let sender = &header.sender;
        self.begun = self.begun.saturating_add(1);
        self.agreement = self.book.agreement_by_edifact(&sender.id, &sender.qualifier);
        let prepared_at = prepared(self.book, header);
        let sent = Transmission {
            ordinal: self.begun,
            standard: Standard::Edifact,
            key: key(header),
            answerable: !sender.id.is_empty(),
            sha256: [0; 32],
            party: self.agreement.and_then(|agreement| PartyCode::new(&agreement.code)),
            sender: (sender.id.clone(), sender.qualifier.clone()),
            recipient: (header.recipient.id.clone(), header.recipient.qualifier.clone()),
            reference: header.reference.clone(),
            syntax: (header.syntax.clone(), header.version.clone()),
            wants_answer: header.asks_acknowledgement(),
            prepared_at,
            findings: faults.iter().map(of_edifact).collect(),
            messages: Vec::new(),
            first_byte: byte,
            bytes: 0,
        };
        self.transmissions.push(sent);
        self.judge(header, prepared_at);
    }

    /// What the agreement and the platform say of an envelope.
    fn judge(&mut self, header: &Interchange, prepared_at: Option<Timestamp>) {
        let recipient = &header.recipient;
        let us = self.book.platform.is_us_in_edifact(&recipient.id, &recipient.qualifier);
        if !us {
            self.reject("EDI-007", 7, 3, &recipient.id);
        }
        let Some(agreement) = self.agreement else { return };
        if header.is_test() && !agreement.test_messages {
            self.reject("EDI-025", 25, 11, &header.test);
        }
        let limits = &self.book.platform.limits;
        let Some(prepared_at) = prepared_at else { return };
        let age = self.parcel.received_at.0.saturating_sub(prepared_at.0);
        let said = format!("{}:{}", header.date, header.time);
        let oldest = agreement.max_age_days.or(limits.max_age_days);
        if oldest.is_some_and(|days| age > i64::from(days) * DAY) {
            self.reject("EDI-024", 24, 4, &said);
        }
        if -age > i64::from(limits.max_ahead_hours) * DAY / 24 {
            self.reject("EDI-012", 12, 4, &said);
        }
    }

    /// Rejects the interchange for an element of UNB.
    fn reject(&mut self, code: &'static str, syntax_error: u8, element: u16, value: &str) {
        let Some(sent) = self.transmissions.last_mut() else { return };
        let mut finding = Finding::business(
            code,
            Severity::Error,
            Place {
                interchange: sent.ordinal,
                segment: 1,
                element,
                byte: sent.first_byte,
                name: "UNB".to_owned(),
                ..Place::default()
            },
        )
        .with_value(value);
        finding.level = Level::Interchange;
        finding.syntax_error = Some(syntax_error);
        sent.findings.push(finding);
    }

    fn envelope(&mut self, faults: &[Fault]) {
        if let Some(sent) = self.transmissions.last_mut() {
            sent.findings.extend(faults.iter().map(of_edifact));
        }
    }

    fn end(&mut self, totals: Totals, faults: &[Fault]) {
        self.envelope(faults);
        let Some(sent) = self.transmissions.last_mut() else { return };
        sent.bytes = totals.byte_end.saturating_sub(sent.first_byte);
        let range = sent.first_byte as usize..totals.byte_end as usize;
        let bytes = self.parcel.bytes.get(range).unwrap_or_default();
        sent.sha256 = match bytes.len() == self.parcel.bytes.len() {
            true => self.parcel.sha256,
            false => Sha256::digest(bytes).into(),
        };
        let wrapped_is_fine = self.agreement.is_some_and(|a| a.tolerates(Tolerance::Wrapped));
        if !wrapped_is_fine {
            refuse_wrapped(sent);
        }
    }

    pub(super) fn message(&mut self, message: &Message<'_>) {
        let header = message.header();
        let mut findings: Vec<Finding> = message.faults.iter().map(of_edifact).collect();
        let Some(sent) = self.transmissions.last_mut() else { return };
        let form = form(self.book, self.agreement, &header);
        let mut reading = MessageReading {
            transmission: sent.ordinal,
            ordinal: message.number,
            kind: header.kind.clone(),
            version: version(&header),
            reference: header.reference.clone(),
            first_byte: message.byte,
            bytes: message.content.window.len() as u64,
            said: Said::Nothing,
            findings: Vec::new(),
            unread: Vec::new(),
        };
        match form {
            Some(form) => {
                let content = Content { desk: self.book, agreement: self.agreement };
                let spare = std::mem::take(&mut self.spare);
                let (said, unread, more, spare) =
                    content.read(&form, message, &mut self.checked, spare);
                self.spare = spare;
                reading.said = said;
                if let Said::Invoice(said) = &mut reading.said {
                    said.written_at = said.written_at.or(sent.prepared_at);
                }
                reading.unread = unread;
                findings = merge(findings, more);
            }
            None => findings.push(no_agreement(message, &header)),
        }
        reading.findings = findings;
        if reading.rejected() && matches!(header.kind.as_str(), "CONTRL" | "APERAK") {
            reading.said = Said::Nothing;
            reading.findings.push(loop_note(message));
        }
        sent.messages.push(reading);
    }
}

/// What reading the content of a message needs.
struct Content<'b> {
    desk: &'b Rulebook,
    agreement: Option<&'b Agreement>,
}

impl Content<'_> {
    /// Groups, checks and maps one message; gives the record's memory back.
    fn read(
        &self,
        form: &EdifactForm,
        message: &Message<'_>,
        checked: &mut Checked,
        spare: Record<'static>,
    ) -> (Said, Vec<String>, Vec<Finding>, Record<'static>) {
        let content = &message.content;
        let origin = fault::Place {
            interchange: message.interchange,
            message: message.number,
            byte: message.byte,
            ..fault::Place::default()
        };
        let input = Input::of(content, origin, message.faults);
        checked.clear();
        check::message(&form.guide, &input, &self.rules(), checked);
        let structure: Vec<Finding> = checked.faults.iter().map(of_edifact).collect();
        let mut record = spare.recycle();
        let mapped = read_edifact(&form.specimen, checked, content, origin, &mut record);
        let mut findings = merge(structure, mapped);
        let syntax_is_fine = !findings.iter().any(Finding::rejects);
        let kind = form.specimen.message()[0];
        let said = match kind {
            "CONTRL" => contrl(&record),
            "APERAK" => aperak(&record),
            _ => match self.agreement {
                Some(agreement) if kind == "BANSTA" => {
                    notices::bansta(self.desk, agreement, &record)
                }
                Some(agreement) => {
                    let (said, more) = claim::invoice(self.desk, agreement, &record);
                    // What the business says of a message whose syntax is wrong would only
                    // repeat it in other words.
                    if syntax_is_fine {
                        findings.extend(more);
                    }
                    said.map_or(Said::Nothing, |said| Said::Invoice(Box::new(said)))
                }
                None => Said::Nothing,
            },
        };
        let unread = record.unread_names();
        (said, unread, findings, record.recycle())
    }

    fn rules(&self) -> Rules<'static> {
        let mut rules = Rules::default();
        if self.agreement.is_some_and(|a| a.tolerates(Tolerance::TrailingSeparators)) {
            rules.trailing = fault::Level::Note;
        }
        rules
    }
}

/// The form a message is read by: one its sender may use, or an answer to us.
fn form(
    book: &Rulebook,
    agreement: Option<&Agreement>,
    header: &Header,
) -> Option<Arc<EdifactForm>> {
    let said = [&header.kind, &header.version, &header.release, &header.agency];
    let folder = agreement.map_or("", |agreement| agreement.folder.as_str());
    let fits = |form: &Arc<EdifactForm>| {
        form.specimen.message().iter().zip(said).all(|(wanted, said)| *wanted == said)
    };
    let agreed = agreement.into_iter().flat_map(|agreement| &agreement.messages).find_map(|one| {
        let form = book.catalogue.edifact(folder, &one.specimen)?;
        let association = &one.association;
        let taken = association.as_ref().is_none_or(|codes| codes.contains(&header.association));
        (taken && fits(form)).then(|| Arc::clone(form))
    });
    agreed.or_else(|| {
        let (_, name) = ANSWERS.iter().find(|(kind, _)| *kind == header.kind)?;
        book.catalogue.edifact(folder, name).filter(|form| fits(form)).map(Arc::clone)
    })
}

/// A parcel with more interchanges than are taken is refused as a whole.
fn too_many(begun: u32) -> Finding {
    let mut finding = Finding::business("LIM-MSGS", Severity::Error, Place::default());
    finding.level = Level::Input;
    finding.with_value(begun).with_expected(format!("{INTERCHANGES_MAX} interchanges"))
}

/// `D:96A:UN:EAN008`, as UNH says it.
fn version(header: &Header) -> String {
    let parts = [&header.version, &header.release, &header.agency, &header.association];
    let text: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
    text.join(":").trim_end_matches(':').to_owned()
}

fn no_agreement(message: &Message<'_>, header: &Header) -> Finding {
    let value = format!("{}:{}", header.kind, version(header));
    let mut finding = about(message, "EDI-017", Severity::Error).with_value(value);
    finding.syntax_error = Some(17);
    finding
}

/// An answer that cannot be read is told to people, and never to its sender.
fn loop_note(message: &Message<'_>) -> Finding {
    about(message, "EDI-LOOP", Severity::Warning)
}

fn about(message: &Message<'_>, code: &'static str, severity: Severity) -> Finding {
    let place = Place {
        interchange: message.interchange,
        message: message.number,
        segment: 1,
        byte: message.byte,
        name: "UNH".to_owned(),
        ..Place::default()
    };
    let mut finding = Finding::business(code, severity, place);
    finding.level = Level::Message;
    finding
}

/// Line breaks inside segments where the agreement does not take them.
fn refuse_wrapped(sent: &mut Transmission) {
    let notes = sent.findings.iter_mut();
    let notes = notes.chain(sent.messages.iter_mut().flat_map(|message| &mut message.findings));
    let mut first = None;
    for note in notes.filter(|note| note.code == "WARN-WRAP") {
        first.get_or_insert_with(|| Finding {
            code: Cow::Borrowed("EDI-021"),
            severity: Severity::Error,
            level: Level::Interchange,
            syntax_error: Some(21),
            ..note.clone()
        });
    }
    sent.findings.extend(first);
}

fn key(header: &Interchange) -> Option<EnvelopeKey> {
    let party = |party: &Party| format!("{}:{}", party.id, party.qualifier);
    let named = !header.reference.is_empty() && !header.sender.id.is_empty();
    named.then(|| EnvelopeKey {
        standard: Standard::Edifact.key(),
        sender: party(&header.sender),
        recipient: party(&header.recipient),
        reference: match header.is_test() {
            true => format!("{}/test", header.reference),
            false => header.reference.clone(),
        },
    })
}

fn prepared(book: &Rulebook, header: &Interchange) -> Option<Timestamp> {
    let said = header.prepared()?;
    let parts = [said.month, said.day, said.hour, said.minute];
    let [month, day, hour, minute] = parts.map(|part| i8::try_from(part).unwrap_or(0));
    let year = i16::try_from(said.year).ok()?;
    let at = jiff::civil::DateTime::new(year, month, day, hour, minute, 0, 0).ok()?;
    claim::instant(book, Instant::local(at))
}

/// A CONTRL says yes unless it rejects the interchange or a message of it.
fn contrl(record: &Record<'_>) -> Said {
    let root = record.root();
    let Some(reference) = root.text(field::INTERCHANGE) else { return Said::Nothing };
    let rejected = |code: Option<&str>| code == Some("rejected");
    let accepted = !rejected(root.code(field::ACTION))
        && !record.items(List::Messages).any(|m| rejected(m.code(field::MESSAGES_ACTION)));
    let errors = record.items(List::Messages).filter_map(|m| m.text(field::MESSAGES_SYNTAX_ERROR));
    let reason: Vec<&str> = root.text(field::SYNTAX_ERROR).into_iter().chain(errors).collect();
    Said::Acknowledgement(Acknowledged {
        reference: reference.to_owned(),
        accepted,
        reason: reason.join(" "),
    })
}

/// An APERAK names our interchange, or our message.
fn aperak(record: &Record<'_>) -> Said {
    let root = record.root();
    let named = root.text(field::INTERCHANGE).or_else(|| root.text(field::REFERENCE));
    let Some(reference) = named else { return Said::Nothing };
    Said::Acknowledgement(Acknowledged {
        reference: reference.to_owned(),
        accepted: root.code(field::VERDICT) != Some("rejected"),
        reason: root.text(field::EXPLANATION).unwrap_or_default().to_owned(),
    })
}
