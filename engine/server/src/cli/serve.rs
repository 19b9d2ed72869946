//! `acquit serve`: a running engine with its channels.

use super::arguments::Serve;
use super::channels::Channels;
use super::exit::{Exit, Failure};
use super::home;
use super::log::Log;
use super::terminal::Terminal;
use crate::bootstrap;
use crate::config::Config;
use crate::service::{self, Keeping, Service};
use crate::shell::Clock;
use crate::shell::folder;
use acquit_mapping::rulebook::Rulebook;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Pause between two looks at whether the store still takes anything.
const STORE_LOOK: Duration = Duration::from_millis(500);

/// Runs `serve`.
pub(super) fn serve(
    book: &Arc<Rulebook>,
    config: &Config,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    home::wait_on_threads(async {
        let log = Log::start(terminal, &config.telemetry).map_err(Failure::configuration)?;
        let channels = Channels::open(config)?;
        let service = start(book, config).await?;
        let first = bootstrap::first_keys(&service.engine.store, Clock::System.now()).await;
        let first = first.map_err(home::store)?;
        let address = format!("http://{}", service.address);
        if terminal.is_json {
            let key = first.map(|first| first.key);
            terminal.json(&serde_json::json!({ "address": address, "operator_key": key }))?;
        } else {
            if let Some(first) = first {
                let text = "the operator's key, shown this once:";
                terminal.line(format_args!("{text}\n  {}", first.key))?;
            }
            terminal.line(format_args!("listening on {address}"))?;
        }
        terminal.flush()?;
        let ended = until_signal(service, channels).await;
        log.stop().await;
        ended
    })
}

/// Puts the command line over the configuration.
pub(super) fn configured(arguments: &Serve) -> Result<Config, Failure> {
    let mut config = home::config(&arguments.home)?;
    if let Some(listen) = arguments.listen {
        config.http.listen = listen;
    }
    Ok(config)
}

/// Starts an engine over the data folder of a configuration.
pub(super) async fn start(book: &Arc<Rulebook>, config: &Config) -> Result<Service, Failure> {
    let store = home::writer(config).await?;
    let keeping = Keeping::Folder(&config.data);
    let started = service::start(config, keeping, store, book.clone(), Clock::System).await;
    started.map_err(|error| Failure::about(config.http.listen, &error))
}

/// Serves, channels of files included, until the process is told to end.
pub(super) async fn until_signal(service: Service, channels: Channels) -> Result<Exit, Failure> {
    let (stop, stopping) = watch::channel(false);
    let tasks = channels.start(&service, &stopping).await?;
    let broken = tokio::select! {
        signalled = folder::signal() => {
            signalled.map_err(|error| Failure::unreachable(error.to_string())).err()
        }
        reason = store_stopped(&service) => {
            tracing::error!(code = "SYS-STORE", reason, "ending, so that a start recovers");
            Some(Failure::unreachable(format!("{reason}; start again to recover")))
        }
    };
    let _ = stop.send(true);
    for task in tasks {
        if let Err(error) = task.await {
            tracing::error!(error = %error, "a channel ended early");
        }
    }
    service.stop().await;
    broken.map_or(Ok(Exit::Ok), Err)
}

/// Waits until the store takes nothing any more, and a little longer: those who wait for it are
/// told 503 first. After a failed write or sync only a start, which recovers from the log of the
/// database, makes it sure again what is on the disk.
async fn store_stopped(service: &Service) -> String {
    loop {
        tokio::time::sleep(STORE_LOOK).await;
        if let Some(reason) = service.engine.store.stopped() {
            return format!("the store stopped: {reason}");
        }
    }
}
