//! Partners and portals over a broker: parcels in, letters and events out.
//!
//! ```text
//! queue of a partner --> intake --commit--> acknowledged       (inward)
//! outbox --lane--> reply-to, or the partner's answer queue      (letters)
//! log --cursor--> exchange acquit.events, a topic each type     (events)
//! ```
//!
//! What this is *not*: nothing here waits for a broker that the intake waits for. While a broker
//! is away, letters stay in the outbox, events in the log, and parcels with the broker.

mod events;
mod inward;
mod letters;
mod open;
mod routes;

pub use events::route;
pub use inward::{RETURNS_MAX, UNSETTLED_MAX};
pub use open::Queues;
