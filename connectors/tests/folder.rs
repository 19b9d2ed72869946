//! The folder channel against files as partners really drop them (rows F001 to F016 of the
//! catalogue of bad inputs).
#![expect(clippy::unwrap_used, reason = "tests")]

use acquit_connectors::folder::{Arrival, Arrived, Fate, FolderChannel, Health};
use acquit_connectors::folder::{Case, letter_name};
use acquit_connectors::name::FileName;
use acquit_domain::time::SECOND;
use acquit_domain::{Id, Letter, LetterKind, Media, PartyCode, Timestamp};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// A moment long after every file of these tests was written.
const NOW: Timestamp = Timestamp(4_000_000_000 * SECOND);

/// A folder that is removed when the test ends.
struct Root(PathBuf);

impl Root {
    fn new(test: &str) -> Root {
        let path = std::env::temp_dir().join(format!("acquit-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Root(path)
    }

    fn open(&self, arrival: Arrival) -> FolderChannel {
        FolderChannel::open(&self.0, &FileName::new(b"ANP").unwrap(), arrival).unwrap()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join("ANP").join(name)
    }

    /// The names in a folder, sorted, on one line.
    fn names(&self, folder: &str) -> String {
        let listed = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<String> =
            listed.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names.join(" ")
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Polls until a file that is whole must have been given.
fn polls(channel: &mut FolderChannel) -> Vec<Arrived> {
    let mut arrived = channel.poll(NOW).unwrap();
    arrived.extend(channel.poll(NOW).unwrap());
    arrived
}

/// Settles everything that arrived as a caller does, and lists it as `name fault-or-content`.
fn run(channel: &mut FolderChannel) -> Vec<String> {
    let mut lines = Vec::new();
    for file in polls(channel) {
        let fate = match file.fault {
            Some(fault) => Fate::Refused { diagnostic: fault.text() },
            None => Fate::Taken,
        };
        channel.settle(&file.token, fate, NOW).unwrap();
        let content = String::from_utf8_lossy(&file.bytes).into_owned();
        lines.push(format!("{} {}", file.shown, file.fault.map_or(content, |f| f.code().into())));
    }
    lines
}

#[test]
fn f002_name_with_control_characters() {
    let root = Root::new("f002");
    let mut channel = root.open(Arrival::Quiet);
    fs::write(root.path("upload/new/a\n\u{1b}[31m.edi"), "UNB").unwrap();
    assert_eq!(run(&mut channel), ["a\\n\\u{1b}[31m.edi FIL-NAME"]);
    assert_eq!(root.names("upload/new"), "");
    let kept = root.names("upload/err");
    assert!(kept.starts_with("unnamed-") && kept.ends_with(".txt"), "{kept}");
}

#[test]
fn f001_f003_names_no_file_system_would_carry() {
    assert!(FileName::new(b"../../autorun/x.xml").is_err());
    assert!(FileName::new(&[b'a'; 300]).is_err());
}

#[test]
fn f005_symbolic_link_is_never_opened() {
    let root = Root::new("f005");
    let mut channel = root.open(Arrival::Quiet);
    symlink("/etc/shadow", root.path("upload/new/x.edi")).unwrap();
    symlink(root.path("upload/new/x.edi"), root.path("upload/new/y.edi")).unwrap();
    assert_eq!(run(&mut channel), ["x.edi FIL-TYPE", "y.edi FIL-TYPE"]);
    assert_eq!(root.names("upload/err"), "x.edi x.edi.txt y.edi y.edi.txt");
}

#[test]
fn f006_hard_link_to_a_file_of_another_partner() {
    let root = Root::new("f006");
    let mut channel = root.open(Arrival::Quiet);
    fs::write(root.0.join("of-another"), "secret").unwrap();
    fs::hard_link(root.0.join("of-another"), root.path("upload/new/x.edi")).unwrap();
    assert_eq!(run(&mut channel), ["x.edi FIL-TYPE"]);
    assert_eq!(root.names("upload/err"), "x.edi x.edi.txt");
}

#[test]
fn f008_folder_named_like_a_file_is_told_once_and_ignored() {
    let root = Root::new("f008");
    let mut channel = root.open(Arrival::Quiet);
    fs::create_dir(root.path("upload/new/x.edi")).unwrap();
    assert_eq!(run(&mut channel), ["x.edi FIL-TYPE"]);
    assert_eq!(run(&mut channel), [""; 0]);
    assert_eq!(root.names("upload/new"), "x.edi");
}

#[test]
fn f009_file_still_being_written_is_taken_once_and_whole() {
    let root = Root::new("f009");
    let mut channel = root.open(Arrival::Quiet);
    let path = root.path("upload/new/x.edi");
    let mut text = String::new();
    for line in ["UNB'", "UNH'", "UNT'", "UNZ'"] {
        text.push_str(line);
        fs::write(&path, &text).unwrap();
        assert_eq!(channel.poll(NOW).unwrap().len(), 0);
    }
    assert_eq!(run(&mut channel), ["x.edi UNB'UNH'UNT'UNZ'"]);
    assert_eq!(run(&mut channel), [""; 0]);
}

#[test]
fn f009_file_written_a_moment_ago_is_not_taken() {
    let root = Root::new("f009b");
    let mut channel = root.open(Arrival::Quiet);
    fs::write(root.path("upload/new/x.edi"), "UNB").unwrap();
    let modified = fs::metadata(root.path("upload/new/x.edi")).unwrap().modified().unwrap();
    let seconds = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let soon = Timestamp(i64::try_from(seconds).unwrap() * SECOND + SECOND);
    assert_eq!(channel.poll(soon).unwrap().len() + channel.poll(soon).unwrap().len(), 0);
}

#[test]
fn renamed_files_are_taken_at_once_and_marked_files_with_their_marker() {
    let root = Root::new("arrivals");
    fs::create_dir_all(root.path("upload/new")).unwrap();
    fs::write(root.path("upload/new/x.edi"), "UNB").unwrap();
    let mut channel = root.open(Arrival::Marked);
    assert_eq!(run(&mut channel), [""; 0]);
    fs::write(root.path("upload/new/x.edi.done"), "").unwrap();
    let mut channel = root.open(Arrival::Marked);
    let arrived = channel.poll(NOW).unwrap();
    channel.settle(&arrived[0].token, Fate::Taken, NOW).unwrap();
    assert_eq!((root.names("upload/new"), root.names("upload/cur")), ("".into(), "x.edi".into()));
    fs::write(root.path("upload/new/y.edi"), "UNB").unwrap();
    let mut channel = root.open(Arrival::Renamed);
    assert_eq!(channel.poll(NOW).unwrap().len(), 1);
}

#[test]
fn f010_same_file_under_two_names_and_the_same_name_twice() {
    let root = Root::new("f010");
    let mut channel = root.open(Arrival::Quiet);
    fs::write(root.path("upload/new/a.edi"), "UNB").unwrap();
    fs::write(root.path("upload/new/b.edi"), "UNB").unwrap();
    assert_eq!(run(&mut channel), ["a.edi UNB", "b.edi UNB"]);
    fs::write(root.path("upload/new/a.edi"), "UNB again").unwrap();
    assert_eq!(run(&mut channel), ["a.edi UNB again"]);
    assert_eq!(root.names("upload/cur"), "a.edi a.edi.2 b.edi");
    assert_eq!(fs::read(root.path("upload/cur/a.edi")).unwrap(), b"UNB");
}

#[test]
fn f011_file_replaced_between_reading_and_moving() {
    let root = Root::new("f011");
    let mut channel = root.open(Arrival::Quiet);
    fs::write(root.path("upload/new/x.edi"), "first").unwrap();
    let arrived = polls(&mut channel);
    fs::write(root.path("upload/tmp/x.edi"), "second").unwrap();
    fs::rename(root.path("upload/tmp/x.edi"), root.path("upload/new/x.edi")).unwrap();
    channel.settle(&arrived[0].token, Fate::Taken, NOW).unwrap();
    assert_eq!(fs::read(root.path("upload/cur/x.edi")).unwrap(), b"first");
    assert_eq!(run(&mut channel), ["x.edi second"]);
    assert_eq!(fs::read(root.path("upload/cur/x.edi.2")).unwrap(), b"second");
}

#[test]
fn f015_content_is_not_the_channels_business() {
    let root = Root::new("f015");
    let mut channel = root.open(Arrival::Quiet);
    fs::write(root.path("upload/new/x.edi"), b"\x7fELF\x02\x01\x01\0").unwrap();
    let arrived = polls(&mut channel);
    assert_eq!((&*arrived[0].bytes, arrived[0].fault), (&b"\x7fELF\x02\x01\x01\0"[..], None));
    let refused = Fate::Refused { diagnostic: "EDI-NOUNB: no interchange" };
    channel.settle(&arrived[0].token, refused, NOW).unwrap();
    let text = fs::read_to_string(root.path("upload/err/x.edi.txt")).unwrap();
    assert_eq!(text, "EDI-NOUNB: no interchange");
}

/// Makes moving into `folder` impossible, whoever runs the test, by putting a file in its place.
fn block(folder: &Path) {
    fs::remove_dir_all(folder).unwrap();
    fs::write(folder, "").unwrap();
}

fn unblock(folder: &Path) {
    fs::remove_file(folder).unwrap();
    fs::create_dir(folder).unwrap();
}

#[test]
fn f016_archive_fails_then_recovers() {
    for (fate, folder) in
        [(Fate::Taken, "upload/cur"), (Fate::Refused { diagnostic: "why" }, "upload/err")]
    {
        let root = Root::new("f016");
        let mut channel = root.open(Arrival::Quiet);
        fs::write(root.path("upload/new/x.edi"), "UNB").unwrap();
        let arrived = polls(&mut channel);
        block(&root.path(folder));
        channel.settle(&arrived[0].token, fate, NOW).unwrap_err();
        assert!(matches!(channel.health(), Health::Failing { since: NOW, .. }));
        assert_eq!(run(&mut channel), [""; 0], "a committed file is not given again");
        assert!(matches!(channel.health(), Health::Failing { .. }));
        assert_eq!(root.names("upload/new"), "x.edi");
        unblock(&root.path(folder));
        assert_eq!(run(&mut channel), [""; 0]);
        assert_eq!(channel.health(), &Health::Good);
        assert_eq!(root.names("upload/new"), "");
        assert!(root.names(folder).starts_with("x.edi"));
    }
}

#[test]
fn a_file_that_could_not_be_stored_is_given_again() {
    let root = Root::new("again");
    let mut channel = root.open(Arrival::Quiet);
    fs::write(root.path("upload/new/x.edi"), "UNB").unwrap();
    let arrived = polls(&mut channel);
    assert_eq!(polls(&mut channel).len(), 0, "given once while it is not settled");
    channel.settle(&arrived[0].token, Fate::Again, NOW).unwrap();
    assert_eq!(run(&mut channel), ["x.edi UNB"]);
}

#[test]
fn f016_inbox_that_cannot_be_listed_turns_health_red() {
    let root = Root::new("f016b");
    let mut channel = root.open(Arrival::Quiet);
    block(&root.path("upload/new"));
    channel.poll(NOW).unwrap_err();
    // A letter that leaves meanwhile says nothing about the inbox.
    channel.deliver(&FileName::new(b"a.xml").unwrap(), b"<a/>", NOW).unwrap();
    assert!(matches!(channel.health(), Health::Failing { .. }));
    unblock(&root.path("upload/new"));
    channel.poll(NOW).unwrap();
    assert_eq!(channel.health(), &Health::Good);
}

#[test]
fn letters_appear_whole_and_once() {
    let root = Root::new("letters");
    let mut channel = root.open(Arrival::Quiet);
    let letter = Letter {
        id: Id::new(1, 2),
        to: PartyCode::new("ANP").unwrap(),
        kind: LetterKind::Acc,
        reference: String::new(),
        answers: None,
        media: Media::Xml,
        body: b"<ACC/>".to_vec(),
        written_at: NOW,
        state: acquit_domain::letter::LetterState::Waiting,
    };
    let name = letter_name(&letter, Case::Upper);
    assert!(name.ends_with(".XML") && letter_name(&letter, Case::Lower).ends_with(".xml"));
    let name = FileName::new(name.as_bytes()).unwrap();
    channel.deliver(&name, &letter.body, NOW).unwrap();
    channel.deliver(&name, &letter.body, NOW).unwrap();
    assert_eq!(root.names("download/new"), name.as_str());
    assert_eq!(root.names("download/tmp"), "");
    let fetched = root.path("download/cur").join(name.as_str());
    fs::rename(root.path("download/new").join(name.as_str()), fetched).unwrap();
    channel.deliver(&name, &letter.body, NOW).unwrap();
    assert_eq!(root.names("download/new"), "");
}
