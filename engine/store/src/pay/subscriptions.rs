//! Who wants to be told of events: `subscriptions`.
//!
//! What is *not* here: what the events are. They are read from the log with the subscriber's
//! own eyes ([`Store::events`]).

use super::time_or_none;
use crate::error::Result;
use crate::link::Link;
use crate::store::Store;
use crate::value::{Fields, Value, fields, json};
use crate::viewer::Viewer;
use acquit_domain::{Id, PartyCode, Role, Timestamp};

/// A subscription to events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Identifier.
    pub id: Id,
    /// Whose it is, and in which role its events are seen.
    pub viewer: Viewer,
    /// Where events are posted to.
    pub url: String,
    /// What its posts are signed with, or where that is kept; opaque to the store.
    pub secret: String,
    /// The types wanted; none means all.
    pub types: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was switched off; `None` as long as it is on.
    pub disabled_at: Option<Timestamp>,
    /// Position of the log up to which its events were made into deliveries.
    pub told: i64,
}

const ADD: &str = "INSERT INTO subscriptions (
  id, party, role, url, secret, types, created_at, disabled_at, told)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING";

/// The columns [`subscription_of`] reads, in its order.
macro_rules! subscription_columns {
    () => {
        "SELECT id, party, role, url, secret, types, created_at, disabled_at, told \
         FROM subscriptions "
    };
}

const ALL: &str = concat!(subscription_columns!(), "ORDER BY id");
const OWN: &str = concat!(subscription_columns!(), "WHERE party = $1 ORDER BY id");
const ONE: &str = concat!(subscription_columns!(), "WHERE id = $1");

const CHANGE: &str = "UPDATE subscriptions SET url = $3, secret = $4, types = $5, disabled_at = $6
WHERE id = $1 AND party = $2";
const REMOVE: &str = "DELETE FROM subscriptions WHERE id = $1 AND party = $2";
const TOLD: &str = "UPDATE subscriptions SET told = $3 WHERE id = $1 AND told = $2";

impl Store {
    /// Adds a subscription; false when its identifier is taken.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_subscription(&self, subscription: Subscription) -> Result<bool> {
        let row = [
            subscription.id.into(),
            subscription.viewer.party.as_str().into(),
            Value::Word(subscription.viewer.role.key()),
            subscription.url.as_str().into(),
            subscription.secret.as_str().into(),
            json(&subscription.types),
            subscription.created_at.into(),
            subscription.disabled_at.into(),
            subscription.told.into(),
        ];
        self.write(move |link| Ok(link.execute(ADD, &row)? > 0)).await
    }

    /// The subscriptions of a party; an operator sees all.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn subscriptions(&self, viewer: &Viewer) -> Result<Vec<Subscription>> {
        let viewer = viewer.clone();
        self.read(move |link| match viewer.role {
            Role::Operator => select(link, ALL, &[]),
            _ => select(link, OWN, &[viewer.party.as_str().into()]),
        })
        .await
    }

    /// One subscription, whoever it belongs to: for those who deliver.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn subscription(&self, id: Id) -> Result<Option<Subscription>> {
        self.read(move |link| Ok(select(link, ONE, &[id.into()])?.pop())).await
    }

    /// Writes address, secret, types and whether it is on; false when its party has no such
    /// subscription.
    ///
    /// # Errors
    /// What the database says.
    pub async fn change_subscription(&self, subscription: Subscription) -> Result<bool> {
        let row = [
            subscription.id.into(),
            subscription.viewer.party.as_str().into(),
            subscription.url.as_str().into(),
            subscription.secret.as_str().into(),
            json(&subscription.types),
            subscription.disabled_at.into(),
        ];
        self.write(move |link| Ok(link.execute(CHANGE, &row)? > 0)).await
    }

    /// Removes a subscription of a party; false when it has no such one.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remove_subscription(&self, party: PartyCode, id: Id) -> Result<bool> {
        let row = [id.into(), party.as_str().into()];
        self.write(move |link| Ok(link.execute(REMOVE, &row)? > 0)).await
    }

    /// Moves a subscription on from a position of the log to another together with the deliveries
    /// this makes: all of it or nothing. False when it does not stand there any more.
    ///
    /// # Errors
    /// What the database says.
    pub async fn tell_subscription(
        &self,
        id: Id,
        from: i64,
        to: i64,
        deliveries: Vec<acquit_domain::pay::Delivery>,
    ) -> Result<bool> {
        self.write(move |link| {
            let stands = link.execute(TOLD, &[id.into(), from.into(), to.into()])? > 0;
            for delivery in deliveries.iter().filter(|_| stands) {
                super::deliveries::write(link, delivery)?;
            }
            Ok(stands)
        })
        .await
    }
}

fn select(link: &Link, sql: &str, args: &[Value]) -> Result<Vec<Subscription>> {
    let rows = link.select(sql, args)?;
    rows.into_iter().map(|row| subscription_of(&mut fields("subscriptions", row))).collect()
}

fn subscription_of(row: &mut Fields) -> Result<Subscription> {
    Ok(Subscription {
        id: row.id()?,
        viewer: Viewer { party: row.word(PartyCode::new)?, role: row.word(Role::of)? },
        url: row.text()?,
        secret: row.text()?,
        types: row.json()?,
        created_at: row.time()?,
        disabled_at: time_or_none(row)?,
        told: row.int()?,
    })
}
