//! A portal that subscribed to events: checks every signature, keeps what it was told.

use crate::http::{self, Answer, Asked, Serving};
use crate::journal::{Journal, lock};
use crate::page::page;
use crate::sign;
use crate::xml::escape;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// How far a timestamp may be from now, in seconds.
const TOLERANCE_SECONDS: i64 = 300;

/// An event as it was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// `webhook-id`.
    pub id: String,
    /// The body.
    pub event: Value,
}

/// What a subscriber was told.
#[derive(Debug, Clone, Default)]
pub struct Subscriber {
    secret: Arc<Mutex<String>>,
    told: Arc<Mutex<Vec<Told>>>,
    seen: Arc<Mutex<BTreeSet<String>>>,
    journal: Journal,
}

impl Subscriber {
    /// A subscriber that writes what is wrong into a journal.
    #[must_use]
    pub fn new(journal: Journal) -> Subscriber {
        Subscriber { journal, ..Subscriber::default() }
    }

    /// The secret it was given when it subscribed: `whsec_...`.
    pub fn trust(&self, secret: &str) {
        secret.clone_into(&mut lock(&self.secret));
    }

    /// Events told, each once, oldest first.
    #[must_use]
    pub fn told(&self) -> Vec<Told> {
        lock(&self.told).clone()
    }

    /// Serves on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn open(&self, listener: TcpListener) -> io::Result<Serving> {
        let subscriber = self.clone();
        http::serve(listener, move |asked| {
            let subscriber = subscriber.clone();
            async move { subscriber.answer(&asked) }
        })
    }

    fn answer(&self, asked: &Asked) -> Answer {
        if asked.method == "GET" {
            let told = self.told();
            let line = |one: &Told| format!("<pre>{}</pre>", escape(&one.event.to_string()));
            let body: String = told.iter().rev().map(line).collect();
            return page(&format!("Évènements : {}", told.len()), &body);
        }
        if !self.is_signed(asked) {
            self.journal.strange("SUBSCRIBER: an event whose signature does not hold".to_owned());
            return Answer::new(401);
        }
        let id = asked.header("webhook-id").to_owned();
        if lock(&self.seen).insert(id.clone()) {
            lock(&self.told).push(Told { id, event: asked.json() });
        }
        Answer::new(204)
    }

    fn is_signed(&self, asked: &Asked) -> bool {
        let secret = lock(&self.secret).clone();
        let id = asked.header("webhook-id");
        let Ok(seconds) = asked.header("webhook-timestamp").parse::<i64>() else { return false };
        let is_fresh = (Timestamp::now().as_second() - seconds).abs() <= TOLERANCE_SECONDS;
        let expected = sign::webhook(&secret, id, seconds, &asked.body);
        let mut given = asked.header("webhook-signature").split(' ');
        is_fresh && !id.is_empty() && given.any(|one| Some(one) == expected.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Call;

    #[tokio::test]
    async fn only_what_is_signed_is_kept() {
        let subscriber = Subscriber::default();
        subscriber.trust("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let listener = http::listen(0).await.expect("a free port");
        let serving = subscriber.open(listener).expect("served");
        let body = "{\"type\":\"x\"}";
        let now = Timestamp::now().as_second();
        for (key, status) in [("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 204), ("whsec_AAAA", 401)]
        {
            let signature = sign::webhook(key, "m1", now, body.as_bytes()).expect("a secret");
            let call = Call::new("POST", &serving.url())
                .header("webhook-id", "m1")
                .header("webhook-timestamp", now.to_string())
                .header("webhook-signature", signature)
                .body("application/json", body);
            assert_eq!(call.send().await.expect("answered").status, status);
        }
        assert_eq!(subscriber.told().len(), 1);
    }
}
