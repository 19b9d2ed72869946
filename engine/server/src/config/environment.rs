//! Variables of the environment that stand over keys of the file.

use super::{Config, ConfigError, Secret};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Prefix of the environment variables that override the file.
pub const ENVIRONMENT_PREFIX: &str = "ACQUIT_";

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
    ("ACQUIT_TELEMETRY_OTLP", "telemetry.otlp"),
];

/// The variables of this process whose names and values are text.
#[must_use]
pub fn surroundings() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The configuration with the variables of the environment put over it.
pub(super) fn overridden(
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
            "telemetry.otlp" => config.telemetry.otlp = Some(value.clone()),
            _ => config.queue.url = Some(Secret::parse(value).map_err(fault)?),
        }
    }
    Ok(config)
}
