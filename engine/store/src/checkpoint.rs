//! Signed summaries of the log, each chained to the one before.
//!
//! A checkpoint is one line of text, so that it can be kept outside - in a file, at an issuer's,
//! at the portal's. A log rebuilt later cannot give the line that somebody else holds.

use crate::cursor::{of_hex, to_hex};
use crate::error::Result;
use crate::link::Link;
use crate::merkle::Tree;
use crate::store::Store;
use crate::value::{Value, fields};
use acquit_domain::Timestamp;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

/// Log rows after which the next checkpoint is due.
pub const CHECKPOINT_ROWS: i64 = 1000;

/// First word of every line, with the version of its form.
const MARK: &str = "acquit-checkpoint/1";

const HASHES: &str = "SELECT seq, hash FROM exchanges WHERE seq > $1 AND seq <= $2 ORDER BY seq";
const LAST: &str = "SELECT line FROM checkpoints ORDER BY last_seq DESC LIMIT 1";
const ADD: &str = "INSERT INTO checkpoints (last_seq, line) VALUES ($1, $2) ON CONFLICT DO NOTHING";
const ALL: &str = "SELECT line FROM checkpoints ORDER BY last_seq";

/// What a signed line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Position of the first log row it covers.
    pub first_seq: i64,
    /// Position of the last.
    pub last_seq: i64,
    /// Root of the tree over the hashes of these rows (RFC 6962, section 2.1).
    pub root: [u8; 32],
    /// SHA-256 of the line before; zero for the first.
    pub previous: [u8; 32],
    /// When it was made.
    pub at: Timestamp,
    /// Ed25519 public key of the signer.
    pub key: [u8; 32],
    /// Ed25519 signature (RFC 8032) of the line up to it.
    pub signature: [u8; 64],
}

impl Checkpoint {
    /// The part that is signed.
    fn signed_text(&self) -> String {
        let [root, previous, key] = [&self.root, &self.previous, &self.key].map(|h| to_hex(h));
        let (first, last, at) = (self.first_seq, self.last_seq, self.at.0);
        format!("{MARK} {first} {last} {root} {previous} {at} {key}")
    }

    /// The line, without its end.
    #[must_use]
    pub fn line(&self) -> String {
        format!("{} {}", self.signed_text(), to_hex(&self.signature))
    }

    /// Reads a line; `None` when it is no checkpoint or its signature is not its key's.
    #[must_use]
    pub fn parse(line: &str) -> Option<Checkpoint> {
        let mut words = line.trim_end().split(' ');
        if words.next()? != MARK {
            return None;
        }
        let (first_seq, last_seq) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let mut hash = || of_hex(words.next()?);
        let (root, previous) = (hash()?.try_into().ok()?, hash()?.try_into().ok()?);
        let at = Timestamp(words.next()?.parse().ok()?);
        let mut hash = || of_hex(words.next()?);
        let (key, signature) = (hash()?.try_into().ok()?, hash()?.try_into().ok()?);
        let read = Checkpoint { first_seq, last_seq, root, previous, at, key, signature };
        (words.next().is_none() && read.is_signed()).then_some(read)
    }

    fn is_signed(&self) -> bool {
        let signature = Signature::from_bytes(&self.signature);
        VerifyingKey::from_bytes(&self.key)
            .is_ok_and(|key| key.verify_strict(self.signed_text().as_bytes(), &signature).is_ok())
    }
}

/// SHA-256 of a line: what the next one names as the one before.
pub(crate) fn line_hash(line: &str) -> [u8; 32] {
    Sha256::digest(line.as_bytes()).into()
}

/// The lines the database holds, oldest first.
pub(crate) fn lines(link: &Link) -> Result<Vec<String>> {
    link.select(ALL, &[])?.into_iter().map(|row| fields("checkpoints", row).text()).collect()
}

impl Store {
    /// Signs a checkpoint over the rows since the last one; `None` when there are none. The line
    /// of the result is to be kept outside too.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn checkpoint(
        &self,
        signer: &SigningKey,
        now: Timestamp,
    ) -> Result<Option<Checkpoint>> {
        let Some(mut made) = self.read(unsigned).await? else {
            return Ok(None);
        };
        made.at = now;
        made.key = signer.verifying_key().to_bytes();
        made.signature = signer.sign(made.signed_text().as_bytes()).to_bytes();
        let args: [Value; 2] = [made.last_seq.into(), made.line().into()];
        let covered = made.first_seq - 1;
        let written = self.write(move |link| {
            // Another node may have signed one meanwhile, which the next one is to follow.
            match covered_by(last_line(link)?.as_deref()) == covered {
                true => link.execute(ADD, &args),
                false => Ok(0),
            }
        });
        let written = written.await?;
        Ok((written > 0).then_some(made))
    }

    /// Every checkpoint's line, oldest first.
    ///
    /// # Errors
    /// What the database says, or a row that cannot be.
    pub async fn checkpoints(&self) -> Result<Vec<String>> {
        self.read(lines).await
    }
}

fn last_line(link: &Link) -> Result<Option<String>> {
    let row = link.select(LAST, &[])?.pop();
    row.map(|row| fields("checkpoints", row).text()).transpose()
}

/// Position of the last log row a line covers; 0 without a line.
fn covered_by(line: Option<&str>) -> i64 {
    line.and_then(Checkpoint::parse).map_or(0, |checkpoint| checkpoint.last_seq)
}

/// The checkpoint over the rows since the last one, without time, key and signature.
fn unsigned(link: &Link) -> Result<Option<Checkpoint>> {
    let last_line = last_line(link)?;
    let covered = covered_by(last_line.as_deref());
    let last = crate::commit::last_seq(link)?;
    if last <= covered {
        return Ok(None);
    }
    let mut tree = Tree::default();
    link.each_or_not(HASHES, &[covered.into(), last.into()], |row| {
        let mut row = fields("exchanges", row?);
        row.int()?;
        tree.push(&row.hash()?);
        Ok(())
    })?;
    let previous = last_line.map_or([0; 32], |line| line_hash(&line));
    #[cfg(feature = "faults")]
    let previous = if crate::planted::is("checkpoint_unchained") { [7; 32] } else { previous };
    Ok(Some(Checkpoint {
        first_seq: covered + 1,
        last_seq: last,
        root: tree.root(),
        previous,
        at: Timestamp(0),
        key: [0; 32],
        signature: [0; 64],
    }))
}
