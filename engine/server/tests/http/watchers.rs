//! A full server still answers those who watch it.

use crate::harness::Answer;
use acquit_mapping::rulebook::Rulebook;
use acquit_server::config::Config;
use acquit_server::embedded;
use acquit_server::service::{Keeping, start};
use acquit_server::shell::Clock;
use acquit_store::Store;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use tokio::runtime::Runtime;

/// Asks on a connection of its own.
fn get(address: SocketAddr, path: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    Answer::of(&text)
}

#[test]
fn connections_are_kept_for_watchers() {
    let runtime = Runtime::new().unwrap();
    let mut config = Config::default();
    config.http.listen = "127.0.0.1:0".parse().unwrap();
    config.http.connections = 1;
    let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
    let store = Store::in_memory().unwrap();
    let started = start(&config, Keeping::Nowhere, store, book, Clock::System);
    let service = runtime.block_on(started).unwrap();
    let mut held = TcpStream::connect(service.address).unwrap();
    held.write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    assert!(held.read(&mut [0; 1024]).unwrap() > 0);
    assert_eq!(get(service.address, "/livez").status, 200);
    assert_eq!(get(service.address, "/readyz").status, 200);
    let refused = get(service.address, "/docs");
    assert_eq!((refused.status, refused.code().as_str()), (503, "SYS-BUSY"));
    assert!(refused.head.contains("retry-after"), "{}", refused.head);
    assert!(refused.head.contains("x-content-type-options"), "{}", refused.head);
}
