//! SFTP: the folders of the [folder channel](crate::folder), reached over SSH.
//!
//! Two ways, and both end in the partner's folder, where the folder channel takes files from and
//! puts letters into:
//!
//! - [`server`]: partners come to us. Each sees its own folders and nothing else; a file they
//!   upload appears under its name when it is whole, durable before its writer is told.
//! - [`mirror`]: we go to them. Files they leave in a folder of theirs are fetched, letters are
//!   put into another.
//!
//! What this module is *not*: it is no shell, forwards no port, follows no link, and never looks
//! inside a file. Sources: RFC 4251-4254 (SSH), draft-ietf-secsh-filexfer-02 (SFTP version 3).

mod files;
pub mod mirror;
mod place;
pub mod server;

/// A key or a fingerprint that does not read, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit(pub String);

impl std::fmt::Display for Unfit {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Unfit {}
