//! AS2 (RFC 4130): business messages over HTTP, signed, encrypted, compressed, and receipted.
//!
//! ```text
//! out: Cargo    --build-->  Posting --HTTP--> answer --read, judge--> Proof
//! in:  headers, body --Head::read--> agreement --open--> Received | Refused --write--> receipt
//! ```
//!
//! Everything here but [`send`] is pure: no socket, no clock, no file. Sources: RFC 4130 (AS2),
//! RFC 5402 (compression), RFC 8551 (S/MIME 4.0), RFC 5652 (CMS), RFC 8098 (receipts).
//!
//! Keys are worked with by the OpenSSL of the system (feature `as2`): decrypting with RSA in plain
//! Rust has an open advisory on its timing (RUSTSEC-2023-0071), and here whoever can reach the
//! address may have a message decrypted.
//!
//! What this module is *not*: it finds no partner and keeps nothing. The server says which
//! agreement counts, and remembers which receipt it gave.

mod agreement;
mod algorithm;
mod certificate;
mod cms;
mod compress;
mod der;
mod disposition;
mod head;
mod inbound;
mod mime;
mod name;
mod outbound;
mod receipt;
mod send;

pub use agreement::{Agreement, Compress, Inward, Need, Outward, Wanted};
pub use algorithm::{Cipher, Digest};
pub use certificate::{
    CERTIFICATES_MAX, Certificate, CertificateFault, Identity, KEY_BITS_MIN, Uses,
};
pub use cms::{CmsFault, SIGNERS_MAX};
pub use compress::{INFLATED_FREE, INFLATED_MAX, InflateFault, RATIO_MAX};
pub use disposition::{Disposition, Modifier};
pub use head::{ADDRESS_MAX, Head, HeadFault, ReceiptRequest, Signing};
pub use inbound::{Protection, Received, Refused, duplicate, open, unknown_partner};
pub use mime::{HEAD_MAX, HEADERS_MAX, Media, PARTS_MAX, header};
pub use name::{MESSAGE_ID_MAX, NAME_MAX, Name, message_id};
pub use outbound::{BuildFault, Cargo, Expected, Mic, Posting, build, encrypting};
pub use receipt::{
    Proof, Receipt, ReceiptFault, Told, is_receipt, judge, names, read, unexpected, write,
};
pub use send::{Sending, Sent, post, send};

/// The version of AS2 that is spoken: 1.2 takes compression (RFC 4130, section 6.1).
pub const VERSION: &str = "1.2";
/// What the platform calls itself in receipts.
const AGENT: &str = concat!("Acquit/", env!("CARGO_PKG_VERSION"));
