//! The gateway from outside: a real listener, payment providers that are small fakes, callbacks as
//! providers send them.
#![expect(clippy::unwrap_used, reason = "tests")]

mod amanpay;
mod asks;
mod bad;
mod cmi;
mod fake;
mod fatourati;
mod house;
mod money;
mod refunds;
#[path = "../http/samples.rs"]
#[expect(dead_code, reason = "the other test uses all of it")]
mod samples;
