//! A broker: one connection, shared by all channels over it.

use std::time::{Duration, Instant};

use async_rs::Runtime;
use lapin::options::{QueueDeclareOptions, QueueDeleteOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::uri::{AMQPScheme, AMQPUri};
use lapin::{Channel, Connection, ConnectionProperties};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::transport::{self, Transport};
use super::{Fault, short};

/// How long opening a connection may take, and any question to the broker.
const ASK_TIMEOUT: Duration = Duration::from_secs(10);
/// Seconds between two signs of life; a peer that gives none twice is gone.
const HEARTBEAT: u16 = 10;

/// One connection to a broker, opened when it is needed and again when it was lost.
pub struct Broker {
    uri: AMQPUri,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    connection: Option<Connection>,
    /// The last attempt that failed: who waited for it meanwhile need not repeat it.
    failed: Option<(Instant, Fault)>,
}

impl Broker {
    /// A broker at `amqp://` or `amqps://` host, port and virtual host, with an account unless
    /// the address holds one. Connects nowhere yet.
    ///
    /// # Errors
    /// When the address is none; the address is not in the message, since it may hold a password.
    pub fn new(url: &str, account: Option<(&str, &str)>) -> Result<Broker, String> {
        let wrong = |_| "no address such as amqp://host:5672/%2f".to_owned();
        let mut uri: AMQPUri = url.parse().map_err(wrong)?;
        if let Some((user, password)) = account {
            user.clone_into(&mut uri.authority.userinfo.username);
            password.clone_into(&mut uri.authority.userinfo.password);
        }
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        Ok(Broker { uri, held: Mutex::default() })
    }

    /// Host, port and virtual host: what may be shown.
    #[must_use]
    pub fn address(&self) -> String {
        format!("{}:{}/{}", self.uri.authority.host, self.uri.authority.port, self.uri.vhost)
    }

    /// A channel of its own.
    pub(super) async fn channel(&self) -> Result<Channel, Fault> {
        let begun = Instant::now();
        let mut held = self.held.lock().await;
        if let Some(connection) = &held.connection
            && connection.status().connected()
        {
            return asked(connection.create_channel()).await;
        }
        if let Some((at, fault)) = &held.failed
            && *at >= begun
        {
            return Err(fault.clone());
        }
        held.connection = None;
        match asked(self.connect()).await {
            Ok(connection) => {
                let channel = asked(connection.create_channel()).await;
                *held = Held { connection: Some(connection), failed: None };
                channel
            }
            Err(fault) => {
                held.failed = Some((Instant::now(), fault.clone()));
                Err(fault)
            }
        }
    }

    async fn connect(&self) -> lapin::Result<Connection> {
        let runtime = Runtime::new(Transport::current());
        let name = concat!("acquit ", env!("CARGO_PKG_VERSION"));
        let properties = ConnectionProperties::default().with_connection_name(name.into());
        let dial = async |uri: AMQPUri, _: Runtime<Transport>| {
            let tls = uri.scheme == AMQPScheme::AMQPS;
            let stream = transport::dial(&uri.authority.host, uri.authority.port, tls).await?;
            Ok(lapin::tcp::AsyncTcpStream::Plain(stream))
        };
        Connection::connector(self.uri.clone(), runtime, dial, properties).await
    }

    /// A channel beside a queue that is there: as it is when it exists, whoever made it, else as a
    /// quorum queue, which keeps every message on most nodes before it confirms it.
    pub(super) async fn beside(&self, queue: &str) -> Result<Channel, Fault> {
        let channel = self.channel().await?;
        let passive = QueueDeclareOptions { passive: true, ..QueueDeclareOptions::default() };
        let looked = channel.queue_declare(short(queue), passive, FieldTable::default());
        match asked(looked).await {
            Ok(_) => Ok(channel),
            // The broker closes a channel that asked for what is not there.
            Err(fault) if fault.code == "MQ-TOPO" => {
                let channel = self.channel().await?;
                let mut kind = FieldTable::default();
                kind.insert("x-queue-type".into(), AMQPValue::LongString("quorum".into()));
                let durable = QueueDeclareOptions::durable();
                asked(channel.queue_declare(short(queue), durable, kind)).await?;
                Ok(channel)
            }
            Err(fault) => Err(fault),
        }
    }

    /// Removes a queue with what is in it. For those who clear up.
    ///
    /// # Errors
    /// [`Fault`] when the broker does not.
    pub async fn remove(&self, queue: &str) -> Result<(), Fault> {
        let channel = self.channel().await?;
        asked(channel.queue_delete(short(queue), QueueDeleteOptions::default())).await.map(drop)
    }

    /// Closes the connection; the next call opens another.
    pub async fn close(&self) {
        let connection = self.held.lock().await.connection.take();
        if let Some(connection) = connection {
            // Gone already is closed as well.
            let _ = asked(connection.close(200, short("goodbye"))).await;
        }
    }
}

/// What a question to the broker gives, in time.
pub(super) async fn asked<T>(question: impl Future<Output = lapin::Result<T>>) -> Result<T, Fault> {
    match timeout(ASK_TIMEOUT, question).await {
        Ok(answer) => answer.map_err(Fault::from),
        Err(_) => {
            let seconds = ASK_TIMEOUT.as_secs();
            Err(Fault::new("MQ-DOWN", format!("the broker did not answer within {seconds} s")))
        }
    }
}
