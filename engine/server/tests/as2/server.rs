//! The real program as a child process, with one partner who speaks AS2.

use super::keys::Pair;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running server and its folder, which is removed at the end.
pub(crate) struct Server {
    child: Child,
    folder: PathBuf,
    /// Where it listens.
    pub(crate) address: String,
    /// Where the partner listens.
    pub(crate) peer: String,
}

impl Server {
    pub(crate) fn start(ours: &Pair, theirs: &Pair, peer: &str) -> Server {
        let port = peer.rsplit(':').next().expect("a port");
        let folder = std::env::temp_dir().join(format!("acquit-as2-server-{port}"));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("own.key"), &ours.key).expect("a file");
        fs::write(folder.join("own.pem"), &ours.certificate).expect("a file");
        fs::write(folder.join("partner.pem"), &theirs.certificate).expect("a file");
        let text = format!(
            "[channels.partner]\nkind = \"as2\"\nurl = \"http://{peer}/as2\"\n\
             [channels.partner.as2]\nours = \"ACQUIT\"\ntheirs = \"PARTNER\"\n\
             key = \"file:own.key\"\ncertificate = \"own.pem\"\npartner = [\"partner.pem\"]\n\
             [partners.6110D00116]\nchannel = \"partner\"\n"
        );
        fs::write(folder.join("acquit.toml"), text).expect("a file");
        let (child, address) = spawn(&folder);
        Server { child, folder, address, peer: peer.to_owned() }
    }

    /// Kills it (SIGKILL) and starts it again over the same folder.
    pub(crate) fn kill_and_start(&mut self) {
        self.child.kill().expect("it ran");
        self.child.wait().expect("it ended");
        (self.child, self.address) = spawn(&self.folder);
    }

    /// Runs another command of the program in its folder; its exit code and what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_acquit"));
        command.current_dir(&self.folder).env_clear().args(arguments);
        let ended = command.output().expect("the program runs");
        let text = [ended.stdout, ended.stderr].concat();
        let code = ended.status.code().expect("no signal");
        (code, String::from_utf8_lossy(&text).into_owned())
    }

    /// What it logged.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

fn spawn(folder: &PathBuf) -> (Child, String) {
    let log = fs::OpenOptions::new().create(true).append(true).open(folder.join("log"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_acquit"))
        .current_dir(folder)
        .env_clear()
        .args(["serve", "--listen", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .stderr(log.expect("a log"))
        .spawn()
        .expect("the program starts");
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    while !line.contains("listening on http://") {
        line.clear();
        assert!(out.read_line(&mut line).expect("its words") > 0, "it ended at once");
    }
    let address = line.trim().rsplit('/').next().expect("an address").to_owned();
    (child, address)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
