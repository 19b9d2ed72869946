//! AMQP 0-9-1: messages of partners in, letters and events out, over a broker.
//!
//! ```text
//! quorum queue --Consumer--> Arrived --(the caller commits)--> Receipt::done
//! Message --Publisher--> exchange or queue --confirm--> Ok
//! ```
//!
//! Nothing here is trusted to survive a lost connection: the client's own recovery is off, a fault
//! ends a channel, and the next call opens another. What was not confirmed is published again
//! under the same identifier, and what was not acknowledged comes again.
//!
//! What this module is *not*: it keeps no queue, retries nothing, believes no header about deaths,
//! and hands nothing to a dead-letter exchange: what is to be kept, the caller keeps.

mod broker;
mod consumer;
mod fault;
mod publisher;
mod transport;

pub use broker::Broker;
pub use consumer::{Arrived, Consumer, Receipt};
pub use fault::Fault;
pub use publisher::{Message, Publisher, Target};

use lapin::types::ShortString;

/// Most bytes of a short text (AMQP 0-9-1, section 4.2.5.3).
const SHORT_BYTES_MAX: usize = 255;

/// A short text, cut where it is none.
fn short(text: &str) -> ShortString {
    let mut end = text.len().min(SHORT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    ShortString::from(text.get(..end).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_characters() {
        let check = |text: &str, length| assert_eq!(short(text).as_str().len(), length);
        check("", 0);
        check("INV", 3);
        check(&"x".repeat(300), 255);
        check(&"é".repeat(200), 254);
    }
}
