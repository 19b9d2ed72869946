//! Payment receipts: what a payer keeps, as one PDF.
//!
//! A receipt says who paid what to whom, by which means, under which references, and how long a
//! claim can be made (user guide, "Reçu de paiement"). It carries a QR code with the address where
//! it can be verified. The bytes are a function of [`ReceiptData`] and a language: no clock, no
//! random number, so that a receipt asked for again is the same file.
//!
//! What this crate is *not*: it decides nothing (whoever asks for a receipt knows that the payment
//! is confirmed), it reads no store and no rulebook, and it lays out no other document.
//!
//! Lengths are whole twips, twentieths of a point: no rounding, and no float is computed with.

mod canvas;
mod data;
mod document;
mod figures;
mod layout;
mod lettering;
mod qr;
mod words;

pub use data::{CLAIM_DAYS, Named, ReceiptData, ReceiptLine, References};
pub use document::{LINES_MAX, ReceiptError, pdf};
