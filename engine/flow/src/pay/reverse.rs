//! Money that goes back: a fact of its own, which takes back what its credit put somewhere.

use super::find::{self, Found};
use super::judge::left_on;
use super::telling::{Telling, finding, local_day};
use super::{
    Afterwards, case, credit, mail, orders, receipt, refund, reply, retract, step, unpaid,
};
use crate::decide::{Desk, Purpose};
use acquit_domain::pay::outcome::Answer;
use acquit_domain::pay::{
    Account, CaseKind, Funds, FundsKey, FundsKind, FundsSource, FundsState, News, Posting,
};
use acquit_domain::{Function, Id, InvoiceKey, Severity, Verdict};
use acquit_mapping::lifecycle::{Effect, Event};

/// What cases are closed with that are decided by news of money that went back.
const GIVEN_BACK: &str = "Rendu par le prestataire ou la banque";

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// A cheque came back unpaid.
    Cheque,
    /// It was paid back.
    Refund(Afterwards),
    /// A dispute was lost.
    Chargeback,
}

impl Why {
    /// The event of an invoice that has no more of the money.
    fn event(self) -> Event {
        match self {
            Why::Cheque => Event::ChequeUnpaid,
            Why::Refund(Afterwards::Reopens) => Event::RefundReopens,
            Why::Refund(Afterwards::Cancels) => Event::RefundCancels,
            Why::Chargeback => Event::ChargebackLost,
        }
    }

    fn funds_event(self) -> &'static str {
        match self {
            Why::Refund(_) => "refunded",
            Why::Cheque | Why::Chargeback => "reversed",
        }
    }
}

/// The credit that news of a reversal or a dispute are about.
fn credit_of(desk: &Desk<'_>, news: &News, found: Option<&Found>) -> Option<Funds> {
    let key = |transaction: &String| FundsKey {
        provider: news.provider.clone(),
        transaction: transaction.clone(),
        kind: FundsKind::Credit,
    };
    let named = [&news.reverses, &news.transaction].into_iter().filter(|name| !name.is_empty());
    let held = named.filter_map(|name| desk.funds(&key(name))).next();
    held.or_else(|| {
        let order = found?.order.id;
        let paid = |funds: &&Funds| {
            funds.order == Some(order)
                && funds.key.kind == FundsKind::Credit
                && (funds.attempt.is_none() || funds.attempt == found.and_then(|one| one.attempt))
        };
        let mut credits = desk.all_funds().filter(paid);
        match (credits.next(), credits.next()) {
            (Some(only), None) => Some(only.clone()),
            _ => None,
        }
    })
}

/// Decides news that money went back.
pub(super) fn decide(desk: &mut Desk<'_>, news: &News) -> Verdict {
    let found = find::find(desk, news);
    if unpaid::was_told(desk, news) {
        return super::news::nothing(desk, news, found.as_ref(), "DUP-000");
    }
    // What goes back in another currency than it came in is not that money.
    let credit = credit_of(desk, news, found.as_ref())
        .filter(|credit| news.amount.is_none_or(|amount| amount.currency == credit.currency));
    let key = FundsKey {
        provider: news.provider.clone(),
        transaction: credit::transaction(news),
        kind: FundsKind::Reversal,
    };
    let minor = news
        .amount
        .map(|amount| amount.minor)
        .or_else(|| credit.as_ref().map(|credit| left_in_all(desk, credit.id)));
    if let Some(held) = desk.funds(&key) {
        return again(desk, news, found.as_ref(), &held, minor);
    }
    let Some(credit) = credit else { return without_credit(desk, news, found.as_ref(), key) };
    if let Some(mut ours) = announced(desk, credit.id, &key, minor) {
        if ours.is_asked() {
            let telling = super::news::telling(desk, news, found.as_ref());
            refund::make(desk, &ours, &key.transaction, &telling, GIVEN_BACK);
            let named = credit.order.map(|id| (id, credit.attempt.unwrap_or(0)));
            reply::provider(desk, "OK", Answer::Noted, named, "", "CANCELLED");
            return Verdict::Accepted;
        }
        // We asked for it, and it is entered.
        ours.reference.clone_from(&key.transaction);
        desk.put_funds(ours.clone());
        return again(desk, news, found.as_ref(), &ours, minor);
    }
    let telling = super::news::telling(desk, news, found.as_ref());
    let reversal = Reversal {
        why: why(desk, &credit, news),
        minor: minor.unwrap_or(0),
        key,
        source: news.source,
        reference: news.reference.clone(),
        resolution: GIVEN_BACK.to_owned(),
        asked: None,
    };
    if reversal.minor <= 0 {
        return super::news::nothing(desk, news, found.as_ref(), "PAY-NUM");
    }
    let paid = !placed(desk, &credit).is_empty();
    let row = back(desk, &credit, &reversal, &telling);
    if paid && matches!(reversal.why, Why::Refund(_)) {
        // Neither asked for nor disputed: nothing that was paid is unpaid silently.
        let about = case::About { funds: Some(credit.id), order: credit.order, invoice: None };
        let text = format!("Paiement {} rendu sans demande", credit.key.transaction);
        case::open(desk, CaseKind::Reconciliation, about, row, &text);
    }
    let named = credit.order.map(|id| (id, credit.attempt.unwrap_or(0)));
    reply::provider(desk, "OK", Answer::Noted, named, "", "CANCELLED");
    Verdict::Accepted
}

/// The refund of ours that news are about: the one that bears their number, or has none yet and is
/// of their amount.
fn announced(desk: &Desk<'_>, credit: Id, key: &FundsKey, minor: Option<i64>) -> Option<Funds> {
    let ours = || {
        let of = move |funds: &&Funds| {
            let known = funds.state != FundsState::Denied;
            funds.of == Some(credit) && funds.source == FundsSource::Operator && known
        };
        desk.all_funds().filter(of)
    };
    let named = ours().find(|funds| funds.reference == key.transaction);
    let nameless = |funds: &&Funds| funds.reference.is_empty() && Some(funds.amount_minor) == minor;
    named.or_else(|| ours().find(nameless)).cloned()
}

fn why(desk: &Desk<'_>, credit: &Funds, news: &News) -> Why {
    let disputed = desk
        .open_cases()
        .into_iter()
        .any(|case| case.kind == CaseKind::Chargeback && case.funds == Some(credit.id));
    let cheque = desk.book.means(&credit.means).is_some_and(|(_, m)| m.function == Function::Chq);
    match disputed {
        true => Why::Chargeback,
        false if cheque || news.source == FundsSource::Cheques => Why::Cheque,
        false => Why::Refund(Afterwards::Reopens),
    }
}

fn again(
    desk: &mut Desk<'_>,
    news: &News,
    found: Option<&Found>,
    held: &Funds,
    minor: Option<i64>,
) -> Verdict {
    let same = minor.is_none_or(|minor| minor == held.amount_minor || minor == 0);
    let code = if same { "DUP-000" } else { "PAY-AMOUNT" };
    let severity = if same { Severity::Note } else { Severity::Error };
    let verdict = if same { Verdict::Known } else { Verdict::KnownButDifferent };
    let telling =
        super::news::telling(desk, news, found).with(finding(code, severity, news.kind.key()));
    let order = held.order.and_then(|id| desk.order(id));
    let row = telling.note_all(desk, order.as_ref(), verdict, "Retour de fonds déjà enregistré");
    if !same {
        let about = case::About { funds: Some(held.id), order: held.order, invoice: None };
        let text = format!("Retour {}: deux montants annoncés", held.key.transaction);
        case::open(desk, CaseKind::Conflict, about, row, &text);
    }
    let named = held.order.map(|id| (id, held.attempt.unwrap_or(0)));
    reply::provider(desk, code, Answer::Again, named, "", "CANCELLED");
    verdict
}

/// Money went back of which nothing had come: an offline payment simply failed; anything else is
/// entered, and an operator has to find its credit.
fn without_credit(
    desk: &mut Desk<'_>,
    news: &News,
    found: Option<&Found>,
    key: FundsKey,
) -> Verdict {
    let telling = super::news::telling(desk, news, found);
    if let Some(found) = found
        && let Some(mut attempt) = found.attempt().cloned()
        && attempt.state.is_live()
    {
        unpaid::remember(desk, news);
        let mut order = found.order.clone();
        let number = order.number.clone();
        step::attempt(desk, &number, &mut attempt, "declined");
        attempt.reason.clone_from(&news.reason);
        orders::replace(&mut order, attempt);
        orders::attempt_over(desk, &mut order, &telling);
        let row =
            telling.note_all(desk, Some(&order), Verdict::Accepted, "Impayé avant encaissement");
        let about = case::About { order: Some(order.id), ..case::About::default() };
        case::open(desk, CaseKind::Bounced, about, row, &format!("Impayé: {}", order.number));
        mail::send(desk, &order, "cheque_unpaid", &[("reason", news.reason.clone())], None);
        reply::provider(desk, "OK", Answer::Noted, Some((order.id, 0)), "", "CANCELLED");
        return Verdict::Accepted;
    }
    let Some(money) = news.amount.filter(|money| money.minor > 0) else {
        return super::news::nothing(desk, news, found, "PAY-NUM");
    };
    let telling = telling.with(finding("PAY-NOINTENT", Severity::Warning, &key.transaction));
    let order = found.map(|found| found.order.clone());
    let row = telling.note_all(desk, order.as_ref(), Verdict::Accepted, "Retour de fonds inconnu");
    let reversal = Reversal {
        why: Why::Refund(Afterwards::Reopens),
        minor: money.minor,
        key,
        source: news.source,
        reference: news.reference.clone(),
        resolution: String::new(),
        asked: None,
    };
    let mut funds = blank(desk, &reversal, money.currency, None);
    funds.order = order.as_ref().map(|order| order.id);
    funds.postings = vec![
        posting(desk, Account::Received, -money.minor, row),
        posting(desk, Account::Suspense, -money.minor, row),
    ];
    step::funds(desk, &mut funds, "suspended");
    let about = case::About { funds: Some(funds.id), order: funds.order, invoice: None };
    let text = format!("Retour {} sans paiement connu", funds.key.transaction);
    case::open(desk, CaseKind::Orphan, about, row, &text);
    desk.put_funds(funds);
    reply::provider(desk, "PAY-NOINTENT", Answer::Noted, None, "", "CANCELLED");
    Verdict::Accepted
}

/// What goes back, and why.
pub(super) struct Reversal {
    pub(super) why: Why,
    pub(super) minor: i64,
    pub(super) key: FundsKey,
    pub(super) source: FundsSource,
    pub(super) reference: String,
    /// What the cases are closed with that it decides.
    pub(super) resolution: String,
    /// The refund that was asked for, when it is one: it is entered in its place.
    pub(super) asked: Option<Funds>,
}

/// What goes back, as a fact without postings.
pub(super) fn blank(
    desk: &mut Desk<'_>,
    reversal: &Reversal,
    currency: acquit_domain::Currency,
    credit: Option<&Funds>,
) -> Funds {
    if let Some(asked) = &reversal.asked {
        let (reference, paid_on) = (reversal.reference.clone(), local_day(desk.book, desk.now));
        return Funds { reference, paid_on, ..asked.clone() };
    }
    Funds {
        id: desk.draw(Purpose::Funds),
        key: reversal.key.clone(),
        of: credit.map(|credit| credit.id),
        order: credit.and_then(|credit| credit.order),
        attempt: credit.and_then(|credit| credit.attempt),
        amount_minor: reversal.minor,
        currency,
        fee_minor: 0,
        means: credit.map(|credit| credit.means.clone()).unwrap_or_default(),
        operator: credit.map(|credit| credit.operator.clone()).unwrap_or_default(),
        reference: reversal.reference.clone(),
        source: reversal.source,
        paid_on: local_day(desk.book, desk.now),
        entered_at: desk.now,
        state: FundsState::Received,
        postings: Vec::new(),
        version: 0,
    }
}

fn posting(desk: &Desk<'_>, account: Account, amount_minor: i64, exchange: Id) -> Posting {
    Posting { account, amount_minor, at: desk.now, exchange }
}

/// Everything that is left of a credit.
pub(super) fn left_in_all(desk: &Desk<'_>, credit: Id) -> i64 {
    left_on(desk, credit, &Account::Received)
}

/// The invoices a credit lies on, with what is left on each, in the order they were paid.
fn placed(desk: &Desk<'_>, credit: &Funds) -> Vec<(InvoiceKey, i64)> {
    let mut placed: Vec<(InvoiceKey, i64)> = Vec::new();
    for posting in &credit.postings {
        let Account::Allocated(key) = &posting.account else { continue };
        if placed.iter().any(|(other, _)| other == key) {
            continue;
        }
        let left = left_on(desk, credit.id, &posting.account);
        if left > 0 {
            placed.push((key.clone(), left));
        }
    }
    placed
}

/// Enters money that goes back: what lies in suspense first, then what is on invoices, the last
/// paid first; what exceeds both is a negative suspense with a case. Gives the first log row.
pub(super) fn back(
    desk: &mut Desk<'_>,
    credit: &Funds,
    reversal: &Reversal,
    telling: &Telling,
) -> Id {
    let waiting = left_on(desk, credit.id, &Account::Suspense).max(0);
    let suspense = waiting.min(reversal.minor);
    let mut rest = reversal.minor - suspense;
    let mut rows = Vec::new();
    let mut parts = Vec::new();
    let mut tell_issuer = Vec::new();
    for (key, left) in placed(desk, credit).into_iter().rev() {
        let minor = left.min(rest);
        if minor == 0 {
            continue;
        }
        rest -= minor;
        let held = desk.invoice(&key).map_or(0, |invoice| invoice.allocated_minor);
        let event = if held > minor { Event::RefundPartial } else { reversal.why.event() };
        let Some(stepped) = step::invoice(desk, &key, event, -minor, telling) else {
            // Nothing is known of the invoice: then the money is missing from suspense.
            rest += minor;
            continue;
        };
        debug_assert!(stepped.causes(Effect::Reverse), "{event:?}");
        if event == Event::RefundPartial && reversal.why == Why::Chargeback {
            // A part of what is on the invoice was disputed, and the dispute is over.
            let telling = telling.clone().word("reason", "contestation perdue");
            step::invoice(desk, &key, Event::CaseClosed, 0, &telling);
        }
        if stepped.causes(Effect::TellIssuerReversal) {
            tell_issuer.push(key.clone());
        }
        rows.push(stepped.exchange);
        parts.push((key, minor, stepped.exchange));
    }
    let row = rows.first().copied().unwrap_or_else(|| {
        let order = credit.order.and_then(|id| desk.order(id));
        telling.note_all(desk, order.as_ref(), Verdict::Accepted, "Retour de fonds en attente")
    });
    let mut funds = blank(desk, reversal, credit.currency, Some(credit));
    funds.postings.push(posting(desk, Account::Received, -reversal.minor, row));
    for (key, minor, exchange) in &parts {
        funds.postings.push(posting(desk, Account::Allocated(key.clone()), -minor, *exchange));
    }
    if suspense + rest != 0 {
        funds.postings.push(posting(desk, Account::Suspense, -(suspense + rest), row));
    }
    step::funds(desk, &mut funds, reversal.why.funds_event());
    desk.put_funds(funds);
    decided(desk, credit, reversal, waiting > 0, telling);
    after(desk, credit, reversal, rest, row, &tell_issuer);
    row
}

/// Closes the cases that are decided by money going back: those about money in suspense, when it
/// lies there no longer; a dispute, when nothing is left to dispute.
fn decided(
    desk: &mut Desk<'_>,
    credit: &Funds,
    reversal: &Reversal,
    waited: bool,
    telling: &Telling,
) {
    if waited && left_on(desk, credit.id, &Account::Suspense) <= 0 {
        case::close_suspense(desk, credit.id, &reversal.resolution);
    }
    if left_in_all(desk, credit.id) <= 0 && matches!(reversal.why, Why::Refund(_)) {
        let dispute = |case: &acquit_domain::pay::Case| {
            case.kind == CaseKind::Chargeback && case.funds == Some(credit.id)
        };
        case::close(desk, dispute, &reversal.resolution);
        let telling = telling.clone().word("reason", reversal.resolution.as_str());
        for posting in &credit.postings {
            if let Account::Allocated(key) = &posting.account {
                case::undispute(desk, key, &telling);
            }
        }
    }
}

/// What follows from money that went back: the credit, its receipt, notices, cases, e-mails.
fn after(
    desk: &mut Desk<'_>,
    credit: &Funds,
    reversal: &Reversal,
    excess: i64,
    row: Id,
    tell_issuer: &[InvoiceKey],
) {
    retract::notices(desk, credit, tell_issuer);
    if left_in_all(desk, credit.id) <= 0 {
        let mut whole = credit.clone();
        step::funds(desk, &mut whole, reversal.why.funds_event());
        desk.put_funds(whole);
        receipt::void(desk, credit.id);
    }
    let about = case::About { funds: Some(credit.id), order: credit.order, invoice: None };
    let transaction = &credit.key.transaction;
    if excess > 0 {
        let text = format!("Retour supérieur au paiement {transaction}");
        case::open(desk, CaseKind::Conflict, about.clone(), row, &text);
    }
    match reversal.why {
        Why::Cheque => {
            let text = format!("Chèque {transaction} revenu impayé");
            case::open(desk, CaseKind::Bounced, about, row, &text);
        }
        Why::Chargeback => {
            let of = |case: &acquit_domain::pay::Case| {
                case.kind == CaseKind::Chargeback && case.funds == Some(credit.id)
            };
            case::close(desk, of, "Contestation perdue");
        }
        Why::Refund(_) => {}
    }
    let Some(order) = credit.order.and_then(|id| desk.order(id)) else { return };
    let template = if reversal.why == Why::Cheque { "cheque_unpaid" } else { "refund" };
    let more = [("amount", mail::money(reversal.minor, credit.currency))];
    mail::send(desk, &order, template, &more, None);
}

/// The payer's bank disputes a payment, or a provider takes back one that was final: first step,
/// nothing flips silently.
pub(super) fn disputed(desk: &mut Desk<'_>, news: &News) -> Verdict {
    let found = find::find(desk, news);
    let Some(credit) = credit_of(desk, news, found.as_ref()) else {
        return super::news::nothing(desk, news, found.as_ref(), "PAY-NOINTENT");
    };
    let telling = super::news::telling(desk, news, found.as_ref());
    let named = credit.order.map(|id| (id, credit.attempt.unwrap_or(0)));
    let open = |case: &acquit_domain::pay::Case| {
        case.kind == CaseKind::Chargeback && case.funds == Some(credit.id)
    };
    if desk.open_cases().iter().any(open) {
        reply::provider(desk, "DUP-000", Answer::Again, named, "", "PENDING");
        let order = credit.order.and_then(|id| desk.order(id));
        telling.note_all(desk, order.as_ref(), Verdict::Known, "Contestation déjà enregistrée");
        return Verdict::Known;
    }
    let row = on_invoices(desk, &credit, Event::ChargebackOpened, &telling);
    let about = case::About { funds: Some(credit.id), order: credit.order, invoice: None };
    let text = format!("Paiement {} contesté: {}", credit.key.transaction, news.reason);
    case::open(desk, CaseKind::Chargeback, about, row, &text);
    reply::provider(desk, "OK", Answer::Noted, named, "", "PENDING");
    Verdict::Accepted
}

/// The dispute was won.
pub(super) fn won(desk: &mut Desk<'_>, news: &News) -> Verdict {
    let found = find::find(desk, news);
    let Some(credit) = credit_of(desk, news, found.as_ref()) else {
        return super::news::nothing(desk, news, found.as_ref(), "PAY-NOINTENT");
    };
    let telling = super::news::telling(desk, news, found.as_ref());
    settle_won(desk, &credit, &telling);
    let named = credit.order.map(|id| (id, credit.attempt.unwrap_or(0)));
    reply::provider(desk, "OK", Answer::Noted, named, "", "PAID");
    Verdict::Accepted
}

/// Ends a dispute in our favour.
pub(super) fn settle_won(desk: &mut Desk<'_>, credit: &Funds, telling: &Telling) {
    on_invoices(desk, credit, Event::ChargebackWon, telling);
    let of = |case: &acquit_domain::pay::Case| {
        case.kind == CaseKind::Chargeback && case.funds == Some(credit.id)
    };
    case::close(desk, of, "Contestation gagnée");
}

fn on_invoices(desk: &mut Desk<'_>, credit: &Funds, event: Event, telling: &Telling) -> Id {
    let mut row = None;
    for (key, _) in placed(desk, credit) {
        let stepped = step::invoice(desk, &key, event, 0, telling);
        row = row.or(stepped.map(|stepped| stepped.exchange));
    }
    row.unwrap_or_else(|| {
        telling.note(desk, None, Verdict::Accepted, "Contestation d'un paiement en attente")
    })
}
