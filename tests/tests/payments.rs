//! Payments from beginning to end: `acquit simulate` with partners that misbehave, and nothing
//! that is not explained.
//!
//! The binary is taken from `ACQUIT_BINARY`, or from beside the tests. The seed of a run is
//! `ACQUIT_SEED`, 1 without it, and is printed when it fails.
#![expect(clippy::print_stdout, reason = "tells what was skipped")]

use std::path::PathBuf;
use std::process::Command;

/// Payments of each run: enough for every kind of payer to be among them.
const PAYMENTS: u32 = 12;

/// The binary under test.
fn binary() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("ACQUIT_BINARY") {
        return Some(path.into());
    }
    let beside = std::env::current_exe().ok()?.parent()?.parent()?.join("acquit");
    beside.is_file().then_some(beside)
}

/// Runs a simulation; `expected` words must all be in what it prints.
fn check(arguments: &[&str], expected: &[&str]) {
    let Some(binary) = binary() else {
        println!("skipped: there is no acquit binary; build it, or name it in ACQUIT_BINARY");
        return;
    };
    let seed = std::env::var("ACQUIT_SEED").unwrap_or_else(|_| "1".to_owned());
    let payments = PAYMENTS.to_string();
    let mut command = Command::new(binary);
    command.args(["simulate", "--payments", &payments, "--seed", &seed, "--speed", "100000"]);
    let ended = command.args(arguments).output().expect("the program runs");
    let out = String::from_utf8_lossy(&ended.stdout).into_owned();
    let told =
        format!("seed {seed} {arguments:?}\n{out}{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(ended.status.code(), Some(0), "{told}");
    for word in expected.iter().chain(&["unexplained: 0"]) {
        assert!(out.contains(word), "no {word:?}: {told}");
    }
}

#[test]
fn partners_that_behave() {
    check(&[], &["cmi.card", "cmi.fatourati", "amanpay.amanty", "amanpay.cashcode"]);
}

#[test]
fn news_that_comes_twice_late_or_in_another_order() {
    check(
        &["--misbehave", "duplicate=0.5", "--misbehave", "late=0.3", "--misbehave", "out-of-order"],
        &[],
    );
}

#[test]
fn news_that_nobody_should_believe() {
    let all = ["bad-signature", "other-merchant", "unknown-order"];
    let arguments: Vec<&str> = all.iter().flat_map(|name| ["--misbehave", name]).collect();
    check(&arguments, &[]);
}

#[test]
fn money_that_is_not_what_was_asked_for() {
    check(&["--misbehave", "amount-mismatch=0.5", "--misbehave", "double-capture=0.5"], &[]);
}

#[test]
fn issuers_that_answer_late_wrong_twice_or_never() {
    let all = ["no-unm=0.25", "late-unm=0.25", "wrong-unm=0.25", "duplicate-unm=0.25"];
    let arguments: Vec<&str> = all.iter().flat_map(|name| ["--misbehave", name]).collect();
    check(&arguments, &["answers late", "events told"]);
}

#[test]
fn partners_that_lie_or_fail() {
    check(&["--misbehave", "lies=0.3", "--misbehave", "500=0.3"], &[]);
}
