//! Channels: bytes in, bytes out.
//!
//! A channel carries parcels between a partner and Acquit. What this crate is *not*: it never
//! looks inside a parcel, it decides nothing, it keeps no state that matters (what was taken is
//! known by the store, not by a folder), and it builds no path from a name a partner chose
//! unless that name was checked ([`name::FileName`]).
//!
//! Channels: [`folder`]; `sftp`, which is folders over SSH; `as2`; `mail`, `push` and `webhook`,
//! which go out; each behind a feature of its name.
//! `egress` is how every request over HTTP goes out. `http` inwards is served by the server itself.

#[cfg(feature = "amqp")]
pub mod amqp;
#[cfg(feature = "as2")]
pub mod as2;
#[cfg(feature = "webhook")]
pub mod egress;
pub mod folder;
#[cfg(feature = "mail")]
pub mod mail;
pub mod name;
#[cfg(feature = "webhook")]
pub mod push;
pub mod retry;
pub mod secret;
#[cfg(feature = "sftp")]
pub mod sftp;
#[cfg(feature = "webhook")]
pub mod webhook;
