//! Which order and which attempt are meant.

use super::keys::order_number;
use super::orders;
use crate::decide::Desk;
use acquit_domain::pay::{Attempt, AttemptState, FundsSource, News, NewsKind, Order};

/// What news are about.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// The order.
    pub(super) order: Order,
    /// Ordinal of the attempt; `None` when the order is paid by another way than it was begun.
    pub(super) attempt: Option<u32>,
    /// The number of the transaction is that of another attempt than the one named, or of one
    /// that failed while another is still live: somebody mixed them up.
    pub(super) mixed_up: bool,
    /// An attempt is named that the order does not have: somebody made the number up.
    pub(super) is_made_up: bool,
}

impl Found {
    /// The attempt.
    pub(super) fn attempt(&self) -> Option<&Attempt> {
        self.order.attempt(self.attempt?)
    }
}

/// The order and attempt that news are about.
pub(super) fn find(desk: &Desk<'_>, news: &News) -> Option<Found> {
    let (told, ordinal) = order_number(&news.order);
    let (written, _) = order_number(&news.reference);
    let named = |number: &str| desk.orders().find(|order| order.number == number);
    let referred = || {
        // A number of a cheque may come twice in the years: the order that waits for it is meant.
        let bears =
            |order: &&Order| order.attempts.iter().any(|one| one.reference == news.reference);
        desk.orders().filter(bears).max_by_key(|order| (order.is_live(), order.created_at))
    };
    let by = |number: &str| if number.is_empty() { None } else { named(number) };
    let order = by(told)
        .or_else(|| by(written))
        .or_else(|| if news.reference.is_empty() { None } else { referred() });
    let order = order.or_else(|| {
        let of = |number: &str| {
            let funds = |one: &&acquit_domain::pay::Funds| {
                one.key.provider == news.provider && one.key.transaction == number
            };
            desk.all_funds().find(funds).and_then(|funds| funds.order)
        };
        let id = if news.reverses.is_empty() { None } else { of(&news.reverses) };
        let id =
            id.or_else(|| if news.transaction.is_empty() { None } else { of(&news.transaction) });
        desk.orders().find(|order| Some(order.id) == id)
    })?;
    let order = order.clone();
    // What a payer wrote on a transfer is no number of ours with an ordinal of ours.
    let is_told = !matches!(news.source, FundsSource::Statement | FundsSource::Cheques);
    let is_made_up = is_told
        && order.number == told
        && ordinal.is_some_and(|ordinal| order.attempt(ordinal).is_none());
    if is_made_up {
        return Some(Found { order, attempt: None, mixed_up: false, is_made_up });
    }
    let said = ordinal.and_then(|ordinal| order.attempt(ordinal));
    let said = said.or_else(|| by_reference(&order, &news.reference));
    let tx = by_transaction(&order, news);
    let attempt = said.or(tx).or_else(|| likely(desk, &order, news));
    let mixed_up = match (said, tx) {
        (Some(said), Some(tx)) => said.ordinal != tx.ordinal,
        (_, Some(tx)) => {
            let failed = matches!(tx.state, AttemptState::Declined | AttemptState::Voided);
            failed && order.has_live_attempt()
        }
        _ => false,
    };
    let attempt = attempt.map(|attempt| attempt.ordinal);
    Some(Found { order, attempt, mixed_up, is_made_up })
}

fn by_reference<'o>(order: &'o Order, reference: &str) -> Option<&'o Attempt> {
    let bears = |attempt: &&Attempt| !reference.is_empty() && attempt.reference == reference;
    order.attempts.iter().rev().find(bears)
}

fn by_transaction<'o>(order: &'o Order, news: &News) -> Option<&'o Attempt> {
    let bears = |attempt: &&Attempt| {
        !news.transaction.is_empty()
            && attempt.provider == news.provider
            && attempt.transaction == news.transaction
    };
    order.attempts.iter().rev().find(bears)
}

/// When nothing names an attempt: the last live one of the provider, else its last one, else the
/// only one that waits for a bank.
fn likely<'o>(desk: &Desk<'_>, order: &'o Order, news: &News) -> Option<&'o Attempt> {
    let theirs = |attempt: &&Attempt| attempt.provider == news.provider;
    let live = |attempt: &&Attempt| attempt.state.is_live();
    let meant = |attempt: &&Attempt| news.means.is_empty() || attempt.means == news.means;
    let banked = news.kind == NewsKind::Booked
        || matches!(news.source, FundsSource::Statement | FundsSource::Cheques);
    let attempts = || order.attempts.iter().rev();
    let by_means = |attempt: &&Attempt| !news.means.is_empty() && attempt.means == news.means;
    attempts()
        .find(|one| theirs(one) && live(one) && meant(one))
        .or_else(|| attempts().find(|one| theirs(one) && meant(one)))
        .or_else(|| attempts().find(|one| by_means(one) && live(one)))
        .or_else(|| attempts().find(|one| banked && live(one) && !orders::is_called(desk, one)))
}
