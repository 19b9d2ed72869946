//! Messages in: each stays the broker's until it is done.

use futures_util::StreamExt;
use lapin::Acker;
use lapin::message::Delivery;
use lapin::options::{BasicAckOptions, BasicConsumeOptions, BasicQosOptions};
use lapin::types::{AMQPValue, FieldTable, ShortString};

use super::broker::{Broker, asked};
use super::{Fault, short};

/// Header in which a quorum queue counts the deliveries of a message that came back.
const COUNT_HEADER: &str = "x-delivery-count";

/// Takes messages from one queue.
pub struct Consumer {
    inner: lapin::Consumer,
    channel: lapin::Channel,
}

/// A message that arrived.
pub struct Arrived {
    /// `message-id`; empty when there is none.
    pub id: String,
    /// `correlation-id`; empty when there is none.
    pub correlation: String,
    /// `reply-to`; empty when there is none.
    pub reply_to: String,
    /// `content-type`; empty when there is none.
    pub media: String,
    /// Whether it was delivered before.
    pub redelivered: bool,
    /// How often it came back before, as far as the queue counts. A message that never came back
    /// has no count, whatever its sender wrote into the header.
    pub returns: u32,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What ends it.
    pub receipt: Receipt,
}

/// Ends a message; dropped, the message comes again when the channel ends.
pub struct Receipt(Acker);

impl Receipt {
    /// The message is stored here: the broker may forget it.
    ///
    /// # Errors
    /// [`Fault`] when the channel is gone: the message comes again.
    pub async fn done(self) -> Result<(), Fault> {
        asked(self.0.ack(BasicAckOptions::default())).await.map(drop)
    }
}

impl Consumer {
    /// Takes messages from a queue, at most `unsettled` of them not ended at a time. The queue is
    /// made when there is none.
    ///
    /// # Errors
    /// [`Fault`] when the broker is not there or does not let us.
    pub async fn open(broker: &Broker, queue: &str, unsettled: u16) -> Result<Consumer, Fault> {
        let channel = broker.beside(queue).await?;
        asked(channel.basic_qos(unsettled, BasicQosOptions::default())).await?;
        let options = BasicConsumeOptions::default();
        let consuming =
            channel.basic_consume(short(queue), short(""), options, FieldTable::default());
        Ok(Consumer { inner: asked(consuming).await?, channel })
    }

    /// Ends it; what is not ended goes back to the queue. The channel goes first: an answer to the
    /// consumer's own farewell on a channel that is closing would cost the whole connection.
    pub async fn close(self) {
        // Gone already is closed as well.
        let _ = asked(self.channel.close(200, short("goodbye"))).await;
        drop(self.inner);
    }

    /// The next message.
    ///
    /// # Errors
    /// [`Fault`] when the channel is gone or the queue was removed; open another then.
    pub async fn next(&mut self) -> Result<Arrived, Fault> {
        match self.inner.next().await {
            Some(Ok(delivery)) => Ok(arrived(delivery)),
            Some(Err(error)) => Err(error.into()),
            None => Err(Fault::new("MQ-TOPO", "the broker ended the consumer")),
        }
    }
}

fn arrived(delivery: Delivery) -> Arrived {
    let text = |value: &Option<ShortString>| {
        value.as_ref().map(|value| value.as_str().to_owned()).unwrap_or_default()
    };
    let properties = &delivery.properties;
    let headers = properties.headers().as_ref();
    let count = headers.and_then(|table| table.inner().get(COUNT_HEADER)).and_then(number);
    Arrived {
        id: text(properties.message_id()),
        correlation: text(properties.correlation_id()),
        reply_to: text(properties.reply_to()),
        media: text(properties.content_type()),
        redelivered: delivery.redelivered,
        returns: count.filter(|_| delivery.redelivered).unwrap_or(0),
        bytes: delivery.data,
        receipt: Receipt(delivery.acker),
    }
}

fn number(value: &AMQPValue) -> Option<u32> {
    match value {
        AMQPValue::LongLongInt(number) => u32::try_from(*number).ok(),
        AMQPValue::LongInt(number) => u32::try_from(*number).ok(),
        AMQPValue::LongUInt(number) => Some(*number),
        AMQPValue::ShortInt(number) => u32::try_from(*number).ok(),
        AMQPValue::ShortUInt(number) => Some(u32::from(*number)),
        AMQPValue::ShortShortInt(number) => u32::try_from(*number).ok(),
        AMQPValue::ShortShortUInt(number) => Some(u32::from(*number)),
        _ => None,
    }
}
