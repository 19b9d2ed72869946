//! Refunds a provider is asked for: asked, made or refused, and entered only when they are made.
//!
//! What is asked for is a fact without postings. It is entered when the provider says yes to the
//! call, to a question, or by itself (callback, settlement), whichever comes first. Nothing is
//! called twice blindly: what is not answered is asked about where the provider can be asked, and
//! else put before an operator.
//!
//! What it is *not*: money that goes back without our asking; that is `reverse`.

use super::reverse::{self, Reversal, Why};
use super::telling::{Telling, local_day};
use super::{Afterwards, RefundAnswer, case, orders, reply, step};
use crate::decide::Desk;
use acquit_domain::pay::{
    Attempt, AttemptState, Call, CallPurpose, CaseKind, Due, Funds, FundsKey, FundsKind,
    FundsSource, FundsState, Order,
};
use acquit_domain::{Id, Timestamp, Verdict};

/// The event of a deadline at which a refund is asked about.
pub(super) const REFUND: &str = "refund";
/// When a provider is asked about a refund it did not answer, in seconds after each other.
const QUERIES: &[u64] = &[60, 240, 600, 2700, 18_000, 64_800];
/// How long the answer of a provider that cannot be asked may take, in seconds: much longer than
/// a call with all its tries.
const SILENCE_SECONDS: u64 = 600;

/// What the calls of a provider can do about a payment.
struct Able {
    refund: bool,
    void: bool,
    query: bool,
}

fn able(desk: &Desk<'_>, attempt: &Attempt) -> Able {
    let provider = desk.book.means(&attempt.means).map(|(provider, _)| provider);
    let can = |purpose| {
        let call = provider.and_then(|one| one.call_for(purpose, &attempt.means));
        call.is_some() && orders::is_called(desk, attempt)
    };
    Able {
        refund: can(CallPurpose::Refund),
        void: can(CallPurpose::Void),
        query: can(CallPurpose::RefundQuery),
    }
}

/// How much of a credit its provider is asked to pay back, in minor units.
pub(super) fn asked_minor(desk: &Desk<'_>, credit: Id) -> i64 {
    let asked = desk.all_funds().filter(|funds| funds.of == Some(credit) && funds.is_asked());
    asked.fold(0i64, |sum, funds| sum.saturating_add(funds.amount_minor))
}

/// What an operator wants: the provider is asked when it has a call for it; else it was paid back
/// by hand, and the ledger says so at once.
pub(super) fn ask(
    desk: &mut Desk<'_>,
    id: Id,
    minor: i64,
    then: Afterwards,
    telling: &Telling,
    reason: &str,
) -> Result<(), &'static str> {
    let Some(credit) = desk.funds_by_id(id) else { return Err("FUNDS-UNKNOWN") };
    let left = reverse::left_in_all(desk, id);
    if credit.key.kind != FundsKind::Credit || minor <= 0 || minor > left {
        return Err("PAY-LEFT");
    }
    let order = credit.order.and_then(|id| desk.order(id));
    let attempt = credit.attempt.and_then(|ordinal| order.as_ref()?.attempt(ordinal).cloned());
    let waits = attempt.as_ref().and_then(|one| one.due.as_ref());
    if asked_minor(desk, id) > 0 || waits.is_some_and(|due| due.event == REFUND) {
        return Err("STATE-EVENT");
    }
    let before = desk.all_funds().filter(|funds| funds.of == Some(id)).count();
    let reversal = Reversal {
        why: Why::Refund(then),
        minor,
        key: FundsKey {
            provider: credit.key.provider.clone(),
            transaction: format!("{}/R{}", credit.key.transaction, before + 1),
            kind: FundsKind::Reversal,
        },
        source: FundsSource::Operator,
        reference: String::new(),
        resolution: reason.to_owned(),
        asked: None,
    };
    match (order, attempt) {
        (Some(order), Some(attempt))
            if attempt.state == AttemptState::Captured && able(desk, &attempt).refund =>
        {
            send(desk, &credit, &reversal, (order, attempt), telling);
        }
        _ => drop(reverse::back(desk, &credit, &reversal, telling)),
    }
    Ok(())
}

/// Asks the provider. A payment of today that goes back whole is voided: the day of the provider
/// is not closed yet. Whoever calls asks for a refund when the void is refused.
fn send(
    desk: &mut Desk<'_>,
    credit: &Funds,
    reversal: &Reversal,
    (mut order, mut attempt): (Order, Attempt),
    telling: &Telling,
) {
    let able = able(desk, &attempt);
    let today = local_day(desk.book, desk.now);
    let whole = reversal.minor == credit.amount_minor;
    let void = able.void && whole && credit.paid_on == today;
    let event = match reversal.why {
        Why::Refund(Afterwards::Cancels) => "refund_cancels",
        _ => "refund_reopens",
    };
    let mut funds = reverse::blank(desk, reversal, credit.currency, Some(credit));
    step::funds(desk, &mut funds, event);
    desk.put_funds(funds);
    let wait = if able.query { QUERIES[0] } else { SILENCE_SECONDS };
    attempt.polls = 0;
    attempt.due = Some(super::till::due_in(desk.now, wait, REFUND));
    let purpose = if void { CallPurpose::Void } else { CallPurpose::Refund };
    call(desk, order.id, &attempt, purpose);
    orders::replace(&mut order, attempt);
    desk.put_order(order.clone());
    let money = super::mail::money(reversal.minor, credit.currency);
    let text =
        telling.fill(&format!("Remboursement de {money} demandé au prestataire: {{reason}}"));
    telling.note_all(desk, Some(&order), Verdict::Accepted, &text);
}

fn call(desk: &mut Desk<'_>, order: Id, attempt: &Attempt, purpose: CallPurpose) {
    desk.call(Call {
        to: attempt.provider.clone(),
        purpose,
        subject: order,
        attempt: attempt.ordinal,
    });
}

/// What an answer or a clock is about.
struct Pending {
    order: Order,
    attempt: Attempt,
    credit: Funds,
    refund: Funds,
}

fn pending(desk: &Desk<'_>, order: Id, ordinal: u32, refund: Option<Id>) -> Option<Pending> {
    let order = desk.order(order)?;
    let attempt = order.attempt(ordinal)?.clone();
    let ours = |funds: &&Funds| match refund {
        Some(id) => funds.id == id,
        None => {
            let same = funds.order == Some(order.id) && funds.attempt == Some(ordinal);
            same && funds.is_asked()
        }
    };
    let refund = desk.all_funds().find(ours)?.clone();
    let credit = desk.funds_by_id(refund.of?)?;
    Some(Pending { order, attempt, credit, refund })
}

/// Decides what a provider answered to our call or question.
pub(super) fn answered(
    desk: &mut Desk<'_>,
    order: Id,
    ordinal: u32,
    refund: Id,
    answer: &RefundAnswer,
) -> Verdict {
    let Some(about) = pending(desk, order, ordinal, Some(refund)) else {
        reply::refuse(desk, "PAY-NOINTENT");
        return Verdict::Rejected;
    };
    let telling = orders::telling(desk, &about.order, Some(&about.attempt));
    let denied = about.refund.state == FundsState::Denied;
    let made = matches!(answer, RefundAnswer::Made { .. });
    let decides = about.refund.is_asked() || denied && made;
    if !decides {
        // It was told first by a callback or a settlement, or an operator has decided.
        telling.note_all(desk, Some(&about.order), Verdict::Known, "Remboursement déjà décidé");
        reply::of_order(desk, "DUP-000", order, ordinal);
        return Verdict::Known;
    }
    match answer {
        RefundAnswer::Made { transaction } => {
            make(desk, &about.refund, transaction, &telling, "Remboursé par le prestataire");
        }
        RefundAnswer::Refused { reason } => {
            deny(desk, about, reason, &telling);
        }
        RefundAnswer::Unknown => {
            // The provider never heard of it, and takes its number once only.
            call(desk, order, &about.attempt, CallPurpose::Refund);
            let text = "Remboursement inconnu du prestataire, demandé de nouveau";
            telling.note_all(desk, Some(&about.order), Verdict::Accepted, text);
        }
        RefundAnswer::Pending => {
            let text = "Remboursement en cours chez le prestataire";
            telling.note_all(desk, Some(&about.order), Verdict::Accepted, text);
        }
        RefundAnswer::NoAnswer { reason } if able(desk, &about.attempt).query => {
            let telling = telling.word("reason", reason.as_str());
            let text = telling.fill("Remboursement sans réponse: {reason}");
            telling.note_all(desk, Some(&about.order), Verdict::Accepted, &text);
        }
        RefundAnswer::NoAnswer { reason } => unanswered(desk, about, reason, &telling),
    }
    reply::of_order(desk, "OK", order, ordinal);
    Verdict::Accepted
}

/// Enters a refund that was asked for. Gives the first log row.
pub(super) fn make(
    desk: &mut Desk<'_>,
    refund: &Funds,
    transaction: &str,
    telling: &Telling,
    resolution: &str,
) -> Option<Id> {
    let credit = desk.funds_by_id(refund.of?)?;
    let then = match refund.state {
        FundsState::RefundCancels => Afterwards::Cancels,
        _ => Afterwards::Reopens,
    };
    let reversal = Reversal {
        why: Why::Refund(then),
        minor: refund.amount_minor,
        key: refund.key.clone(),
        source: refund.source,
        reference: transaction.to_owned(),
        resolution: resolution.to_owned(),
        asked: Some(refund.clone()),
    };
    let row = reverse::back(desk, &credit, &reversal, telling);
    over(desk, refund, resolution);
    Some(row)
}

/// A refund is decided: nothing waits for it, and what was asked of an operator is answered.
fn over(desk: &mut Desk<'_>, refund: &Funds, resolution: &str) {
    let of =
        |case: &acquit_domain::pay::Case| case.kind == CaseKind::Refund && case.funds == refund.of;
    case::close(desk, of, resolution);
    unwind(desk, refund.order, refund.attempt);
}

fn unwind(desk: &mut Desk<'_>, order: Option<Id>, ordinal: Option<u32>) {
    let Some(mut order) = order.and_then(|id| desk.order(id)) else { return };
    let Some(attempt) = ordinal.and_then(|ordinal| order.attempt_mut(ordinal)) else { return };
    if attempt.due.as_ref().is_some_and(|due| due.event == REFUND) {
        attempt.due = None;
        desk.put_order(order);
    }
}

fn deny(desk: &mut Desk<'_>, about: Pending, reason: &str, telling: &Telling) {
    let Pending { order, credit, mut refund, .. } = about;
    step::funds(desk, &mut refund, "denied");
    desk.put_funds(refund.clone());
    over(desk, &refund, reason);
    let telling = telling.clone().word("reason", reason);
    let text = telling.fill("Remboursement refusé par le prestataire: {reason}");
    let row = telling.note_all(desk, Some(&order), Verdict::Accepted, &text);
    let about = case::About { funds: Some(credit.id), order: Some(order.id), invoice: None };
    let text = format!("Remboursement {} refusé: {reason}", refund.key.transaction);
    case::open(desk, CaseKind::Refund, about, row, &text);
}

/// Nobody knows whether it was made: an operator looks at the provider's.
fn unanswered(desk: &mut Desk<'_>, about: Pending, reason: &str, telling: &Telling) {
    let Pending { order, credit, mut refund, .. } = about;
    step::funds(desk, &mut refund, "unanswered");
    desk.put_funds(refund.clone());
    unwind(desk, refund.order, refund.attempt);
    let telling = telling.clone().word("reason", reason);
    let text = telling.fill("Remboursement sans réponse, à vérifier: {reason}");
    let row = telling.note_all(desk, Some(&order), Verdict::Accepted, &text);
    let about = case::About { funds: Some(credit.id), order: Some(order.id), invoice: None };
    let text = format!("Remboursement {} sans réponse: {reason}", refund.key.transaction);
    case::open(desk, CaseKind::Refund, about, row, &text);
}

/// The clock of a refund: the provider is asked what became of it, or nothing is left to ask.
pub(super) fn deadline(desk: &mut Desk<'_>, order: Id, ordinal: u32, at: Timestamp) {
    let Some(mut about) = pending(desk, order, ordinal, None) else {
        // It was decided with what came before; only the clock was left.
        return unwind(desk, Some(order), Some(ordinal));
    };
    let asked = usize::try_from(about.attempt.polls).unwrap_or(usize::MAX);
    let more = able(desk, &about.attempt).query && asked < QUERIES.len();
    if !more {
        let telling = orders::telling(desk, &about.order, Some(&about.attempt));
        return unanswered(desk, about, "pas de réponse du prestataire", &telling);
    }
    call(desk, order, &about.attempt, CallPurpose::RefundQuery);
    about.attempt.polls += 1;
    let next = QUERIES.get(asked + 1).copied().unwrap_or(SILENCE_SECONDS);
    let next = super::till::due_in(at, next, REFUND);
    // After a long standstill the questions that were missed are not asked one by one.
    let soon = super::till::later(desk.now, 1);
    about.attempt.due = Some(Due { at: next.at.max(soon), event: next.event });
    orders::replace(&mut about.order, about.attempt);
    desk.put_order(about.order);
}

/// An operator found out what became of a refund that was asked for; `id` is its own, or that of
/// the credit.
pub(super) fn settle(
    desk: &mut Desk<'_>,
    id: Id,
    made: bool,
    telling: &Telling,
    reason: &str,
) -> Result<(), &'static str> {
    if desk.funds_by_id(id).is_none() {
        return Err("FUNDS-UNKNOWN");
    }
    let ours = |funds: &&Funds| funds.is_asked() && (funds.id == id || funds.of == Some(id));
    let Some(refund) = desk.all_funds().find(ours).cloned() else { return Err("STATE-EVENT") };
    if made {
        make(desk, &refund, "", telling, reason);
        return Ok(());
    }
    let mut denied = refund;
    step::funds(desk, &mut denied, "denied");
    desk.put_funds(denied.clone());
    over(desk, &denied, reason);
    let order = denied.order.and_then(|id| desk.order(id));
    let text = telling.fill("Remboursement non effectué: {reason}");
    telling.note_all(desk, order.as_ref(), Verdict::Accepted, &text);
    Ok(())
}
