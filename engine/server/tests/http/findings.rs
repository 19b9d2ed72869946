//! Findings in every answer have a sentence in the reader's language, and say where their code is
//! documented.

use crate::harness::SERVER;
use crate::samples::xml;
use acquit_domain::Role;

const ISSUER: (&str, Role) = ("6110D00116", Role::Issuer);
const OPERATOR: (&str, Role) = ("OPERATOR", Role::Operator);

/// Compares the first finding's sentence with its beginning.
fn check(place: &str, finding: &serde_json::Value, beginning: &str) {
    let message = finding["message"].as_str().unwrap_or_default();
    assert!(message.starts_with(beginning), "{place}: {finding}");
    let code = finding["code"].as_str().unwrap_or_default();
    assert_eq!(finding["url"], format!("/docs/codes#{code}"), "{place}");
}

#[test]
fn titles_of_problems_are_told_in_the_reader_s_language() {
    let title = |path: &str, party: (&'static str, Role), language: &str| {
        let headers = format!("Accept-Language: {language}\r\n");
        let key = SERVER.key(party.0, party.1);
        let answer = SERVER.call(&format!("GET {path}"), key, &headers, b"");
        (answer.status, answer.json()["title"].as_str().unwrap_or_default().to_owned())
    };
    for (path, language, status, expected) in [
        ("/v1/nowhere", "fr", 404, "Introuvable."),
        ("/v1/nowhere", "en", 404, "Not found."),
        ("/v1/exchanges?limit=x", "fr", 400, "Requête incompréhensible."),
        ("/v1/exchanges?limit=x", "en", 400, "The request cannot be understood."),
    ] {
        let told = title(path, OPERATOR, language);
        assert_eq!(told, (status, expected.to_owned()), "{path} {language}");
    }
    let [french, english] = ["fr", "en"].map(|one| title("/v1/operator/cases", ISSUER, one));
    assert_eq!((french.0, english.0), (403, 403), "{french:?}");
    assert_ne!(french.1, english.1);
}

#[test]
fn findings_are_told_in_the_reader_s_language() {
    let text = xml("00071001").replace("3600.00", "2999.00");
    let kind = "Content-Type: application/xml\r\n";
    let english = format!("{kind}Accept-Language: en-GB, fr;q=0.5\r\n");
    let answer = SERVER.send(ISSUER, &english, text.as_bytes()).json();
    check("inbox", &answer["findings"][0], "The gross amount is not net plus VAT");
    let again = SERVER.send(ISSUER, kind, text.as_bytes()).json();
    check("again", &again["findings"][0], "Envoi déjà reçu");
    let id = answer["exchange"].as_str().unwrap();
    let row = SERVER.get(&format!("/v1/exchanges/{id}"), OPERATOR).json();
    check("exchange", &row["findings"][0], "Le TTC ne vaut pas");
    let reading = SERVER.get(&format!("/v1/exchanges/{id}/reading"), OPERATOR).json();
    let message = &reading["transmissions"][0]["messages"][0];
    check("reading", &message["findings"][0], "Le TTC ne vaut pas");
    let arabic = format!("{kind}Accept-Language: ar\r\n");
    let read = SERVER.call("POST /v1/validate", "", &arabic, text.as_bytes()).json();
    let message = &read["transmissions"][0]["messages"][0];
    check("validate", &message["findings"][0], "المبلغ شامل الضريبة");
}

#[test]
fn findings_of_a_problem_have_their_cause() {
    let kind = "Content-Type: application/xml\r\nAccept-Language: en\r\n";
    let dtd = b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
    let problem = SERVER.send(ISSUER, kind, dtd).json();
    check("problem", &problem["findings"][0], "A document type declaration is refused");
    assert_eq!(problem["findings"][0]["cause"], "No entity is expanded and no file opened.");
}
