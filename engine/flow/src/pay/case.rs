//! Cases: what an operator has to decide, with what may be done about it, the best first.

use super::step;
use super::telling::Telling;
use crate::decide::{Desk, Purpose};
use acquit_domain::pay::{Case, CaseAction, CaseKind};
use acquit_domain::{Id, InvoiceKey};
use acquit_mapping::lifecycle::Event;

/// What a case is about.
#[derive(Debug, Clone, Default)]
pub(super) struct About {
    pub(super) invoice: Option<InvoiceKey>,
    pub(super) order: Option<Id>,
    pub(super) funds: Option<Id>,
}

/// What may be done about a case of a kind.
fn actions(kind: CaseKind) -> Vec<CaseAction> {
    use CaseAction::{Accept, Allocate, Ask, Contact, Refund, Resend};
    match kind {
        CaseKind::Short => vec![Allocate, Refund, Contact],
        CaseKind::Over | CaseKind::Double | CaseKind::Cancelled => vec![Refund, Allocate],
        CaseKind::Orphan => vec![Allocate, Ask, Refund],
        CaseKind::Blocked | CaseKind::Late => vec![Allocate, Refund, Contact],
        CaseKind::Conflict | CaseKind::Reconciliation => vec![Ask, Accept, Contact],
        CaseKind::NoticeRefused | CaseKind::NoticeUnanswered => vec![Resend, Contact, Refund],
        CaseKind::Bounced => vec![Contact, Accept],
        CaseKind::Chargeback => vec![Contact, Accept],
        CaseKind::Contradiction => vec![Refund, Accept, Contact],
        CaseKind::Refund => vec![Ask, Refund, Contact],
        CaseKind::Mismatch => vec![Ask, Allocate, Refund],
    }
}

/// What may be done about a case of a kind about something. What is done with money needs some:
/// of what was refused, or only announced, nothing came.
fn possible(kind: CaseKind, about: &About) -> Vec<CaseAction> {
    use CaseKind::{Blocked, Cancelled, Double, Late, Mismatch, Orphan, Over, Short};
    let of_money = [Short, Over, Double, Orphan, Cancelled, Blocked, Late, Mismatch];
    match about.funds.is_none() && of_money.contains(&kind) {
        true => vec![CaseAction::Ask, CaseAction::Contact],
        false => actions(kind),
    }
}

/// True when a case of a kind about something is open.
pub(super) fn is_open(desk: &Desk<'_>, kind: CaseKind, about: &About) -> bool {
    desk.open_cases().iter().any(|case| {
        case.kind == kind
            && case.invoice == about.invoice
            && case.order == about.order
            && case.funds == about.funds
    })
}

/// Opens a case, unless one of its kind about the same thing is open already.
pub(super) fn open(desk: &mut Desk<'_>, kind: CaseKind, about: About, exchange: Id, text: &str) {
    if !is_open(desk, kind, &about) {
        always(desk, kind, about, exchange, text);
    }
}

/// Opens a case, and gives its identifier.
pub(super) fn always(
    desk: &mut Desk<'_>,
    kind: CaseKind,
    about: About,
    exchange: Id,
    text: &str,
) -> Id {
    let id = desk.draw(Purpose::Case);
    let actions = possible(kind, &about);
    let case = Case {
        id,
        kind,
        invoice: about.invoice,
        order: about.order,
        funds: about.funds,
        text: text.to_owned(),
        actions,
        exchange,
        opened_at: desk.now,
        closed_at: None,
        resolution: String::new(),
    };
    desk.put_case(case);
    id
}

/// Closes the open cases that pass a test; how many there were.
pub(super) fn close(desk: &mut Desk<'_>, which: impl Fn(&Case) -> bool, resolution: &str) -> usize {
    let cases: Vec<Case> = desk.open_cases().into_iter().filter(which).collect();
    let closed = cases.len();
    for mut case in cases {
        case.closed_at = Some(desk.now);
        resolution.clone_into(&mut case.resolution);
        desk.put_case(case);
    }
    closed
}

/// Closes the cases that money in suspense had opened, when it lies there no longer.
pub(super) fn close_suspense(desk: &mut Desk<'_>, funds: Id, resolution: &str) {
    use CaseKind::{Blocked, Cancelled, Double, Late, Mismatch, Orphan, Over, Short};
    let of = |case: &Case| {
        let kinds = [Short, Over, Double, Orphan, Cancelled, Blocked, Late, Mismatch];
        case.funds == Some(funds) && kinds.contains(&case.kind)
    };
    close(desk, of, resolution);
}

/// True while something about an invoice is to be decided: it is named itself, or the payment of
/// its order is disputed or not agreed on.
fn is_disputed(desk: &Desk<'_>, key: &InvoiceKey) -> bool {
    desk.open_cases().iter().any(|case| {
        let of_order = matches!(case.kind, CaseKind::Chargeback | CaseKind::Reconciliation);
        let order = case.order.filter(|_| of_order).and_then(|id| desk.order(id));
        case.invoice.as_ref() == Some(key)
            || order.is_some_and(|order| order.items.iter().any(|item| item.invoice == *key))
    })
}

/// Takes the mark off a disputed invoice about which nothing is open any more; false when nothing
/// was to be done.
pub(super) fn undispute(desk: &mut Desk<'_>, key: &InvoiceKey, telling: &Telling) -> bool {
    let is_marked = desk.invoice(key).is_some_and(|held| held.flags.disputed);
    let over = is_marked && !is_disputed(desk, key);
    over && step::invoice(desk, key, Event::CaseClosed, 0, telling).is_some()
}

/// Closes the cases of an order about a payment that was announced after its time and not entered.
pub(super) fn close_announced(desk: &mut Desk<'_>, order: Id, resolution: &str) {
    let of = |case: &Case| {
        case.kind == CaseKind::Late && case.funds.is_none() && case.order == Some(order)
    };
    close(desk, of, resolution);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_come_is_not_given_back() {
        let money = [CaseAction::Refund, CaseAction::Allocate];
        let order = About { order: Some(Id::new(1, 1)), ..About::default() };
        for kind in [CaseKind::Mismatch, CaseKind::Late, CaseKind::Double, CaseKind::Short] {
            let without = possible(kind, &order);
            assert!(!without.is_empty(), "{kind:?}");
            assert!(without.iter().all(|action| !money.contains(action)), "{kind:?}");
            let with = About { funds: Some(Id::new(2, 2)), ..order.clone() };
            assert!(possible(kind, &with).contains(&CaseAction::Refund), "{kind:?}");
        }
    }
}
