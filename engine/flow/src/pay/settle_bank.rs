//! What a bank's report says of payments: the order is found by what the payer wrote; when that
//! names nothing, by amount and payer, if just one order fits.
//!
//! What this module is *not*: a guess. What fits nobody, or several, lies in suspense with a case
//! that names those it may be for, and an operator says whose it is.

use super::occurrence::ReportSeen;
use super::telling::{Telling, finding};
use super::{case, find, news, orders, payer, settle_words};
use crate::decide::Desk;
use acquit_domain::pay::{
    CaseKind, FundsKey, FundsKind, FundsState, News, NewsKind, Order, OrderState,
};
use acquit_domain::{Function, Money, Severity, Verdict};
use acquit_mapping::bank::{AccountCheck, account_check};

/// The means a declared transfer is paid by.
pub(super) const TRANSFER: &str = "transfer";
/// Most orders one transfer is divided among.
const PARTS_MAX: usize = 20;
/// Most orders a case proposes.
const PROPOSED_MAX: usize = 5;

/// Decides what a report says, in its order, and remembers the accounts it was the last word on.
pub(super) fn decide(desk: &mut Desk<'_>, said: &[News], reports: &[ReportSeen]) -> Verdict {
    let mut verdicts = Vec::with_capacity(said.len() + reports.len());
    for one in said {
        verdicts.push(decide_one(desk, one));
    }
    verdicts.extend(reports.iter().map(|report| super::settle_report::decide(desk, report)));
    crate::decide::whole(&verdicts)
}

fn decide_one(desk: &mut Desk<'_>, said: &News) -> Verdict {
    if let Some(parts) = divided_before(desk, said) {
        let verdicts: Vec<Verdict> = parts.iter().map(|part| decide_named(desk, part)).collect();
        return crate::decide::whole(&verdicts);
    }
    // What was told before is not looked for again: it is where it was put.
    if is_held(desk, said) {
        return decide_named(desk, said);
    }
    let mut named = said.clone();
    let found = settle_words::orders_named(desk, &said.reason);
    if let Some(parts) = divide(desk, said, &found) {
        let verdicts: Vec<Verdict> = parts.iter().map(|part| decide_named(desk, part)).collect();
        return crate::decide::whole(&verdicts);
    }
    if let Some(number) = found.into_iter().next() {
        named.order = number;
        return decide_named(desk, &named);
    }
    if said.kind != NewsKind::Booked || said.means != TRANSFER {
        return decide_named(desk, &named);
    }
    let proposed = proposed(desk, said);
    let likely: Vec<&Order> = proposed.iter().filter(|order| pays(order, said)).collect();
    if let [only] = likely.as_slice() {
        named.order.clone_from(&only.number);
        let telling = news::telling(desk, &named, None);
        let telling = telling.with(finding("PAY-LIKELY", Severity::Note, &only.number));
        let text = "Virement rapproché par son montant et son payeur";
        telling.note_all(desk, Some(*only), Verdict::Accepted, text);
        return decide_named(desk, &named);
    }
    let verdict = decide_named(desk, &named);
    propose(desk, said, &proposed);
    verdict
}

/// Whether the money of some news is in the books, or went back before it came.
fn is_held(desk: &Desk<'_>, said: &News) -> bool {
    said.kind == NewsKind::Booked && desk.funds(&key(said, &said.transaction)).is_some()
}

fn key(said: &News, transaction: &str) -> FundsKey {
    FundsKey {
        provider: said.provider.clone(),
        transaction: transaction.to_owned(),
        kind: FundsKind::Credit,
    }
}

/// The name of a part of a transfer that was divided, from 1.
pub(super) fn part_name(transaction: &str, part: usize) -> String {
    format!("{transaction}#{part}")
}

/// The parts of a transfer that was divided when it came, each told again, or taken back.
fn divided_before(desk: &Desk<'_>, said: &News) -> Option<Vec<News>> {
    let held = |part: usize| desk.funds(&key(said, &part_name(&said.transaction, part)));
    let parts: Vec<_> = (1..=PARTS_MAX).map_while(held).collect();
    let sum = parts.iter().fold(0i64, |sum, one| sum.saturating_add(one.amount_minor));
    let whole = said.amount.is_some_and(|amount| amount.minor == sum);
    let own = matches!(said.kind, NewsKind::Booked | NewsKind::Reversed);
    (!parts.is_empty() && whole && own).then(|| {
        let part = |funds: &acquit_domain::pay::Funds| News {
            transaction: funds.key.transaction.clone(),
            reverses: if said.reverses.is_empty() {
                String::new()
            } else {
                funds.key.transaction.clone()
            },
            amount: Some(Money::new(funds.amount_minor, funds.currency)),
            ..said.clone()
        };
        parts.iter().map(part).collect()
    })
}

/// One transfer for several orders: divided when they live, and add up to it exactly.
fn divide(desk: &Desk<'_>, said: &News, numbers: &[String]) -> Option<Vec<News>> {
    let amount = said.amount.filter(|_| said.kind == NewsKind::Booked)?;
    if !(2..=PARTS_MAX).contains(&numbers.len()) {
        return None;
    }
    let of = |number: &String| desk.orders().find(|order| order.number == *number);
    let orders: Option<Vec<&Order>> = numbers.iter().map(of).collect();
    let orders = orders?;
    let fit = orders.iter().all(|one| one.is_live() && one.total.currency == amount.currency);
    let sum = orders.iter().try_fold(0i64, |sum, one| sum.checked_add(one.total.minor));
    if !fit || sum != Some(amount.minor) {
        return None;
    }
    let part = |(at, order): (usize, &&Order)| News {
        transaction: part_name(&said.transaction, at + 1),
        order: order.number.clone(),
        amount: Some(order.total),
        ..said.clone()
    };
    Some(orders.iter().enumerate().map(part).collect())
}

/// The orders that wait for a transfer of just this amount, the oldest first.
fn proposed(desk: &Desk<'_>, said: &News) -> Vec<Order> {
    let waits = |order: &&Order| {
        let attempts = || order.attempts.iter().filter(|one| one.state.is_live());
        order.is_live()
            && Some(order.total) == said.amount
            && attempts().any(|one| one.means == TRANSFER)
    };
    let mut proposed: Vec<Order> = desk.orders().filter(waits).cloned().collect();
    proposed.sort_by(|one, other| {
        (one.created_at, &one.number).cmp(&(other.created_at, &other.number))
    });
    proposed
}

/// Whether the payer of an order, or its client, is who the bank names. A payer whose account is
/// written wrongly is nobody.
fn pays(order: &Order, said: &News) -> bool {
    account_check(&said.payer_account) != AccountCheck::Wrong
        && [&order.client_name, &order.payer.name]
            .into_iter()
            .any(|name| payer::is_named(name, &said.payer, &said.reason))
}

/// Says in the case about money nobody was found for whose it may be.
fn propose(desk: &mut Desk<'_>, said: &News, proposed: &[Order]) {
    let Some(funds) = desk.funds(&key(said, &said.transaction)) else { return };
    let invoices = settle_words::invoices_named(desk, &said.reason);
    let mut told: Vec<String> = Vec::new();
    if !said.payer.is_empty() {
        told.push(format!("payeur {}", said.payer));
    }
    if account_check(&said.payer_account) == AccountCheck::Wrong {
        told.push(format!("clé du compte {} fausse", said.payer_account));
    }
    let orders = proposed.iter().take(PROPOSED_MAX);
    told.extend(orders.map(|order| {
        format!("{} ({}, {})", order.number, orders::numbers(order), order.client_name)
    }));
    told.extend(invoices.into_iter().take(PROPOSED_MAX).map(|number| format!("facture {number}")));
    if told.is_empty() {
        return;
    }
    let about = |case: &acquit_domain::pay::Case| case.funds == Some(funds.id);
    for mut case in desk.open_cases().into_iter().filter(about) {
        case.text = format!("{} — {}", case.text, told.join("; "));
        desk.put_case(case);
    }
}

fn decide_named(desk: &mut Desk<'_>, said: &News) -> Verdict {
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

/// What rows about a report itself have in common.
pub(super) fn telling(reference: &str) -> Telling {
    Telling::new(Function::Vir, reference)
}

/// Which of several orders is meant: one that waits goes before others.
pub(super) fn preferred(order: &Order) -> (bool, bool, acquit_domain::Timestamp) {
    (order.is_live(), order.state == OrderState::Expired, order.created_at)
}
