//! Amanpay: a payment is made by the merchant, paid on a page or with a code in cash, and told by
//! signed notifications.
//!
//! No interface of this provider is public: this is the other side of the contract in
//! `docs/providers.md`. `POST /payments` makes a payment, `GET /payments/ID` says what became of
//! it, `POST /payments/ID/refunds` pays back, notifications are signed as Standard Webhooks 1.0.0.

mod refund;

use crate::amount;
use crate::form::value;
use crate::http::{self, Answer, Asked, Call, Serving};
use crate::journal::{Deed, Entry, lock};
use crate::misbehaviour::Misbehaviour;
use crate::page::{button, facts, page};
use crate::sign;
use crate::street::Street;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
use tokio::net::TcpListener;

/// The name in the journal.
pub const PARTNER: &str = "AMANPAY";

/// How long after the payment news that is late comes.
const LATE: Duration = Duration::from_secs(3600);

/// Longer than anybody waits.
const NEVER: Duration = Duration::from_secs(3600);

/// Waits before a notification is tried again.
const AGAIN: &[Duration] = &[
    Duration::from_secs(1),
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_secs(60),
];

/// What the merchant and Amanpay agreed on.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// The merchant's number.
    pub merchant: String,
    /// The bearer token of the merchant.
    pub token: String,
    /// `whsec_...`: signs notifications.
    pub secret: String,
}

/// A payment.
#[derive(Debug, Clone)]
struct Payment {
    id: String,
    order: String,
    mean: String,
    minor: i64,
    code: String,
    notify_url: String,
    return_url: String,
    expires_at: Option<Timestamp>,
    /// `PENDING`, `PAID`, `FAILED`, `EXPIRED`.
    status: &'static str,
    transaction: String,
}

/// The simulated provider.
#[derive(Debug)]
pub struct Amanpay {
    agreement: Agreement,
    street: Street,
    payments: Mutex<BTreeMap<String, Payment>>,
    refunds: Mutex<BTreeMap<String, refund::Refund>>,
    url: OnceLock<String>,
    first: i64,
}

impl Amanpay {
    /// Opens the provider on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn open(
        listener: TcpListener,
        agreement: Agreement,
        street: Street,
    ) -> io::Result<Serving> {
        let amanpay = Arc::new(Amanpay {
            agreement,
            street,
            payments: Mutex::default(),
            refunds: Mutex::default(),
            url: OnceLock::new(),
            first: Timestamp::now().as_second(),
        });
        let ours = amanpay.clone();
        let serving = http::serve(listener, move |asked| answer(ours.clone(), asked))?;
        let _ = amanpay.url.set(serving.url());
        Ok(serving)
    }

    fn misbehaves(&self, what: Misbehaviour, about: &str) -> bool {
        self.street.misbehaviours.happens(what, about)
    }

    fn payment(&self, id: &str) -> Option<Payment> {
        let mut payments = lock(&self.payments);
        let payment = payments
            .values_mut()
            .find(|one| [&one.id, &one.code, &one.order].contains(&&id.to_owned()))?;
        let is_over = payment.expires_at.is_some_and(|at| at <= Timestamp::now());
        if payment.status == "PENDING" && is_over {
            payment.status = "EXPIRED";
            let entry = Entry::now(PARTNER, Deed::Expired, &payment.order, payment.minor);
            self.street.journal.write(entry);
        }
        Some(payment.clone())
    }

    fn ended(&self, id: &str, status: &'static str, transaction: &str) {
        if let Some(payment) = lock(&self.payments).get_mut(id) {
            payment.status = status;
            payment.transaction = transaction.to_owned();
        }
    }
}

async fn answer(amanpay: Arc<Amanpay>, asked: Asked) -> Answer {
    let parts = asked.parts();
    match (asked.method.as_str(), parts.as_slice()) {
        (_, ["payments", rest @ ..]) => interface(&amanpay, &asked, rest).await,
        ("GET", ["pay", id]) => counter(&amanpay, id),
        ("POST", ["pay", id]) => chosen(&amanpay, id, value(&asked.form(), "choice")).await,
        ("GET", ["settlement", day]) => match day.parse() {
            Ok(day) => {
                let text = amanpay.street.journal.settlement(PARTNER, day);
                Answer::new(200).body("text/csv; charset=utf-8", text)
            }
            Err(_) => Answer::text(400, "no day"),
        },
        ("GET", []) => page("Amanpay", "<p>Page de paiement ; codes pour Tashilat.</p>"),
        _ => Answer::text(404, "not here"),
    }
}

async fn interface(amanpay: &Amanpay, asked: &Asked, rest: &[&str]) -> Answer {
    if asked.header("authorization") != format!("Bearer {}", amanpay.agreement.token) {
        return Answer::json(401, &json!({ "error": "unauthorized" }));
    }
    let body = asked.json();
    let said = body["order"].as_str().unwrap_or_default().to_owned();
    let about = match rest {
        [id, ..] => amanpay.payment(id).map(|one| one.order).unwrap_or_default(),
        _ => said,
    };
    if amanpay.street.fails(Misbehaviour::TimeOut, &about) {
        tokio::time::sleep(NEVER).await;
    }
    if amanpay.street.fails(Misbehaviour::Error500, &about) {
        return Answer::json(500, &json!({ "error": "internal" }));
    }
    match (asked.method.as_str(), rest) {
        ("POST", []) => create(amanpay, &body),
        ("GET", [id]) => match amanpay.payment(id) {
            Some(payment) => {
                let is_lying = amanpay.misbehaves(Misbehaviour::Lies, &payment.order);
                let status = if is_lying { "FAILED" } else { payment.status };
                Answer::json(200, &as_json(amanpay, &payment, status))
            }
            None => Answer::json(404, &json!({ "error": "unknown" })),
        },
        ("POST", [id, "refunds"]) => refund::create(amanpay, id, &body),
        ("GET", [id, "refunds", refund]) => refund::state(amanpay, id, refund),
        _ => Answer::json(404, &json!({ "error": "not here" })),
    }
}

/// A new payment; the same one for the same order.
fn create(amanpay: &Amanpay, body: &Value) -> Answer {
    let text = |name: &str| body[name].as_str().unwrap_or("").to_owned();
    let (order, mean) = (text("order"), text("mean"));
    let Some(minor) = amount::read(&text("amount")).filter(|minor| *minor > 0) else {
        return Answer::json(422, &json!({ "error": "amount" }));
    };
    let is_mean = matches!(mean.as_str(), "AMANTY" | "PAYDIRECT" | "CASHCODE");
    if order.is_empty() || text("currency") != "MAD" || !is_mean {
        return Answer::json(422, &json!({ "error": "order, currency or mean" }));
    }
    let drawn = amanpay.street.misbehaviours.draw("amanpay", &order);
    let id = format!("AP{}{:06}", amanpay.first, drawn % 1_000_000);
    let mut payments = lock(&amanpay.payments);
    let payment = payments.entry(id.clone()).or_insert_with(|| Payment {
        id: id.clone(),
        order,
        code: if mean == "CASHCODE" {
            format!("{:010}", drawn % 10_000_000_000)
        } else {
            String::new()
        },
        mean,
        minor,
        notify_url: text("notify_url"),
        return_url: text("return_url"),
        expires_at: text("expires_at").parse().ok(),
        status: "PENDING",
        transaction: String::new(),
    });
    Answer::json(201, &as_json(amanpay, payment, payment.status))
}

fn as_json(amanpay: &Amanpay, payment: &Payment, status: &str) -> Value {
    let mut said = json!({
        "id": payment.id,
        "order": payment.order,
        "mean": payment.mean,
        "amount": amount::write(payment.minor),
        "currency": "MAD",
        "status": status,
    });
    if payment.code.is_empty() {
        let url = amanpay.url.get().map_or("", String::as_str);
        said["redirect_url"] = json!(format!("{url}/pay/{}", payment.id));
    } else {
        said["cash_code"] = json!(payment.code);
    }
    if let Some(at) = payment.expires_at {
        said["expires_at"] = json!(at.to_string());
    }
    if !payment.transaction.is_empty() {
        said["transaction"] = json!(payment.transaction);
    }
    said
}

fn counter(amanpay: &Amanpay, id: &str) -> Answer {
    let Some(payment) = amanpay.payment(id) else {
        return Answer::text(404, "no such payment");
    };
    let mut body = facts(&[
        ("Commande", &payment.order),
        ("Moyen", &payment.mean),
        ("Code", &payment.code),
        ("Montant", &format!("{} MAD", amount::write(payment.minor))),
        ("État", payment.status),
    ]);
    if payment.status == "PENDING" {
        let action = format!("/pay/{id}");
        body.push_str(&button(&action, "choice", "pay", "Payer"));
        body.push_str(&button(&action, "choice", "decline", "Refuser"));
    }
    page("Amanpay : payer", &body)
}

async fn chosen(amanpay: &Amanpay, id: &str, choice: &str) -> Answer {
    let Some(payment) = amanpay.payment(id) else {
        return Answer::text(404, "no such payment");
    };
    let is_late = payment.status == "EXPIRED"
        && amanpay.misbehaves(Misbehaviour::ExpiredReference, &payment.order);
    if payment.status != "PENDING" && !is_late {
        return Answer::text(409, payment.status);
    }
    let is_paying = choice == "pay";
    pay(amanpay, &payment, is_paying).await;
    let title = if is_paying { "Paiement accepté" } else { "Paiement non effectué" };
    let answer = page(title, &facts(&[("Commande", &payment.order)]));
    match payment.return_url.starts_with("http") {
        true => Answer { status: 303, ..answer }.header("location", &payment.return_url),
        false => answer,
    }
}

/// The payer pays or not, and the merchant is told.
async fn pay(amanpay: &Amanpay, payment: &Payment, is_paying: bool) {
    let about = payment.order.as_str();
    let happens = |what| amanpay.misbehaves(what, about);
    let mut news = payment.clone();
    news.transaction.clone_from(&payment.id);
    if !is_paying {
        amanpay.ended(&payment.id, "FAILED", &news.transaction);
        let transaction = news.transaction.clone();
        let entry = Entry::now(PARTNER, Deed::Declined, about, payment.minor);
        amanpay.street.journal.write(Entry { transaction, ..entry });
        tell(amanpay, &news, "payment.declined", "FAILED").await;
        return;
    }
    if happens(Misbehaviour::AmountMismatch) {
        news.minor -= 100.min(news.minor - 1);
    }
    take(amanpay, &news, &news.transaction, "");
    amanpay.ended(&payment.id, "PAID", &news.transaction);
    if happens(Misbehaviour::BadSignature) {
        let body = body(&news, "payment.confirmed", "PAID");
        let key = "whsec_Tk9ULVRIRS1LRVktTk9ULVRIRS1LRVktTk9U";
        if post(amanpay, &news.notify_url, "forged", &body, key).await.is_ok_and(|a| a.status < 300)
        {
            let text = "AMANPAY: a notification with bad-signature was taken".to_owned();
            amanpay.street.journal.strange(text);
        }
    }
    if happens(Misbehaviour::Late) {
        amanpay.street.pace.wait(LATE).await;
    }
    tell(amanpay, &news, "payment.confirmed", "PAID").await;
    if happens(Misbehaviour::Duplicate) {
        tell(amanpay, &news, "payment.confirmed", "PAID").await;
    }
    if happens(Misbehaviour::OutOfOrder) {
        tell(amanpay, &news, "payment.pending", "PENDING").await;
    }
    if happens(Misbehaviour::DoubleCapture) {
        news.transaction.push('2');
        take(amanpay, &news, &news.transaction, Misbehaviour::DoubleCapture.name());
        tell(amanpay, &news, "payment.confirmed", "PAID").await;
    }
}

fn take(amanpay: &Amanpay, payment: &Payment, transaction: &str, because: &'static str) {
    amanpay.street.journal.write(Entry {
        transaction: transaction.to_owned(),
        operator: payment.mean.clone(),
        because: Some(because).filter(|name| !name.is_empty()).into_iter().collect(),
        ..Entry::now(PARTNER, Deed::Took, &payment.order, payment.minor)
    });
}

fn body(payment: &Payment, kind: &str, status: &str) -> String {
    let data = json!({
        "id": payment.id,
        "order": payment.order,
        "transaction": payment.transaction,
        "mean": payment.mean,
        "amount": amount::write(payment.minor),
        "currency": "MAD",
        "status": status,
    });
    let at = Timestamp::now().to_string();
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

/// Tells the merchant until it is taken.
async fn tell(amanpay: &Amanpay, payment: &Payment, kind: &str, status: &str) {
    let body = body(payment, kind, status);
    // A point separates what is signed, so that none may stand in the identifier.
    let id = format!("{}-{}", payment.transaction, kind.replace('.', "-"));
    for wait in AGAIN {
        match post(amanpay, &payment.notify_url, &id, &body, &amanpay.agreement.secret).await {
            Ok(answer) if answer.status < 500 => return,
            _ => amanpay.street.pace.wait(*wait).await,
        }
    }
}

async fn post(
    amanpay: &Amanpay,
    url: &str,
    id: &str,
    body: &str,
    secret: &str,
) -> io::Result<Answer> {
    let seconds = Timestamp::now().as_second();
    let signature = sign::webhook(secret, id, seconds, body.as_bytes()).unwrap_or_default();
    let call = Call::new("POST", url)
        .header("user-agent", format!("amanpay/{}", amanpay.agreement.merchant))
        .header("webhook-id", id)
        .header("webhook-timestamp", seconds.to_string())
        .header("webhook-signature", signature);
    call.body("application/json", body).send().await
}
