//! The calls that follow from decisions, and what their answers mean.

use super::out::{Failed, Said};
use super::{Gateway, House, mask};
use crate::shell::timers::stopped;
use crate::shell::{Arrival, Refusal};
use acquit_domain::pay::{
    Attempt, AttemptState, CallPurpose, FundsSource, News, NewsKind, Order, OrderName,
};
use acquit_domain::{Channel, Id, Keys, PartyCode, pay};
use acquit_flow::Occurrence;
use acquit_flow::pay::Beginning;
use acquit_mapping::provider::{
    Call, Delivered, Heard, Message, Provider, Wanted, hear, judge_query, known,
};
use acquit_mapping::record::Record;
use acquit_mapping::vocabulary::field;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, watch};

/// Most calls to all providers at a time.
pub(super) const CALLS_AT_ONCE: usize = 32;
/// How often a payment is begun again when nothing of the call left.
const TRIES: u32 = 3;
/// Shortest pause between two tries, in milliseconds; up to as much again is added at random.
const PAUSE_MILLISECONDS: u64 = 200;

impl Gateway {
    /// Makes calls until it is to stop. What is not made then is asked again by its clock.
    pub async fn run(
        self: Arc<Gateway>,
        mut calls: mpsc::Receiver<pay::Call>,
        mut stopping: watch::Receiver<bool>,
    ) {
        let room = Arc::new(Semaphore::new(CALLS_AT_ONCE));
        loop {
            let call = tokio::select! {
                () = stopped(&mut stopping) => return,
                call = calls.recv() => call,
            };
            let Some(call) = call else { return };
            let Ok(place) = room.clone().acquire_owned().await else { return };
            let gateway = Arc::clone(&self);
            tokio::spawn(async move {
                gateway.make(&call).await;
                drop(place);
            });
        }
    }

    /// Makes one call and hands in what it gave.
    async fn make(&self, wanted: &pay::Call) {
        if wanted.purpose == CallPurpose::AskInvoices {
            return self.ask_invoices(wanted).await;
        }
        let Some((provider, house)) = self.accounts.house_of(&wanted.to) else {
            tracing::warn!(to = wanted.to, "nobody is set up for a call");
            return;
        };
        let Some((order, attempt)) = self.attempt(wanted.subject, wanted.attempt).await else {
            return;
        };
        if wanted.purpose == CallPurpose::Query && is_over(&attempt) {
            return;
        }
        // A payment that was taken is only voided to give it back.
        let is_refund = matches!(wanted.purpose, CallPurpose::Refund | CallPurpose::RefundQuery);
        let gives_back =
            wanted.purpose == CallPurpose::Void && attempt.state == AttemptState::Captured;
        if is_refund || gives_back {
            return self.refund(provider, house, wanted).await;
        }
        let Some(call) = provider.call_for(wanted.purpose, &attempt.means) else {
            let (to, purpose) = (&wanted.to, wanted.purpose.key());
            tracing::info!(to, purpose, "the provider has no way for this");
            return;
        };
        let record = || self.accounts.record(provider, house, (&order, &attempt), &[]);
        let answered = self.tried(provider, house, call, record).await;
        let well = matches!(&answered, Ok(said) if said.status < 500);
        self.engine.calls.went(wanted, well);
        let occurrence = match call.purpose {
            CallPurpose::Start => Some(Occurrence::Began {
                order: order.id,
                attempt: attempt.ordinal,
                answer: self.begun(provider, house, call, &answered),
            }),
            CallPurpose::Query | CallPurpose::Capture => {
                let news = self.said(provider, house, call, &answered, &order, &attempt);
                news.map(|news| Occurrence::News { news: vec![news] })
            }
            _ => None,
        };
        let (account, reason) = match &answered {
            Ok(said) => (&said.account, ""),
            Err(failed) => (&failed.account, failed.reason.as_str()),
        };
        if !reason.is_empty() {
            let reason = mask::secrets(reason, house.all_secrets());
            tracing::warn!(to = wanted.to, purpose = wanted.purpose.key(), reason, "no answer");
        }
        if let Some(occurrence) = occurrence {
            self.hand_in((&provider.code, &call.name), account, occurrence).await;
        }
    }

    async fn attempt(&self, order: Id, ordinal: u32) -> Option<(Order, Attempt)> {
        let mut keys = Keys::default();
        keys.payments.orders.insert(OrderName::Id(order));
        let known = match self.engine.store.known(&keys).await {
            Ok(known) => known,
            Err(error) => {
                tracing::error!(error = %error, "a call could not be prepared");
                return None;
            }
        };
        let order = known.payments.orders.get(&order)?.clone();
        let attempt = order.attempt(ordinal)?.clone();
        Some((order, attempt))
    }

    /// Calls; again only when nothing left, so that nothing is begun twice.
    pub(super) async fn tried(
        &self,
        provider: &Provider,
        house: &House,
        call: &Call,
        record: impl Fn() -> Record<'static>,
    ) -> Result<Said, Failed> {
        let mut tries = 1;
        loop {
            let mut record = record();
            match self.ask(provider, house, call, &mut record).await {
                Err(failed) if !failed.sent && tries < TRIES && house.is_called() => {}
                answered => return answered,
            }
            tries += 1;
            let [extra] = crate::shell::arrival::random::<1>();
            let extra = PAUSE_MILLISECONDS * u64::from(extra) / 256;
            tokio::time::sleep(Duration::from_millis(PAUSE_MILLISECONDS + extra)).await;
        }
    }

    /// What an answer to the begin of a payment means.
    fn begun(
        &self,
        provider: &Provider,
        house: &House,
        call: &Call,
        answered: &Result<Said, Failed>,
    ) -> Beginning {
        let said = match answered {
            // Nothing left this house: the provider knows of nothing, and the payer may go on.
            Err(failed) if !failed.sent => {
                return Beginning::Refused { reason: failed.reason.clone() };
            }
            Err(failed) => return Beginning::NoAnswer { reason: failed.reason.clone() },
            Ok(said) => said,
        };
        if call.refused.contains(&said.status) {
            return Beginning::Refused { reason: format!("HTTP {}", said.status) };
        }
        let nothing = |reason: String| Beginning::NoAnswer { reason };
        if !(200..300).contains(&said.status) {
            return nothing(format!("HTTP {}", said.status));
        }
        let Some(message) = provider.message(&call.answer) else {
            return nothing("no answer is agreed".to_owned());
        };
        match self.heard(provider, house, message, &said.body) {
            Err(reason) => nothing(reason),
            Ok(heard) => beginning(message, heard),
        }
    }

    /// What an answer says of a payment; `None` when it says nothing that can be believed.
    fn said(
        &self,
        provider: &Provider,
        house: &House,
        call: &Call,
        answered: &Result<Said, Failed>,
        order: &Order,
        attempt: &Attempt,
    ) -> Option<News> {
        let said = answered.as_ref().ok()?;
        let number = format!("{}-{}", order.number, attempt.ordinal);
        if call.not_found.contains(&said.status) {
            let mut news = News::new(&provider.code, NewsKind::NotFound, FundsSource::Query);
            news.order = number;
            return Some(news);
        }
        if !(200..300).contains(&said.status) {
            return None;
        }
        let message = provider.message(&call.answer)?;
        let mut news = match self.heard(provider, house, message, &said.body) {
            Ok(heard) => heard.news,
            Err(reason) => {
                tracing::warn!(provider = provider.folder, reason, "an answer is not understood");
                return None;
            }
        };
        let other = !news.order.is_empty() && news.order != number && news.order != order.number;
        if other {
            tracing::warn!(provider = provider.folder, "an answer is about another payment");
            return None;
        }
        news.order = number;
        if message.either_unit {
            judge_query(&mut news, order.total);
        }
        Some(news)
    }

    pub(super) fn heard(
        &self,
        provider: &Provider,
        house: &House,
        message: &Message,
        body: &[u8],
    ) -> Result<Heard, String> {
        let delivered = Delivered {
            bytes: body,
            headers: &[],
            keys: &house.secrets.keys,
            scheme: house.scheme,
            merchant: &house.account.merchant,
            store: &house.account.store,
            now: self.engine.clock.now(),
            source: FundsSource::Query,
        };
        let heard = hear(&self.engine.book, provider, message, &delivered);
        heard.map_err(|refusal| format!("{} {}", refusal.finding.code, refusal.finding.value))
    }

    /// Asks a provider about what it has just told; `None` when it does not answer.
    pub(super) async fn verify(
        &self,
        provider: &Provider,
        house: &House,
        call: &Call,
        news: &News,
    ) -> Option<News> {
        let account = &house.account;
        let texts = vec![
            (field::MERCHANT, account.merchant.as_str()),
            (field::STORE, account.store.as_str()),
            (field::TRANSACTION, news.transaction.as_str()),
            (field::PAYMENT_ORDER, news.order.as_str()),
            (field::PAYMENT_REFERENCE, news.reference.as_str()),
        ];
        let mut record = known(&Wanted { texts });
        let said = match self.ask(provider, house, call, &mut record).await {
            Ok(said) => said,
            Err(failed) => {
                tracing::warn!(provider = provider.folder, reason = failed.reason, "no answer");
                return None;
            }
        };
        if call.not_found.contains(&said.status) {
            let mut unknown = News::new(&provider.code, NewsKind::NotFound, FundsSource::Query);
            unknown.order.clone_from(&news.order);
            return Some(unknown);
        }
        if !(200..300).contains(&said.status) {
            return None;
        }
        let message = provider.message(&call.answer)?;
        let mut heard = self.heard(provider, house, message, &said.body).ok()?.news;
        if heard.order.is_empty() {
            heard.order.clone_from(&news.order);
        }
        Some(heard)
    }

    /// Hands in what a call gave; asked again a few times when there is no room.
    pub(super) async fn hand_in(
        &self,
        (partner, name): (&str, &str),
        account: &str,
        what: Occurrence,
    ) {
        for _ in 0..TRIES {
            let arrival = Arrival {
                partner: PartyCode::new(partner),
                name: name.to_owned(),
                ..Arrival::over(Channel::Http)
            };
            let parcel = arrival.parcel(&self.engine.clock, account.as_bytes());
            match self.cashier.decide(parcel, what.clone()).await {
                Err(Refusal::Busy) => {}
                Err(refusal) => {
                    tracing::error!(partner, why = %refusal, "what was answered was not stored");
                    return;
                }
                Ok(_) => return,
            }
            tokio::time::sleep(Duration::from_millis(PAUSE_MILLISECONDS)).await;
        }
        tracing::error!(partner, "what was answered was not stored");
    }
}

/// True for an attempt that ended without money and about which nothing is to be asked any more.
fn is_over(attempt: &Attempt) -> bool {
    let paid = attempt.state == AttemptState::Captured;
    !attempt.state.is_live() && !paid && attempt.due.is_none()
}

/// How the payer goes on, as an answer says it.
fn beginning(message: &Message, heard: Heard) -> Beginning {
    let Heard { news, page, expires_at } = heard;
    if matches!(news.kind, NewsKind::Declined | NewsKind::Cancelled | NewsKind::Expired) {
        return Beginning::Refused { reason: news.reason };
    }
    let transaction = news.transaction;
    if !page.is_empty() {
        return Beginning::Redirect { url: page, transaction };
    }
    let reference = news.reference;
    let digits = reference.bytes().all(|byte| byte.is_ascii_digit());
    let as_agreed =
        message.reference_digits == 0 || (digits && reference.len() == message.reference_digits);
    if reference.is_empty() || !as_agreed {
        let reason = format!("no reference as agreed: {reference:?}");
        return Beginning::NoAnswer { reason };
    }
    Beginning::Reference { reference, expires_at, transaction }
}
