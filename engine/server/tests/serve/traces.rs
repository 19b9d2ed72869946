//! Traces reach a collector: one trace from the caller's request to the store.

use crate::server::{Home, PARTNER, Server, call, keys};
use acquit_domain::Role;
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

/// The trace the caller began (W3C Trace Context, 3.2.2).
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Takes one request and answers it as a collector does; its head and body.
fn taken(stream: &mut TcpStream) -> (String, Vec<u8>) {
    stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a time-out");
    let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
    loop {
        let count = stream.read(&mut piece).expect("a request");
        bytes.extend_from_slice(&piece[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("a length").trim().parse().expect("a number");
        if bytes.len() >= end + 4 + length {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").expect("an answer");
            return (head, bytes.split_off(end + 4));
        }
    }
}

#[test]
fn a_request_is_one_trace() {
    let home = Home::new("traces");
    let collector = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = collector.local_addr().expect("an address");
    let text = format!("[telemetry]\notlp = \"http://{address}\"\n");
    fs::write(home.0.join("acquit.toml"), text).expect("a configuration");
    let [key] = keys(&home, [Role::Issuer]);
    let server = Server::start(&home);
    let body = fs::read("../../samples/messages/portnet-inv/original.xml").expect("the sample");
    let headers = format!(
        "Authorization: Bearer {key}\r\nContent-Type: application/xml\r\n\
         traceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n"
    );
    let answer = call(&server.address, "POST /v1/inbox", &headers, &body).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let (mut stream, _) = collector.accept().expect("the server calls");
    let (head, body) = taken(&mut stream);
    assert!(head.starts_with("post /v1/traces"), "{head}");
    assert!(head.contains("application/x-protobuf"), "{head}");
    let has = |wanted: &[u8]| body.windows(wanted.len()).any(|part| part == wanted);
    for name in ["request", "read", "decide and store", "store", "/v1/inbox", "accepted"] {
        assert!(has(name.as_bytes()), "{name} is not in what was sent");
    }
    let trace: Vec<u8> = (0..TRACE.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&TRACE[at..at + 2], 16).expect("hexadecimal"))
        .collect();
    let spans = body.windows(trace.len()).filter(|part| *part == trace).count();
    assert!(spans >= 3, "{spans} spans of the caller's trace");
    assert!(!has(key.as_bytes()) && !has(PARTNER.as_bytes()), "no key and no party is sent");
}

#[test]
fn nothing_waits_for_a_collector_that_is_not_there() {
    let home = Home::new("no-collector");
    let text = "[telemetry]\notlp = \"http://127.0.0.1:1\"\n";
    fs::write(home.0.join("acquit.toml"), text).expect("a configuration");
    let server = Server::start(&home);
    let answer = call(&server.address, "GET /livez", "", b"").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}
