//! A server of its own for a test, with an invoice of 3 600.00 MAD that may be paid by every means.

use crate::samples::xml;
use acquit_domain::pay::OrderName;
use acquit_domain::{Id, Keys, PartyCode, Role, Timestamp};
use acquit_flow::Occurrence;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::config::{Config, IssuerConfig, ProviderConfig, Secret};
use acquit_server::service::{Keeping, Service, start};
use acquit_server::shell::Clock;
use acquit_server::{bootstrap, embedded};
use acquit_store::Store;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Longest a test waits for something.
const PATIENCE: Duration = Duration::from_secs(20);
/// The issuer of the invoices.
const ISSUER: &str = "6110D00116";

/// A running house.
pub(crate) struct House {
    pub(crate) service: Option<Service>,
    pub(crate) runtime: Runtime,
    pub(crate) clock: Clock,
    portal: String,
    issuer: String,
    operator: String,
}

/// An account with the keys of the vectors.
pub(crate) fn account(keys: &[&str]) -> ProviderConfig {
    ProviderConfig {
        merchant: "600000001".to_owned(),
        login: "acquit".to_owned(),
        password: Some(Secret::Plain("s3cret-pass".to_owned())),
        keys: keys.iter().map(|key| Secret::Plain((*key).to_owned())).collect(),
        ..ProviderConfig::default()
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        kind.rsplit('#').next().unwrap_or_default().to_owned()
    }
}

impl House {
    /// Starts a house with accounts at providers.
    pub(crate) fn open(accounts: &[(&str, ProviderConfig)]) -> House {
        House::asking(accounts, &[])
    }

    /// Starts a house with accounts at providers, and issuers it asks.
    pub(crate) fn asking(
        accounts: &[(&str, ProviderConfig)],
        issuers: &[(&str, IssuerConfig)],
    ) -> House {
        let runtime = Runtime::new().unwrap();
        let clock = Clock::manual(Timestamp::parse("2026-11-23T12:00:00Z").unwrap());
        let mut config = Config::default();
        config.http.listen = "127.0.0.1:0".parse().unwrap();
        config.http.public = "https://acquit.example".to_owned();
        for (folder, account) in accounts {
            config.providers.insert((*folder).to_owned(), account.clone());
        }
        for (code, account) in issuers {
            config.issuers.insert((*code).to_owned(), account.clone());
        }
        let mut files = embedded::mappings();
        let issuer = files.get_mut("issuers/portnet/issuer.toml").unwrap();
        *issuer = issuer.replace("means = [", "means = [\"cmi.card\", \"cmi.fatourati\", ");
        let book = Arc::new(Rulebook::load(&files).unwrap());
        let store = Store::in_memory().unwrap();
        let (service, keys) = runtime.block_on(async {
            let mut keys = Vec::new();
            for (code, role) in
                [("PORTAIL", Role::Portal), (ISSUER, Role::Issuer), ("OPERATOR", Role::Operator)]
            {
                let party = PartyCode::new(code).unwrap();
                let key = bootstrap::new_key(&store, party, role, "t", clock.now()).await.unwrap();
                keys.push(key.key);
            }
            let keeping = Keeping::Nowhere;
            (start(&config, keeping, store, book, clock.clone()).await.unwrap(), keys)
        });
        let [portal, issuer, operator] = keys.try_into().unwrap();
        House { service: Some(service), runtime, clock, portal, issuer, operator }
    }

    fn running(&self) -> &Service {
        self.service.as_ref().unwrap()
    }

    /// Sends one request.
    pub(crate) fn send(&self, line: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\
             Content-Length: {}\r\n\r\n",
            body.len()
        );
        let mut stream = TcpStream::connect(self.running().address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(body);
        let _ = stream.write_all(&bytes);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Answer { status, body: body.to_owned() }
    }

    /// Posts a form to a provider's address.
    pub(crate) fn form(&self, path: &str, body: &str) -> Answer {
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.send(&format!("POST {path}"), kind, body.as_bytes())
    }

    /// An invoice comes in.
    pub(crate) fn invoice(&self, number: &str) {
        let headers =
            format!("Content-Type: application/xml\r\nAuthorization: Bearer {}\r\n", self.issuer);
        let answer = self.send("POST /v1/inbox", &headers, xml(number).as_bytes());
        assert_eq!(answer.json()["verdict"], "accepted", "{answer:?}");
    }

    /// The portal pays invoices: what it is answered.
    pub(crate) fn pay(&self, number: &str, means: &str) -> Value {
        let headers =
            format!("Content-Type: application/json\r\nAuthorization: Bearer {}\r\n", self.portal);
        let invoices = [json!({ "issuer": ISSUER, "number": number })];
        let payer = json!({ "name": "SATAA IMPORT EXPORT", "email": "client@example.ma" });
        let body = json!({ "invoices": invoices, "channel": means, "payer": payer });
        let answer = self.send("POST /v1/orders", &headers, body.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The portal asks an issuer for invoices: what it is answered.
    pub(crate) fn ask(&self, wish: &Value) -> Answer {
        let headers =
            format!("Content-Type: application/json\r\nAuthorization: Bearer {}\r\n", self.portal);
        self.send("POST /v1/invoice-requests", &headers, wish.to_string().as_bytes())
    }

    /// The clock of a request runs out.
    pub(crate) fn fire_request(&self, id: &str) {
        let id: Id = id.parse().unwrap();
        let mut keys = Keys::default();
        keys.payments.requests.insert(id);
        let store = &self.running().engine.store;
        let known = self.runtime.block_on(store.known(&keys)).unwrap();
        let due = known.payments.requests[&id].due.clone().unwrap();
        self.clock.set(due.at);
        let subject = acquit_flow::pay::Subject::Request(id);
        self.happens(Occurrence::Deadline { subject, event: due.event.to_string(), at: due.at });
    }

    /// Does something as the operator.
    pub(crate) fn order(&self, path: &str, body: &Value) -> Answer {
        let headers = format!(
            "Content-Type: application/json\r\nAuthorization: Bearer {}\r\n",
            self.operator
        );
        self.send(&format!("POST {path}"), &headers, body.to_string().as_bytes())
    }

    /// Reads something as the operator.
    pub(crate) fn get(&self, path: &str) -> Value {
        let headers = format!("Authorization: Bearer {}\r\n", self.operator);
        self.send(&format!("GET {path}"), &headers, b"").json()
    }

    /// The operator hands in a file.
    pub(crate) fn hand_in(&self, path: &str, file: &str) -> Answer {
        let headers =
            format!("Content-Type: text/csv\r\nAuthorization: Bearer {}\r\n", self.operator);
        self.send(&format!("POST {path}"), &headers, file.as_bytes())
    }

    /// The money facts of the day.
    pub(crate) fn money(&self) -> Vec<acquit_domain::pay::Funds> {
        let store = &self.running().engine.store;
        let (day, currency) = ("2026-11-23".parse().unwrap(), acquit_domain::Currency::MAD);
        let of = |code: &str| store.funds_of_day(code.to_owned(), day, currency);
        let found = self.runtime.block_on(async { (of("AMANPAY").await, of("CMI").await) });
        [found.0.unwrap(), found.1.unwrap()].concat()
    }

    /// The state of the last attempt of an order, and how many money facts the order has.
    pub(crate) fn state(&self, order: &Value) -> (String, usize) {
        let id: Id = order["order"].as_str().unwrap().parse().unwrap();
        let mut keys = Keys::default();
        keys.payments.orders.insert(OrderName::Id(id));
        let store = &self.running().engine.store;
        let known = self.runtime.block_on(store.known(&keys)).unwrap();
        let held = &known.payments.orders[&id];
        let state = held.attempts.last().unwrap().state.key().to_owned();
        (state, known.payments.funds.values().filter(|one| one.order == Some(id)).count())
    }

    /// Waits until the last attempt of an order is in a state.
    pub(crate) fn until(&self, order: &Value, state: &str) {
        let until = Instant::now() + PATIENCE;
        while self.state(order).0 != state {
            assert!(Instant::now() < until, "{state} is awaited, it is {:?}", self.state(order));
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The clock of the last attempt of an order runs out.
    pub(crate) fn fire(&self, order: &Value) {
        let id: Id = order["order"].as_str().unwrap().parse().unwrap();
        let mut keys = Keys::default();
        keys.payments.orders.insert(OrderName::Id(id));
        let store = &self.running().engine.store;
        let known = self.runtime.block_on(store.known(&keys)).unwrap();
        let attempt = known.payments.orders[&id].attempts.last().unwrap();
        let due = attempt.due.clone().unwrap();
        self.clock.set(due.at);
        let subject = acquit_flow::pay::Subject::Attempt(id, attempt.ordinal);
        self.happens(Occurrence::Deadline { subject, event: due.event.to_string(), at: due.at });
    }

    /// Something happens that no provider tells.
    pub(crate) fn happens(&self, occurrence: Occurrence) {
        let arrival = acquit_server::shell::Arrival::over(acquit_domain::Channel::Http);
        let parcel = arrival.parcel(&self.clock, b"{}".as_slice());
        let decided = self.running().cashier.decide(parcel, occurrence);
        self.runtime.block_on(decided).unwrap();
    }

    /// Stops in order: everything taken is stored, and nothing holds it back.
    pub(crate) fn stop(mut self) {
        let service = self.service.take().unwrap();
        let stopped = async { tokio::time::timeout(PATIENCE, service.stop()).await };
        self.runtime.block_on(stopped).expect("it stops");
    }
}
