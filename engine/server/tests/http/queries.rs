//! What is asked wrongly is told in plain words; what is asked well is found.

use crate::harness::{Answer, SERVER};
use crate::samples::{edifact, xml};
use acquit_domain::Role;
use serde_json::json;

const ISSUER: (&str, Role) = ("6110D00116", Role::Issuer);
const OPERATOR: (&str, Role) = ("OPERATOR", Role::Operator);

/// Asks for a list that cannot be, and compares what the problem says.
fn check(path: &str, detail: &str) {
    let answer = SERVER.get(path, OPERATOR);
    assert_eq!((answer.status, answer.code().as_str()), (400, "HTTP-400"), "{path}");
    assert!(answer.json()["detail"].as_str().unwrap().starts_with(detail), "{}", answer.body);
}

/// Sends a message of a media type.
fn send(media: &str, body: &[u8]) -> Answer {
    SERVER.send(ISSUER, &format!("Content-Type: {media}\r\n"), body)
}

/// The numbers of the invoices of a list of exchanges.
fn numbers(path: &str, party: (&'static str, Role)) -> Vec<String> {
    let answer = SERVER.get(path, party);
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    let json = answer.json();
    let rows = json["items"].as_array().unwrap().iter();
    rows.filter_map(|row| row["invoice"]["number"].as_str().map(str::to_owned)).collect()
}

#[test]
fn queries_are_refused_in_plain_words() {
    check("/v1/invoices?limit=0", "limit: a whole number from 1 to 200");
    check("/v1/exchanges?limit=many", "limit: a whole number from 1 to 200");
    check("/v1/parties?limit=-1", "limit: a whole number from 1 to 200");
    check("/v1/invoices?sort=vat", "sort: one of issued_on, due_on, number");
    check("/v1/invoices?sort=-means", "sort: one of issued_on, due_on, number");
    check("/v1/exchanges?cursor=1", "cursor: not known here; known: after, before, partner");
    check("/v1/exchanges?limit=1&limit=2", "limit: given twice");
    check("/v1/invoices?sort=vat", "sort: one of issued_on, due_on, number");
    check("/v1/exchanges?type=NONE", "type: \"NONE\" is not known here");
    for column in ["issuer", "number", "kind", "client", "-issued_on", "due_on", "status"] {
        let answer = SERVER.get(&format!("/v1/invoices?sort={column}"), OPERATOR);
        assert_eq!(answer.status, 200, "{column}");
    }
}

#[test]
fn exchanges_are_found_by_type_and_by_invoice() {
    assert_eq!(send("application/edifact", edifact("00072001").as_bytes()).status, 200);
    for query in ["invoice=00072001", "invoice=6110D00116/00072001", "invoice=611ODOO116/00072001"]
    {
        for party in [ISSUER, OPERATOR] {
            let path = format!("/v1/exchanges?type=INVOIC&{query}");
            assert_eq!(numbers(&path, party), ["00072001"], "{path}");
        }
    }
    let none = numbers("/v1/exchanges?invoice=00072001", ("ANP", Role::Issuer));
    assert!(none.is_empty(), "another's invoice");
}

#[test]
fn raw_is_the_parcel_and_says_where_its_message_stands() {
    let body = edifact("00072002");
    let answer = send("application/edifact", body.as_bytes()).json();
    let id = answer["exchange"].as_str().unwrap();
    let raw = SERVER.get(&format!("/v1/exchanges/{id}/raw"), ISSUER);
    assert_eq!(raw.body, body);
    let number = |name: &str| -> usize {
        let line = raw.head.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().parse().unwrap()
    };
    let first = number("acquit-first-byte:");
    let message = &body[first..first + number("acquit-bytes:")];
    assert!(message.starts_with("UNH+1+INVOIC") && message.contains("UNT+"), "{message}");
}

#[test]
fn a_key_for_an_issuer_needs_an_agreement() {
    let order = |body: serde_json::Value| SERVER.order("/v1/operator/keys", &body);
    let made = order(json!({"party":"ANP","role":"issuer","reason":"essai"}));
    assert_eq!((made.status, &made.json()["party"]), (200, &"611AGEN001".into()));
    for (body, detail) in [
        (json!({"party":"NOBODY","role":"issuer","reason":"x"}), "party: no agreement"),
        (json!({"party":"ANP","role":"issuer"}), "reason: missing"),
        (json!({"party":"ANP","role":"issuer","reason":"x","why":"x"}), "why: not known here"),
        (
            json!({"party":1,"role":"issuer","reason":"x"}),
            "invalid type: integer `1`, expected a string",
        ),
        (json!([1]), "The body is no JSON object"),
    ] {
        let refused = order(body);
        assert_eq!((refused.status, refused.code().as_str()), (400, "HTTP-400"), "{detail}");
        let said = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(said.starts_with(detail), "{said}");
        assert!(detail != "party: no agreement" || said.contains("MARSA-MAROC"), "{said}");
    }
}

#[test]
fn a_small_body_is_never_too_large() {
    let long_name = format!("<{}/>", "a".repeat(100_000));
    let answer = send("application/xml", long_name.as_bytes());
    assert_eq!(answer.status, 400, "{}", answer.body);
    assert!(answer.code().starts_with("LIM-"), "{}", answer.body);
    let utf7 = xml("00072003").replace("UTF-8", "UTF-7");
    let answer = send("application/xml", utf7.as_bytes());
    assert_eq!((answer.status, answer.code().as_str()), (415, "XML-ENC"), "X030");
    let violated = [b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>\xC9</a>".as_slice()].concat();
    let answer = send("application/xml", &violated);
    assert_eq!((answer.status, answer.code().as_str()), (400, "XML-ENC"));
}

#[test]
fn the_document_describes_bytes_and_streams() {
    let document = SERVER.call("GET /openapi.json", "", "", b"").json();
    let content = &document["paths"]["/v1/inbox"]["post"]["requestBody"]["content"];
    assert!(content["application/edifact"].is_object(), "{content}");
    let bytes = &document["components"]["schemas"]["BytesWire"];
    assert_eq!((&bytes["type"], &bytes["format"]), (&"string".into(), &"binary".into()));
    let events = &document["paths"]["/v1/events"]["get"]["responses"]["200"]["content"];
    assert!(events["text/event-stream"].is_object(), "{events}");
}

#[test]
fn a_cursor_of_the_future_is_refused_at_once() {
    let stream = "Accept: text/event-stream\r\nLast-Event-ID: 999999999\r\n";
    let key = SERVER.key(OPERATOR.0, OPERATOR.1);
    for (path, headers) in [("/v1/events?after=999999999", ""), ("/v1/events", stream)] {
        let answer = SERVER.call(&format!("GET {path}"), key, headers, b"");
        assert_eq!((answer.status, answer.code().as_str()), (400, "HTTP-CURSOR"), "{path}");
    }
}
