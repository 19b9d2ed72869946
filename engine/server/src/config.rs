//! Configuration: `acquit.toml`, then `ACQUIT_` environment variables, then nothing else.
//!
//! Every key is optional. An unknown key is refused and the known ones are listed. A secret is
//! never written here: its value is a reference, `file:/run/secrets/x` or `env:NAME`.
//!
//! What it is *not*: it opens no database and no socket, and it holds no rule of business.

pub mod providers;

use crate::http::Fairness;
use crate::http::limits::{PARTY_BYTES_MAX, PARTY_PARCELS_MAX};
use crate::shell::clocks::Clocks;
use crate::shell::deliveries::{Mail, Webhooks};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use providers::ProviderConfig;

/// Prefix of the environment variables that override the file.
pub const ENVIRONMENT_PREFIX: &str = "ACQUIT_";

/// Largest configuration file read, in bytes.
pub const CONFIG_MAX: usize = 1 << 20;

/// Largest secret file read, in bytes.
pub const SECRET_MAX: usize = 1 << 16;

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
}

/// `[http]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Http {
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address the world knows this server by, for providers that call back; empty: the one it
    /// listens on.
    pub public: String,
    /// Most connections open at once; more wait in the listen queue.
    pub connections: usize,
    /// Most parcels waiting to be decided; more are answered 503 with `Retry-After`.
    pub queue: usize,
    /// Most parcels of one party being received or decided at once; more are answered 429 with
    /// `Retry-After`.
    pub party_parcels: usize,
    /// Most bytes of one party being received or decided at once; more are answered 429.
    pub party_bytes: usize,
    /// Most parcels of one party a second, a second's worth at once; more are answered 429.
    /// 0: as many as there is room for.
    pub party_rate: usize,
}

impl Http {
    /// What one party may have at work.
    #[must_use]
    pub const fn fairness(&self) -> Fairness {
        Fairness { parcels: self.party_parcels, bytes: self.party_bytes, rate: self.party_rate }
    }
}

/// `[database]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// `postgres://...`; absent: SQLite under `data`.
    pub url: Option<Secret>,
}

/// `[queue]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Queue {
    /// `amqp://...`; absent: in process.
    pub url: Option<Secret>,
}

/// `[channels.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelConfig {
    /// What kind of channel it is.
    pub kind: ChannelKind,
    /// Root folder (kind `folder`).
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Address of the other end.
    #[serde(default)]
    pub url: Option<String>,
    /// Name of our account there.
    #[serde(default)]
    pub user: Option<String>,
    /// Secret of our account there.
    #[serde(default)]
    pub password: Option<Secret>,
    /// How it is known that a file is whole (kind `folder`).
    #[serde(default)]
    pub arrival: FileArrival,
    /// How the extension of letters is written (kind `folder`).
    #[serde(default)]
    pub extension: FileExtension,
}

/// How it is known that a file in a folder is whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileArrival {
    /// It has not changed for a while; partners may write in place.
    #[default]
    Quiet,
    /// The partner renames it into the folder.
    Renamed,
    /// The partner puts an empty `NAME.done` beside it.
    Marked,
}

/// How the extension of a letter's file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileExtension {
    /// `.xml`
    #[default]
    Lower,
    /// `.XML`: for partners whose programs look for nothing else.
    Upper,
}

/// Kinds of channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelKind {
    /// A watched folder.
    Folder,
    /// SFTP.
    Sftp,
    /// AMQP 0-9-1.
    Amqp,
    /// HTTP push.
    Http,
    /// AS2 (RFC 4130).
    As2,
    /// Mail.
    Mail,
}

/// `[partners.CODE]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Partner {
    /// Name of the channel its letters leave by; absent: it pulls them.
    #[serde(default)]
    pub channel: Option<String>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            data: PathBuf::from("data"),
            mappings: None,
            http: Http::default(),
            database: Database::default(),
            queue: Queue::default(),
            channels: BTreeMap::new(),
            partners: BTreeMap::new(),
            mail: None,
            webhooks: Webhooks::default(),
            clocks: Clocks::default(),
            providers: BTreeMap::new(),
        }
    }
}

impl Default for Http {
    fn default() -> Http {
        Http {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            public: String::new(),
            connections: 1024,
            queue: 4096,
            party_parcels: PARTY_PARCELS_MAX,
            party_bytes: PARTY_BYTES_MAX,
            party_rate: 0,
        }
    }
}

/// A reference to a secret, never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Secret {
    /// The text of a file, without the line end at its end.
    File(PathBuf),
    /// The value of an environment variable.
    Environment(String),
    /// An address without a password in it, which is no secret.
    Plain(String),
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(input: D) -> Result<Secret, D::Error> {
        let text = String::deserialize(input)?;
        Secret::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Secret {
    /// A reference from its text.
    ///
    /// # Errors
    /// When the text is neither a reference nor an address without a password.
    pub fn parse(text: &str) -> Result<Secret, String> {
        if let Some(path) = text.strip_prefix("file:") {
            return Ok(Secret::File(PathBuf::from(path)));
        }
        if let Some(name) = text.strip_prefix("env:") {
            return Ok(Secret::Environment(name.to_owned()));
        }
        let address = text.split_once("://").map(|(_, rest)| rest);
        let authority = address.map(|rest| rest.split(['/', '?']).next().unwrap_or(""));
        match authority {
            Some(authority) if !authority.contains('@') => Ok(Secret::Plain(text.to_owned())),
            _ => Err("a secret is written as a reference: \"file:PATH\" or \"env:NAME\"".into()),
        }
    }

    /// The secret's value.
    ///
    /// # Errors
    /// When the file cannot be read or the variable is not set; the value is never in the error.
    pub fn value(&self, environment: &BTreeMap<String, String>) -> Result<String, ConfigError> {
        match self {
            Secret::Plain(text) => Ok(text.clone()),
            Secret::Environment(name) => environment.get(name).cloned().ok_or_else(|| {
                ConfigError { place: format!("env:{name}"), message: "is not set".into() }
            }),
            Secret::File(path) => {
                let place = format!("file:{}", path.display());
                let text = std::fs::read_to_string(path).map_err(|error| ConfigError {
                    place: place.clone(),
                    message: error.to_string(),
                })?;
                if text.len() > SECRET_MAX {
                    return Err(ConfigError { place, message: "is too long".into() });
                }
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
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
    let config = overridden(config, environment)?;
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

/// Variables that override a key of the file.
pub const OVERRIDES: &[(&str, &str)] = &[
    ("ACQUIT_DATA", "data"),
    ("ACQUIT_MAPPINGS", "mappings"),
    ("ACQUIT_HTTP_LISTEN", "http.listen"),
    ("ACQUIT_HTTP_CONNECTIONS", "http.connections"),
    ("ACQUIT_HTTP_QUEUE", "http.queue"),
    ("ACQUIT_HTTP_PARTY_PARCELS", "http.party_parcels"),
    ("ACQUIT_HTTP_PARTY_BYTES", "http.party_bytes"),
    ("ACQUIT_HTTP_PARTY_RATE", "http.party_rate"),
    ("ACQUIT_DATABASE_URL", "database.url"),
    ("ACQUIT_QUEUE_URL", "queue.url"),
];

/// The configuration with the variables of the environment put over it.
fn overridden(
    mut config: Config,
    environment: &BTreeMap<String, String>,
) -> Result<Config, ConfigError> {
    for (name, key) in OVERRIDES {
        let Some(value) = environment.get(*name) else { continue };
        let fault = |message: String| ConfigError { place: (*name).to_owned(), message };
        let number = || value.parse::<usize>().map_err(|error| fault(error.to_string()));
        match *key {
            "data" => config.data = PathBuf::from(value),
            "mappings" => config.mappings = Some(PathBuf::from(value)),
            "http.listen" => {
                config.http.listen = value.parse().map_err(|_| {
                    fault(format!("{value:?} is no address; expected such as 127.0.0.1:8080"))
                })?;
            }
            "http.connections" => config.http.connections = number()?,
            "http.queue" => config.http.queue = number()?,
            "http.party_parcels" => config.http.party_parcels = number()?,
            "http.party_bytes" => config.http.party_bytes = number()?,
            "http.party_rate" => config.http.party_rate = number()?,
            "database.url" => config.database.url = Some(Secret::parse(value).map_err(fault)?),
            _ => config.queue.url = Some(Secret::parse(value).map_err(fault)?),
        }
    }
    Ok(config)
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
