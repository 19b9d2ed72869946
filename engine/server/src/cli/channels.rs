//! The channels of files beside a server: folders, and folders over SSH.

use super::exit::Failure;
use crate::config::Config;
#[cfg(feature = "sftp")]
use crate::config::{ConfigError, surroundings};
use crate::service::Service;
use crate::shell::folder::{self, Watched};
use crate::shell::outbound;
#[cfg(feature = "sftp")]
use crate::shell::sftp::Sftp;
use acquit_domain::PartyCode;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Every channel of files of a configuration, opened.
#[derive(Default)]
pub(super) struct Channels {
    watched: Vec<Watched>,
    #[cfg(feature = "sftp")]
    sftp: Option<Sftp>,
}

impl Channels {
    /// Opens them: one per partner.
    pub(super) fn open(config: &Config) -> Result<Channels, Failure> {
        Ok(Channels {
            watched: folders(config)?,
            #[cfg(feature = "sftp")]
            sftp: Some(Sftp::open(config, &surroundings()).map_err(wrong)?),
        })
    }

    /// Sets them to work until they are told to stop.
    pub(super) async fn start(
        self,
        service: &Service,
        stopping: &watch::Receiver<bool>,
    ) -> Result<Vec<JoinHandle<()>>, Failure> {
        #[cfg(feature = "sftp")]
        let mut tasks = match self.sftp {
            Some(sftp) => sftp.run(&service.engine, stopping).await.map_err(wrong)?,
            None => Vec::new(),
        };
        #[cfg(not(feature = "sftp"))]
        let mut tasks = Vec::new();
        for watched in self.watched {
            let (engine, intake) = (service.engine.clone(), service.intake.clone());
            tasks.push(tokio::spawn(folder::run(watched, engine, intake, stopping.clone())));
        }
        Ok(tasks)
    }
}

#[cfg(feature = "sftp")]
fn wrong(error: ConfigError) -> Failure {
    Failure::configuration(error.to_string())
}

/// The folders of partners whose files come into one.
fn folders(config: &Config) -> Result<Vec<Watched>, Failure> {
    let mut watched = Vec::new();
    for (code, partner) in &config.partners {
        let Some(name) = &partner.channel else { continue };
        let Some(channel) = config.channels.get(name) else { continue };
        if !outbound::is_folder(channel.kind) {
            continue;
        }
        let wrong = |why: &str| Failure::configuration(format!("partners.{code}: {why}"));
        let party = PartyCode::new(code).ok_or_else(|| wrong("no party code"))?;
        let opened = Watched::open(channel, party);
        watched.push(opened.map_err(|error| wrong(&error.to_string()))?);
    }
    Ok(watched)
}
