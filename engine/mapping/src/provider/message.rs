//! What a provider and we say to each other: `[[message]]` and `[[call]]` of `provider.toml`.
//!
//! A message is a specimen of the provider's folder with its signature, the meaning of its result
//! codes and the answers in the provider's own words; a call is what is sent to it when something
//! is asked. What this module is *not*: addresses, merchant numbers and keys of a running house.

use crate::carrier::writing::Writing;
use crate::codec::Notation;
use crate::codes::Codes;
use crate::files::{Section, Word};
use crate::record::Record;
use crate::signature::{SCHEMES, Scheme};
use crate::specimen::{At, Filling, Scope, fill};
use crate::vocabulary::List;
use acquit_domain::Severity;
use acquit_domain::pay::{CallPurpose, NewsKind};

/// Where the bytes of a message go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The provider sends it to `/callbacks/<folder>`; it is signed.
    In,
    /// The provider answers a call of ours with it.
    Answer,
    /// We send it.
    Out,
    /// The provider asks for the state of a payment; its query holds the names.
    Asks,
}

const WAYS: &[(Way, &str)] =
    &[(Way::In, "in"), (Way::Answer, "answer"), (Way::Out, "out"), (Way::Asks, "asks")];
const UNKNOWN: &[(Severity, &str)] = &[(Severity::Error, "refuse"), (Severity::Note, "note")];

/// One kind of message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Its name: also that of its specimen, and the last part of its address.
    pub name: String,
    /// Which way it goes.
    pub way: Way,
    /// How it is signed; a house may be agreed on another scheme of the same family.
    pub signature: Scheme,
    /// The header its signature stands in; empty: a field of the message.
    pub header: String,
    /// What is signed, in order, when the scheme signs values.
    pub signed: Vec<Filling>,
    /// Holes that must be filled although the specimen lets them be empty, because the signature
    /// does not say which of them is missing.
    pub needs: Vec<String>,
    /// How bad a name is that the specimen does not know.
    pub unknown: Severity,
    /// What a result code means that no table knows.
    pub otherwise: NewsKind,
    /// What a message without a result means.
    pub absent: NewsKind,
    /// The currency of an amount that says none; empty: it must say one.
    pub currency: String,
    /// Whether amounts may be in minor units without saying so: they are compared with what was
    /// asked for.
    pub either_unit: bool,
    /// How many digits a reference it gives has; 0: not looked at.
    pub reference_digits: usize,
    /// Marks of risk that mean no risk.
    pub safe: Vec<String>,
    /// Marks of risk with which nothing is taken.
    pub unsafe_: Vec<String>,
    /// The call that is made before the message is believed; empty for none.
    pub verify: String,
    /// Answers in the provider's words.
    pub answers: Answers,
}

/// One answer of ours to a provider.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// HTTP status.
    pub status: u16,
    /// Body; `{receipt}`, `{status}` and `{code}` are put in. Empty: a problem as others get it.
    pub body: String,
}

/// What a provider is answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    /// Media type of the bodies.
    pub media: String,
    /// Taken.
    pub take: Words,
    /// Taken note of.
    pub noted: Words,
    /// Taken before.
    pub again: Words,
    /// Refused.
    pub refuse: Words,
    /// The bytes cannot be read.
    pub malformed: Words,
    /// Read, but a value is missing or wrong.
    pub invalid: Words,
    /// Not signed as agreed.
    pub unsigned: Words,
    /// Its identifier was used for other content.
    pub conflict: Words,
}

/// How a call says who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Login {
    /// Not, or in its body.
    Nothing,
    /// A fixed key in `Authorization: Bearer`.
    Bearer,
    /// OAuth 2.0 client credentials (RFC 6749, 4.4).
    OAuth2,
}

const LOGINS: &[(Login, &str)] =
    &[(Login::Nothing, "nothing"), (Login::Bearer, "bearer"), (Login::OAuth2, "oauth2")];
const PURPOSES: &[(CallPurpose, &str)] = &[
    (CallPurpose::Start, "start"),
    (CallPurpose::Query, "query"),
    (CallPurpose::Capture, "capture"),
    (CallPurpose::Void, "void"),
    (CallPurpose::Refund, "refund"),
    (CallPurpose::RefundQuery, "refund_query"),
    (CallPurpose::AskInvoices, "ask_invoices"),
];

/// What is sent to a provider for a purpose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its name; [`Message::verify`] names it by it.
    pub name: String,
    /// What for.
    pub purpose: CallPurpose,
    /// Only these means; empty: all of the provider.
    pub means: Vec<String>,
    /// What follows the provider's address: `/payments/{payment_order}`.
    pub path: String,
    /// The message that is posted; empty: the address is read.
    pub request: String,
    /// Name of the form field the request is put in; empty: it is the body.
    pub wrapped: String,
    /// The message that is answered.
    pub answer: String,
    /// How it says who we are.
    pub login: Login,
    /// Statuses that say no, for good.
    pub refused: Vec<u16>,
    /// Statuses that say that the payment is unknown.
    pub not_found: Vec<u16>,
}

/// Reads `[[message]]`.
pub(super) fn read_message(section: &Section<'_, '_>, codes: &Codes) -> Message {
    let mut flaws = Vec::new();
    let scope = Scope { list: List::Root, codes, notation: Notation::Form };
    let signed = section.words("signed");
    let signed = signed.iter().map(|word| {
        let filling = fill(word.text, At { line: 1, column: 1 }, scope, &mut flaws);
        flaws.drain(..).for_each(|flaw| section.fault(word.at, flaw.message, &[]));
        filling
    });
    let way = section.choice("way", WAYS).unwrap_or(Way::In);
    let signature = section.choice("signature", SCHEMES).unwrap_or(Scheme::Nothing);
    if way == Way::In && signature == Scheme::Nothing {
        section.fault(section.at(), "what a provider tells by itself is signed", &[]);
    }
    let message = Message {
        name: section.needed("name").text.to_owned(),
        signed: signed.collect(),
        way,
        signature,
        header: section.text("header").unwrap_or_default().to_owned(),
        needs: texts(section.words("needs")),
        unknown: section.choice("unknown", UNKNOWN).unwrap_or(Severity::Note),
        otherwise: kind(section, "otherwise").unwrap_or(NewsKind::Unknown),
        absent: kind(section, "absent").unwrap_or(NewsKind::Unknown),
        currency: section.text("currency").unwrap_or_default().to_owned(),
        either_unit: section.flag("either_unit").unwrap_or(false),
        reference_digits: section
            .integer("reference_digits", 1..=40)
            .and_then(|digits| usize::try_from(digits).ok())
            .unwrap_or(0),
        safe: texts(section.words("safe")),
        unsafe_: texts(section.words("unsafe")),
        verify: section.text("verify").unwrap_or_default().to_owned(),
        answers: section.section("answer").map(|one| read_answers(&one)).unwrap_or_default(),
    };
    section.finish();
    message
}

fn texts(words: Vec<Word<'_>>) -> Vec<String> {
    words.iter().map(|word| word.text.to_owned()).collect()
}

fn kind(section: &Section<'_, '_>, key: &'static str) -> Option<NewsKind> {
    let known: Vec<(NewsKind, &str)> = NewsKind::ALL.iter().map(|one| (*one, one.key())).collect();
    section.choice(key, &known)
}

fn read_answers(section: &Section<'_, '_>) -> Answers {
    let words = |key: &'static str, usual: u16| {
        let Some(word) = section.word(key) else {
            return Words { status: usual, body: String::new() };
        };
        let (status, body) = word.text.split_once(' ').unwrap_or((word.text, ""));
        let status = status.parse().ok().filter(|status| (200..600).contains(status));
        if status.is_none() {
            section.fault(word.at, "expected a status and a body, as \"200 APPROVED\"", &[]);
        }
        Words { status: status.unwrap_or(usual), body: body.to_owned() }
    };
    let answers = Answers {
        media: section.text("media").unwrap_or("text/plain").to_owned(),
        take: words("take", 200),
        noted: words("noted", 200),
        again: words("again", 200),
        refuse: words("refuse", 200),
        malformed: words("malformed", 400),
        invalid: words("invalid", 422),
        unsigned: words("unsigned", 401),
        conflict: words("conflict", 409),
    };
    section.finish();
    answers
}

/// Reads `[[call]]`.
pub(super) fn read_call(section: &Section<'_, '_>, messages: &[Message]) -> Call {
    let purpose = section.choice("purpose", PURPOSES).unwrap_or(CallPurpose::Query);
    let call = Call {
        name: section.text("name").unwrap_or(purpose.key()).to_owned(),
        purpose,
        means: texts(section.words("means")),
        path: section.text("path").unwrap_or_default().to_owned(),
        request: named(section, "request", messages),
        wrapped: section.text("wrapped").unwrap_or_default().to_owned(),
        answer: named(section, "answer", messages),
        login: section.choice("login", LOGINS).unwrap_or(Login::Nothing),
        refused: statuses(section, "refused"),
        not_found: statuses(section, "not_found"),
    };
    section.finish();
    call
}

fn named(section: &Section<'_, '_>, key: &'static str, messages: &[Message]) -> String {
    let Some(word) = section.word(key) else { return String::new() };
    if messages.iter().all(|message| message.name != word.text) {
        let known: Vec<&str> = messages.iter().map(|message| message.name.as_str()).collect();
        section.unknown(word, &known);
    }
    word.text.to_owned()
}

fn statuses(section: &Section<'_, '_>, key: &'static str) -> Vec<u16> {
    let words = section.words(key);
    let status = |word: &Word<'_>| {
        let status = word.text.parse().ok();
        if status.is_none() {
            section.fault(word.at, format!("\"{}\" is no HTTP status", word.text), &[]);
        }
        status
    };
    words.iter().filter_map(status).collect()
}

impl Message {
    /// The texts that are signed, as the record says them; what it does not say is empty.
    #[must_use]
    pub fn signed_texts(&self, record: &Record<'_>) -> Vec<String> {
        let mut writing = Writing::default();
        let at = At { line: 1, column: 1 };
        let text = |filling: &Filling| writing.fill(filling, at, record.root()).unwrap_or_default();
        self.signed.iter().map(text).collect()
    }
}

impl Words {
    /// The body with the number of the receipt, the status and the code put in.
    #[must_use]
    pub fn say(&self, receipt: &str, status: &str, code: &str) -> String {
        let said = self.body.replace("{receipt}", receipt);
        said.replace("{status}", status).replace("{code}", code)
    }
}
