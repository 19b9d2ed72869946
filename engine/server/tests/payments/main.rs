//! Payments from outside: a real listener, several providers at once, hostile rows, races, and the
//! guide's own day.
#![expect(clippy::unwrap_used, reason = "tests")]

mod crash;
mod events;
#[path = "../gateway/fake.rs"]
#[expect(dead_code, reason = "the gateway's tests use all of it")]
mod fake;
mod guide;
#[path = "../gateway/house.rs"]
#[expect(dead_code, reason = "the gateway's tests use all of it")]
mod house;
mod partners;
mod races;
mod rows;
#[path = "../http/samples.rs"]
#[expect(dead_code, reason = "the other test uses all of it")]
mod samples;
