//! The library half of the `acquit` binary: configuration, the shell that runs the pipeline, and
//! the HTTP surface.
//!
//! The binary itself is one call of [`cli::main`], so that the command line can be tested.
//!
//! What it is *not*: no rule of business is in it.

pub mod bootstrap;
pub mod cli;
pub mod config;
pub mod embedded;
pub mod gateway;
pub mod http;
#[cfg(feature = "faults")]
mod planted;
pub mod receipts;
mod records;
pub mod render;
pub mod service;
pub mod settlement;
pub mod shell;
#[cfg(feature = "otlp")]
pub mod telemetry;
