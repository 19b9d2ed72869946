//! Deciding: facts and what is held in, everything to write and to answer out. The only place
//! where a status changes.

mod acknowledgement;
mod content;
mod desk;
mod expiry;
mod invoice;
mod naming;
mod overlay;
mod part;
mod payment;
mod sameness;
mod transmission;

use crate::reading::Reading;
use acquit_domain::{Known, Outcome, Timestamp, Verdict};
use acquit_mapping::rulebook::Rulebook;

pub(crate) use content::{local_time, requested_invoice};
pub(crate) use desk::{Desk, Purpose};
pub use expiry::{expire, retry, retry_keys};
pub(crate) use invoice::Decided;
pub(crate) use naming::{control_reference, message_name};
pub use overlay::{apply, apply_asked, lay};
pub use part::{decide_part, decide_survey, must_wait};

/// Decides a parcel: pure, so that the same arguments give the same outcome, letters included.
///
/// `known` must answer the reading's [`keys`](Reading::keys); `now` is when it is decided.
#[must_use]
pub fn decide(book: &Rulebook, reading: &Reading, known: &Known, now: Timestamp) -> Outcome {
    let mut desk = Desk::new(book, &reading.parcel, known, now);
    if reading.transmissions.is_empty() {
        desk.refuse_unreadable(&reading.findings);
    } else {
        desk.outcome.findings.extend(reading.findings.iter().cloned());
    }
    let mut verdicts = Vec::with_capacity(reading.transmissions.len());
    for transmission in &reading.transmissions {
        verdicts.push(transmission::decide(&mut desk, transmission));
    }
    desk.finish(whole(&verdicts))
}

/// The verdict of several parts together.
pub(crate) fn whole(parts: &[Verdict]) -> Verdict {
    let Some(&first) = parts.first() else { return Verdict::Rejected };
    if parts.iter().all(|&part| part == first) {
        return first;
    }
    let taken = |part: &Verdict| {
        matches!(part, Verdict::Accepted | Verdict::Partly | Verdict::Known | Verdict::Parked)
    };
    let refused = |part: &Verdict| {
        matches!(part, Verdict::Partly | Verdict::Rejected | Verdict::KnownButDifferent)
    };
    match (parts.iter().any(taken), parts.iter().any(refused)) {
        (true, true) => Verdict::Partly,
        (true, false) => Verdict::Accepted,
        (false, _) => Verdict::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_verdict_of_a_whole() {
        use Verdict::{Accepted, Known, KnownButDifferent, Parked, Partly, Rejected};
        for (parts, verdict) in [
            (vec![], Rejected),
            (vec![Accepted, Accepted], Accepted),
            (vec![Accepted, Rejected], Partly),
            (vec![Known, Known], Known),
            (vec![Accepted, Known], Accepted),
            (vec![Accepted, KnownButDifferent], Partly),
            (vec![Parked], Parked),
            (vec![Rejected, KnownButDifferent], Rejected),
        ] {
            assert_eq!(whole(&parts), verdict, "{parts:?}");
        }
    }
}
