//! A message of a provider: believed, decided, stored, and answered in the provider's words.

use super::{Gateway, House, mask};
use crate::shell::{Arrival, Refusal as Closed, steps};
use acquit_domain::outcome::Alert;
use acquit_domain::pay::outcome::{Answer, Reply};
use acquit_domain::pay::{FundsSource, News, NewsKind};
use acquit_domain::{Channel, Finding, Media, Outcome, Parcel, PartyCode, Place, Severity};
use acquit_flow::Occurrence;
use acquit_mapping::provider::{Delivered, Message, Provider, Refusal, Stage, Way, Words, hear};
use acquit_mapping::signature::Scheme;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;

/// Largest message of a provider, in bytes.
pub const MESSAGE_MAX: usize = 256 << 10;
/// Most messages that were not believed and are kept in a minute; more are only counted.
pub const REFUSED_KEPT: u64 = 60;
/// Microseconds of a minute.
const MINUTE: i64 = 60_000_000;
/// Name of the message that comes to the address of the provider itself.
pub const CALLBACK: &str = "callback";

/// A message as it came.
#[derive(Debug)]
pub struct Called<'a> {
    /// Folder of the provider.
    pub provider: &'a str,
    /// Name of the message.
    pub message: &'a str,
    /// Headers: names in lower case, values.
    pub headers: Vec<(String, String)>,
    /// The address it came from, when known.
    pub from: Option<IpAddr>,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What the provider is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Answered {
    /// In its own words.
    Said {
        /// HTTP status.
        status: u16,
        /// Media type.
        media: String,
        /// The body.
        body: String,
        /// `OK`, or the code of what was wrong.
        code: String,
    },
    /// As everybody else.
    Problem {
        /// HTTP status.
        status: u16,
        /// What was wrong.
        finding: Finding,
    },
    /// There is no such provider or message.
    Nowhere,
    /// Nothing was stored: it is to be sent again.
    Later,
    /// The store or the queue says no.
    Closed(Closed),
}

impl Gateway {
    /// True when the address is that of a message which is posted to us.
    #[must_use]
    pub fn takes(&self, provider: &str, message: &str) -> bool {
        let found = self.house(provider).and_then(|(provider, _)| provider.message(message));
        found.is_some_and(is_told)
    }

    /// Takes a message of a provider.
    pub async fn callback(&self, called: Called<'_>) -> Answered {
        let Some((provider, house)) = self.house(called.provider) else { return Answered::Nowhere };
        let found = provider.message(called.message).filter(|message| is_told(message));
        let Some(message) = found else { return Answered::Nowhere };
        let parcel = self.parcel(provider, message, &called);
        let from = &house.account.from;
        if !from.is_empty() && !called.from.is_some_and(|peer| from.contains(&peer)) {
            let peer = called.from.map_or_else(|| "?".to_owned(), |peer| peer.to_string());
            let finding = Finding::business("SEC-IP", Severity::Error, Place::default());
            let refusal =
                Refusal { stage: Stage::Stranger, finding: Box::new(finding.with_value(peer)) };
            return self.refuse(message, parcel, refusal).await;
        }
        let news = match self.believe(provider, house, message, &called) {
            Ok(news) => news,
            Err(refusal) => return self.refuse(message, parcel, refusal).await,
        };
        let mut told = vec![news];
        if let Some(call) = provider.call(&message.verify) {
            match self.verify(provider, house, call, &told[0]).await {
                // A cancellation and a payment may bear the same signature.
                Some(said) if told[0].kind == NewsKind::Cancelled && said.kind != told[0].kind => {
                    told = vec![said];
                }
                Some(said) => told.push(said),
                None => return Answered::Later,
            }
        }
        self.decided(message, parcel, told).await
    }

    /// The parcel of a message, with numbers of cards masked.
    fn parcel(&self, provider: &Provider, message: &Message, called: &Called<'_>) -> Parcel {
        let (bytes, found) = mask::cards(&called.bytes);
        if found {
            tracing::warn!(provider = provider.folder, "a number of a card was masked");
        }
        let id = called.headers.iter().find(|(name, _)| name == "webhook-id");
        let arrival = Arrival {
            partner: PartyCode::new(&provider.code),
            media: if called.bytes.starts_with(b"{") { Media::Json } else { Media::Unknown },
            name: message.name.clone(),
            idempotency_key: id.map(|(_, id)| id.clone()).unwrap_or_default(),
            ..Arrival::over(Channel::Http)
        };
        arrival.parcel(&self.engine.clock, bytes)
    }

    /// Whether a message is believed. Never panics.
    fn believe(
        &self,
        provider: &Provider,
        house: &House,
        message: &Message,
        called: &Called<'_>,
    ) -> Result<News, Refusal> {
        #[cfg(feature = "faults")]
        let believed = &crate::planted::keys(&house.secrets.keys);
        #[cfg(not(feature = "faults"))]
        let believed = &house.secrets.keys;
        let delivered = Delivered {
            bytes: &called.bytes,
            headers: &called.headers,
            keys: believed,
            scheme: house.scheme,
            merchant: &house.account.merchant,
            store: &house.account.store,
            now: self.engine.clock.now(),
            source: FundsSource::Callback,
        };
        let heard = AssertUnwindSafe(|| hear(&self.engine.book, provider, message, &delivered));
        let bug = |_| {
            let finding = Finding::business(steps::BUG, Severity::Error, Place::default());
            Err(Refusal { stage: Stage::Malformed, finding: Box::new(finding) })
        };
        catch_unwind(heard).unwrap_or_else(bug).map(|heard| heard.news)
    }

    /// Decides and stores news, and answers.
    async fn decided(&self, message: &Message, parcel: Parcel, news: Vec<News>) -> Answered {
        let occurrence = Occurrence::News { news };
        let mut decided = self.cashier.decide(parcel.clone(), occurrence.clone()).await;
        if let Err(Closed::Repeat) = decided {
            // The same again: money is entered once, and the answer is found in what is held.
            let parcel = Parcel { idempotency_key: String::new(), ..parcel.clone() };
            decided = self.cashier.decide(parcel, occurrence).await;
        }
        match decided {
            Ok(outcome) => answer(message, outcome.payments.reply.as_ref()),
            Err(Closed::Mismatch) => {
                let finding = Finding::business("IDEM-MISMATCH", Severity::Error, Place::default());
                let parcel = Parcel { idempotency_key: String::new(), ..parcel };
                self.keep(parcel, &finding, "conflict.id").await;
                say(message, &message.answers.conflict, &finding)
            }
            Err(closed) => Answered::Closed(closed),
        }
    }

    /// A message that is not believed: kept, told to operators, and answered.
    async fn refuse(&self, message: &Message, parcel: Parcel, refusal: Refusal) -> Answered {
        let Refusal { stage, finding } = refusal;
        let alert = match (stage, finding.code.as_ref()) {
            (Stage::Stranger | Stage::Unsigned, _) => stage_alert(stage),
            (_, steps::BUG) => "sys.bug",
            (_, "PAY-NUM" | "PAY-CUR") => "pay.amount",
            // It is theirs and cannot be taken: until somebody looks, so is every one like it.
            (Stage::Invalid, _) => "pay.unread",
            _ => "",
        };
        let parcel = Parcel { idempotency_key: String::new(), ..parcel };
        self.keep(parcel, &finding, alert).await;
        let words = match stage {
            Stage::Malformed => &message.answers.malformed,
            Stage::Unsigned => &message.answers.unsigned,
            Stage::Invalid => &message.answers.invalid,
            Stage::Stranger => &message.answers.refuse,
        };
        say(message, words, &finding)
    }

    /// Keeps a message that was not believed, unless there were too many in this minute.
    pub(super) async fn keep(&self, parcel: Parcel, finding: &Finding, alert: &str) {
        let minute = u64::try_from(parcel.received_at.0.div_euclid(MINUTE)).unwrap_or_default();
        let [of, count] = &self.refused;
        if of.swap(minute, Ordering::Relaxed) != minute {
            count.store(0, Ordering::Relaxed);
        }
        tracing::warn!(code = %finding.code, message = parcel.name, "a message is not believed");
        if count.fetch_add(1, Ordering::Relaxed) >= REFUSED_KEPT {
            return;
        }
        let at = parcel.received_at;
        let mut outcome: Outcome = steps::refused(&self.engine.book, parcel, finding.clone());
        if !alert.is_empty() {
            outcome.alerts.push(Alert {
                code: alert.to_owned(),
                text: self.engine.book.words.say(finding, acquit_mapping::language::Language::En),
                at,
                exchange: outcome.exchanges.first().map(|row| row.id),
            });
        }
        if let Err(error) = self.engine.store.commit(vec![outcome]).await {
            tracing::error!(error = %error, "a message that was not believed was not kept");
        }
    }
}

/// The alert of a message that somebody else wrote, or that is for somebody else.
pub(super) const fn stage_alert(stage: Stage) -> &'static str {
    match stage {
        Stage::Stranger => "sec.merchant",
        Stage::Unsigned => "sec.signature",
        Stage::Malformed | Stage::Invalid => "",
    }
}

/// A message without a signature is an answer to a call of ours, and never told by itself.
fn is_told(message: &Message) -> bool {
    message.way == Way::In && message.signature != Scheme::Nothing
}

/// The answer to what was decided.
fn answer(message: &Message, reply: Option<&Reply>) -> Answered {
    let answers = &message.answers;
    let Some(reply) = reply else { return Answered::Later };
    let words = match reply.answer {
        Answer::Take => &answers.take,
        Answer::Noted => &answers.noted,
        Answer::Again => &answers.again,
        Answer::Refuse => &answers.refuse,
    };
    Answered::Said {
        status: words.status,
        media: answers.media.clone(),
        body: words.say(&reply.receipt, &reply.status, &reply.code),
        code: reply.code.clone(),
    }
}

/// The answer to what was not believed.
fn say(message: &Message, words: &Words, finding: &Finding) -> Answered {
    if words.body.is_empty() {
        return Answered::Problem { status: words.status, finding: finding.clone() };
    }
    Answered::Said {
        status: words.status,
        media: message.answers.media.clone(),
        body: words.say("", "", &finding.code),
        code: finding.code.to_string(),
    }
}
