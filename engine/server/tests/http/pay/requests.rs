//! « Demande de facture ».

use super::*;

#[test]
fn a_client_asks_for_its_invoices() {
    let body = json!({ "issuer": "MARSA-MAROC", "terminal": "Port Casablanca",
        "client_id": "C-84001" });
    let key = "Idempotency-Key: ask-84001\r\n";
    let answer = SERVER.post("/v1/invoice-requests", CLIENT, key, &body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let made = answer.json();
    assert_eq!((text(&made, "/client"), text(&made, "/issuer")), ("290240", "MARSA-MAROC"));
    let again = SERVER.post("/v1/invoice-requests", CLIENT, key, &body).json();
    assert_eq!(again["id"], made["id"]);
    let path = format!("/v1/invoice-requests/{}", text(&made, "/id"));
    for party in [CLIENT, PORTAL, OPERATOR] {
        assert_eq!(SERVER.get(&path, party).status, 200, "{party:?}");
    }
    for party in [OTHER_CLIENT, OTHER_ISSUER, ISSUER] {
        assert_eq!(SERVER.get(&path, party).status, 404, "{party:?}");
        let list = SERVER.get("/v1/invoice-requests?limit=200", party);
        assert!(!list.body.contains("C-84001"), "{party:?}: {}", list.body);
    }
    let withdraw = format!("/v1/operator/invoice-requests/{}/withdraw", text(&made, "/id"));
    let done = SERVER.order(&withdraw, &json!({ "reason": "erreur" }));
    assert!([200, 409].contains(&done.status), "{}", done.body);
}

#[test]
fn what_is_no_request() {
    let check = |party, body: Value, status: u16, code: &str| {
        let answer = SERVER.post("/v1/invoice-requests", party, "", &body);
        let found = (answer.status, answer.code());
        assert_eq!(found, (status, code.to_owned()), "{body}: {}", answer.body);
    };
    let marsa = "MARSA-MAROC";
    check(CLIENT, json!({ "issuer": marsa }), 400, "REQ-EMPTY");
    let both = json!({ "issuer": marsa, "client_id": "C-1", "number": "1" });
    check(CLIENT, both, 400, "HTTP-400");
    check(CLIENT, json!({ "issuer": "NOBODY", "number": "1" }), 404, "ISS-UNKNOWN");
    check(PORTAL, json!({ "issuer": marsa, "number": "1" }), 400, "HTTP-400");
    check(CLIENT, json!({ "issuer": marsa, "number": "x".repeat(65) }), 400, "HTTP-400");
    check(ISSUER, json!({ "issuer": marsa, "number": "1" }), 403, "AUTHZ");
}
