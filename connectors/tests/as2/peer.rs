//! The independent implementation: pyas2lib in a process of its own (`tests/services/as2`).

use super::keys::Pair;
use acquit_connectors::egress::{Client, Egress, Method, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The peer at work; it ends with this.
pub(crate) struct Peer {
    process: Child,
    folder: PathBuf,
    /// `host:port` it listens at.
    pub(crate) host: String,
    /// What reaches it, and whatever else listens on the loopback address.
    pub(crate) client: Client,
}

impl Peer {
    /// Starts the peer with its pair and our certificate; `None`, and a line that says so, when
    /// this machine has no Python with pyas2lib.
    #[expect(clippy::print_stderr, reason = "a test says what it skips")]
    pub(crate) fn start(own: &Pair, ours: &Pair) -> Option<Peer> {
        let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let services = above.map(|folder| folder.join("tests/services/as2"));
        let services = services.into_iter().find(|folder| folder.is_dir()).expect("the peer");
        let python = Command::new(services.join("python")).output().expect("bash");
        if !python.status.success() {
            let why = String::from_utf8_lossy(&python.stderr).into_owned();
            eprintln!("skipped: AS2 against pyas2lib: {}", why.trim());
            return None;
        }
        let python = String::from_utf8(python.stdout).expect("a path");
        let random = openssl::sha::sha256(&own.key);
        let folder = std::env::temp_dir().join(format!(
            "acquit-as2-{}-{}",
            std::process::id(),
            u32::from(random[0])
        ));
        std::fs::create_dir_all(&folder).expect("a folder");
        let put = |name: &str, bytes: &[u8]| std::fs::write(folder.join(name), bytes);
        put("PARTNER.key.pem", &own.key).expect("a file");
        put("PARTNER.pem", &own.certificate).expect("a file");
        put("ACQUIT.pem", &ours.certificate).expect("a file");
        let mut process = Command::new(python.trim())
            .arg(services.join("peer.py"))
            .arg(&folder)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the peer starts");
        let mut port = String::new();
        let out = process.stdout.take().expect("its output");
        BufReader::new(out).read_line(&mut port).expect("its port");
        assert!(!port.is_empty(), "the peer ended at once; its words are above");
        let host = format!("127.0.0.1:{}", port.trim());
        let client = Client::new(Egress { hosts: vec!["127.0.0.1".into()], ..Egress::default() });
        Some(Peer { process, folder, host, client: client.expect("a client") })
    }

    /// Asks the peer something.
    pub(crate) async fn ask(&self, path: &str, question: &Value) -> Value {
        let body = serde_json::to_vec(question).expect("JSON");
        let request = Request::new(Method::Post, format!("http://{}{path}", self.host));
        let request = request.body("application/json", body);
        let answer = self.client.call(&request).await.expect("the peer answers");
        serde_json::from_slice(&answer.body).expect("the peer answers in JSON")
    }

    /// The messages the peer took so far.
    pub(crate) async fn taken(&self) -> Vec<Value> {
        let request = Request::new(Method::Get, format!("http://{}/taken", self.host));
        let answer = self.client.call(&request).await.expect("the peer answers");
        serde_json::from_slice(&answer.body).expect("the peer answers in JSON")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Bytes as they travel to the peer.
pub(crate) fn told(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes as they come from the peer.
pub(crate) fn heard(value: &Value) -> Vec<u8> {
    STANDARD.decode(value.as_str().expect("a text")).expect("base64")
}

/// Headers as they come from the peer.
pub(crate) fn headers(value: &Value) -> Vec<(String, String)> {
    let object = value.as_object().expect("an object");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    object.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}
