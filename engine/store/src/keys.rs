//! Keys of callers. The key itself is never stored, only its SHA-256.

use crate::error::Result;
use crate::store::Store;
use crate::value::{Value, fields};
use acquit_domain::{PartyCode, Role, Timestamp};

const ADD: &str = "INSERT INTO keys (sha256, party, role, label, created_at)
VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
const REVOKE: &str = "UPDATE keys SET revoked_at = $2 WHERE sha256 = $1 AND revoked_at IS NULL";
const FIND: &str = "SELECT party, role, label, created_at, revoked_at FROM keys
WHERE sha256 = $1";
const ALL: &str = "SELECT party, role, label, created_at, revoked_at FROM keys
ORDER BY created_at, sha256";

/// Whose key it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyHolder {
    /// The party it belongs to.
    pub party: PartyCode,
    /// What it lets its holder do.
    pub role: Role,
    /// What people call it.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ceased to be valid; `None` as long as it is.
    pub revoked_at: Option<Timestamp>,
}

impl Store {
    /// Adds a key by its hash; false when it is there already.
    ///
    /// # Errors
    /// What the database says.
    pub async fn add_key(&self, sha256: [u8; 32], holder: KeyHolder) -> Result<bool> {
        self.write(move |link| {
            let args = [
                sha256.into(),
                holder.party.as_str().into(),
                Value::Word(holder.role.key()),
                holder.label.into(),
                holder.created_at.into(),
            ];
            Ok(link.execute(ADD, &args)? > 0)
        })
        .await
    }

    /// Whose key has this hash; a revoked one says when it was revoked.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn key(&self, sha256: [u8; 32]) -> Result<Option<KeyHolder>> {
        self.read(move |link| {
            let rows = link.select(FIND, &[sha256.into()])?;
            rows.into_iter().next().map(holder_of).transpose()
        })
        .await
    }

    /// Every key, oldest first.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn keys(&self) -> Result<Vec<KeyHolder>> {
        self.read(|link| link.select(ALL, &[])?.into_iter().map(holder_of).collect()).await
    }

    /// Ends the life of a key; false when it had ended, or was none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn revoke_key(&self, sha256: [u8; 32], now: Timestamp) -> Result<bool> {
        self.write(move |link| Ok(link.execute(REVOKE, &[sha256.into(), now.into()])? > 0)).await
    }
}

fn holder_of(row: Vec<Value>) -> Result<KeyHolder> {
    let mut row = fields("keys", row);
    Ok(KeyHolder {
        party: row.word(PartyCode::new)?,
        role: row.word(Role::of)?,
        label: row.text()?,
        created_at: row.time()?,
        revoked_at: row.int_or_none()?.map(Timestamp),
    })
}
