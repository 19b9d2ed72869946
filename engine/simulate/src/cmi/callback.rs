//! How CMI tells the merchant, and how it misbehaves about it.

use super::{Cmi, PARTNER, Payment, State};
use crate::amount;
use crate::form::value;
use crate::http::{Answer, form_to};
use crate::journal::{Deed, Entry, local, lock};
use crate::misbehaviour::Misbehaviour;
use crate::sign;
use crate::xml::escape;
use jiff::Timestamp;
use std::time::Duration;

/// How long after the payment news that is late comes.
const LATE: Duration = Duration::from_secs(3600);

/// Waits before a callback is tried again after no answer.
const AGAIN: &[Duration] =
    &[Duration::from_secs(1), Duration::from_secs(5), Duration::from_secs(30)];

/// One callback.
#[derive(Clone)]
struct News {
    oid: String,
    merchant: String,
    transaction: String,
    minor: i64,
    code: &'static str,
}

/// Tells the merchant of what the payer chose; whether the money was taken.
pub(super) async fn tell(cmi: &Cmi, oid: &str, is_paying: bool) -> bool {
    let Some(payment) = begun(cmi, oid) else { return false };
    let about = format!("{oid}/{}", payment.tries);
    let news = News {
        oid: oid.to_owned(),
        merchant: cmi.agreement.merchant.clone(),
        transaction: format!("{}{}", cmi.first, digits(cmi, &about)),
        minor: payment.minor,
        code: if is_paying { "00" } else { "05" },
    };
    if !is_paying {
        cmi.moved(oid, &news.transaction, State::Declined);
        cmi.street.journal.write(Entry {
            transaction: news.transaction.clone(),
            ..Entry::now(PARTNER, Deed::Declined, oid, payment.minor)
        });
        send(cmi, &payment, &news).await;
        return false;
    }
    cmi.moved(oid, &news.transaction, State::Authorised);
    strangers(cmi, &payment, &news, &about).await;
    let is_taken = truth(cmi, &payment, &news, &about).await;
    afterwards(cmi, &payment, &news, &about).await;
    is_taken
}

/// The payment with one try more.
fn begun(cmi: &Cmi, oid: &str) -> Option<Payment> {
    let mut payments = lock(&cmi.payments);
    let payment = payments.get_mut(oid)?;
    payment.tries += 1;
    (payment.state != State::Captured).then(|| payment.clone())
}

/// Seven digits that differ from payment to payment.
fn digits(cmi: &Cmi, about: &str) -> String {
    format!("{:07}", cmi.street.misbehaviours.draw("transaction", about) % 10_000_000)
}

/// News that nobody should believe, before the true one.
async fn strangers(cmi: &Cmi, payment: &Payment, news: &News, about: &str) {
    let other = |what: Misbehaviour, change: fn(&mut News)| {
        let mut strange = news.clone();
        change(&mut strange);
        strange.transaction.push_str("99");
        cmi.misbehaves(what, about).then_some((what, strange))
    };
    let all = [
        other(Misbehaviour::OtherMerchant, |news| news.merchant = "600009999".to_owned()),
        other(Misbehaviour::UnknownOrder, |news| news.oid.push_str("-0")),
    ];
    for (what, strange) in all.into_iter().flatten() {
        let key = &cmi.agreement.store_key;
        believed(cmi, what, post(payment, &strange, key).await.ok());
    }
    if cmi.misbehaves(Misbehaviour::BadSignature, about) {
        let answer = post(payment, news, "NOT-THE-KEY").await;
        believed(cmi, Misbehaviour::BadSignature, answer.ok());
    }
}

fn believed(cmi: &Cmi, what: Misbehaviour, answer: Option<Answer>) {
    if answer.is_some_and(|answer| takes(&answer)) {
        let name = what.name();
        cmi.street.journal.strange(format!("CMI: a callback with {name} was answered POSTAUTH"));
    }
}

/// The true news, as far as CMI behaves.
async fn truth(cmi: &Cmi, payment: &Payment, news: &News, about: &str) -> bool {
    let mut news = news.clone();
    let mut because = Vec::new();
    if cmi.misbehaves(Misbehaviour::AmountMismatch, about) {
        because.push(Misbehaviour::AmountMismatch.name());
        news.minor -= 100.min(news.minor - 1);
    }
    if cmi.misbehaves(Misbehaviour::Late, about) {
        because.push(Misbehaviour::Late.name());
        cmi.street.pace.wait(LATE).await;
    }
    let is_taken = match cmi.misbehaves(Misbehaviour::Duplicate, about) {
        false => send(cmi, payment, &news).await,
        true => {
            because.push(Misbehaviour::Duplicate.name());
            let both = (send(cmi, payment, &news), send(cmi, payment, &news));
            let (one, other) = tokio::join!(both.0, both.1);
            one || other
        }
    };
    match is_taken {
        true => cmi.capture(&news.oid, &news.transaction, news.minor, &because),
        false => {
            cmi.moved(&news.oid, &news.transaction, State::Voided);
            cmi.street.journal.write(Entry {
                transaction: news.transaction.clone(),
                because,
                ..Entry::now(PARTNER, Deed::Released, &news.oid, news.minor)
            });
        }
    }
    is_taken
}

/// What comes after the true news.
async fn afterwards(cmi: &Cmi, payment: &Payment, news: &News, about: &str) {
    if cmi.misbehaves(Misbehaviour::OutOfOrder, about) {
        let mut refusal = news.clone();
        refusal.code = "05";
        refusal.transaction.push_str("01");
        send(cmi, payment, &refusal).await;
    }
    if cmi.misbehaves(Misbehaviour::DoubleCapture, about) {
        let mut second = news.clone();
        second.transaction.push_str("02");
        if send(cmi, payment, &second).await {
            let because = [Misbehaviour::DoubleCapture.name()];
            cmi.capture(&second.oid, &second.transaction, second.minor, &because);
        }
    }
}

/// Sends news until it is answered; whether the answer takes the money.
async fn send(cmi: &Cmi, payment: &Payment, news: &News) -> bool {
    for wait in AGAIN {
        match post(payment, news, &cmi.agreement.store_key).await {
            Ok(answer) if answer.status < 500 => return takes(&answer),
            _ => cmi.street.pace.wait(*wait).await,
        }
    }
    false
}

fn takes(answer: &Answer) -> bool {
    answer.status == 200 && answer.as_text().trim() == "ACTION=POSTAUTH"
}

async fn post(payment: &Payment, news: &News, key: &str) -> std::io::Result<Answer> {
    let fields = fields(payment, news, key);
    form_to(value(&payment.fields, "callbackUrl"), &fields).send().await
}

/// The fields of a callback: everything that was posted, and the result. Values leave with HTML
/// entities, as the gateway writes them; the hash is that of the values themselves.
fn fields(payment: &Payment, news: &News, key: &str) -> Vec<(String, String)> {
    let is_ours = |name: &str| matches!(name, "hash" | "HASH" | "oid" | "clientid" | "amount");
    let posted = payment.fields.iter().filter(|(name, _)| !is_ours(name));
    let mut fields: Vec<(String, String)> = posted.cloned().collect();
    let is_approved = news.code == "00";
    let date = local(Timestamp::now()).strftime("%Y%m%d %H:%M:%S").to_string();
    let last: String = news.transaction.chars().rev().take(6).collect();
    let mut add = |name: &str, value: &str| fields.push((name.to_owned(), value.to_owned()));
    add("oid", &news.oid);
    add("ReturnOid", &news.oid);
    add("clientid", &news.merchant);
    add("amount", &amount::write(news.minor));
    add("ProcReturnCode", news.code);
    add("Response", if is_approved { "Approved" } else { "Declined" });
    add("ErrMsg", if is_approved { "" } else { "Do not honour" });
    if is_approved {
        add("AuthCode", &last);
    }
    add("TransId", &news.transaction);
    add("HostRefNum", &format!("0{last}"));
    add("mdStatus", "1");
    add("EXTRA.TRXDATE", &date);
    add("EXTRA.CARDBRAND", "VISA");
    let hash = sign::cmi(&fields, key);
    for (_, value) in &mut fields {
        *value = escape(value);
    }
    fields.push(("HASH".to_owned(), hash));
    fields
}
