//! Money that comes in: entered always, applied when everything agrees, else in suspense with a
//! case.

use super::find::{self, Found};
use super::judge::{self, How, Judgement};
use super::telling::{Telling, finding, local_day};
use super::{authorise, case, mail, notice, orders, receipt, reply, step};
use crate::decide::{Desk, Purpose};
use acquit_domain::pay::outcome::Answer;
use acquit_domain::pay::{
    Account, AttemptState, CaseKind, Funds, FundsKey, FundsKind, FundsSource, FundsState, News,
    NewsKind, OrderState, Posting,
};
use acquit_domain::{Id, InvoiceKey, Money, Severity, Verdict};
use acquit_mapping::lifecycle::{Effect, Event};
use acquit_mapping::provider::Confirmation;

/// What a fact is told apart by, also when its provider gives it no number: then by what it pays.
pub(super) fn transaction(news: &News) -> String {
    let names = [&news.transaction, &news.channel_reference, &news.reference, &news.order];
    names.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default()
}

/// A payment at hand.
pub(super) struct Payment<'n> {
    pub(super) news: &'n News,
    amount: Money,
    pub(super) found: Option<Found>,
    pub(super) key: FundsKey,
    pub(super) telling: Telling,
    /// True when our answer decides whether the money is taken.
    asks: bool,
}

/// Decides news of money: paid, booked, or authorised and waiting for our word.
pub(super) fn decide(desk: &mut Desk<'_>, news: &News) -> Verdict {
    let found = find::find(desk, news);
    let telling = super::news::telling(desk, news, found.as_ref());
    let key = presented(desk, news);
    let asks = news.kind == NewsKind::Authorised;
    let Some(amount) = amount_of(news, found.as_ref()) else {
        return without_amount(desk, news, found.as_ref(), &telling);
    };
    let payment = Payment { news, amount, found, key, telling, asks };
    let held = desk.funds(&payment.key);
    match (payment.found.clone(), held) {
        (Some(found), Some(held)) if is_waiting(desk, &held, &payment) => {
            // Its order is known by now: what nobody could place then is placed like any other.
            let judged = judge::judge(desk, news, &found, amount, held.entered_at);
            place_money(desk, &payment, &found, &judged, Some(held))
        }
        (_, Some(held)) => again(desk, &payment, held),
        (None, None) if asks => authorise::refuse(desk, &payment, "PAY-NOINTENT", None),
        (None, None) => orphan(desk, &payment),
        (Some(found), None) => {
            let judged = match was_taken_back(desk, &payment.key) {
                true => Judgement::suspended("PAY-TX", CaseKind::Conflict),
                false => judge::judge(desk, news, &found, amount, desk.now),
            };
            match asks {
                true => authorise::authorised(desk, &payment, &found, &judged),
                false => enter(desk, &payment, &found, &judged),
            }
        }
    }
}

/// True for money that came without an order, lies in suspense as it came, and is told again with
/// the same amount.
fn is_waiting(desk: &Desk<'_>, held: &Funds, payment: &Payment<'_>) -> bool {
    held.order.is_none()
        && held.state == FundsState::Suspended
        && (held.amount_minor, held.currency) == (payment.amount.minor, payment.amount.currency)
        && judge::left_on(desk, held.id, &Account::Suspense) == held.amount_minor
}

/// What identifies the fact. A cheque that came back and is presented again on a later day is
/// another fact, although it bears the same number.
fn presented(desk: &Desk<'_>, news: &News) -> FundsKey {
    let provider = news.provider.clone();
    let key = FundsKey { provider, transaction: transaction(news), kind: FundsKind::Credit };
    let held = desk.funds(&key).filter(|held| held.state == FundsState::Reversed);
    match (held, news.on, news.kind) {
        (Some(held), Some(on), NewsKind::Booked) if on > held.paid_on => {
            FundsKey { transaction: format!("{}@{on}", key.transaction), ..key }
        }
        _ => key,
    }
}

/// The amount said. Whoever answers our question about an order, or books it, without repeating
/// the amount means its total; a callback without a readable amount means nothing.
fn amount_of(news: &News, found: Option<&Found>) -> Option<Money> {
    let found = found.filter(|_| news.source != FundsSource::Callback);
    let amount = news.amount.or_else(|| found.map(|found| found.order.total))?;
    (amount.minor > 0).then_some(amount)
}

/// A payment of nobody knows how much: nothing is taken, and an operator has to ask.
fn without_amount(
    desk: &mut Desk<'_>,
    news: &News,
    found: Option<&Found>,
    telling: &Telling,
) -> Verdict {
    let order = found.map(|found| &found.order);
    let telling = telling.clone().with(finding("PAY-NUM", Severity::Error, transaction(news)));
    let row = telling.note_all(desk, order, Verdict::Rejected, "Paiement sans montant lisible");
    if let Some(order) = order {
        let about = case::About { order: Some(order.id), ..case::About::default() };
        let text = format!("Paiement sans montant lisible: {}", order.number);
        case::open(desk, CaseKind::Mismatch, about, row, &text);
    }
    let named = found.map(|found| (found.order.id, found.attempt.unwrap_or(0)));
    let asks = news.kind == NewsKind::Authorised;
    let answer = if asks { Answer::Refuse } else { Answer::Noted };
    reply::provider(desk, "PAY-NUM", answer, named, "", "");
    Verdict::Rejected
}

/// True when the money was told to have gone back before it was told to have come: whatever
/// comes first, nothing is paid by it.
fn was_taken_back(desk: &Desk<'_>, key: &FundsKey) -> bool {
    let reversal = FundsKey { kind: FundsKind::Reversal, ..key.clone() };
    desk.funds(&reversal).is_some_and(|held| held.of.is_none())
}

/// A fact that was told before: the same is answered again, another amount is a case.
fn again(desk: &mut Desk<'_>, payment: &Payment<'_>, held: Funds) -> Verdict {
    let named = payment.found.as_ref().filter(|_| !payment.news.order.is_empty());
    let crossed = named.is_some_and(|found| held.order.is_some_and(|id| id != found.order.id));
    let same = held.amount_minor == payment.amount.minor
        && held.currency == payment.amount.currency
        && !crossed;
    let (event, code) = match (same, crossed) {
        (true, _) => (Event::ProvOkAgain, "DUP-000"),
        (false, false) => (Event::ProvOkConflict, "PAY-AMOUNT"),
        // One transaction cannot pay two orders.
        (false, true) => (Event::ProvOkConflict, "PAY-TX"),
    };
    let severity = if same { Severity::Note } else { Severity::Error };
    let telling = payment.telling.clone().with(about(payment, code, severity));
    let order = held.order.and_then(|id| desk.order(id));
    // What we asked for ourselves and knew already is no event.
    let silent = same && payment.news.source == FundsSource::Query;
    let mut row = None;
    for item in order.iter().flat_map(|order| &order.items).filter(|_| !silent) {
        let stepped = step::invoice(desk, &item.invoice, event, 0, &telling);
        row = row.or(stepped.map(|stepped| stepped.exchange));
    }
    if row.is_none() && !silent {
        let verdict = if same { Verdict::Known } else { Verdict::KnownButDifferent };
        row = Some(telling.note(desk, None, verdict, "Paiement déjà enregistré"));
    }
    if let Some(row) = row.filter(|_| !same) {
        let about = case::About { funds: Some(held.id), order: held.order, invoice: None };
        let what = if crossed { "deux commandes annoncées" } else { "deux montants annoncés" };
        let text = format!("Transaction {}: {what}", held.key.transaction);
        case::open(desk, CaseKind::Conflict, about, row, &text);
    }
    let number = desk.receipt_of(held.id).map(|receipt| receipt.number).unwrap_or_default();
    let named = held.order.map(|id| (id, held.attempt.unwrap_or(0)));
    let answer = match (same, payment.asks || takes_by_answer(desk, payment)) {
        (false, _) => Answer::Refuse,
        (true, true) => Answer::Take,
        (true, false) => Answer::Again,
    };
    reply::provider(desk, code, answer, named, &number, "PAID");
    if same { Verdict::Known } else { Verdict::KnownButDifferent }
}

pub(super) fn takes_by_answer(desk: &Desk<'_>, payment: &Payment<'_>) -> bool {
    let means = payment.found.as_ref().and_then(Found::attempt).map(|attempt| &attempt.means);
    let offered = means.and_then(|means| desk.book.means(means));
    payment.news.source == FundsSource::Callback
        && offered.is_some_and(|(_, means)| means.capture_by_answer)
}

/// A finding about a payment: with the amounts when they are what is wrong.
pub(super) fn about(
    payment: &Payment<'_>,
    code: &'static str,
    severity: Severity,
) -> acquit_domain::Finding {
    let total = payment.found.as_ref().map(|found| found.order.total);
    match (code, total) {
        ("PAY-AMOUNT", Some(total)) => {
            let paid = payment.amount;
            let expected = mail::money(total.minor, total.currency);
            finding(code, severity, mail::money(paid.minor, paid.currency)).with_expected(expected)
        }
        ("PAY-CUR", _) => finding(code, severity, payment.amount.currency.code()),
        _ => finding(code, severity, &payment.key.transaction),
    }
}

/// Money that belongs to no order we know.
fn orphan(desk: &mut Desk<'_>, payment: &Payment<'_>) -> Verdict {
    let transaction = &payment.key.transaction;
    let telling =
        payment.telling.clone().with(finding("PAY-NOINTENT", Severity::Warning, transaction));
    let row = telling.note(desk, None, Verdict::Accepted, "Paiement sans commande, mis en attente");
    let mut funds = blank(desk, payment, None);
    post(desk, &mut funds, row, &[]);
    let about = case::About { funds: Some(funds.id), ..case::About::default() };
    let text = format!("Paiement {transaction} sans commande connue");
    case::open(desk, CaseKind::Orphan, about, row, &text);
    desk.put_funds(funds);
    reply::provider(desk, "PAY-NOINTENT", Answer::Noted, None, "", "PAID");
    Verdict::Accepted
}

/// Money that waited, with the order it pays.
fn adopted(held: Funds, payment: &Payment<'_>, found: &Found) -> Funds {
    let attempt = found.attempt();
    Funds {
        order: Some(found.order.id),
        attempt: attempt.map(|attempt| attempt.ordinal),
        means: attempt.map_or_else(|| held.means.clone(), |attempt| attempt.means.clone()),
        fee_minor: if held.fee_minor == 0 { payment.news.fee_minor } else { held.fee_minor },
        ..held
    }
}

fn blank(desk: &mut Desk<'_>, payment: &Payment<'_>, found: Option<&Found>) -> Funds {
    let news = payment.news;
    let attempt = found.and_then(Found::attempt);
    let means = attempt.map_or(&news.means, |attempt| &attempt.means);
    let at = match news.source {
        FundsSource::Callback => desk.now,
        _ => news.at.unwrap_or(desk.now),
    };
    Funds {
        id: desk.draw(Purpose::Funds),
        key: payment.key.clone(),
        of: None,
        order: found.map(|found| found.order.id),
        attempt: attempt.map(|attempt| attempt.ordinal),
        amount_minor: payment.amount.minor,
        currency: payment.amount.currency,
        fee_minor: news.fee_minor,
        means: means.clone(),
        operator: news.operator.clone(),
        reference: if news.channel_reference.is_empty() {
            news.reference.clone()
        } else {
            news.channel_reference.clone()
        },
        source: news.source,
        paid_on: news.on.unwrap_or_else(|| local_day(desk.book, at)),
        entered_at: desk.now,
        state: FundsState::Received,
        postings: Vec::new(),
        version: 0,
    }
}

/// Posts a fact: received, on invoices, and what is left in suspense. One that was held already
/// was received then, and goes from suspense to the invoices.
fn post(desk: &mut Desk<'_>, funds: &mut Funds, row: Id, placed: &[(InvoiceKey, i64, Id)]) {
    let posting =
        |account, amount_minor, exchange| Posting { account, amount_minor, at: desk.now, exchange };
    let is_held = !funds.postings.is_empty();
    let mut left = funds.amount_minor;
    if !is_held {
        funds.postings.push(posting(Account::Received, left, row));
    }
    for (key, minor, exchange) in placed {
        if is_held {
            funds.postings.push(posting(Account::Suspense, -minor, *exchange));
        }
        funds.postings.push(posting(Account::Allocated(key.clone()), *minor, *exchange));
        left -= minor;
    }
    if left != 0 && !is_held {
        funds.postings.push(posting(Account::Suspense, left, row));
    }
    step::funds(desk, funds, if left == 0 { "allocated" } else { "suspended" });
}

/// Enters a payment of a known order as judged, and does everything that follows.
pub(super) fn enter(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    found: &Found,
    judged: &Judgement,
) -> Verdict {
    place_money(desk, payment, found, judged, None)
}

/// Enters a payment, or places one that was held in suspense without an order.
fn place_money(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    found: &Found,
    judged: &Judgement,
    held: Option<Funds>,
) -> Verdict {
    let telling = remarks(payment, found, judged);
    let mut funds = match held {
        Some(held) => {
            let orphan = |case: &acquit_domain::pay::Case| {
                case.kind == CaseKind::Orphan && case.funds == Some(held.id)
            };
            case::close(desk, orphan, "Commande retrouvée");
            adopted(held, payment, found)
        }
        None => blank(desk, payment, Some(found)),
    };
    let placed = place(desk, payment, found, judged, &telling);
    let row = placed.first_row;
    post(desk, &mut funds, row, &placed.parts);
    let transaction = funds.key.transaction.clone();
    let suspended = funds.suspense() != 0;
    if let Some(kind) = judged.case.filter(|_| suspended) {
        let only = found.order.items.first().filter(|_| found.order.items.len() == 1);
        let about = case::About {
            invoice: only.map(|item| item.invoice.clone()),
            order: Some(found.order.id),
            funds: Some(funds.id),
        };
        let text = format!("Paiement {transaction} en attente d'affectation: {}", judged.code);
        case::open(desk, kind, about, row, &text);
    }
    // What was only announced after its time, or refused, came after all.
    case::close_announced(desk, found.order.id, "Paiement enregistré");
    let order = follow(desk, payment, found, judged, &telling, !placed.parts.is_empty());
    let mut number = String::new();
    if placed.receipt {
        number = receipt::give(desk, &funds);
    }
    let receipt = desk.receipt_of(funds.id).map(|receipt| receipt.id);
    if placed.tell_client {
        let paid = mail::money(funds.amount_minor, funds.currency);
        let more = [("amount", paid), ("receipt", number.clone())];
        mail::send(desk, &order, "payment_confirmed", &more, receipt);
    }
    if payment.news.source != FundsSource::Issuer {
        notice::payment(desk, &order, &funds, &placed.tell_issuer);
    }
    desk.put_funds(funds);
    // Money that was taken is never refused: it waits for an operator.
    let answer = if placed.parts.is_empty() { Answer::Noted } else { Answer::Take };
    let named = Some((found.order.id, found.attempt.unwrap_or(0)));
    reply::provider(desk, judged.code, answer, named, &number, "PAID");
    Verdict::Accepted
}

/// The rows of a payment with what is to be remarked: what is wrong with it, that it came after
/// its attempt had ended, and what the provider warns of.
fn remarks(payment: &Payment<'_>, found: &Found, judged: &Judgement) -> Telling {
    let mut telling = payment.telling.clone();
    if judged.code != "OK" {
        telling = telling.with(about(payment, judged.code, Severity::Warning));
    } else if found.attempt().is_some_and(|attempt| attempt.state == AttemptState::Expired) {
        telling = telling.with(about(payment, "PAY-LATE", Severity::Note));
    }
    match payment.news.risk.as_str() {
        "" => telling,
        risk => telling.with(finding("PAY-RISK", Severity::Note, risk)),
    }
}

/// What placing money on the invoices of an order gave.
struct Placed {
    first_row: Id,
    parts: Vec<(InvoiceKey, i64, Id)>,
    tell_issuer: Vec<InvoiceKey>,
    tell_client: bool,
    receipt: bool,
}

fn place(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    found: &Found,
    judged: &Judgement,
    telling: &Telling,
) -> Placed {
    let how = how(desk, payment, found);
    let mut rows = Vec::new();
    let mut parts = Vec::new();
    let mut tell_issuer = Vec::new();
    let (mut tell_client, mut receipt) = (false, false);
    for (at, item) in found.order.items.iter().enumerate() {
        let part = judged.split.get(at).copied();
        let Some(event) = judge::event_of(desk, judged, &item.invoice, part, how) else { continue };
        let minor = part.unwrap_or(0);
        let Some(stepped) = step::invoice(desk, &item.invoice, event, minor, telling) else {
            continue;
        };
        debug_assert_eq!(stepped.causes(Effect::Allocate), minor != 0, "{event:?}");
        rows.push(stepped.exchange);
        if minor != 0 {
            parts.push((item.invoice.clone(), minor, stepped.exchange));
        }
        if stepped.causes(Effect::TellIssuer) {
            tell_issuer.push(item.invoice.clone());
        }
        tell_client |= minor != 0;
        receipt |= stepped.causes(Effect::Receipt);
    }
    let first_row = rows.first().copied().unwrap_or_else(|| {
        telling.note(desk, None, Verdict::Accepted, "Paiement mis en attente d'affectation")
    });
    Placed { first_row, parts, tell_issuer, tell_client, receipt }
}

fn how(desk: &Desk<'_>, payment: &Payment<'_>, found: &Found) -> How {
    let means = found.attempt().map_or(&payment.news.means, |attempt| &attempt.means);
    let offered = desk.book.means(means);
    let bank = offered.is_some_and(|(_, means)| means.confirmed_by == Confirmation::Bank);
    match payment.news.source {
        FundsSource::Settlement => How::Settlement,
        _ if bank || payment.news.kind == NewsKind::Booked => How::Bank,
        _ => How::Provider,
    }
}

/// What follows for the order, its attempts, and other orders of the same invoices.
fn follow(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    found: &Found,
    judged: &Judgement,
    telling: &Telling,
    applied: bool,
) -> acquit_domain::pay::Order {
    let mut order = found.order.clone();
    if matches!(judged.code, "PAY-TX" | "PAY-NOINTENT") {
        // Somebody mixed transactions up: what is being paid goes on.
        return order;
    }
    let number = order.number.clone();
    if let Some(mut attempt) = found.attempt().cloned() {
        step::attempt(desk, &number, &mut attempt, "captured");
        let news = payment.news;
        for (place, said) in [
            (&mut attempt.transaction, &news.transaction),
            (&mut attempt.operator, &news.operator),
            (&mut attempt.channel_reference, &news.channel_reference),
        ] {
            if !said.is_empty() {
                place.clone_from(said);
            }
        }
        attempt.reason.clear();
        orders::replace(&mut order, attempt);
    }
    let live = order.is_live() || order.state == OrderState::Expired;
    if applied || live {
        step::order(desk, &mut order, judged.order);
    }
    if !order.is_live() {
        let reason = why_over(order.state, judged.code);
        orders::void_attempts(desk, &mut order, reason, None);
    }
    desk.put_order(order.clone());
    if applied {
        void_others(desk, &order, telling);
    }
    orders::free(desk, &order, telling);
    order
}

/// Why nobody pays an order any more: it is paid, or money came that an operator has to decide on.
fn why_over(state: OrderState, code: &str) -> &'static str {
    match (state, code) {
        (OrderState::Paid, _) => "commande réglée par un autre paiement",
        (_, "PAY-AMOUNT") => "un autre paiement est arrivé, d'un autre montant que celui dû",
        (_, "PAY-CUR") => "un autre paiement est arrivé, dans une autre devise",
        _ => "un autre paiement est arrivé et attend un opérateur",
    }
}

/// Other orders of invoices that were just paid were made for a total that is no longer due.
fn void_others(desk: &mut Desk<'_>, paid: &acquit_domain::pay::Order, telling: &Telling) {
    let mut others: Vec<Id> = Vec::new();
    for item in &paid.items {
        others.extend(desk.live_orders(&item.invoice).iter().map(|order| order.id));
    }
    for id in others {
        if id != paid.id {
            orders::void(desk, id, "facture réglée par une autre commande", telling);
        }
    }
}
