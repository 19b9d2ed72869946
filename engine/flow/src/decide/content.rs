//! What an invoice holds of a message: its content, its documents, its client.

use super::desk::{Desk, Purpose};
use super::naming::{document_name, message_number};
use acquit_domain::invoice::{ClientData, Document, InvoiceMessage, Service};
use acquit_domain::mask::{has_card, mask};
use acquit_domain::time::{date_from_days, days_of};
use acquit_domain::{
    Currency, Invoice, InvoiceKey, InvoiceKind, InvoiceState, Money, Party, PartyCode, Role,
    Status, Timestamp,
};
use acquit_mapping::agreement::Agreement;
use sha2::{Digest, Sha256};

/// The invoice a message describes, taking over the life of the one held.
pub(super) fn invoice(
    desk: &Desk<'_>,
    said: &InvoiceMessage,
    reference: &str,
    agreement: &Agreement,
    held: Option<Invoice>,
) -> Invoice {
    let currency = said.currency.unwrap_or(Currency::MAD);
    let gross = said.gross_minor.unwrap_or(0);
    let issued_on = said.issued_on.unwrap_or_else(|| desk.now.date());
    let term = i32::try_from(agreement.due_days).unwrap_or(0);
    let named = [said.issuer_name.as_str(), agreement.name.as_str()];
    let issuer_name = named.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    let life = held.unwrap_or_else(|| blank(desk, said.key.clone(), said.client.clone()));
    Invoice {
        kind: said.kind.unwrap_or(InvoiceKind::Principal),
        principal: said.principal.clone(),
        issuer_name: issuer_name.to_owned(),
        client: said.client.clone(),
        issued_on,
        due_on: said.due_on.or_else(|| Some(date_from_days(days_of(issued_on) + term))),
        cancelled_on: life.cancelled_on,
        net: Money::new(said.net_minor.unwrap_or(gross), currency),
        gross: Money::new(gross, currency),
        description: mask(&said.description).into_owned(),
        means: agreement.means.clone(),
        services: said.services.iter().map(without_cards).collect(),
        taxes: said.taxes.clone(),
        content: said.content,
        written_at: said.written_at.unwrap_or(desk.parcel.received_at),
        message: reference.to_owned(),
        ..life
    }
}

/// True when a free text of a message holds what can be the number of a payment card.
pub(super) fn names_a_card(said: &InvoiceMessage) -> bool {
    has_card(&said.description) || said.services.iter().any(|service| has_card(&service.label))
}

/// A service with its words as they may be kept.
fn without_cards(service: &Service) -> Service {
    Service { label: mask(&service.label).into_owned(), ..service.clone() }
}

/// The invoice an issuer is asked for, of which nothing is known but its number and who asks.
pub(crate) fn requested_invoice(desk: &Desk<'_>, key: InvoiceKey, client: &str) -> Invoice {
    blank(desk, key, ClientData { code: client.to_owned(), ..ClientData::default() })
}

/// An invoice of which nothing is held yet.
fn blank(desk: &Desk<'_>, key: InvoiceKey, client: ClientData) -> Invoice {
    Invoice {
        key,
        state: InvoiceState::Absent,
        flags: acquit_domain::status::Flags::default(),
        status: Status::Unpaid,
        version: 0,
        exchanges: 0,
        last_hash: [0; 32],
        kind: InvoiceKind::Principal,
        principal: None,
        issuer_name: String::new(),
        client,
        issued_on: desk.now.date(),
        due_on: None,
        cancelled_on: None,
        net: Money::new(0, Currency::MAD),
        gross: Money::new(0, Currency::MAD),
        description: String::new(),
        means: Vec::new(),
        allocated_minor: 0,
        services: Vec::new(),
        taxes: Vec::new(),
        content: [0; 32],
        written_at: desk.now,
        message: String::new(),
        created_at: desk.now,
        updated_at: desk.now,
    }
}

/// Keeps the files of a message under the guide's names.
pub(super) fn keep_documents(
    desk: &mut Desk<'_>,
    said: &InvoiceMessage,
    reference: &str,
    control: &str,
) {
    let number = message_number(if control.is_empty() { reference } else { control });
    for attachment in &said.attachments {
        let issuer = said.key.issuer.as_str();
        let local = local_digits(desk);
        let document = Document {
            id: desk.id(Purpose::Document),
            invoice: said.key.clone(),
            name: document_name(number, issuer, &local, &attachment.name),
            description: attachment.description.clone(),
            recorded_at: desk.now,
            sha256: Sha256::digest(&attachment.bytes).into(),
            bytes: attachment.bytes.clone(),
        };
        desk.outcome.documents.push(document);
    }
}

/// Now, on the platform's wall, as `yyyyMMddHHmmss`.
fn local_digits(desk: &Desk<'_>) -> String {
    let at = local_time(&desk.book.platform.zone, desk.now);
    let (date, time) = (at.date(), at.time());
    format!(
        "{:04}{:02}{:02}{:02}{:02}{:02}",
        date.year(),
        date.month(),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    )
}

/// An instant as the wall clock of a zone shows it, to the second; UTC when the zone is unknown.
pub(crate) fn local_time(zone: &str, at: Timestamp) -> jiff::civil::DateTime {
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let instant = jiff::Timestamp::from_microsecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let at = zone.to_datetime(instant);
    at.with().subsec_nanosecond(0).build().unwrap_or(at)
}

/// Remembers a client met for the first time.
pub(super) fn remember_client(desk: &mut Desk<'_>, said: &InvoiceMessage) {
    let code = &said.client.code;
    let met = desk.known.clients.contains(code) || desk.book.parties.client(code).is_some();
    let Some(party) = PartyCode::new(code).filter(|_| !met) else { return };
    if !desk.clients.insert(party.clone()) {
        return;
    }
    let mut client = Party::named(party, Role::Client, said.client.name.clone());
    client.ice.clone_from(&said.client.ice);
    client.ifu.clone_from(&said.client.ifu);
    client.rc.clone_from(&said.client.rc);
    desk.outcome.parties.push(client);
}
