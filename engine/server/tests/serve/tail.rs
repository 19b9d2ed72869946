//! `acquit tail` against a running server.

use crate::server::{Home, Server, call, keys};
use acquit_domain::Role;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;

const SAMPLE: &[u8] = include_bytes!("../../../../samples/messages/invoic-d96a/original.edi");

/// A free port of this machine.
fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").to_string()
}

#[test]
fn tail_reads_a_server() {
    let home = Home::new("tail");
    let [issuer, operator] = keys(&home, [Role::Issuer, Role::Operator]);
    fs::write(home.0.join("key"), format!("{operator}\n")).expect("a file");
    let server = Server::start(&home);
    let send = || {
        let headers = format!("Authorization: Bearer {issuer}\r\n");
        call(&server.address, "POST /v1/inbox", &headers, SAMPLE).expect("an answer");
    };
    send();
    let url = format!("http://{}", server.address);
    let tail = ["tail", "--url", &url, "--key", "file:key"];
    let (code, text) = home.run(&tail);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("00069321") && text.ends_with("accepted\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");

    let mut following = home.start(&[&tail[..], &["--follow", "--json"]].concat());
    let mut lines = BufReader::new(following.stdout.take().expect("piped")).lines();
    let mut next = || lines.next().expect("a line").expect("UTF-8");
    assert!(next().contains("\"verdict\":\"accepted\""));
    send();
    assert!(next().contains("\"verdict\":\"known\""));
    following.kill().expect("it runs");
    following.wait().expect("it ends");

    let check = |arguments: &[&str], code: i32| {
        let (ended, text) = home.run(arguments);
        assert_eq!(ended, code, "{arguments:?}\n{text}");
    };
    check(&["tail", "--url", &url], 5);
    check(&["tail", "--url", &url, "--key", "env:NOT_SET"], 3);
    check(&["tail", "--url", &url, "--key", &operator], 2);
    check(&["tail", "--url", "https://127.0.0.1"], 2);
    check(&["tail", "--url", &url, "--data", "data"], 2);
    check(&["tail", "--url", &format!("http://{}", free_address())], 4);
}

#[test]
fn tail_waits_for_a_server_that_went_away() {
    let home = Home::new("tail-again");
    let [issuer, operator] = keys(&home, [Role::Issuer, Role::Operator]);
    fs::write(home.0.join("key"), operator).expect("a file");
    let address = free_address();
    let server = Server::start_at(&home, &address);
    let headers = format!("Authorization: Bearer {issuer}\r\n");
    call(&address, "POST /v1/inbox", &headers, SAMPLE).expect("an answer");
    let url = format!("http://{address}");
    let mut following = home.start(&["tail", "--url", &url, "--key", "file:key", "--follow"]);
    // Its first line shows that it was connected once.
    let mut rows = BufReader::new(following.stdout.take().expect("piped")).lines();
    assert!(rows.next().expect("a line").expect("UTF-8").ends_with("accepted"));
    let mut told = BufReader::new(following.stderr.take().expect("piped")).lines();
    let mut next = || told.next().expect("a line").expect("UTF-8");
    server.kill();
    let line = next();
    assert!(line.ends_with("trying again"), "{line}");
    let _server = Server::start_at(&home, &address);
    assert_eq!(next(), "acquit: connected again");
    following.kill().expect("it runs");
    following.wait().expect("it ends");
}
