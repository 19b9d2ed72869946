//! Payments decided: the transitions as a table, and laws over random lives.
#![expect(clippy::disallowed_methods, reason = "tests read golden files")]

mod facts;
mod house;
mod lives;
#[path = "../support/mod.rs"]
mod support;
mod talk;
mod transitions;

/// Every means an agreement may name is offered by some provider.
#[test]
fn every_means_is_offered() {
    let book = support::book();
    let table = book.code_table(acquit_mapping::rulebook::MEANS).expect("there is such a table");
    for means in table.keys() {
        assert!(book.means(means).is_some(), "{means}");
    }
}
