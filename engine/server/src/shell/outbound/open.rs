//! The outlets of a configuration.

use super::files::Files;
use super::push::Post;
use super::{Outlet, Outlets};
use crate::config::{ChannelConfig, ChannelKind, Config, ConfigError};
use crate::shell::folder::Watched;
use acquit_connectors::egress::{Client, Egress};
use acquit_connectors::webhook::Key;
use acquit_domain::PartyCode;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Opens the way to every partner that has a channel; inside the runtime.
///
/// # Errors
/// What is wrong with a channel, or with a secret it refers to.
pub fn outlets(
    config: &Config,
    environment: &BTreeMap<String, String>,
) -> Result<Outlets, ConfigError> {
    let mut outlets = Outlets::new();
    for (code, partner) in &config.partners {
        let Some(name) = &partner.channel else { continue };
        let Some(channel) = config.channels.get(name) else { continue };
        let place = format!("partners.{code}");
        let wrong = |message: String| ConfigError { place: place.clone(), message };
        let party = PartyCode::new(code).ok_or_else(|| wrong("no party code".to_owned()))?;
        let outlet: Arc<dyn Outlet> = match channel.kind {
            kind if is_folder(kind) => {
                let opened = Watched::open(channel, party.clone());
                let opened = opened.map_err(|error| wrong(error.to_string()))?;
                let (channel, case) = opened.into_parts();
                Arc::new(Files::new(channel, case))
            }
            ChannelKind::Http => Arc::new(post(name, channel, environment)?),
            // Queues bring their own.
            ChannelKind::Amqp if cfg!(feature = "amqp") => continue,
            // Opened with the agreements, which both directions share.
            ChannelKind::As2 if cfg!(feature = "as2") => continue,
            ChannelKind::Folder
            | ChannelKind::Sftp
            | ChannelKind::Amqp
            | ChannelKind::As2
            | ChannelKind::Mail => {
                let kind = format!("{:?}", channel.kind).to_lowercase();
                return Err(wrong(format!("this build has no channels of kind {kind:?}")));
            }
        };
        outlets.insert(party, outlet);
    }
    Ok(outlets)
}

/// Whether letters of such a channel are put into a folder here, whoever fetches them from it.
#[must_use]
pub fn is_folder(kind: ChannelKind) -> bool {
    kind == ChannelKind::Folder || (kind == ChannelKind::Sftp && cfg!(feature = "sftp"))
}

/// An address letters are posted to. It is the operator's own word, so that a partner in the same
/// building may be named; nothing else can be called over it.
fn post(
    name: &str,
    channel: &ChannelConfig,
    environment: &BTreeMap<String, String>,
) -> Result<Post, ConfigError> {
    let wrong = |message: &str| ConfigError {
        place: format!("channels.{name}"),
        message: message.to_owned(),
    };
    let url = channel.url.clone().ok_or_else(|| wrong("kind \"http\" needs a url"))?;
    let host = url.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next());
    let host = host.flatten().filter(|host| !host.is_empty() && !host.contains('@'));
    let host = host.ok_or_else(|| wrong("url: no address such as https://host/path"))?;
    let key = channel.signing_key.as_ref();
    let key = key.ok_or_else(|| wrong("kind \"http\" needs a signing_key"))?;
    let keys = key.value(environment)?;
    let keys: Option<Vec<Key>> = keys.split_whitespace().map(Key::parse).collect();
    let keys = keys.filter(|keys| !keys.is_empty());
    let keys = keys.ok_or_else(|| {
        wrong("signing_key: one or two keys, whsec_ and the base64 of 24 to 64 bytes")
    })?;
    let egress = Egress { hosts: vec![host.to_owned()], ..Egress::default() };
    let client = Client::new(egress).map_err(|failure| wrong(&failure.to_string()))?;
    Ok(Post { client, url, keys })
}
