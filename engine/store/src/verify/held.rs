//! What is held beside the log: the bytes of files, the letters, and what others refer to.

use super::{BREAK, Report, money};
use crate::error::{Error, Result};
use crate::letter_row::{letter_columns, letter_of};
use crate::link::Link;
use crate::value::{fields, unpack_ids};
use acquit_domain::{Id, Letter};
use sha2::{Digest, Sha256};
use std::collections::HashSet;

/// The hash of a letter.
pub type LetterHash = fn(&Letter) -> [u8; 32];

/// The hash of letters that belong together, which a log row carries.
pub type LettersHash = fn(&mut [(Id, [u8; 32])]) -> [u8; 32];

const BLOBS: &str = "SELECT id, sha256, bytes FROM blobs ORDER BY id";
const LETTERS: &str =
    concat!("SELECT l.exchange, ", letter_columns!(), " FROM letters l ORDER BY l.seq");
/// Who names letters: the transmissions taken, and the parcels answered.
const NAMED_LETTERS: &str = "SELECT letters FROM envelopes UNION ALL SELECT answers FROM parcels";

/// What others refer to and must be there: a description, and how many are not.
const REFERENCES: [(&str, &str); 8] = [
    (
        "log rows without their parcel",
        "SELECT count(*) FROM exchanges e
         WHERE NOT EXISTS (SELECT 1 FROM parcels p WHERE p.id = e.parcel)",
    ),
    (
        "parcels without their bytes",
        "SELECT count(*) FROM parcels p WHERE NOT EXISTS
         (SELECT 1 FROM blobs b WHERE b.sha256 = p.sha256)",
    ),
    (
        "documents without their bytes",
        "SELECT count(*) FROM documents d WHERE NOT EXISTS
         (SELECT 1 FROM blobs b WHERE b.sha256 = d.sha256)",
    ),
    (
        "letters without the parcel they answer",
        "SELECT count(*) FROM letters l WHERE l.answers IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM parcels p WHERE p.id = l.answers)",
    ),
    (
        "documents without their invoice",
        "SELECT count(*) FROM documents d WHERE NOT EXISTS
         (SELECT 1 FROM invoices i WHERE i.number = d.number AND i.issuer = d.issuer)",
    ),
    (
        "documents under the name of another issuer",
        "SELECT count(*) FROM documents WHERE instr(name, '#' || issuer || '#') = 0",
    ),
    (
        "transmissions without the parcel they came in",
        "SELECT count(*) FROM envelopes v
         WHERE NOT EXISTS (SELECT 1 FROM parcels p WHERE p.id = v.parcel)",
    ),
    // A message parked and taken later stands under the parcel that released it, and a reference
    // used again after the window under the later one: both still have their reference.
    (
        "invoices taken without their transmission",
        "SELECT count(*) FROM exchanges e
         WHERE e.function = 'INV' AND e.direction = 'in' AND e.verdict = 'accepted'
           AND e.reference <> '' AND e.parcel NOT IN (SELECT parcel FROM envelopes)
           AND NOT EXISTS (SELECT 1 FROM envelopes v
                           WHERE instr(v.key, '\u{1f}' || e.reference) > 0)",
    ),
];

/// What was found beside the log.
pub(super) struct Held {
    pub(super) report: Report,
    /// The letters: the row that proves each, its identifier, its hash.
    pub(super) letters: Vec<(Id, Id, [u8; 32])>,
    /// Position of the last log row when this was read; later rows may tell of later letters.
    pub(super) last: i64,
}

/// Reads everything beside the log.
pub(super) fn check(link: &Link, last: i64, hash: LetterHash) -> Result<Held> {
    let mut held = Held { report: Report::default(), letters: Vec::new(), last };
    check_blobs(&mut held.report, link)?;
    read_letters(&mut held, link, hash)?;
    check_named(&mut held, link)?;
    money::check(&mut held.report, link)?;
    for (what, sql) in REFERENCES {
        let missing = link.number(sql)?;
        if missing != 0 {
            held.report.add(BREAK, None, format!("{missing} {what}"));
        }
    }
    Ok(held)
}

fn check_blobs(report: &mut Report, link: &Link) -> Result<()> {
    link.each_or_not(BLOBS, &[], |row| {
        report.blobs += 1;
        let read = |row| {
            let mut row = fields("blobs", row);
            Ok::<_, Error>((row.int()?, row.hash()?, row.blob()?))
        };
        match row.and_then(read) {
            Ok((id, sha256, bytes)) if <[u8; 32]>::from(Sha256::digest(&bytes)) != sha256 => {
                report.add(BREAK, None, format!("the bytes of file {id} were changed"));
            }
            Ok(_) => {}
            Err(error) => {
                report.add(BREAK, None, format!("a file cannot be read: {error}"));
            }
        }
        Ok(())
    })
}

fn read_letters(held: &mut Held, link: &Link, hash: LetterHash) -> Result<()> {
    link.each_or_not(LETTERS, &[], |row| {
        let read = |mut row: crate::value::Row| {
            let letter = row.split_off(1);
            Ok::<_, Error>((fields("letters", row).id_or_none()?, letter_of(letter)?.1))
        };
        match row.and_then(read) {
            Ok((Some(row), letter)) => held.letters.push((row, letter.id, hash(&letter))),
            Ok((None, letter)) => {
                let text = format!("no row tells of letter {}", letter.id);
                held.report.add(BREAK, None, text);
            }
            Err(error) => {
                held.report.add(BREAK, None, format!("a letter cannot be read: {error}"));
            }
        }
        Ok(())
    })
}

/// Letters that were answers must be there, to be said again for a repeat.
fn check_named(held: &mut Held, link: &Link) -> Result<()> {
    let there: HashSet<Id> = held.letters.iter().map(|(_, letter, _)| *letter).collect();
    let mut missing: u64 = 0;
    link.each_or_not(NAMED_LETTERS, &[], |row| {
        let named = unpack_ids(&fields("envelopes", row?).blob()?);
        missing += named.iter().filter(|id| !there.contains(id)).count() as u64;
        Ok(())
    })?;
    if missing != 0 {
        held.report.add(BREAK, None, format!("{missing} answers without their letter"));
    }
    Ok(())
}
