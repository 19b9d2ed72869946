//! Letters to a partner over a broker.

use super::routes::Routes;
use crate::shell::Engine;
use crate::shell::outbound::{Handed, Handing, Outlet};
use acquit_connectors::amqp::{Broker, Fault, Message, Publisher, Target};
use acquit_connectors::push::{ANSWERS_HEADER, REFERENCE_HEADER};
use acquit_domain::{Letter, Timestamp};
use std::sync::Arc;

/// A partner's way out.
pub(super) struct Letters {
    engine: Engine,
    publisher: Publisher,
    queue: String,
    routes: Arc<Routes>,
}

impl Letters {
    /// The way to a queue, and to where senders say their answers go.
    pub(super) fn new(
        engine: Engine,
        broker: Arc<Broker>,
        queue: String,
        routes: Arc<Routes>,
    ) -> Letters {
        let publisher = Publisher::new(broker, Target::Queue(queue.clone()));
        Letters { engine, publisher, queue, routes }
    }

    /// Publishes a letter as an answer to a message.
    pub(super) async fn answer(
        &self,
        letter: &Letter,
        (correlation, reply_to): (&str, Option<&str>),
        at: Timestamp,
    ) -> Result<(), Fault> {
        let id = letter.id.to_string();
        let answers = letter.answers.map(|id| id.to_string()).unwrap_or_default();
        let headers =
            [(REFERENCE_HEADER, letter.reference.as_str()), (ANSWERS_HEADER, answers.as_str())];
        let headers = if letter.answers.is_some() { &headers[..] } else { &headers[..1] };
        let message = |route| Message {
            exchange: "",
            route,
            id: &id,
            kind: letter.kind.key(),
            correlation: Some(correlation).filter(|text| !text.is_empty()),
            media: letter.media.key(),
            headers,
            at,
            body: &letter.body,
            mandatory: true,
        };
        if let Some(reply_to) = reply_to {
            match self.publisher.publish(&message(reply_to)).await {
                // Its sender went away: the partner's own queue holds it.
                Err(fault) if fault.code == "MQ-RETURN" => {}
                done => return done,
            }
        }
        self.publisher.publish(&message(&self.queue)).await
    }

    /// What a letter answers, in the partner's words: the name its message came under.
    async fn correlation(&self, letter: &Letter) -> acquit_store::Result<String> {
        let Some(parcel) = letter.answers else { return Ok(String::new()) };
        let parcel = self.engine.store.parcel(parcel).await?;
        Ok(parcel.map(|parcel| parcel.name).unwrap_or_default())
    }
}

impl Outlet for Letters {
    fn deliver<'a>(&'a self, letter: &'a Letter, at: Timestamp) -> Handing<'a> {
        Box::pin(async move {
            let correlation = match self.correlation(letter).await {
                Ok(correlation) => correlation,
                Err(error) => return Handed::later(error.to_string()),
            };
            let reply_to = letter.answers.and_then(|parcel| self.routes.of(parcel));
            match self.answer(letter, (&correlation, reply_to.as_deref()), at).await {
                Ok(()) => Handed::Delivered,
                Err(fault) => Handed::later(fault.to_string()),
            }
        })
    }
}
