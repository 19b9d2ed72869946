//! P6, P11: the proof the engine gives of itself, and changes it has to find.

use crate::evidence::Evidence;
use crate::random::Random;
use crate::report::{Column, Report};
use rusqlite::Connection;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Name of the database in a data folder.
const DATABASE: &str = "acquit.sqlite";

/// Runs `acquit verify` over a folder; its exit code and what it said.
fn verify(evidence: &Evidence, data: &Path) -> Result<(i32, String), String> {
    let mut command = Command::new(&evidence.program);
    command.arg("verify").arg("--data").arg(data).env_clear().stdin(Stdio::null());
    if let Some(kept) = &evidence.checkpoints {
        command.arg("--checkpoint").arg(kept);
    }
    let ended = command.output().map_err(|error| error.to_string())?;
    let text = [ended.stdout.as_slice(), ended.stderr.as_slice()].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok((ended.status.code().unwrap_or(-1), text))
}

/// P6.
pub(super) fn rebuildable(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let (code, text) = verify(evidence, &evidence.data)?;
    if code != 0 {
        let shown: Vec<&str> = text.lines().take(3).collect();
        let text = format!("verify ends with {code}: {}", shown.join(" / "));
        report.breach("P6", Column::RebuildDiff, text);
    }
    let integrity = evidence.held.rows("PRAGMA integrity_check")?;
    if integrity.first().and_then(|row| row.first()).is_none_or(|cell| cell.text() != "ok") {
        report.breach("P6", Column::RebuildDiff, "the database is damaged".to_owned());
    }
    Ok(())
}

/// Changes somebody with the file in hands could make.
const CHANGES: [(&str, &str); 12] = [
    ("an amount", "UPDATE invoices SET gross = gross + 100 WHERE id = $id"),
    ("a state", "UPDATE invoices SET state = 'paid' WHERE id = $id AND state <> 'paid'"),
    ("a client", "UPDATE invoices SET client = '999999' WHERE id = $id"),
    ("an observation", "UPDATE exchanges SET observation = observation || '.' WHERE seq = $seq"),
    ("a verdict", "UPDATE exchanges SET verdict = 'known' WHERE seq = $seq AND verdict <> 'known'"),
    ("a time", "UPDATE exchanges SET at = at - 86400000000 WHERE seq = $seq"),
    ("a row away", "DELETE FROM exchanges WHERE seq = $seq"),
    (
        "the last rows away",
        "DELETE FROM exchanges WHERE seq > (SELECT max(seq) FROM exchanges) - 3",
    ),
    ("bytes", "UPDATE blobs SET bytes = bytes || x'20' WHERE id = (SELECT min(id) FROM blobs)"),
    (
        "a letter",
        "UPDATE letters SET body = body || x'20' WHERE exchange IS NOT NULL AND seq = \
         (SELECT min(seq) FROM letters WHERE exchange IS NOT NULL)",
    ),
    ("a hash", "UPDATE exchanges SET hash = zeroblob(32) WHERE seq = $seq"),
    ("postings", "UPDATE postings SET amount = amount + 100 WHERE n IN (0, 1)"),
];

/// P11.
pub(super) fn tamper_evident(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    if evidence.checkpoints.is_none() {
        return Ok(());
    }
    let rows = evidence.held.number("SELECT coalesce(max(seq), 0) FROM exchanges")?;
    let invoices = evidence.held.number("SELECT coalesce(max(id), 0) FROM invoices")?;
    if rows < 5 || invoices == 0 {
        return Ok(());
    }
    let mut random = Random::new(rows.unsigned_abs());
    for (what, change) in CHANGES {
        let copy = evidence.data.with_file_name("tampered");
        let _ = fs::remove_dir_all(&copy);
        fs::create_dir_all(&copy).map_err(|error| error.to_string())?;
        for name in ["signing.key", "checkpoints.txt"] {
            let _ = fs::copy(evidence.data.join(name), copy.join(name));
        }
        let into = copy.join(DATABASE).display().to_string().replace('\'', "''");
        let source = Connection::open(evidence.data.join(DATABASE));
        let source = source.map_err(|error| error.to_string())?;
        let made = source.execute_batch(&format!("VACUUM INTO '{into}'"));
        made.map_err(|error| error.to_string())?;
        let (seq, id) = (random.below(rows.unsigned_abs()) + 1, invoices);
        let change = change.replace("$seq", &seq.to_string()).replace("$id", &id.to_string());
        if alter(&copy.join(DATABASE), &change)? == 0 {
            continue;
        }
        let (code, _) = verify(evidence, &copy)?;
        if code == 0 {
            let text = format!("verify did not see: {what} (row {seq})");
            report.breach("P11", Column::TamperMissed, text);
        }
    }
    let _ = fs::remove_dir_all(evidence.data.with_file_name("tampered"));
    Ok(())
}

/// Takes the triggers away and changes something; how many rows.
fn alter(path: &Path, change: &str) -> Result<usize, String> {
    let said = |error: rusqlite::Error| format!("{change}: {error}");
    let copy = Connection::open(path).map_err(said)?;
    let mut names =
        copy.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger'").map_err(said)?;
    let names: Result<Vec<String>, _> =
        names.query_map([], |row| row.get(0)).map_err(said)?.collect();
    for name in names.map_err(said)? {
        copy.execute_batch(&format!("DROP TRIGGER {name}")).map_err(said)?;
    }
    copy.execute(change, []).map_err(said)
}
