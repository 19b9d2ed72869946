//! Killed (SIGKILL) between any two steps of a payment, the program loses nothing and does nothing
//! twice: whoever got no answer asks again, and is answered as if nothing had happened.

use crate::guide::terminal;
use crate::partners::{card, oid};
use acquit_domain::{PartyCode, Role};
use acquit_server::bootstrap;
use acquit_server::service::open_store;
use acquit_server::shell::Clock;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

/// The issuer of the invoices: it takes cards.
const MARSA: &str = "MARSA-MAROC";
/// Microseconds between a request and the kill: before it is read, while it is decided or stored,
/// after its answer has left.
const MOMENTS: &[u64] = &[0, 1_000, 4_000, 30_000];

/// A folder with a configuration, removed at the end.
struct Home(PathBuf);

impl Home {
    fn new() -> Home {
        let folder = std::env::temp_dir().join(format!("acquit-payments-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let text = "[http]\npublic = \"https://acquit.example\"\n[providers.cmi]\n\
            page = \"https://cmi.example/fim/est3Dgate\"\nmerchant = \"600000001\"\n\
            keys = [\"env:CMI_KEY\"]\n";
        std::fs::write(folder.join("acquit.toml"), text).unwrap();
        Home(folder)
    }

    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_acquit"));
        command.current_dir(&self.0).env_clear().env("CMI_KEY", "TEST1234");
        command
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A running program; killed when it goes.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(home: &Home) -> Program {
        let mut command = home.command();
        command.args(["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut lines = out.lines().map_while(Result::ok);
        let line = lines.find(|line| line.contains("listening on http://")).unwrap();
        let address = line.trim().rsplit('/').next().unwrap().to_owned();
        // What it prints afterwards is read, so that it never waits for a reader.
        thread::spawn(move || lines.for_each(drop));
        Program { child, address }
    }

    /// Sends a request, and gives the stream its answer comes by.
    fn sent(&self, request: &Request) -> TcpStream {
        let (line, headers, body) = (&request.line, &request.headers, &request.body);
        let head = format!(
            "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let _ = stream.shutdown(Shutdown::Write);
        stream
    }

    fn ask(&self, request: &Request) -> String {
        let mut answer = String::new();
        self.sent(request).read_to_string(&mut answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("{answer:?}"));
        body.to_owned()
    }

    /// Sends a request and kills the program so many microseconds later; whatever it still said.
    fn ask_and_kill(mut self, request: &Request, after: u64) -> String {
        let mut stream = self.sent(request);
        thread::sleep(Duration::from_micros(after));
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Request {
    line: String,
    headers: String,
    body: String,
}

/// Keys of the issuer and of the portal.
fn keys(data: &Path) -> [String; 2] {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let store = open_store(data).unwrap();
    [(MARSA, Role::Issuer), ("PORTAIL", Role::Portal)].map(|(party, role)| {
        let party = PartyCode::new(party).unwrap();
        let key = bootstrap::new_key(&store, party, role, "test", Clock::System.now());
        runtime.block_on(key).unwrap().key
    })
}

/// The three steps: the invoice, the wish to pay, the callback (which needs the order).
fn step(n: usize, keys: &[String; 2], number: &str, order: &Value) -> Request {
    let posted = |path: &str, headers: String, body: String| Request {
        line: format!("POST {path}"),
        headers,
        body,
    };
    let [issuer, portal] = keys;
    match n {
        0 => {
            let headers =
                format!("Authorization: Bearer {issuer}\r\nContent-Type: application/xml\r\n");
            posted("/v1/inbox", headers, terminal(number))
        }
        1 => {
            let headers = format!(
                "Authorization: Bearer {portal}\r\nContent-Type: application/json\r\n\
                 Idempotency-Key: pay-{number}\r\n"
            );
            let wish = json!({ "channel": "cmi.card",
                "invoices": [{ "issuer": MARSA, "number": number }] });
            posted("/v1/orders", headers, wish.to_string())
        }
        _ => {
            let headers = "Content-Type: application/x-www-form-urlencoded\r\n".to_owned();
            let more = [("amount", "2642.40"), ("TransId", number)];
            posted("/callbacks/cmi", headers, card(&oid(order), &more))
        }
    }
}

/// Pays an invoice, the program being killed in one step; `told` is what the last step answers.
fn pay(home: &Home, keys: &[String; 2], number: &str, killed: usize, after: u64) -> String {
    let mut program = Program::start(home);
    let (mut order, mut last) = (Value::Null, String::new());
    for n in 0..3 {
        let request = step(n, keys, number, &order);
        if n == killed {
            let heard = program.ask_and_kill(&request, after);
            program = Program::start(home);
            last = program.ask(&request);
            let said = heard.split_once("\r\n\r\n").filter(|(_, body)| !body.is_empty());
            if let (2, Some((_, body))) = (n, said) {
                assert_eq!(body, last, "the same answer before and after");
            }
        } else {
            last = program.ask(&request);
        }
        if n == 1 {
            order = serde_json::from_str(&last).unwrap_or_else(|_| panic!("{last}"));
        }
    }
    let headers = format!("Authorization: Bearer {}\r\n", keys[1]);
    let line = format!("GET /v1/orders/{}", order["order"].as_str().unwrap());
    let seen = program.ask(&Request { line, headers, body: String::new() });
    let seen: Value = serde_json::from_str(&seen).unwrap();
    assert_eq!(seen["state"], "paid", "{seen}");
    assert_eq!(seen["payments"].as_array().map(Vec::len), Some(1), "{seen}");
    assert_eq!(seen["receipts"].as_array().map(Vec::len), Some(1), "{seen}");
    last
}

/// Row C031: killed between the commit and the answer, and the provider asks again.
#[test]
fn killed_in_every_step_of_a_payment() {
    let home = Home::new();
    let keys = keys(&home.0.join("data"));
    let mut number = 2_296_000;
    for killed in 0..3 {
        for after in MOMENTS {
            number += 1;
            let last = pay(&home, &keys, &format!("{number:08}"), killed, *after);
            assert_eq!(last, "ACTION=POSTAUTH", "step {killed}, {after} us");
        }
    }
    let verified = home.command().args(["verify"]).output().unwrap();
    let told = String::from_utf8_lossy(&verified.stdout).into_owned();
    assert_eq!(verified.status.code(), Some(0), "{told}");
}
