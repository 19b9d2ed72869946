//! Fatourati's merchant interface: access, tokens, transactions.

use super::{Fatourati, Payment, Token};
use crate::form::value;
use crate::http::{Answer, Asked};
use crate::journal::{home, local, lock};
use crate::misbehaviour::Misbehaviour;
use crate::{amount, sign};
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};
use std::time::Duration;

/// Longer than anybody waits.
const NEVER: Duration = Duration::from_secs(3600);

/// How long an access token lives, in seconds.
const ACCESS_SECONDS: u32 = 300;

/// OAuth 2, client credentials.
pub(super) fn access(fatourati: &Fatourati, asked: &Asked) -> Answer {
    let form = asked.form();
    let agreement = &fatourati.agreement;
    let is_known = value(&form, "grant_type") == "client_credentials"
        && value(&form, "client_id") == agreement.client
        && value(&form, "client_secret") == agreement.secret;
    if !is_known {
        return Answer::json(401, &json!({ "error": "invalid_client" }));
    }
    let token = format!("access-{}-{}", fatourati.first, fatourati.next());
    lock(&fatourati.access).push(token.clone());
    let answer =
        json!({ "access_token": token, "token_type": "Bearer", "expires_in": ACCESS_SECONDS });
    Answer::json(200, &answer)
}

/// Everything below the merchant's store.
pub(super) async fn answer(
    fatourati: &Fatourati,
    asked: &Asked,
    merchant: &str,
    store: &str,
    rest: &[&str],
) -> Answer {
    let bearer = asked.header("authorization").strip_prefix("Bearer ").unwrap_or("");
    if !lock(&fatourati.access).iter().any(|token| token == bearer) {
        return Answer::json(401, &json!({ "error": "unauthorized" }));
    }
    if merchant != fatourati.agreement.merchant || store != fatourati.agreement.store {
        return refused(404, "merchant or store unknown");
    }
    let about = rest.last().copied().unwrap_or("");
    let order = asked.json()["orderId"].as_str().unwrap_or(about).to_owned();
    if fatourati.street.fails(Misbehaviour::TimeOut, &order) {
        tokio::time::sleep(NEVER).await;
    }
    if fatourati.street.fails(Misbehaviour::Error500, &order) {
        return refused(500, "internal error");
    }
    match (asked.method.as_str(), rest) {
        ("POST", ["token"]) => create(fatourati, asked),
        ("GET", ["tokens", reference]) => found(fatourati.token(reference)),
        ("GET", ["orders", order, "token"]) => found(of_order(fatourati, order)),
        ("GET", ["transactions", number]) => transaction(fatourati, number),
        _ => refused(404, "not here"),
    }
}

fn refused(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "status": "FAILED", "message": message }))
}

fn of_order(fatourati: &Fatourati, order: &str) -> Option<Token> {
    let reference = {
        let tokens = lock(&fatourati.tokens);
        let token = tokens.values().find(|token| token.order == order)?;
        token.reference.clone()
    };
    fatourati.token(&reference)
}

/// An amount, as a number or as text; and as it is signed.
fn money(value: &Value) -> Option<(i64, String)> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let minor = amount::read(&text)?;
    Some((minor, amount::write(minor)))
}

/// Text as it is signed: numbers and booleans as they are written.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A new token for an order; the same one when it has one.
fn create(fatourati: &Fatourati, asked: &Asked) -> Answer {
    let body = asked.json();
    let Some((minor, total)) = money(&body["totalAmount"]) else {
        return refused(400, "totalAmount is none");
    };
    let order = said(&body["orderId"]);
    let agreement = &fatourati.agreement;
    let signed = [
        total,
        said(&body["currency"]),
        agreement.merchant.clone(),
        agreement.store.clone(),
        order.clone(),
        said(&body["cashierId"]),
        said(&body["paymentMode"]),
        said(&body["isCancellable"]),
        said(&body["expiryDate"]),
    ];
    let signed: Vec<&str> = signed.iter().map(String::as_str).collect();
    if sign::fatourati(&signed, &agreement.store_key) != asked.header("x-signature") {
        return refused(400, "x-signature is wrong");
    }
    if said(&body["currency"]) != "504" || order.is_empty() {
        return refused(400, "currency or orderId is wrong");
    }
    if let Some(held) = of_order(fatourati, &order)
        && held.state == "CREATED"
        && held.minor == minor
    {
        return created(&held);
    }
    let expires_at = said(&body["expiryDate"]).parse::<DateTime>().ok();
    let expires_at = expires_at.and_then(|at| home().to_timestamp(at).ok());
    if expires_at.is_none_or(|at| at <= Timestamp::now()) {
        return refused(400, "expiryDate is none, or past");
    }
    let links = &body["orderLinks"];
    let token = Token {
        reference: fatourati.reference(),
        order,
        minor,
        expires_at,
        callback_url: said(&links["callbackURL"]),
        cancel_url: said(&links["cancelURL"]),
        status_url: said(&links["checkStatusURL"]),
        state: "CREATED",
        payments: Vec::new(),
    };
    let answer = created(&token);
    lock(&fatourati.tokens).insert(token.reference.clone(), token);
    answer
}

fn created(token: &Token) -> Answer {
    let channel = json!({ "description": "ATTIJARI", "urlSite": "", "urlLogo": "" });
    let answer = json!({
        "status": "SUCCESS",
        "orderId": token.order,
        "tokenRef": token.reference,
        "qrCode": "",
        "refPaymentSystems": [channel],
    });
    Answer::json(200, &answer)
}

fn found(token: Option<Token>) -> Answer {
    let Some(token) = token else { return refused(404, "token unknown") };
    let paid = token.payments.iter().filter(|one| one.state == "PAID").map(|one| one.minor).sum();
    let written = |at: Timestamp| local(at).strftime("%Y-%m-%dT%H:%M:%S").to_string();
    let answer = json!({
        "status": token.state,
        "tokenRef": token.reference,
        "orderId": token.order,
        "amount": amount::write(token.minor),
        "currency": "504",
        "expiresAt": token.expires_at.map(written),
        "paidAmount": amount::write(paid),
        "refundedAmount": "0.00",
        "transactions": token.payments.iter().map(|one| as_json(&token, one)).collect::<Vec<_>>(),
        "channels": super::CHANNELS.iter().map(|(operator, _)| *operator).collect::<Vec<_>>(),
    });
    Answer::json(200, &answer)
}

fn as_json(token: &Token, payment: &Payment) -> Value {
    json!({
        "fatouratiTransactionNumber": payment.number,
        "tokenRef": token.reference,
        "orderId": token.order,
        "totalAmount": amount::write(payment.minor),
        "amount": amount::write(payment.minor),
        "currency": "504",
        "operator": payment.operator,
        "channel": payment.channel,
        "paymentMode": "MULTI_CANAL",
        "status": payment.state,
    })
}

fn transaction(fatourati: &Fatourati, number: &str) -> Answer {
    let tokens = lock(&fatourati.tokens);
    let all = tokens.values().flat_map(|token| token.payments.iter().map(move |one| (token, one)));
    let Some((token, payment)) = all.into_iter().find(|(_, one)| one.number == number) else {
        return refused(404, "transaction unknown");
    };
    let mut answer = as_json(token, payment);
    if fatourati.misbehaves(Misbehaviour::Lies, &token.order) {
        answer["status"] = json!("REJECTED");
    }
    Answer::json(200, &answer)
}
