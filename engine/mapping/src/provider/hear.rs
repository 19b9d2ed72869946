//! Hearing a provider: bytes to news, after the signature was looked at.
//!
//! The order is: can it be read at all; is it signed; does it say what it must; is it for us. What
//! this module is *not*: a judgement. Whether the money goes anywhere is decided elsewhere.

use super::Provider;
use super::message::Message;
use crate::carrier::Carrier;
use crate::findings::of_xml;
use crate::record::{ItemRef, Record};
use crate::rulebook::Rulebook;
use crate::signature::{Scheme, cmi, fatourati, webhook};
use crate::vocabulary::{Field, List, field};
use crate::xml::{Strictness, read_xml};
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Currency, Finding, Money, Place, Severity, Timestamp};
use acquit_syntax::form;
use acquit_syntax::xml;
use std::borrow::Cow;

/// Most characters of a reason that are kept.
const REASON_CHARACTERS_MAX: usize = 300;

/// Bytes as they came, and what they are looked at with.
#[derive(Debug, Clone, Copy)]
pub struct Delivered<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Headers: names in lower case, values.
    pub headers: &'a [(String, String)],
    /// Keys a signature may be made with.
    pub keys: &'a [String],
    /// The scheme agreed on, when it is not that of the message.
    pub scheme: Option<Scheme>,
    /// Our number at the provider; empty when it is not looked at.
    pub merchant: &'a str,
    /// Our shop at the provider; empty when it is not looked at.
    pub store: &'a str,
    /// What time it is.
    pub now: Timestamp,
    /// Who says so.
    pub source: FundsSource,
}

/// How far a message got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// It cannot be read.
    Malformed,
    /// It is not signed as agreed.
    Unsigned,
    /// A value is missing or wrong.
    Invalid,
    /// It is for somebody else.
    Stranger,
}

/// Why a message is not believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// How far it got.
    pub stage: Stage,
    /// What is wrong.
    pub finding: Box<Finding>,
}

/// What a message says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// What became of the payment.
    pub news: News,
    /// The page the payer goes to, or empty.
    pub page: String,
    /// Until when the provider honours it.
    pub expires_at: Option<Timestamp>,
}

/// Reads a message of a provider and looks whether it can be believed.
///
/// # Errors
/// The first reason not to believe it.
pub fn hear(
    book: &Rulebook,
    provider: &Provider,
    message: &Message,
    delivered: &Delivered<'_>,
) -> Result<Heard, Refusal> {
    believed(book, provider, message, delivered, |root| {
        understood(book, provider, message, root, delivered.source)
    })
}

/// Reads a message, looks whether it can be believed, and hands over what it says.
pub(super) fn believed<T>(
    book: &Rulebook,
    provider: &Provider,
    message: &Message,
    delivered: &Delivered<'_>,
    then: impl FnOnce(ItemRef<'_, '_>) -> Result<T, Box<Finding>>,
) -> Result<T, Refusal> {
    parts(book, provider, message, delivered.bytes, |record, findings| {
        let wrong = worst(findings);
        if let Some(finding) = wrong.filter(|finding| is_malformed(&finding.code)) {
            return Err(Refusal { stage: Stage::Malformed, finding: Box::new(finding.clone()) });
        }
        let Some(record) = record else {
            let finding = wrong.cloned().map(Box::new);
            let finding = finding.unwrap_or_else(|| refusal("JSON-EMPTY", ""));
            return Err(Refusal { stage: Stage::Malformed, finding });
        };
        signed(message, record, delivered)
            .map_err(|finding| Refusal { stage: Stage::Unsigned, finding })?;
        let invalid = |finding| Refusal { stage: Stage::Invalid, finding };
        if let Some(finding) = wrong {
            return Err(invalid(Box::new(amount_or(finding.clone(), record))));
        }
        let root = record.root();
        let empty = |name: &&String| {
            Field::of(List::Root, name).is_none_or(|field| root.text(field).is_none())
        };
        if let Some(name) = message.needs.iter().find(empty) {
            return Err(invalid(refusal("PAY-FIELD", name)));
        }
        for (field, ours) in
            [(field::MERCHANT, delivered.merchant), (field::STORE, delivered.store)]
        {
            let said = root.text(field).unwrap_or_default();
            if !ours.is_empty() && !said.is_empty() && said != ours {
                let finding = refusal("PAY-MERCHANT", said);
                return Err(Refusal { stage: Stage::Stranger, finding });
            }
        }
        then(root).map_err(invalid)
    })
}

/// Reads the bytes by the specimen of a message, whichever carrier it is on, and hands the record
/// over; none when nothing could be read or there is no such specimen.
pub fn parts<T>(
    book: &Rulebook,
    provider: &Provider,
    message: &Message,
    bytes: &[u8],
    then: impl FnOnce(Option<&Record<'_>>, &[Finding]) -> T,
) -> T {
    let strictness = Strictness { unknown: message.unknown };
    if let Some(form) = book.catalogue.carrier(&provider.folder, &message.name) {
        let read = form.specimen.read(bytes, strictness);
        return then(read.records.first(), &read.findings);
    }
    let Some(form) = book.catalogue.xml(&provider.folder, &message.name) else {
        return then(None, &[]);
    };
    let (documents, faults) = xml::read(bytes, &xml::Options::default());
    let mut findings: Vec<Finding> = faults.iter().map(of_xml).collect();
    let Some(document) = documents.first() else { return then(None, &findings) };
    let mut record = Record::new();
    findings.extend(read_xml(&form.specimen, document, strictness, &mut record));
    then(Some(&record), &findings)
}

/// The finding that is told when there are several: what can hide another comes first.
fn worst(findings: &[Finding]) -> Option<&Finding> {
    let rank = |finding: &&Finding| {
        let code = finding.code.as_ref();
        match code.rsplit('-').next().unwrap_or_default() {
            "DUP" => 0,
            _ if is_malformed(code) => 1,
            "MISSING" => 2,
            "UNKNOWN" => 3,
            _ => 4,
        }
    };
    findings.iter().filter(|finding| finding.rejects()).min_by_key(rank)
}

/// Codes that say that the bytes are no text of their kind.
fn is_malformed(code: &str) -> bool {
    let values = ["-MISSING", "-VALUE", "-TYPE", "-UNKNOWN", "XML-012", "XML-013", "XML-ROOT"];
    let carried = ["JSON-", "FORM-", "XML-", "LIM-"].iter().any(|front| code.starts_with(front));
    carried && !values.iter().any(|end| code.ends_with(end))
}

pub(super) fn refusal(code: &'static str, value: &str) -> Box<Finding> {
    Box::new(Finding::business(code, Severity::Error, Place::default()).with_value(value))
}

/// A form whose amount is no amount is refused under the code of payments.
fn amount_or(finding: Finding, record: &Record<'_>) -> Finding {
    let of_form = finding.code == "FORM-VALUE" || finding.code.starts_with("EDI-");
    match of_form && !record.root().has(field::PAID) {
        true => Finding { code: Cow::Borrowed("PAY-NUM"), ..finding },
        false => finding,
    }
}

/// Whether a message is signed as agreed; what its scheme does not cover is made up for by the
/// strictness of the reading.
fn signed(
    message: &Message,
    record: &Record<'_>,
    delivered: &Delivered<'_>,
) -> Result<(), Box<Finding>> {
    let scheme = match message.signature {
        Scheme::Nothing => Scheme::Nothing,
        usual => delivered.scheme.unwrap_or(usual),
    };
    let header = |name: &str| {
        let found = delivered.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let right = match scheme {
        Scheme::Nothing => true,
        Scheme::CmiVer3 => {
            let fields = fields(delivered.bytes);
            delivered.keys.iter().any(|key| !key.is_empty() && cmi::verify(&fields, key))
        }
        Scheme::FatouratiHmac | Scheme::FatouratiSha256 | Scheme::FatouratiMac => {
            let given = match message.header.as_str() {
                "" => record.root().text(field::SIGNATURE).unwrap_or_default(),
                name => header(name),
            };
            if given.is_empty() {
                return Err(refusal("SIG-MISSING", &message.header));
            }
            let said = message.signed_texts(record);
            let whole = whole_texts(message, &said, delivered.merchant, delivered.store);
            [said, whole].iter().any(|texts| {
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                delivered.keys.iter().any(|key| fatourati::verify(&texts, key, scheme, given))
            })
        }
        Scheme::Webhook => {
            let headers = webhook::Headers {
                id: header("webhook-id"),
                timestamp: header("webhook-timestamp"),
                signature: header("webhook-signature"),
            };
            let keys: Vec<&str> = delivered.keys.iter().map(String::as_str).collect();
            let seconds = delivered.now.0.div_euclid(1_000_000);
            return webhook::verify(&keys, headers, delivered.bytes, seconds)
                .map_err(|why| refusal(why.code(), headers.timestamp));
        }
    };
    if right { Ok(()) } else { Err(refusal("SIG-BAD", scheme.key())) }
}

/// The signed texts of a message, with who we are and the usual currency where it does not say
/// them: a cancellation of Fatourati is signed over all three and names none of them.
#[must_use]
pub fn whole_texts(message: &Message, said: &[String], merchant: &str, store: &str) -> Vec<String> {
    let mut ours = Record::new();
    let root = ours.root().id();
    ours.say(root, field::MERCHANT, merchant);
    ours.say(root, field::STORE, store);
    if !message.currency.is_empty() {
        ours.say_code(root, field::CURRENCY, &message.currency);
    }
    let ours = message.signed_texts(&ours);
    let known = said.iter().zip(ours);
    known.map(|(said, ours)| if said.is_empty() { ours } else { said.clone() }).collect()
}

/// The names and values of a form as they were posted.
#[must_use]
pub fn fields(bytes: &[u8]) -> Vec<(String, String)> {
    let (form, _) = form::read(bytes, &form::Options::default());
    let pair = |pair: &form::Pair<'_>| (pair.name.to_string(), pair.value.to_string());
    form.pairs.iter().map(pair).collect()
}

/// What a record means.
fn understood(
    book: &Rulebook,
    provider: &Provider,
    message: &Message,
    root: ItemRef<'_, '_>,
    source: FundsSource,
) -> Result<Heard, Box<Finding>> {
    let result = root.code(field::RESULT).unwrap_or_default();
    let risk = root.text(field::RISK).unwrap_or_default().trim();
    let mut kind = match result {
        "" => message.absent,
        _ => NewsKind::of(result).unwrap_or(message.otherwise),
    };
    let takes = matches!(kind, NewsKind::Authorised | NewsKind::Paid | NewsKind::Reversed);
    if takes && message.unsafe_.iter().any(|mark| mark == risk) {
        kind = NewsKind::Declined;
    }
    let text = |field: Field| root.text(field).unwrap_or_default().trim().to_owned();
    let mut news = News::new(&provider.code, kind, source);
    news.order = text(field::PAYMENT_ORDER);
    news.reference = text(field::PAYMENT_REFERENCE);
    news.transaction = text(field::TRANSACTION);
    news.reverses = text(field::REVERSES);
    if news.transaction.is_empty() {
        news.transaction = listed(root);
    }
    news.means = text(field::MEANS);
    news.operator = match (text(field::OPERATOR), text(field::CHANNEL)) {
        (operator, channel) if operator.is_empty() => channel,
        (operator, _) => operator,
    };
    news.channel_reference = text(field::CHANNEL_REFERENCE);
    let code = if NewsKind::of(result).is_some() { "" } else { result };
    let reason = format!("{code} {}", text(field::EXPLANATION));
    news.reason = reason.trim().chars().take(REASON_CHARACTERS_MAX).collect();
    if !message.safe.iter().any(|mark| mark == risk) {
        risk.clone_into(&mut news.risk);
    }
    news.amount = amount(root, &message.currency)?;
    if news.amount.is_none() && takes && source == FundsSource::Callback {
        return Err(refusal("PAY-NUM", ""));
    }
    news.fee_minor = fee(root, news.amount);
    // Money without a number of its own would be entered again when its number is told.
    let nameless = source == FundsSource::Query && news.transaction.is_empty();
    if nameless && matches!(news.kind, NewsKind::Paid | NewsKind::Authorised) {
        news.kind = NewsKind::Pending;
    }
    news.at = root.instant(field::PAID_AT).and_then(|at| instant(book, at));
    news.on = root.date(field::PAID_ON);
    let expires_at = root.instant(field::EXPIRES_AT).and_then(|at| instant(book, at));
    Ok(Heard { news, page: text(field::PAGE_URL), expires_at })
}

/// The number of the one transaction of a list that was paid.
fn listed(root: ItemRef<'_, '_>) -> String {
    let paid = |entry: &ItemRef<'_, '_>| {
        entry.code(field::ENTRIES_RESULT).and_then(NewsKind::of) == Some(NewsKind::Paid)
    };
    let mut paid = root.items(List::Entries).filter(paid);
    let number = paid.next().and_then(|entry| entry.text(field::ENTRIES_TRANSACTION));
    let number = number.unwrap_or_default().to_owned();
    if paid.next().is_some() { String::new() } else { number }
}

fn amount(root: ItemRef<'_, '_>, usual: &str) -> Result<Option<Money>, Box<Finding>> {
    let Some(paid) = root.decimal(field::PAID) else { return Ok(None) };
    let code = root.code(field::CURRENCY).unwrap_or(usual);
    let Some(currency) = Currency::of(code) else { return Err(refusal("PAY-CUR", code)) };
    let money = Money::exact(paid, currency).ok().filter(|money| money.minor >= 0);
    money.map(Some).ok_or_else(|| refusal("PAY-NUM", &paid.to_string()))
}

fn fee(root: ItemRef<'_, '_>, paid: Option<Money>) -> i64 {
    let fee = root.decimal(field::FEE).zip(paid);
    fee.and_then(|(fee, paid)| Money::exact(fee, paid.currency).ok()).map_or(0, |fee| fee.minor)
}

/// An instant a provider writes, which is local when it names no zone.
fn instant(book: &Rulebook, at: crate::value::Instant) -> Option<Timestamp> {
    if at.offset_seconds.is_some() {
        return at.timestamp(0);
    }
    let zone = jiff::tz::TimeZone::get(&book.platform.zone).ok()?;
    let at = zone.to_ambiguous_timestamp(at.at).compatible().ok()?;
    Some(Timestamp(at.as_microsecond()))
}

/// The amount of news in the unit that agrees with what was asked for, when the provider does
/// not say whether its whole numbers are in minor units.
pub fn judge_query(news: &mut News, total: Money) {
    let Some(said) = news.amount.filter(|said| said.currency == total.currency) else { return };
    let factor = 10i64.pow(u32::from(total.currency.digits()));
    if said.minor != total.minor && said.minor % factor == 0 {
        news.amount = Some(Money::new(said.minor / factor, total.currency));
    }
}

/// The specimen of a message, when it is on a carrier.
pub(super) fn specimen<'b>(
    book: &'b Rulebook,
    provider: &Provider,
    name: &str,
) -> Option<&'b Carrier> {
    book.catalogue.carrier(&provider.folder, name).map(|form| &form.specimen)
}
