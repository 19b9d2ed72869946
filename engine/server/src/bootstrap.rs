//! What a start needs before anything is taken: an operator's key, printed once; the signing key
//! of the log's checkpoints; the rulebook's directory in the store.

use crate::http::wire::hex;
use crate::shell::arrival::random;
use acquit_domain::{Party, PartyCode, Role, Timestamp};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::{KeyHolder, Store};
use ed25519_dalek::SigningKey;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// What a key of this server begins with, so that it is recognised where it must not be.
pub const KEY_PREFIX: &str = "acq_";

/// The party of the first operator key.
pub const OPERATOR: &str = "OPERATOR";

/// File of the signing key, in the data folder.
pub const SIGNING_KEY_FILE: &str = "signing.key";

/// A key, as it is shown once and never again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshKey {
    /// The party it belongs to.
    pub party: PartyCode,
    /// What it lets its holder do.
    pub role: Role,
    /// The key itself.
    pub key: String,
}

/// Makes a key for a party and stores its hash.
///
/// # Errors
/// When the store cannot write.
pub async fn new_key(
    store: &Store,
    party: PartyCode,
    role: Role,
    label: &str,
    now: Timestamp,
) -> Result<FreshKey, acquit_store::Error> {
    let key = format!("{KEY_PREFIX}{}", hex(&random::<32>()));
    let hash: [u8; 32] = Sha256::digest(key.as_bytes()).into();
    let holder = KeyHolder {
        party: party.clone(),
        role,
        label: label.to_owned(),
        created_at: now,
        revoked_at: None,
    };
    store.add_key(hash, holder).await?;
    Ok(FreshKey { party, role, key })
}

/// The first operator key of a store that has no key at all; `None` when it has one.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn first_keys(
    store: &Store,
    now: Timestamp,
) -> Result<Option<FreshKey>, acquit_store::Error> {
    if !store.keys().await?.is_empty() {
        return Ok(None);
    }
    let party = PartyCode::new(OPERATOR).expect("the operator's code is a code");
    new_key(store, party, Role::Operator, "first operator", now).await.map(Some)
}

/// Puts the rulebook's directory into the store, where people look for parties: what the book
/// says stands above what messages said, and what only messages said stays. A party that is in
/// the store as the book has it is not written again.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn put_directory(store: &Store, book: &Rulebook) -> Result<(), acquit_store::Error> {
    let mut changed = Vec::new();
    for mut party in directory(book) {
        let held = store.party(party.code.clone()).await?;
        if let Some(held) = &held {
            fill_in(&mut party, held);
        }
        if held.as_ref() != Some(&party) {
            changed.push(party);
        }
    }
    match changed.is_empty() {
        true => Ok(()),
        false => store.put_parties(changed).await,
    }
}

/// Every party the book names, once: clients, then partners with an agreement, then parties with
/// an entry of their own, of which the last one written stands.
fn directory(book: &Rulebook) -> Vec<Party> {
    let mut found: BTreeMap<PartyCode, Party> = BTreeMap::new();
    let mut put = |party: Party| found.insert(party.code.clone(), party);
    for client in &book.parties.clients {
        put(client.clone());
    }
    for agreement in &book.agreements {
        let Some(code) = PartyCode::new(&agreement.code) else { continue };
        let named = Party::named(code, Role::Issuer, agreement.name.clone());
        put(Party { active: agreement.active, ..named });
    }
    for party in &book.parties.parties {
        let agreed = book.agreement(&party.code).is_none_or(|agreement| agreement.active);
        put(Party { active: party.active && agreed, ..party.clone() });
    }
    found.into_values().collect()
}

/// Keeps what is held of a party where the book says nothing.
fn fill_in(party: &mut Party, held: &Party) {
    for (said, known) in [
        (&mut party.cin, &held.cin),
        (&mut party.rc_centre, &held.rc_centre),
        (&mut party.rc, &held.rc),
        (&mut party.ifu, &held.ifu),
        (&mut party.ice, &held.ice),
        (&mut party.address, &held.address),
    ] {
        if said.is_empty() {
            said.clone_from(known);
        }
    }
}

/// The key that signs the log's checkpoints: read from the data folder, or made there, readable
/// by this user alone.
///
/// # Errors
/// When the file cannot be read or made, or does not hold a key.
pub fn signing_key(data: &Path) -> io::Result<SigningKey> {
    let path = data.join(SIGNING_KEY_FILE);
    let mut seed = [0; 32];
    match File::open(&path) {
        Ok(mut file) => {
            file.read_exact(&mut seed)?;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            seed = random();
            let mut file =
                OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(&seed)?;
            file.sync_all()?;
        }
        Err(error) => return Err(error),
    }
    Ok(SigningKey::from_bytes(&seed))
}
