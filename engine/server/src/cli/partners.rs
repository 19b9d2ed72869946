//! Simulated partners around a server of this process: their addresses and keys go into its
//! configuration, and issuers answer what it tells them.
//!
//! What this module is *not*: part of `serve`. Nothing is simulated unless it is asked for.

use super::exit::Failure;
use crate::bootstrap::FreshKey;
use crate::config::Config;
use crate::service::Service;
use std::path::Path;

#[cfg(feature = "simulate")]
pub(super) use simulated::open_street;

/// What is around the server; it goes away when this is dropped.
pub(super) struct Around {
    #[cfg(feature = "simulate")]
    pub(super) partners: acquit_simulate::partners::Partners,
}

impl Around {
    /// Name and address of every partner.
    pub(super) fn addresses(&self) -> Vec<(String, serde_json::Value)> {
        #[cfg(feature = "simulate")]
        return simulated::addresses(self);
        #[cfg(not(feature = "simulate"))]
        Vec::new()
    }
}

/// Issuers at work; they stop when this is dropped.
#[derive(Default)]
pub(super) struct Issuers(Vec<tokio::task::JoinHandle<()>>);

impl Drop for Issuers {
    fn drop(&mut self) {
        for task in &self.0 {
            task.abort();
        }
    }
}

/// Opens partners that behave, and writes them into the configuration.
#[cfg(feature = "simulate")]
pub(super) async fn open(data: &Path, port: u16, config: &mut Config) -> Result<Around, Failure> {
    let street = acquit_simulate::street::Street::default();
    open_street(data, port, config, &street).await
}

/// There are no partners in this build.
#[cfg(not(feature = "simulate"))]
pub(super) async fn open(_: &Path, _: u16, _: &mut Config) -> Result<Around, Failure> {
    Ok(Around {})
}

/// Lets every issuer with a key answer what it is told.
#[cfg(feature = "simulate")]
pub(super) fn issuers(service: &Service, keys: &[FreshKey]) -> Issuers {
    simulated::issuers(service, keys)
}

/// There are no issuers in this build.
#[cfg(not(feature = "simulate"))]
pub(super) fn issuers(_: &Service, _: &[FreshKey]) -> Issuers {
    Issuers::default()
}

#[cfg(feature = "simulate")]
mod simulated {
    use super::{Around, Issuers};
    use crate::bootstrap::FreshKey;
    use crate::cli::exit::Failure;
    use crate::config::{Config, ProviderConfig, Secret};
    use crate::service::Service;
    use crate::shell::deliveries::{Mail, MailTls};
    use acquit_domain::Role;
    use acquit_simulate::issuer::Issuer;
    use acquit_simulate::partners::{Account, Partners};
    use acquit_simulate::street::Street;
    use serde_json::{Value, json};
    use std::io;
    use std::path::Path;
    use std::time::Duration;
    use tokio::time::sleep;

    /// Folder of the partners' keys, in the data folder.
    const KEYS: &str = "simulated";

    /// How long issuers take for each of their steps, so that people see every status.
    const STEP: Duration = Duration::from_secs(4);

    /// Opens partners of a street and writes them into the configuration.
    pub(in crate::cli) async fn open_street(
        data: &Path,
        port: u16,
        config: &mut Config,
        street: &Street,
    ) -> Result<Around, Failure> {
        let partners = Partners::open(street, port).await.map_err(|error| {
            Failure::unreachable(format!("simulated partners: {error}; --partners-port moves them"))
        })?;
        let folder = data.join(KEYS);
        std::fs::create_dir_all(&folder)
            .map_err(|error| Failure::about(folder.display(), &error))?;
        for account in partners.accounts() {
            let written = provider(&folder, &account);
            let provider = written.map_err(|error| Failure::about(folder.display(), &error))?;
            config.providers.insert(account.folder.to_owned(), provider);
        }
        config.mail = Some(Mail {
            host: partners.smtp.address.ip().to_string(),
            port: partners.smtp.address.port(),
            tls: MailTls::None,
            user: None,
            password: None,
            from: "Acquit <acquit@example.ma>".to_owned(),
            seconds: 30,
            authority: None,
        });
        config.webhooks.hosts.push(partners.events.address.to_string());
        Ok(Around { partners })
    }

    /// Our account as a configuration says it: secrets in files of their own.
    fn provider(folder: &Path, account: &Account) -> io::Result<ProviderConfig> {
        let secret = |name: &str, value: &str| {
            let path = folder.join(format!("{}.{name}", account.folder));
            std::fs::write(&path, value).map(|()| Secret::File(path))
        };
        Ok(ProviderConfig {
            page: account.page.clone(),
            api: account.api.clone(),
            merchant: account.merchant.to_owned(),
            store: account.store.to_owned(),
            login: account.login.to_owned(),
            password: Some(secret("password", account.password)?),
            keys: vec![secret("key", account.key)?],
            token: account.token.clone(),
            hosts: vec![account.host.clone()],
            ..ProviderConfig::default()
        })
    }

    pub(super) fn addresses(around: &Around) -> Vec<(String, Value)> {
        let partners = &around.partners;
        let all = [
            ("CMI", partners.cmi.url()),
            ("Fatourati", partners.fatourati.url()),
            ("Amanpay", partners.amanpay.url()),
            ("mails", partners.mails.url()),
            ("events", partners.events.url()),
        ];
        all.into_iter().map(|(name, url)| (name.to_owned(), json!(url))).collect()
    }

    pub(super) fn issuers(service: &Service, keys: &[FreshKey]) -> Issuers {
        let url = format!("http://{}", service.address);
        let with_keys = keys.iter().filter(|key| key.role == Role::Issuer);
        let tasks = with_keys.map(|key| {
            let issuer = Issuer::learning(&url, &key.key, key.party.as_str());
            tokio::spawn(async move {
                loop {
                    sleep(STEP).await;
                    // The server may be stopping; the next round says whether it is back.
                    if let Ok(round) = issuer.round().await
                        && round.confirmed > 0
                    {
                        sleep(STEP).await;
                        let _ = issuer.book().await;
                    }
                }
            })
        });
        Issuers(tasks.collect())
    }
}
