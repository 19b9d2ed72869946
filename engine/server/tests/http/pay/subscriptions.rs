//! Subscriptions: made, changed, tried out, ended, and each party's own.

use super::*;

#[test]
fn a_subscription_from_beginning_to_end() {
    let body = json!({ "url": "https://hooks.example.com/acquit",
        "types": ["ma.acquit.invoice.*"] });
    let made = SERVER.post("/v1/subscriptions", PORTAL, "", &body);
    assert_eq!(made.status, 200, "{}", made.body);
    let made = made.json();
    assert!(text(&made, "/secret").starts_with("whsec_"), "{made}");
    let path = format!("/v1/subscriptions/{}", text(&made, "/id"));
    let seen = SERVER.get(&path, PORTAL);
    assert!(seen.status == 200 && !seen.body.contains("whsec_"), "{}", seen.body);
    let none = json!({});
    let rotated = SERVER.post(&format!("{path}/rotate"), PORTAL, "", &none).json();
    assert_ne!(rotated["secret"], made["secret"]);
    let tried = SERVER.post(&format!("{path}/test"), PORTAL, "", &none).json();
    assert_eq!(text(&tried, "/type"), "ma.acquit.test.v1");
    let deliveries = SERVER.get("/v1/operator/deliveries?limit=200", OPERATOR).body;
    assert!(deliveries.contains(text(&tried, "/delivery")), "{deliveries}");
    for party in [CLIENT, ISSUER, PROVIDER] {
        assert_eq!(SERVER.get(&path, party).status, 404, "{party:?}");
        for action in ["", "/rotate", "/test", "/remove"] {
            let done = SERVER.post(&format!("{path}{action}"), party, "", &none);
            assert_eq!(done.status, 404, "{party:?} {action}");
        }
        let list = SERVER.get("/v1/subscriptions", party).body;
        assert!(!list.contains(text(&made, "/id")), "{list}");
    }
    let changed = SERVER.post(&path, PORTAL, "", &json!({ "types": [], "disabled": true })).json();
    assert!(changed["disabled_at"].is_string() && changed["types"] == json!([]), "{changed}");
    assert_eq!(SERVER.post(&format!("{path}/test"), PORTAL, "", &none).status, 409);
    assert_eq!(SERVER.post(&format!("{path}/remove"), PORTAL, "", &none).status, 200);
    assert_eq!(SERVER.get(&path, PORTAL).status, 404);
}

#[test]
fn where_nothing_is_posted() {
    for url in [
        "http://hooks.example.com/",
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest/",
        "https://10.0.0.1/",
        "https://hooks.example.com:22/",
        "https://user:secret@hooks.example.com/",
        "ftp://hooks.example.com/",
        "nonsense",
        "",
    ] {
        let answer = SERVER.post("/v1/subscriptions", CLIENT, "", &json!({ "url": url }));
        let found = (answer.status, answer.code());
        assert_eq!(found, (422, "SSRF-BLOCK".to_owned()), "{url}: {}", answer.body);
        assert!(!answer.body.contains("secret"), "{}", answer.body);
    }
    let url = "https://hooks.example.com/";
    for body in [
        json!({ "url": url, "types": ["Ma Acquit"] }),
        json!({ "url": url, "types": [""] }),
        json!({ "url": url, "after": "x" }),
        json!({ "url": url, "after": "99999999" }),
        json!({ "url": url, "secret": "mine" }),
    ] {
        let answer = SERVER.post("/v1/subscriptions", CLIENT, "", &body);
        assert_eq!(answer.status, 400, "{body}: {}", answer.body);
    }
}
