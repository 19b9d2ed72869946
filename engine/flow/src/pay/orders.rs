//! What becomes of an order and its invoices when attempts end.

use super::step;
use super::telling::Telling;
use crate::decide::Desk;
use acquit_domain::pay::{Attempt, AttemptState, Call, CallPurpose, Order};
use acquit_domain::{Id, InvoiceState};
use acquit_mapping::lifecycle::Event;
use acquit_mapping::provider::Start;

/// The numbers of the invoices of an order, as the guide lists them.
pub(super) fn numbers(order: &Order) -> String {
    let numbers: Vec<&str> = order.items.iter().map(|item| item.invoice.number.as_str()).collect();
    numbers.join(", ")
}

/// An attempt ended without money: the order and its invoices follow, when it was the last.
pub(super) fn attempt_over(desk: &mut Desk<'_>, order: &mut Order, telling: &Telling) {
    if order.has_live_attempt() {
        desk.put_order(order.clone());
        for item in &order.items {
            step::invoice_if(desk, &item.invoice, Event::AttemptEnded, telling);
        }
        return;
    }
    step::order(desk, order, "attempts_ended");
    desk.put_order(order.clone());
    free(desk, order, telling);
}

/// Invoices of an order that nobody is paying any more are payable again.
pub(super) fn free(desk: &mut Desk<'_>, order: &Order, telling: &Telling) {
    for item in &order.items {
        let Some(invoice) = desk.invoice(&item.invoice) else { continue };
        let paid_partly = invoice.allocated_minor > 0;
        if invoice.state != InvoiceState::InProcess || is_being_paid(desk, item) {
            continue;
        }
        let event = if paid_partly { Event::AttemptsEndedPartly } else { Event::AttemptsEnded };
        step::invoice(desk, &item.invoice, event, 0, telling);
    }
}

fn is_being_paid(desk: &Desk<'_>, item: &acquit_domain::pay::OrderItem) -> bool {
    desk.live_orders(&item.invoice).iter().any(Order::has_live_attempt)
}

/// Takes back an order with its live attempts; false when the rules say no.
pub(super) fn void(desk: &mut Desk<'_>, id: Id, reason: &str, telling: &Telling) -> bool {
    let Some(mut order) = desk.order(id) else { return false };
    if !step::order(desk, &mut order, "voided") {
        return false;
    }
    void_attempts(desk, &mut order, reason, None);
    desk.put_order(order.clone());
    free(desk, &order, &telling.clone().word("reason", reason));
    true
}

/// Takes back the live attempts of an order but one.
pub(super) fn void_attempts(
    desk: &mut Desk<'_>,
    order: &mut Order,
    reason: &str,
    but: Option<u32>,
) {
    let (id, number) = (order.id, order.number.clone());
    for attempt in &mut order.attempts {
        if !attempt.state.is_live() || Some(attempt.ordinal) == but {
            continue;
        }
        void_attempt(desk, id, &number, attempt, reason);
    }
}

fn void_attempt(desk: &mut Desk<'_>, order: Id, number: &str, attempt: &mut Attempt, reason: &str) {
    let before = attempt.state;
    if !step::attempt(desk, number, attempt, "voided") {
        return;
    }
    reason.clone_into(&mut attempt.reason);
    // A provider that was told of it is told; it need not listen, so money may come all the same.
    let told = before == AttemptState::Authorised
        || desk.book.means(&attempt.means).is_some_and(|(_, means)| means.start == Start::Call);
    if told && is_called(desk, attempt) {
        desk.call(Call {
            to: attempt.provider.clone(),
            purpose: CallPurpose::Void,
            subject: order,
            attempt: attempt.ordinal,
        });
    }
}

/// True when somebody can be called about an attempt.
pub(super) fn is_called(desk: &Desk<'_>, attempt: &Attempt) -> bool {
    use acquit_mapping::provider::Confirmation;
    let means = desk.book.means(&attempt.means);
    means.is_some_and(|(_, means)| means.confirmed_by == Confirmation::Provider)
}

/// What the rows about an attempt have in common.
pub(super) fn telling(desk: &Desk<'_>, order: &Order, attempt: Option<&Attempt>) -> Telling {
    let offered = attempt.and_then(|attempt| desk.book.means(&attempt.means));
    let function = offered.map_or(acquit_domain::Function::Ope, |(_, means)| means.function);
    let name = offered.map_or("", |(provider, _)| provider.name.as_str());
    let mut telling = Telling::new(function, &order.number)
        .word("invoices", numbers(order))
        .word("provider", name);
    telling.partner =
        offered.and_then(|(provider, _)| acquit_domain::PartyCode::new(&provider.code));
    telling
}

/// Puts an attempt back into its order.
pub(super) fn replace(order: &mut Order, attempt: Attempt) {
    if let Some(place) = order.attempt_mut(attempt.ordinal) {
        *place = attempt;
    }
}
