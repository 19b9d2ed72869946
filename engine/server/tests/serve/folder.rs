//! A folder channel: files in, letters out, diagnostics beside refused files.

use crate::server::{Home, Server, call, keys};
use acquit_domain::Role;
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
    let taken = ["a file was settled", "good.edi", "taken"];
    server.logged_each(&[&taken, &["a letter was delivered"]]);
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

/// Copies the rulebook with another language in a partner's agreement.
fn rulebook_in(home: &Home, language: &str) {
    fn copy(from: &Path, to: &Path) {
        fs::create_dir_all(to).expect("a folder");
        for entry in fs::read_dir(from).expect("a folder") {
            let entry = entry.expect("an entry");
            let (path, to) = (entry.path(), to.join(entry.file_name()));
            match path.is_dir() {
                true => copy(&path, &to),
                false => drop(fs::copy(&path, &to).expect("a file")),
            }
        }
    }
    let mappings = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings");
    copy(&mappings, &home.0.join("mappings"));
    let path = home.0.join("mappings/issuers/portnet/issuer.toml");
    let text = fs::read_to_string(&path).expect("an agreement");
    let text = text.replacen("\ncode = ", &format!("\nlanguage = \"{language}\"\ncode = "), 1);
    fs::write(&path, text).expect("written");
    let config = fs::read_to_string(home.0.join("acquit.toml")).expect("a configuration");
    let config = format!("mappings = \"mappings\"\n{config}");
    fs::write(home.0.join("acquit.toml"), config).expect("written");
}

#[test]
fn refused_files_are_in_the_log_and_told_in_the_partner_s_language() {
    let home = Home::new("refused");
    rulebook_in(&home, "en");
    let [key] = keys(&home, [Role::Operator]);
    let mut server = Server::start(&home);
    home.drop_file("bad.edi", &sample("many-mistakes.edi"));
    server.logged(&["a file was settled", "bad.edi", "refused"]);
    let text = fs::read_to_string(home.path("upload/err/bad.edi.txt")).expect("a text");
    assert!(text.contains("error[EDI-0") && !text.contains("erreur"), "{text}");

    home.drop_file("a\u{7}b.edi", &sample("original.edi"));
    server.logged(&["a file was settled", "refused"]);
    std::os::unix::fs::symlink("/etc/hostname", home.path("upload/new/link")).expect("a link");
    server.logged(&["a file was settled", "link", "refused"]);
    let headers = format!("Authorization: Bearer {key}\r\n");
    let list = "GET /v1/exchanges?verdict=rejected&partner=6110D00116";
    let answer = call(&server.address, list, &headers, b"").expect("an answer");
    for code in ["FIL-NAME", "FIL-TYPE"] {
        assert!(answer.contains(&format!("\"code\":\"{code}\"")), "{code}: {answer}");
    }
    assert_eq!(home.run(&["verify"]).0, 0);
}

#[test]
fn a_folder_that_fails_is_told_and_takes_nothing_from_others() {
    let home = Home::new("failing");
    let mut server = Server::start(&home);
    let address = server.address.clone();
    let says = |path: &str, texts: &[&str]| {
        let answer = call(&address, &format!("GET {path}"), "", b"").expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        texts.iter().for_each(|text| assert!(answer.contains(text), "{text}: {answer}"));
    };
    fs::rename(home.path("upload/new"), home.path("away")).expect("renamed");
    server.logged(&["the folder fails"]);
    says("/readyz", &["\"ready\":true", "channel/6110D00116\",\"ok\":false", "upload/new"]);
    says("/metrics", &["acquit_channel_up{partner=\"6110D00116\"} 0"]);
    fs::rename(home.path("away"), home.path("upload/new")).expect("renamed");
    server.logged(&["the folder works again"]);
    says("/readyz", &["channel/6110D00116\",\"ok\":true"]);
    says("/metrics", &["acquit_channel_up{partner=\"6110D00116\"} 1"]);
}
