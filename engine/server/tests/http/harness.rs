//! One running server for all tests, and a caller that sends exactly the bytes it is told.

use acquit_domain::{Channel, Media, Outcome, PartyCode, Role, Timestamp};
use acquit_flow::Occurrence;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::config::Config;
use acquit_server::service::{Keeping, Service, start};
use acquit_server::shell::{Arrival, Clock};
use acquit_server::{bootstrap, embedded};
use acquit_store::Store;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, LazyLock};
use std::time::Duration;
use tokio::runtime::Runtime;

/// Longest a test waits for bytes.
const PATIENCE: Duration = Duration::from_secs(15);

/// The server all tests talk to.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    // Held so that the server runs as long as the tests.
    runtime: Runtime,
    service: Service,
    keys: BTreeMap<(&'static str, Role), String>,
}

/// The parties of the tests: their code and role.
const PARTIES: &[(&str, Role)] = &[
    ("6110D00116", Role::Issuer),
    ("ANP", Role::Issuer),
    ("CMI", Role::Provider),
    ("290240", Role::Client),
    ("6110D00116", Role::Client),
    ("PORTAIL", Role::Portal),
    ("OPERATOR", Role::Operator),
];

pub(crate) static SERVER: LazyLock<Server> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let (service, keys) = runtime.block_on(async {
        let mut config = Config::default();
        config.http.listen = "127.0.0.1:0".parse().unwrap();
        let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
        let store = Store::in_memory().unwrap();
        let clock = Clock::manual(Timestamp::parse("2026-11-23T12:00:00Z").unwrap());
        let mut keys = BTreeMap::new();
        for &(code, role) in PARTIES {
            let party = PartyCode::new(code).unwrap();
            let key = bootstrap::new_key(&store, party, role, "test", clock.now()).await.unwrap();
            keys.insert((code, role), key.key);
        }
        let service = start(&config, Keeping::Nowhere, store, book, clock).await.unwrap();
        (service, keys)
    });
    Server { address: service.address, runtime, service, keys }
});

impl Server {
    /// The key of a party.
    pub(crate) fn key(&self, code: &'static str, role: Role) -> &str {
        &self.keys[&(code, role)]
    }

    /// Something happens to payments that no caller of ours tells.
    pub(crate) fn happens(&self, occurrence: Occurrence) -> Outcome {
        let arrival = Arrival { media: Media::Json, ..Arrival::over(Channel::Http) };
        let parcel = arrival.parcel(&self.service.engine.clock, b"{}".as_slice());
        let decided = self.service.cashier.decide(parcel, occurrence);
        self.runtime.block_on(decided).unwrap()
    }

    /// A JSON body, as one party, with headers of its own.
    pub(crate) fn post(
        &self,
        path: &str,
        party: (&'static str, Role),
        headers: &str,
        body: &serde_json::Value,
    ) -> Answer {
        let key = self.key(party.0, party.1).to_owned();
        let headers = format!("Content-Type: application/json\r\n{headers}");
        self.call(&format!("POST {path}"), &key, &headers, body.to_string().as_bytes())
    }

    /// Sends bytes as they are and gives everything that comes back until the end.
    pub(crate) fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        // The server may answer and close before everything is sent.
        let _ = stream.write_all(request);
        let _ = stream.shutdown(Shutdown::Write);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// One request with a key and headers; the answer.
    pub(crate) fn call(&self, line: &str, key: &str, headers: &str, body: &[u8]) -> Answer {
        let mut request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}");
        if !key.is_empty() {
            request += &format!("Authorization: Bearer {key}\r\n");
        }
        request += &format!("Content-Length: {}\r\n\r\n", body.len());
        let mut bytes = request.into_bytes();
        bytes.extend_from_slice(body);
        Answer::of(&self.raw(&bytes))
    }

    /// An order of the operator, with a JSON body.
    pub(crate) fn order(&self, path: &str, body: &serde_json::Value) -> Answer {
        let key = self.key("OPERATOR", Role::Operator).to_owned();
        let kind = "Content-Type: application/json\r\n";
        self.call(&format!("POST {path}"), &key, kind, body.to_string().as_bytes())
    }

    /// A list or an object, as one party.
    pub(crate) fn get(&self, path: &str, party: (&'static str, Role)) -> Answer {
        let key = self.key(party.0, party.1).to_owned();
        self.call(&format!("GET {path}"), &key, "", b"")
    }

    /// The first event of a stream, line by line.
    pub(crate) fn stream(
        &self,
        path: &str,
        party: (&'static str, Role),
        headers: &str,
    ) -> Vec<String> {
        let key = self.key(party.0, party.1);
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\
             Authorization: Bearer {key}\r\n{headers}\r\n"
        );
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let lines = BufReader::new(stream).lines().map_while(Result::ok);
        let events =
            lines.skip_while(|line| !line.starts_with("id:") && !line.starts_with("event:"));
        events.take_while(|line| !line.is_empty()).collect()
    }

    /// A parcel, as one party.
    pub(crate) fn send(&self, party: (&'static str, Role), headers: &str, body: &[u8]) -> Answer {
        let key = self.key(party.0, party.1).to_owned();
        self.call("POST /v1/inbox", &key, headers, body)
    }
}

/// An answer taken apart.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Answer {
    /// An answer from the bytes of a connection.
    pub(crate) fn of(text: &str) -> Answer {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        let chunked = head.to_ascii_lowercase().contains("transfer-encoding: chunked");
        let body = if chunked { unchunked(body) } else { body.to_owned() };
        Answer { status, head: head.to_owned(), body }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.head, self.body))
    }

    /// The code of a problem.
    pub(crate) fn code(&self) -> String {
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        kind.rsplit('#').next().unwrap_or_default().to_owned()
    }
}

/// The content of a chunked body.
fn unchunked(mut rest: &str) -> String {
    let mut content = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size.trim(), 16).unwrap_or(0);
        if size == 0 {
            break;
        }
        content.push_str(after.get(..size).unwrap_or(after));
        rest = after.get(size + 2..).unwrap_or("");
    }
    content
}
