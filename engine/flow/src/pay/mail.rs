//! E-mails to payers, by the name of their template.

use super::start::label;
use super::telling::amount;
use super::till::due_in;
use crate::decide::{Desk, Purpose, local_time};
use acquit_domain::pay::{Delivery, DeliveryKind, DeliveryState, Order};
use acquit_domain::{Currency, Id, Timestamp};

/// Writes an e-mail to who pays an order, when there is an address. The words are the
/// template's; the facts are here.
pub(super) fn send(
    desk: &mut Desk<'_>,
    order: &Order,
    template: &str,
    more: &[(&str, String)],
    receipt: Option<Id>,
) {
    if order.payer.email.is_empty() {
        return;
    }
    let text = |text: &str| text.to_owned();
    let issuer = desk.book.agreement(&order.issuer);
    let issuer = issuer.map_or(order.issuer.as_str(), |agreement| &agreement.name);
    let mut values = vec![
        (text("platform"), desk.book.platform.name.clone()),
        (text("client"), order.client_name.clone()),
        (text("issuer"), text(issuer)),
        (text("invoices"), lines(order)),
        (text("amount"), money(order.total.minor, order.total.currency)),
        (text("order"), order.number.clone()),
        (text("at"), shown(desk, desk.now)),
        (text("claim_days"), desk.book.platform.limits.claim_days.to_string()),
    ];
    if let Some(attempt) = order.attempt_in_force() {
        let offered = desk.book.means(&attempt.means);
        let label = offered.map_or_else(String::new, |(_, means)| label(desk, means));
        let provider = offered.map_or("", |(provider, _)| provider.name.as_str());
        let expires = attempt.expires_at.map(|at| shown(desk, at)).unwrap_or_default();
        values.extend([
            (text("means"), label),
            (text("provider"), text(provider)),
            (text("channel"), attempt.operator.clone()),
            (text("reference"), attempt.reference.clone()),
            (text("expires"), expires),
        ]);
    }
    values.retain(|(name, value)| !value.is_empty() && more.iter().all(|(other, _)| other != name));
    values.extend(more.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    let delivery = Delivery {
        id: desk.draw(Purpose::Delivery),
        kind: DeliveryKind::Mail,
        to: order.payer.email.clone(),
        subject: template.to_owned(),
        language: order.payer.language.clone(),
        values,
        receipt,
        state: DeliveryState::Waiting,
        tries: 0,
        last: String::new(),
        due: Some(due_in(desk.now, 0, "deliver")),
        created_at: desk.now,
    };
    desk.till.deliveries.push(delivery);
}

/// An amount with its currency, for people.
pub(super) fn money(minor: i64, currency: Currency) -> String {
    format!("{} {}", amount(minor, currency), currency.code())
}

/// The invoices of an order, one a line.
fn lines(order: &Order) -> String {
    let line = |item: &acquit_domain::pay::OrderItem| {
        format!("{} : {}", item.invoice.number, money(item.amount_minor, order.total.currency))
    };
    order.items.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// An instant on the platform's wall, as the guide shows it (`22/12/2017 11:53`).
pub(super) fn shown(desk: &Desk<'_>, at: Timestamp) -> String {
    let local = local_time(&desk.book.platform.zone, at);
    let (date, time) = (local.date(), local.time());
    let (day, month, year) = (date.day(), date.month(), date.year());
    format!("{day:02}/{month:02}/{year:04} {:02}:{:02}", time.hour(), time.minute())
}
