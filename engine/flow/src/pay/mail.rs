//! E-mails to payers, by the name of their template.

use super::telling::amount;
use super::till::due_in;
use crate::decide::{Desk, Purpose};
use acquit_domain::Id;
use acquit_domain::pay::{Delivery, DeliveryKind, DeliveryState, Order};

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
    let mut values = vec![
        ("order".to_owned(), order.number.clone()),
        ("invoices".to_owned(), super::orders::numbers(order)),
        ("issuer".to_owned(), order.issuer.to_string()),
        ("client".to_owned(), order.client_name.clone()),
        ("amount".to_owned(), amount(order.total.minor, order.total.currency)),
        ("currency".to_owned(), order.total.currency.code().to_owned()),
    ];
    if let Some(attempt) = order.attempt_in_force() {
        values.push(("reference".to_owned(), attempt.reference.clone()));
        values.push(("means".to_owned(), attempt.means.clone()));
        let until = attempt.expires_at.map(|at| at.to_string()).unwrap_or_default();
        values.push(("expires_at".to_owned(), until));
    }
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
