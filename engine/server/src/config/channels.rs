//! `[channels]`, `[partners]` and `[queue]`: how parcels come and letters leave.

use super::Secret;
use serde::Deserialize;
use std::path::PathBuf;

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
    /// What letters are signed with: `whsec_` and base64, two of them during a change (kind
    /// `http`).
    #[serde(default)]
    pub signing_key: Option<Secret>,
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
