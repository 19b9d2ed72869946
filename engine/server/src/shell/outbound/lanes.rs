//! How lanes stand, for `/metrics`.

use super::Handed;
use crate::shell::engine::Engine;
use acquit_domain::time::SECOND;
use acquit_domain::{PartyCode, Timestamp};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// How the breaker of a lane stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// Letters go out.
    #[default]
    Closed,
    /// One try finds out whether they do again.
    HalfOpen,
    /// They wait.
    Open,
}

/// What is told of one lane.
#[derive(Debug, Clone, Copy, Default)]
struct Stand {
    state: State,
    delivered: u64,
    later: u64,
    never: u64,
}

/// Every lane there is.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<BTreeMap<PartyCode, Stand>>);

impl Lanes {
    /// A partner has a lane.
    pub(super) fn open(&self, party: &PartyCode) {
        self.change(party, |_| ());
    }

    /// Says how the breaker of a lane stands.
    pub(super) fn stands(&self, party: &PartyCode, state: State) {
        self.change(party, |stand| stand.state = state);
    }

    /// Counts a try.
    pub(super) fn count(&self, party: &PartyCode, handed: &Handed) {
        self.change(party, |stand| match handed {
            Handed::Delivered => stand.delivered += 1,
            Handed::Later { .. } => stand.later += 1,
            Handed::Never(_) => stand.never += 1,
        });
    }

    fn change(&self, party: &PartyCode, change: impl FnOnce(&mut Stand)) {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(lanes.entry(party.clone()).or_default());
    }

    fn all(&self) -> BTreeMap<PartyCode, Stand> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Writes how lanes stand in the text format of Prometheus.
pub(crate) async fn write(engine: &Engine, out: &mut String) {
    let lanes = engine.lanes.all();
    let name = "acquit_outbound_total";
    let _ = writeln!(out, "# HELP {name} Letters handed to a partner's channel, by result.");
    let _ = writeln!(out, "# TYPE {name} counter");
    for (party, lane) in &lanes {
        let results = [("delivered", lane.delivered), ("later", lane.later), ("never", lane.never)];
        for (result, count) in results {
            let _ = writeln!(out, "{name}{{partner=\"{party}\",result=\"{result}\"}} {count}");
        }
    }
    let name = "acquit_outbound_breaker";
    let _ = writeln!(out, "# HELP {name} 0 letters go out, 1 one tries, 2 they wait.");
    let _ = writeln!(out, "# TYPE {name} gauge");
    for (party, lane) in &lanes {
        let _ = writeln!(out, "{name}{{partner=\"{party}\"}} {}", lane.state as u8);
    }
    waiting(engine, &lanes, out).await;
}

async fn waiting(engine: &Engine, lanes: &BTreeMap<PartyCode, Stand>, out: &mut String) {
    let now = engine.clock.now();
    let found = match engine.store.letters_waiting_since(Timestamp(i64::MAX)).await {
        Ok(found) => found,
        Err(error) => {
            tracing::warn!(error = %error, "letters that wait were not counted");
            return;
        }
    };
    for (name, help) in [
        ("acquit_outbound_waiting", "Letters that wait for a partner's channel."),
        ("acquit_outbound_oldest_seconds", "Age of the oldest of them."),
    ] {
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
        for party in lanes.keys() {
            let waits = found.iter().find(|(waits, ..)| waits == party);
            let value = waits.map_or(0, |(_, count, oldest)| match name {
                "acquit_outbound_waiting" => *count,
                _ => (now.0.saturating_sub(oldest.0).max(0) / SECOND).unsigned_abs(),
            });
            let _ = writeln!(out, "{name}{{partner=\"{party}\"}} {value}");
        }
    }
}
