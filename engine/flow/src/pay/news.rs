//! What providers and banks say: verified statements, each decided on its own.

use super::find::{self, Found};
use super::start::label;
use super::telling::{Telling, finding};
use super::{case, clock, credit, mail, orders, reply, reverse, step};
use crate::decide::Desk;
use acquit_domain::pay::outcome::Answer;
use acquit_domain::pay::{
    Attempt, AttemptState, CaseKind, FundsKey, FundsKind, FundsSource, News, NewsKind, Order,
};
use acquit_domain::{Function, PartyCode, Severity, Verdict};
use acquit_mapping::lifecycle::Event;

/// The reason of an attempt whose payment was announced and is not verified yet.
pub(super) const ANNOUNCED: &str = "paiement annoncé, à vérifier";

/// Decides news in the order they were said.
pub(super) fn decide(desk: &mut Desk<'_>, news: &[News]) -> Verdict {
    desk.till.news = news.to_vec();
    let mut verdicts = Vec::with_capacity(news.len());
    for one in news {
        verdicts.push(match must_ask(desk, one, news) {
            Some(found) => ask_back(desk, one, &found),
            None => decide_one(desk, one),
        });
    }
    crate::decide::whole(&verdicts)
}

fn decide_one(desk: &mut Desk<'_>, news: &News) -> Verdict {
    match news.kind {
        NewsKind::Authorised | NewsKind::Paid | NewsKind::Booked => credit::decide(desk, news),
        NewsKind::Reversed => reverse::decide(desk, news),
        NewsKind::Disputed => reverse::disputed(desk, news),
        NewsKind::DisputeWon => reverse::won(desk, news),
        NewsKind::Declined
        | NewsKind::Pending
        | NewsKind::Cancelled
        | NewsKind::Expired
        | NewsKind::NotFound => attempt_news(desk, news),
        NewsKind::Unknown => {
            let found = find::find(desk, news);
            nothing(desk, news, found.as_ref(), "EVT-UNKNOWN")
        }
    }
}

/// What the rows about news have in common.
pub(super) fn telling(desk: &Desk<'_>, news: &News, found: Option<&Found>) -> Telling {
    let book = desk.book;
    let attempt = found.and_then(Found::attempt);
    let offered = attempt.and_then(|attempt| book.means(&attempt.means));
    let offered = offered.or_else(|| book.means(&news.means)).or_else(|| {
        let provider = book.provider(&news.provider)?;
        provider.means.first().map(|means| (provider, means))
    });
    let function = offered.map_or(Function::Unknown, |(_, means)| means.function);
    let reference = found.map_or(news.order.as_str(), |found| &found.order.number);
    let name = book.provider(&news.provider).map_or(&news.provider, |provider| &provider.name);
    let mut telling = Telling::new(function, reference)
        .word("provider", name.as_str())
        .word("means", offered.map_or_else(String::new, |(_, means)| label(desk, means)))
        .word("reason", news.reason.as_str());
    if let Some(found) = found {
        telling = telling.word("invoices", orders::numbers(&found.order));
    }
    telling.partner = PartyCode::new(&news.provider);
    telling
}

/// News that move nothing: logged, and answered with a code.
pub(super) fn nothing(
    desk: &mut Desk<'_>,
    news: &News,
    found: Option<&Found>,
    code: &'static str,
) -> Verdict {
    let telling = telling(desk, news, found).with(finding(code, Severity::Note, news.kind.key()));
    telling.note_all(desk, found.map(|found| &found.order), Verdict::Accepted, "Sans effet");
    let named = found.map(|found| (found.order.id, found.attempt.unwrap_or(0)));
    reply::provider(desk, code, Answer::Noted, named, "", "");
    Verdict::Accepted
}

/// A payment that has to be asked back before it is believed: when the means says so, and the
/// provider's own answer was not told with it.
fn must_ask(desk: &Desk<'_>, news: &News, all: &[News]) -> Option<Found> {
    if news.kind != NewsKind::Paid || news.source != FundsSource::Callback {
        return None;
    }
    let found = find::find(desk, news)?;
    let (_, means) = desk.book.means(&found.attempt()?.means)?;
    let key = FundsKey {
        provider: news.provider.clone(),
        transaction: credit::transaction(news),
        kind: FundsKind::Credit,
    };
    let vouches = |other: &News| {
        other.source == FundsSource::Query
            && other.kind == NewsKind::Paid
            && other.amount == news.amount
            && credit::transaction(other) == key.transaction
    };
    let believed = !means.verify || desk.funds(&key).is_some() || all.iter().any(vouches);
    if believed { None } else { Some(found) }
}

fn ask_back(desk: &mut Desk<'_>, news: &News, found: &Found) -> Verdict {
    let mut order = found.order.clone();
    let telling = telling(desk, news, Some(found));
    if let Some(mut attempt) = found.attempt().cloned() {
        let number = order.number.clone();
        if step::attempt(desk, &number, &mut attempt, "pending") {
            ANNOUNCED.clone_into(&mut attempt.reason);
            clock::wind(desk, &mut attempt);
        } else if is_over(&attempt) {
            ANNOUNCED.clone_into(&mut attempt.reason);
            clock::wind_announced(desk, &mut attempt);
        }
        clock::ask(desk, order.id, &attempt);
        orders::replace(&mut order, attempt);
    }
    let text = "Paiement annoncé, à vérifier";
    let row = telling.note_all(desk, Some(&order), Verdict::Accepted, text);
    if found.attempt().is_some_and(|attempt| !attempt.state.is_live()) {
        // Its invoices may be paid otherwise meanwhile: somebody is to know of it now.
        let about = case::About { order: Some(order.id), ..case::About::default() };
        case::open(desk, CaseKind::Late, about, row, &format!("{text}: {}", order.number));
    }
    let named = Some((order.id, found.attempt.unwrap_or(0)));
    reply::provider(desk, "OK", Answer::Noted, named, "", "PENDING");
    desk.put_order(order);
    Verdict::Accepted
}

/// News that are about an attempt and no money.
fn attempt_news(desk: &mut Desk<'_>, news: &News) -> Verdict {
    let Some(found) = find::find(desk, news) else {
        return nothing(desk, news, None, "PAY-NOINTENT");
    };
    let Some(mut attempt) = found.attempt().cloned() else {
        return nothing(desk, news, Some(&found), "PAY-NOINTENT");
    };
    if news.kind == NewsKind::Cancelled && attempt.state == AttemptState::Captured {
        return reverse::disputed(desk, news);
    }
    let before = attempt.state;
    let number = found.order.number.clone();
    let event = event_of(news, &attempt);
    let moved = event.is_some_and(|event| step::attempt(desk, &number, &mut attempt, event));
    if !moved {
        if attempt.reason == ANNOUNCED && is_over(&attempt) && is_denial(news.kind) {
            attempt.due = None;
            attempt.reason.clone_from(&news.reason);
            let telling = telling(desk, news, Some(&found));
            let mut order = found.order;
            let named = Some((order.id, attempt.ordinal));
            orders::replace(&mut order, attempt);
            desk.put_order(order.clone());
            denied(desk, &order, &telling);
            reply::provider(desk, "OK", Answer::Noted, named, "", "CANCELLED");
            return Verdict::Accepted;
        }
        let code = if news.kind == NewsKind::Declined { "OK" } else { "STALE" };
        // What was asked by ourselves and says nothing new is not worth a row.
        if news.source == FundsSource::Query {
            contradicted(desk, news, &found, &attempt);
            let named = Some((found.order.id, attempt.ordinal));
            reply::provider(desk, code, Answer::Noted, named, "", "");
            return Verdict::Known;
        }
        return nothing(desk, news, Some(&found), code);
    }
    take(&mut attempt, news);
    clock::wind(desk, &mut attempt);
    moved_to(desk, news, found, attempt, before)
}

/// True for an attempt that ended without money.
fn is_over(attempt: &Attempt) -> bool {
    !attempt.state.is_live() && attempt.state != AttemptState::Captured
}

/// News after which no payment is to be expected; that a payment is not found yet is none.
const fn is_denial(kind: NewsKind) -> bool {
    matches!(kind, NewsKind::Declined | NewsKind::Cancelled | NewsKind::Expired)
}

/// A provider that is asked and denies a payment it had confirmed: an operator has to look.
fn contradicted(desk: &mut Desk<'_>, news: &News, found: &Found, attempt: &Attempt) {
    let denies = matches!(news.kind, NewsKind::Declined | NewsKind::Expired | NewsKind::NotFound);
    if !denies || attempt.state != AttemptState::Captured {
        return;
    }
    let order = &found.order;
    let about = case::About { order: Some(order.id), ..case::About::default() };
    if case::is_open(desk, CaseKind::Mismatch, &about) {
        return;
    }
    let telling = telling(desk, news, Some(found));
    let text = "Paiement confirmé, puis démenti par le prestataire";
    let row = telling.note_all(desk, Some(order), Verdict::Accepted, text);
    case::open(desk, CaseKind::Mismatch, about, row, &format!("{text}: {}", order.number));
}

/// A payment that was announced is not known where it is verified: an operator has to look.
pub(super) fn denied(desk: &mut Desk<'_>, order: &Order, telling: &Telling) {
    case::close_announced(desk, order.id, "Démenti par le prestataire");
    let text = "Paiement annoncé, et non confirmé par le prestataire";
    let row = telling.note_all(desk, Some(order), Verdict::Accepted, text);
    let about = case::About { order: Some(order.id), ..case::About::default() };
    case::open(desk, CaseKind::Mismatch, about, row, &format!("{text}: {}", order.number));
}

/// Which event of an attempt news are; `None` for news that say nothing of its state.
fn event_of(news: &News, attempt: &Attempt) -> Option<&'static str> {
    match (news.kind, attempt.state) {
        (NewsKind::Declined, _) => Some("declined"),
        (NewsKind::Pending, _) => Some("pending"),
        (NewsKind::Cancelled, _) => Some("voided"),
        (NewsKind::Expired, AttemptState::Issued) => Some("ran_out"),
        (NewsKind::Expired, _) => Some("declined"),
        // A payer who is still at the provider's page is not known there yet.
        (NewsKind::NotFound, AttemptState::Unknown) => Some("found_nothing"),
        _ => None,
    }
}

fn take(attempt: &mut Attempt, news: &News) {
    attempt.reason.clone_from(&news.reason);
    for (place, said) in [
        (&mut attempt.transaction, &news.transaction),
        (&mut attempt.operator, &news.operator),
        (&mut attempt.channel_reference, &news.channel_reference),
    ] {
        if !said.is_empty() {
            place.clone_from(said);
        }
    }
}

fn moved_to(
    desk: &mut Desk<'_>,
    news: &News,
    found: Found,
    attempt: Attempt,
    before: AttemptState,
) -> Verdict {
    let telling = telling(desk, news, Some(&found));
    let announced = found.attempt().is_some_and(|attempt| attempt.reason == ANNOUNCED);
    let (state, ordinal) = (attempt.state, attempt.ordinal);
    let mut order = found.order;
    orders::replace(&mut order, attempt);
    if state.is_live() {
        desk.put_order(order.clone());
        if state != before {
            for item in &order.items {
                step::invoice_if(desk, &item.invoice, Event::AttemptPending, &telling);
            }
        }
    } else {
        orders::attempt_over(desk, &mut order, &telling);
        if announced {
            denied(desk, &order, &telling);
        }
        let template = match news.kind {
            NewsKind::Expired => "reference_expired",
            _ => "payment_declined",
        };
        let more = [("reason", news.reason.clone())];
        mail::send(desk, &order, template, &more, None);
    }
    let status = if state.is_live() { "PENDING" } else { "CANCELLED" };
    reply::provider(desk, "OK", Answer::Noted, Some((order.id, ordinal)), "", status);
    Verdict::Accepted
}
