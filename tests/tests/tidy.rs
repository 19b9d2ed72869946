//! Keeps the house tidy: sizes, arrows, bans, names. Each rule is one test; a rule that lists
//! exceptions says why each stands there.

use acquit_tests::repository::{SourceFile, files, root};

/// Longest Rust file, in lines.
const FILE_LINES_MAX: usize = 500;
/// Longest line, in characters.
const LINE_COLUMNS_MAX: usize = 100;
/// Longest function, in lines, from `fn` to its brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Longest function of a test: a table of one line of input and one of output each.
const TABLE_LINES_MAX: usize = 150;

/// Fails with every violation, one a line.
fn check(rule: &str, violations: impl IntoIterator<Item = String>) {
    let violations: Vec<String> = violations.into_iter().collect();
    assert!(violations.is_empty(), "{rule}:\n  {}", violations.join("\n  "));
}

/// The Rust files of the project.
fn rust() -> impl Iterator<Item = SourceFile> {
    files().into_iter().filter(|file| file.is(".rs"))
}

/// The lines of files that break a rule.
fn lines(of: &SourceFile, breaks: impl Fn(&str) -> bool) -> Vec<String> {
    let broken = of.lines().filter(|(_, line)| breaks(line));
    broken.map(|(at, line)| format!("{}:{at}: {}", of.path, line.trim())).collect()
}

/// A line without its comment, roughly: what follows `//` outside a string is cut.
fn code(line: &str) -> &str {
    let cut = line.match_indices("//").find(|(at, _)| {
        let before = &line[..*at];
        before.matches('"').count().is_multiple_of(2) && !before.ends_with(':')
    });
    cut.map_or(line, |(at, _)| &line[..at])
}

/// Whether a file holds nothing but tests.
fn is_test(file: &SourceFile) -> bool {
    file.path.contains("/tests/") || file.is("/tests.rs") || file.under(&["tests/"])
}

/// Whether a word stands in a line by itself.
fn has_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

#[test]
fn files_are_short() {
    check(
        "a Rust file has one noun and few lines",
        rust().filter_map(|file| {
            let count = file.lines().count();
            (count > FILE_LINES_MAX).then(|| format!("{}: {count} lines", file.path))
        }),
    );
}

#[test]
fn lines_are_short() {
    // A name of others' choosing cannot be broken.
    let unbreakable = |line: &str| line.trim().starts_with('"') && !line.trim().contains(' ');
    let breaks = |line: &str| line.chars().count() > LINE_COLUMNS_MAX && !unbreakable(line);
    check("lines fit the page", rust().flat_map(|file| lines(&file, breaks)));
}

#[test]
fn functions_are_short() {
    check("a function fits on a screen", rust().flat_map(|file| long_functions(&file)));
}

/// Functions that are too long. Formatted code closes a function at the indentation it began at.
fn long_functions(file: &SourceFile) -> Vec<String> {
    let lines: Vec<(usize, &str)> = file.lines().collect();
    let mut found = Vec::new();
    for (at, (number, line)) in lines.iter().enumerate() {
        let body = line.trim_start();
        let indent = &line[..line.len() - body.len()];
        let begins = body.split('(').next().is_some_and(|head| has_word(head, "fn"));
        if !begins || body.starts_with("//") || body.contains('"') || body.ends_with(['}', ';']) {
            continue;
        }
        let end = lines[at..].iter().position(|(_, line)| *line == format!("{indent}}}"));
        let length = end.map_or(0, |end| end + 1);
        if length > if is_test(file) { TABLE_LINES_MAX } else { FUNCTION_LINES_MAX } {
            found.push(format!("{}:{number}: {length} lines: {}", file.path, body.trim_end()));
        }
    }
    found
}

/// Who may name whom, as `docs/ARCHITECTURE.md` says.
const ARROWS: &[(&str, &[&str])] = &[
    ("engine/syntax", &[]),
    ("engine/domain", &[]),
    ("engine/mapping", &["syntax", "domain"]),
    ("engine/flow", &["mapping", "syntax", "domain"]),
    ("engine/store", &["domain"]),
    ("engine/receipt", &["domain", "mapping"]),
    ("connectors", &["domain"]),
    ("engine/simulate", &[]),
    (
        "engine/server",
        &["syntax", "domain", "mapping", "flow", "store", "connectors", "receipt", "simulate"],
    ),
    // It looks from outside: it shares no code with what it judges.
    ("tests/checker", &[]),
    ("tests/faults", &["checker"]),
    ("tests/simulation", &["syntax", "domain", "mapping", "flow"]),
    (
        "tests",
        &["syntax", "domain", "mapping", "flow", "store", "connectors", "server", "simulate"],
    ),
];

#[test]
fn arrows_of_the_house() {
    check(
        "a crate names only those below it",
        ARROWS.iter().flat_map(|(crate_, may)| arrows(crate_, may)),
    );
}

/// The dependencies of a crate on crates of ours that it may not have.
fn arrows(crate_: &str, may: &[&str]) -> Vec<String> {
    let path = root().join(crate_).join("Cargo.toml");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let Ok(manifest) = text.parse::<toml::Table>() else {
        return vec![format!("{crate_}: its Cargo.toml does not read")];
    };
    let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let mut all: Vec<&toml::Table> = vec![&manifest];
    all.extend(targets.into_iter().flat_map(|of| of.values()).filter_map(toml::Value::as_table));
    let mut found = Vec::new();
    for table in all {
        let named = tables.iter().filter_map(|name| table.get(*name)?.as_table());
        for dependency in named.flat_map(toml::Table::keys) {
            if let Some(ours) = dependency.strip_prefix("acquit-")
                && !may.contains(&ours)
            {
                found.push(format!("{crate_} names {ours}"));
            }
        }
    }
    found
}

#[test]
fn every_crate_has_its_arrows() {
    let members = files().into_iter().filter(|file| file.is("/Cargo.toml"));
    let known =
        |path: &str| ARROWS.iter().any(|(crate_, _)| path == format!("{crate_}/Cargo.toml"));
    // Workspaces of their own, so that the main build stays light; both name crates as tests do.
    let apart = ["tests/fuzz/Cargo.toml", "tests/bench/Cargo.toml", "tests/bench/peers/Cargo.toml"];
    check(
        "a new crate is a decision: write it here and in docs/ARCHITECTURE.md",
        members
            .filter(|file| !known(&file.path) && !apart.contains(&file.path.as_str()))
            .map(|file| file.path),
    );
}

/// The crates that do no input or output, read no clock and draw no random number.
const PURE: &[&str] = &["engine/syntax", "engine/domain", "engine/mapping", "engine/flow"];

/// What `clippy.toml` bans in each of them.
const BANS: &[&str] = &[
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "std::fs::read",
    "std::fs::read_to_string",
    "std::fs::write",
    "std::fs::File::open",
    "std::env::var",
    "std::thread::spawn",
    "std::fs::File",
    "std::net::TcpStream",
    "std::collections::hash_map::RandomState",
];

#[test]
fn pure_crates_are_banned_from_the_world() {
    let missing = PURE.iter().flat_map(|crate_| {
        let text = std::fs::read_to_string(root().join(crate_).join("clippy.toml"));
        let text = text.unwrap_or_default();
        let absent = BANS.iter().filter(move |ban| !text.contains(&format!("\"{ban}\"")));
        absent.map(move |ban| format!("{crate_}/clippy.toml does not ban {ban}"))
    });
    check("the pure crates keep their bans", missing);
    let depends = PURE.iter().flat_map(|crate_| {
        let text = std::fs::read_to_string(root().join(crate_).join("Cargo.toml"));
        let text = text.unwrap_or_default();
        let named = ["tokio", "getrandom", "rand", "rusqlite", "hyper", "axum"];
        let named = named.into_iter().filter(move |name| {
            text.lines().any(|line| {
                line.starts_with(&format!("{name} ")) || line.starts_with(&format!("{name}."))
            })
        });
        named.map(move |name| format!("{crate_} depends on {name}"))
    });
    check("the pure crates depend on nothing of the world", depends);
}

#[test]
fn sql_stands_in_the_store_only() {
    let words = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE ", "BEGIN IMMEDIATE"];
    let breaks = |line: &str| {
        let line = code(line);
        line.contains('"') && words.iter().any(|word| line.contains(word))
    };
    let elsewhere = rust()
        .filter(|file| file.under(&["engine/", "connectors/"]) && !file.under(&["engine/store/"]));
    check("SQL stands in engine/store only", elsewhere.flat_map(|file| lines(&file, breaks)));
}

#[test]
fn no_float_in_the_product() {
    let breaks = |line: &str| {
        let line = code(line);
        has_word(line, "f64") || has_word(line, "f32")
    };
    let product = rust().filter(|file| file.under(&["engine/", "connectors/"]));
    check("money knows no float", product.flat_map(|file| lines(&file, breaks)));
}

#[test]
fn mappings_are_not_copies() {
    let mappings: Vec<SourceFile> = files()
        .into_iter()
        .filter(|file| {
            file.under(&["mappings/issuers/", "mappings/messages/", "mappings/providers/"])
        })
        .filter(|file| !file.is(".md"))
        .collect();
    let mut found = Vec::new();
    for (at, one) in mappings.iter().enumerate() {
        for other in &mappings[at + 1..] {
            let on_purpose =
                COPIES.iter().any(|(path, _)| other.path == *path || one.path == *path);
            if !on_purpose && alike(one, other) {
                found.push(format!("{} and {}", one.path, other.path));
            }
        }
    }
    check("nine lines in ten are the same: keep one, or say only what differs", found);
}

/// Files that say nearly the same on purpose.
const COPIES: &[(&str, &str)] = &[(
    "mappings/messages/etebac3-year-first.fixed",
    "the statement with the year first in its dates: records of fixed width have no overlays",
)];

/// Whether nine tenths of the lines that say something are the same.
fn alike(one: &SourceFile, other: &SourceFile) -> bool {
    let said = |file: &SourceFile| {
        let lines = file.lines().map(|(_, line)| line.trim().to_owned());
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect::<Vec<_>>()
    };
    let (one, mut other) = (said(one), said(other));
    let (total, least) = (one.len().max(other.len()), 4);
    let same = one.iter().filter(|line| {
        let found = other.iter().position(|theirs| theirs == *line);
        found.map(|at| other.swap_remove(at)).is_some()
    });
    let same = same.count();
    total >= least && same * 10 >= total * 9
}

#[test]
fn every_specimen_has_a_sample() {
    let all = files();
    let specimens = all.iter().filter_map(|file| {
        let place = file.path.strip_prefix("mappings/")?;
        let kept = place.starts_with("messages/") || place.starts_with("issuers/");
        let name = place.strip_suffix(".edi").or_else(|| place.strip_suffix(".xml"))?;
        kept.then_some(name)
    });
    let silent = specimens.filter(|name| {
        let folder = format!("samples/{name}/");
        !all.iter().any(|file| file.path.starts_with(&folder) && !file.is(".expected"))
    });
    check("a specimen without a sample proves nothing", silent.map(str::to_owned));
}

#[test]
fn no_machine_is_named() {
    // Put together here, so that this file does not name what it looks for.
    let paths = ["work", "tmp", "home", "root", "Users"].map(|folder| format!("/{folder}/"));
    let private = ["10.", "192.168.", "172.16.", "169.254.169.254"].map(|host| format!("//{host}"));
    let breaks = |line: &str| {
        let starts = |path: &String| {
            line.match_indices(path.as_str()).any(|(at, _)| {
                let before = line[..at].chars().next_back().unwrap_or(' ');
                !(before.is_alphanumeric() || matches!(before, '.' | '_' | '-' | '}' | '*' | '>'))
            })
        };
        paths.iter().any(starts) || private.iter().any(|host| line.contains(host.as_str()))
    };
    let found = files()
        .into_iter()
        .filter(|file| !MACHINES.iter().any(|(path, _)| file.path.starts_with(path)));
    check("no path of a machine, no private host", found.flat_map(|file| lines(&file, breaks)));
}

/// Files that name paths or hosts on purpose.
const MACHINES: &[(&str, &str)] = &[
    ("tests/badinputs/", "hostile inputs name what they would reach"),
    ("engine/syntax/tests/", "as above"),
    ("engine/server/tests/http/pay/subscriptions.rs", "addresses a subscriber is refused at"),
];

#[test]
fn the_lock_names_one_registry() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    let public = "registry+https://github.com/rust-lang/crates.io-index";
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    check(
        "dependencies come from the public registry",
        sources
            .map(|line| line.trim_matches('"'))
            .filter(|line| *line != public)
            .map(str::to_owned),
    );
    let configured = files().into_iter().filter(|file| file.path.contains(".cargo/config"));
    check("no registry is configured in the repository", configured.map(|file| file.path));
}

/// Crates of which two versions are built, and why it cannot be helped yet.
const TWICE: &[(&str, &str)] = &[
    ("base64", "krilla has not come to 0.23 yet, to which lettre has"),
    ("core-foundation", "for macOS only; never built here"),
    ("windows-sys", "0.52 by ring, for Windows only; never built here"),
    ("syn", "macros at build time: axum, tracing and curve25519 have not come to 3 yet"),
    ("rand", "0.8 by a feature of rust_decimal that is off, 0.9 by opentelemetry (otlp)"),
    ("rand_chacha", "as rand"),
    ("rand_core", "as rand"),
    ("getrandom", "0.2 by ring, 0.3 as rand"),
    ("hashbrown", "0.14 by dashmap of russh-sftp (sftp), which has not come to 7 yet"),
    ("fallible-iterator", "tokio-postgres has not come to 0.3 yet, to which rusqlite has"),
    ("wasi", "by ways to ask for a user's name on WebAssembly; never built here"),
    ("r-efi", "for UEFI targets, by the getrandom versions above; never built here"),
];

#[test]
fn one_version_of_each_dependency() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap_or_default();
    let lock: toml::Table = lock.parse().expect("Cargo.lock is TOML");
    let packages = lock.get("package").and_then(toml::Value::as_array).into_iter().flatten();
    let mut named: Vec<(&str, &str)> = packages
        .filter_map(|package| {
            Some((package.get("name")?.as_str()?, package.get("version")?.as_str()?))
        })
        .collect();
    named.sort_unstable();
    let twice: Vec<String> = named
        .windows(2)
        .filter(|pair| pair[0].0 == pair[1].0)
        .filter(|pair| !TWICE.iter().any(|(name, _)| *name == pair[0].0))
        .map(|pair| format!("{} {} and {}", pair[0].0, pair[0].1, pair[1].1))
        .collect();
    check("one version of each dependency", twice);
    let idle = TWICE
        .iter()
        .filter(|(name, _)| named.iter().filter(|(found, _)| found == name).count() < 2);
    check("an exception is no longer needed", idle.map(|(name, _)| (*name).to_owned()));
}

#[test]
fn nothing_is_left_undone() {
    let marks = ["todo!(", "unimplemented!(", "#[ignore", "dbg!(", "FIXME", "XXX:"];
    let breaks = |line: &str| marks.iter().any(|mark| line.contains(mark));
    let files = rust().filter(|file| !file.is("tests/tidy.rs"));
    check("no mark of unfinished work", files.flat_map(|file| lines(&file, breaks)));
}

/// Tests that sleep on purpose, and why it is no synchronisation.
const SLEEPS: &[(&str, &str)] = &[
    ("engine/server/tests/as2/main.rs", "looks again what a partner's server was sent"),
    ("engine/server/tests/gateway/asks.rs", "looks again; plays a partner that does not answer"),
    ("engine/server/tests/gateway/refunds.rs", "looks again whether money has gone back"),
    ("engine/server/tests/outward/outbound.rs", "looks again whether letters have left"),
    ("engine/server/tests/payments/crash.rs", "kills at a moment nobody chose"),
    ("engine/server/tests/payments/races.rs", "lets two callers start apart by microseconds"),
    ("engine/server/tests/payments/rows.rs", "lets time-outs of a partner that hangs go by"),
    ("engine/server/tests/queues/house.rs", "looks again what a broker, another process, has"),
    ("engine/server/tests/queues/outward.rs", "shows that nothing more comes"),
    ("engine/server/tests/settlement/doors.rs", "looks again whether a folder was emptied"),
    ("connectors/tests/sftp.rs", "looks again what OpenSSH, a process of its own, has done"),
    ("tests/checker/src/pause.rs", "spaces out a load, looks again what another process does"),
    ("engine/server/tests/gateway/house.rs", "looks again whether an attempt has moved"),
    ("engine/server/tests/outward/house.rs", "looks again whether a delivery has ended"),
    ("engine/server/tests/outward/deadlines.rs", "shows that nothing fires, which no event tells"),
    ("engine/server/tests/outward/calendar.rs", "shows that no job runs, which no event tells"),
    ("engine/server/tests/outward/subscribers.rs", "shows that nothing is posted any more"),
];

#[test]
fn tests_do_not_sleep() {
    let breaks = |line: &str| {
        let line = code(line);
        line.contains("thread::sleep(") || line.contains("time::sleep(")
    };
    let tests = rust().filter(is_test).filter(|file| !file.is("tests/tidy.rs"));
    let tests = tests.filter(|file| !SLEEPS.iter().any(|(path, _)| file.path == *path));
    check("waiting is by event, not by clock", tests.flat_map(|file| lines(&file, breaks)));
}

#[test]
fn names_say_something() {
    let empty = ["utils", "util", "common", "helpers", "helper", "misc", "stuff"];
    let found = files().into_iter().filter(|file| {
        file.path.split('/').any(|part| {
            let name = part.split('.').next().unwrap_or(part);
            empty.contains(&name)
        })
    });
    check("a file bears the name of its noun", found.map(|file| file.path));
}

#[test]
fn modules_say_what_they_are() {
    let found = rust().filter(|file| !is_test(file)).filter(|file| {
        let first = file.lines().find(|(_, line)| !line.trim().is_empty());
        !first.is_some_and(|(_, line)| line.starts_with("//!") || line.starts_with("#!"))
    });
    check("a file begins with its documentation", found.map(|file| file.path));
}

#[test]
fn guide_files_say_where_they_come_from() {
    let mappings = files().into_iter().filter(|file| file.under(&["mappings/"]));
    let written = mappings.filter(|file| file.is(".toml") || file.is(".guide"));
    let silent = written.filter(|file| {
        let first = file.lines().next().map_or("", |(_, line)| line);
        !(first.starts_with('#') || first.starts_with("directory") || first.starts_with("message"))
    });
    check("a file people write begins with what it is", silent.map(|file| file.path));
}
