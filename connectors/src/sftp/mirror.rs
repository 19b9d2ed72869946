//! The client: a partner's server is visited, what lies there for us is fetched into the partner's
//! folder, and letters in it are put there.
//!
//! ```text
//! there: FETCH/NAME  --> here: upload/new/NAME   then there: removed, or moved to DONE/NAME
//! here: download/new/NAME --> there: PUT/.NAME.part, then PUT/NAME   then here: download/cur/NAME
//! ```
//!
//! Each step is done only after the one before it is durable, so a break anywhere means at most
//! that a file is fetched or put again: fetched twice it is known again, and a letter bears the
//! same name and bytes.
//!
//! The partner's server must show the key that is agreed; an unknown one ends the visit.

use super::Unfit;
use crate::folder::{FILE_BYTES_MAX, FILES_PER_POLL_MAX};
use crate::name::{FileName, shown};
use russh::client::{self, Handle};
use russh::keys::key::PrivateKeyWithHashAlg;
use russh::keys::{HashAlg, PrivateKey, PublicKeyOrCertificate};
use russh_sftp::client::SftpSession;
use russh_sftp::client::fs::Metadata;
use russh_sftp::protocol::{FileType, OpenFlags, StatusCode};
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// Longest time of one step: connecting, a listing, a request.
pub const STEP_TIME: Duration = Duration::from_secs(20);

/// Longest time of one file.
pub const FILE_TIME: Duration = Duration::from_secs(300);

/// Most names of a partner's folder looked at in one visit.
const NAMES_MAX: usize = 10_000;

/// How it is known that a file there is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Whole {
    /// Its size and time were the same at two visits.
    #[default]
    Quiet,
    /// The partner renames it into the folder.
    Renamed,
    /// The partner puts an empty `NAME.done` beside it.
    Marked,
}

/// A partner's server, and what is agreed with it.
#[derive(Debug, Clone)]
pub struct Partner {
    /// Name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Our account there.
    pub user: String,
    /// Our key.
    pub key: Arc<PrivateKey>,
    /// Fingerprints its own key may have, `SHA256:...`; several while it is changed.
    pub fingerprints: Vec<String>,
    /// Folder there that files are fetched from; empty: none are.
    pub fetch: String,
    /// Folder there that letters are put into; empty: none are.
    pub put: String,
    /// Folder there that fetched files are moved to; empty: they are removed.
    pub done: String,
    /// How it is known that a file is whole.
    pub whole: Whole,
}

/// Our key, from the text of an OpenSSH file that is not encrypted.
///
/// # Errors
/// When it is none.
pub fn key(text: &str) -> Result<Arc<PrivateKey>, Unfit> {
    let key = PrivateKey::from_openssh(text).map_err(|error| Unfit(format!("no key: {error}")))?;
    match key.is_encrypted() {
        true => Err(Unfit("the key is encrypted".to_owned())),
        false => Ok(Arc::new(key)),
    }
}

/// Why a visit failed: what was being done, and what happened. Nothing is lost by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What was being done.
    pub step: &'static str,
    /// What happened.
    pub reason: String,
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}: {}", self.step, self.reason)
    }
}

impl std::error::Error for Trouble {}

/// What a visit did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Visit {
    /// Files fetched.
    pub fetched: usize,
    /// Letters put.
    pub put: usize,
    /// Files there that are no files of ours to take: links, folders, unfit names, too large.
    pub left: usize,
}

/// A partner's server and the folder here, kept alike.
pub struct Mirror {
    partner: Partner,
    folder: PathBuf,
    connection: Option<(Handle<Guard>, SftpSession)>,
    /// What each file there looked like at the last visit: size and time.
    seen: BTreeMap<String, (u64, u32)>,
}

impl Mirror {
    /// A mirror over a partner's folder, which the folder channel has made.
    #[must_use]
    pub fn new(partner: Partner, folder: PathBuf) -> Mirror {
        Mirror { partner, folder, connection: None, seen: BTreeMap::new() }
    }

    /// One visit: fetches what is whole, puts what waits.
    ///
    /// # Errors
    /// What went wrong; the next visit connects anew.
    pub async fn visit(&mut self) -> Result<Visit, Trouble> {
        let connection = match self.connection.take() {
            Some(connection) if !connection.0.is_closed() => connection,
            _ => step("connecting", STEP_TIME, connect(&self.partner)).await?,
        };
        let mut visit = Visit::default();
        if !self.partner.fetch.is_empty() {
            self.fetch(&connection.1, &mut visit).await?;
        }
        if !self.partner.put.is_empty() {
            self.put(&connection.1, &mut visit).await?;
        }
        self.connection = Some(connection);
        Ok(visit)
    }

    async fn fetch(&mut self, there: &SftpSession, visit: &mut Visit) -> Result<(), Trouble> {
        let fetch = self.partner.fetch.clone();
        let listed = step("listing", STEP_TIME, async { Ok(there.read_dir(fetch).await?) }).await?;
        let listed: BTreeMap<String, Metadata> =
            listed.take(NAMES_MAX).map(|entry| (entry.file_name(), entry.metadata())).collect();
        let mut seen = BTreeMap::new();
        for (name, data) in &listed {
            let looks = (data.size.unwrap_or(0), data.mtime.unwrap_or(0));
            let plain = matches!(data.file_type(), FileType::File | FileType::Other);
            if name == "." || name == ".." || name.ends_with(".done") {
                continue;
            }
            let Ok(file) = FileName::new(name.as_bytes()) else {
                visit.left += usize::from(!name.starts_with('.'));
                continue;
            };
            if !plain || looks.0 > FILE_BYTES_MAX {
                tracing::warn!(file = %shown(name.as_bytes()), "a file there is left there");
                visit.left += 1;
                continue;
            }
            let is_whole = match self.partner.whole {
                Whole::Renamed => true,
                Whole::Quiet => self.seen.get(name) == Some(&looks),
                Whole::Marked => listed.contains_key(&format!("{name}.done")),
            };
            seen.insert(name.clone(), looks);
            if is_whole && visit.fetched < FILES_PER_POLL_MAX {
                self.fetch_one(there, &file, looks.0).await?;
                visit.fetched += 1;
            }
        }
        self.seen = seen;
        Ok(())
    }

    /// Fetches a file, makes it durable here, and only then takes it away there.
    async fn fetch_one(
        &self,
        there: &SftpSession,
        name: &FileName,
        size: u64,
    ) -> Result<(), Trouble> {
        let path = join(&self.partner.fetch, name.as_str());
        let bytes = step("fetching", FILE_TIME, read(there, &path)).await?;
        if bytes.len() as u64 != size && self.partner.whole != Whole::Renamed {
            // Still being written: the next visit sees it.
            return Ok(());
        }
        let (folder, name) = (self.folder.clone(), name.clone());
        let kept = name.clone();
        let keeping = move || keep(&folder, &kept, &bytes);
        step("keeping", FILE_TIME, async { Ok(aside(keeping).await?) }).await?;
        let taking = async {
            match self.partner.done.as_str() {
                "" => there.remove_file(path.clone()).await?,
                done => {
                    let target = join(done, name.as_str());
                    if there.rename(path.clone(), target.clone()).await.is_err() {
                        // An older one of this name is there: the newer one takes its place.
                        there.remove_file(target.clone()).await?;
                        there.rename(path.clone(), target).await?;
                    }
                }
            }
            if self.partner.whole == Whole::Marked {
                there.remove_file(format!("{path}.done")).await?;
            }
            Ok(())
        };
        step("taking away", STEP_TIME, taking).await
    }

    async fn put(&self, there: &SftpSession, visit: &mut Visit) -> Result<(), Trouble> {
        let waiting = self.folder.join("download/new");
        let listing = move || names(&waiting);
        for name in step("looking here", STEP_TIME, async { Ok(aside(listing).await?) }).await? {
            step("putting", FILE_TIME, self.put_one(there, &name)).await?;
            visit.put += 1;
        }
        Ok(())
    }

    /// Puts a letter under a hidden name, renames it, and only then moves it here.
    async fn put_one(&self, there: &SftpSession, name: &FileName) -> Result<(), Failure> {
        let source = self.folder.join("download/new").join(name.as_str());
        let target = join(&self.partner.put, name.as_str());
        let hidden = join(&self.partner.put, &format!(".{name}.part"));
        let path = source.clone();
        let bytes = aside(move || fs::read(path)).await?;
        let flags = OpenFlags::CREATE | OpenFlags::TRUNCATE | OpenFlags::WRITE;
        let mut file = there.open_with_flags(hidden.clone(), flags).await?;
        file.write_all(&bytes).await?;
        file.shutdown().await?;
        if there.rename(hidden.clone(), target.clone()).await.is_err() {
            // It was put before, and we were cut before we knew: the same letter, again.
            there.remove_file(target.clone()).await?;
            there.rename(hidden, target).await?;
        }
        let fetched = self.folder.join("download/cur").join(name.as_str());
        Ok(aside(move || fs::rename(source, fetched)).await?)
    }
}

/// What can fail on the way.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Does a step within its time.
async fn step<T>(
    step: &'static str,
    time: Duration,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Trouble> {
    match tokio::time::timeout(time, work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(error)) => Err(Trouble { step, reason: error.to_string() }),
        Err(_) => Err(Trouble { step, reason: format!("not within {} s", time.as_secs()) }),
    }
}

/// Does what waits for the disk on a thread that may wait.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

async fn connect(partner: &Partner) -> Result<(Handle<Guard>, SftpSession), Failure> {
    let config = client::Config {
        inactivity_timeout: Some(FILE_TIME),
        keepalive_interval: Some(STEP_TIME),
        nodelay: true,
        ..client::Config::default()
    };
    let guard = Guard { fingerprints: partner.fingerprints.clone() };
    let address = (partner.host.as_str(), partner.port);
    let mut session = client::connect(Arc::new(config), address, guard).await?;
    let hash = match partner.key.algorithm().is_rsa() {
        true => session.best_supported_rsa_hash().await?.flatten().or(Some(HashAlg::Sha256)),
        false => None,
    };
    let key = PrivateKeyWithHashAlg::new(Arc::clone(&partner.key), hash);
    if !session.authenticate_publickey(partner.user.as_str(), key).await?.success() {
        return Err(format!("our key is refused for {:?}", partner.user).into());
    }
    let channel = session.channel_open_session().await?;
    channel.request_subsystem(true, "sftp").await?;
    Ok((session, SftpSession::new(channel.into_stream()).await?))
}

/// Reads a file, no more of it than may be.
async fn read(there: &SftpSession, path: &str) -> Result<Vec<u8>, Failure> {
    let file = there.open(path).await?;
    let mut bytes = Vec::new();
    file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).await?;
    match bytes.len() as u64 > FILE_BYTES_MAX {
        true => Err(StatusCode::Failure.to_string().into()),
        false => Ok(bytes),
    }
}

/// Puts what was fetched where the folder channel takes it, whole and durable. What waits there
/// under this name is waited for.
fn keep(folder: &Path, name: &FileName, bytes: &[u8]) -> io::Result<()> {
    let target = folder.join("upload/new").join(name.as_str());
    if fs::read(&target).is_ok_and(|held| held == bytes) {
        return Ok(());
    }
    let hidden = folder.join("upload/tmp").join(format!(".{name}.fetched"));
    let _ = fs::remove_file(&hidden);
    let mut file = OpenOptions::new().write(true).create_new(true).open(&hidden)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let linked = fs::hard_link(&hidden, &target);
    let _ = fs::remove_file(&hidden);
    linked?;
    File::open(folder.join("upload/new"))?.sync_all()
}

/// The names in a folder, in their order: letters are named by identifiers that grow.
fn names(folder: &Path) -> io::Result<Vec<FileName>> {
    let mut names: Vec<FileName> = fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| FileName::new(entry.file_name().as_encoded_bytes()).ok())
        .take(NAMES_MAX)
        .collect();
    names.sort();
    Ok(names)
}

fn join(folder: &str, name: &str) -> String {
    format!("{}/{name}", folder.trim_end_matches('/'))
}

/// Lets in a server whose key is agreed.
struct Guard {
    fingerprints: Vec<String>,
}

impl client::Handler for Guard {
    type Error = russh::Error;

    async fn check_server_key(
        &mut self,
        key: &PublicKeyOrCertificate,
    ) -> Result<bool, russh::Error> {
        let PublicKeyOrCertificate::PublicKey { key, .. } = key else { return Ok(false) };
        let fingerprint = key.fingerprint(HashAlg::Sha256).to_string();
        let known = self.fingerprints.contains(&fingerprint);
        if !known {
            tracing::error!(fingerprint, "a partner's server shows a key that is not agreed");
        }
        Ok(known)
    }
}
