//! `acquit serve` with a folder channel: files in, letters out, diagnostics beside refused files.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

/// A running server over a folder that is removed at the end.
struct Server {
    folder: PathBuf,
    child: Child,
    out: BufReader<ChildStdout>,
    log: BufReader<ChildStderr>,
}

impl Server {
    fn start(test: &str) -> Server {
        let folder = std::env::temp_dir().join(format!("acquit-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a temporary folder");
        let text = "[channels.files]\nkind = \"folder\"\npath = \"partners\"\n\
            arrival = \"renamed\"\n\
            [partners.6110D00116]\nchannel = \"files\"\n";
        fs::write(folder.join("acquit.toml"), text).expect("a configuration");
        let mut child = Command::new(env!("CARGO_BIN_EXE_acquit"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .current_dir(&folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let log = BufReader::new(child.stderr.take().expect("piped"));
        Server { folder, child, out, log }
    }

    /// Reads lines of standard output until one holds a text.
    fn said(&mut self, text: &str) -> String {
        let mut line = String::new();
        while self.out.read_line(&mut line).expect("UTF-8") > 0 && !line.contains(text) {
            line.clear();
        }
        assert!(line.contains(text), "the program ended without saying {text:?}");
        line
    }

    /// Reads log lines until one holds all of these texts.
    fn logged(&mut self, texts: &[&str]) {
        let mut line = String::new();
        while self.log.read_line(&mut line).expect("UTF-8") > 0 {
            if texts.iter().all(|text| line.contains(text)) {
                return;
            }
            line.clear();
        }
        panic!("the program ended without logging {texts:?}");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join("partners/6110D00116").join(name)
    }

    /// Drops a file as partners do: written beside, then renamed.
    fn drop_file(&self, name: &str, bytes: &[u8]) {
        let beside = self.path("upload/tmp").join(name);
        fs::write(&beside, bytes).expect("a file");
        fs::rename(beside, self.path("upload/new").join(name)).expect("renamed");
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let listed = fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<String> = listed
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn sample(name: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/messages/invoic-d96a");
    fs::read(samples.join(name)).expect("a sample")
}

#[test]
fn serve_takes_files_and_delivers_letters() {
    let mut server = Server::start("serve");
    let key = server.said("acq_");
    assert!(key.trim().len() > 40, "{key}");
    let address = server.said("listening on http://");
    let address = address.trim().rsplit('/').next().expect("an address").to_owned();
    let mut stream = TcpStream::connect(&address).expect("it listens");
    stream
        .write_all(b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        .expect("a request");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");

    server.drop_file("good.edi", &sample("original.edi"));
    server.logged(&["a file was settled", "good.edi", "taken"]);
    server.logged(&["a letter was delivered"]);
    assert_eq!(server.names("upload/cur"), ["good.edi"]);
    let letters = server.names("download/new");
    let letter = fs::read(server.path("download/new").join(&letters[0])).expect("a letter");
    assert!(String::from_utf8_lossy(&letter).contains("CONTRL"), "{letters:?}");

    server.drop_file("again.edi", &sample("original.edi"));
    server.logged(&["a file was settled", "again.edi", "taken"]);
    server.drop_file("bad.edi", &sample("many-mistakes.edi"));
    server.logged(&["a file was settled", "bad.edi", "refused"]);
    assert_eq!(server.names("upload/err"), ["bad.edi", "bad.edi.txt"]);
    let text = fs::read_to_string(server.path("upload/err/bad.edi.txt")).expect("a text");
    assert!(text.contains("erreur[EDI-0") && text.contains("^^^"), "{text}");
    assert_eq!(server.names("upload/new"), [""; 0]);
}
