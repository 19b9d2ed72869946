//! Channels: bytes in, bytes out.
//!
//! A channel carries parcels between a partner and Acquit. What this crate is *not*: it never
//! looks inside a parcel, it decides nothing, it keeps no state that matters (what was taken is
//! known by the store, not by a folder), and it builds no path from a name a partner chose
//! unless that name was checked ([`name::FileName`]).
//!
//! There is one channel so far: [`folder`]. `http` is served by the server itself.

pub mod folder;
pub mod name;
