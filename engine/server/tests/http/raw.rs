//! Requests that are wrong, hostile or slow (rows H001 to H034 of the catalogue of bad inputs).

use crate::harness::{Answer, SERVER};
use acquit_domain::Role;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

const ISSUER: (&str, Role) = ("6110D00116", Role::Issuer);

/// A key that works.
fn key() -> &'static str {
    SERVER.key(ISSUER.0, ISSUER.1)
}

/// Sends bytes and compares the status of the only answer.
fn check(row: &str, request: &[u8], statuses: &[u16]) -> Answer {
    let text = SERVER.raw(request);
    let answer = Answer::of(&text);
    assert!(statuses.contains(&answer.status), "{row}: {text}");
    assert_eq!(text.matches("HTTP/1.1 ").count(), 1, "{row}: one answer: {text}");
    answer
}

/// The same with a key, so that what is looked at is not the key.
fn check_with_key(row: &str, line: &str, rest: &str, statuses: &[u16]) -> Answer {
    let request = format!("{line}\r\nHost: x\r\nAuthorization: Bearer {}\r\n{rest}", key());
    check(row, request.as_bytes(), statuses)
}

#[test]
fn smuggling_is_refused() {
    let post = "POST /v1/inbox HTTP/1.1";
    let both = "Content-Type: text/plain\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n\
                0\r\n\r\nG";
    check_with_key("H001", post, both, &[400, 415]);
    let spaced = "Content-Length: 4\r\nTransfer-Encoding : chunked\r\n\r\n5c\r\n";
    check_with_key("H002", post, spaced, &[400]);
    check_with_key("H003", post, "Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc", &[400]);
    check_with_key("H004", post, "Content-Length: +3\r\n\r\nabc", &[400]);
    let huge = "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n";
    check_with_key("H006", post, huge, &[400, 413]);
    check("H007", b"POST /v1/in/edi HTTP/1.1\nHost: x\nContent-Length: 0\n\n", &[400, 401]);
}

#[test]
fn headers_are_limited() {
    let long = format!("GET /livez HTTP/1.1\r\nHost: x\r\nX-A: {}\r\n\r\n", "A".repeat(1 << 20));
    check("H009", long.as_bytes(), &[431]);
    let many = format!("GET /livez HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-A: b\r\n".repeat(5000));
    check("H010", many.as_bytes(), &[431]);
    let cursor = b"GET /v1/invoices?cursor=a%0d%0aSet-Cookie:x=1 HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = check("H021", cursor, &[400, 401]);
    assert!(!answer.head.to_lowercase().contains("set-cookie"), "{}", answer.head);
    let evil = check("H022", b"GET /docs HTTP/1.1\r\nHost: evil.example\r\n\r\n", &[200]);
    assert!(!evil.body.contains("evil.example"));
    assert!(!evil.head.to_lowercase().contains("server:"), "{}", evil.head);
}

#[test]
fn methods_and_addresses() {
    check("H018", b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", &[405]);
    let traversal = b"GET /v1/raw/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\n\r\n";
    check("H019", traversal, &[401, 404]);
    check("H020", b"GET /v1/raw/%252e%252e/x HTTP/1.1\r\nHost: x\r\n\r\n", &[401, 404]);
    check_with_key(
        "H019",
        "GET /v1/exchanges/..%2f..%2fx/raw HTTP/1.1",
        "Connection: close\r\n\r\n",
        &[404],
    );
    check_with_key("delete", "DELETE /v1/inbox HTTP/1.1", "Connection: close\r\n\r\n", &[405]);
}

#[test]
fn a_body_is_looked_at_only_after_its_sender_and_its_size() {
    let none = SERVER.call("POST /v1/inbox", "", "Content-Type: application/xml\r\n", b"<a/>");
    assert_eq!((none.status, none.code().as_str()), (401, "AUTH-401"));
    let wrong = SERVER.call("POST /v1/inbox", "acq_wrong", "", b"<a/>");
    assert_eq!((wrong.status, wrong.code().as_str()), (401, "AUTH-401"));
    let plain = SERVER.send(ISSUER, "Content-Type: text/plain\r\n", b"<a/>");
    assert_eq!((plain.status, plain.code().as_str()), (415, "HTTP-415"), "H026");
    let large = "Content-Type: application/json\r\nContent-Length: 99999999\r\n\r\n";
    let large = check_with_key("X011", "POST /v1/inbox HTTP/1.1", large, &[413]);
    assert_eq!(large.code(), "LIM-BODY");
    let streamed = format!(
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n{}",
        format!("10000\r\n{}\r\n", "x".repeat(65536)).repeat(20)
    );
    let streamed = check_with_key("E105", "POST /v1/inbox HTTP/1.1", &streamed, &[413]);
    assert_eq!(streamed.code(), "LIM-BODY");
}

#[test]
fn an_idempotency_key_has_a_length() {
    let headers = format!("Idempotency-Key: {}\r\n", "k".repeat(10_000));
    let long = SERVER.send(ISSUER, &headers, b"x");
    assert_eq!((long.status, long.code().as_str()), (400, "IDEM-KEY"), "H034");
}

#[test]
fn a_torn_body_stores_nothing() {
    let mut stream = TcpStream::connect(SERVER.address).unwrap();
    let head = format!(
        "POST /v1/inbox HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/edifact\r\nContent-Length: 1000\r\n\r\n",
        key()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&[b'U'; 500]).unwrap();
    drop(stream);
    assert_eq!(SERVER.call("GET /livez", "", "", b"").status, 200, "H014");
}

#[test]
fn what_stops_coming_is_closed_in_time() {
    let begun = Instant::now();
    let mut slow = TcpStream::connect(SERVER.address).unwrap();
    slow.write_all(b"GET /livez HTTP/1.1\r\nX-A: ").unwrap();
    let mut silent = TcpStream::connect(SERVER.address).unwrap();
    let head = format!(
        "POST /v1/inbox HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
         Expect: 100-continue\r\nContent-Type: application/xml\r\nContent-Length: 10\r\n\r\n",
        key()
    );
    silent.write_all(head.as_bytes()).unwrap();
    for (row, stream, status) in [("H011", &mut slow, 408), ("H016", &mut silent, 408)] {
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut text = Vec::new();
        let _ = stream.read_to_end(&mut text);
        let text = String::from_utf8_lossy(&text).into_owned();
        let last = text.rsplit("HTTP/1.1 ").next().unwrap_or_default();
        let found: u16 = last.get(..3).and_then(|code| code.parse().ok()).unwrap_or(0);
        assert_eq!(found, status, "{row}: {text}");
    }
    assert!(begun.elapsed() < Duration::from_secs(14), "{:?}", begun.elapsed());
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let mut requests = String::new();
    for at in 0..1000 {
        let close = if at == 999 { "Connection: close\r\n" } else { "" };
        requests +=
            &format!("GET /livez HTTP/1.1\r\nHost: x\r\nX-Request-Id: n{at}\r\n{close}\r\n");
    }
    let text = SERVER.raw(requests.as_bytes());
    let ids: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("x-request-id: n")).collect();
    assert_eq!(ids.len(), 1000, "H017");
    assert!(ids.iter().enumerate().all(|(at, id)| *id == at.to_string()));
}

#[test]
fn every_answer_has_its_headers() {
    let answer = SERVER.call("GET /livez", "", "", b"");
    for header in ["x-content-type-options: nosniff", "x-frame-options: DENY", "x-request-id: "] {
        assert!(answer.head.contains(header), "{header}: {}", answer.head);
    }
    let ready = SERVER.call("GET /readyz", "", "", b"");
    assert_eq!((ready.status, ready.json()["ready"].as_bool()), (200, Some(true)));
    let metrics = SERVER.call("GET /metrics", "", "", b"");
    assert!(metrics.body.contains("acquit_intake_seconds_bucket"), "{}", metrics.body);
    let openapi = SERVER.call("GET /openapi.json", "", "", b"").json();
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"), "{openapi}");
}
