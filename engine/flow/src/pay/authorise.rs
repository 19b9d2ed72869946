//! Authorisations: nothing was taken yet, and our answer decides whether it is.

use super::credit::{Payment, about, enter, takes_by_answer};
use super::find::Found;
use super::judge::Judgement;
use super::{case, clock, orders, reply, step};
use crate::decide::Desk;
use acquit_domain::pay::outcome::Answer;
use acquit_domain::pay::{AttemptState, CaseKind, OrderState};
use acquit_domain::{Severity, Verdict};

/// Money is not taken: nothing is entered, the provider captures nothing.
pub(super) fn refuse(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    code: &'static str,
    kind: Option<CaseKind>,
) -> Verdict {
    let telling = payment.telling.clone().with(about(payment, code, Severity::Error));
    let order = payment.found.as_ref().map(|found| &found.order);
    let row = telling.note_all(desk, order, Verdict::Rejected, "Autorisation refusée, non débitée");
    if let Some(kind) = kind {
        let about = case::About { order: order.map(|order| order.id), ..case::About::default() };
        let text = format!("Autorisation {} refusée: {code}", payment.key.transaction);
        // `pay.amount`, `pay.cur`, `pay.twice`: what was authorised is not what was asked for.
        desk.alert(&code.to_lowercase().replacen('-', ".", 1), text.clone(), Some(row));
        case::open(desk, kind, about, row, &text);
    }
    let named = payment.found.as_ref().map(|found| (found.order.id, found.attempt.unwrap_or(0)));
    reply::provider(desk, code, Answer::Refuse, named, "", "");
    Verdict::Rejected
}

/// An authorisation: captured when the money can be applied to the last unit, else refused.
pub(super) fn authorised(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    found: &Found,
    judged: &Judgement,
) -> Verdict {
    let case = match judged.code {
        // Nothing was taken: there is nothing to decide.
        "STATE-BLOCKED" | "STATE-TERMINAL" | "PAY-NOINTENT" => None,
        "PAY-AMOUNT" => Some(CaseKind::Mismatch),
        _ => judged.case,
    };
    // Of a payment that was not made yet it is the attempt that is too old.
    let code = if judged.code == "PAY-LATE" { "PAY-EXPIRED" } else { judged.code };
    if code != "OK" {
        return refuse(desk, payment, code, case);
    }
    let mut attempt = match found.attempt() {
        Some(attempt) => attempt.clone(),
        None => return refuse(desk, payment, "PAY-NOINTENT", None),
    };
    let live = attempt.state.is_live();
    let number = found.order.number.clone();
    step::attempt(desk, &number, &mut attempt, "authorised");
    if attempt.state != AttemptState::Authorised {
        let ours = found.order.state == OrderState::Paid || live;
        let code = if ours { "PAY-TWICE" } else { "PAY-EXPIRED" };
        return refuse(desk, payment, code, Some(CaseKind::Late));
    }
    if !takes_by_answer(desk, payment) {
        if !live {
            return refuse(desk, payment, "PAY-EXPIRED", Some(CaseKind::Late));
        }
        return capture_later(desk, payment, found, attempt);
    }
    let mut found = found.clone();
    orders::replace(&mut found.order, attempt);
    enter(desk, payment, &found, judged)
}

/// An authorisation we heard of by asking: it has to be captured by a call.
fn capture_later(
    desk: &mut Desk<'_>,
    payment: &Payment<'_>,
    found: &Found,
    mut attempt: acquit_domain::pay::Attempt,
) -> Verdict {
    use acquit_domain::pay::{Call, CallPurpose};
    if found.attempt().is_none_or(|before| before.state != AttemptState::Authorised) {
        attempt.due = None;
    }
    clock::wind(desk, &mut attempt);
    attempt.transaction.clone_from(&payment.news.transaction);
    let (order, ordinal) = (found.order.id, attempt.ordinal);
    let to = attempt.provider.clone();
    desk.call(Call { to, purpose: CallPurpose::Capture, subject: order, attempt: ordinal });
    let mut order = found.order.clone();
    orders::replace(&mut order, attempt);
    payment.telling.note_all(desk, Some(&order), Verdict::Accepted, "Autorisation à débiter");
    reply::provider(desk, "OK", Answer::Noted, Some((order.id, ordinal)), "", "PENDING");
    desk.put_order(order);
    Verdict::Accepted
}
