//! A provider asks what became of a payment.

use super::{Answered, Gateway};
use acquit_domain::Keys;
use acquit_domain::pay::{Attempt, AttemptState, OrderName};
use acquit_mapping::provider::{Provider, Way, parts};
use acquit_mapping::vocabulary::field;

/// The word for a payment nobody knows.
const NOT_FOUND: &str = "NOT_FOUND";

impl Gateway {
    /// True when the address is that of a question.
    #[must_use]
    pub fn is_asked(&self, provider: &str, message: &str) -> bool {
        let found = self.house(provider).and_then(|(provider, _)| provider.message(message));
        found.is_some_and(|message| message.way == Way::Asks)
    }

    /// Answers a question; `query` is what stands behind the question mark. It tells a word about
    /// one payment that the one who asks must name, and nothing else.
    pub async fn state(&self, provider: &str, message: &str, query: &str) -> Answered {
        let Some((provider, _)) = self.house(provider) else { return Answered::Nowhere };
        let found = provider.message(message).filter(|message| message.way == Way::Asks);
        let Some(message) = found else { return Answered::Nowhere };
        let book = &self.engine.book;
        let named = parts(book, provider, message, query.as_bytes(), |record, _| {
            let text = |field| record.and_then(|record| record.root().text(field));
            let order = text(field::PAYMENT_ORDER).unwrap_or_default().to_owned();
            (order, text(field::PAYMENT_REFERENCE).unwrap_or_default().to_owned())
        });
        let status = match self.asked(provider, named).await {
            Ok(status) => status,
            Err(error) => {
                tracing::error!(error = %error, "a question of a provider was not answered");
                return Answered::Later;
            }
        };
        let words = &message.answers.noted;
        Answered::Said {
            status: words.status,
            media: message.answers.media.clone(),
            body: words.say("", status, "OK"),
            code: "OK".to_owned(),
        }
    }

    async fn asked(
        &self,
        provider: &Provider,
        (order, reference): (String, String),
    ) -> acquit_store::Result<&'static str> {
        let (number, ordinal) = match order.rsplit_once('-') {
            Some((number, ordinal)) => (number.to_owned(), ordinal.parse::<u32>().ok()),
            None => (order, None),
        };
        let mut keys = Keys::default();
        if !number.is_empty() {
            keys.payments.orders.insert(OrderName::Number(number.clone()));
        }
        if !reference.is_empty() {
            keys.payments.orders.insert(OrderName::Reference(reference.clone()));
        }
        let known = self.engine.store.known(&keys).await?;
        let Some(order) = known.payments.order(&number, &reference) else { return Ok(NOT_FOUND) };
        let theirs = |attempt: &&Attempt| attempt.provider == provider.code;
        let bears = |attempt: &&Attempt| !reference.is_empty() && attempt.reference == reference;
        let attempt = ordinal.and_then(|ordinal| order.attempt(ordinal));
        let attempt = attempt.or_else(|| order.attempts.iter().rev().find(bears));
        let attempt = attempt.or_else(|| order.attempts.iter().rev().find(theirs)).filter(theirs);
        Ok(attempt.map_or(NOT_FOUND, |attempt| word(attempt.state)))
    }
}

/// The state of an attempt in the words of providers.
const fn word(state: AttemptState) -> &'static str {
    match state {
        AttemptState::Captured => "PAID",
        AttemptState::Expired => "EXPIRED",
        AttemptState::Voided | AttemptState::Abandoned | AttemptState::Declined => "CANCELLED",
        _ => "PENDING",
    }
}
