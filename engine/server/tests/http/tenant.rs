//! Nobody is given another's rows (rows T001 to T014 of the catalogue of bad inputs).

use crate::harness::SERVER;
use crate::samples::{edifact, xml};
use acquit_domain::Role;
use std::sync::Once;

const OWNER: (&str, Role) = ("6110D00116", Role::Issuer);
const OTHER: (&str, Role) = ("ANP", Role::Issuer);
/// Stands in everything that belongs to the owner alone.
const CANARY: &str = "00099777";

/// The owner's invoice, sent once.
fn owned() {
    static SENT: Once = Once::new();
    SENT.call_once(|| {
        let kind = "Content-Type: application/xml\r\n";
        let answer = SERVER.send(OWNER, kind, xml(CANARY).as_bytes());
        assert_eq!(answer.json()["verdict"], "accepted", "{}", answer.body);
    });
}

/// Asks as the other party: the status must be one of these, and nothing of the owner's is told.
fn check(row: &str, path: &str, statuses: &[u16]) {
    owned();
    let answer = SERVER.get(path, OTHER);
    assert!(statuses.contains(&answer.status), "{row} {path}: {} {}", answer.head, answer.body);
    assert!(!answer.body.contains(CANARY), "{row} {path}: {}", answer.body);
}

#[test]
fn another_issuer_sees_nothing() {
    owned();
    let path = format!("/v1/invoices/6110D00116/{CANARY}");
    check("T001", &path, &[404]);
    check("T002", &format!("{path}/exchanges"), &[404]);
    check("T005", "/v1/invoices?issuer=6110D00116", &[200, 404]);
    check("T005", &format!("/v1/invoices?number={CANARY}"), &[200, 404]);
    check("T006", "/v1/events?after=0&limit=200", &[200]);
    check("T007", "/v1/invoices/export.csv?issuer=6110D00116", &[404]);
    check("T008", "/v1/batch", &[404]);
    check("T009", "/v1/stream?topic=6110D00116", &[404]);
    check("T011", &format!("/v1/invoices/ANP/{CANARY}"), &[404]);
    check("log", "/v1/exchanges?limit=200", &[200]);
    check("log", "/v1/exchanges?partner=6110D00116&limit=200", &[200]);
    check("log", &format!("/v1/exchanges?invoice=6110D00116/{CANARY}"), &[200]);
    check("outbox", "/v1/outbox?limit=200", &[200]);
}

#[test]
fn another_s_identifiers_answer_like_missing_ones() {
    owned();
    let file = SERVER.get(&format!("/v1/invoices/6110D00116/{CANARY}"), OWNER).json();
    let document = file["documents"][0]["id"].as_str().unwrap();
    let exchange = file["exchanges"][0]["id"].as_str().unwrap();
    let missing = "0".repeat(26);
    for path in
        ["/v1/documents/{}", "/v1/exchanges/{}", "/v1/exchanges/{}/raw", "/v1/exchanges/{}/reading"]
    {
        let id = if path.contains("documents") { document } else { exchange };
        let foreign = SERVER.get(&path.replace("{}", id), OTHER);
        let absent = SERVER.get(&path.replace("{}", &missing), OTHER);
        assert_eq!((foreign.status, &foreign.body), (404, &absent.body), "{path}");
        let own = SERVER.get(&path.replace("{}", id), OWNER);
        assert_eq!(own.status, 200, "{path}: {}", own.body);
    }
}

#[test]
fn a_stolen_cursor_is_refused() {
    owned();
    let kind = "Content-Type: application/xml\r\n";
    SERVER.send(OWNER, kind, xml("00099778").as_bytes());
    let page = SERVER.get("/v1/invoices?limit=1", OWNER).json();
    let cursor = page["next"].as_str().unwrap();
    check("T006", &format!("/v1/invoices?limit=1&after={cursor}"), &[400, 404]);
}

#[test]
fn writing_as_another_is_refused_in_the_sender_s_protocol() {
    let kind = "Content-Type: application/xml\r\n";
    let answer = SERVER.send(OTHER, kind, xml("00099779").as_bytes());
    assert!([200, 400, 403].contains(&answer.status), "{}", answer.body);
    let json = answer.json();
    let codes = json["findings"].as_array().unwrap().iter().map(|finding| &finding["code"]);
    let told = codes.filter_map(|code| code.as_str()).any(|code| code.starts_with("SEC-"));
    assert!(told, "T012: {json}");
    assert_eq!(SERVER.get("/v1/invoices/6110D00116/00099779", OWNER).status, 404, "T012");
}

#[test]
fn roles() {
    owned();
    let check = |row: &str, path: &str, party: (&'static str, Role), status: u16| {
        let answer = SERVER.get(path, party);
        assert_eq!(answer.status, status, "{row} {path}: {}", answer.body);
        if status == 403 {
            assert_eq!(answer.code(), "AUTHZ");
        }
    };
    let path = format!("/v1/invoices/6110D00116/{CANARY}");
    check("T013", "/v1/invoices", ("CMI", Role::Provider), 403);
    check("client", &path, ("290240", Role::Client), 200);
    check("portal", &path, ("PORTAIL", Role::Portal), 200);
    check("operator", &path, ("OPERATOR", Role::Operator), 200);
    check("outbox", "/v1/outbox", ("290240", Role::Client), 403);
    let key = SERVER.key("290240", Role::Client);
    let posted = SERVER.call("POST /v1/inbox", key, "Content-Type: application/xml\r\n", b"<a/>");
    assert_eq!(posted.status, 403);
    let key = SERVER.key(OWNER.0, OWNER.1);
    let body = br#"{"party":"X","role":"operator","reason":"x"}"#;
    let posted =
        SERVER.call("POST /v1/operator/keys", key, "Content-Type: application/json\r\n", body);
    assert_eq!(posted.status, 403);
}

#[test]
fn an_issuer_s_client_key_sees_its_client_side_alone() {
    owned();
    let client = ("6110D00116", Role::Client);
    let file = SERVER.get(&format!("/v1/invoices/6110D00116/{CANARY}"), OWNER).json();
    let exchange = file["exchanges"][0]["id"].as_str().unwrap();
    for path in [
        format!("/v1/invoices/6110D00116/{CANARY}"),
        format!("/v1/exchanges/{exchange}"),
        format!("/v1/exchanges/{exchange}/raw"),
        format!("/v1/exchanges/{exchange}/reading"),
    ] {
        assert_eq!(SERVER.get(&path, client).status, 404, "{path}");
    }
    for path in ["/v1/invoices", "/v1/exchanges", "/v1/events"] {
        let answer = SERVER.get(path, client);
        assert_eq!((answer.status, &answer.json()["items"]), (200, &serde_json::json!([])));
    }
}

#[test]
fn a_password_in_an_envelope_is_in_no_view_but_its_sender_s_raw_bytes() {
    let text =
        edifact("00099780").replace("+INVOIC'", "+SESAME42+INVOIC'").replacen("++S", "+S", 1);
    let sent = SERVER.send(OWNER, "Content-Type: application/edifact\r\n", text.as_bytes());
    assert_eq!(sent.json()["verdict"], "accepted", "{}", sent.body);
    assert!(!sent.body.contains("SESAME42"), "{}", sent.body);
    let exchange = sent.json()["exchange"].as_str().unwrap().to_owned();
    for path in ["", "/reading"] {
        let shown = SERVER.get(&format!("/v1/exchanges/{exchange}{path}"), OWNER);
        assert!(shown.status == 200 && !shown.body.contains("SESAME42"), "{}", shown.body);
    }
    let raw = |party| SERVER.get(&format!("/v1/exchanges/{exchange}/raw"), party);
    for party in [OWNER, ("OPERATOR", Role::Operator)] {
        assert!(raw(party).body.contains("SESAME42"));
    }
    for party in [OTHER, ("PORTAIL", Role::Portal), ("290240", Role::Client)] {
        assert_eq!(raw(party).status, 404);
    }
}

#[test]
fn a_revoked_key_stops_at_once() {
    let order = serde_json::json!({"party":"PORTAIL","role":"portal","reason":"essai"});
    let made = SERVER.order("/v1/operator/keys", &order).json();
    let key = made["key"].as_str().unwrap();
    assert_eq!(SERVER.call("GET /v1/invoices", key, "", b"").status, 200);
    let order = serde_json::json!({"sha256": made["sha256"], "reason":"perdue"});
    assert_eq!(SERVER.order("/v1/operator/keys/revoke", &order).json()["revoked"], true);
    let answer = SERVER.call("GET /v1/invoices", key, "", b"");
    assert_eq!((answer.status, answer.code().as_str()), (401, "AUTH-401"), "T014");
}
