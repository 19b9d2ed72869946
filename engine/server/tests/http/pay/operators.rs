//! What only operators may see and do.

use super::*;

#[test]
fn nobody_else_comes_near() {
    let id = "0".repeat(26);
    let lists =
        ["alerts", "cases", "suspense", "totals", "notices", "deliveries"].map(ToOwned::to_owned);
    let things = [format!("cases/{id}"), format!("funds/{id}")];
    for path in lists.iter().chain(&things) {
        let path = format!("/v1/operator/{path}");
        for party in [ISSUER, CLIENT, PORTAL, PROVIDER] {
            assert_eq!(SERVER.get(&path, party).status, 403, "{path} {party:?}");
        }
        let expected = if path.contains(&id) { 404 } else { 200 };
        assert_eq!(SERVER.get(&path, OPERATOR).status, expected, "{path}");
    }
    let why = json!({ "reason": "x" });
    let amount = json!({ "amount": "1.00", "currency": "MAD" });
    let invoice = json!({ "issuer": "6110D00116", "number": "00083999" });
    let actions = [
        ("invoices/6110D00116/00083999/block", why.clone()),
        ("invoices/6110D00116/00083999/unblock", why.clone()),
        ("invoices/6110D00116/00083999/cancel", why.clone()),
        ("funds/{}/allocate", json!({ "invoice": invoice, "amount": amount, "reason": "x" })),
        ("funds/{}/refund", json!({ "amount": amount, "then": "cancels", "reason": "x" })),
        ("funds/{}/settle-dispute", json!({ "won": false, "reason": "x" })),
        ("cases/{}/close", why.clone()),
        ("notices/{}/resend", why.clone()),
        ("orders/{}/void", why.clone()),
        ("invoice-requests/{}/withdraw", why.clone()),
        ("deliveries/{}/again", why),
    ];
    for (path, body) in actions {
        let path = format!("/v1/operator/{}", path.replace("{}", &id));
        for party in [ISSUER, CLIENT, PORTAL, PROVIDER] {
            assert_eq!(SERVER.post(&path, party, "", &body).status, 403, "{path} {party:?}");
        }
        let absent = SERVER.order(&path, &body);
        assert_eq!(absent.status, 404, "{path}: {}", absent.body);
    }
}

#[test]
fn everything_has_a_reason() {
    invoice("00083001");
    for body in [json!({}), json!({ "reason": "  " })] {
        let refused = SERVER.order("/v1/operator/invoices/6110D00116/00083001/block", &body);
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert!(refused.body.contains("reason"), "{}", refused.body);
    }
}

#[test]
fn blocking_cancelling_and_voiding() {
    let one = invoice("00083002");
    let act =
        |path: &str| SERVER.order(&format!("/v1/operator/{path}"), &json!({ "reason": "ok" }));
    let made = pay(CLIENT, &[&one], "transfer").json();
    let order = text(&made, "/order");
    assert_eq!(act(&format!("orders/{order}/void")).status, 200);
    let seen = SERVER.get(text(&made, "/href"), CLIENT).json();
    assert_eq!(text(&seen, "/state"), "voided");
    assert_eq!(act(&format!("orders/{order}/void")).status, 409, "once");
    let path = "invoices/6110D00116/00083002";
    for (action, status) in [("block", "blocked"), ("unblock", "unpaid"), ("cancel", "cancelled")] {
        let done = act(&format!("{path}/{action}"));
        assert_eq!(done.status, 200, "{action}: {}", done.body);
        assert_eq!(text(&done.json(), "/invoices/0/status"), status);
    }
    let log = SERVER.get("/v1/invoices/6110D00116/00083002/exchanges", CLIENT).body;
    assert!(log.contains("OPERATOR") && log.contains("ok"), "{log}");
    let detail = SERVER.get("/v1/invoices/6110D00116/00083002", CLIENT).json();
    assert_eq!(text(&detail, "/balance/amount"), "0.00", "nothing is due of what is cancelled");
}
