//! The numbered scripts that bring a database to the schema of this version.
//!
//! A script that was released is never edited: what changes comes as the next number.

use crate::error::{Error, Result};
use crate::link::Link;
use crate::value::Value;

/// Every script, by the number of the schema it makes.
const SCRIPTS: &[(i64, &str)] = &[
    (1, include_str!("../migrations/0001_tables.sql")),
    (2, include_str!("../migrations/0002_parts.sql")),
    (3, include_str!("../migrations/0003_payments.sql")),
    (4, include_str!("../migrations/0004_clocks.sql")),
    (5, include_str!("../migrations/0005_expected.sql")),
];

const VERSION_TABLE: &str =
    "CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)";
const VERSION: &str = "SELECT coalesce(max(version), 0) FROM schema_version";
const ADD_VERSION: &str = "INSERT INTO schema_version (version) VALUES ($1)";

/// Brings the database to the newest schema.
///
/// # Errors
/// [`Error::Newer`] when a newer version of the engine made it.
pub(crate) fn migrate(link: &Link) -> Result<()> {
    // In one transaction: of two nodes that start together one waits, and finds it done.
    link.transaction(|link| {
        link.script(VERSION_TABLE)?;
        let found = check(link)?;
        for (number, script) in SCRIPTS.iter().filter(|(number, _)| *number > found) {
            link.schema(*number, script)?;
            link.execute(ADD_VERSION, &[Value::Int(*number)])?;
        }
        Ok(())
    })
}

/// The schema number of the database.
///
/// # Errors
/// [`Error::Newer`] when this version of the engine does not know it.
pub(crate) fn check(link: &Link) -> Result<i64> {
    let found = link.number(VERSION)?;
    let known = SCRIPTS.last().map_or(0, |(number, _)| *number);
    if found > known {
        return Err(Error::Newer { found, known });
    }
    Ok(found)
}
