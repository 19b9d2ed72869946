//! Writes a batch of outcomes in one transaction, and finds out which of them came too late.
//!
//! A batch is written optimistically. When a guarded statement changes nothing, its outcome is
//! in conflict: the transaction is rolled back and the others are written without it, so that
//! each outcome is there with all its rows or with none. With it goes what was
//! [decided on it](crate::batch).

use crate::commit::CommitResult;
use crate::error::{Error, Result};
use crate::link::Link;
use crate::pay;
use crate::steps::{Guard, Prepared, STEPS};
use crate::value::{Row, Value};
use acquit_domain::exchange::VERDICTS;
use std::collections::{BTreeSet, HashSet};

const COUNT: &str = "INSERT INTO counters (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value";

/// How often a batch is tried whose connection broke, or that met somebody else's lock. Nothing of
/// it was written then, and making a connection anew has its own patience.
const TRIES: u32 = 3;

/// Writes the batch; says of each outcome whether it was committed or is in conflict.
pub(crate) fn apply(link: &Link, batch: &[&Prepared]) -> Result<Vec<CommitResult>> {
    let mut results = vec![CommitResult::Committed; batch.len()];
    let mut tried = 0;
    loop {
        tried += 1;
        let live: Vec<usize> =
            (0..batch.len()).filter(|at| results[*at] == CommitResult::Committed).collect();
        if live.is_empty() {
            return Ok(results);
        }
        let attempted = link.attempt(|link| {
            let mut late = BTreeSet::new();
            for wave in waves(batch, &live) {
                write_wave(link, batch, wave, &mut late)?;
            }
            #[cfg(feature = "faults")]
            if crate::planted::is("two_transactions") {
                return Ok(late.into_iter().collect());
            }
            count(link, batch, &live)?;
            #[cfg(feature = "faults")]
            crate::planted::point("before_commit");
            Ok(late.into_iter().collect())
        });
        let late = match attempted {
            Err(Error::Unavailable(_)) if tried < TRIES => continue,
            attempted => attempted?,
        };
        tried = 0;
        #[cfg(feature = "faults")]
        crate::planted::point("after_commit");
        if late.is_empty() {
            #[cfg(feature = "faults")]
            afterwards(link, batch, &live)?;
            return Ok(results);
        }
        for at in surely_late(batch, &late) {
            results[at] = CommitResult::Conflict;
        }
        fall(batch, &mut results);
    }
}

/// Of those that found something changed, the ones that cannot blame an earlier one: its rows are
/// taken back, and without them the later one may be in time.
fn surely_late(batch: &[&Prepared], late: &[usize]) -> Vec<usize> {
    let mut blamed: HashSet<&str> = HashSet::new();
    let mut surely = Vec::new();
    for at in late {
        let claims = &batch[*at].claims;
        if !claims.iter().any(|claim| blamed.contains(claim.as_str())) {
            surely.push(*at);
        }
        blamed.extend(claims.iter().map(String::as_str));
    }
    surely
}

/// What was decided on one that is late is late with it.
fn fall(batch: &[&Prepared], results: &mut [CommitResult]) {
    for at in 0..batch.len() {
        let is_late = |back: &usize| results[at - back] == CommitResult::Conflict;
        if batch[at].rests_on.iter().any(is_late) {
            results[at] = CommitResult::Conflict;
        }
    }
}

/// Cuts a batch where an invoice or a transmission comes again: within a wave each is changed by
/// one outcome, so the steps may run one after the other for all of them.
fn waves<'a>(batch: &[&Prepared], live: &'a [usize]) -> Vec<&'a [usize]> {
    let mut waves = Vec::new();
    let mut start = 0;
    let mut seen: HashSet<&str> = HashSet::new();
    for (at, outcome) in live.iter().enumerate() {
        let claims = &batch[*outcome].claims;
        if claims.iter().any(|claim| seen.contains(claim.as_str())) {
            waves.push(&live[start..at]);
            start = at;
            seen.clear();
        }
        seen.extend(claims.iter().map(String::as_str));
    }
    waves.push(&live[start..]);
    waves
}

fn write_wave(
    link: &Link,
    batch: &[&Prepared],
    wave: &[usize],
    late: &mut BTreeSet<usize>,
) -> Result<()> {
    let mut by_step: [Vec<(usize, &Row)>; STEPS.len()] = std::array::from_fn(|_| Vec::new());
    for outcome in wave {
        for (step, row) in &batch[*outcome].rows {
            by_step[*step].push((*outcome, row));
        }
    }
    #[cfg(feature = "faults")]
    if crate::planted::is("outbox_after_commit") {
        by_step[crate::steps::LETTER].clear();
    }
    for (step, mut rows) in STEPS.iter().zip(by_step).filter(|(_, rows)| !rows.is_empty()) {
        if step.sorted {
            rows.sort_by(|(_, left), (_, right)| left.iter().take(3).cmp(right.iter().take(3)));
        }
        let values = rows.iter().map(|(_, row)| row.as_slice());
        match step.guard {
            Guard::None => link.write_all(step.sql, values)?,
            Guard::Changes => link.write(step.sql, values, |at| late.extend([rows[at].0]))?,
            Guard::ChangesNothing => {
                let mut unchanged = HashSet::new();
                link.write(step.sql, values, |at| unchanged.extend([at]))?;
                let changed = (0..rows.len()).filter(|at| !unchanged.contains(at));
                late.extend(changed.map(|at| rows[at].0));
            }
        }
    }
    write_payments(link, batch, wave, late)
}

/// What is about money comes after the rows it is told by, one outcome after the other: nothing
/// of an outcome that is late already.
fn write_payments(
    link: &Link,
    batch: &[&Prepared],
    wave: &[usize],
    late: &mut BTreeSet<usize>,
) -> Result<()> {
    for at in wave {
        let Some(payments) = batch[*at].payments.as_ref().filter(|_| !late.contains(at)) else {
            continue;
        };
        match pay::write(link, payments) {
            Ok(true) => {}
            Ok(false) => {
                late.insert(*at);
            }
            // It may follow one that is late, whose rows are there and whose postings are not.
            Err(Error::Unbalanced(_)) if !late.is_empty() => {
                late.insert(*at);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Bugs: what belongs into the transaction is done after it.
#[cfg(feature = "faults")]
fn afterwards(link: &Link, batch: &[&Prepared], live: &[usize]) -> Result<()> {
    let late = |bug: &str| {
        let planted = crate::planted::is(bug);
        planted.then(|| std::thread::sleep(std::time::Duration::from_millis(15))).is_some()
    };
    if late("two_transactions") {
        link.transaction(|link| count(link, batch, live))?;
    }
    if late("outbox_after_commit") {
        let rows = live.iter().flat_map(|at| &batch[*at].rows);
        let letters = rows.filter(|(step, _)| *step == crate::steps::LETTER);
        let letters = letters.map(|(_, row)| row.as_slice());
        link.transaction(|link| link.write_all(crate::letter_row::INSERT, letters))?;
    }
    Ok(())
}

/// Adds the log rows of the batch to the counters, by verdict.
fn count(link: &Link, batch: &[&Prepared], live: &[usize]) -> Result<()> {
    for (verdict, key) in VERDICTS {
        let rows = live.iter().flat_map(|at| &batch[*at].verdicts);
        let number = rows.filter(|other| *other == verdict).count();
        if number > 0 {
            let number = i64::try_from(number).unwrap_or(i64::MAX);
            link.execute(COUNT, &[Value::Word(key), number.into()])?;
        }
    }
    Ok(())
}
