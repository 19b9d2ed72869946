//! What every store must do, whatever database it stands on. Each function takes an empty store.

#![allow(unreachable_pub, reason = "test modules are shared by path")]
mod commits;
mod lists;
mod pay;
mod pay_lists;
pub mod pay_sample;
mod races;
mod registers;
mod searches;
mod texts;
mod turns;

pub use commits::*;
pub use lists::*;
pub use pay::*;
pub use pay_lists::*;
pub use races::*;
pub use registers::*;
pub use searches::*;
pub use texts::*;
pub use turns::*;

use crate::sample;
use acquit_domain::{Outcome, Role};
use acquit_store::{CommitResult, Store, Viewer};

pub fn viewer(role: Role, code: &str) -> Viewer {
    Viewer { party: sample::party(code), role }
}

pub fn operator() -> Viewer {
    viewer(Role::Operator, "OPERATOR")
}

/// Commits outcomes that must all be taken.
pub async fn take(store: &Store, outcomes: Vec<Outcome>) {
    let results = store.commit(outcomes).await.expect("the store takes them");
    assert!(results.iter().all(|result| *result == CommitResult::Committed), "{results:?}");
}
