//! `issuers/<name>/asks.toml`: how an issuer is asked for invoices (« Demande de facture »).
//!
//! The same messages and calls as a provider's, without means. What this module is *not*: a
//! reader of invoices; each document of an answer is a message of its issuer and is read as one.

use super::hear::{Delivered, Refusal, Stage, believed, refusal};
use super::message::{Message, read_call, read_message};
use super::{Call, Provider, Wanted, known, local};
use crate::agreement::Agreement;
use crate::codes::Codes;
use crate::files::{FileFault, Page};
use crate::record::{Record, Spot};
use crate::rulebook::Rulebook;
use crate::value::Value;
use crate::vocabulary::{List, field};
use acquit_domain::pay::{CallPurpose, InvoiceRequest};

/// Longest wait for an answer, in seconds: a day.
const SECONDS_MAX: i64 = 86_400;
/// How long an answer may take when nothing is said, in seconds.
const SECONDS: u32 = 60;
/// How often an issuer is asked when nothing is said.
const TRIES: u32 = 3;
/// Most times an issuer is asked.
const TRIES_MAX: i64 = 10;
/// Most documents taken from one answer.
pub const DOCUMENTS_MAX: usize = 500;

/// How an issuer is asked for invoices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// What it and we say to each other; it offers no means.
    pub side: Provider,
    /// How long an answer may take before it is asked again, in seconds.
    pub seconds: u32,
    /// How often it is asked.
    pub tries: u32,
}

/// What an issuer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AskState {
    /// There are invoices.
    Found,
    /// There are none.
    Empty,
    /// It will say so later: by a message of its own, or when it is asked again.
    Later,
}

/// An answer of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it says.
    pub state: AskState,
    /// The messages it gives: name, bytes.
    pub documents: Vec<(String, Vec<u8>)>,
    /// Why, in words.
    pub reason: String,
}

impl Asking {
    /// Reads one `asks.toml`, of the issuer of this agreement.
    #[must_use]
    pub fn read(
        agreement: &Agreement,
        file: &str,
        text: &str,
        codes: &Codes,
    ) -> (Asking, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let number = |key: &'static str, most: i64| {
            root.integer(key, 1..=most).and_then(|number| u32::try_from(number).ok())
        };
        let (seconds, tries) = (number("seconds", SECONDS_MAX), number("tries", TRIES_MAX));
        let messages = root.sections("message");
        let messages: Vec<Message> = messages.iter().map(|one| read_message(one, codes)).collect();
        let calls = root.sections("call");
        let calls: Vec<Call> = calls.iter().map(|one| read_call(one, &messages)).collect();
        let is_asked = |call: &Call| {
            call.purpose == CallPurpose::AskInvoices
                && !call.request.is_empty()
                && !call.answer.is_empty()
        };
        if !calls.iter().any(is_asked) {
            let message = "one [[call]] has the purpose \"ask_invoices\", a request and an answer";
            page.fault(root.at(), message, &[]);
        }
        root.finish();
        let side = Provider {
            folder: agreement.folder.clone(),
            code: agreement.code.clone(),
            name: agreement.name.clone(),
            zoned: true,
            means: Vec::new(),
            messages,
            calls,
        };
        let asking =
            Asking { side, seconds: seconds.unwrap_or(SECONDS), tries: tries.unwrap_or(TRIES) };
        (asking, page.into_faults())
    }

    /// The call.
    #[must_use]
    pub fn call(&self) -> Option<&Call> {
        self.side.calls.iter().find(|call| call.purpose == CallPurpose::AskInvoices)
    }
}

/// What is said when an issuer is asked.
#[must_use]
pub fn ask_record(
    book: &Rulebook,
    request: &InvoiceRequest,
    wanted: &Wanted<'_>,
) -> Record<'static> {
    let mut record = known(wanted);
    let mut put = |field, value: Value<'static>| {
        record.put(Record::ROOT, field, value, (Spot::default(), ""));
    };
    let id = request.id.to_string();
    for (field, text) in [
        (field::REFERENCE, id.as_str()),
        (field::TERMINAL, request.terminal.as_str()),
        (field::CLIENT_AT_ISSUER, request.client_id.as_str()),
        (field::NUMBER, request.number.as_str()),
        (field::CLIENT, request.client.as_str()),
        (field::ISSUER, request.issuer.as_str()),
    ] {
        if !text.is_empty() {
            put(field, Value::from(text.to_owned()));
        }
    }
    if let Some(at) = local(book, request.asked_at, true) {
        put(field::WRITTEN_AT, Value::from(at));
    }
    record
}

/// Reads an issuer's answer to a request, and looks whether it can be believed.
///
/// # Errors
/// The first reason not to believe it: it cannot be read, is not signed as agreed, or answers
/// another request.
pub fn hear_found(
    book: &Rulebook,
    asking: &Asking,
    message: &Message,
    delivered: &Delivered<'_>,
    request: &str,
) -> Result<Found, Refusal> {
    believed(book, &asking.side, message, delivered, |root| {
        let text = |field| root.text(field).unwrap_or_default().trim();
        let answered = text(field::REFERENCE);
        if answered != request {
            return Err(refusal("REQ-OTHER", answered));
        }
        let state = match root.code(field::STATE).unwrap_or_default() {
            "found" => AskState::Found,
            "later" => AskState::Later,
            "empty" => AskState::Empty,
            other => return Err(refusal("REQ-ANSWER", other)),
        };
        let documents = root.items(List::Documents).take(DOCUMENTS_MAX + 1);
        let document = |item: crate::record::ItemRef<'_, '_>| {
            let name = item.text(field::DOCUMENTS_NAME).unwrap_or_default().to_owned();
            let bytes = item.bytes(field::DOCUMENTS_CONTENT).unwrap_or_default().to_vec();
            (name, bytes)
        };
        let documents: Vec<(String, Vec<u8>)> = documents.map(document).collect();
        if documents.len() > DOCUMENTS_MAX {
            return Err(refusal("LIM-MSGS", &format!("> {DOCUMENTS_MAX}")));
        }
        Ok(Found { state, documents, reason: text(field::EXPLANATION).to_owned() })
    })
    .map_err(|refused| match refused.finding.code.as_ref() {
        "REQ-OTHER" => Refusal { stage: Stage::Stranger, ..refused },
        _ => refused,
    })
}
