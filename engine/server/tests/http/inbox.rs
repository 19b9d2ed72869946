//! Parcels through the whole pipeline, and what is shown of them after.

use crate::harness::{Answer, SERVER};
use crate::samples::{edifact, xml};
use acquit_domain::Role;
use acquit_server::embedded;
use std::collections::BTreeSet;
use std::thread;

const ISSUER: (&str, Role) = ("6110D00116", Role::Issuer);
const CLIENT: (&str, Role) = ("290240", Role::Client);
const OPERATOR: (&str, Role) = ("OPERATOR", Role::Operator);

/// Sends a message and compares the verdict and the status of its only invoice.
fn check(media: &str, text: &str, verdict: &str, status: &str) -> Answer {
    let headers = format!("Content-Type: application/{media}\r\n");
    let answer = SERVER.send(ISSUER, &headers, text.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let json = answer.json();
    assert_eq!(
        (&json["verdict"], &json["messages"][0]["status"]),
        (&verdict.into(), &status.into()),
        "{json}"
    );
    answer
}

#[test]
fn an_invoice_is_taken_answered_and_shown() {
    let first = check("xml", &xml("00070001"), "accepted", "unpaid").json();
    assert_eq!(first["letters"][0]["type"], "ACC", "{first}");
    assert_eq!(first["messages"][0]["type"], "INV");
    let again = check("xml", &xml("00070001"), "known", "unpaid").json();
    assert_eq!(again["letters"][0]["body"], first["letters"][0]["body"]);

    let file = SERVER.get("/v1/invoices/6110D00116/00070001", CLIENT);
    assert_eq!(file.status, 200, "{}", file.body);
    let file = file.json();
    assert_eq!(file["gross"]["amount"], "3600.00", "{file}");
    assert_eq!(file["vat"]["amount"], "600.00");
    assert_eq!(file["status"], "unpaid");
    let row = &file["exchanges"][0];
    assert_eq!(row["n"], 1, "{row}");
    assert_eq!(row["function"], "Invoice (facture) (INV)");
    assert_eq!(row["state"], "Non réglée");

    let document = file["documents"][0]["href"].as_str().unwrap().to_owned();
    let pdf = SERVER.get(&document, CLIENT);
    assert!(pdf.status == 200 && pdf.body.starts_with("%PDF-"), "{}", pdf.head);
    assert!(pdf.head.contains("content-disposition: attachment"), "{}", pdf.head);

    let id = first["exchange"].as_str().unwrap();
    let exchange = SERVER.get(&format!("/v1/exchanges/{id}"), ISSUER).json();
    assert_eq!(exchange["state_after"], "unpaid", "{exchange}");
    let raw = SERVER.get(&format!("/v1/exchanges/{id}/raw"), ISSUER);
    assert!(raw.body.contains("00070001"), "{}", raw.head);
    let reading = SERVER.get(&format!("/v1/exchanges/{id}/reading"), OPERATOR).json();
    let message = &reading["transmissions"][0]["messages"][0];
    assert_eq!(message["values"]["number"], "00070001", "{reading}");
    assert_eq!(message["amounts"]["gross"]["amount"], "3600.00");
}

#[test]
fn the_letter_itself_on_request() {
    let edi = "Content-Type: application/edifact\r\nAccept: application/edifact\r\n";
    let contrl = SERVER.send(ISSUER, edi, edifact("00070002").as_bytes());
    assert!(contrl.body.contains("CONTRL") && contrl.body.starts_with("UN"), "{}", contrl.body);
    assert!(contrl.head.contains("content-type: application/edifact"), "{}", contrl.head);
    let xml_headers = "Content-Type: application/xml\r\nAccept: application/xml\r\n";
    let acc = SERVER.send(ISSUER, xml_headers, xml("00070003").as_bytes());
    assert!(acc.body.starts_with("<?xml"), "{}", acc.body);
}

#[test]
fn an_idempotency_key_gives_the_same_answer() {
    let headers = "Content-Type: application/xml\r\nIdempotency-Key: k-00070004\r\n";
    let first = SERVER.send(ISSUER, headers, xml("00070004").as_bytes());
    let again = SERVER.send(ISSUER, headers, xml("00070004").as_bytes());
    assert_eq!((first.status, &first.body), (200, &again.body));
    let other = SERVER.send(ISSUER, headers, xml("00070005").as_bytes());
    assert_eq!((other.status, other.code().as_str()), (409, "IDEM-MISMATCH"), "H032");
    let none = SERVER.get("/v1/invoices/6110D00116/00070005", ISSUER);
    assert_eq!(none.status, 404);
}

#[test]
fn what_cannot_be_answered_in_its_protocol_is_a_problem_and_kept() {
    let check = |row: &str, media: &str, body: &[u8], status: u16, code: &str| {
        let answer = SERVER.send(ISSUER, &format!("Content-Type: {media}\r\n"), body);
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{row}");
        let json = answer.json();
        assert_eq!(json["findings"][0]["code"], code, "{row}: {json}");
        let id = json["exchange"].as_str().unwrap().to_owned();
        let raw = SERVER.get(&format!("/v1/exchanges/{id}/raw"), OPERATOR);
        assert_eq!((raw.status, raw.body.as_bytes()), (200, body), "{row}: the bytes are kept");
    };
    check("E001", "application/edifact", b"", 400, "EDI-EMPTY");
    check("E010", "application/edifact", b"UNH+1+INVOIC:D:96A:UN'", 400, "EDI-NOUNB");
    check("E114", "application/edifact", b"ISA*00*          *00*", 415, "EDI-NOUNB");
    let dtd = b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
    check("X001", "application/xml", dtd, 400, "XML-DTD");
    check("X016", "application/xml", b"<a><b>", 400, "XML-MALFORMED");
}

#[test]
fn letters_wait_until_they_are_taken() {
    let answer = check("xml", &xml("00070006"), "accepted", "unpaid").json();
    let id = answer["letters"][0]["id"].as_str().unwrap().to_owned();
    let waits = || {
        let mut after = String::new();
        loop {
            let page = SERVER.get(&format!("/v1/outbox?limit=200&after={after}"), ISSUER).json();
            if page["items"].as_array().unwrap().iter().any(|letter| letter["id"] == id.as_str()) {
                return true;
            }
            match page["next"].as_str() {
                Some(next) => after = next.to_owned(),
                None => return false,
            }
        }
    };
    assert!(waits());
    let key = SERVER.key("ANP", Role::Issuer);
    let stranger = SERVER.call(&format!("POST /v1/outbox/{id}/taken"), key, "", b"");
    assert_eq!(stranger.status, 404, "another's letter");
    let key = SERVER.key(ISSUER.0, ISSUER.1);
    for _ in 0..2 {
        let taken = SERVER.call(&format!("POST /v1/outbox/{id}/taken"), key, "", b"");
        assert_eq!((taken.status, taken.json()["state"].as_str()), (200, Some("taken")));
    }
    assert!(!waits());
    let order = serde_json::json!({"reason":"perdue chez le partenaire"});
    let again = SERVER.order(&format!("/v1/operator/letters/{id}/resend"), &order);
    assert_eq!((again.status, again.json()["state"].as_str()), (200, Some("waiting")));
    assert!(waits());
}

#[test]
fn many_callers_at_once_and_each_effect_once() {
    const CALLERS: usize = 8;
    const EACH: usize = 25;
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            thread::spawn(move || {
                // Two callers send the same messages: one of them is told that they are known.
                let share = caller / 2;
                (0..EACH)
                    .map(|at| {
                        let text = xml(&format!("0008{share:02}{at:02}"));
                        let kind = "Content-Type: application/xml\r\n";
                        let answer = SERVER.send(ISSUER, kind, text.as_bytes());
                        assert_eq!(answer.status, 200, "{}", answer.body);
                        answer.json()["verdict"].as_str().unwrap().to_owned()
                    })
                    .collect::<Vec<_>>()
            })
        })
        .collect();
    let verdicts: Vec<String> =
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect();
    let accepted = verdicts.iter().filter(|verdict| *verdict == "accepted").count();
    let known = verdicts.iter().filter(|verdict| *verdict == "known").count();
    assert_eq!((accepted, known), (CALLERS / 2 * EACH, CALLERS / 2 * EACH));
    for share in 0..CALLERS / 2 {
        for at in 0..EACH {
            let path = format!("/v1/invoices/6110D00116/0008{share:02}{at:02}/exchanges");
            let rows = SERVER.get(&path, ISSUER).json();
            let numbers: Vec<i64> = rows["items"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|row| row["n"].as_i64())
                .collect();
            let expected: Vec<i64> = (1..=numbers.len() as i64).collect();
            assert_eq!(numbers, expected, "{path}");
        }
    }
}

#[test]
fn lists_are_read_page_by_page() {
    for at in 0..5 {
        check("xml", &xml(&format!("0009000{at}")), "accepted", "unpaid");
    }
    let mut seen = BTreeSet::new();
    let mut after = String::new();
    loop {
        let path = format!("/v1/invoices?sort=-number&limit=3&client=290240&after={after}");
        let page = SERVER.get(&path, ISSUER);
        assert_eq!(page.status, 200, "{}", page.body);
        let page = page.json();
        for item in page["items"].as_array().unwrap() {
            assert!(seen.insert(item["number"].as_str().unwrap().to_owned()), "{item}");
        }
        match page["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => break,
        }
    }
    assert!((0..5).all(|at| seen.contains(&format!("0009000{at}"))), "{seen:?}");
    let check = |query: &str, status: u16| {
        let answer = SERVER.get(&format!("/v1/invoices?{query}"), ISSUER);
        assert_eq!(answer.status, status, "{query}: {}", answer.body);
    };
    check("limit=1000000", 200);
    check("status=unpaid&issued_from=2017-01-01&issued_to=2017-12-31&kind=principal", 200);
    check("status=nothing", 400);
    check("cursor=a%0d%0aSet-Cookie:x=1", 400);
    check("after=stolen", 400);
}

#[test]
fn events_as_pages_and_as_a_stream() {
    check("xml", &xml("00070010"), "accepted", "unpaid");
    let page = SERVER.get("/v1/events?limit=200", OPERATOR).json();
    let event = &page["items"][0];
    assert_eq!(
        (event["specversion"].as_str(), event["datacontenttype"].as_str()),
        (Some("1.0"), Some("application/json")),
        "{page}"
    );
    let cursor = event["id"].as_str().unwrap();
    let lines = SERVER.stream("/v1/events", OPERATOR, &format!("Last-Event-ID: {cursor}\r\n"));
    let id = lines.iter().find_map(|line| line.strip_prefix("id: ")).unwrap();
    assert!(id.parse::<u64>().unwrap() > cursor.parse().unwrap(), "{lines:?}");
    assert!(lines.iter().any(|line| line.starts_with("data: {\"specversion\"")), "{lines:?}");
}

#[test]
fn what_an_operator_does_has_a_reason_and_a_row() {
    let path = "/v1/operator/keys";
    let without =
        SERVER.order(path, &serde_json::json!({"party":"ANP","role":"issuer","reason":" "}));
    assert_eq!(without.status, 400, "{}", without.body);
    let order = serde_json::json!({"party":"ANP","role":"issuer","reason":"essai de clé"});
    let made = SERVER.order(path, &order).json();
    let key = made["key"].as_str().unwrap();
    let rows = SERVER.get("/v1/exchanges?type=OPE&limit=200", OPERATOR).json();
    let noted =
        rows["items"].as_array().unwrap().iter().any(|row| {
            row["observation"].as_str().is_some_and(|text| text.contains("essai de clé"))
        });
    assert!(noted, "{rows}");
    assert_eq!(SERVER.call("GET /v1/outbox", key, "", b"").status, 200);
    let answer = check("xml", &xml("00070011"), "accepted", "unpaid").json();
    let id = answer["exchange"].as_str().unwrap();
    let order = serde_json::json!({"reason":"essai"});
    let again = SERVER.order(&format!("/v1/operator/exchanges/{id}/reprocess"), &order).json();
    assert_eq!(again["verdict"], "known", "{again}");
}

#[test]
fn a_message_is_looked_at_without_a_key_and_nothing_is_kept() {
    let kind = "Content-Type: application/xml\r\n";
    let text = xml("00070012").replace("3600.00", "2999.00");
    let answer = SERVER.call("POST /v1/validate", "", kind, text.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.body);
    let message = &answer.json()["transmissions"][0]["messages"][0];
    assert_eq!(message["values"]["number"], "00070012", "{message}");
    assert!(!message["findings"].as_array().unwrap().is_empty(), "{message}");
    assert_eq!(SERVER.get("/v1/invoices/6110D00116/00070012", ISSUER).status, 404);
    let large = SERVER.call("POST /v1/validate", "", kind, &[b' '; (1 << 20) + 1]);
    assert_eq!((large.status, large.code().as_str()), (413, "LIM-BODY"));
}

#[test]
fn the_rulebook_and_the_samples_are_inside() {
    assert!(embedded::MAPPINGS.iter().any(|(path, _)| *path == "lifecycle.toml"));
    assert!(embedded::SAMPLES.len() > 10);
}
