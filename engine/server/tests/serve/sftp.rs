//! A partner that comes by SFTP: its invoice is taken, its answer is fetched.

use crate::server::{Home, PARTNER, Server};
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

/// What OpenSSH's client does, one command a line; what it said.
fn sftp(home: &Home, port: u16, batch: &str) -> (bool, String) {
    let mut child = Command::new("sftp")
        .args(["-b", "-", "-q", "-P", &port.to_string(), "-i", "key"])
        .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
        .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"])
        .arg(format!("{PARTNER}@127.0.0.1"))
        .current_dir(&home.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sftp starts");
    let mut stdin = child.stdin.take().expect("piped");
    stdin.write_all(batch.as_bytes()).expect("written");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
#[expect(clippy::print_stdout, reason = "tells what was skipped")]
fn a_partner_comes_by_sftp() {
    if !Path::new("/usr/bin/sftp").exists() {
        println!("skipped: OpenSSH's sftp is not installed");
        return;
    }
    let home = Home::new("sftp");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-N", "", "-t", "ed25519", "-f", "key"])
        .current_dir(&home.0)
        .status();
    assert!(made.expect("ssh-keygen runs").success());
    let public = fs::read_to_string(home.0.join("key.pub")).expect("a public key");
    let probe = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = probe.local_addr().expect("an address").port();
    drop(probe);
    let text = format!(
        "[sftp]\nlisten = \"127.0.0.1:{port}\"\n\
         [channels.ssh]\nkind = \"sftp\"\npath = \"partners\"\nkeys = [\"{}\"]\n\
         [partners.{PARTNER}]\nchannel = \"ssh\"\n",
        public.trim()
    );
    fs::write(home.0.join("acquit.toml"), text).expect("a configuration");
    let message = fs::read("../../samples/messages/portnet-inv/original.xml").expect("the sample");
    fs::write(home.0.join("INV.xml"), message).expect("a file");
    let mut server = Server::start(&home);
    server.logged(&["partners may come by SFTP", "SHA256:"]);
    let (well, said) = sftp(&home, port, "put INV.xml upload/new\n");
    assert!(well, "{said}");
    let taken = ["a file was settled", "INV.xml", "taken"];
    server.logged_each(&[&taken, &["a letter was delivered"]]);
    let (well, said) = sftp(&home, port, "ls upload/cur\nget download/new/*.xml answer.xml\n");
    assert!(well && said.contains("INV.xml"), "{said}");
    let answer = fs::read_to_string(home.0.join("answer.xml")).expect("the answer was fetched");
    assert!(answer.contains("00069321") || answer.contains("ACC"), "{answer}");
}
