//! Letters out: every partner with a channel has a lane of its own.
//!
//! ```text
//! commit --wakes--> lane of a partner --in turn--> outlet --delivered--> taken
//!                     ^                              |
//!                     +---- waits longer, breaker ---+-- later
//!                     +---- set aside, alert --------+-- never
//! ```
//!
//! A lane hands letters over strictly in the order of the outbox. One that cannot be delivered
//! now holds back its own partner and nobody else; one that never can be is set aside, told to
//! the operators, and the lane goes on. A letter is handed over at least once, always under its
//! own identifier, by which the partner knows a repetition.
//!
//! Few deliveries run at one time, and lanes take turns, a letter each: a partner with ten times
//! the letters of another waits ten times as long, and the other does not notice.
//!
//! What this is *not*: it writes no letter, and it knows no protocol. Partners without a channel
//! pull theirs.

mod aside;
mod breaker;
mod files;
mod lane;
mod lanes;
mod open;
mod push;

#[cfg(feature = "amqp")]
pub(crate) use breaker::Breaker;
pub(crate) use lanes::write;
pub use lanes::{Lanes, State};
pub use open::{is_folder, outlets};

use super::engine::Engine;
use acquit_domain::{Letter, PartyCode, Timestamp};
use lane::Lane;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Most deliveries at one time, of all partners.
pub const AT_ONCE: usize = 64;

/// How long deliveries on their way may go on when the server stops; they are repeated else.
const LAST_DELIVERIES: Duration = Duration::from_secs(5);

/// How handing a letter over ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handed {
    /// The partner has it, for good.
    Delivered,
    /// Not now; it is tried again.
    Later {
        /// What happened.
        reason: String,
        /// How long the partner asks to be left alone.
        after: Option<Duration>,
    },
    /// Never: the partner refused these bytes, and would again.
    Never(String),
}

impl Handed {
    /// Not now, for a reason.
    pub fn later(reason: impl Into<String>) -> Handed {
        Handed::Later { reason: reason.into(), after: None }
    }
}

/// A delivery on its way.
pub type Handing<'a> = Pin<Box<dyn Future<Output = Handed> + Send + 'a>>;

/// The way to one partner. It may be asked for the same letter again, also after a restart, and
/// bounds its own time.
pub trait Outlet: Send + Sync {
    /// Hands a letter over.
    fn deliver<'a>(&'a self, letter: &'a Letter, at: Timestamp) -> Handing<'a>;
}

/// The outlets of partners.
pub type Outlets = BTreeMap<PartyCode, Arc<dyn Outlet>>;

/// Delivers until the server stops; so many at one time.
pub async fn run(
    engine: Engine,
    outlets: Outlets,
    at_once: usize,
    mut stopping: watch::Receiver<bool>,
) {
    let turns = Arc::new(Semaphore::new(at_once.clamp(1, Semaphore::MAX_PERMITS)));
    let count = outlets.len();
    let mut lanes = JoinSet::new();
    for (party, outlet) in outlets {
        engine.lanes.open(&party);
        engine.channels.note_out(&party, None);
        let lane = Lane::new(engine.clone(), party, outlet, Arc::clone(&turns), count);
        lanes.spawn(lane.run(stopping.clone()));
    }
    super::timers::stopped(&mut stopping).await;
    let last = async { while lanes.join_next().await.is_some() {} };
    if timeout(LAST_DELIVERIES, last).await.is_err() {
        tracing::info!("some letters are delivered again after the next start");
    }
}
