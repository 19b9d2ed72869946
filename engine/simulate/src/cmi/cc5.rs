//! CMI's interface CC5: XML in the field `DATA` of a form, or alone.

use super::{Cmi, PARTNER, Payment, State};
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
        "Credit" if payment.state == State::Captured => {
            let transaction = format!("{}R", payment.transaction);
            cmi.street.journal.write(Entry {
                transaction: transaction.clone(),
                ..Entry::now(PARTNER, Deed::GaveBack, &oid, payment.minor)
            });
            written(&oid, "Approved", "00", &transaction, "", "")
        }
        _ => written(&oid, "Declined", "12", "", "Invalid transaction", ""),
    }
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
