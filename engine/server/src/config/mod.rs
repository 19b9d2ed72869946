//! Configuration: `acquit.toml`, then `ACQUIT_` environment variables, then nothing else.
//!
//! Every key is optional. An unknown key is refused and the known ones are listed. A secret is
//! never written here: its value is a reference, `file:/run/secrets/x` or `env:NAME`.
//!
//! What it is *not*: it opens no database and no socket, and it holds no rule of business.

pub mod as2;
mod channels;
mod database;
mod environment;
mod http;
pub mod issuers;
pub mod providers;
mod secret;
mod telemetry;

use crate::shell::clocks::Clocks;
use crate::shell::deliveries::{Mail, Webhooks};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

pub use as2::As2Config;
pub use channels::{ChannelConfig, ChannelKind, FileArrival, FileExtension, Partner, Queue, Sftp};
pub use database::Database;
pub use environment::{ENVIRONMENT_PREFIX, OVERRIDES, surroundings};
pub use http::Http;
pub use issuers::IssuerConfig;
pub use providers::ProviderConfig;
pub use secret::{SECRET_MAX, Secret};
pub use telemetry::Telemetry;

/// Largest configuration file read, in bytes.
pub const CONFIG_MAX: usize = 1 << 20;

/// Everything `acquit.toml` may say.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Folder of the database, the documents, the signing key and the checkpoints.
    pub data: PathBuf,
    /// Folder of the rulebook; absent: the one inside the binary.
    pub mappings: Option<PathBuf>,
    /// The HTTP server.
    pub http: Http,
    /// Where state is kept.
    pub database: Database,
    /// Where work waits.
    pub queue: Queue,
    /// The SFTP server.
    pub sftp: Sftp,
    /// Channels by name.
    pub channels: BTreeMap<String, ChannelConfig>,
    /// Partners by code.
    pub partners: BTreeMap<String, Partner>,
    /// The server letters to people leave by.
    pub mail: Option<Mail>,
    /// How subscribers are told of events.
    pub webhooks: Webhooks,
    /// When the jobs of the calendar run.
    pub clocks: Clocks,
    /// Our accounts at payment providers, by folder of `mappings/providers`.
    pub providers: BTreeMap<String, ProviderConfig>,
    /// Where traces go.
    pub telemetry: Telemetry,
    /// Where issuers are asked for invoices, by a code of their agreement.
    pub issuers: BTreeMap<String, IssuerConfig>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: PathBuf::from("data"),
            mappings: None,
            http: Http::default(),
            database: Database::default(),
            queue: Queue::default(),
            sftp: Sftp::default(),
            channels: BTreeMap::new(),
            partners: BTreeMap::new(),
            mail: None,
            webhooks: Webhooks::default(),
            clocks: Clocks::default(),
            providers: BTreeMap::new(),
            telemetry: Telemetry::default(),
            issuers: BTreeMap::new(),
        }
    }
}

/// A configuration that cannot be used: where, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigError {
    /// File, variable or key.
    pub place: String,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message.trim_end())
    }
}

impl std::error::Error for ConfigError {}

/// Reads a configuration from the text of a file (empty for none) and the environment.
///
/// # Errors
/// When a key is unknown, a value is of the wrong type, or a secret is written out.
pub fn read(
    place: &str,
    text: &str,
    environment: &BTreeMap<String, String>,
) -> Result<Config, ConfigError> {
    if text.len() > CONFIG_MAX {
        return Err(ConfigError { place: place.to_owned(), message: "is too long".into() });
    }
    let fault = |message: String| ConfigError { place: place.to_owned(), message };
    let config: Config =
        toml::from_str(text).map_err(|error| fault(without_source(text, &error)))?;
    let config = environment::overridden(config, environment)?;
    config.clocks.lines().map_err(fault)?;
    for (code, partner) in &config.partners {
        if let Some(channel) = &partner.channel
            && !config.channels.contains_key(channel)
        {
            let known: Vec<&str> = config.channels.keys().map(String::as_str).collect();
            return Err(fault(format!(
                "partners.{code}.channel: unknown channel {channel:?}; known: {}",
                known.join(", ")
            )));
        }
    }
    Ok(config)
}

/// The message of a fault with its line. The library's own rendering quotes the line, and the
/// line may hold a secret that someone wrote out by mistake.
fn without_source(text: &str, error: &toml::de::Error) -> String {
    let line = error
        .span()
        .and_then(|span| text.get(..span.start))
        .map(|before| before.matches('\n').count() + 1);
    match line {
        Some(line) => format!("line {line}: {}", error.message()),
        None => error.message().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, variables: &[(&str, &str)]) -> Result<Config, String> {
        let environment = variables.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect();
        read("acquit.toml", text, &environment).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_written_is_a_whole_configuration() {
        let config = check("", &[]).expect("defaults");
        assert_eq!(config.data, PathBuf::from("data"));
        assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    }

    #[test]
    fn the_contract_s_example_reads() {
        let text = "data = \"d\"\n[http]\nlisten = \"0.0.0.0:80\"\n\
            [database]\nurl = \"env:DATABASE\"\n[queue]\nurl = \"amqp://broker\"\n\
            [channels.marsa-sftp]\nkind = \"sftp\"\n[partners.MARSA]\nchannel = \"marsa-sftp\"\n";
        let config = check(text, &[]).expect("the example");
        assert_eq!(config.channels["marsa-sftp"].kind, ChannelKind::Sftp);
        assert_eq!(config.database.url, Some(Secret::Environment("DATABASE".into())));
    }

    #[test]
    fn what_is_wrong_is_told_with_what_is_known() {
        let unknown = check("[http]\nlisen = \"x\"\n", &[]).expect_err("unknown key");
        assert!(unknown.contains("lisen") && unknown.contains("listen"), "{unknown}");
        let secret = check("[database]\nurl = \"postgres://u:p@h/d\"\n", &[]).expect_err("secret");
        assert!(secret.contains("file:PATH") && !secret.contains("u:p@h"), "{secret}");
        let channel = check("[partners.A]\nchannel = \"x\"\n", &[]).expect_err("no such channel");
        assert!(channel.contains("unknown channel"), "{channel}");
    }

    #[test]
    fn the_environment_wins() {
        let config = check("data = \"a\"\n", &[("ACQUIT_DATA", "b")]).expect("overridden");
        assert_eq!(config.data, PathBuf::from("b"));
        assert!(check("", &[("ACQUIT_HTTP_LISTEN", "nowhere")]).is_err());
    }
}
