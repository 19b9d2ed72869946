//! The checkpoints: ours must be true of the log, and the log of those kept by others.

use super::{BREAK, Walk};
use crate::checkpoint::{Checkpoint, line_hash};

/// Our own checkpoints: signed, chained, without gaps, and true.
pub(super) fn check_own(walk: &mut Walk, own: &[String]) {
    let (mut previous, mut covered) = ([0; 32], 0);
    for line in own {
        walk.report.checkpoints += 1;
        let Some(checkpoint) = Checkpoint::parse(line) else {
            walk.report.add(BREAK, None, "a checkpoint is damaged or its signature is wrong");
            continue;
        };
        let last = checkpoint.last_seq;
        if checkpoint.previous != previous || checkpoint.first_seq != covered + 1 {
            let text = format!("the checkpoint at row {last} does not follow the one before");
            walk.report.add(BREAK, Some(last), text);
        }
        (previous, covered) = (line_hash(line), last);
        check_root(walk, &checkpoint, BREAK);
    }
}

/// Checkpoints kept by others: the log must still give their roots, and hold their lines.
pub(super) fn check_kept(walk: &mut Walk, kept: &[String], own: &[String], code: &'static str) {
    for line in kept.iter().map(|line| line.trim_end()).filter(|line| !line.is_empty()) {
        walk.report.checkpoints += 1;
        let Some(checkpoint) = Checkpoint::parse(line) else {
            walk.report.add(BREAK, None, "a kept line is no checkpoint, or was damaged");
            continue;
        };
        let agrees = check_root(walk, &checkpoint, code);
        if agrees && !own.iter().any(|other| other == line) {
            let last = checkpoint.last_seq;
            let text = format!("the kept checkpoint at row {last} is not among ours");
            walk.report.add(code, Some(last), text);
        }
    }
}

fn check_root(walk: &mut Walk, checkpoint: &Checkpoint, code: &'static str) -> bool {
    let (first, last) = (checkpoint.first_seq, checkpoint.last_seq);
    match walk.roots.get(&(first, last)) {
        Some(root) if *root == checkpoint.root => true,
        Some(_) => {
            let text = format!("rows {first} to {last} are not those of their checkpoint");
            walk.report.add(code, Some(last), text);
            false
        }
        None => {
            let from = walk.last.max(first - 1) + 1;
            let text = format!("rows {from} to {last} are missing, a checkpoint has them");
            walk.report.add(BREAK, Some(last), text);
            false
        }
    }
}
