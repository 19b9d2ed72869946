//! What the tests share: the repository as a list of files, recipes of hostile inputs, mutants,
//! generated interchanges, the segment tables, and the bodies of the fuzz targets.
//!
//! What this crate is *not*: it holds no rule of the product, and the product never names it.

pub mod acknowledgement;
pub mod directories;
pub mod house;
pub mod invoices;
pub mod mutants;
pub mod recipe;
pub mod repository;
mod rules_targets;
pub mod targets;
