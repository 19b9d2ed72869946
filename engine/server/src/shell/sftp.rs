//! SFTP at work: partners that come to us, and servers of partners we go to.
//!
//! Both ways end in the partner's folder, where [`super::folder`] takes files and
//! [`super::outbound`] puts letters.

use super::Engine;
use crate::config::{ChannelConfig, ChannelKind, Config, ConfigError, FileArrival};
use acquit_connectors::sftp::mirror::{self, Mirror, Partner, Visit, Whole};
use acquit_connectors::sftp::server::{self, Account};
use acquit_domain::PartyCode;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// File of the server's own key, in the data folder.
const HOST_KEY: &str = "ssh_host_key";

/// Pause between two visits.
const PAUSE: Duration = Duration::from_secs(10);

/// Longest pause after visits that failed; it doubles until then.
const PAUSE_MAX: Duration = Duration::from_secs(300);

/// Port of SSH when an address names none.
const PORT: u16 = 22;

/// What is to be run.
pub struct Sftp {
    config: Config,
    accounts: BTreeMap<String, Account>,
    mirrors: Vec<(PartyCode, Mirror)>,
}

impl Sftp {
    /// Reads what is agreed with every partner.
    ///
    /// # Errors
    /// What is wrong with a channel or a secret it refers to.
    pub fn open(
        config: &Config,
        environment: &BTreeMap<String, String>,
    ) -> Result<Sftp, ConfigError> {
        let (mut accounts, mut mirrors) = (BTreeMap::new(), Vec::new());
        for (code, partner) in &config.partners {
            let Some(name) = &partner.channel else { continue };
            let Some(channel) = config.channels.get(name) else { continue };
            if channel.kind != ChannelKind::Sftp {
                continue;
            }
            let place = format!("channels.{name}");
            let wrong = |message: String| ConfigError { place: place.clone(), message };
            let party = PartyCode::new(code).ok_or_else(|| wrong("no party code".to_owned()))?;
            let root = channel.path.as_ref().ok_or_else(|| wrong("it has no path".to_owned()))?;
            let folder = root.join(party.as_str());
            match &channel.url {
                None => {
                    let account = Account::new(&channel.keys, folder);
                    accounts.insert(code.clone(), account.map_err(|why| wrong(why.to_string()))?);
                }
                Some(url) => {
                    let agreed = agreed(channel, url, environment).map_err(wrong)?;
                    mirrors.push((party, Mirror::new(agreed, folder)));
                }
            }
        }
        if !accounts.is_empty() && config.sftp.listen.is_none() {
            let message = "partners come by SFTP: `sftp.listen` says where to".to_owned();
            return Err(ConfigError { place: "sftp".to_owned(), message });
        }
        Ok(Sftp { config: config.clone(), accounts, mirrors })
    }

    /// Begins to listen and to visit; the tasks end when the server stops.
    ///
    /// # Errors
    /// When the address cannot be listened on, or the server's key cannot be read or made.
    pub async fn run(
        self,
        engine: &Engine,
        stopping: &watch::Receiver<bool>,
    ) -> Result<Vec<JoinHandle<()>>, ConfigError> {
        let mut tasks = Vec::new();
        let wrong = |message: String| ConfigError { place: "sftp".to_owned(), message };
        if let (Some(address), false) = (self.config.sftp.listen, self.accounts.is_empty()) {
            let path = self.config.sftp.host_key.clone();
            let path: PathBuf = path.unwrap_or_else(|| self.config.data.join(HOST_KEY));
            let key = server::host_key(&path).map_err(|why| wrong(why.to_string()))?;
            let listener = TcpListener::bind(address).await;
            let listener = listener.map_err(|error| wrong(format!("{address}: {error}")))?;
            let (partners, fingerprint) = (self.accounts.len(), server::fingerprint(&key));
            let address = listener.local_addr().map_or(address, |bound| bound);
            tracing::info!(%address, partners, fingerprint, "partners may come by SFTP");
            let serving = server::serve(listener, key, self.accounts, stopping.clone());
            tasks.push(tokio::spawn(serving));
        }
        for (party, mirror) in self.mirrors {
            tasks.push(tokio::spawn(visit(party, mirror, engine.clone(), stopping.clone())));
        }
        Ok(tasks)
    }
}

/// What is agreed with a partner whose server we go to.
fn agreed(
    channel: &ChannelConfig,
    url: &str,
    environment: &BTreeMap<String, String>,
) -> Result<Partner, String> {
    let address = url.strip_prefix("sftp://").map(|rest| rest.trim_end_matches('/'));
    let address = address.filter(|address| !address.is_empty() && !address.contains(['/', '@']));
    let address = address.ok_or("url: no address such as sftp://host:22")?;
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().map_err(|_| "url: no port".to_owned())?),
        None => (address, PORT),
    };
    let key = channel.key.as_ref().ok_or("it has no key")?;
    let key = key.value(environment).map_err(|error| error.to_string())?;
    let user = channel.user.clone().ok_or("it has no user")?;
    if channel.fingerprints.is_empty() {
        return Err("fingerprints: which key the server shows, as SHA256:...".to_owned());
    }
    Ok(Partner {
        host: host.trim_matches(['[', ']']).to_owned(),
        port,
        user,
        key: mirror::key(&key).map_err(|why| format!("key: {why}"))?,
        fingerprints: channel.fingerprints.clone(),
        fetch: channel.fetch.clone(),
        put: channel.put.clone(),
        done: channel.done.clone(),
        whole: match channel.arrival {
            FileArrival::Quiet => Whole::Quiet,
            FileArrival::Renamed => Whole::Renamed,
            FileArrival::Marked => Whole::Marked,
        },
    })
}

/// Visits a partner's server until ours stops.
async fn visit(
    party: PartyCode,
    mut mirror: Mirror,
    engine: Engine,
    mut stopping: watch::Receiver<bool>,
) {
    let partner = party.as_str();
    let (mut pause, mut failing) = (PAUSE, false);
    loop {
        let visited = tokio::select! {
            visited = mirror.visit() => visited,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        match visited {
            Ok(visit) => {
                if visit != Visit::default() {
                    let Visit { fetched, put, left } = visit;
                    tracing::info!(partner, fetched, put, left, "a server was visited");
                }
                if failing {
                    engine.channels.note(&party, None);
                }
                (pause, failing) = (PAUSE, false);
            }
            Err(trouble) => {
                tracing::error!(partner, code = "SYS-IO", why = %trouble, "a visit failed");
                engine.channels.note(&party, Some(&format!("SFTP: {trouble}")));
                pause = if failing { (pause * 2).min(PAUSE_MAX) } else { PAUSE };
                failing = true;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stopping.wait_for(|stop| *stop) => return,
        }
    }
}
