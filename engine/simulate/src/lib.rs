//! Simulated partners: each speaks its real protocol over HTTP, mail or files, and behaves, or
//! misbehaves when told to, as partners do.
//!
//! What this crate is *not*: it shares no code with the engine. Signatures, amounts and messages
//! are written here a second time, from the partners' documents, so that a mistake made on one
//! side is found by the other. It moves no real money and must never be reachable from outside.
//!
//! - [`cmi`]: the hosted card page, its callbacks, its status queries.
//! - [`fatourati`]: references of 13 digits, paid at a bank or a cash network.
//! - [`amanpay`]: a page to be redirected to, codes for cash, signed notifications.
//! - [`issuer`]: sends invoices, reads notices of payment, answers them.
//! - [`bank`]: what it says of transfers and cheques.
//! - [`mail`], [`subscriber`]: where letters to people and events arrive.
//! - [`drive`]: pays invoices from beginning to end and accounts for every centime.

pub mod amanpay;
pub mod amount;
pub mod bank;
pub mod cmi;
pub mod drive;
pub mod fatourati;
pub mod form;
pub mod http;
pub mod issuer;
pub mod journal;
pub mod mail;
pub mod misbehaviour;
pub mod pace;
pub mod page;
pub mod partners;
pub mod sign;
pub mod street;
pub mod subscriber;
pub mod xml;
