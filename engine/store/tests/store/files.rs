//! The file of a store: who may hold it, what survives, what is never changed, and what the
//! audit finds when it was changed all the same (rows L008, L009 and L010 of the bad
//! inputs).

use crate::conformance::{operator, take};
use crate::run;
use crate::sample::{self, Folder};
use acquit_domain::{Id, Timestamp};
use acquit_store::{CommitResult, Error, Report, Store};
use ed25519_dalek::SigningKey;
use rusqlite::Connection;
use std::path::Path;

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[3; 32])
}

/// A file with 40 outcomes, checkpoints after 20 and at the end; gives the checkpoints' lines.
fn filled(path: &Path) -> Vec<String> {
    run(async {
        let store = Store::open(path).expect("a store");
        let mut outcomes: Vec<_> = (0..20).map(sample::outcome).collect();
        let issuer = sample::issuer(0);
        let name = format!("00000000000000#{issuer}#20260101000000#facture.pdf");
        outcomes[0].documents = vec![sample::document(&outcomes[0], &name, b"%PDF")];
        take(&store, outcomes).await;
        store.checkpoint(&signer(), Timestamp(1)).await.expect("signed").expect("rows");
        take(&store, (20..40).map(sample::outcome).collect()).await;
        store.checkpoint(&signer(), Timestamp(2)).await.expect("signed").expect("rows");
        assert_eq!(store.checkpoint(&signer(), Timestamp(3)).await.expect("signed"), None);
        store.checkpoints().await.expect("lines")
    })
}

fn verify(path: &Path, kept: &[String]) -> Report {
    let store = Store::open_reader(path).expect("a store");
    run(store.verify(sample::HASHES, kept.to_vec())).expect("a report")
}

fn codes(report: &Report) -> Vec<&'static str> {
    let mut codes: Vec<_> = report.breaks.iter().map(|b| b.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

const UNGUARD: &str = "DROP TRIGGER exchanges_never_change; DROP TRIGGER exchanges_never_go;
    DROP TRIGGER checkpoints_never_change; DROP TRIGGER checkpoints_never_go;";

/// Changes the file behind the engine's back, then says what the audit finds.
fn check_tampering(name: &str, sql: &str, expected: &[&str]) {
    let folder = Folder::new(name);
    let path = folder.file("store.db");
    let kept = filled(&path);
    let file = Connection::open(&path).expect("the file");
    file.execute_batch(UNGUARD).expect("an attacker can drop triggers");
    file.execute_batch(sql).expect("the change");
    let report = verify(&path, &kept);
    assert_eq!(codes(&report), expected, "{name}: {:?}", report.breaks);
}

#[test]
fn an_untouched_file_holds() {
    let folder = Folder::new("untouched");
    let path = folder.file("store.db");
    let kept = filled(&path);
    let report = verify(&path, &kept);
    assert!(report.holds(), "{:?}", report.breaks);
    let counts = (report.rows, report.invoices, report.checkpoints, report.blobs);
    assert_eq!(counts, (80, 40, 4, 41));
}

#[test]
fn l008_the_last_ten_rows_deleted() {
    check_tampering("l008", "DELETE FROM exchanges WHERE seq > 70", &["AUDIT-BREAK"]);
}

#[test]
fn l009_two_rows_swapped() {
    let swap = "UPDATE exchanges SET seq = -1 WHERE seq = 7;
        UPDATE exchanges SET seq = 7 WHERE seq = 12;
        UPDATE exchanges SET seq = 12 WHERE seq = -1;";
    check_tampering("l009", swap, &["AUDIT-BREAK"]);
}

#[test]
fn other_changes_are_found() {
    let changes = [
        "UPDATE exchanges SET observation = 'x' WHERE seq = 5",
        "UPDATE exchanges SET verdict = 'rejected' WHERE seq = 80",
        "DELETE FROM exchanges WHERE seq = 33",
        "UPDATE exchanges SET hash = previous WHERE seq = 10",
        "UPDATE invoices SET status = 5 WHERE status = 2",
        "DELETE FROM invoices WHERE id = 4",
        "UPDATE invoices SET gross = gross + 1 WHERE id = 4",
        "UPDATE invoices SET net = net - 100 WHERE id = 4",
        "UPDATE invoices SET currency = 'EUR' WHERE id = 4",
        "UPDATE invoices SET client = 'C999999' WHERE id = 4",
        "UPDATE invoices SET client_ice = '' WHERE id = 4",
        "UPDATE invoices SET issued_on = issued_on + 1 WHERE id = 4",
        "UPDATE invoices SET due_on = 20000 WHERE id = 4",
        "UPDATE invoices SET flags = 1 WHERE id = 4",
        "UPDATE invoices SET kind = 2 WHERE id = 4",
        "UPDATE invoices SET means = '[]' WHERE id = 4",
        "UPDATE invoices SET services = '[]' WHERE id = 4",
        "UPDATE invoices SET taxes = '[]' WHERE id = 4",
        "UPDATE invoices SET gross = 'much' WHERE id = 4",
        "UPDATE invoices SET gross = 1.5 WHERE id = 4",
        "UPDATE exchanges SET findings = '{' WHERE seq = 5",
        "UPDATE exchanges SET at = 1.5 WHERE seq = 5",
        "UPDATE exchanges SET hash = 'x' WHERE seq = 80",
        "UPDATE blobs SET bytes = 'text' WHERE id = 9",
        "DELETE FROM letters WHERE seq = 3",
        "UPDATE letters SET id = x'00' WHERE seq = 3",
        "UPDATE letters SET body = x'00' WHERE seq = 3",
        "UPDATE letters SET recipient = 'X' WHERE seq = 3",
        "UPDATE letters SET reference = 'X' WHERE seq = 3",
        "UPDATE letters SET kind = 'ACC' WHERE seq = 3",
        "UPDATE letters SET exchange = NULL WHERE seq = 3",
        "UPDATE letters SET exchange = id WHERE seq = 3",
        "UPDATE letters SET exchange = (SELECT exchange FROM letters WHERE seq = 4) WHERE seq = 3",
        "INSERT INTO letters SELECT 999, x'00000000000000000000000000000001', exchange, recipient,
           kind, reference, answers, media, body, written_at, state, queued
         FROM letters WHERE seq = 3",
        "UPDATE exchanges SET letters = NULL WHERE seq = 6",
        "DELETE FROM envelopes WHERE id = 7",
        "UPDATE documents SET number = 'X'",
        "UPDATE documents SET issuer = 'X'",
        "UPDATE documents SET sha256 = x'00'",
        "UPDATE documents SET name = 'a.pdf'",
        "UPDATE blobs SET bytes = x'00' WHERE id = 9",
        "DELETE FROM blobs WHERE id = 9",
        "DELETE FROM parcels WHERE received_at > 0",
        "DELETE FROM checkpoints WHERE last_seq = 40",
        "UPDATE checkpoints SET line = replace(line, ' 1 40 ', ' 1 39 ') WHERE last_seq = 40",
    ];
    for (at, change) in changes.iter().enumerate() {
        let folder = Folder::new(&format!("change-{at}"));
        let path = folder.file("store.db");
        filled(&path);
        let file = Connection::open(&path).expect("the file");
        file.execute_batch(UNGUARD).expect("an attacker can drop triggers");
        file.execute_batch(change).expect("the change");
        assert_eq!(codes(&verify(&path, &[])), ["AUDIT-BREAK"], "{change}");
    }
}

#[test]
fn l010_the_whole_log_rebuilt() {
    let folder = Folder::new("l010");
    let kept = filled(&folder.file("store.db"));
    let path = folder.file("rebuilt.db");
    run(async {
        let store = Store::open(&path).expect("a store");
        let mut outcomes: Vec<_> = (0..40).map(sample::outcome).collect();
        let forged = &mut outcomes[3];
        let mut invoice = forged.invoices[0].invoice.clone();
        (invoice.exchanges, invoice.last_hash) = (0, [0; 32]);
        forged.exchanges[0].observation = "never happened".to_owned();
        forged.exchanges = sample::chain(&mut invoice, forged.exchanges.clone(), 0);
        forged.invoices[0].invoice = invoice;
        take(&store, outcomes).await;
        store.checkpoint(&signer(), Timestamp(2)).await.expect("signed").expect("rows");
    });
    assert!(verify(&path, &[]).holds(), "it agrees with itself");
    assert_eq!(codes(&verify(&path, &kept)), ["AUDIT-FORK"]);
}

#[test]
fn the_log_cannot_be_changed_by_mistake() {
    let folder = Folder::new("append-only");
    let path = folder.file("store.db");
    filled(&path);
    let file = Connection::open(&path).expect("the file");
    for sql in [
        "UPDATE exchanges SET observation = 'x' WHERE seq = 1",
        "DELETE FROM exchanges WHERE seq = 1",
        "UPDATE checkpoints SET line = 'x'",
        "DELETE FROM checkpoints",
    ] {
        let refused = file.execute_batch(sql).expect_err("refused");
        assert!(refused.to_string().contains("append-only"), "{sql}: {refused}");
    }
}

#[test]
fn one_engine_holds_a_file() {
    let folder = Folder::new("one-engine");
    let path = folder.file("store.db");
    let store = Store::open(&path).expect("a store");
    let second = Store::open(&path).err();
    assert!(matches!(second, Some(Error::InUse { .. })), "{second:?}");
    let reader = Store::open_reader(&path).expect("reading beside it is fine");
    run(take(&store, vec![sample::outcome(1)]));
    assert_eq!(run(reader.counts()).expect("counted").last_seq, 2);
    assert_eq!(run(reader.commit(vec![sample::outcome(2)])), Err(Error::ReadOnly));
    drop(store);
    Store::open(&path).expect("free again");
}

#[test]
fn a_file_of_a_newer_version_is_refused() {
    let folder = Folder::new("newer");
    let path = folder.file("store.db");
    drop(Store::open(&path).expect("a store"));
    let file = Connection::open(&path).expect("the file");
    file.execute_batch("INSERT INTO schema_version VALUES (999)").expect("written");
    let refused = Store::open(&path).err();
    assert!(matches!(refused, Some(Error::Newer { found: 999, .. })), "{refused:?}");
}

/// The files as they stand in the middle of work are what a killed process leaves.
#[test]
fn what_was_committed_survives_a_kill() {
    let folder = Folder::new("kill");
    let path = folder.file("store.db");
    let store = Store::open(&path).expect("a store");
    for n in 0..30 {
        run(take(&store, vec![sample::outcome(n)]));
        let copy = folder.file(&format!("copy-{n}.db"));
        for suffix in ["", "-wal"] {
            let from = format!("{}{suffix}", path.display());
            let to = format!("{}{suffix}", copy.display());
            std::fs::copy(from, to).expect("copied");
        }
        let found = Store::open(&copy).expect("it recovers");
        assert_eq!(
            run(found.counts()).expect("counted").last_seq,
            (i64::try_from(n).expect("few") + 1) * 2
        );
        let again = run(found.commit(vec![sample::outcome(n), sample::outcome(n + 1)]));
        let expected = [CommitResult::Conflict, CommitResult::Committed];
        assert_eq!(again.expect("answered"), expected);
    }
}

#[test]
fn a_question_about_nothing_finds_nothing() {
    let store = Store::in_memory().expect("a store");
    run(async {
        assert_eq!(store.exchange(&operator(), Id(1)).await, Ok(None));
        assert_eq!(store.raw(&operator(), Id(1)).await, Ok(None));
        assert_eq!(store.document(&operator(), Id(1)).await, Ok(None));
        assert_eq!(store.invoice(&operator(), &sample::key_of(1)).await, Ok(None));
        assert_eq!(store.commit(Vec::new()).await, Ok(Vec::new()));
        assert_eq!(store.events(&operator(), 99, 10).await.expect("read").next, 99);
    });
}
