//! Amanpay by our own contract: redirect, cash code, signed notifications.

use crate::fake::{Asked, Fake};
use crate::house::{Answer, House, account};
use acquit_domain::Timestamp;
use acquit_mapping::signature::webhook::sign;
use acquit_server::config::ProviderConfig;
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OLD: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// The house's clock, in seconds since 1970.
pub(crate) const NOW: i64 = 1_795_435_200;

pub(crate) fn amanpay(api: &str) -> ProviderConfig {
    ProviderConfig {
        api: api.to_owned(),
        hosts: vec!["127.0.0.1".to_owned()],
        ..account(&[SECRET])
    }
}

/// Makes payments as the contract says.
fn makes(asked: &Asked) -> Option<(u16, String)> {
    let body: Value = serde_json::from_str(&asked.body).ok()?;
    let mut made = json!({ "id": "AP1", "order": body["order"], "status": "PENDING" });
    match body["mean"].as_str()? {
        "CASHCODE" => made["cash_code"] = json!("0123456789"),
        _ => made["redirect_url"] = json!("https://amanpay.example/pay/AP1"),
    }
    Some((201, made.to_string()))
}

/// A notification of a payment.
pub(crate) fn said(order: &str, kind: &str, transaction: &str) -> String {
    json!({
        "type": kind,
        "timestamp": "2026-11-23T12:00:00Z",
        "data": { "transaction": transaction, "order": order, "amount": "3600.00",
            "currency": "MAD", "status": "PAID" },
    })
    .to_string()
}

/// Posts a notification, signed at a time.
pub(crate) fn tell(house: &House, id: &str, at: i64, secret: &str, body: &[u8]) -> Answer {
    let signature = sign(secret, id, at, body).unwrap();
    tell_with(house, id, at, &signature, body)
}

fn tell_with(house: &House, id: &str, at: i64, signature: &str, body: &[u8]) -> Answer {
    let headers = format!(
        "Content-Type: application/json\r\nwebhook-id: {id}\r\nwebhook-timestamp: {at}\r\n\
         webhook-signature: {signature}\r\n"
    );
    house.send("POST /callbacks/amanpay", &headers, body)
}

/// A house with a payment that is begun at Amanpay, and the number Amanpay knows it by.
fn begun(means: &str) -> (House, Value, String, Fake) {
    let fake = Fake::start(makes);
    let house = House::open(&[("amanpay", amanpay(&format!("http://{}", fake.address)))]);
    assert_eq!(house.clock.now(), Timestamp(NOW * 1_000_000));
    house.invoice("00069321");
    let order = house.pay("00069321", means);
    let asked = fake.of("/payments");
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    let number = body["order"].as_str().unwrap().to_owned();
    (house, order, number, fake)
}

#[test]
fn a_page_and_a_notification() {
    let (house, order, number, fake) = begun("amanpay.amanty");
    assert_eq!(order["handoff"]["url"], "https://amanpay.example/pay/AP1", "{order}");
    let asked = fake.of("POST /payments");
    assert_eq!(asked[0].header("authorization"), "Bearer s3cret-pass");
    let body: Value = serde_json::from_str(&asked[0].body).unwrap();
    assert_eq!(
        (body["amount"].as_str(), body["currency"].as_str()),
        (Some("3600.00"), Some("MAD"))
    );
    assert!(body["expires_at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{body}");
    let body = said(&number, "payment.confirmed", "TX242");
    let answer = tell(&house, "m1", NOW, SECRET, body.as_bytes());
    assert_eq!((answer.status, answer.json()["code"].as_str()), (200, Some("OK")));
    assert!(!answer.json()["receipt"].as_str().unwrap().is_empty());
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    let again = tell(&house, "m1", NOW, SECRET, body.as_bytes());
    assert_eq!((again.status, again.json()["code"].as_str()), (200, Some("DUP-000")));
    let stale = said(&number, "payment.pending", "TX242"); // J019
    let stale = tell(&house, "m2", NOW, SECRET, stale.as_bytes());
    assert_eq!((stale.status, stale.json()["code"].as_str()), (200, Some("STALE")));
    let other = body.replace("3600.00", "1.00"); // J004
    let other = tell(&house, "m1", NOW, SECRET, other.as_bytes());
    assert_eq!((other.status, other.code().as_str()), (409, "IDEM-MISMATCH"));
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    house.stop();
}

#[test]
fn a_code_in_cash() {
    let (house, order, _, _) = begun("amanpay.cashcode");
    assert_eq!(order["handoff"]["reference"], "0123456789", "{order}");
    assert_eq!(order["handoff"]["where"][0], "Tashilat");
    house.stop();
}

#[test]
fn notifications_that_are_not_believed() {
    let (house, order, number, _fake) = begun("amanpay.amanty");
    let body = said(&number, "payment.confirmed", "TX242");
    let good = sign(SECRET, "m9", NOW, body.as_bytes()).unwrap();
    let check = |answer: Answer, status: u16, code: &str| {
        let found = answer.json()["code"].as_str().map_or_else(|| answer.code(), str::to_owned);
        assert_eq!((answer.status, found.as_str()), (status, code), "{answer:?}");
        assert_eq!(house.state(&order).1, 0, "{code}");
    };
    let signed = |body: &str| tell(&house, "m9", NOW, SECRET, body.as_bytes());
    check(tell(&house, "m9", NOW + 360, SECRET, body.as_bytes()), 401, "SIG-FUTURE"); // J002
    check(tell(&house, "m9", NOW - 360, SECRET, body.as_bytes()), 401, "SIG-OLD");
    let reordered = body.replacen('{', "{ ", 1); // J005
    check(tell_with(&house, "m9", NOW, &good, reordered.as_bytes()), 401, "SIG-BAD");
    let many = "v1,AAAA ".repeat(49) + &good; // J006
    check(tell_with(&house, "m9", NOW, &many, body.as_bytes()), 401, "SIG-LIMIT");
    let ninth = good.replace("v1,", "v9,"); // J007
    check(tell_with(&house, "m9", NOW, &ninth, body.as_bytes()), 401, "SIG-ALG");
    check(tell(&house, "m9", NOW, OLD, body.as_bytes()), 401, "SIG-BAD"); // J008
    let unsigned = tell(&house, "m9", NOW, OLD, body.as_bytes()).json();
    assert_eq!(unsigned["title"], "La signature du message n'est pas juste.", "{unsigned}");
    let amount = "\"amount\":\"3600.00\"";
    let twice = body.replace(amount, &format!("\"amount\":\"1.00\",{amount}"));
    check(signed(&twice), 400, "JSON-DUP"); // J009
    check(signed(&body.replace("\"3600.00\"", "3600.0000000001")), 422, "JSON-TYPE"); // J010
    check(signed(&body.replace("\"3600.00\"", "1e400")), 422, "JSON-TYPE"); // J011
    check(signed(&"[".repeat(100_000)), 400, "JSON-DEPTH"); // J012
    let bytes: Vec<u8> = body.replace("TX242", "TX\u{1}42").into_bytes();
    let bytes: Vec<u8> = bytes.iter().map(|byte| if *byte == 1 { 0xff } else { *byte }).collect();
    check(tell(&house, "m9", NOW, SECRET, &bytes), 400, "JSON-ENC"); // J014
    let odd = body.replace("payment.confirmed", "payment.exploded"); // J016
    check(signed(&odd), 200, "EVT-UNKNOWN");
    house.stop();
}

#[test]
fn a_provider_that_is_down() {
    let house = House::open(&[("amanpay", amanpay("http://127.0.0.1:1"))]);
    house.invoice("00069321");
    let order = house.pay("00069321", "amanpay.amanty");
    house.until(&order, "declined");
    assert!(order["handoff"].is_null(), "{order}");
    house.stop();
}
