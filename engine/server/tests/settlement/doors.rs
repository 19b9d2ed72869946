//! What banks and providers report, through the inbox and through a folder.

use crate::house::{BANKS, BOOK, CARDS, House};
use crate::records::statement;
use crate::reports::{ACCOUNT, booking, day};
use acquit_domain::{InvoiceState, PartyCode, Role, Timestamp};
use acquit_server::bootstrap;
use acquit_server::config::{ChannelConfig, Config};
use acquit_server::service::{Keeping, Service, start};
use acquit_server::shell::Clock;
use acquit_server::shell::folder::{self, Watched};
use acquit_simulate::bank::{camt053, cremul};
use acquit_store::Store;
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A server, and the house of its engine.
struct Doors {
    service: Service,
    house: House,
    keys: BTreeMap<&'static str, String>,
}

async fn doors() -> Doors {
    let mut config = Config::default();
    config.http.listen = "127.0.0.1:0".parse().unwrap();
    let store = Store::in_memory().unwrap();
    let clock = Clock::manual(Timestamp::parse("2026-11-23T12:00:00Z").unwrap());
    let mut keys = BTreeMap::new();
    for (code, role) in
        [("BANK", Role::Provider), ("CMI", Role::Provider), ("6110D00116", Role::Issuer)]
    {
        let party = PartyCode::new(code).unwrap();
        let key = bootstrap::new_key(&store, party, role, "test", clock.now()).await.unwrap();
        keys.insert(code, key.key);
    }
    let service = start(&config, Keeping::Nowhere, store, BOOK.clone(), clock).await.unwrap();
    let (engine, cashier) = (service.engine.clone(), service.cashier.clone());
    Doors { house: House { engine, cashier, messages: 0 }, service, keys }
}

impl Doors {
    /// Posts to the inbox: status and body.
    async fn post(&self, party: &str, kind: &str, body: &[u8]) -> (u16, serde_json::Value) {
        let head = format!(
            "POST /v1/inbox HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {kind}\r\n\
             Authorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
            self.keys[party],
            body.len()
        );
        let mut stream = TcpStream::connect(self.service.address).await.unwrap();
        stream.write_all(&[head.as_bytes(), body].concat()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        (status, serde_json::from_str(body).unwrap_or_default())
    }
}

/// Verdict and codes of an answer.
fn told(answer: &(u16, serde_json::Value)) -> String {
    let body = &answer.1;
    let findings = body["findings"].as_array().cloned().unwrap_or_default();
    let codes: Vec<&str> = findings.iter().filter_map(|one| one["code"].as_str()).collect();
    format!("{} {} {}", answer.0, body["verdict"].as_str().unwrap_or("-"), codes.join(" "))
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_come_through_the_inbox() {
    let mut doors = doors().await;
    let order = doors.house.start(BANKS, "00080001", "transfer", "").await;
    let text = camt053(ACCOUNT, 1, day(), 0, &[booking("B1", 10_000, &order.number)]);
    let answer = doors.post("BANK", "application/xml", text.as_bytes()).await;
    assert_eq!(told(&answer), "200 accepted ", "{}", answer.1);
    assert_eq!(doors.house.state(BANKS, "00080001").await, InvoiceState::AwaitingIssuer);
    let answer = doors.post("BANK", "application/xml", text.as_bytes()).await;
    assert_eq!(told(&answer), "200 known ");
    // CREMUL, a statement of 120 characters, a file of cheques.
    doors.house.start(BANKS, "00080002", "transfer", "").await;
    let text = cremul(ACCOUNT, "C1", day(), &[booking("B2", 10_000, "00080002")]);
    let answer = doors.post("BANK", "application/edifact", text.as_bytes()).await;
    assert_eq!(told(&answer), "200 accepted ", "{}", answer.1);
    doors.house.start(BANKS, "00080003", "transfer", "").await;
    let text = statement("231126", &[("05", "FACT 00080003", "A1", 10_000)], 0);
    let answer = doors.post("BANK", "application/octet-stream", text.as_bytes()).await;
    assert_eq!(told(&answer), "200 accepted ", "{}", answer.1);
    doors.house.start(BANKS, "00080004", "cheque", "CHQ-0004").await;
    let text = "CHQ-0004;REM-1;100.00;paid\r\nCHQ-9;REM-1;5.00;paid\r\n";
    let answer = doors.post("BANK", "text/csv", text.as_bytes()).await;
    assert_eq!(told(&answer), "200 partly BNK-CHEQUE", "{}", answer.1);
    for number in ["00080002", "00080003", "00080004"] {
        assert_eq!(doors.house.state(BANKS, number).await, InvoiceState::AwaitingIssuer);
    }
    // What cannot be read is answered with why, kept, and has no effect.
    let broken = statement("231126", &[("05", "X", "A2", 100)], 1);
    let answer = doors.post("BANK", "application/octet-stream", broken.as_bytes()).await;
    assert_eq!(told(&answer), "200 rejected FIL-BALANCE", "{}", answer.1);
    // Nobody else's parcel is a report: an issuer's is read as a message.
    let answer = doors.post("6110D00116", "application/octet-stream", broken.as_bytes()).await;
    assert!(!told(&answer).contains("FIL-"), "{}", told(&answer));
    doors.house.balances().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settlements_come_through_the_inbox() {
    let mut doors = doors().await;
    let lost = doors.house.start(CARDS, "00070003", "cmi.card", "").await;
    let text = format!(
        "transaction;order;reference;type;amount;currency;fee;date;operator\n\
         T3;{};;paid;100.00;MAD;1.00;2026-11-23;\n",
        lost.number
    );
    let answer = doors.post("CMI", "text/csv", text.as_bytes()).await;
    assert_eq!(told(&answer), "200 partly ", "{}", answer.1);
    assert_eq!(doors.house.state(CARDS, "00070003").await, InvoiceState::AwaitingIssuer);
    let days = doors.house.engine.store.settlement_days(None, 10).await.unwrap();
    assert_eq!(days.len(), 1);
    let answer = doors.post("CMI", "text/csv", b"a;b\n1;2\n").await;
    assert_eq!(answer.1["verdict"], "rejected", "{}", answer.1);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_come_through_a_folder() {
    let mut doors = doors().await;
    doors.house.start(BANKS, "00080001", "transfer", "").await;
    let root = std::env::temp_dir().join(format!("acquit-doors-{}", std::process::id()));
    std::fs::create_dir_all(&root).unwrap();
    let config: ChannelConfig =
        toml::from_str(&format!("kind = \"folder\"\npath = {:?}\narrival = \"renamed\"", &root))
            .unwrap();
    let watched = Watched::open(&config, PartyCode::new("BANK").unwrap()).unwrap();
    let text = camt053(ACCOUNT, 1, day(), 0, &[booking("B1", 10_000, "FACT 00080001")]);
    let inward = root.join("BANK/upload/new");
    std::fs::write(inward.join("releve.xml"), &text).unwrap();
    let broken = statement("231126", &[("05", "X", "A2", 100)], 1);
    std::fs::write(inward.join("faux.txt"), broken).unwrap();
    let (stop, stopping) = tokio::sync::watch::channel(false);
    let (engine, intake) = (doors.service.engine.clone(), doors.service.intake.clone());
    let at_work = tokio::spawn(folder::run(watched, engine, intake, stopping));
    let mut patience = 600;
    while doors.house.state(BANKS, "00080001").await != InvoiceState::AwaitingIssuer
        || std::fs::read_dir(&inward).unwrap().count() > 0
    {
        patience -= 1;
        assert!(patience > 0, "the folder was not read");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    stop.send(true).unwrap();
    at_work.await.unwrap();
    let mut refused = Vec::new();
    collect(&root, &mut refused);
    let diagnostic = refused.iter().find(|(_, text)| text.contains("FIL-BALANCE"));
    assert!(diagnostic.is_some(), "{refused:?}");
    std::fs::remove_dir_all(&root).unwrap();
}

/// Every file below a folder that is text.
fn collect(folder: &std::path::Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            found.push((path.display().to_string(), text));
        }
    }
}
