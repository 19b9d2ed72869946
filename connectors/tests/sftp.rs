//! SFTP against OpenSSH: its client on our server, our client on its server.
//!
//! Without `sftp`, `sshd` and `ssh-keygen` nothing is tested, and that is said; `tests/run`
//! installs them.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "tests")]

use acquit_connectors::folder::{Arrival, FolderChannel};
use acquit_connectors::name::FileName;
use acquit_connectors::sftp::mirror::{self, Mirror, Partner, Visit, Whole};
use acquit_connectors::sftp::server::{Account, fingerprint, host_key, serve};
use acquit_domain::Timestamp;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

/// Longest a test waits for somebody.
const PATIENCE: Duration = Duration::from_secs(20);

/// A folder that is removed at the end, with what a test needs in it.
struct Home(PathBuf);

impl Home {
    fn new(test: &str) -> Home {
        let folder =
            std::env::temp_dir().join(format!("acquit-sftp-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Home(folder)
    }

    /// A key pair; the path of the private half.
    fn key(&self, name: &str, kind: &[&str]) -> PathBuf {
        let path = self.0.join(name);
        let made = Command::new("ssh-keygen")
            .args(["-q", "-N", "", "-f"])
            .arg(&path)
            .args(kind)
            .status()
            .unwrap();
        assert!(made.success());
        path
    }

    /// The folder of a partner, made by its channel.
    fn partner(&self, name: &str) -> (PathBuf, FolderChannel) {
        let file = FileName::new(name.as_bytes()).unwrap();
        let channel = FolderChannel::open(&self.0, &file, Arrival::Renamed).unwrap();
        (self.0.join(name), channel)
    }

    fn public(&self, key: &Path) -> String {
        fs::read_to_string(key.with_extension("pub")).unwrap()
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Whether OpenSSH is here.
fn has_openssh() -> bool {
    let has = |path: &str| Path::new("/usr/bin").join(path).exists();
    let all = has("sftp") && has("ssh-keygen") && Path::new("/usr/sbin/sshd").exists();
    if !all {
        println!("skipped: OpenSSH's sftp, sshd and ssh-keygen are not installed");
    }
    all
}

/// Our server with two partners.
struct Server {
    runtime: Runtime,
    port: u16,
    stop: watch::Sender<bool>,
    task: Option<tokio::task::JoinHandle<()>>,
}

impl Server {
    fn start(home: &Home, accounts: &[(&str, &Path)]) -> Server {
        let runtime = Runtime::new().unwrap();
        let key = host_key(&home.0.join("host_key")).unwrap();
        assert!(fingerprint(&key).starts_with("SHA256:"));
        let again = host_key(&home.0.join("host_key")).unwrap();
        assert_eq!(fingerprint(&key), fingerprint(&again), "it is kept");
        let accounts: BTreeMap<String, Account> = accounts
            .iter()
            .map(|(name, key)| {
                let account = Account::new(&[home.public(key)], home.0.join(name)).unwrap();
                ((*name).to_owned(), account)
            })
            .collect();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopping) = watch::channel(false);
        let task = runtime.spawn(serve(listener, key, accounts, stopping));
        Server { runtime, port, stop, task: Some(task) }
    }

    /// What a client does, one command a line; whether all went well, and what it said.
    fn sftp(&self, home: &Home, user: &str, key: &Path, batch: &str) -> (bool, String) {
        let mut child = Command::new("sftp")
            .args(["-b", "-", "-q", "-P", &self.port.to_string(), "-i"])
            .arg(key)
            .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
            .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR"])
            .arg(format!("{user}@127.0.0.1"))
            .current_dir(&home.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(batch.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(task) = self.task.take() {
            let _ = self.runtime.block_on(task);
        }
    }
}

fn names(folder: &Path) -> Vec<String> {
    let listed = fs::read_dir(folder).unwrap().flatten();
    let mut names: Vec<String> =
        listed.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn partners_leave_files_and_fetch_letters() {
    if !has_openssh() {
        return;
    }
    let home = Home::new("server");
    let (ed, rsa) = (home.key("ed", &["-t", "ed25519"]), home.key("rsa", &["-t", "rsa"]));
    let (marsa, mut channel) = home.partner("MARSA");
    let (anp, _) = home.partner("ANP");
    let server = Server::start(&home, &[("MARSA", &ed), ("ANP", &rsa)]);
    let big: Vec<u8> = (0..3_000_000u32).flat_map(u32::to_le_bytes).collect();
    fs::write(home.0.join("big.edi"), &big).unwrap();
    fs::write(home.0.join("small.xml"), "<INV/>").unwrap();
    let name = FileName::new(b"letter.xml").unwrap();
    channel.deliver(&name, b"<ACC/>", Timestamp(0)).unwrap();
    let batch = "put big.edi upload/tmp/big.edi\nrename upload/tmp/big.edi upload/new/big.edi\n\
        put -p small.xml upload/new\nget download/new/letter.xml got.xml\n\
        rename download/new/letter.xml download/cur/letter.xml\ncd upload\npwd\nls -l new\nls\n";
    let (well, said) = server.sftp(&home, "MARSA", &ed, batch);
    assert!(well, "{said}");
    assert!(said.contains("Remote working directory: /upload"), "{said}");
    assert!(said.contains("12000000") && said.contains("small.xml"), "{said}");
    assert_eq!(names(&marsa.join("upload/new")), ["big.edi", "small.xml"]);
    assert!(names(&marsa.join("upload/tmp")).is_empty());
    assert_eq!(fs::read(marsa.join("upload/new/big.edi")).unwrap(), big);
    assert_eq!(fs::read(home.0.join("got.xml")).unwrap(), b"<ACC/>");
    assert_eq!(names(&marsa.join("download/cur")), ["letter.xml"]);
    assert_eq!(channel.poll(Timestamp(0)).unwrap().len(), 2, "the channel takes them");
    let (well, said) = server.sftp(&home, "ANP", &rsa, "put small.xml upload/new\nls upload/new\n");
    assert!(well, "an RSA key comes in too: {said}");
    assert_eq!(names(&anp.join("upload/new")), ["small.xml"]);
    assert!(!said.contains("big.edi"), "{said}");
}

#[test]
fn nobody_gets_further() {
    if !has_openssh() {
        return;
    }
    let home = Home::new("walls");
    let (own, other) = (home.key("own", &["-t", "ed25519"]), home.key("other", &["-t", "ed25519"]));
    let (marsa, _) = home.partner("MARSA");
    home.partner("ANP");
    fs::write(marsa.join("upload/cur/taken.xml"), "x").unwrap();
    fs::write(marsa.join("upload/new/waits.xml"), "x").unwrap();
    fs::write(home.0.join("file"), "y").unwrap();
    std::os::unix::fs::symlink("/etc/hostname", marsa.join("download/new/link")).unwrap();
    let server = Server::start(&home, &[("MARSA", &own), ("ANP", &other)]);
    let refused = |batch: &str| {
        let (well, said) = server.sftp(&home, "MARSA", &own, &format!("{batch}\n"));
        assert!(!well, "{batch}: {said}");
    };
    refused("get ../../../etc/hostname stolen");
    refused("get /etc/hostname stolen");
    refused("get download/new/link stolen");
    refused("get ../ANP/upload/new stolen");
    refused("put file upload/cur/file");
    refused("put file download/new/file");
    refused("put file /file");
    refused("put file upload/new/.hidden");
    refused("put file upload/new/waits.xml");
    refused("rm upload/cur/taken.xml");
    refused("rename upload/cur/taken.xml upload/new/again.xml");
    refused("rename upload/new/waits.xml download/new/waits.xml");
    refused("mkdir upload/new/folder");
    refused("rmdir upload/new");
    refused("symlink /etc/passwd upload/new/link");
    assert!(!home.0.join("stolen").exists() || names(&home.0.join("stolen")).is_empty());
    assert_eq!(fs::read(marsa.join("upload/new/waits.xml")).unwrap(), b"x");
    let (well, said) = server.sftp(&home, "MARSA", &other, "ls\n");
    assert!(!well && !said.contains("upload"), "another's key: {said}");
    let (well, _) = server.sftp(&home, "NOBODY", &own, "ls\n");
    assert!(!well, "nobody of this name");
    let shell = Command::new("ssh")
        .args(["-p", &server.port.to_string(), "-i"])
        .arg(&own)
        .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
        .args(["-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes", "MARSA@127.0.0.1", "id"])
        .output()
        .unwrap();
    assert!(!shell.status.success(), "no command is run");
    assert!(!String::from_utf8_lossy(&shell.stdout).contains("uid="));
}

#[test]
fn what_is_cut_leaves_nothing() {
    if !has_openssh() {
        return;
    }
    let home = Home::new("cut");
    let own = home.key("own", &["-t", "ed25519"]);
    let (marsa, _) = home.partner("MARSA");
    fs::write(home.0.join("big"), vec![7; 40_000_000]).unwrap();
    let server = Server::start(&home, &[("MARSA", &own)]);
    let mut child = Command::new("sftp")
        .args(["-q", "-l", "4000", "-P", &server.port.to_string(), "-i"])
        .arg(&own)
        .args(["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"])
        .args(["-o", "IdentitiesOnly=yes", "-o", "LogLevel=ERROR", "MARSA@127.0.0.1"])
        .current_dir(&home.0)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"put big upload/new/big\n").unwrap();
    let hidden = marsa.join("upload/tmp");
    until(|| !names(&hidden).is_empty());
    assert!(names(&marsa.join("upload/new")).is_empty(), "it is not seen before it is whole");
    child.kill().unwrap();
    child.wait().unwrap();
    until(|| names(&hidden).is_empty());
    assert!(names(&marsa.join("upload/new")).is_empty());
}

/// Waits until something is so.
fn until(is: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < PATIENCE, "it did not happen");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// OpenSSH's server for the user that runs the tests.
struct Sshd {
    child: Child,
    port: u16,
}

impl Sshd {
    fn start(home: &Home, client: &Path) -> Sshd {
        let host = home.key("sshd_host", &["-t", "ed25519"]);
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = home.0.join("sshd_config");
        let text = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}.pub\n\
             PasswordAuthentication no\nStrictModes no\nUsePAM no\nPidFile none\n\
             PermitRootLogin yes\nSubsystem sftp internal-sftp\n",
            host.display(),
            client.display()
        );
        fs::write(&config, text).unwrap();
        // As root it wants the folder it retreats into.
        let _ = fs::create_dir_all("/run/sshd");
        let child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f"])
            .arg(&config)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        until(|| std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
        Sshd { child, port }
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A partner's server with its folders, and our side of it.
fn partner(home: &Home, sshd: &Sshd, key: &Path, whole: Whole) -> Partner {
    let there = |name: &str| {
        let path = home.0.join("there").join(name);
        fs::create_dir_all(&path).unwrap();
        path.display().to_string()
    };
    let user = Command::new("id").arg("-un").output().unwrap().stdout;
    let host = fs::read_to_string(home.0.join("sshd_host")).unwrap();
    let host = mirror::key(&host).unwrap();
    Partner {
        host: "127.0.0.1".to_owned(),
        port: sshd.port,
        user: String::from_utf8(user).unwrap().trim().to_owned(),
        key: mirror::key(&fs::read_to_string(key).unwrap()).unwrap(),
        fingerprints: vec![fingerprint(&host)],
        fetch: there("out"),
        put: there("in"),
        done: there("done"),
        whole,
    }
}

#[test]
fn a_partner_s_server_is_visited() {
    if !has_openssh() {
        return;
    }
    let home = Home::new("mirror");
    let key = home.key("ours", &["-t", "rsa"]);
    let sshd = Sshd::start(&home, &key);
    let agreed = partner(&home, &sshd, &key, Whole::Quiet);
    let (here, mut channel) = home.partner("MARSA");
    let there = |name: &str| home.0.join("there").join(name);
    fs::write(there("out/a.xml"), "<INV/>").unwrap();
    fs::write(there("out/.part"), "half").unwrap();
    fs::create_dir_all(there("out/folder")).unwrap();
    for name in ["0001.xml", "0002.xml"] {
        let file = FileName::new(name.as_bytes()).unwrap();
        channel.deliver(&file, name.as_bytes(), Timestamp(0)).unwrap();
    }
    fs::write(there("in/0001.xml"), "an older try").unwrap();
    let runtime = Runtime::new().unwrap();
    let mut ours = Mirror::new(agreed.clone(), here.clone());
    let first = runtime.block_on(ours.visit()).unwrap();
    assert_eq!(first, Visit { fetched: 0, put: 2, left: 1 }, "it may still be written");
    let second = runtime.block_on(ours.visit()).unwrap();
    assert_eq!(second, Visit { fetched: 1, put: 0, left: 1 });
    assert_eq!(fs::read(here.join("upload/new/a.xml")).unwrap(), b"<INV/>");
    assert_eq!(names(&there("done")), ["a.xml"]);
    assert_eq!(names(&there("out")), [".part", "folder"]);
    assert_eq!(names(&there("in")), ["0001.xml", "0002.xml"]);
    assert_eq!(fs::read(there("in/0001.xml")).unwrap(), b"0001.xml");
    assert_eq!(names(&here.join("download/cur")), ["0001.xml", "0002.xml"]);
    assert!(names(&here.join("upload/tmp")).is_empty());

    drop(sshd);
    fs::write(there("out/b.xml"), "b").unwrap();
    let mut late = Mirror::new(agreed.clone(), here.clone());
    assert!(runtime.block_on(late.visit()).is_err(), "nobody is there");
    let sshd = {
        fs::remove_file(home.0.join("sshd_host")).unwrap();
        Sshd::start(&home, &key)
    };
    let moved = Partner { port: sshd.port, ..agreed };
    let mut other = Mirror::new(moved.clone(), here.clone());
    let trouble = runtime.block_on(other.visit()).unwrap_err();
    assert_eq!(trouble.step, "connecting", "another key is shown: {trouble}");
    let again = partner(&home, &sshd, &key, Whole::Renamed);
    let mut ours = Mirror::new(again, here.clone());
    assert_eq!(runtime.block_on(ours.visit()).unwrap().fetched, 1);
    assert_eq!(names(&here.join("upload/new")), ["a.xml", "b.xml"]);
}

#[test]
fn marked_files_are_fetched_with_their_marks() {
    if !has_openssh() {
        return;
    }
    let home = Home::new("marked");
    let key = home.key("ours", &["-t", "ed25519"]);
    let sshd = Sshd::start(&home, &key);
    let agreed = Partner { done: String::new(), ..partner(&home, &sshd, &key, Whole::Marked) };
    let (here, _) = home.partner("MARSA");
    let there = home.0.join("there/out");
    fs::write(there.join("a.xml"), "a").unwrap();
    fs::write(there.join("b.xml"), "b").unwrap();
    fs::write(there.join("a.xml.done"), "").unwrap();
    let runtime = Runtime::new().unwrap();
    let mut ours = Mirror::new(agreed, here.clone());
    assert_eq!(runtime.block_on(ours.visit()).unwrap().fetched, 1);
    assert_eq!(names(&there), ["b.xml"]);
    assert_eq!(names(&here.join("upload/new")), ["a.xml"]);
}
