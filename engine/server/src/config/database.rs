//! `[database]`: where state is kept.

use super::Secret;
use serde::Deserialize;

/// `[database]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `postgres://...`; absent: SQLite under `data`.
    pub url: Option<Secret>,
}
