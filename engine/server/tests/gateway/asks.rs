//! « Demande de facture »: an issuer asked over HTTP by our own contract.

use crate::fake::{Asked, Fake, Reply};
use crate::house::House;
use crate::samples::xml;
use acquit_mapping::signature::webhook::{Headers, sign, verify};
use acquit_server::config::{IssuerConfig, Secret};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
/// Who asks.
const CLIENT: &str = "290240";
/// Longest a test waits for something.
const PATIENCE: Duration = Duration::from_secs(20);

/// The terminal's account.
fn marsa(api: &str) -> IssuerConfig {
    IssuerConfig {
        api: api.to_owned(),
        password: Some(Secret::Plain("s3cret-pass".to_owned())),
        keys: vec![Secret::Plain(SECRET.to_owned())],
        hosts: vec!["127.0.0.1".to_owned()],
        ..IssuerConfig::default()
    }
}

/// An invoice of Marsa Maroc, as it would send it by itself.
fn document(number: &str) -> String {
    STANDARD.encode(xml(number).replace("6110D00116", "MARSA-CASA"))
}

/// An answer to a request, signed at the time it was asked.
fn signed(asked: &Asked, key: &str, body: &Value) -> Reply {
    let (id, at) = (asked.header("webhook-id"), asked.header("webhook-timestamp"));
    let body = body.to_string();
    let signature = sign(key, id, at.parse().unwrap(), body.as_bytes()).unwrap();
    let headers =
        [("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", &signature)];
    let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    Reply { status: 200, headers, body }
}

/// The answer that gives invoices.
fn gives(asked: &Asked, numbers: &[&str]) -> Reply {
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    let documents: Vec<Value> = numbers
        .iter()
        .map(|number| json!({ "name": format!("{number}.xml"), "content": document(number) }))
        .collect();
    let status = if numbers.is_empty() { "NOTHING" } else { "FOUND" };
    let said = json!({ "request": body["request"], "status": status, "documents": documents });
    signed(asked, SECRET, &said)
}

/// A house that asks a terminal which answers so.
fn open(answer: impl Fn(&Asked) -> Option<Reply> + Send + 'static) -> (House, Fake) {
    let fake = Fake::replying(answer);
    let account = marsa(&format!("http://{}/acquit", fake.address));
    (House::asking(&[], &[("MARSA-MAROC", account)]), fake)
}

fn by_number(number: &str) -> Value {
    json!({ "issuer": "MARSA-CASA", "number": number, "client": CLIENT })
}

fn by_client() -> Value {
    json!({ "issuer": "MARSA-MAROC", "terminal": "Casa", "client_id": "236", "client": CLIENT })
}

fn asked(house: &House, wish: &Value) -> String {
    let answer = house.ask(wish);
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// The request once something is true of it.
fn until(house: &House, id: &str, what: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let request = house.get(&format!("/v1/invoice-requests/{id}"));
        if what(&request) {
            return request;
        }
        assert!(begun.elapsed() < PATIENCE, "{request}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn is(state: &'static str) -> impl Fn(&Value) -> bool {
    move |request| request["state"] == state
}

fn numbers(request: &Value) -> Vec<&str> {
    let invoices = request["invoices"].as_array().unwrap().iter();
    invoices.map(|one| one["number"].as_str().unwrap()).collect()
}

fn status(house: &House, number: &str) -> Value {
    house.get(&format!("/v1/invoices/MARSA-MAROC/{number}"))["status"].clone()
}

#[test]
fn one_invoice_is_asked_for_and_found() {
    let (house, fake) = open(|asked| Some(gives(asked, &["00070001"])));
    let id = asked(&house, &by_number("00070001"));
    let request = until(&house, &id, is("found"));
    assert_eq!(numbers(&request), ["00070001"], "{request}");
    assert_eq!(status(&house, "00070001"), "unpaid");
    let called = fake.of("POST /acquit/invoice-requests");
    let said: Value = serde_json::from_str(&called[0].body).unwrap();
    assert_eq!(said["request"], id);
    assert_eq!((&said["number"], &said["client"]), (&json!("00070001"), &json!(CLIENT)));
    assert_eq!(said["terminal"], "MARSA-CASA", "a terminal is asked by its own code");
    assert_eq!(called[0].header("authorization"), "Bearer s3cret-pass");
    let headers = Headers {
        id: called[0].header("webhook-id"),
        timestamp: called[0].header("webhook-timestamp"),
        signature: called[0].header("webhook-signature"),
    };
    let now = headers.timestamp.parse().unwrap();
    verify(&[SECRET], headers, called[0].body.as_bytes(), now).expect("it is signed");
    let rows = house.get("/v1/invoices/MARSA-MAROC/00070001/exchanges");
    let rows: Vec<(&str, &str)> = rows["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["function"].as_str().unwrap(), row["observation"].as_str().unwrap()))
        .collect();
    assert_eq!(
        rows,
        [
            ("Demande de facture (DEM)", "Demande de facture"),
            ("Invoice (facture) (INV)", "Création de la Facture"),
            ("Demande de facture (DEM)", "Factures reçues: 00070001"),
        ]
    );
    let metrics = house.send("GET /metrics", "", b"").body;
    let line =
        "acquit_calls_total{to=\"marsa-maroc\",purpose=\"ask_invoices\",outcome=\"answered\"} 1";
    assert!(metrics.contains(line), "{metrics}");
    house.stop();
}

#[test]
fn three_invoices_of_a_client_and_again() {
    let (house, fake) = open(|asked| Some(gives(asked, &["00070011", "00070012", "00070013"])));
    let first = asked(&house, &by_client());
    let request = until(&house, &first, is("found"));
    assert_eq!(numbers(&request), ["00070011", "00070012", "00070013"]);
    let again = asked(&house, &by_client());
    assert_ne!(first, again);
    let request = until(&house, &again, is("found"));
    assert_eq!(numbers(&request), ["00070011", "00070012", "00070013"], "known is found too");
    assert_eq!(status(&house, "00070012"), "unpaid");
    assert_eq!(house.get("/v1/invoices")["items"].as_array().unwrap().len(), 3);
    assert_eq!(fake.of("POST").len(), 2);
    house.stop();
}

#[test]
fn nothing_is_found() {
    let (house, _fake) = open(|asked| Some(gives(asked, &[])));
    let request = until(&house, &asked(&house, &by_number("00070021")), is("empty"));
    assert_eq!(numbers(&request), [""; 0]);
    house.stop();
    let not_found = Reply { status: 404, ..Reply::default() };
    let (house, _fake) = open(move |_| Some(not_found.clone()));
    until(&house, &asked(&house, &by_client()), is("empty"));
    house.stop();
}

#[test]
fn invoices_of_another_client_are_not_given_away() {
    let (house, _fake) = open(|asked| Some(gives(asked, &["00070031"])));
    let wish = json!({ "issuer": "MARSA-MAROC", "client_id": "1", "client": "93583" });
    let request = until(&house, &asked(&house, &wish), is("empty"));
    assert_eq!(request["reason"], "1 facture(s) d'un autre client");
    assert_eq!(status(&house, "00070031"), "unpaid", "it came all the same");
    house.stop();
}

#[test]
fn later_by_a_message_of_its_own() {
    let (house, _fake) = open(|asked| {
        let said: Value = serde_json::from_str(&asked.body).unwrap();
        Some(signed(asked, SECRET, &json!({ "request": said["request"], "status": "LATER" })))
    });
    let id = asked(&house, &by_number("00070041"));
    let day = |request: &Value| request["due_at"].as_str().is_some_and(|at| at > "2026-11-24");
    until(&house, &id, |request| is("asked")(request) && day(request));
    house.stop();
}

/// An answer that is none leaves the request to its clock, with the reason.
fn check_nothing(answer: impl Fn(&Asked) -> Option<Reply> + Send + 'static, reason: &str) {
    let (house, _fake) = open(answer);
    let id = asked(&house, &by_number("00070051"));
    let told = |request: &Value| request["reason"].as_str().is_some_and(|one| !one.is_empty());
    let request = until(&house, &id, told);
    let said = request["reason"].as_str().unwrap();
    assert!(said.contains(reason), "{reason} in {said}");
    assert_eq!(request["state"], "asked");
    assert_eq!(status(&house, "00070051"), "requested");
    house.stop();
}

#[test]
fn answers_that_are_none() {
    let body = |asked: &Asked| serde_json::from_str::<Value>(&asked.body).unwrap();
    check_nothing(|_| Some(Reply { status: 500, ..Reply::default() }), "HTTP 500");
    check_nothing(|_| Some(Reply { status: 422, ..Reply::default() }), "HTTP 422");
    check_nothing(|_| None, "WH-");
    check_nothing(|asked| Some(signed(asked, SECRET, &json!("nothing"))), "JSON-");
    let unsigned = |asked: &Asked| Reply { headers: Vec::new(), ..gives(asked, &["00070051"]) };
    check_nothing(move |asked| Some(unsigned(asked)), "SIG-MISSING");
    let stranger = move |asked: &Asked| {
        let said = json!({ "request": body(asked)["request"], "status": "FOUND",
            "documents": [{ "content": document("00070051") }] });
        Some(signed(asked, OTHER, &said))
    };
    check_nothing(stranger, "SIG-BAD");
    let other = |asked: &Asked| {
        Some(signed(asked, SECRET, &json!({ "request": "another", "status": "NOTHING" })))
    };
    check_nothing(other, "REQ-OTHER");
    let odd = move |asked: &Asked| {
        let said = json!({ "request": body(asked)["request"], "status": "PERHAPS" });
        Some(signed(asked, SECRET, &said))
    };
    check_nothing(odd, "JSON-");
    let refused = move |asked: &Asked| {
        let text = xml("00070051").replace("6110D00116", "MARSA-CASA");
        let text = text.replace("<MontantTTC>", "<MontantTTC>x");
        let said = json!({ "request": body(asked)["request"], "status": "FOUND",
            "documents": [{ "content": STANDARD.encode(text) }] });
        Some(signed(asked, SECRET, &said))
    };
    check_nothing(refused, "aucun accepté");
}

#[test]
fn it_does_not_answer_in_time() {
    let silent = |_: &Asked| {
        std::thread::sleep(Duration::from_secs(10));
        None
    };
    check_nothing(silent, "no answer within 8000 ms");
}

#[test]
fn an_error_and_then_an_answer() {
    let calls = AtomicU32::new(0);
    let (house, fake) = open(move |asked| match calls.fetch_add(1, Ordering::Relaxed) {
        0 => Some(Reply { status: 500, ..Reply::default() }),
        _ => Some(gives(asked, &["00070061"])),
    });
    let id = asked(&house, &by_number("00070061"));
    until(&house, &id, |request| request["reason"] == "HTTP 500");
    house.fire_request(&id);
    let request = until(&house, &id, is("found"));
    assert_eq!((&request["tries"], numbers(&request)), (&json!(2), vec!["00070061"]));
    let called = fake.of("POST");
    assert_eq!(called[0].header("webhook-id"), called[1].header("webhook-id"));
    house.stop();
}

#[test]
fn a_partner_that_is_down_ends_it() {
    let house = House::asking(&[], &[("MARSA-MAROC", marsa("http://127.0.0.1:1"))]);
    let id = asked(&house, &by_number("00070071"));
    for tries in 1..=3 {
        let told = |request: &Value| {
            request["tries"] == tries
                && request["reason"].as_str().is_some_and(|one| !one.is_empty())
        };
        until(&house, &id, told);
        house.fire_request(&id);
    }
    let request = until(&house, &id, is("unanswered"));
    assert!(request["reason"].as_str().unwrap().starts_with("sans réponse: "), "{request}");
    let alerts = house.get("/v1/exchanges?limit=200").to_string();
    assert!(alerts.contains("Demande sans réponse"), "{alerts}");
    house.stop();
}

#[test]
fn nobody_is_set_up() {
    let house = House::open(&[]);
    let id = asked(&house, &by_number("00070081"));
    until(&house, &id, |request| request["reason"] == "aucune adresse n'est configurée");
    house.stop();
}

#[test]
fn each_terminal_has_its_address() {
    let casa = Fake::replying(|asked| Some(gives(asked, &["00070091"])));
    let agadir = Fake::replying(|asked| Some(gives(asked, &[])));
    let mut account = marsa("");
    account.terminals = [("MARSA-CASA", &casa), ("Port Agadir", &agadir)]
        .map(|(name, fake)| (name.to_owned(), format!("http://{}", fake.address)))
        .into();
    let house = House::asking(&[], &[("MARSA-MAROC", account)]);
    until(&house, &asked(&house, &by_number("00070091")), is("found"));
    let mut wish = by_client();
    wish["terminal"] = json!("Port Agadir");
    until(&house, &asked(&house, &wish), is("empty"));
    wish["terminal"] = json!("Port Tanger");
    let refused = house.ask(&wish);
    assert_eq!((refused.status, refused.code().as_str()), (400, "HTTP-400"), "{refused:?}");
    assert!(refused.body.contains("Port Agadir"), "the terminals known: {}", refused.body);
    assert_eq!((casa.of("POST").len(), agadir.of("POST").len()), (1, 1));
    house.stop();
}
