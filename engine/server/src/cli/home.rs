//! Where an engine lives: its configuration, its data folder, and threads to work on.

use super::arguments::Home;
use super::exit::{Exit, Failure};
use crate::config::{self, Config};
use crate::service::{open_database, open_database_reader};
use acquit_domain::{PartyCode, Role};
use acquit_store::{Store, Viewer};
use std::collections::BTreeMap;
use std::path::Path;

/// The configuration file looked for when none is named.
const CONFIG_FILE: &str = "acquit.toml";

/// Reads the configuration named, or the one in the current folder, or none.
pub(super) fn config(home: &Home) -> Result<Config, Failure> {
    let here = Path::new(CONFIG_FILE);
    let path = match &home.config {
        Some(path) => Some(path.as_path()),
        None => here.exists().then_some(here),
    };
    let (place, text) = match path {
        None => (CONFIG_FILE.to_owned(), String::new()),
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| {
                Failure::configuration(Failure::about(path.display(), &error).text)
            })?;
            (path.display().to_string(), text)
        }
    };
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut config = config::read(&place, &text, &environment)
        .map_err(|error| Failure::configuration(error.to_string()))?;
    if let Some(data) = &home.data {
        config.data.clone_from(data);
    }
    Ok(config)
}

/// Opens the store of a configuration for reading, beside engines that may be running.
pub(super) async fn reader(config: &Config) -> Result<Store, Failure> {
    open_database_reader(config).await.map_err(store)
}

/// Opens the store of a configuration for writing.
pub(super) async fn writer(config: &Config) -> Result<Store, Failure> {
    open_database(config).await.map_err(store)
}

/// What a fault of the store means here.
pub(super) fn store(error: acquit_store::Error) -> Failure {
    Failure { exit: Exit::Unreachable, text: error.to_string() }
}

/// The operator of this machine sees everything.
pub(super) fn operator() -> Viewer {
    let party = PartyCode::new("OPERATOR").expect("it is printable and short");
    Viewer { party, role: Role::Operator }
}

/// Runs something that waits, on this thread.
pub(super) fn wait<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::unreachable(error.to_string()))?.block_on(work)
}

/// Runs a server, on as many threads as there are processors.
pub(super) fn wait_on_threads<T>(
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Failure::unreachable(error.to_string()))?.block_on(work)
}
