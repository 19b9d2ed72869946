//! Messages out: persistent, confirmed, in order.

use std::sync::Arc;
use std::time::Duration;

use acquit_domain::Timestamp;
use acquit_domain::time::SECOND;
use lapin::options::{BasicPublishOptions, ConfirmSelectOptions, ExchangeDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Confirmation, ExchangeKind, PublisherConfirm};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::broker::{Broker, asked};
use super::{Fault, short};

/// How long a confirm may take: a broker that lost a node elects a new leader in that time.
const CONFIRM_TIMEOUT: Duration = Duration::from_secs(30);
/// AMQP 0-9-1, `delivery-mode`: kept on disk.
const PERSISTENT: u8 = 2;

/// Where messages go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A queue, made when there is none.
    Queue(String),
    /// A topic exchange, made when there is none.
    Exchange(String),
}

/// A message.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    /// Exchange; empty for the one that leads to the queue named by `route`.
    pub exchange: &'a str,
    /// Routing key.
    pub route: &'a str,
    /// `message-id`: the same whenever it is published again.
    pub id: &'a str,
    /// `type`.
    pub kind: &'a str,
    /// `correlation-id`: what it answers.
    pub correlation: Option<&'a str>,
    /// `content-type`.
    pub media: &'a str,
    /// Further headers.
    pub headers: &'a [(&'a str, &'a str)],
    /// `timestamp`.
    pub at: Timestamp,
    /// The bytes.
    pub body: &'a [u8],
    /// Whether some queue must take it; else `MQ-RETURN`.
    pub mandatory: bool,
}

/// Publishes over a channel of its own.
pub struct Publisher {
    broker: Arc<Broker>,
    target: Target,
    channel: Mutex<Option<Channel>>,
}

impl Publisher {
    /// A publisher; opens nothing yet.
    #[must_use]
    pub fn new(broker: Arc<Broker>, target: Target) -> Publisher {
        Publisher { broker, target, channel: Mutex::default() }
    }

    /// Publishes a message and waits until the broker confirms that it is kept.
    ///
    /// # Errors
    /// [`Fault`]: unless it is `MQ-RETURN`, the message may have been kept all the same.
    pub async fn publish(&self, message: &Message<'_>) -> Result<(), Fault> {
        self.publish_all(std::slice::from_ref(message)).await
    }

    /// Publishes messages in order and waits until all are confirmed.
    ///
    /// # Errors
    /// [`Fault`]: any of them may have been kept all the same.
    pub async fn publish_all(&self, messages: &[Message<'_>]) -> Result<(), Fault> {
        let mut held = self.channel.lock().await;
        let channel = match held.take().filter(|channel| channel.status().connected()) {
            Some(channel) => channel,
            None => self.open().await?,
        };
        let sent = send(&channel, messages).await;
        match &sent {
            Err(fault) if fault.code != "MQ-RETURN" => {
                // A confirm that comes late must not be taken for one of another message.
                let _ = asked(channel.close(200, short("given up"))).await;
            }
            _ => *held = Some(channel),
        }
        sent
    }

    async fn open(&self) -> Result<Channel, Fault> {
        let channel = match &self.target {
            Target::Queue(queue) => self.broker.beside(queue).await?,
            Target::Exchange(exchange) => {
                let channel = self.broker.channel().await?;
                let durable =
                    ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
                let (name, none) = (short(exchange), FieldTable::default());
                asked(channel.exchange_declare(name, ExchangeKind::Topic, durable, none)).await?;
                channel
            }
        };
        asked(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(channel)
    }
}

async fn send(channel: &Channel, messages: &[Message<'_>]) -> Result<(), Fault> {
    let mut confirms = Vec::with_capacity(messages.len());
    for message in messages {
        confirms.push(put(channel, message).await?);
    }
    let all = async {
        for confirm in confirms {
            judged(confirm.await?)?;
        }
        Ok(())
    };
    let late = || {
        let seconds = CONFIRM_TIMEOUT.as_secs();
        Fault::new("MQ-TIMEOUT", format!("the broker did not confirm within {seconds} s"))
    };
    timeout(CONFIRM_TIMEOUT, all).await.unwrap_or_else(|_| Err(late()))
}

async fn put(channel: &Channel, message: &Message<'_>) -> Result<PublisherConfirm, Fault> {
    let mut headers = FieldTable::default();
    for (name, value) in message.headers {
        headers.insert(short(name), AMQPValue::LongString((*value).into()));
    }
    let seconds = u64::try_from(message.at.0 / SECOND).unwrap_or_default();
    let mut properties = BasicProperties::default()
        .with_delivery_mode(PERSISTENT)
        .with_message_id(short(message.id))
        .with_type(short(message.kind))
        .with_content_type(short(message.media))
        .with_timestamp(seconds)
        .with_app_id(short("acquit"))
        .with_headers(headers);
    if let Some(correlation) = message.correlation {
        properties = properties.with_correlation_id(short(correlation));
    }
    let options = BasicPublishOptions { mandatory: message.mandatory, immediate: false };
    let (exchange, route) = (short(message.exchange), short(message.route));
    asked(channel.basic_publish(exchange, route, options, message.body, properties)).await
}

fn judged(confirmation: Confirmation) -> Result<(), Fault> {
    match confirmation {
        Confirmation::Ack(None) => Ok(()),
        Confirmation::Ack(Some(returned)) | Confirmation::Nack(Some(returned)) => {
            let text = format!("no queue takes it: {}", returned.reply_text);
            Err(Fault::new("MQ-RETURN", text))
        }
        Confirmation::Nack(None) => Err(Fault::new("MQ-NACK", "the broker could not keep it")),
        Confirmation::NotRequested => Err(Fault::new("MQ-DOWN", "confirms are off")),
    }
}
