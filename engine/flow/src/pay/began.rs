//! The provider's answer to our call to begin an attempt.

use super::{Beginning, clock, mail, orders, reply, step};
use crate::decide::Desk;
use acquit_domain::pay::{Attempt, AttemptState, Call, CallPurpose, Handoff};
use acquit_domain::{Id, Verdict};

/// Decides an answer. One that comes after the attempt went on (the payer may be faster than the
/// answer) adds what it says and moves nothing.
pub(super) fn decide(desk: &mut Desk<'_>, id: Id, ordinal: u32, answer: &Beginning) -> Verdict {
    let Some(mut order) = desk.order(id) else {
        reply::refuse(desk, "PAY-NOINTENT");
        return Verdict::Rejected;
    };
    let Some(mut attempt) = order.attempt(ordinal).cloned() else {
        reply::refuse(desk, "PAY-NOINTENT");
        return Verdict::Rejected;
    };
    let before = attempt.state;
    let (event, reason) = take(desk, &mut attempt, answer);
    let number = order.number.clone();
    let moved = step::attempt(desk, &number, &mut attempt, event);
    if moved {
        reason.clone_into(&mut attempt.reason);
        clock::wind(desk, &mut attempt);
    }
    let unknown = moved && attempt.state == AttemptState::Unknown;
    if unknown {
        clock::ask(desk, id, &attempt);
    }
    let given = matches!(answer, Beginning::Reference { .. } | Beginning::Redirect { .. });
    if given && before == AttemptState::Voided {
        // It was taken back while the provider still prepared it.
        let to = attempt.provider.clone();
        desk.call(Call { to, purpose: CallPurpose::Void, subject: id, attempt: ordinal });
    }
    let over = before.is_live() && !attempt.state.is_live();
    let telling = orders::telling(desk, &order, Some(&attempt)).word("reason", reason);
    reply::of_order(desk, if moved { "OK" } else { "STALE" }, id, ordinal);
    orders::replace(&mut order, attempt);
    if over {
        orders::attempt_over(desk, &mut order, &telling);
    } else {
        desk.put_order(order.clone());
        telling.note_all(desk, Some(&order), Verdict::Accepted, words(answer, moved));
    }
    if moved && matches!(answer, Beginning::Reference { .. }) {
        mail::send(desk, &order, "payment_started", &[], None);
    }
    Verdict::Accepted
}

fn words(answer: &Beginning, moved: bool) -> &'static str {
    match (answer, moved) {
        (_, false) => "Réponse tardive du prestataire",
        (Beginning::Reference { .. }, _) => "Référence de paiement émise",
        (Beginning::Redirect { .. }, _) => "Client redirigé vers le prestataire",
        (Beginning::Refused { .. }, _) => "Refusé par le prestataire",
        (Beginning::NoAnswer { .. }, _) => "Pas de réponse du prestataire",
    }
}

/// Writes the number of the transaction, which may be known already from its payment.
fn name(attempt: &mut Attempt, transaction: &str) {
    if !transaction.is_empty() {
        transaction.clone_into(&mut attempt.transaction);
    }
}

/// Writes what an answer says on the attempt; the event it is, and its reason.
fn take<'a>(
    desk: &Desk<'_>,
    attempt: &mut Attempt,
    answer: &'a Beginning,
) -> (&'static str, &'a str) {
    match answer {
        Beginning::Reference { reference, expires_at, transaction } => {
            let ours = attempt.expires_at;
            let ends = [ours, *expires_at].into_iter().flatten().min();
            attempt.expires_at = ends;
            attempt.reference.clone_from(reference);
            name(attempt, transaction);
            let means = desk.book.means(&attempt.means);
            attempt.handoff = Handoff::Reference {
                reference: reference.clone(),
                expires_at: ends.unwrap_or(desk.now),
                places: means.map(|(_, means)| means.places.clone()).unwrap_or_default(),
            };
            ("reference_issued", "")
        }
        Beginning::Redirect { url, transaction } => {
            name(attempt, transaction);
            attempt.handoff = Handoff::Redirect { url: url.clone() };
            ("redirected", "")
        }
        Beginning::Refused { reason } => ("declined", reason),
        Beginning::NoAnswer { reason } => ("no_answer", reason),
    }
}
