//! `[channels]`, `[partners]` and `[queue]`: how parcels come and letters leave.

use super::Secret;
use super::as2::As2Config;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// `[queue]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Queue {
    /// `amqp://...`; absent: in process.
    pub url: Option<Secret>,
    /// Topic exchange events go to.
    pub events: String,
}

impl Default for Queue {
    fn default() -> Queue {
        Queue { url: None, events: "acquit.events".to_owned() }
    }
}

/// `[sftp]`: the server partners come to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sftp {
    /// Address to listen on; absent: nobody comes.
    pub listen: Option<SocketAddr>,
    /// File of the server's own key; absent: `ssh_host_key` in the data folder, made at the first
    /// start.
    pub host_key: Option<PathBuf>,
}

/// `[channels.NAME]`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelConfig {
    /// What kind of channel it is.
    pub kind: ChannelKind,
    /// Root folder (kinds `folder` and `sftp`).
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
    /// What letters are signed with: `whsec_` and base64, two of them during a change (kind
    /// `http`).
    #[serde(default)]
    pub signing_key: Option<Secret>,
    /// Public keys the partner comes with, as lines of `authorized_keys` (kind `sftp`, when it
    /// comes to us).
    #[serde(default)]
    pub keys: Vec<String>,
    /// Our private key, an OpenSSH file (kind `sftp`, when we go to the partner).
    #[serde(default)]
    pub key: Option<Secret>,
    /// Fingerprints the partner's server may show, `SHA256:...` (kind `sftp`).
    #[serde(default)]
    pub fingerprints: Vec<String>,
    /// Folder there that files are fetched from (kind `sftp`).
    #[serde(default)]
    pub fetch: String,
    /// Folder there that letters are put into (kind `sftp`).
    #[serde(default)]
    pub put: String,
    /// Folder there that fetched files are moved to; empty: they are removed (kind `sftp`).
    #[serde(default)]
    pub done: String,
    /// Queue its parcels are taken from; `{partner}` stands for the partner's code (kind `amqp`).
    #[serde(default)]
    pub queue_in: Option<String>,
    /// Queue its letters are put into (kind `amqp`).
    #[serde(default)]
    pub queue_out: Option<String>,
    /// What was agreed (kind `as2`).
    #[serde(default)]
    pub as2: Option<As2Config>,
    /// How it is known that a file is whole (kinds `folder` and `sftp`).
    #[serde(default)]
    pub arrival: FileArrival,
    /// How the extension of letters is written (kinds `folder` and `sftp`).
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
