//! The questions an occurrence asks the store.

use super::{NoticeAnswer, Occurrence, Operation, Subject};
use acquit_domain::pay::{News, OrderName};
use acquit_domain::{Id, InvoiceKey, InvoiceNumber, Keys};
use acquit_mapping::rulebook::Rulebook;

/// What must be known to decide an occurrence.
#[must_use]
pub fn payment_keys(book: &Rulebook, occurrence: &Occurrence) -> Keys {
    let mut keys = Keys::default();
    keys.payments.counters = true;
    match occurrence {
        Occurrence::Start(start) => start.invoices.iter().for_each(|key| name(&mut keys, key)),
        Occurrence::Began { order, .. } => order_of(&mut keys, *order),
        Occurrence::Refunded { order, refund, .. } => {
            order_of(&mut keys, *order);
            keys.payments.funds_ids.insert(*refund);
        }
        Occurrence::News { news } => news.iter().for_each(|news| said(&mut keys, news)),
        Occurrence::Statement { news, reports } => {
            for one in news {
                said(&mut keys, one);
                super::settle_words::ask(&mut keys, book, one);
            }
            reports.iter().for_each(|report| super::settle_report::ask(&mut keys, report));
        }
        Occurrence::Settle(settlement) => {
            for one in &settlement.differences {
                if let Some(line) = &one.said {
                    said(&mut keys, &super::settle::news_of(&settlement.provider, line));
                }
                keys.payments.funds_ids.extend(one.line.funds);
            }
        }
        Occurrence::Deadline { subject, .. } => match subject {
            Subject::Order(id) | Subject::Attempt(id, _) => order_of(&mut keys, *id),
            Subject::Notice(id) => drop(keys.payments.notices.insert(*id)),
            Subject::Request(id) => drop(keys.payments.requests.insert(*id)),
            Subject::Funds(id) => drop(keys.payments.funds_ids.insert(*id)),
        },
        Occurrence::Operator(action) => operation(&mut keys, &action.what),
        Occurrence::NoticeAnswers(given) => answers(&mut keys, given),
        Occurrence::Ask(ask) => {
            let issuer = book.agreement(&ask.issuer).map_or(ask.issuer.as_str(), |one| &one.code);
            let issuer = acquit_domain::PartyCode::new(issuer);
            if let (Some(issuer), Some(number)) = (issuer, InvoiceNumber::new(&ask.number)) {
                name(&mut keys, &InvoiceKey { issuer, number });
            }
        }
        Occurrence::Asked { request, answer } => {
            keys.payments.requests.insert(*request);
            if let super::RequestAnswer::Found(found) = answer {
                found.iter().for_each(|key| name(&mut keys, key));
            }
        }
    }
    keys
}

/// What must be known to decide an issuer's answers.
pub(crate) fn answers(keys: &mut Keys, answers: &[NoticeAnswer]) {
    keys.payments.counters = true;
    for answer in answers {
        if !answer.transaction.is_empty() {
            keys.payments.transactions.insert(answer.transaction.clone());
        }
        if !answer.message.is_empty() {
            keys.payments.messages.insert(answer.message.clone());
        }
        answer.invoice.iter().for_each(|key| name(keys, key));
    }
}

fn name(keys: &mut Keys, key: &InvoiceKey) {
    keys.invoices.insert(key.clone());
    keys.payments.orders.insert(OrderName::Invoice(key.clone()));
}

fn order_of(keys: &mut Keys, id: Id) {
    keys.payments.orders.insert(OrderName::Id(id));
}

/// The number of an order in what a provider was told: providers that need a number of their own
/// for every attempt are told `number-ordinal`.
pub(super) fn order_number(told: &str) -> (&str, Option<u32>) {
    match told.rsplit_once('-') {
        Some((number, ordinal)) => match ordinal.parse() {
            Ok(ordinal) => (number, Some(ordinal)),
            Err(_) => (told, None),
        },
        None => (told, None),
    }
}

fn said(keys: &mut Keys, news: &News) {
    super::unpaid::ask(keys, news);
    // A bank tells what the payer wrote: it may be the number of the order.
    for told in [&news.order, &news.reference] {
        if !told.is_empty() {
            let number = order_number(told).0.to_owned();
            keys.payments.orders.insert(OrderName::Number(number));
        }
    }
    if !news.reference.is_empty() {
        keys.payments.orders.insert(OrderName::Reference(news.reference.clone()));
    }
    for transaction in [&news.transaction, &news.reverses] {
        if !transaction.is_empty() {
            keys.payments.funds.insert((news.provider.clone(), transaction.clone()));
        }
    }
    if news.transaction.is_empty() {
        let transaction = super::credit::transaction(news);
        keys.payments.funds.insert((news.provider.clone(), transaction));
    }
}

fn operation(keys: &mut Keys, what: &Operation) {
    match what {
        Operation::Block(key) | Operation::Unblock(key) | Operation::Cancel(key) => {
            name(keys, key);
        }
        Operation::Allocate { funds, invoice, .. } => {
            keys.payments.funds_ids.insert(*funds);
            name(keys, invoice);
        }
        Operation::Refund { funds, .. }
        | Operation::SettleDispute { funds, .. }
        | Operation::SettleRefund { refund: funds, .. } => {
            keys.payments.funds_ids.insert(*funds);
        }
        Operation::CloseCase { invoice, order, funds, .. } => {
            invoice.iter().for_each(|key| name(keys, key));
            order.iter().for_each(|id| order_of(keys, *id));
            keys.payments.funds_ids.extend(funds);
        }
        Operation::ResendNotice(id) => drop(keys.payments.notices.insert(*id)),
        Operation::VoidOrder(id) => order_of(keys, *id),
        Operation::WithdrawRequest(id) => drop(keys.payments.requests.insert(*id)),
    }
}
