//! How Fatourati tells the merchant, and how it misbehaves about it.

use super::{Fatourati, PARTNER, Payment, Token};
use crate::http::{Answer, Call};
use crate::journal::{Deed, Entry, local, lock};
use crate::misbehaviour::Misbehaviour;
use crate::{amount, form, sign};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io;
use std::time::Duration;

/// How long after the payment news that is late comes.
const LATE: Duration = Duration::from_secs(3600);

/// Waits before a callback is tried again after no receipt.
const AGAIN: &[Duration] = &[
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(60),
];

/// A payer paid at a channel: takes the money and tells; whether the merchant gave a receipt.
pub(super) async fn pay(fatourati: &Fatourati, token: &Token, channel: usize) -> bool {
    let about = token.order.as_str();
    let happens = |what| fatourati.misbehaves(what, about);
    let all = [
        Misbehaviour::AmountMismatch,
        Misbehaviour::ExpiredReference,
        Misbehaviour::Lies,
        Misbehaviour::Late,
        Misbehaviour::Duplicate,
    ];
    let because: Vec<_> =
        all.into_iter().filter(|what| happens(*what)).map(Misbehaviour::name).collect();
    let short = if happens(Misbehaviour::AmountMismatch) { 100.min(token.minor - 1) } else { 0 };
    let payment = fatourati.take(token, token.minor - short, channel, &because);
    strangers(fatourati, token, &payment).await;
    if happens(Misbehaviour::Late) {
        fatourati.street.pace.wait(LATE).await;
    }
    let key = &fatourati.agreement.store_key;
    if happens(Misbehaviour::OutOfOrder) {
        // A refusal of an earlier try; it may be answered in any way, and must not matter.
        let refusal = body(fatourati, token, &payment, "1");
        let _ = post(&token.callback_url, &refusal, &signature(fatourati, &refusal, key)).await;
    }
    let is_told = match happens(Misbehaviour::Duplicate) {
        false => tell(fatourati, token, &payment).await,
        true => {
            let both = (tell(fatourati, token, &payment), tell(fatourati, token, &payment));
            let (one, other) = tokio::join!(both.0, both.1);
            one || other
        }
    };
    if happens(Misbehaviour::DoubleCapture) {
        let name = Misbehaviour::DoubleCapture.name();
        let second = fatourati.take(token, token.minor, channel + 1, &[name]);
        tell(fatourati, token, &second).await;
    }
    if happens(Misbehaviour::UnknownOrder) {
        let mut stray = fatourati.token(&token.reference).unwrap_or_else(|| token.clone());
        stray.order.push_str("-0");
        stray.reference = fatourati.reference();
        stray.payments.clear();
        lock(&fatourati.tokens).insert(stray.reference.clone(), stray.clone());
        let name = Misbehaviour::UnknownOrder.name();
        let taken = fatourati.take(&stray, stray.minor, channel, &[name]);
        tell(fatourati, &stray, &taken).await;
    }
    is_told
}

/// News that nobody should believe, before the true one.
async fn strangers(fatourati: &Fatourati, token: &Token, payment: &Payment) {
    let agreement = &fatourati.agreement;
    let about = token.order.as_str();
    let mut all = Vec::new();
    if fatourati.misbehaves(Misbehaviour::BadSignature, about) {
        all.push((Misbehaviour::BadSignature, body(fatourati, token, payment, "0"), "NOT-THE-KEY"));
    }
    if fatourati.misbehaves(Misbehaviour::OtherMerchant, about) {
        let mut other = body(fatourati, token, payment, "0");
        other["merchantCode"] = json!("999999");
        all.push((Misbehaviour::OtherMerchant, other, agreement.store_key.as_str()));
    }
    for (what, body, key) in all {
        let answer = post(&token.callback_url, &body, &signature(fatourati, &body, key)).await;
        if answer.is_ok_and(|answer| has_receipt(&answer)) {
            let name = what.name();
            let text = format!("FATOURATI: a callback with {name} was given a receipt");
            fatourati.street.journal.strange(text);
        }
    }
}

fn has_receipt(answer: &Answer) -> bool {
    let receipt = &answer.as_json()["receiptNumber"];
    answer.status == 200 && (receipt.is_number() || receipt.as_str().is_some_and(|r| !r.is_empty()))
}

/// Tells the merchant until it gives a receipt or refuses.
async fn tell(fatourati: &Fatourati, token: &Token, payment: &Payment) -> bool {
    let body = body(fatourati, token, payment, "0");
    let signature = signature(fatourati, &body, &fatourati.agreement.store_key);
    for wait in AGAIN {
        match post(&token.callback_url, &body, &signature).await {
            Ok(answer) if answer.status < 500 => return has_receipt(&answer),
            _ => fatourati.street.pace.wait(*wait).await,
        }
    }
    false
}

/// What the merchant says of the order of a token; empty without an answer.
pub(super) async fn asked(token: &Token) -> String {
    let query =
        form::write([("token_ref", token.reference.as_str()), ("order_id", token.order.as_str())]);
    let answer = Call::new("GET", &format!("{}?{query}", token.status_url)).send().await;
    let said = answer.map(|answer| answer.as_json()).unwrap_or_default();
    said["status"].as_str().unwrap_or("").to_owned()
}

async fn post(url: &str, body: &Value, signature: &str) -> io::Result<Answer> {
    Call::new("POST", url).header("x-signature", signature).json(body).send().await
}

fn body(fatourati: &Fatourati, token: &Token, payment: &Payment, decision: &str) -> Value {
    json!({
        "merchantCode": fatourati.agreement.merchant,
        "store": fatourati.agreement.store,
        "aggregatorCode": "FATOURATI",
        "tokenRef": token.reference,
        "orderId": token.order,
        "totalAmount": amount::write(payment.minor),
        "currency": "504",
        "selectedItems": [],
        "transactionDate": local(Timestamp::now()).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "fatouratiTransactionNumber": payment.number,
        "paymentSystemTransactionNumber": format!("P{}", payment.number),
        "paymentMode": "MULTI_CANAL",
        "channel": payment.channel,
        "operator": payment.operator,
        "extraData": "",
        "decisionCode": decision,
    })
}

/// The signature of a callback, or of a cancellation: what is not there is not signed.
fn signature(fatourati: &Fatourati, body: &Value, key: &str) -> String {
    let text = |name: &str| body[name].as_str().unwrap_or("").to_owned();
    let merchant = text("merchantCode");
    let store = &fatourati.agreement.store;
    let values = [
        text("totalAmount"),
        text("currency"),
        merchant,
        store.clone(),
        text("operator"),
        text("channel"),
        text("tokenRef"),
        text("orderId"),
        text("paymentMode"),
        text("fatouratiTransactionNumber"),
    ];
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    sign::fatourati(&values, key)
}

/// A channel takes its payment back: cash that was not brought in time, for one.
pub(super) async fn cancelled(fatourati: &Fatourati, reference: &str) -> Answer {
    let Some(token) = fatourati.token(reference) else {
        return Answer::text(404, "no such reference");
    };
    let Some(payment) = token.payments.last().filter(|one| one.state == "PAID") else {
        return Answer::text(409, "nothing was paid");
    };
    if let Some(held) = lock(&fatourati.tokens).get_mut(reference) {
        held.state = "CANCELLED";
        if let Some(last) = held.payments.last_mut() {
            last.state = "CANCELLED";
        }
    }
    fatourati.street.journal.write(Entry {
        transaction: payment.number.clone(),
        operator: payment.operator.to_owned(),
        ..Entry::now(PARTNER, Deed::GaveBack, &token.order, payment.minor)
    });
    let body = json!({
        "merchantCode": fatourati.agreement.merchant,
        "store": fatourati.agreement.store,
        "tokenRef": token.reference,
        "orderId": token.order,
        "amount": amount::write(payment.minor),
        "totalAmount": amount::write(payment.minor),
        "currency": "504",
        "transactionDate": local(Timestamp::now()).strftime("%Y-%m-%dT%H:%M:%S").to_string(),
        "fatouratiTransactionNumber": payment.number,
    });
    let signature = signature(fatourati, &body, &fatourati.agreement.store_key);
    match post(&token.cancel_url, &body, &signature).await {
        Ok(answer) => Answer::text(200, format!("told: {}", answer.status)),
        Err(error) => Answer::text(502, error.to_string()),
    }
}
