//! The other side: a partner at the broker, with a client of its own making.

use futures_util::StreamExt;
use lapin::options::{
    BasicAckOptions, BasicConsumeOptions, BasicPublishOptions, ConfirmSelectOptions,
    ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions, QueueDeleteOptions,
};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{BasicProperties, Channel, Connection, ConnectionProperties, ExchangeKind};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::time::timeout;

/// Variable with the broker's address.
pub(crate) const VARIABLE: &str = "ACQUIT_TEST_AMQP";
/// Longest a test waits for a message.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing must come to say that nothing comes.
const SILENCE: Duration = Duration::from_millis(700);

static NAMES: AtomicU32 = AtomicU32::new(0);

/// The broker's address, when there is one.
#[expect(clippy::print_stdout, reason = "tells what was skipped")]
pub(crate) fn url() -> Option<String> {
    let url = std::env::var(VARIABLE).ok().filter(|url| !url.is_empty());
    if url.is_none() {
        println!("skipped: {VARIABLE} names no broker");
    }
    url
}

/// A name nobody else uses.
pub(crate) fn unique(what: &str) -> String {
    let n = NAMES.fetch_add(1, Ordering::Relaxed);
    format!("acquit-test.{}.{n}.{what}", std::process::id())
}

/// A partner at the broker.
pub(crate) struct Peer {
    connection: Connection,
    channel: Channel,
}

/// A message as it came.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) correlation: String,
    pub(crate) route: String,
    pub(crate) body: String,
}

impl Peer {
    pub(crate) async fn new(url: &str) -> Peer {
        let connecting = Connection::connect(url, ConnectionProperties::default());
        let connection = connecting.await.expect("a broker");
        let channel = connection.create_channel().await.expect("a channel");
        let options = ConfirmSelectOptions::default();
        channel.confirm_select(options).await.expect("confirms");
        Peer { connection, channel }
    }

    /// Makes a quorum queue.
    pub(crate) async fn queue(&self, name: &str) {
        let mut kind = FieldTable::default();
        kind.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
        let durable = QueueDeclareOptions::durable();
        self.channel.queue_declare(name.into(), durable, kind).await.expect("a queue");
    }

    /// Makes an exchange.
    pub(crate) async fn exchange(&self, name: &str, kind: ExchangeKind) {
        let options = ExchangeDeclareOptions { durable: true, ..ExchangeDeclareOptions::default() };
        let declared =
            self.channel.exchange_declare(name.into(), kind, options, FieldTable::default());
        declared.await.expect("an exchange");
    }

    /// Removes an exchange.
    pub(crate) async fn remove_exchange(&self, name: &str) {
        let removed = self.channel.exchange_delete(name.into(), Default::default());
        removed.await.expect("removed");
    }

    /// Leads events of a topic into a queue.
    pub(crate) async fn bind(&self, queue: &str, exchange: &str, topic: &str) {
        let options = QueueBindOptions::default();
        let (queue, exchange) = (queue.into(), exchange.into());
        let none = FieldTable::default();
        let bound = self.channel.queue_bind(queue, exchange, topic.into(), options, none);
        bound.await.expect("bound");
    }

    /// Removes a queue.
    pub(crate) async fn remove(&self, name: &str) {
        let options = QueueDeleteOptions::default();
        self.channel.queue_delete(name.into(), options).await.expect("removed");
    }

    /// Puts a message into a queue.
    pub(crate) async fn send(&self, queue: &str, body: &[u8], properties: BasicProperties) {
        let options = BasicPublishOptions::default();
        let (none, queue) = ("".into(), queue.into());
        let sent = self.channel.basic_publish(none, queue, options, body, properties);
        let confirmed = sent.await.expect("sent").await.expect("confirmed");
        assert!(confirmed.is_ack());
    }

    /// Takes so many messages from a queue, and ends them.
    pub(crate) async fn take(&self, queue: &str, count: usize) -> Vec<Came> {
        let channel = self.connection.create_channel().await.expect("a channel");
        let options = BasicConsumeOptions::default();
        let tag = "".into();
        let consuming = channel.basic_consume(queue.into(), tag, options, FieldTable::default());
        let mut consumer = consuming.await.expect("a consumer");
        let mut came = Vec::new();
        while came.len() < count {
            let next = timeout(PATIENCE, consumer.next()).await;
            let next = next.unwrap_or_else(|_| panic!("only {came:?} came"));
            let delivery = next.expect("a message").expect("a message");
            let text = |value: &Option<lapin::types::ShortString>| {
                value.as_ref().map(ToString::to_string).unwrap_or_default()
            };
            came.push(Came {
                id: text(delivery.properties.message_id()),
                kind: text(delivery.properties.kind()),
                correlation: text(delivery.properties.correlation_id()),
                route: delivery.routing_key.to_string(),
                body: String::from_utf8_lossy(&delivery.data).into_owned(),
            });
            delivery.ack(BasicAckOptions::default()).await.expect("acknowledged");
        }
        // Before the consumer says farewell itself.
        channel.close(200, "done".into()).await.expect("closed");
        came
    }

    /// Takes a message and goes away without ending it, as one does who is killed.
    pub(crate) async fn crash_on(self, queue: &str) {
        let options = BasicConsumeOptions::default();
        let tag = "".into();
        let consuming =
            self.channel.basic_consume(queue.into(), tag, options, FieldTable::default());
        let mut consumer = consuming.await.expect("a consumer");
        let next = timeout(PATIENCE, consumer.next()).await.expect("in time");
        next.expect("a message").expect("a message");
        self.connection.close(200, "killed".into()).await.expect("closed");
    }

    /// Says that a queue is, and for a while stays, empty.
    pub(crate) async fn is_empty(&self, queue: &str) {
        let channel = self.connection.create_channel().await.expect("a channel");
        let options = BasicConsumeOptions::default();
        let tag = "".into();
        let consuming = channel.basic_consume(queue.into(), tag, options, FieldTable::default());
        let mut consumer = consuming.await.expect("a consumer");
        let next = timeout(SILENCE, consumer.next()).await;
        assert!(next.is_err(), "{queue} holds {next:?}");
        channel.close(200, "done".into()).await.expect("closed");
    }
}
