//! Secrets: never in a configuration, always referred to by it.

use super::ConfigError;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Largest secret file read, in bytes.
pub const SECRET_MAX: usize = 1 << 16;

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
