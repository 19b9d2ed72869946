//! Money: confirmed, with a receipt; in suspense, with a case; put on invoices, paid back.

use super::*;

#[test]
fn a_booked_cheque_is_a_payment_with_a_receipt() {
    let one = invoice("00082001");
    let made = pay(CLIENT, &[&one], "cheque").json();
    let outcome = booked(text(&made, "/number"), "BQ-82001", 360_000);
    assert_eq!(outcome.payments.receipts.len(), 1, "{:?}", outcome.findings);
    let order = SERVER.get(text(&made, "/href"), CLIENT).json();
    assert_eq!(text(&order, "/state"), "paid", "{order}");
    assert_eq!(text(&order, "/payments/0/allocation/0/amount/amount"), "3600.00");
    let receipt = format!("/v1/receipts/{}", text(&order, "/receipts/0"));
    let seen = SERVER.get(&receipt, CLIENT).json();
    assert_eq!(text(&seen, "/total/amount"), "3600.00", "{seen}");
    assert_eq!(text(&seen, "/lines/0/number"), "00082001");
    assert_eq!(text(&seen, "/references/order"), text(&made, "/number"));
    let proof = text(&seen, "/verification");
    assert!(proof.starts_with("http://") && proof.ends_with(&receipt), "{proof}");
    let key = SERVER.key(CLIENT.0, CLIENT.1);
    let wants = |language: &str| {
        let headers = format!("Accept: application/pdf\r\nAccept-Language: {language}\r\n");
        SERVER.call(&format!("GET {receipt}"), key, &headers, b"")
    };
    let arabic = wants("ar");
    assert!(arabic.head.contains("application/pdf"), "{} {}", arabic.head, arabic.body);
    assert!(arabic.body.starts_with("%PDF-"));
    assert_eq!(arabic.body, wants("ar").body, "the same bytes each time");
    for party in [OTHER_CLIENT, OTHER_ISSUER] {
        assert_eq!(SERVER.get(&receipt, party).status, 404, "{party:?}");
    }
    let detail = SERVER.get("/v1/invoices/6110D00116/00082001", CLIENT).json();
    let payment = &detail["payments"][0];
    assert_eq!(
        (payment["in_force"].as_bool(), text(payment, "/transaction")),
        (Some(true), "BQ-82001")
    );
    assert_eq!(text(&detail, "/balance/amount"), "0.00");
    assert_eq!(text(payment, "/receipt_href"), receipt);
    let found = SERVER.get("/v1/invoices?payment_reference=BQ-82001", CLIENT).json();
    assert_eq!(text(&found, "/items/0/number"), "00082001", "{found}");
    let events = SERVER.get("/v1/events?limit=200", ISSUER).body;
    for kind in ["attempt.started", "invoice.awaiting_partner", "notice.sent"] {
        assert!(events.contains(&format!("ma.acquit.{kind}.v1")), "{kind}: {events}");
    }
    let foreign = SERVER.get("/v1/events?limit=200", OTHER_CLIENT).body;
    assert!(!foreign.contains("00082001"), "{foreign}");
}

#[test]
fn money_without_an_order_waits_for_an_operator() {
    let one = invoice("00082002");
    booked("PN9999999999", "BQ-82002", 500_000);
    let list = SERVER.get("/v1/operator/suspense?limit=200", OPERATOR).json();
    let items = list["items"].as_array().unwrap();
    let funds = items.iter().find(|one| one["transaction"] == "BQ-82002").unwrap();
    let id = text(funds, "/id");
    let cases = SERVER.get("/v1/operator/cases?open=true&limit=200", OPERATOR).json();
    let cases = cases["items"].as_array().unwrap();
    let case = cases.iter().find(|case| case["funds"] == id).unwrap();
    assert_eq!(text(case, "/kind"), "orphan");
    let allocate = |amount: &str, currency: &str| {
        let body = json!({ "invoice": one, "reason": "reconnu au libellé",
            "amount": { "amount": amount, "currency": currency } });
        SERVER.order(&format!("/v1/operator/funds/{id}/allocate"), &body)
    };
    let refused = allocate("3600.01", "MAD");
    assert_eq!((refused.status, refused.code().as_str()), (409, "PAY-LEFT"), "{}", refused.body);
    assert!(refused.body.contains("3600.01") && !refused.body.contains("reconnu"), "the amount");
    assert_eq!(allocate("3600.00", "EUR").status, 400);
    assert_eq!(allocate("3600.001", "MAD").status, 400);
    let done = allocate("3600.00", "MAD");
    assert_eq!(done.status, 200, "{}", done.body);
    let held = SERVER.get(&format!("/v1/operator/funds/{id}"), OPERATOR).json();
    assert_eq!(text(&held, "/suspense/amount"), "1400.00", "{held}");
    let detail = SERVER.get("/v1/invoices/6110D00116/00082002", CLIENT).json();
    assert_eq!(detail["payments"][0]["in_force"], true, "{detail}");
    let body = json!({ "amount": { "amount": "1400.00", "currency": "MAD" }, "then": "reopens",
        "reason": "trop perçu" });
    let refunded = SERVER.order(&format!("/v1/operator/funds/{id}/refund"), &body);
    assert_eq!(refunded.status, 200, "{}", refunded.body);
    let too_much = SERVER.order(
        &format!("/v1/operator/funds/{id}/settle-dispute"),
        &json!({ "won": true, "reason": "x" }),
    );
    assert_eq!((too_much.status, too_much.code().as_str()), (409, "STATE-EVENT"));
    let totals = SERVER.get("/v1/operator/totals", OPERATOR).json();
    assert_eq!(totals["items"][0]["balances"], true, "{totals}");
}

#[test]
fn a_case_is_closed_once() {
    booked("PN9999999998", "BQ-82003", 100);
    let cases = SERVER.get("/v1/operator/cases?open=true&kind=orphan&limit=200", OPERATOR).json();
    let items = cases["items"].as_array().unwrap();
    let is_it = |case: &&Value| {
        let funds = SERVER.get(&format!("/v1/operator/funds/{}", text(case, "/funds")), OPERATOR);
        funds.body.contains("BQ-82003")
    };
    let path = format!("/v1/operator/cases/{}", text(items.iter().find(is_it).unwrap(), "/id"));
    let close = || SERVER.order(&format!("{path}/close"), &json!({ "reason": "vu" }));
    assert_eq!(close().status, 200);
    let seen = SERVER.get(&path, OPERATOR).json();
    assert!(seen["closed_at"].is_string() && text(&seen, "/resolution").contains("vu"), "{seen}");
    let again = close();
    assert_eq!((again.status, again.code().as_str()), (409, "STATE-EVENT"), "{}", again.body);
}
