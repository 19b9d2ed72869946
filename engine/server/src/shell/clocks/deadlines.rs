//! Deadlines of orders, attempts, notices and requests.

use crate::shell::engine::Engine;
use crate::shell::pay::Cashier;
use crate::shell::{Arrival, Refusal};
use acquit_domain::pay::{Due, Subject};
use acquit_domain::{Channel, Id, Media, Timestamp, Verdict};
use acquit_flow::Occurrence;
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};

/// Most deadlines read at one look.
const AT_ONE_LOOK: u32 = acquit_store::DUE_MAX;
/// Most deadlines handed to the cashier together; callers are to have room beside them.
const TOGETHER: usize = 64;
/// How long a deadline rests that did not move what it belongs to. That is a mistake of the rules
/// or of ours, and it is not to fill the log.
const STUCK: Duration = Duration::from_secs(600);
/// Most stuck deadlines remembered.
const STUCK_MAX: usize = 10_000;

/// What names a deadline: whose it is, its event and its instant.
type Name = (Subject, String, i64);

/// The deadlines that did not move anything, and since when they rest.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    stuck: BTreeMap<Name, Instant>,
}

impl Deadlines {
    /// Fires everything due at `now`.
    pub(super) async fn fire(&mut self, engine: &Engine, cashier: &Cashier, now: Timestamp) {
        self.stuck.retain(|_, since| since.elapsed() < STUCK);
        let due = match engine.store.due(now, AT_ONE_LOOK).await {
            Ok(due) => due,
            Err(error) => {
                tracing::error!(error = %error, "deadlines were not looked at");
                return;
            }
        };
        engine.clockwork.overdue(due.first().map(|(_, due)| due.at), now);
        let due: Vec<(Subject, Due)> =
            due.into_iter().filter(|one| !self.stuck.contains_key(&name(one))).collect();
        for together in due.chunks(TOGETHER) {
            let fired = together.iter().map(|(subject, due)| ring(engine, cashier, *subject, due));
            for (one, result) in together.iter().zip(join_all(fired).await) {
                match result {
                    Ok(Verdict::Accepted) => {
                        engine.clockwork.fired.fetch_add(1, Relaxed);
                    }
                    Ok(verdict) => {
                        engine.clockwork.stale.fetch_add(1, Relaxed);
                        tracing::debug!(of = ?one.0, event = one.1.event, ?verdict, "stale");
                        if self.stuck.len() < STUCK_MAX {
                            self.stuck.insert(name(one), Instant::now());
                        }
                    }
                    Err(refusal) => {
                        engine.clockwork.refused.fetch_add(1, Relaxed);
                        tracing::warn!(reason = %refusal, "a deadline has to wait");
                        return;
                    }
                }
            }
        }
    }
}

fn name((subject, due): &(Subject, Due)) -> Name {
    (*subject, due.event.clone(), due.at.0)
}

/// Lets one deadline be decided.
async fn ring(
    engine: &Engine,
    cashier: &Cashier,
    subject: Subject,
    due: &Due,
) -> Result<Verdict, Refusal> {
    let (kind, id, attempt) = told(subject);
    let text = serde_json::json!({
        "deadline": due.event, "of": kind, "id": id.to_string(), "attempt": attempt,
        "at": due.at.to_string(),
    });
    let arrival = Arrival { media: Media::Json, ..Arrival::over(Channel::Http) };
    let parcel = arrival.parcel(&engine.clock, text.to_string().into_bytes());
    let occurrence = Occurrence::Deadline { subject, event: due.event.clone(), at: due.at };
    cashier.decide(parcel, occurrence).await.map(|outcome| outcome.verdict)
}

/// A subject as its parcel tells it.
fn told(subject: Subject) -> (&'static str, Id, Option<u32>) {
    match subject {
        Subject::Order(id) => ("order", id, None),
        Subject::Attempt(id, ordinal) => ("attempt", id, Some(ordinal)),
        Subject::Notice(id) => ("notice", id, None),
        Subject::Request(id) => ("request", id, None),
        Subject::Funds(id) => ("funds", id, None),
    }
}
