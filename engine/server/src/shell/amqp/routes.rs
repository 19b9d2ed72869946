//! Where answers go to partners that say so with each message.

use acquit_domain::Id;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Most parcels whose senders are remembered; the oldest are forgotten, and their answers go to
/// the partner's answer queue, as they do after a restart.
const ROUTES_MAX: usize = 10_000;

/// `reply-to` by parcel.
#[derive(Debug, Default)]
pub(super) struct Routes(Mutex<BTreeMap<Id, String>>);

impl Routes {
    /// Remembers where the answers to a parcel go.
    pub(super) fn remember(&self, parcel: Id, reply_to: &str) {
        let mut routes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        routes.insert(parcel, reply_to.to_owned());
        // Identifiers are sortable by time.
        while routes.len() > ROUTES_MAX {
            routes.pop_first();
        }
    }

    /// Where the answers to a parcel go.
    pub(super) fn of(&self, parcel: Id) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&parcel).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let routes = Routes::default();
        let count = u128::try_from(ROUTES_MAX).expect("it fits");
        (0..=count).for_each(|n| routes.remember(Id(n), "q"));
        assert_eq!((routes.of(Id(0)), routes.of(Id(1))), (None, Some("q".to_owned())));
    }
}
