//! A running engine beside a real broker (`ACQUIT_TEST_AMQP`, an address of RabbitMQ): parcels in,
//! letters and events out, and the hostile inputs of the channel `amqp`. Without the address only
//! what needs no broker is proven, and the rest says so.

mod broker;
mod events;
mod house;
mod inward;
mod outward;
