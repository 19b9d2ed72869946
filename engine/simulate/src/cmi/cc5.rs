//! CMI's interface CC5: XML in the field `DATA` of a form, or alone.

use super::{Cmi, PARTNER, Payment, State};
use crate::amount;
use crate::form::value;
use crate::http::{Answer, Asked};
use crate::journal::{Deed, Entry};
use crate::misbehaviour::Misbehaviour;
use crate::xml::{escape, text};
use std::time::Duration;

/// Longer than anybody waits.
const NEVER: Duration = Duration::from_secs(3600);

pub(super) async fn answer(cmi: &Cmi, asked: &Asked) -> Answer {
    let body = asked.text();
    let document = match body.trim_start().starts_with('<') {
        true => body,
        false => value(&asked.form(), "DATA").to_owned(),
    };
    let oid = text(&document, "OrderId");
    if cmi.street.fails(Misbehaviour::TimeOut, &oid) {
        tokio::time::sleep(NEVER).await;
    }
    if cmi.street.fails(Misbehaviour::Error500, &oid) {
        return Answer::text(500, "internal error");
    }
    let agreement = &cmi.agreement;
    let known = [
        ("Name", &agreement.login),
        ("Password", &agreement.password),
        ("ClientId", &agreement.merchant),
    ];
    if known.iter().any(|(tag, value)| text(&document, tag) != **value) {
        return written(&oid, "Error", "99", "", "Authentication failed", "");
    }
    let Some(payment) = cmi.payment(&oid) else {
        return written(&oid, "Declined", "99", "", "No record found", "");
    };
    match text(&document, "Type").as_str() {
        "" => status(cmi, &oid, &payment),
        "PostAuth" if payment.state == State::Authorised => {
            cmi.capture(&oid, &payment.transaction, payment.minor, &[]);
            written(&oid, "Approved", "00", &payment.transaction, "", "")
        }
        "Void" if payment.state == State::Authorised => {
            cmi.moved(&oid, &payment.transaction, State::Voided);
            written(&oid, "Approved", "00", &payment.transaction, "", "")
        }
        "Void" if payment.state == State::Captured => {
            give_back(cmi, &oid, &payment, Some(payment.minor))
        }
        "Credit" if payment.state == State::Captured => {
            give_back(cmi, &oid, &payment, amount::read(&text(&document, "Total")))
        }
        _ => written(&oid, "Declined", "12", "", "Invalid transaction", ""),
    }
}

/// Gives money of a payment back, at most what is left of it.
fn give_back(cmi: &Cmi, oid: &str, payment: &Payment, minor: Option<i64>) -> Answer {
    let entries = cmi.street.journal.entries();
    let given: Vec<&Entry> =
        entries.iter().filter(|one| one.deed == Deed::GaveBack && one.order == oid).collect();
    let left = payment.minor - given.iter().map(|one| one.minor).sum::<i64>();
    let Some(minor) = minor.filter(|minor| *minor > 0 && *minor <= left) else {
        return written(oid, "Error", "99", "", "Amount is over what is left", "");
    };
    let transaction = format!("{}R{}", payment.transaction, given.len() + 1);
    cmi.street.journal.write(Entry {
        transaction: transaction.clone(),
        ..Entry::now(PARTNER, Deed::GaveBack, oid, minor)
    });
    written(oid, "Approved", "00", &transaction, "", "")
}

/// The state of an order.
fn status(cmi: &Cmi, oid: &str, payment: &Payment) -> Answer {
    let is_lying = cmi.misbehaves(Misbehaviour::Lies, oid);
    let state = match payment.state {
        _ if is_lying => "D",
        State::Open => "PN",
        State::Authorised => "A",
        State::Captured => "C",
        State::Declined => "D",
        State::Voided => "V",
    };
    let captured = if state == "C" { payment.minor.to_string() } else { String::new() };
    let extra = format!(
        "<TRANS_STAT>{state}</TRANS_STAT><CHARGE_TYPE_CD>S</CHARGE_TYPE_CD>\
         <ORIG_TRANS_AMT>{}</ORIG_TRANS_AMT><CAPTURE_AMT>{captured}</CAPTURE_AMT>\
         <CURRENCY>504</CURRENCY>",
        payment.minor
    );
    let code = if state == "D" { "05" } else { "00" };
    written(oid, "Approved", code, &payment.transaction, "", &extra)
}

fn written(
    oid: &str,
    said: &str,
    code: &str,
    transaction: &str,
    error: &str,
    extra: &str,
) -> Answer {
    let (oid, transaction) = (escape(oid), escape(transaction));
    let document = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CC5Response><OrderId>{oid}</OrderId>\
         <Response>{said}</Response><ProcReturnCode>{code}</ProcReturnCode>\
         <TransId>{transaction}</TransId><ErrMsg>{error}</ErrMsg><Extra>{extra}</Extra>\
         </CC5Response>"
    );
    Answer::new(200).body("application/xml", document)
}
