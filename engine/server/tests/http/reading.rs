//! `/v1/exchanges/{id}/reading`: every value with the place it came from.

use crate::harness::SERVER;
use acquit_domain::Role;

const ISSUER: (&str, Role) = ("6110D00116", Role::Issuer);

/// Sends a message, reads it again, and compares one value with its place:
/// `name value tag segment.element.component`, and the bytes that stand there.
fn check(media: &str, body: &[u8], expected: &str) {
    let sent = SERVER.send(ISSUER, &format!("Content-Type: {media}\r\n"), body);
    let exchange = sent.json()["exchange"].as_str().unwrap().to_owned();
    let reading = SERVER.get(&format!("/v1/exchanges/{exchange}/reading"), ISSUER).json();
    let fields = reading["transmissions"][0]["messages"][0]["fields"].as_array().unwrap().clone();
    let lines: Vec<String> = fields
        .iter()
        .map(|field| {
            let place = &field["place"];
            let first = usize::try_from(place["byte"].as_u64().unwrap()).unwrap();
            let length = usize::try_from(place["length"].as_u64().unwrap()).unwrap();
            let there = String::from_utf8_lossy(&body[first..first + length]);
            format!(
                "{} = {} at {} {}.{}.{}: {there}",
                field["name"].as_str().unwrap(),
                field["value"].as_str().unwrap(),
                place["name"].as_str().unwrap(),
                place["segment"],
                place["element"],
                place["component"],
            )
        })
        .collect();
    assert!(lines.iter().any(|line| line == expected), "{expected}\n{}", lines.join("\n"));
}

/// Many messages in one interchange: more than are read together.
const MANY: usize = 600;

#[test]
fn a_message_of_a_large_interchange_is_read_alone() {
    let sample = include_str!("../../../../samples/messages/invoic-d96a/original.edi");
    let (head, rest) = sample.split_once("UNH+1+").unwrap();
    let (message, _) = rest.split_once("UNT+35+1'").unwrap();
    let mut whole = head.replace("0115", "0999");
    for number in 1..=MANY {
        let message = message.replace("00069321", &format!("R{number:07}"));
        whole += &format!("UNH+{number}+{message}UNT+35+{number}'\n");
    }
    whole += &format!("UNZ+{MANY}+99990000000999'\n");
    let sent = SERVER.send(ISSUER, "Content-Type: application/edifact\r\n", whole.as_bytes());
    assert_eq!(sent.json()["verdict"], "accepted", "{}", sent.body);
    let rows = SERVER.get("/v1/exchanges?invoice=6110D00116/R0000600", ISSUER).json();
    let id = rows["items"][0]["id"].as_str().unwrap().to_owned();
    let reading = SERVER.get(&format!("/v1/exchanges/{id}/reading"), ISSUER).json();
    let messages = reading["transmissions"][0]["messages"].as_array().unwrap();
    assert_eq!(messages.len(), 1);
    let fields = messages[0]["fields"].as_array().unwrap();
    let number = fields.iter().find(|field| field["name"] == "number").unwrap();
    let first = whole.find("R0000600").unwrap();
    assert_eq!((&number["value"], &number["place"]["byte"]), (&"R0000600".into(), &first.into()));
}

#[test]
fn values_have_places() {
    let edifact = include_bytes!("../../../../samples/messages/invoic-d96a/original.edi");
    let media = "application/edifact";
    check(media, edifact, "number = 00069321 at BGM 2.2.1: 00069321");
    check(media, edifact, "gross = 3600.00 at MOA 30.1.2: 3600.00");
    check(media, edifact, "lines[1].net = 3000.00 at MOA 22.1.2: 3000.00");
    let xml = include_bytes!("../../../../samples/messages/portnet-inv/original.xml");
    let number = "/TransmissionFacture/TransmissionFactureMessage/Facture/NumeroFacture";
    let expected = format!("number = 00069321 at {number} 0.0.0: 00069321");
    check("application/xml", xml, &expected);
}
