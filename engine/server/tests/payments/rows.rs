//! Rows of `tests/badinputs` about payments, from end to end: what is sent, and what stands after.

use crate::fake::{Asked, Fake};
use crate::house::{House, account};
use crate::partners::{Desk, ISSUER, card, cmi, code, number, oid, open, pass, tell};
use crate::samples::xml;
use acquit_mapping::signature::Scheme;
use acquit_mapping::signature::fatourati::sign;
use acquit_server::config::ProviderConfig;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// The invoice of every row.
const NUMBER: &str = "00069321";
/// An hour in seconds.
const HOUR: i64 = 3_600;

/// What stands after a row: the invoice and what is due, what came in and what of it lies in
/// suspense, the open cases.
fn stands(house: &House) -> String {
    let desk = Desk::new(house);
    let (status, due) = desk.stands(NUMBER);
    let (came, suspense) = desk.totals();
    format!("{status} {due}; {came}, {suspense}; {}", desk.cases().join(" "))
}

/// Runs a row in a house of its own; `story` gives what was answered.
fn check(row: &str, story: impl Fn(&House) -> String, expected: &str) {
    let (house, _street) = open();
    house.invoice(NUMBER);
    let answered = story(&house);
    let found = format!("{answered}; {}", stands(&house));
    assert_eq!(found, expected, "{row}");
    house.stop();
}

/// The issuer's cancellation of an invoice.
pub(crate) fn cancellation(number: &str) -> String {
    xml(number)
        .replace("<Fonction>9<", "<Fonction>3<")
        .replace("<StatutFacture>2<", "<StatutFacture>3<")
        .replace(&format!("9{number}"), &format!("8{number}"))
        .replace("<Devise>", "<DateAnnulation>2026-11-23T00:00:00</DateAnnulation>\n      <Devise>")
}

fn post(house: &House, order: &Value) -> String {
    house.form("/callbacks/cmi", &card(&oid(order), &[])).body
}

fn confirmed(house: &House, order: &Value, transaction: &str, amount: &str) -> String {
    let more = json!({ "transaction": transaction, "amount": amount });
    let answer = tell(house, "payment.confirmed", &number(order), &more);
    assert_eq!(answer.status, 200, "{answer:?}");
    code(&answer)
}

#[test]
fn paid_too_late() {
    let late = |house: &House| {
        let order = house.pay(NUMBER, "cmi.card");
        pass(house, 5 * HOUR);
        post(house, &order)
    };
    check("C014", late, "FAILURE; unpaid 3600.00; 0.00, 0.00; late");
    let month = |house: &House| {
        let order = house.pay(NUMBER, "amanpay.amanty");
        pass(house, 30 * 24 * HOUR);
        confirmed(house, &order, "TX242", "3600.00")
    };
    check("J020", month, "PAY-LATE; unpaid 3600.00; 3600.00, 3600.00; late");
}

/// Row P010. No message of the family tells an issuer that a reference ended, or that money lies
/// in suspense: what it may see of its invoice is told in its feed, and by webhook if it wants.
#[test]
fn paid_after_the_issuer_was_told_that_nothing_was() {
    let (house, _street) = open();
    house.invoice(NUMBER);
    let order = house.pay(NUMBER, "amanpay.cashcode");
    pass(&house, 10 * 24 * HOUR);
    house.until(&order, "expired");
    let desk = Desk::new(&house);
    assert_eq!(desk.told(NUMBER).last().unwrap(), "ma.acquit.attempt.ended.v1");
    assert_eq!(confirmed(&house, &order, "TX242", "3600.00"), "PAY-LATE");
    assert_eq!(desk.told(NUMBER).last().unwrap(), "ma.acquit.payment.suspended.v1");
    assert_eq!(stands(&house), "unpaid 3600.00; 3600.00, 3600.00; late");
    house.stop();
}

#[test]
fn paid_twice_or_by_another() {
    let twice = |house: &House| {
        let order = house.pay(NUMBER, "cmi.card");
        let amanpay = house.pay(NUMBER, "amanpay.amanty");
        let first = confirmed(house, &amanpay, "TX242", "3600.00");
        format!("{first} {}", post(house, &order))
    };
    check("C023", twice, "OK FAILURE; awaiting_partner 0.00; 3600.00, 0.00; double");
    let crossed = |house: &House| {
        let first = house.pay(NUMBER, "amanpay.amanty");
        let failed = json!({ "transaction": "TX1" });
        tell(house, "payment.failed", &number(&first), &failed);
        let second = house.pay(NUMBER, "amanpay.amanty");
        tell(house, "payment.pending", &number(&second), &json!({ "transaction": "TX2" }));
        confirmed(house, &second, "TX1", "3600.00")
    };
    check("J021", crossed, "PAY-TX; unpaid 3600.00; 3600.00, 3600.00; mismatch");
    let parts = |house: &House| {
        let order = house.pay(NUMBER, "amanpay.amanty");
        let part = |transaction| confirmed(house, &order, transaction, "1200.00");
        [part("T1"), part("T2"), part("T3")].join(" ")
    };
    // This issuer takes no parts: an operator puts them on the invoice, see below.
    let held = "PAY-AMOUNT STATE-BLOCKED STATE-BLOCKED; blocked 3600.00; 3600.00, 3600.00; \
        blocked blocked short";
    check("P005", parts, held);
    // An attempt nobody began.
    let invented = |house: &House| {
        let order = house.pay(NUMBER, "cmi.card");
        let oid = oid(&order).replace("-1", "-7");
        house.form("/callbacks/cmi", &card(&oid, &[])).body
    };
    check("an attempt that never was", invented, "FAILURE; unpaid 3600.00; 0.00, 0.00; ");
}

/// Row P005: paid only when the sum equals the total.
#[test]
fn parts_that_an_operator_puts_on_an_invoice() {
    let (house, _street) = open();
    house.invoice(NUMBER);
    let order = house.pay(NUMBER, "amanpay.amanty");
    let desk = Desk::new(&house);
    for (transaction, due) in [("T1", "2400.00"), ("T2", "1200.00"), ("T3", "0.00")] {
        confirmed(&house, &order, transaction, "1200.00");
        let page = desk.sees("/v1/operator/suspense?limit=10");
        let id = page["items"][0]["id"].as_str().unwrap_or_else(|| panic!("{page}")).to_owned();
        let body = json!({ "reason": "reçu", "invoice": { "issuer": ISSUER, "number": NUMBER },
            "amount": { "amount": "1200.00", "currency": "MAD" } });
        let done = desk.operates(&format!("/v1/operator/funds/{id}/allocate"), &body);
        assert_eq!(done.status, 200, "{done:?}");
        assert_eq!(desk.stands(NUMBER), ("blocked".to_owned(), due.to_owned()));
    }
    let path = format!("/v1/operator/invoices/{ISSUER}/{NUMBER}/unblock");
    assert_eq!(desk.operates(&path, &json!({ "reason": "soldée" })).status, 200);
    assert_eq!(stands(&house), "awaiting_partner 0.00; 3600.00, 0.00; ");
    house.stop();
}

/// Row P003: what was paid stays in the log; what went back is told beside it.
#[test]
fn paid_and_then_disputed() {
    let (house, _street) = open();
    house.invoice(NUMBER);
    let order = house.pay(NUMBER, "amanpay.amanty");
    assert_eq!(confirmed(&house, &order, "TX242", "3600.00"), "OK");
    let desk = Desk::new(&house);
    let disputed = tell(&house, "payment.disputed", &number(&order), &json!({}));
    assert_eq!(code(&disputed), "OK");
    assert_eq!(stands(&house), "awaiting_partner 0.00; 3600.00, 0.00; chargeback");
    let back = json!({ "transaction": "TX900", "reverses": "TX242" });
    assert_eq!(code(&tell(&house, "payment.refunded", &number(&order), &back)), "OK");
    assert_eq!(stands(&house), "unpaid 3600.00; 3600.00, 0.00; ");
    let told = desk.told(NUMBER).join(" ");
    for kind in ["invoice.awaiting_partner", "payment.disputed", "invoice.unpaid"] {
        assert!(told.contains(&format!("ma.acquit.{kind}.v1")), "{kind}: {told}");
    }
    house.stop();
}

/// Row P007: all of them or none.
#[test]
fn one_of_two_is_cancelled_meanwhile() {
    let (house, _street) = open();
    let desk = Desk::new(&house);
    house.invoice(NUMBER);
    house.invoice("00069322");
    let order = desk.pays(ISSUER, &[NUMBER, "00069322"], "amanpay.amanty");
    assert_eq!(desk.sends(&cancellation("00069322")), "accepted");
    assert_eq!(confirmed(&house, &order, "TX242", "7200.00"), "STATE-TERMINAL");
    assert_eq!(desk.stands("00069322").0, "cancelled");
    assert_eq!(stands(&house), "unpaid 3600.00; 7200.00, 7200.00; cancelled");
    house.stop();
}

/// Row P008: told paid, and denied where it is asked; not paid until both say so.
#[test]
fn told_paid_and_denied_when_asked() {
    const KEY: &str = "STOREKEY-DEMO";
    const REFERENCE: &str = "1089010000162";
    const TRANSACTION: &str = "100030811926";
    let answers = |asked: &Asked| {
        let line = asked.line.as_str();
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        let made = match line {
            _ if line.contains("/realms/") => json!({ "access_token": "A1", "expires_in": 300 }),
            _ if line.starts_with("POST") => json!({ "status": "SUCCESS",
                "orderId": body["orderId"], "tokenRef": REFERENCE, "qrCode": "" }),
            _ => json!({ "fatouratiTransactionNumber": TRANSACTION, "status": "REJECTED",
                "tokenRef": REFERENCE }),
        };
        Some((200, made.to_string()))
    };
    let fake = Fake::start(answers);
    let address = fake.address;
    let fatourati = ProviderConfig {
        api: format!("http://{address}/api/v1/merchants/{{merchant}}/stores/{{store}}"),
        token: format!("http://{address}/realms/demo/token"),
        hosts: vec!["127.0.0.1".to_owned()],
        merchant: "100024".to_owned(),
        store: "100030".to_owned(),
        ..account(&[KEY])
    };
    let house = House::open(&[("fatourati", fatourati), ("cmi", cmi("http://127.0.0.1:1"))]);
    house.invoice(NUMBER);
    let order = house.pay(NUMBER, "cmi.fatourati");
    let number = number(&order);
    let signed = [
        "3600.00",
        "504",
        "100024",
        "100030",
        "ATTIJARI",
        "EBANKING",
        REFERENCE,
        &number,
        "MULTI_CANAL",
        TRANSACTION,
    ];
    let signature = sign(&signed, KEY, Scheme::FatouratiHmac);
    let body = json!({
        "merchantCode": "100024", "store": "100030", "aggregatorCode": "FATOURATI",
        "tokenRef": REFERENCE, "orderId": number, "totalAmount": "3600.00", "currency": "504",
        "selectedItems": [], "transactionDate": "2026-11-23T13:00:00",
        "fatouratiTransactionNumber": TRANSACTION, "paymentSystemTransactionNumber": "P1",
        "paymentMode": "MULTI_CANAL", "channel": "EBANKING", "operator": "ATTIJARI",
        "extraData": "", "decisionCode": "0",
    });
    let headers = format!("Content-Type: application/json\r\nx-signature: {signature}\r\n");
    let told = house.send("POST /callbacks/fatourati", &headers, body.to_string().as_bytes());
    assert_eq!(told.status, 200, "{told:?}");
    assert_eq!(stands(&house), "unpaid 3600.00; 0.00, 0.00; mismatch");
    house.stop();
}

/// Payments that wait for the provider in row P009.
const PENDING: usize = 500;

/// Row P009. It waits on purpose: a provider that failed five times is left alone for half a
/// minute of the machine's own time.
#[test]
fn a_provider_that_was_down_for_six_hours() {
    let up = Arc::new(AtomicBool::new(false));
    let is_up = up.clone();
    let fake = Fake::start(move |asked: &Asked| {
        let body: Value = serde_json::from_str(&asked.body).unwrap_or_default();
        if asked.line.starts_with("POST") {
            let made = json!({ "id": body["order"], "order": body["order"], "status": "PENDING",
                "redirect_url": "https://amanpay.example/pay" });
            return Some((201, made.to_string()));
        }
        let order = asked.line.split([' ', '/']).nth(3)?;
        let paid = json!({ "order": order, "status": "PAID", "amount": "3600.00",
            "currency": "MAD", "transaction": format!("TX-{order}") });
        let answer = if is_up.load(Ordering::Relaxed) { (200, paid) } else { (503, json!({})) };
        Some((answer.0, answer.1.to_string()))
    });
    let house = House::open(&[("amanpay", crate::partners::amanpay(&fake))]);
    let numbers: Vec<String> = (0..PENDING).map(|n| format!("{:08}", 72_000_000 + n)).collect();
    let orders: Vec<Value> = numbers
        .iter()
        .map(|number| {
            house.invoice(number);
            house.pay(number, "amanpay.amanty")
        })
        .collect();
    for _ in 0..13 {
        pass(&house, HOUR / 2);
        std::thread::sleep(Duration::from_millis(700));
    }
    let captured = || orders.iter().filter(|one| house.state(one).0 == "captured").count();
    assert_eq!(captured(), 0);
    up.store(true, Ordering::Relaxed);
    std::thread::sleep(Duration::from_secs(31));
    let mut minutes = 0;
    while captured() < PENDING {
        minutes += 1;
        assert!(minutes <= 10, "{} of {PENDING} after ten minutes", captured());
        pass(&house, 60);
        std::thread::sleep(Duration::from_secs(3));
    }
    let (came, suspense) = Desk::new(&house).totals();
    assert_eq!((came, suspense), (format!("{}.00", PENDING * 3_600), "0.00".to_owned()));
    house.stop();
}
