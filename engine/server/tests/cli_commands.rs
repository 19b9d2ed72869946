//! The program as people and scripts meet it: exit codes, JSON, drawings, standard input.
//!
//! Texts are compared with `tests/golden/cli-*.txt`; `ACQUIT_BLESS=1` writes them.

use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a run of the program gave.
struct Ended {
    code: i32,
    /// Standard output as text; messages may be in another character set.
    out: String,
    bytes: Vec<u8>,
    err: String,
}

/// Runs the program in the workspace's root, in English, 100 columns wide, without colours.
fn acquit(arguments: &[&str], input: &[u8]) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_acquit"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .env_clear()
        .env("COLUMNS", "100")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that does not read its input may close it first.
    let _ = child.stdin.take().expect("piped").write_all(input);
    let ended = child.wait_with_output().expect("the program ends");
    Ended {
        code: ended.status.code().expect("no signal"),
        out: String::from_utf8_lossy(&ended.stdout).into_owned(),
        bytes: ended.stdout,
        err: String::from_utf8(ended.stderr).expect("UTF-8"),
    }
}

/// Compares with a golden text, after times are taken out.
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    let text = without_times(text);
    if std::env::var_os("ACQUIT_BLESS").is_some() {
        fs::write(&path, &text).expect("the golden folder can be written");
    }
    assert_eq!(text, fs::read_to_string(&path).expect("a golden text"), "\n{text}");
}

/// `0.42 ms` becomes `# ms`.
fn without_times(text: &str) -> String {
    let mut parts: Vec<&str> = text.split(" ms").collect();
    let count = parts.len() - 1;
    for part in &mut parts[..count] {
        *part = part.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
    }
    parts.join("# ms")
}

const GOOD: &str = "samples/messages/invoic-d96a/original.edi";
const BAD: &str = "samples/messages/invoic-d96a/many-mistakes.edi";
const REPLACE: &str = "samples/messages/invoic-d96a/replace.edi";
const XML: &str = "samples/messages/portnet-inv/original.xml";
const PAID: &str = "samples/messages/portnet-inv/paid.xml";
const CANCEL: &str = "samples/messages/portnet-inv/cancel.xml";

/// A folder that is removed when the test ends.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Folder {
        let path = std::env::temp_dir().join(format!("acquit-cli-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a temporary folder");
        Folder(path)
    }

    fn text(&self) -> &str {
        self.0.to_str().expect("UTF-8")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn exit_codes() {
    let check = |arguments: &[&str], code: i32| {
        let ended = acquit(arguments, b"");
        assert_eq!(ended.code, code, "{arguments:?}\n{}{}", ended.out, ended.err);
    };
    check(&["--version"], 0);
    check(&["help"], 0);
    check(&[], 2);
    check(&["no-such-command"], 2);
    check(&["check"], 2);
    check(&["check", "no-such-file.edi"], 2);
    check(&["check", "samples"], 2);
    check(&["check", GOOD], 0);
    check(&["check", BAD], 1);
    check(&["check", GOOD, "no-such-file.edi"], 7);
    check(&["check", "--mappings", "no-such-folder", GOOD], 3);
    check(&["check", "--mappings", "samples", GOOD], 3);
    check(&["run", GOOD], 0);
    check(&["run", BAD], 1);
    check(&["run", XML, PAID, CANCEL], 6);
    check(&["run", XML, PAID, CANCEL, BAD], 1);
    check(&["run", "--as", " ", GOOD], 2);
    check(&["run", "--as", "NOBODY", GOOD], 2);
    check(&["explain", GOOD, "--at", "BGM"], 0);
    check(&["explain", GOOD, "--at", "BGM.2"], 0);
    check(&["explain", GOOD, "--at", "XYZ"], 2);
    check(&["explain", GOOD, "--at", "0"], 2);
    check(&["explain", GOOD, "--at", "999"], 2);
    check(&["translate", GOOD, "--to", "ubl"], 2);
    check(&["rules", "--check"], 0);
    check(&["tail", "--data", "no-such-folder"], 4);
    check(&["verify", "--data", "no-such-folder"], 4);
    check(&["serve", "--config", "no-such.toml"], 3);
    check(&["completions", "bash"], 0);
    check(&["man"], 0);
}

#[test]
fn check_draws_what_it_finds() {
    golden("cli-check.txt", &acquit(&["check", GOOD, BAD], b"").out);
    golden("cli-check-fr.txt", &acquit(&["check", "--lang", "fr", BAD], b"").out);
    golden("cli-check-ar.txt", &acquit(&["check", "--lang", "ar", BAD], b"").out);
    golden("cli-check-plain.txt", &acquit(&["check", "--plain", BAD], b"").out);
}

#[test]
fn a_tag_is_the_first_segment_of_it() {
    let by = |at: &str| acquit(&["explain", GOOD, "--at", at], b"").out;
    assert_eq!(by("BGM.2"), by("2.2"));
    assert!(by("BGM").contains("BGM"));
}

#[test]
fn an_unknown_partner_is_told_who_is_known() {
    let ended = acquit(&["run", "--as", "NOBODY", GOOD], b"");
    assert!(ended.err.contains("NOBODY") && ended.err.contains("6110D00116"), "{}", ended.err);
}

#[test]
fn a_missing_file_is_not_summed_up() {
    let ended = acquit(&["check", "no-such-file.edi"], b"");
    assert_eq!(ended.out, "");
}

#[test]
fn findings_beyond_the_limit_are_counted_by_code() {
    for command in ["check", "run"] {
        let ended = acquit(&[command, "--limit", "1", BAD], b"");
        assert_eq!(ended.out.matches("error[").count(), 1, "{}", ended.out);
        let rest = ended.out.lines().find(|line| line.starts_with("... and "));
        assert!(rest.is_some_and(|rest| rest.contains("EDI-")), "{}", ended.out);
    }
}

#[test]
fn the_partner_of_an_xml_message_sees_an_acc() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join(XML)).expect("the sample");
    for (said, wrong) in [
        ("<Devise>MAD<", "<Devise>XXX<"),
        ("<MontantTTC>3600.00<", "<MontantTTC>1.00<"),
        ("<NumeroFacture>00069321<", "<NumeroFacture><"),
    ] {
        let ended = acquit(&["check", "-"], text.replace(said, wrong).as_bytes());
        assert_eq!(ended.code, 1, "{wrong}\n{}", ended.out);
        let seen = ended.out.lines().filter(|line| line.contains("partner sees"));
        let seen: Vec<&str> = seen.collect();
        assert!(
            !seen.is_empty() && seen.iter().all(|line| line.contains(": ACC ")),
            "{wrong}\n{}",
            ended.out
        );
    }
}

#[test]
fn check_reads_standard_input_and_answers_in_json() {
    let bytes = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(BAD));
    let bytes = bytes.expect("the sample");
    let ended = acquit(&["check", "--json", "-"], &bytes);
    assert_eq!(ended.code, 1, "{}", ended.err);
    let value: Value = serde_json::from_str(&ended.out).expect("one JSON value");
    assert_eq!(value["file"], "(standard input)");
    assert_eq!(value["verdict"], "rejected");
    let findings = value["findings"].as_array().expect("findings");
    assert!(!findings.is_empty());
    for finding in findings {
        assert!(finding["code"].is_string() && finding["place"]["byte"].is_u64(), "{finding}");
        assert!(finding["message"].as_str().is_some_and(|text| !text.is_empty()), "{finding}");
    }
}

#[test]
fn input_never_controls_the_terminal() {
    let hostile = b"UNB+UNOC:3+\x1b]0;x\x07:ZZ+\x9b31m:ZZ+261123:1030+1'UNH+1+\x1b[0mINV:D:96A:UN'\
        BGM+380+\x1b[2J+9'\xe2\x80\xaeUNT+3+1'UNZ+1+1'";
    for arguments in
        [&["check", "-"][..], &["run", "-"], &["explain", "-"], &["check", "--json", "-"]]
    {
        let ended = acquit(arguments, hostile);
        let all = ended.out + &ended.err;
        let bad = all
            .chars()
            .find(|letter| (letter.is_control() && *letter != '\n') || *letter == '\u{202e}');
        assert_eq!(bad, None, "{arguments:?}: {all:?}");
    }
}

#[test]
fn colours_only_when_asked_for() {
    let escape = |arguments: &[&str]| acquit(arguments, b"").out.contains('\u{1b}');
    assert!(!escape(&["check", BAD]));
    assert!(!escape(&["check", "--color", "never", BAD]));
    assert!(escape(&["check", "--color", "always", BAD]));
}

#[test]
fn run_tells_each_step() {
    golden("cli-run.txt", &acquit(&["run", GOOD, GOOD], b"").out);
    let ended = acquit(&["run", "--json", GOOD], b"");
    let value: Value = serde_json::from_str(&ended.out).expect("one JSON value");
    assert_eq!(value["verdict"], "accepted");
    assert_eq!(value["messages"][0]["status"], "unpaid");
    assert_eq!(value["letters"][0]["type"], "CONTRL");
}

#[test]
fn run_keeps_what_it_did_and_the_other_commands_read_it() {
    let folder = Folder::new("keeps");
    let data = folder.text();
    assert_eq!(acquit(&["run", "--data", data, GOOD, REPLACE], b"").code, 0);
    let known = acquit(&["run", "--json", "--data", data, GOOD], b"");
    let value: Value = serde_json::from_str(&known.out).expect("one JSON value");
    assert_eq!(value["verdict"], "known");
    let log = acquit(&["tail", "--json", "--data", data, "--after", "0"], b"");
    assert!(log.out.lines().count() >= 2, "{}{}", log.out, log.err);
    for (n, line) in log.out.lines().enumerate() {
        let row: Value = serde_json::from_str(line).expect("one JSON value a line");
        assert_eq!(row["seq"], n as u64 + 1);
    }
    let verified = acquit(&["verify", "--data", data], b"");
    assert_eq!(verified.code, 0, "{}{}", verified.out, verified.err);
    let replayed = acquit(&["replay", "--data", data], b"");
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);
    let doctor = acquit(&["doctor", "--data", data], b"");
    assert_eq!(doctor.code, 0, "{}{}", doctor.out, doctor.err);
}

/// The database as it was before its newest rows and its newest checkpoint, beside the file that
/// has them.
#[test]
fn verify_reads_the_checkpoints_beside_the_log() {
    let (whole, cut) = (Folder::new("whole"), Folder::new("cut"));
    assert_eq!(acquit(&["run", "--data", whole.text(), GOOD], b"").code, 0);
    let seal = || {
        let store = acquit_store::Store::open(&whole.0.join("acquit.sqlite")).expect("a store");
        let key = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let made = store.checkpoint(&key, acquit_domain::Timestamp(1));
        runtime.block_on(made).expect("signed").expect("there are rows").line()
    };
    let first = seal();
    for name in ["acquit.sqlite", "acquit.sqlite-wal"] {
        if whole.0.join(name).exists() {
            fs::copy(whole.0.join(name), cut.0.join(name)).expect("copied");
        }
    }
    assert_eq!(acquit(&["run", "--data", whole.text(), REPLACE], b"").code, 0);
    let lines = format!("{first}\n{}\n", seal());
    for folder in [&whole, &cut] {
        fs::write(folder.0.join("checkpoints.txt"), &lines).expect("written");
    }
    let check = |folder: &Folder, code: i32, told: &str| {
        let ended = acquit(&["verify", "--data", folder.text()], b"");
        assert_eq!(ended.code, code, "{}{}", ended.out, ended.err);
        assert!(ended.out.contains(told), "{}", ended.out);
    };
    check(&whole, 0, "4 checkpoints");
    check(&cut, 1, "AUDIT-BREAK");
}

#[test]
fn replay_with_the_same_rules_finds_nothing_different() {
    let folder = Folder::new("replay");
    let data = folder.text();
    acquit(&["run", "--data", data, GOOD, GOOD, BAD, BAD, XML, XML, REPLACE, GOOD], b"");
    let path = folder.0.join("acquit.sqlite");
    {
        let store = acquit_store::Store::open(&path).expect("a store");
        let texts = acquit_server::embedded::mappings();
        let book = acquit_mapping::rulebook::Rulebook::load(&texts).expect("a rulebook");
        let operator = acquit_domain::PartyCode::new("OPERATOR").expect("a code");
        let clock = acquit_server::shell::Clock::System;
        let done = acquit_server::shell::steps::operation(&book, &clock, &operator, "seen");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(store.commit(vec![done])).expect("stored");
    }
    let replayed = acquit(&["replay", "--data", data], b"");
    assert_eq!(replayed.code, 0, "{}{}", replayed.out, replayed.err);
    assert!(replayed.out.contains(" 0 would be different"), "{}", replayed.out);
}

#[test]
fn explain_says_every_segment() {
    golden("cli-explain.txt", &acquit(&["explain", GOOD], b"").out);
    golden("cli-explain-at.txt", &acquit(&["explain", GOOD, "--at", "2.1"], b"").out);
    golden("cli-explain-xml.txt", &acquit(&["explain", XML], b"").out);
}

#[test]
fn translate_goes_through_the_record() {
    golden("cli-translate-json.txt", &acquit(&["translate", GOOD, "--to", "json"], b"").out);
    let portnet = acquit(&["translate", GOOD, "--to", "portnet"], b"");
    // INVOIC carries no file, and PortNet asks for the invoice's PDF.
    assert_eq!(portnet.code, 1, "{}", portnet.err);
    assert!(portnet.err.contains("DOC-MISSING"), "{}", portnet.err);
    let back = acquit(&["translate", "-", "--to", "json"], portnet.out.as_bytes());
    let there: Value = serde_json::from_str(&back.out).expect("JSON");
    let here = acquit(&["translate", GOOD, "--to", "json"], b"");
    let here: Value = serde_json::from_str(&here.out).expect("JSON");
    for name in ["number", "gross", "currency", "issued_on"] {
        assert_eq!(there[name], here[name], "{name}");
    }
    let edifact = acquit(&["translate", GOOD, "--to", "invoic-d96a"], b"");
    assert_eq!(acquit(&["check", "-"], edifact.out.as_bytes()).code, 0, "{}", edifact.out);
}

/// Every sample in every language: what ends well is accepted, and what does not is told.
#[test]
fn translate_writes_nothing_that_would_be_rejected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut done = 0;
    for folder in ["invoic-d96a", "invoic-d01b", "portnet-inv"] {
        let files = fs::read_dir(root.join("samples/messages").join(folder)).expect("samples");
        for file in files.map(|file| file.expect("a file").path()) {
            let name = file.to_str().expect("UTF-8");
            if name.ends_with(".expected") {
                continue;
            }
            for to in ["invoic-d96a", "invoic-d01b", "portnet"] {
                let ended = acquit(&["translate", name, "--to", to], b"");
                match ended.code {
                    0 => {
                        let checked = acquit(&["check", "-"], &ended.bytes);
                        assert_eq!(checked.code, 0, "{name} {to}\n{}", checked.out);
                        done += 1;
                    }
                    code => {
                        assert_eq!(code, 1, "{name} {to}\n{}", ended.err);
                        assert!(!ended.err.is_empty(), "{name} {to}");
                    }
                }
            }
        }
    }
    assert!(done > 40, "{done}");
}

#[test]
fn translate_says_what_follows() {
    let ended = acquit(&["translate", XML, "--to", "invoic-d96a"], b"");
    assert_eq!(ended.code, 0, "{}", ended.err);
    for segment in [
        "UNB+UNOC:3+6110D00116:ZZZ+611PNET00100:ZZZ+",
        "UNH+99900000000115+",
        "RFF+DM:999900000000115'",
        "MOA+176:600.00'",
    ] {
        assert!(ended.out.contains(segment), "{segment}\n{}", ended.out);
    }
    let smallest = "samples/messages/invoic-d96a/smallest.edi";
    let portnet = acquit(&["translate", smallest, "--to", "portnet"], b"");
    assert!(portnet.out.contains("<DateMessage>2017-11-01T11:49:00<"), "{}", portnet.out);
    let mistakes = acquit(&["translate", BAD, "--to", "portnet"], b"");
    assert_eq!((mistakes.code, &*mistakes.out), (1, ""), "{}", mistakes.err);
    assert!(mistakes.err.contains("number"), "{}", mistakes.err);
}

#[test]
fn rules_prints_the_book() {
    let ended = acquit(&["rules", "--json"], b"");
    let value: Value = serde_json::from_str(&ended.out).expect("one JSON value");
    assert_eq!(value["hash"].as_str().map(str::len), Some(64));
    assert!(acquit(&["rules", "--matrix"], b"").out.lines().count() > 10);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_acquit"))
        .args(["rules", "--matrix"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("the program ends");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// A file of many messages is read in pieces: the same findings at the same places.
#[test]
fn a_long_interchange_is_checked_like_a_short_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join(GOOD)).expect("the sample");
    let (first, last) = (text.find("UNH+1+").expect("UNH"), text.find("UNZ+").expect("UNZ"));
    let message = &text[first..last];
    let folder = Folder::new("long");
    let count = 9 * 1024 * 1024 / message.len() + 1;
    let mut long = text[..first].to_owned();
    for n in 1..=count {
        let message = message.replace("UNH+1+", &format!("UNH+{n}+"));
        let trailer = message.rfind("+1'").expect("UNT");
        long.push_str(&message[..trailer]);
        long.push_str(&format!("+{n}'\n"));
    }
    // The last message has a letter in an amount.
    let mistake = long.rfind("MOA+77:3600.00").expect("a total") + "MOA+77:".len();
    long.replace_range(mistake..mistake + 1, "O");
    long.push_str(&format!("UNZ+{count}+99990000000118'\n"));
    let path = folder.0.join("long.edi");
    fs::write(&path, &long).expect("a file");
    let ended = acquit(&["check", "--json", path.to_str().expect("UTF-8")], b"");
    let value: Value = serde_json::from_str(&ended.out).expect("one JSON value");
    assert_eq!(value["messages"]["INVOIC D.96A"], count as u64, "{}", ended.err);
    let findings = value["findings"].as_array().expect("findings");
    let wrong: Vec<&Value> =
        findings.iter().filter(|finding| finding["severity"] == "error").collect();
    assert_eq!(wrong.first().map(|one| &one["place"]["byte"]), Some(&Value::from(mistake)));
    assert_eq!(wrong.first().map(|one| &one["place"]["message"]), Some(&Value::from(count)));
}
