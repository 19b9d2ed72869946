//! What a bank's statement says of payments: the order is found by what the payer wrote.
//!
//! What this module is *not*: a guess by amounts. A transfer that names nothing we know lies in
//! suspense with a case, and an operator says whose it is.

use super::{case, find, news};
use crate::decide::Desk;
use acquit_domain::pay::{CaseKind, FundsState, News, NewsKind, Order, OrderName, OrderState};
use acquit_domain::{InvoiceKey, InvoiceNumber, Keys, PartyCode, Verdict};
use acquit_mapping::rulebook::Rulebook;

/// Words of a label that may be a reference.
const WORDS_MAX: usize = 12;
/// Shortest number of an invoice that is looked for among the words of a label.
const NUMBER_MIN: usize = 4;

/// The words of a label that may be a reference: they hold a digit.
fn words(label: &str) -> impl Iterator<Item = &str> {
    label
        .split(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '-' | '/')))
        .flat_map(|word| word.split('/').chain(std::iter::once(word)))
        .filter(|word| word.len() >= NUMBER_MIN && word.chars().any(|one| one.is_ascii_digit()))
        .take(WORDS_MAX)
}

/// Asks for everything the words may name.
pub(super) fn ask(keys: &mut Keys, book: &Rulebook, news: &News) {
    for word in words(&news.reason) {
        let number = super::keys::order_number(word).0;
        keys.payments.orders.insert(OrderName::Number(number.to_owned()));
        keys.payments.orders.insert(OrderName::Reference(word.to_owned()));
        for agreement in &book.agreements {
            let issuer = PartyCode::new(&agreement.code);
            if let (Some(issuer), Some(number)) = (issuer, InvoiceNumber::new(word)) {
                keys.invoices.insert(InvoiceKey { issuer, number });
            }
        }
    }
}

/// Decides what a statement says, in its order.
pub(super) fn decide(desk: &mut Desk<'_>, said: &[News]) -> Verdict {
    let mut verdicts = Vec::with_capacity(said.len());
    for one in said {
        let mut named = one.clone();
        if let Some(number) = order_of(desk, one) {
            named.order = number;
        }
        verdicts.push(decide_one(desk, &named));
    }
    crate::decide::whole(&verdicts)
}

fn decide_one(desk: &mut Desk<'_>, said: &News) -> Verdict {
    let found = find::find(desk, said);
    let reversed = found.as_ref().is_some_and(|found| {
        let of = |funds: &&acquit_domain::pay::Funds| funds.order == Some(found.order.id);
        let mut credits = desk.all_funds().filter(of).filter(|funds| funds.of.is_none()).peekable();
        credits.peek().is_some() && credits.all(|one| one.state == FundsState::Reversed)
    });
    match said.kind {
        // The file of cheques told it before.
        NewsKind::Reversed if reversed => news::nothing(desk, said, found.as_ref(), "DUP-000"),
        NewsKind::Disputed if found.is_none() => {
            let text = format!("Impayé carte: {}", said.reason);
            let row = news::telling(desk, said, None).note(desk, None, Verdict::Accepted, &text);
            case::always(desk, CaseKind::Chargeback, case::About::default(), row, &text);
            Verdict::Accepted
        }
        _ => news::decide(desk, std::slice::from_ref(said)),
    }
}

/// The number of the order the words name: by its own number, by a reference of an attempt, by a
/// number of one of its invoices. An order that waits goes before others.
fn order_of(desk: &Desk<'_>, news: &News) -> Option<String> {
    let waits =
        |order: &&Order| (order.is_live(), order.state == OrderState::Expired, order.created_at);
    let pick = |test: &dyn Fn(&Order) -> bool| {
        desk.orders()
            .filter(|order| test(order))
            .max_by_key(waits)
            .map(|order| order.number.clone())
    };
    let by_number = words(&news.reason).find_map(|word| {
        let number = super::keys::order_number(word).0;
        pick(&|order| order.number == number)
    });
    let by_reference = || {
        words(&news.reason)
            .find_map(|word| pick(&|order| order.attempts.iter().any(|one| one.reference == word)))
    };
    let by_invoice = || {
        words(&news.reason).find_map(|word| {
            pick(&|order| order.items.iter().any(|item| item.invoice.number.as_str() == word))
        })
    };
    by_number.or_else(by_reference).or_else(by_invoice)
}
