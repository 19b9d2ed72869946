//! Clocks: everything that waits ends.

use super::telling::Telling;
use super::till::{due_in, later};
use super::{Subject, notice, orders, reply, request, start, step};
use crate::decide::Desk;
use acquit_domain::pay::{
    Attempt, AttemptState, Call, CallPurpose, Due, FundsState, Handoff, Order,
};
use acquit_domain::{Id, Timestamp, Verdict};
use acquit_mapping::provider::Means;

/// The event of a deadline at which the provider is asked.
const POLL: &str = "poll";
/// The event of the last deadline of an attempt nobody decides.
const FOUND_NOTHING: &str = "found_nothing";
/// The event of a deadline at which the payer is reminded of a reference.
const REMIND: &str = "remind";
/// How long before the end of a reference its payer is reminded, in seconds; of one that is given
/// out for less than twice as long nobody is.
const REMIND_SECONDS: u64 = 3600;
/// How long the answer to the last question may take, in seconds.
const LAST_ANSWER_SECONDS: u64 = 600;
/// When a provider is asked about an authorisation that it did not say to have captured, in
/// seconds. Asked and not told to capture again: the capture may have been taken.
const CAPTURE_POLLS: &[u32] = &[60, 300, 900, 3600, 21_600];
/// When a provider is asked whose file says nothing about it, in seconds.
const POLLS: &[u32] = &[60, 300, 900, 3600, 21_600, 86_400];

/// Decides a deadline. One that was moved or met meanwhile has no effect: the version check of
/// the commit makes each fire once.
pub(super) fn decide(
    desk: &mut Desk<'_>,
    subject: &Subject,
    event: &str,
    at: Timestamp,
) -> Verdict {
    let fired = match subject {
        Subject::Order(id) => order(desk, *id, event, at),
        Subject::Attempt(id, ordinal) => attempt(desk, *id, *ordinal, event, at),
        Subject::Notice(id) => notice::deadline(desk, *id, event, at),
        Subject::Request(id) => request::deadline(desk, *id, event, at),
        Subject::Funds(id) => funds(desk, *id, event),
    };
    match fired {
        true => {
            reply::noted(desk, "OK");
            Verdict::Accepted
        }
        false => {
            reply::noted(desk, "STALE");
            Verdict::Known
        }
    }
}

/// True when a deadline is the one that waits, and its time has come.
pub(super) fn is_now(desk: &Desk<'_>, due: Option<&Due>, event: &str, at: Timestamp) -> bool {
    due.is_some_and(|due| due.event == event && due.at == at) && at <= desk.now
}

/// Winds the clock of an attempt for the state it is in.
pub(super) fn wind(desk: &Desk<'_>, attempt: &mut Attempt) {
    let state = attempt.state;
    let undecided =
        matches!(state, AttemptState::Pending | AttemptState::Unknown | AttemptState::Authorised);
    let asked = |due: &Due| due.event == POLL || due.event == last_event(state);
    if !state.is_live() {
        attempt.due = None;
    } else if undecided {
        // Learning again that nothing is decided does not begin the waiting anew.
        if !attempt.due.as_ref().is_some_and(asked) {
            attempt.polls = 0;
            attempt.due = Some(next_poll(desk, attempt, desk.now));
        }
    } else if let (AttemptState::Issued | AttemptState::Redirected, Some(at)) =
        (state, attempt.expires_at)
    {
        attempt.due = reminder(desk, attempt, at).or_else(|| Some(ran_out(at)));
    } else if let Some((seconds, _)) = step::clock(desk.book, "attempt", state.key()) {
        let event = match state {
            AttemptState::Created => "abandoned",
            AttemptState::Sent => "no_answer",
            _ => "ran_out",
        };
        attempt.due = Some(due_in(desk.now, seconds, event));
    }
}

fn ran_out(at: Timestamp) -> Due {
    Due { at, event: "ran_out".to_owned() }
}

/// When the payer is reminded of a reference that ends at an instant.
fn reminder(desk: &Desk<'_>, attempt: &Attempt, ends: Timestamp) -> Option<Due> {
    let given = matches!(attempt.handoff, Handoff::Reference { .. });
    let long = ends > later(desk.now, 2 * REMIND_SECONDS);
    let before = i64::try_from(REMIND_SECONDS).unwrap_or(0) * acquit_domain::time::SECOND;
    let at = Timestamp(ends.0.saturating_sub(before));
    (given && long).then(|| Due { at, event: REMIND.to_owned() })
}

/// Winds the clock of an attempt that had ended when its payment was announced: its provider is
/// asked until it says what became of it, or nothing is left to ask.
pub(super) fn wind_announced(desk: &Desk<'_>, attempt: &mut Attempt) {
    if attempt.due.is_none() {
        attempt.polls = 0;
        attempt.due = Some(next_poll(desk, attempt, desk.now));
    }
}

/// The next question after so many, counted from the moment the attempt became undecided.
fn next_poll(desk: &Desk<'_>, attempt: &Attempt, since: Timestamp) -> Due {
    let polls = polls(desk, attempt);
    let asked = usize::try_from(attempt.polls).unwrap_or(usize::MAX);
    match polls.get(asked) {
        Some(seconds) => due_in(since, u64::from(*seconds), POLL),
        None => {
            let state = match attempt.state {
                AttemptState::Authorised => AttemptState::Authorised,
                _ => AttemptState::Unknown,
            };
            let clock = step::clock(desk.book, "attempt", state.key()).map_or(0, |clock| clock.0);
            let last = u64::from(polls.last().copied().unwrap_or(0)) + LAST_ANSWER_SECONDS;
            due_in(since, clock.max(last), last_event(state))
        }
    }
}

/// The event of the last deadline of an undecided attempt.
fn last_event(state: AttemptState) -> &'static str {
    if state == AttemptState::Authorised { "ran_out" } else { FOUND_NOTHING }
}

fn polls<'d>(desk: &Desk<'d>, attempt: &Attempt) -> &'d [u32] {
    if attempt.state == AttemptState::Authorised {
        return CAPTURE_POLLS;
    }
    match desk.book.means(&attempt.means) {
        Some((_, means)) if !means.polls.is_empty() => &means.polls,
        _ => POLLS,
    }
}

/// Winds the clock of an order at which an attempt begins.
pub(super) fn wind_order(desk: &Desk<'_>, order: &mut Order, attempt: &Attempt, means: &Means) {
    order.due = Some(start::order_due(desk, order, attempt, means));
}

fn order(desk: &mut Desk<'_>, id: Id, event: &str, at: Timestamp) -> bool {
    let Some(mut order) = desk.order(id) else { return false };
    if !is_now(desk, order.due.as_ref(), event, at) || !step::order(desk, &mut order, event) {
        return false;
    }
    let reason = "délai de la commande écoulé";
    orders::void_attempts(desk, &mut order, reason, None);
    let telling = orders::telling(desk, &order, order.attempts.last()).word("reason", reason);
    desk.put_order(order.clone());
    orders::free(desk, &order, &telling);
    true
}

fn attempt(desk: &mut Desk<'_>, id: Id, ordinal: u32, event: &str, at: Timestamp) -> bool {
    let Some(mut order) = desk.order(id) else { return false };
    let number = order.number.clone();
    let Some(mut attempt) = order.attempt(ordinal).cloned() else { return false };
    let was_over = !attempt.state.is_live();
    if !is_now(desk, attempt.due.as_ref(), event, at) {
        return false;
    }
    // After a standstill nobody is reminded of what has ended.
    let ended = attempt.expires_at.is_some_and(|ends| ends <= desk.now);
    let event = if event == REMIND && ended { "ran_out" } else { event };
    if event == super::refund::REFUND {
        super::refund::deadline(desk, id, ordinal, at);
        return true;
    }
    if event == POLL {
        poll(desk, order, attempt, at);
        return true;
    }
    if event == REMIND {
        remind(desk, order, attempt);
        return true;
    }
    if !step::attempt(desk, &number, &mut attempt, event) {
        return false;
    }
    let reason = why(event);
    let announced = event == FOUND_NOTHING && attempt.reason == super::news::ANNOUNCED;
    if attempt.reason.is_empty() {
        reason.clone_into(&mut attempt.reason);
    }
    wind(desk, &mut attempt);
    let over = !attempt.state.is_live() && !was_over;
    let telling = orders::telling(desk, &order, Some(&attempt)).word("reason", reason);
    if attempt.state == AttemptState::Unknown {
        ask(desk, id, &attempt);
    }
    let expired = attempt.state == AttemptState::Expired && event != FOUND_NOTHING;
    orders::replace(&mut order, attempt);
    if over {
        orders::attempt_over(desk, &mut order, &telling);
        if expired {
            super::mail::send(desk, &order, "reference_expired", &[], None);
        }
    } else {
        desk.put_order(order.clone());
    }
    if announced {
        super::news::denied(desk, &order, &telling);
    }
    true
}

/// Asks the provider, and winds the clock for the next question.
fn poll(desk: &mut Desk<'_>, mut order: Order, mut attempt: Attempt, at: Timestamp) {
    ask(desk, order.id, &attempt);
    let passed = polls(desk, &attempt).get(usize::try_from(attempt.polls).unwrap_or(0));
    let passed = i64::from(passed.copied().unwrap_or(0));
    let since = Timestamp(at.0.saturating_sub(passed * acquit_domain::time::SECOND));
    attempt.polls += 1;
    let next = next_poll(desk, &attempt, since);
    // After a long standstill the questions that were missed are not asked one by one.
    attempt.due = Some(Due { at: next.at.max(later(desk.now, 1)), event: next.event });
    orders::replace(&mut order, attempt);
    desk.put_order(order);
}

/// Reminds the payer of a reference, and winds the clock for its end.
fn remind(desk: &mut Desk<'_>, mut order: Order, mut attempt: Attempt) {
    let ends = attempt.expires_at.unwrap_or(desk.now);
    let more =
        [("reference", attempt.reference.clone()), ("expires", super::mail::shown(desk, ends))];
    attempt.due = Some(ran_out(ends));
    orders::replace(&mut order, attempt);
    desk.put_order(order.clone());
    super::mail::send(desk, &order, "reference_reminder", &more, None);
}

fn why(event: &str) -> &'static str {
    match event {
        "ran_out" => "délai écoulé",
        "no_answer" => "pas de réponse du prestataire",
        FOUND_NOTHING => "le prestataire ne sait rien du paiement",
        _ => "abandon",
    }
}

/// Asks the provider what became of an attempt.
pub(super) fn ask(desk: &mut Desk<'_>, order: Id, attempt: &Attempt) {
    if orders::is_called(desk, attempt) {
        desk.call(Call {
            to: attempt.provider.clone(),
            purpose: CallPurpose::Query,
            subject: order,
            attempt: attempt.ordinal,
        });
    }
}

/// Money is placed when it is entered; this catches what an error left lying.
fn funds(desk: &mut Desk<'_>, id: Id, event: &str) -> bool {
    let Some(mut funds) = desk.funds_by_id(id) else { return false };
    if funds.state != FundsState::Received {
        return false;
    }
    step::funds(desk, &mut funds, event);
    let telling = Telling::new(acquit_domain::Function::Ope, &funds.key.transaction);
    telling.note(desk, None, Verdict::Accepted, "Paiement mis en attente d'affectation");
    desk.put_funds(funds);
    true
}
