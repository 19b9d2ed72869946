//! Refunds and voids of payments: the provider is called, or asked what became of a call, and what
//! it says is handed to the cashier.
//!
//! A call of which nothing left this house may be made again; one that may have arrived is never
//! made twice here. Whether it is asked about or put before an operator, the cashier decides.
//!
//! What it is *not*: it enters no money, and decides neither when nor how often to ask.

use super::out::{Failed, Said};
use super::{Gateway, House, mask};
use acquit_domain::pay::{Attempt, Call, CallPurpose, Funds, NewsKind, Order, OrderName};
use acquit_domain::{Keys, Money, pay};
use acquit_flow::Occurrence;
use acquit_flow::pay::RefundAnswer;
use acquit_mapping::provider::{self, Provider};
use acquit_mapping::vocabulary::field;

/// A refund that its provider is asked for.
struct Refund {
    /// The order, with what goes back as its total.
    order: Order,
    attempt: Attempt,
    funds: Funds,
    /// The provider's number of the payment.
    transaction: String,
}

impl Gateway {
    /// Makes a call about a refund and hands in what it gave.
    pub(super) async fn refund(&self, provider: &Provider, house: &House, wanted: &pay::Call) {
        // It may have been told to be made meanwhile: then there is nothing to call for.
        let Some(refund) = self.asked_for(wanted).await else { return };
        let (mut account, mut answer) = self.refunded(provider, house, wanted, &refund).await;
        if wanted.purpose == CallPurpose::Void
            && let RefundAnswer::Refused { .. } = &answer
        {
            // The day is closed at the provider's: then it is paid back.
            let wanted = Call { purpose: CallPurpose::Refund, ..wanted.clone() };
            let (second, said) = self.refunded(provider, house, &wanted, &refund).await;
            account.push_str(&second);
            answer = said;
        }
        let (order, attempt) = (refund.order.id, refund.attempt.ordinal);
        let what = Occurrence::Refunded { order, attempt, refund: refund.funds.id, answer };
        self.hand_in((&provider.code, wanted.purpose.key()), &account, what).await;
    }

    /// The refund that a call is about; `None` when none waits any more.
    async fn asked_for(&self, wanted: &pay::Call) -> Option<Refund> {
        let mut keys = Keys::default();
        keys.payments.orders.insert(OrderName::Id(wanted.subject));
        let known = match self.engine.store.known(&keys).await {
            Ok(known) => known.payments,
            Err(error) => {
                tracing::error!(error = %error, "a refund could not be prepared");
                return None;
            }
        };
        let order = known.orders.get(&wanted.subject)?;
        let attempt = order.attempt(wanted.attempt)?.clone();
        let of = |funds: &&Funds| {
            let same = funds.order == Some(order.id) && funds.attempt == Some(attempt.ordinal);
            same && funds.is_asked()
        };
        let funds = known.funds.values().find(of)?.clone();
        let credit = known.funds.values().find(|one| Some(one.id) == funds.of)?;
        let total = Money::new(funds.amount_minor, funds.currency);
        let order = Order { total, ..order.clone() };
        Some(Refund { order, attempt, transaction: credit.key.transaction.clone(), funds })
    }

    /// Calls for a purpose; the account of it and what the answer means.
    async fn refunded(
        &self,
        provider: &Provider,
        house: &House,
        wanted: &pay::Call,
        refund: &Refund,
    ) -> (String, RefundAnswer) {
        let Some(call) = provider.call_for(wanted.purpose, &refund.attempt.means) else {
            let reason = "le prestataire n'a pas d'appel pour cela".to_owned();
            return (String::new(), RefundAnswer::Refused { reason });
        };
        let id = refund.funds.id.to_string();
        let record = || {
            let more =
                [(field::REFERENCE, id.as_str()), (field::REVERSES, refund.transaction.as_str())];
            self.accounts.record(provider, house, (&refund.order, &refund.attempt), &more)
        };
        let answered = self.tried(provider, house, call, record).await;
        let well = matches!(&answered, Ok(said) if said.status < 500);
        self.engine.calls.went(wanted, well);
        let answer = self.meant(provider, house, call, &answered, refund);
        let (account, reason) = match answered {
            Ok(said) => (said.account, String::new()),
            Err(failed) => (failed.account, mask::secrets(&failed.reason, house.all_secrets())),
        };
        if !reason.is_empty() {
            tracing::warn!(to = wanted.to, purpose = wanted.purpose.key(), reason, "no answer");
        }
        (account, answer)
    }

    /// What an answer means.
    fn meant(
        &self,
        provider: &Provider,
        house: &House,
        call: &provider::Call,
        answered: &Result<Said, Failed>,
        refund: &Refund,
    ) -> RefundAnswer {
        let none = |reason: String| {
            let reason = mask::secrets(&reason, house.all_secrets());
            RefundAnswer::NoAnswer { reason }
        };
        let said = match answered {
            // Nothing left this house, and nothing was asked for before: it is not made.
            Err(failed) if !failed.sent && call.purpose != CallPurpose::RefundQuery => {
                let reason = mask::secrets(&failed.reason, house.all_secrets());
                return RefundAnswer::Refused { reason };
            }
            Err(failed) => return none(failed.reason.clone()),
            Ok(said) => said,
        };
        let status = format!("HTTP {}", said.status);
        if call.not_found.contains(&said.status) {
            return RefundAnswer::Unknown;
        }
        if call.refused.contains(&said.status) {
            return RefundAnswer::Refused { reason: status };
        }
        if !(200..300).contains(&said.status) {
            return none(status);
        }
        let Some(message) = provider.message(&call.answer) else {
            return none("no answer is agreed".to_owned());
        };
        let news = match self.heard(provider, house, message, &said.body) {
            Ok(heard) => heard.news,
            Err(reason) => return none(reason),
        };
        let number = format!("{}-{}", refund.order.number, refund.attempt.ordinal);
        if !news.order.is_empty() && news.order != number && news.order != refund.order.number {
            return none(format!("an answer about {}", news.order));
        }
        match news.kind {
            NewsKind::Reversed => match news.amount.filter(|said| *said != refund.order.total) {
                Some(other) => none(format!("{other} {} are said", other.currency.code())),
                None => RefundAnswer::Made { transaction: news.transaction },
            },
            NewsKind::Declined | NewsKind::Cancelled | NewsKind::Expired => {
                RefundAnswer::Refused { reason: news.reason }
            }
            _ => RefundAnswer::Pending,
        }
    }
}
