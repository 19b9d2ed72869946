//! From the log to deliveries: every subscription has a cursor in the feed of events, which moves
//! in the same transaction as the deliveries it passed are made.

use crate::http::wire::{Told, event, wants};
use crate::shell::engine::Engine;
use acquit_domain::pay::{Delivery, DeliveryKind, DeliveryState};
use acquit_domain::{Id, PartyCode, Role, Timestamp};
use acquit_mapping::language::Language;
use acquit_store::{LogRow, Subscription, Viewer};
use std::collections::BTreeMap;

/// Most deliveries that wait for one subscription. The log keeps the rest: a subscriber that is
/// away for a week leaves no heap behind.
const WAITING_MAX: u64 = 64;
/// Positions of the log that a cursor may lie behind while it found nothing to tell.
const UNWRITTEN_MAX: i64 = 5_000;
/// Bits of a delivery's identifier that are the position of its event: a trillion rows.
const POSITION_BITS: u32 = 40;

/// How far subscriptions were told.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// Positions passed without anything to tell, which are not stored each time.
    passed: BTreeMap<Id, i64>,
}

impl Feed {
    /// Moves every subscription on that is behind the log and has room.
    pub(super) async fn advance(&mut self, engine: &Engine) {
        let last = *engine.store.watch().borrow();
        let subscriptions = match engine.store.subscriptions(&everybody()).await {
            Ok(subscriptions) => subscriptions,
            Err(error) => {
                tracing::error!(error = %error, "subscriptions were not looked at");
                return;
            }
        };
        self.passed.retain(|id, _| subscriptions.iter().any(|one| one.id == *id));
        for held in subscriptions.iter().filter(|one| one.disabled_at.is_none()) {
            if self.position(held) >= last {
                continue;
            }
            if let Err(error) = self.tell(engine, held).await {
                tracing::error!(subscription = %held.id, error = %error, "not told");
            }
        }
    }

    fn position(&self, held: &Subscription) -> i64 {
        self.passed.get(&held.id).copied().unwrap_or(0).max(held.told)
    }

    /// Makes deliveries of the next events of a subscription.
    async fn tell(&mut self, engine: &Engine, held: &Subscription) -> acquit_store::Result<()> {
        let store = &engine.store;
        let waiting = store.deliveries_waiting(held.id.to_string()).await?;
        let room = WAITING_MAX.saturating_sub(waiting);
        if room == 0 {
            return Ok(());
        }
        let limit = u32::try_from(room).unwrap_or(1);
        let page = store.events(&held.viewer, self.position(held), limit).await?;
        let now = engine.clock.now();
        let made = page.rows.iter().filter_map(|row| delivery(engine, held, row, now));
        let deliveries: Vec<Delivery> = made.collect();
        if deliveries.is_empty() && page.next.saturating_sub(held.told) < UNWRITTEN_MAX {
            self.passed.insert(held.id, page.next);
            return Ok(());
        }
        // Another node may have told it; then its cursor has moved and nothing is made here.
        store.tell_subscription(held.id, held.told, page.next, deliveries).await?;
        Ok(())
    }
}

/// The delivery of an event, when the subscriber wants it.
fn delivery(
    engine: &Engine,
    held: &Subscription,
    row: &LogRow,
    now: Timestamp,
) -> Option<Delivery> {
    let language = engine.book.platform.languages.first().copied().unwrap_or(Language::Fr);
    let told = Told { words: &engine.book.words, language };
    let event = event(row.seq, &row.exchange, told);
    #[cfg(feature = "faults")]
    if crate::planted::forgets(row.seq) {
        return None;
    }
    if !wants(&held.types, &event.kind) {
        return None;
    }
    let body = serde_json::to_string(&event).unwrap_or_default();
    Some(Delivery {
        id: identifier(held.id, row.seq),
        kind: DeliveryKind::Webhook,
        to: held.id.to_string(),
        subject: event.kind,
        language: String::new(),
        values: vec![("body".to_owned(), body)],
        receipt: None,
        state: DeliveryState::Waiting,
        tries: 0,
        last: String::new(),
        due: None,
        created_at: now,
    })
}

/// The same for the same event, so that it is told once whoever makes it; and the further on in
/// the log the greater, because deliveries are tried in the order of their identifiers. The bits
/// of the subscription that stay are its time and 40 that were random.
fn identifier(subscription: Id, position: i64) -> Id {
    #[cfg(feature = "faults")]
    let position = if crate::planted::is("events_unordered") { position ^ 7 } else { position };
    let position = u128::from(position.unsigned_abs()) & ((1 << POSITION_BITS) - 1);
    Id(subscription.0 >> POSITION_BITS << POSITION_BITS | position)
}

/// Who sees every subscription.
fn everybody() -> Viewer {
    let party = PartyCode::new(crate::bootstrap::OPERATOR).expect("it is a code");
    Viewer { party, role: Role::Operator }
}
