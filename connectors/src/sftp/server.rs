//! The server: SSH with public keys, the subsystem `sftp`, and nothing else.

use super::Unfit;
use super::files::Files;
use russh::keys::{PrivateKey, PublicKey};
use russh::server::{Auth, ChannelOpenHandle, Config, Handler, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId, MethodKind, MethodSet};
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// Most connections at once; more wait in the listen queue.
pub const CONNECTIONS_MAX: usize = 128;

/// Longest time until a connection has shown a key.
pub const LOGIN_TIME: Duration = Duration::from_secs(20);

/// Longest silence of a connection.
pub const SILENCE_MAX: Duration = Duration::from_secs(600);

/// Most keys a connection may try.
const TRIES_MAX: usize = 6;

/// Time a refusal takes, so that it tells nothing.
const REFUSAL_TIME: Duration = Duration::from_secs(1);

/// Pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A partner that may come.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its public keys, as lines of an `authorized_keys` file.
    keys: Vec<PublicKey>,
    /// Its folder, which the folder channel has made.
    folder: PathBuf,
}

impl Account {
    /// A partner's account.
    ///
    /// # Errors
    /// When a line is no public key, or there is none.
    pub fn new(keys: &[String], folder: PathBuf) -> Result<Account, Unfit> {
        let read = |line: &String| {
            let key = PublicKey::from_openssh(line.trim());
            key.map_err(|error| Unfit(format!("no public key: {error}")))
        };
        let keys: Vec<PublicKey> = keys.iter().map(read).collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(Unfit("an account needs a public key".to_owned()));
        }
        Ok(Account { keys, folder })
    }
}

/// The server's own key, from the text of a file; one is made when there is none.
///
/// # Errors
/// When the file holds no key, is encrypted, or cannot be made.
pub fn host_key(path: &Path) -> Result<PrivateKey, Unfit> {
    let wrong = |error: &dyn std::fmt::Display| Unfit(format!("{}: {error}", path.display()));
    if path.exists() {
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
        return PrivateKey::from_openssh(text).map_err(|error| wrong(&error));
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| wrong(&error))?;
    let pair = russh::keys::ssh_key::private::Ed25519Keypair::from_seed(&seed);
    let key = PrivateKey::new(pair.into(), "acquit").map_err(|error| wrong(&error))?;
    let ending = russh::keys::ssh_key::LineEnding::LF;
    key.write_openssh_file(path, ending).map_err(|error| wrong(&error))?;
    Ok(key)
}

/// What a partner compares when it connects for the first time: `SHA256:...`.
#[must_use]
pub fn fingerprint(key: &PrivateKey) -> String {
    key.public_key().fingerprint(russh::keys::HashAlg::Sha256).to_string()
}

/// Serves until told to stop. Connections open then are cut: what was half uploaded is sent again.
pub async fn serve(
    listener: TcpListener,
    key: PrivateKey,
    accounts: BTreeMap<String, Account>,
    mut stopping: watch::Receiver<bool>,
) {
    for account in accounts.values() {
        sweep(&account.folder);
    }
    let config = Arc::new(Config {
        methods: MethodSet::from(&[MethodKind::PublicKey][..]),
        auth_rejection_time: REFUSAL_TIME,
        auth_rejection_time_initial: Some(Duration::ZERO),
        max_auth_attempts: TRIES_MAX,
        inactivity_timeout: Some(SILENCE_MAX),
        keys: vec![key],
        nodelay: true,
        ..Config::default()
    });
    let accounts = Arc::new(accounts);
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let sessions = Arc::new(AtomicU64::new(0));
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &room) => accepted,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        let (stream, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error = %error, "a connection was not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let guest = Guest {
            accounts: Arc::clone(&accounts),
            session: sessions.fetch_add(1, Ordering::Relaxed),
            known: watch::channel(false).0,
            partner: None,
            channels: BTreeMap::new(),
        };
        let (config, stopping) = (Arc::clone(&config), stopping.clone());
        tokio::spawn(async move {
            converse(config, stream, guest, stopping).await;
            drop(place);
        });
    }
}

/// A connection, once there is room for it.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    let place = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    Ok((stream, place))
}

/// One connection, to its end.
async fn converse(
    config: Arc<Config>,
    stream: TcpStream,
    guest: Guest,
    mut stopping: watch::Receiver<bool>,
) {
    let mut known = guest.known.subscribe();
    let begun = russh::server::run_stream(config, stream, guest);
    let Ok(Ok(running)) = tokio::time::timeout(LOGIN_TIME, begun).await else { return };
    let handle = running.handle();
    let late = async {
        let shown = known.wait_for(|known| *known);
        if tokio::time::timeout(LOGIN_TIME, shown).await.is_ok_and(|shown| shown.is_ok()) {
            std::future::pending::<()>().await;
        }
    };
    let why = tokio::select! {
        ended = running => {
            if let Err(error) = ended {
                tracing::debug!(error = %error, "an SFTP connection ended");
            }
            return;
        }
        () = late => "no key was shown in time",
        () = async { drop(stopping.wait_for(|stop| *stop).await) } => "the server stops",
    };
    cut(&handle, why).await;
}

async fn cut(handle: &russh::server::Handle, why: &str) {
    let reason = russh::Disconnect::ByApplication;
    // Who is gone already need not be told.
    let _ = handle.disconnect(reason, why.to_owned(), "en".to_owned()).await;
}

/// Removes what connections that were cut left half.
fn sweep(folder: &Path) {
    let listed = std::fs::read_dir(folder.join("upload/tmp"));
    for entry in listed.into_iter().flatten().flatten() {
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A connection, before and after it is known whose it is.
struct Guest {
    accounts: Arc<BTreeMap<String, Account>>,
    session: u64,
    known: watch::Sender<bool>,
    partner: Option<(String, PathBuf)>,
    channels: BTreeMap<ChannelId, Channel<Msg>>,
}

impl Guest {
    fn has(&self, user: &str, key: &PublicKey) -> Option<&Account> {
        let account = self.accounts.get(user)?;
        account.keys.iter().any(|known| known.key_data() == key.key_data()).then_some(account)
    }
}

impl Handler for Guest {
    type Error = russh::Error;

    async fn auth_publickey_offered(
        &mut self,
        user: &str,
        offer: russh::server::PublicKeyOffer<'_>,
    ) -> Result<Auth, russh::Error> {
        Ok(match self.has(user, offer.public_key) {
            Some(_) => Auth::Accept,
            None => Auth::reject(),
        })
    }

    async fn auth_publickey(
        &mut self,
        user: &str,
        key: VerifiedPublicKey<'_>,
    ) -> Result<Auth, russh::Error> {
        let folder = self.has(user, key.public_key).map(|account| account.folder.clone());
        let Some(folder) = folder else {
            tracing::warn!(user = crate::name::shown(user.as_bytes()), "an SSH key was refused");
            return Ok(Auth::reject());
        };
        tracing::info!(partner = user, "a partner came over SFTP");
        self.partner = Some((user.to_owned(), folder));
        let _ = self.known.send(true);
        Ok(Auth::Accept)
    }

    async fn channel_open_session(
        &mut self,
        channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), russh::Error> {
        if self.channels.is_empty() {
            self.channels.insert(channel.id(), channel);
            reply.accept().await;
        }
        Ok(())
    }

    async fn exec_request(
        &mut self,
        channel: ChannelId,
        _: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(channel)
    }

    async fn shell_request(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.channel_failure(channel)
    }

    async fn subsystem_request(
        &mut self,
        id: ChannelId,
        name: &str,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let channel = self.channels.remove(&id);
        match (name, channel, &self.partner) {
            ("sftp", Some(channel), Some((_, folder))) => {
                session.channel_success(id)?;
                let files = Files::new(folder.clone(), self.session);
                russh_sftp::server::run(channel.into_stream(), files).await;
                Ok(())
            }
            _ => session.channel_failure(id),
        }
    }

    async fn channel_eof(
        &mut self,
        channel: ChannelId,
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        session.close(channel)
    }
}
