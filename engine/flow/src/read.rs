//! Reading a parcel: which standard, whose agreement, which messages, what each says.

mod bank;
mod edifact;
mod notices;
mod portnet;
mod settlement;
mod survey;

pub use bank::{
    BANK, BankEntry, ChequeLine, Statement, is_statement, read_cheques, read_statements,
    statement_news,
};
pub use settlement::{FileLine, LineKind, read_settlement};
pub use survey::{
    PART_MESSAGES, Part, Parts, Piece, Survey, Surveyed, may_be_large, parts, survey,
};

use crate::reading::{MessageReading, Reading, Said, Transmission};
use acquit_domain::{Finding, Keys, Media, Parcel};
use acquit_mapping::rulebook::Rulebook;

/// Reads a parcel. Never fails: what could not be read is a finding.
#[must_use]
pub fn read(book: &Rulebook, parcel: &Parcel) -> Reading {
    let (transmissions, findings) = match standard_of(parcel) {
        Media::Xml => portnet::read(book, parcel),
        _ => edifact::read(book, parcel),
    };
    let keys = keys(&transmissions);
    Reading { parcel: parcel.clone(), transmissions, findings, keys }
}

/// Reads one message of a parcel and what it came in, without the other messages.
pub(crate) fn one(
    book: &Rulebook,
    parcel: &Parcel,
    transmission: u32,
    message: u32,
) -> Option<(Transmission, MessageReading)> {
    if may_be_large(parcel) {
        return survey::one(book, parcel, transmission, message);
    }
    let reading = read(book, parcel);
    let sent = reading.transmissions.into_iter().find(|sent| sent.ordinal == transmission);
    let mut sent = sent?;
    let messages = std::mem::take(&mut sent.messages);
    let message = messages.into_iter().find(|one| one.ordinal == message)?;
    Some((sent, message))
}

/// True when the bytes are read as EDIFACT.
fn is_edifact(parcel: &Parcel) -> bool {
    standard_of(parcel) == Media::Edifact
}

/// What the bytes are: the first that is no white space tells, whatever the sender said.
fn standard_of(parcel: &Parcel) -> Media {
    let bytes = &parcel.bytes;
    let utf16 = bytes.starts_with(&[0xFF, 0xFE, b'<']) || bytes.starts_with(&[0xFE, 0xFF, 0, b'<']);
    let text = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'<') => Media::Xml,
        None if parcel.media == Media::Xml => Media::Xml,
        _ if utf16 => Media::Xml,
        _ => Media::Edifact,
    }
}

/// What must be asked of the store before these transmissions are decided.
fn keys<'t>(transmissions: impl IntoIterator<Item = &'t Transmission>) -> Keys {
    let mut keys = Keys::default();
    for sent in transmissions {
        if let Some(key) = &sent.key {
            keys.envelopes.insert(key.clone());
            keys.envelopes.insert(key.conflicting(&sent.sha256));
        }
        for message in &sent.messages {
            match (&message.said, &sent.party) {
                (Said::Invoice(said), _) => {
                    keys.invoices.insert(said.key.clone());
                    keys.clients.insert(said.client.code.clone());
                }
                (Said::Acknowledgement(said), Some(party)) => {
                    keys.letters.insert((party.clone(), said.reference.clone()));
                }
                (Said::Notices(answers), Some(_)) => crate::pay::ask_answers(&mut keys, answers),
                (Said::Desk(news), Some(_)) => {
                    keys.invoices.extend(news.invoices.iter().map(|(key, _)| key.clone()));
                }
                _ => {}
            }
        }
    }
    keys
}

/// True when a finding leaves nothing to answer to.
fn leaves_nothing(finding: &Finding) -> bool {
    finding.level == acquit_domain::Level::Input && finding.rejects()
}
