//! What the moves of an invoice cause for payments, whoever caused the move.

use super::telling::Telling;
use super::{case, mail, notice, orders};
use crate::decide::Desk;
use acquit_domain::pay::{CaseKind, Order};
use acquit_domain::{Function, Id, InvoiceKey, InvoiceState};
use acquit_mapping::lifecycle::{Effect, Event};

/// Does for payments what a message of the issuer causes.
pub(crate) fn of_issuer(
    desk: &mut Desk<'_>,
    key: &InvoiceKey,
    event: Event,
    send: &[Effect],
    exchange: Id,
) {
    let payments = &desk.known.payments;
    if payments.orders.is_empty() && payments.notices.is_empty() {
        // Nothing was ever paid here: the common case of an issuer's message.
        if !send.contains(&Effect::OpenCase) {
            return;
        }
    }
    let mut telling = Telling::new(Function::Inv, key.number.as_str());
    telling.partner = Some(key.issuer.clone());
    if event == Event::PaidByIssuer {
        notice::implied(desk, key, &telling);
    }
    if send.contains(&Effect::OpenCase) {
        let about = case::About {
            invoice: Some(key.clone()),
            order: of_invoice(desk, key).map(|order| order.id),
            funds: None,
        };
        let text = format!("Facture {}: le message de l'émetteur contredit l'état", key.number);
        case::open(desk, CaseKind::Contradiction, about, exchange, &text);
    }
    if event == Event::Cancel
        && let Some(order) = of_invoice(desk, key)
        && desk.invoice(key).is_some_and(|held| held.state == InvoiceState::Cancelled)
    {
        let more = [("invoices", key.number.to_string())];
        mail::send(desk, &order, "invoice_cancelled", &more, None);
    }
    follow(desk, key, send, &telling);
}

/// The order of an invoice people know best: the live one, else the newest.
fn of_invoice(desk: &Desk<'_>, key: &InvoiceKey) -> Option<Order> {
    let has = |order: &&Order| order.items.iter().any(|item| item.invoice == *key);
    desk.orders().filter(has).max_by_key(|order| (order.is_live(), order.created_at)).cloned()
}

/// Does what any move causes for payments besides money.
pub(super) fn follow(desk: &mut Desk<'_>, key: &InvoiceKey, send: &[Effect], telling: &Telling) {
    if send.contains(&Effect::VoidAttempts) {
        void_orders(desk, key, telling);
    }
    if send.contains(&Effect::ReleaseNotices) {
        notice::release(desk, key);
    }
}

/// Takes back the live orders of an invoice that is not payable any more.
pub(super) fn void_orders(desk: &mut Desk<'_>, key: &InvoiceKey, telling: &Telling) {
    let live: Vec<Id> = desk.live_orders(key).iter().map(|order| order.id).collect();
    for id in live {
        let reason = format!("facture {} plus à régler", key.number);
        orders::void(desk, id, &reason, telling);
    }
}
