//! Refunds and voids at providers: whole, in part, refused, not answered, told by a callback.

use crate::amanpay::{NOW, SECRET, amanpay, said, tell};
use crate::cmi::{callback, cmi, oid};
use crate::fake::{Asked, Fake};
use crate::house::House;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Longest a test waits for something.
const PATIENCE: Duration = Duration::from_secs(20);

/// What the provider says to a refund, by how often it was asked.
type Says = fn(&Asked, u32) -> Option<(u16, String)>;

/// A house with an invoice that was paid at Amanpay with `TX242`, and the payment's number there.
fn paid(says: Says) -> (House, Value, String, Fake) {
    let times = AtomicU32::new(0);
    let fake = Fake::start(move |asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        if asked.line.contains("/refunds") {
            return says(asked, times.fetch_add(1, Ordering::Relaxed));
        }
        let made = json!({ "id": "AP1", "order": body["order"], "status": "PENDING",
            "redirect_url": "https://amanpay.example/pay/AP1" });
        Some((201, made.to_string()))
    });
    let house = House::open(&[("amanpay", amanpay(&format!("http://{}", fake.address)))]);
    house.invoice("00069321");
    let order = house.pay("00069321", "amanpay.amanty");
    let asked = fake.of("POST /payments");
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    let number = body["order"].as_str().unwrap().to_owned();
    let body = said(&number, "payment.confirmed", "TX242");
    assert_eq!(tell(&house, "m1", NOW, SECRET, body.as_bytes()).status, 200);
    (house, order, number, fake)
}

/// The one money fact of a kind.
fn funds(house: &House, kind: &str) -> Option<Value> {
    let id = house.money().into_iter().find(|one| one.key.kind.key() == kind)?.id;
    Some(house.get(&format!("/v1/operator/funds/{id}")))
}

/// The operator pays back; what was answered.
fn give_back(house: &House, amount: &str) -> (u16, String) {
    let credit = funds(house, "credit").expect("it is paid");
    let path = format!("/v1/operator/funds/{}/refund", credit["id"].as_str().unwrap());
    let body = json!({ "amount": { "amount": amount, "currency": "MAD" }, "then": "reopens",
        "reason": "erreur du client" });
    let answer = house.order(&path, &body);
    (answer.status, if answer.status == 200 { String::new() } else { answer.code() })
}

/// Waits until the refund is in a state.
fn until(house: &House, state: &str) -> Value {
    let until = Instant::now() + PATIENCE;
    loop {
        let refund = funds(house, "reversal").unwrap_or_default();
        if refund["state"] == state {
            return refund;
        }
        assert!(Instant::now() < until, "{state} is awaited: {refund}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Status of the invoice, and the kinds of the open cases.
fn stands(house: &House) -> (String, Vec<String>) {
    let invoice = house.get("/v1/invoices/6110D00116/00069321");
    let cases = house.get("/v1/operator/cases?open=true&limit=50");
    let kinds = cases["items"].as_array().unwrap().iter();
    let kinds = kinds.map(|case| case["kind"].as_str().unwrap().to_owned()).collect();
    (invoice["status"].as_str().unwrap_or_default().to_owned(), kinds)
}

fn case_of_a_refund() -> (String, Vec<String>) {
    ("awaiting_partner".to_owned(), vec!["refund".to_owned()])
}

fn nothing_open(status: &str) -> (String, Vec<String>) {
    (status.to_owned(), Vec::new())
}

/// A refund as the contract says it.
fn answer(asked: &Asked, status: &str) -> String {
    let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
    let mut said = json!({ "refund": "r", "status": status, "transaction": "RF1" });
    if let Some(amount) = body["amount"].as_str() {
        said["amount"] = json!(amount);
        said["currency"] = json!("MAD");
    }
    said.to_string()
}

#[test]
fn a_part_is_paid_back() {
    let (house, _, number, fake) = paid(|asked, _| Some((201, answer(asked, "REFUNDED"))));
    assert_eq!(give_back(&house, "600.00").0, 200);
    let refund = until(&house, "refunded");
    assert_eq!(stands(&house), nothing_open("unpaid"));
    let credit = funds(&house, "credit").unwrap();
    assert_eq!(
        (&credit["back"][0]["id"], &credit["back"][0]["reference"]),
        (&refund["id"], &json!("RF1"))
    );
    let asked = fake.of("/refunds");
    assert_eq!(asked.len(), 1);
    assert!(asked[0].line.contains(&format!("POST /payments/{number}/refunds")), "{asked:?}");
    assert_eq!(asked[0].header("authorization"), "Bearer s3cret-pass");
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    let expected = json!({ "refund": refund["id"], "transaction": "TX242", "amount": "600.00",
        "currency": "MAD" });
    assert_eq!(body, expected);
    let (told, code) = give_back(&house, "3000.01");
    assert_eq!((told, code.as_str()), (409, "PAY-LEFT"), "more than is left");
    let back = said(&number, "payment.refunded", "RF1").replace("3600.00", "600.00");
    let again = tell(&house, "m2", NOW, SECRET, back.as_bytes());
    assert_eq!(again.json()["code"], "DUP-000", "its callback says it again: {again:?}");
    assert_eq!(give_back(&house, "3000.00").0, 200);
    house.stop();
}

#[test]
fn a_refund_is_refused() {
    let (house, ..) = paid(|asked, _| Some((200, answer(asked, "REFUSED"))));
    assert_eq!(give_back(&house, "3600.00").0, 200);
    until(&house, "denied");
    assert_eq!(stands(&house), case_of_a_refund());
    house.stop();
    let (house, ..) = paid(|_, _| Some((422, "{}".to_owned())));
    assert_eq!(give_back(&house, "3600.00").0, 200);
    until(&house, "denied");
    assert_eq!(stands(&house), case_of_a_refund());
    house.stop();
}

#[test]
fn no_answer_is_asked_about_and_never_called_again() {
    let says: Says = |asked, times| match times {
        // It took the first call, and nobody was told.
        0 => None,
        1 => Some((500, String::new())),
        _ => Some((200, answer(asked, "REFUNDED"))),
    };
    let (house, order, _, fake) = paid(says);
    assert_eq!(give_back(&house, "3600.00").0, 200);
    let (waits, code) = give_back(&house, "3600.00");
    assert_eq!((waits, code.as_str()), (409, "STATE-EVENT"), "one is asked for already");
    until_asked(&fake, 1);
    assert_eq!(stands(&house), nothing_open("awaiting_partner"));
    house.fire(&order);
    until_asked(&fake, 2);
    house.fire(&order);
    let refund = until(&house, "refunded");
    assert_eq!(stands(&house), nothing_open("unpaid"));
    assert_eq!(fake.of("POST /payments/").len(), 1, "called once");
    let asked = fake.of("GET /payments/");
    assert!(asked[0].line.contains(refund["id"].as_str().unwrap()), "{asked:?}");
    house.stop();
}

fn until_asked(fake: &Fake, times: usize) {
    let until = Instant::now() + PATIENCE;
    while fake.of("/refunds").len() < times {
        assert!(Instant::now() < until, "{times} calls are awaited");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_callback_is_first() {
    let (house, _, number, _fake) = paid(|asked, _| Some((202, answer(asked, "PENDING"))));
    assert_eq!(give_back(&house, "3600.00").0, 200);
    let back = said(&number, "payment.refunded", "RF1");
    let told = tell(&house, "m2", NOW, SECRET, back.as_bytes());
    assert_eq!(told.json()["code"], "OK", "{told:?}");
    until(&house, "refunded");
    assert_eq!(stands(&house), nothing_open("unpaid"));
    house.stop();
}

#[test]
fn an_answer_about_another_amount_is_not_believed() {
    let (house, ..) = paid(|_, _| {
        let said = json!({ "refund": "r", "status": "REFUNDED", "amount": "1.00",
            "currency": "MAD" });
        Some((200, said.to_string()))
    });
    assert_eq!(give_back(&house, "3600.00").0, 200);
    std::thread::sleep(Duration::from_millis(300));
    until(&house, "refund_reopens");
    assert_eq!(stands(&house), nothing_open("awaiting_partner"));
    house.stop();
}

/// What CMI's interface says, by the kind of operation.
fn cc5(asked: &Asked, said: fn(&str) -> Option<&'static str>) -> Option<(u16, String)> {
    let kind = asked.body.split("Type%3E").nth(1)?.split("%3C").next()?;
    let oid = asked.body.split("OrderId%3E").nth(1)?.split("%3C").next()?;
    let word = said(kind)?;
    let text = format!(
        "<CC5Response><OrderId>{oid}</OrderId><Response>{word}</Response>\
         <ProcReturnCode>00</ProcReturnCode><TransId>T1{kind}</TransId></CC5Response>"
    );
    Some((200, text))
}

/// A house with an invoice that was paid by card.
fn paid_by_card(said: fn(&str) -> Option<&'static str>) -> (House, Fake) {
    let fake = Fake::start(move |asked| cc5(asked, said));
    let house = House::open(&[("cmi", cmi(&format!("http://{}/fim/api", fake.address)))]);
    house.invoice("00069321");
    let order = house.pay("00069321", "cmi.card");
    let answer = house.form("/callbacks/cmi", &callback(&oid(&order), &[]));
    assert_eq!(answer.body, "ACTION=POSTAUTH");
    (house, fake)
}

/// The kinds of operations CMI was asked for.
fn operations(fake: &Fake) -> Vec<String> {
    let asked = fake.of("/fim/api");
    let kind =
        |one: &Asked| one.body.split("Type%3E").nth(1)?.split("%3C").next()?.to_owned().into();
    asked.iter().filter_map(kind).collect()
}

#[test]
fn a_card_of_today_is_voided() {
    let (house, fake) = paid_by_card(|_| Some("Approved"));
    assert_eq!(give_back(&house, "3600.00").0, 200);
    until(&house, "refunded");
    assert_eq!((operations(&fake), stands(&house)), (vec!["Void".into()], nothing_open("unpaid")));
    house.stop();
}

#[test]
fn a_part_of_a_card_is_credited() {
    let (house, fake) = paid_by_card(|_| Some("Approved"));
    assert_eq!(give_back(&house, "600.00").0, 200);
    until(&house, "refunded");
    let body = fake.of("/fim/api")[0].body.clone();
    assert!(body.contains("Total%3E600.00%3C") && body.contains("Currency%3E504%3C"), "{body}");
    assert_eq!(operations(&fake), ["Credit"]);
    house.stop();
}

#[test]
fn a_void_that_comes_too_late_is_a_credit() {
    let (house, fake) = paid_by_card(|kind| match kind {
        "Void" => Some("Error"),
        _ => Some("Approved"),
    });
    assert_eq!(give_back(&house, "3600.00").0, 200);
    until(&house, "refunded");
    assert_eq!(operations(&fake), ["Void", "Credit"]);
    house.stop();
}

#[test]
fn a_card_that_is_not_answered_is_put_before_an_operator() {
    let (house, fake) = paid_by_card(|_| None);
    assert_eq!(give_back(&house, "3600.00").0, 200);
    let until_case = Instant::now() + PATIENCE;
    while stands(&house).1.is_empty() {
        assert!(Instant::now() < until_case, "a case is awaited");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(operations(&fake), ["Void"], "nothing is called after it");
    assert_eq!(stands(&house), case_of_a_refund());
    let credit = funds(&house, "credit").unwrap();
    let path = format!("/v1/operator/funds/{}/settle-refund", credit["id"].as_str().unwrap());
    let body = json!({ "made": true, "reason": "vu au portail de CMI" });
    assert_eq!(house.order(&path, &body).status, 200);
    until(&house, "refunded");
    assert_eq!(stands(&house), nothing_open("unpaid"));
    assert_eq!(house.order(&path, &body).code(), "STATE-EVENT");
    house.stop();
}
