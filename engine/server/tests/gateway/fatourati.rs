//! CMI Fatourati: a reference, a payment at a bank, a question back before it is believed.

use crate::fake::{Asked, Fake};
use crate::house::{Answer, House, account};
use acquit_mapping::signature::Scheme;
use acquit_mapping::signature::fatourati::sign;
use acquit_server::config::ProviderConfig;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const KEY: &str = "STOREKEY-DEMO";
const REFERENCE: &str = "1089010000162";
const TRANSACTION: &str = "100030811926";

fn fatourati(address: &str) -> ProviderConfig {
    ProviderConfig {
        api: format!("http://{address}/api/v1/merchants/{{merchant}}/stores/{{store}}"),
        token: format!("http://{address}/realms/demo/token"),
        hosts: vec!["127.0.0.1".to_owned()],
        merchant: "100024".to_owned(),
        store: "100030".to_owned(),
        ..account(&[KEY])
    }
}

/// The provider: gives tokens and references, and says that the transaction is paid while it can.
fn answer(asked: &Asked, is_up: bool) -> Option<(u16, String)> {
    let line = asked.line.as_str();
    if line.contains("/realms/demo/token") {
        assert!(asked.body.contains("grant_type=client_credentials"), "{}", asked.body);
        return Some((200, json!({ "access_token": "A1", "expires_in": 300 }).to_string()));
    }
    assert_eq!(asked.header("authorization"), "Bearer A1");
    if line.starts_with("POST /api/v1/merchants/100024/stores/100030/token ") {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        assert!(asked.body.contains("\"totalAmount\":3600.00,"), "{}", asked.body);
        let expiry = text("expiryDate");
        let signed = [
            "3600.00",
            "504",
            "100024",
            "100030",
            &text("orderId"),
            "001",
            "MULTI_CANAL",
            "true",
            &expiry,
        ];
        assert_eq!(asked.header("x-signature"), sign(&signed, KEY, Scheme::FatouratiHmac));
        assert_eq!(expiry.len(), "2026-11-23T16:00:00".len(), "{expiry}");
        let made = json!({ "status": "SUCCESS", "orderId": text("orderId"),
            "tokenRef": REFERENCE, "qrCode": "" });
        return Some((200, made.to_string()));
    }
    if !is_up {
        return None;
    }
    let paid = json!({ "fatouratiTransactionNumber": TRANSACTION, "status": "PAID",
        "tokenRef": REFERENCE, "totalAmount": "3600.00", "currency": "504" });
    Some((200, paid.to_string()))
}

/// A callback as Fatourati signs it; changes come before the signature.
fn callback(house: &House, order: &str, change: impl Fn(&mut Value), key: &str) -> Answer {
    let mut body = json!({
        "merchantCode": "100024", "store": "100030", "aggregatorCode": "FATOURATI",
        "tokenRef": REFERENCE, "orderId": order, "totalAmount": "3600.00", "currency": "504",
        "selectedItems": [], "transactionDate": "2026-11-23T13:00:00",
        "fatouratiTransactionNumber": TRANSACTION, "paymentSystemTransactionNumber": "P1",
        "paymentMode": "MULTI_CANAL", "channel": "EBANKING", "operator": "ATTIJARI",
        "extraData": "", "decisionCode": "0",
    });
    change(&mut body);
    let names = [
        "totalAmount",
        "currency",
        "merchantCode",
        "store",
        "operator",
        "channel",
        "tokenRef",
        "orderId",
        "paymentMode",
        "fatouratiTransactionNumber",
    ];
    let values: Vec<&str> = names.iter().map(|name| body[*name].as_str().unwrap_or("")).collect();
    let signature = sign(&values, key, Scheme::FatouratiHmac);
    let headers = format!("Content-Type: application/json\r\nx-signature: {signature}\r\n");
    house.send("POST /callbacks/fatourati", &headers, body.to_string().as_bytes())
}

#[test]
fn a_reference_paid_at_a_bank() {
    let up = Arc::new(AtomicBool::new(false));
    let is_up = up.clone();
    let fake = Fake::start(move |asked| answer(asked, is_up.load(Ordering::Relaxed)));
    let house = House::open(&[("fatourati", fatourati(&fake.address.to_string()))]);
    house.invoice("00069321");
    let order = house.pay("00069321", "cmi.fatourati");
    assert_eq!(order["handoff"]["reference"], REFERENCE, "{order}");
    let created: Value = serde_json::from_str(&fake.of("/token ")[1].body).unwrap();
    let number = created["orderId"].as_str().unwrap().to_owned();
    let status = format!("/callbacks/fatourati/status?token_ref={REFERENCE}&order_id={number}");
    let asked = |house: &House| house.send(&format!("GET {status}"), "", b"").json();
    assert_eq!(asked(&house)["status"], "PENDING");
    // Nobody answers the question back: it is to be sent again, and nothing moved.
    let later = callback(&house, &number, |_| {}, KEY);
    assert_eq!((later.status, house.state(&order).1), (503, 0));
    up.store(true, Ordering::Relaxed);
    let wrong = callback(&house, &number, |_| {}, "OTHER");
    assert_eq!((wrong.status, wrong.json()["code"].as_str()), (400, Some("SIG-BAD")));
    let bare = |body: &mut Value| {
        for name in ["operator", "channel", "paymentMode"] {
            body[name] = Value::Null;
        }
    };
    let bare = callback(&house, &number, bare, KEY);
    assert_eq!((bare.status, bare.json()["code"].as_str()), (400, Some("PAY-FIELD")));
    let alerts = house.get("/v1/operator/alerts");
    assert_eq!(alerts["items"].as_array().unwrap().last().unwrap()["code"], "pay.unread");
    let other = callback(&house, &number, |body| body["merchantCode"] = json!("999999"), KEY);
    assert_eq!((other.status, other.json()["code"].as_str()), (400, Some("PAY-MERCHANT")));
    assert_eq!(house.state(&order).1, 0);
    let taken = callback(&house, &number, |_| {}, KEY);
    assert_eq!(taken.status, 200, "{taken:?}");
    let receipt = taken.json()["receiptNumber"].as_str().unwrap().to_owned();
    assert!(!receipt.is_empty());
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    let again = callback(&house, &number, |_| {}, KEY);
    assert_eq!(again.json()["receiptNumber"], receipt);
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    assert_eq!(asked(&house)["status"], "PAID");
    assert_eq!(fake.of("/realms/").len(), 1, "one access token is enough");
    house.stop();
}

#[test]
fn a_cancellation_that_does_not_say_who_we_are() {
    let cancelled = Arc::new(AtomicBool::new(false));
    let now = cancelled.clone();
    let fake = Fake::start(move |asked| {
        let (status, body) = answer(asked, true)?;
        let body =
            if now.load(Ordering::Relaxed) { body.replace("PAID", "CANCELLED") } else { body };
        Some((status, body))
    });
    let house = House::open(&[("fatourati", fatourati(&fake.address.to_string()))]);
    house.invoice("00069321");
    house.pay("00069321", "cmi.fatourati");
    let created: Value = serde_json::from_str(&fake.of("/token ")[1].body).unwrap();
    let number = created["orderId"].as_str().unwrap().to_owned();
    assert_eq!(callback(&house, &number, |_| {}, KEY).status, 200);
    cancelled.store(true, Ordering::Relaxed);
    // Its five names; currency, merchant and shop are signed and not said.
    let cancel = |merchant: &str, amount: &str| {
        let body = json!({ "tokenRef": REFERENCE, "orderId": number, "amount": amount,
            "transactionDate": "2026-11-23T13:05:00", "fatouratiTransactionNumber": TRANSACTION });
        let texts = ["3600.00", "504", merchant, "100030", REFERENCE, &number, TRANSACTION];
        let signature = sign(&texts, KEY, Scheme::FatouratiHmac);
        let headers = format!("Content-Type: application/json\r\nx-signature: {signature}\r\n");
        let body = body.to_string();
        house.send("POST /callbacks/fatourati/cancel", &headers, body.as_bytes()).status
    };
    assert_eq!(cancel("999999", "3600.00"), 400, "signed for another merchant");
    assert_eq!(cancel("100024", "3601.00"), 400, "another amount than was signed");
    assert_eq!(house.get("/v1/invoices/6110D00116/00069321")["disputed"], false);
    assert_eq!(cancel("100024", "3600.00"), 200);
    assert_eq!(house.get("/v1/invoices/6110D00116/00069321")["disputed"], true);
    house.stop();
}
