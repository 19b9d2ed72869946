//! Orders: made, refused, repeated, seen.

use super::*;

#[test]
fn a_client_pays_and_only_those_concerned_see_it() {
    let one = invoice("00081001");
    let payer = json!({ "name": "Amina", "email": "amina@example.ma", "language": "ar" });
    let body = json!({ "invoices": [one], "channel": "cheque", "payer": payer,
        "reference": "CHQ-81001" });
    let answer = SERVER.post("/v1/orders", CLIENT, "", &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let made = answer.json();
    assert_eq!(made["total"], json!({"amount":"3600.00","currency":"MAD"}));
    assert_eq!((text(&made, "/net/amount"), text(&made, "/vat/amount")), ("3000.00", "600.00"));
    assert_eq!(text(&made, "/handoff/kind"), "instructions");
    let lines = made["handoff"]["lines"].to_string();
    assert!(lines.contains("CHQ-81001") && lines.contains("3600.00"), "{lines}");
    let path = text(&made, "/href").to_owned();
    for party in [CLIENT, PORTAL, OPERATOR] {
        let seen = SERVER.get(&path, party).json();
        assert_eq!(text(&seen, "/payer/email"), "amina@example.ma", "{party:?}");
        assert_eq!(text(&seen, "/attempts/0/means"), "cheque");
    }
    let seen = SERVER.get(&path, ISSUER).json();
    assert!(seen["payer"].is_null() && seen["attempts"][0]["handoff"].is_null(), "{seen}");
    let missing = format!("/v1/orders/{}", "0".repeat(26));
    for party in [OTHER_CLIENT, OTHER_ISSUER] {
        let foreign = SERVER.get(&path, party);
        let absent = SERVER.get(&missing, party);
        assert_eq!((foreign.status, &foreign.body), (404, &absent.body), "{party:?}");
        let list = SERVER.get("/v1/orders?limit=200", party);
        assert!(list.status == 200 && !list.body.contains(text(&made, "/order")), "{}", list.body);
    }
    assert_eq!(SERVER.get(&path, PROVIDER).status, 403);
    let list = SERVER.get("/v1/orders?state=live&limit=200", CLIENT);
    assert!(list.body.contains(text(&made, "/order")), "{}", list.body);
    let detail = SERVER.get("/v1/invoices/6110D00116/00081001", CLIENT).json();
    assert_eq!(text(&detail, "/payments/0/means"), "cheque", "{detail}");
    assert_eq!(text(&detail, "/payments/0/reference"), "CHQ-81001");
    assert_eq!(detail["payments"][0]["in_force"], false);
    let found = SERVER.get("/v1/invoices?payment_reference=CHQ-81001", CLIENT).json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
}

#[test]
fn a_repeat_is_the_same_order_and_the_key_holds_one_body() {
    let one = invoice("00081002");
    let body = json!({ "invoices": [one], "channel": "transfer" });
    let key = "Idempotency-Key: pay-81002\r\n";
    let first = SERVER.post("/v1/orders", CLIENT, key, &body);
    let again = SERVER.post("/v1/orders", CLIENT, key, &body);
    assert_eq!((first.status, &first.body), (200, &again.body));
    let other = json!({ "invoices": [one], "channel": "cheque" });
    let refused = SERVER.post("/v1/orders", CLIENT, key, &other);
    assert_eq!((refused.status, refused.code().as_str()), (409, "IDEM-MISMATCH"));
    let second = SERVER.post("/v1/orders", CLIENT, "Idempotency-Key: pay-81002b\r\n", &body);
    assert_eq!(second.json()["order"], first.json()["order"], "a further attempt");
    assert_eq!(second.json()["ordinal"], 2);
}

#[test]
fn the_same_wish_at_the_same_time_is_one_order() {
    let one = invoice("00081003");
    let body = json!({ "invoices": [one], "channel": "transfer" });
    let wish = || SERVER.post("/v1/orders", CLIENT, "Idempotency-Key: pay-81003\r\n", &body);
    let bodies: Vec<String> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..6).map(|_| scope.spawn(|| wish().body)).collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert!(bodies.iter().all(|body| *body == bodies[0] && body.contains("PN0")), "{bodies:?}");
}

#[test]
fn what_the_rules_refuse() {
    let (one, two) = (invoice("00081004"), invoice("00081005"));
    let check = |invoices: &[&Value], channel: &str, status: u16, code: &str| {
        let answer = pay(PORTAL, invoices, channel);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{}", answer.body);
        answer
    };
    check(&[&one], "cmi.card", 409, "MEANS-NOT-ALLOWED");
    check(&[&one], "barter", 409, "MEANS-NOT-ALLOWED");
    assert_eq!(pay(PORTAL, &[&one], "cheque").status, 200);
    let live = check(&[&one, &two], "cheque", 409, "ORDER-LIVE");
    assert!(live.json()["exchange"].is_string(), "{}", live.body);
    let blocked = SERVER
        .order("/v1/operator/invoices/6110D00116/00081005/block", &json!({ "reason": "litige" }));
    assert_eq!(blocked.status, 200, "{}", blocked.body);
    assert_eq!(text(&blocked.json(), "/invoices/0/status"), "blocked");
    check(&[&two], "cheque", 409, "STATE-BLOCKED");
    let unknown = json!({ "issuer": "6110D00116", "number": "00081999" });
    let absent = check(&[&unknown], "cheque", 404, "HTTP-404");
    let foreign = pay(OTHER_CLIENT, &[&two], "cheque");
    assert_eq!((foreign.status, &foreign.body), (404, &absent.body), "another's invoice");
}

#[test]
fn what_is_no_wish_to_pay() {
    let check = |body: Value, status: u16, detail: &str| {
        let answer = SERVER.post("/v1/orders", CLIENT, "", &body);
        assert_eq!(answer.status, status, "{body}: {}", answer.body);
        assert!(answer.body.contains(detail), "{body}: {}", answer.body);
    };
    let one = json!({ "issuer": "6110D00116", "number": "1" });
    check(json!({}), 400, "missing");
    check(json!({ "invoices": [], "channel": "cheque" }), 400, "1 to 200");
    check(json!({ "invoices": [one, one], "channel": "cheque" }), 400, "twice");
    check(
        json!({ "invoices": [one], "channel": "cheque", "amount": "1" }),
        400,
        "amount: not known",
    );
    check(json!({ "invoices": [one], "channel": 1 }), 400, "expected a string");
    for email in ["x", "a@b", "a b@c.ma", "a@c.ma\r\nBcc: x@y.ma", "<a@c.ma>", "a@b@c.ma"] {
        let payer = json!({ "email": email });
        let body = json!({ "invoices": [one], "channel": "cheque", "payer": payer });
        check(body, 400, "payer.email");
    }
    let payer = json!({ "language": "de" });
    check(json!({ "invoices": [one], "channel": "cheque", "payer": payer }), 400, "payer.language");
    let many: Vec<Value> = (0..3000).map(|_| one.clone()).collect();
    check(json!({ "invoices": many, "channel": "cheque" }), 413, "LIM-BODY");
    for party in [ISSUER, PROVIDER, OPERATOR] {
        assert_eq!(pay(party, &[&one], "cheque").status, 403, "{party:?}");
    }
}
