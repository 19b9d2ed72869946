//! What was read in a message: the canonical record, for people who look for the reason of a
//! verdict.

use super::{FieldWire, FindingWire, MoneyWire, Told, fields, hex};
use acquit_domain::invoice::InvoiceMessage;
use acquit_domain::mask::mask;
use acquit_domain::part::Reached;
use acquit_domain::pay::News;
use acquit_domain::{Currency, Money};
use acquit_flow::pay::NoticeAnswer;
use acquit_flow::{MessageReading, Reading, Said, Survey, Transmission};
use acquit_mapping::language::Language;
use acquit_mapping::rulebook::Rulebook;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;

/// A parcel as it is read now; the messages of the exchange asked for come first.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReadingWire {
    /// Hash of the rulebook it was read with.
    pub book: String,
    /// Findings about the parcel as a whole.
    pub findings: Vec<FindingWire>,
    /// Interchanges or documents.
    pub transmissions: Vec<TransmissionWire>,
}

/// One interchange or document.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct TransmissionWire {
    /// `edifact` or `portnet`.
    pub standard: &'static str,
    /// Sender and its qualifier, as the envelope writes them.
    pub sender: (String, String),
    /// Recipient and its qualifier.
    pub recipient: (String, String),
    /// Control reference.
    pub reference: String,
    /// Findings about the envelope.
    pub findings: Vec<FindingWire>,
    /// Its messages.
    pub messages: Vec<MessageReadingWire>,
}

/// One message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MessageReadingWire {
    /// Type as the sender calls it.
    #[serde(rename = "type")]
    pub kind: String,
    /// Version as the sender calls it.
    pub version: String,
    /// Ordinals of its interchange or document in the parcel, and of the message in it.
    #[serde(skip)]
    ordinals: (u32, u32),
    /// The message's own reference.
    pub reference: String,
    /// First byte in the parcel.
    pub first_byte: u64,
    /// Number of bytes.
    pub bytes: u64,
    /// The values, by canonical name.
    pub values: BTreeMap<&'static str, String>,
    /// The amounts, by canonical name.
    pub amounts: BTreeMap<&'static str, MoneyWire>,
    /// Every value of the canonical record, with the place it came from.
    pub fields: Vec<FieldWire>,
    /// Findings about the message.
    pub findings: Vec<FindingWire>,
    /// What no line of the mapping claimed.
    pub unread: Vec<String>,
}

/// Most messages shown.
const MESSAGES_MAX: usize = 100;

impl ReadingWire {
    /// Everything that was read.
    #[must_use]
    pub fn whole(reading: &Reading, book: &Rulebook, language: Language) -> ReadingWire {
        // No message begins there, so all of them are shown.
        ReadingWire::new(reading, u64::MAX, book, language)
    }

    /// What was read, the message that begins at `first_byte` alone when there is one.
    #[must_use]
    pub fn new(
        reading: &Reading,
        first_byte: u64,
        book: &Rulebook,
        language: Language,
    ) -> ReadingWire {
        let told = Told { words: &book.words, language };
        let all = || reading.transmissions.iter().flat_map(|one| &one.messages);
        let named = all().any(|message| message.first_byte == first_byte);
        let shown = |message: &&MessageReading| !named || message.first_byte == first_byte;
        let transmissions: Vec<TransmissionWire> = reading
            .transmissions
            .iter()
            .map(|one| transmission(one, &shown, told))
            .filter(|one| !named || !one.messages.is_empty())
            .collect();
        ReadingWire {
            book: hex(&book.hash),
            findings: told.findings(&reading.findings),
            transmissions,
        }
        .with_fields(book, &reading.parcel.bytes)
    }

    /// One message of a parcel that is too large to be read as a whole; nothing of it when no
    /// message begins at `first_byte`.
    #[must_use]
    pub fn of_large(
        survey: &Survey,
        first_byte: u64,
        book: &Rulebook,
        language: Language,
    ) -> ReadingWire {
        let told = Told { words: &book.words, language };
        let shown = |message: &&MessageReading| message.first_byte == first_byte;
        let parts = acquit_flow::parts(book, survey, 0, Reached::default());
        let mut pieces = parts.flat_map(|part| part.pieces);
        let found = pieces.find(|piece| piece.sent.messages.iter().any(|one| shown(&one)));
        let transmissions = match found {
            Some(piece) => vec![transmission(&piece.sent, &shown, told)],
            None => survey
                .transmissions
                .iter()
                .map(|one| transmission(&one.sent, &|_| false, told))
                .collect(),
        };
        ReadingWire {
            book: hex(&book.hash),
            findings: told.findings(&survey.findings),
            transmissions,
        }
        .with_fields(book, &survey.parcel.bytes)
    }

    /// The same with the values of every message shown and their places.
    fn with_fields(mut self, book: &Rulebook, bytes: &[u8]) -> ReadingWire {
        let messages = self.transmissions.iter_mut().flat_map(|one| &mut one.messages);
        let mut messages: BTreeMap<(u32, u32), &mut MessageReadingWire> =
            messages.map(|message| (message.ordinals, message)).collect();
        let wanted: BTreeSet<(u32, u32)> = messages.keys().copied().collect();
        for (ordinals, fields) in fields(book, bytes, &wanted) {
            if let Some(message) = messages.get_mut(&ordinals) {
                message.fields = fields;
            }
        }
        self
    }
}

fn transmission(
    one: &Transmission,
    shown: &dyn Fn(&&MessageReading) -> bool,
    told: Told<'_>,
) -> TransmissionWire {
    let messages = one.messages.iter().filter(shown).take(MESSAGES_MAX);
    TransmissionWire {
        standard: one.standard.key(),
        sender: one.sender.clone(),
        recipient: one.recipient.clone(),
        reference: one.reference.clone(),
        findings: told.findings(&one.findings),
        messages: messages.map(|one| message(one, told)).collect(),
    }
}

fn message(message: &MessageReading, told: Told<'_>) -> MessageReadingWire {
    let mut values = BTreeMap::new();
    let mut amounts = BTreeMap::new();
    match &message.said {
        Said::Invoice(said) => invoice(said, &mut values, &mut amounts),
        Said::Acknowledgement(said) => {
            values.insert("acknowledged", said.reference.clone());
            values.insert("accepted", said.accepted.to_string());
            values.insert("reason", mask(&said.reason).into_owned());
        }
        Said::Notices(answers) => answers_of(answers, &mut values),
        Said::Desk(news) => payment(news, &mut values, &mut amounts),
        Said::Nothing => {}
    }
    values.retain(|_, value| !value.is_empty());
    MessageReadingWire {
        kind: message.kind.clone(),
        version: message.version.clone(),
        reference: message.reference.clone(),
        first_byte: message.first_byte,
        bytes: message.bytes,
        ordinals: (message.transmission, message.ordinal),
        values,
        amounts,
        fields: Vec::new(),
        findings: told.findings(&message.findings),
        unread: message.unread.clone(),
    }
}

/// The answers to notices of ours; of several, what they say of each invoice in one value.
fn answers_of(answers: &[NoticeAnswer], values: &mut BTreeMap<&'static str, String>) {
    let Some(first) = answers.first() else { return };
    values.insert("transaction", first.transaction.clone());
    values.insert("acknowledged", first.message.clone());
    let each = answers.iter().map(|answer| {
        let number = answer.invoice.as_ref().map_or("", |key| key.number.as_str());
        format!("{number}: {}", mask(&answer.text))
    });
    values.insert("answers", each.collect::<Vec<String>>().join("; "));
}

fn payment(
    news: &News,
    values: &mut BTreeMap<&'static str, String>,
    amounts: &mut BTreeMap<&'static str, MoneyWire>,
) {
    values.insert("transaction", news.transaction.clone());
    values.insert("means", news.means.clone());
    values.insert("event", news.kind.key().to_owned());
    values.insert("paid_at", news.at.map_or(String::new(), |at| at.to_string()));
    let numbers = news.invoices.iter().map(|(key, _)| key.number.to_string());
    values.insert("invoices", numbers.collect::<Vec<String>>().join(", "));
    amounts.extend(news.amount.map(|amount| ("paid", MoneyWire::from(amount))));
}

fn invoice(
    said: &InvoiceMessage,
    values: &mut BTreeMap<&'static str, String>,
    amounts: &mut BTreeMap<&'static str, MoneyWire>,
) {
    let text = |value: &Option<_>| value.as_ref().map_or(String::new(), ToString::to_string);
    let date = |value: &Option<acquit_domain::Date>| value.map_or(String::new(), |d| d.to_string());
    values.extend([
        ("issuer", said.key.issuer.to_string()),
        ("number", said.key.number.to_string()),
        ("event", said.function.key().to_owned()),
        ("kind", said.kind.map_or("", |kind| kind.key()).to_owned()),
        ("principal", text(&said.principal)),
        ("issuer_name", said.issuer_name.clone()),
        ("client", said.client.code.clone()),
        ("client_name", said.client.name.clone()),
        ("client_ice", said.client.ice.clone()),
        ("client_ifu", said.client.ifu.clone()),
        ("client_rc", said.client.rc.clone()),
        ("written_at", said.written_at.map_or(String::new(), |at| at.to_string())),
        ("issued_on", date(&said.issued_on)),
        ("due_on", date(&said.due_on)),
        ("cancelled_on", date(&said.cancelled_on)),
        ("description", mask(&said.description).into_owned()),
        ("lines", said.services.len().to_string()),
        ("documents", said.attachments.len().to_string()),
    ]);
    let Some(currency) = said.currency else { return };
    let money = |minor: i64, currency: Currency| MoneyWire::from(Money::new(minor, currency));
    let named = [
        ("net", said.net_minor),
        ("vat", said.vat_minor),
        ("gross", said.gross_minor),
        ("due", said.due_minor),
    ];
    amounts.extend(
        named
            .into_iter()
            .filter_map(|(name, minor)| minor.map(|minor| (name, money(minor, currency)))),
    );
}
