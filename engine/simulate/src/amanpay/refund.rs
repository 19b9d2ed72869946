//! Refunds at Amanpay: made once for each number of the merchant's, at most what was paid.

use super::{Amanpay, PARTNER};
use crate::amount;
use crate::http::Answer;
use crate::journal::{Deed, Entry, lock};
use serde_json::{Value, json};

/// A refund that was made.
#[derive(Debug, Clone)]
pub(super) struct Refund {
    order: String,
    minor: i64,
    transaction: String,
}

/// Pays back; the same number again is the same refund.
pub(super) fn create(amanpay: &Amanpay, payment: &str, body: &Value) -> Answer {
    let Some(payment) = amanpay.payment(payment) else {
        return Answer::json(404, &json!({ "error": "unknown" }));
    };
    let text = |name: &str| body[name].as_str().unwrap_or("");
    let id = text("refund");
    let mut refunds = lock(&amanpay.refunds);
    if let Some(held) = refunds.get(id) {
        return Answer::json(200, &as_json(id, held));
    }
    let given: i64 =
        refunds.values().filter(|one| one.order == payment.order).map(|one| one.minor).sum();
    let minor = amount::read(text("amount")).filter(|minor| *minor > 0);
    let Some(minor) = minor.filter(|_| !id.is_empty() && text("currency") == "MAD") else {
        return Answer::json(422, &json!({ "error": "refund, amount or currency" }));
    };
    if payment.status != "PAID" || minor > payment.minor - given {
        let error = "more than was paid";
        return Answer::json(200, &json!({ "refund": id, "status": "REFUSED", "error": error }));
    }
    let transaction = format!("{}R{}", payment.transaction, refunds.len() + 1);
    amanpay.street.journal.write(Entry {
        transaction: transaction.clone(),
        operator: payment.mean.clone(),
        ..Entry::now(PARTNER, Deed::GaveBack, &payment.order, minor)
    });
    let refund = Refund { order: payment.order, minor, transaction };
    let answer = Answer::json(201, &as_json(id, &refund));
    refunds.insert(id.to_owned(), refund);
    answer
}

/// What became of a refund.
pub(super) fn state(amanpay: &Amanpay, payment: &str, id: &str) -> Answer {
    let order = amanpay.payment(payment).map(|payment| payment.order);
    match lock(&amanpay.refunds).get(id).filter(|held| Some(&held.order) == order.as_ref()) {
        Some(held) => Answer::json(200, &as_json(id, held)),
        None => Answer::json(404, &json!({ "error": "unknown" })),
    }
}

fn as_json(id: &str, refund: &Refund) -> Value {
    json!({
        "refund": id,
        "order": refund.order,
        "status": "REFUNDED",
        "amount": amount::write(refund.minor),
        "currency": "MAD",
        "transaction": refund.transaction,
    })
}
