//! Reading PortNet XML: each document of a parcel is one transmission with one message.

use super::notices;
use crate::claim;
use crate::reading::{Acknowledged, MessageReading, Said, Standard, Transmission};
use acquit_domain::invoice::MessageFunction;
use acquit_domain::{Channel, EnvelopeKey, Finding, Level, Parcel, PartyCode, Place, Severity};
use acquit_mapping::agreement::{Agreement, Tolerance};
use acquit_mapping::catalogue::XmlForm;
use acquit_mapping::findings::of_xml;
use acquit_mapping::record::Record;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::vocabulary::field;
use acquit_mapping::xml::{Strictness, read_xml};
use acquit_syntax::fault;
use acquit_syntax::xml::{Document, Options, read as read_documents};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Reads the documents of a parcel.
pub(super) fn read(book: &Rulebook, parcel: &Parcel) -> (Vec<Transmission>, Vec<Finding>) {
    let options = Options {
        // Issuers' systems open their files to append: two documents may stand in one file. On
        // a channel that carries one message at a time a second one is no accident.
        several_documents: matches!(parcel.channel, Channel::Folder | Channel::Sftp | Channel::Cli),
        charset_hint: (!parcel.charset.is_empty()).then_some(parcel.charset.as_str()),
        ..Options::default()
    };
    let (documents, faults) = read_documents(&parcel.bytes, &options);
    let broken = faults
        .iter()
        .any(|fault| matches!(fault.level, fault::Level::Input | fault::Level::Message));
    if broken || documents.is_empty() {
        return (Vec::new(), faults.iter().map(unreadable).collect());
    }
    let mut transmissions = Vec::with_capacity(documents.len());
    for document in &documents {
        let ordinal = document.ordinal();
        let found = faults.iter().filter(|fault| fault.place.interchange.max(1) == ordinal);
        transmissions.push(transmission(book, parcel, document, found.map(of_xml).collect()));
    }
    (transmissions, Vec::new())
}

/// What makes a document unreadable leaves nothing to answer to.
fn unreadable(fault: &fault::Fault<acquit_syntax::xml::Kind>) -> Finding {
    let finding = of_xml(fault);
    match finding.rejects() {
        true => Finding { level: Level::Input, ..finding },
        false => finding,
    }
}

fn transmission(
    book: &Rulebook,
    parcel: &Parcel,
    document: &Document<'_>,
    findings: Vec<Finding>,
) -> Transmission {
    let place = document.root().place();
    let range = place.byte as usize..(place.byte + u64::from(place.len)) as usize;
    let bytes = parcel.bytes.get(range).unwrap_or(&parcel.bytes);
    let mut sent = Transmission {
        ordinal: document.ordinal(),
        standard: Standard::PortnetXml,
        key: None,
        answerable: true,
        sha256: Sha256::digest(bytes).into(),
        party: parcel.partner.clone(),
        sender: (
            parcel.partner.as_ref().map_or_else(String::new, ToString::to_string),
            String::new(),
        ),
        recipient: (book.platform.code.clone(), String::new()),
        reference: String::new(),
        syntax: (String::new(), String::new()),
        wants_answer: true,
        prepared_at: None,
        findings: Vec::new(),
        messages: Vec::new(),
        first_byte: place.byte,
        bytes: bytes.len() as u64,
    };
    let mut message = MessageReading {
        transmission: document.ordinal(),
        ordinal: 1,
        kind: document.root().local_name().to_owned(),
        version: String::new(),
        reference: String::new(),
        first_byte: place.byte,
        bytes: bytes.len() as u64,
        said: Said::Nothing,
        findings,
        unread: Vec::new(),
    };
    match book.catalogue.xml_of_document(document) {
        Some(form) => understand(book, document, form, &mut sent, &mut message),
        None => message.findings.push(unknown_root(document)),
    }
    sent.messages.push(message);
    sent
}

fn understand(
    book: &Rulebook,
    document: &Document<'_>,
    form: &Arc<XmlForm>,
    sent: &mut Transmission,
    message: &mut MessageReading,
) {
    let mut record = Record::new();
    // The sender decides how strictly the rest is taken, so it is looked up first.
    let sender = emitter(document);
    let agreement = book.agreement_by_xml(&sender);
    let unknown = match agreement.is_some_and(|a| a.tolerates(Tolerance::UnknownElements)) {
        true => Severity::Note,
        false => Severity::Error,
    };
    let form = agreement
        .and_then(|agreement| book.catalogue.xml(&agreement.folder, &form.name))
        .unwrap_or(form);
    let mapped = read_xml(&form.specimen, document, Strictness { unknown }, &mut record);
    message.findings.extend(mapped);
    message.unread = record.unread_names();
    let root = record.root();
    text(root.text(field::MESSAGE), &mut sent.reference);
    text(root.text(field::RECIPIENT), &mut sent.recipient.0);
    message.reference.clone_from(&sent.reference);
    sent.prepared_at = root.instant(field::WRITTEN_AT).and_then(|at| claim::instant(book, at));
    if !sender.is_empty() {
        sent.sender = (sender, String::new());
        sent.party = agreement.and_then(|agreement| PartyCode::new(&agreement.code));
    }
    sent.key = key(sent, agreement);
    tolerances(agreement, &mut message.findings);
    addressed(book, sent, &record, message);
    match form.name.as_str() {
        "portnet-inv" => {
            message.kind = "INV".to_owned();
            invoice(book, agreement, &record, message);
        }
        "portnet-unm" => {
            message.kind = "UNM".to_owned();
            message.said = match agreement {
                Some(agreement) if !message.rejected() => notices::unm(book, agreement, &record),
                _ => Said::Nothing,
            };
        }
        "portnet-pnm" => {
            message.kind = "PNM".to_owned();
            if let Some(agreement) = agreement.filter(|_| !message.rejected()) {
                let (said, findings) = notices::desk_payment(book, agreement, &record);
                message.said = said;
                message.findings.extend(findings);
            }
        }
        name => {
            message.kind = "ACC".to_owned();
            if name == "portnet-acc" || name == "reponse-generique" {
                message.said = acknowledgement(&record);
            }
        }
    }
}

fn text(said: Option<&str>, to: &mut String) {
    if let Some(said) = said {
        said.clone_into(to);
    }
}

/// `Emetteur`, wherever the header stands.
fn emitter(document: &Document<'_>) -> String {
    let header = |name: &str| {
        let message = document.root().children().next()?;
        let header = message.child(name)?;
        header.child("Emetteur").map(|emitter| emitter.trimmed().to_owned())
    };
    header("Entete").or_else(|| header("HeaderMessage")).unwrap_or_default()
}

fn key(sent: &Transmission, agreement: Option<&Agreement>) -> Option<EnvelopeKey> {
    let sender = agreement.map_or(sent.sender.0.as_str(), |agreement| agreement.code.as_str());
    let named = !sent.reference.is_empty() && !sender.is_empty();
    named.then(|| EnvelopeKey {
        standard: Standard::PortnetXml.key(),
        sender: sender.to_owned(),
        recipient: String::new(),
        reference: sent.reference.clone(),
    })
}

/// Notes about things only some partners may do become errors for the others.
fn tolerances(agreement: Option<&Agreement>, findings: &mut [Finding]) {
    let Some(agreement) = agreement else { return };
    for (code, tolerance) in [
        ("XML-PREFIX", Tolerance::UndeclaredPrefix),
        ("XML-MANY", Tolerance::SeveralDocuments),
        ("WARN-NULL", Tolerance::EmptyLiterals),
        ("WARN-FLOAT", Tolerance::FloatTails),
        ("WARN-BASE64", Tolerance::DoubleBase64),
    ] {
        if agreement.tolerates(tolerance) {
            continue;
        }
        for finding in findings.iter_mut().filter(|finding| finding.code == code) {
            finding.severity = Severity::Error;
        }
    }
}

/// A message for somebody else is none of ours.
fn addressed(
    book: &Rulebook,
    sent: &mut Transmission,
    record: &Record<'_>,
    message: &MessageReading,
) {
    let Some(recipient) = record.root().text(field::RECIPIENT) else { return };
    if !recipient.is_empty() && !book.platform.is_us_in_xml(recipient) {
        let place = record.root().place(field::RECIPIENT);
        let mut finding =
            Finding::business("XML-007", Severity::Error, place).with_value(recipient);
        finding.level = Level::Interchange;
        finding.place.message = message.ordinal;
        sent.findings.push(finding);
    }
}

fn invoice(
    book: &Rulebook,
    agreement: Option<&Agreement>,
    record: &Record<'_>,
    message: &mut MessageReading,
) {
    let Some(agreement) = agreement else { return };
    let (said, findings) = claim::invoice(book, agreement, record);
    let Some(said) = said else {
        message.findings.extend(findings);
        return;
    };
    if !message.rejected() {
        message.findings.extend(findings);
        let brings = matches!(said.function, MessageFunction::Original | MessageFunction::Replace);
        let lacks = said.attachments.is_empty() && !agreement.tolerates(Tolerance::MissingDocument);
        if brings && lacks {
            let place = record.root().place(field::NUMBER);
            message.findings.push(Finding::business("DOC-MISSING", Severity::Error, place));
        }
        if let Some(odd) = said.attachments.iter().find(|file| !file.bytes.starts_with(b"%PDF")) {
            let place = record.root().place(field::NUMBER);
            let finding = Finding::business("DOC-TYPE", Severity::Error, place);
            message.findings.push(finding.with_value(&odd.name).with_expected("%PDF"));
        }
    }
    message.said = Said::Invoice(Box::new(said));
}

fn acknowledgement(record: &Record<'_>) -> Said {
    let root = record.root();
    let Some(reference) = root.text(field::REFERENCE) else { return Said::Nothing };
    Said::Acknowledgement(Acknowledged {
        reference: reference.to_owned(),
        accepted: root.code(field::STATE) != Some("rejected"),
        reason: root.text(field::EXPLANATION).unwrap_or_default().to_owned(),
    })
}

fn unknown_root(document: &Document<'_>) -> Finding {
    let root = document.root();
    let at = root.place();
    let place = Place {
        interchange: document.ordinal(),
        message: 1,
        byte: at.byte,
        len: at.len.min(80),
        name: root.path(),
        ..Place::default()
    };
    let mut finding = Finding::business("XML-ROOT", Severity::Error, place);
    finding.level = Level::Message;
    finding.with_value(root.qualified_name())
}
