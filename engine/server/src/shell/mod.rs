//! The shell: the pure steps driven over batches, with one commit for many parcels.
//!
//! ```text
//! reading = flow::read(book, parcel)               on the caller's thread
//! known   = store.known(keys of the batch)
//! outcome = flow::decide(book, reading, known, now) in order
//! store.commit(outcomes)                            answers leave after it
//! ```
//!
//! What it is *not*: it decides nothing, it knows no format and no channel.

mod alarm;
#[cfg(feature = "amqp")]
pub mod amqp;
pub mod answer;
pub mod arrival;
#[cfg(feature = "as2")]
pub mod as2;
pub mod calls;
pub mod channels;
pub mod clock;
pub mod clocks;
pub mod deliveries;
pub mod engine;
pub mod folder;
pub mod intake;
pub mod large;
pub mod outbound;
mod overlay;
pub mod pay;
mod paying;
pub mod queues;
#[cfg(feature = "sftp")]
pub mod sftp;
pub mod statistics;
pub mod steps;
pub mod timers;
mod touched;
pub mod waiting;

pub use answer::{Answer, Refusal};
pub use arrival::Arrival;
pub use clock::Clock;
pub use engine::Engine;
pub use intake::Intake;
pub use large::Stage;
pub use pay::Cashier;
pub use statistics::Statistics;
