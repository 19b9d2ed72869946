//! The real program as a child process, over a folder of its own.

use acquit_domain::{PartyCode, Role};
use acquit_server::bootstrap;
use acquit_server::service::open_store;
use acquit_server::shell::Clock;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

/// The partner of the tests, whose files travel by folder.
pub(crate) const PARTNER: &str = "6110D00116";

/// A folder that is removed at the end.
pub(crate) struct Home(pub(crate) PathBuf);

impl Home {
    /// A fresh one, with a configuration.
    pub(crate) fn new(test: &str) -> Home {
        let folder = std::env::temp_dir().join(format!("acquit-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("a temporary folder");
        let text = "[channels.files]\nkind = \"folder\"\npath = \"partners\"\n\
            arrival = \"renamed\"\n\
            [partners.6110D00116]\nchannel = \"files\"\n";
        fs::write(folder.join("acquit.toml"), text).expect("a configuration");
        Home(folder)
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// A path in the partner's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join("partners").join(PARTNER).join(name)
    }

    /// Drops a file as partners do: written beside, then renamed.
    pub(crate) fn drop_file(&self, name: &str, bytes: &[u8]) {
        let beside = self.path("upload/tmp").join(name);
        fs::write(&beside, bytes).expect("a file");
        fs::rename(beside, self.path("upload/new").join(name)).expect("renamed");
    }

    /// The names in a folder of the partner.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let listed = fs::read_dir(self.path(folder)).expect("a folder");
        let mut names: Vec<String> = listed
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// Starts another command of the program over this folder.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = command(&self.0);
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    /// Runs another command of the program over this folder; its exit code and what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let ended = command(&self.0).args(arguments).output().expect("the program runs");
        let (out, err) = (&ended.stdout, &ended.stderr);
        let text = [String::from_utf8_lossy(out), String::from_utf8_lossy(err)].concat();
        (ended.status.code().expect("no signal"), text)
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acquit"));
    command.current_dir(folder).env_clear();
    command
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    log: BufReader<ChildStderr>,
    /// Where it listens.
    pub(crate) address: String,
}

impl Server {
    /// Starts a server over a folder and waits until it listens.
    pub(crate) fn start(home: &Home) -> Server {
        Server::start_at(home, "127.0.0.1:0")
    }

    /// Starts a server at an address.
    pub(crate) fn start_at(home: &Home, address: &str) -> Server {
        let mut child = command(&home.0)
            .args(["serve", "--listen", address])
            .env("ACQUIT_LOG", "info,acquit_server::shell=debug")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let log = BufReader::new(child.stderr.take().expect("piped"));
        let mut server = Server { child, out, log, address: String::new() };
        let line = server.said("listening on http://");
        server.address = line.trim().rsplit('/').next().expect("an address").to_owned();
        server
    }

    /// Kills it (SIGKILL) and waits until it is gone.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
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
    pub(crate) fn logged(&mut self, texts: &[&str]) {
        self.logged_each(&[texts]);
    }

    /// Reads log lines until each of these was said, in whatever order.
    pub(crate) fn logged_each(&mut self, wanted: &[&[&str]]) {
        let mut left: Vec<&[&str]> = wanted.to_vec();
        let mut line = String::new();
        while !left.is_empty() {
            line.clear();
            let read = self.log.read_line(&mut line).expect("UTF-8");
            assert!(read > 0, "the program ended without logging {left:?}");
            left.retain(|texts| !texts.iter().all(|text| line.contains(text)));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Keys of the partner, one a role, stored before the server starts.
pub(crate) fn keys<const N: usize>(home: &Home, roles: [Role; N]) -> [String; N] {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let store = open_store(&home.data()).expect("a fresh store");
    let party = PartyCode::new(PARTNER).expect("a code");
    let now = Clock::System.now();
    roles.map(|role| {
        let key = bootstrap::new_key(&store, party.clone(), role, "test", now);
        runtime.block_on(key).expect("stored").key
    })
}

/// One request and the whole answer; `None` when the server was gone before the end of it.
pub(crate) fn call(address: &str, line: &str, headers: &str, body: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(address).ok()?;
    let length = body.len();
    let head = format!(
        "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\
         Content-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    answer.contains("\r\n\r\n").then_some(answer)
}
