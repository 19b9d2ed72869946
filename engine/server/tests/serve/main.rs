//! The program as a process of its own: folder channels, large files, and what a crash leaves.

mod bulk;
mod crash;
mod folder;
mod server;
#[cfg(feature = "sftp")]
mod sftp;
mod tail;
#[cfg(feature = "otlp")]
mod traces;
