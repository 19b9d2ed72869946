//! A folder channel: files in, letters out, diagnostics beside refused files.

use crate::server::{Home, Server, call};
use std::fs;
use std::path::Path;

fn sample(name: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/messages/invoic-d96a");
    fs::read(samples.join(name)).expect("a sample")
}

#[test]
fn serve_takes_files_and_delivers_letters() {
    let home = Home::new("serve");
    let mut server = Server::start(&home);
    let answer = call(&server.address, "GET /livez", "", b"").expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    home.drop_file("good.edi", &sample("original.edi"));
    server.logged(&["a file was settled", "good.edi", "taken"]);
    server.logged(&["a letter was delivered"]);
    assert_eq!(home.names("upload/cur"), ["good.edi"]);
    let letters = home.names("download/new");
    let letter = fs::read(home.path("download/new").join(&letters[0])).expect("a letter");
    assert!(String::from_utf8_lossy(&letter).contains("CONTRL"), "{letters:?}");

    home.drop_file("again.edi", &sample("original.edi"));
    server.logged(&["a file was settled", "again.edi", "taken"]);
    home.drop_file("bad.edi", &sample("many-mistakes.edi"));
    server.logged(&["a file was settled", "bad.edi", "refused"]);
    assert_eq!(home.names("upload/err"), ["bad.edi", "bad.edi.txt"]);
    let text = fs::read_to_string(home.path("upload/err/bad.edi.txt")).expect("a text");
    assert!(text.contains("erreur[EDI-0") && text.contains("^^^"), "{text}");
    assert_eq!(home.names("upload/new"), [""; 0]);
}
