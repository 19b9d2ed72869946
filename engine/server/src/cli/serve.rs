//! `acquit serve` and `acquit demo`: a running engine with its channels.

use super::arguments::{Demo, Home, Serve};
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::{Terminal, tell};
use crate::bootstrap::{self, FreshKey};
use crate::config::{ChannelKind, Config};
use crate::embedded::SAMPLES;
use crate::service::{self, Keeping, Service, open_store};
use crate::shell::folder::{self, Watched};
use crate::shell::{Answer, Arrival, Clock};
use acquit_domain::{Channel, PartyCode, Role, Verdict};
use acquit_mapping::rulebook::Rulebook;
use std::io::{self, IsTerminal};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

/// Runs `serve`.
pub(super) fn serve(
    book: &Arc<Rulebook>,
    config: &Config,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    log(terminal);
    home::wait_on_threads(async {
        let watched = folders(config)?;
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
        until_signal(service, watched).await
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

/// Runs `demo`.
pub(super) fn demo(
    book: &Arc<Rulebook>,
    arguments: &Demo,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let (data, is_fresh) = match &arguments.data {
        Some(data) => (data.clone(), false),
        None => (fresh_folder()?, true),
    };
    let home = Home { config: None, data: Some(data.clone()) };
    let mut config = home::config(&home)?;
    config.http.listen = SocketAddr::from(([127, 0, 0, 1], arguments.port));
    let ended = home::wait_on_threads(async {
        let service = start(book, &config).await?;
        let samples = write_samples(&data)?;
        let counts = load_samples(&service).await?;
        let keys = keys(&service).await?;
        if terminal.is_json {
            terminal.json(&as_json(&service, &data, &keys))?;
        } else {
            tour(&service, &data, &samples, counts, &keys, terminal)?;
        }
        terminal.flush()?;
        until_signal(service, Vec::new()).await
    });
    if is_fresh {
        // A demonstration leaves nothing behind.
        let _ = std::fs::remove_dir_all(&data);
    }
    ended
}

/// Starts an engine over the data folder of a configuration.
async fn start(book: &Arc<Rulebook>, config: &Config) -> Result<Service, Failure> {
    let store = open_store(&config.data).map_err(home::store)?;
    let keeping = Keeping::Folder(&config.data);
    let started = service::start(config, keeping, store, book.clone(), Clock::System).await;
    started.map_err(|error| Failure::about(config.http.listen, &error))
}

/// Serves, folders included, until the process is told to end.
async fn until_signal(service: Service, watched: Vec<Watched>) -> Result<Exit, Failure> {
    let (stop, stopping) = watch::channel(false);
    let mut tasks = Vec::new();
    for watched in watched {
        let (engine, intake) = (service.engine.clone(), service.intake.clone());
        tasks.push(tokio::spawn(folder::run(watched, engine, intake, stopping.clone())));
    }
    let signalled = folder::signal().await;
    let _ = stop.send(true);
    for task in tasks {
        if let Err(error) = task.await {
            tracing::error!(error = %error, "a folder channel ended early");
        }
    }
    service.stop().await;
    signalled.map_err(|error| Failure::unreachable(error.to_string()))?;
    Ok(Exit::Ok)
}

/// The folder channels of a configuration, opened: one per partner.
fn folders(config: &Config) -> Result<Vec<Watched>, Failure> {
    let mut watched = Vec::new();
    for (code, partner) in &config.partners {
        let Some(name) = &partner.channel else { continue };
        let Some(channel) = config.channels.get(name) else { continue };
        if channel.kind != ChannelKind::Folder {
            continue;
        }
        let wrong = |why: &str| Failure::configuration(format!("partners.{code}: {why}"));
        let party = PartyCode::new(code).ok_or_else(|| wrong("no party code"))?;
        let opened = Watched::open(channel, party);
        watched.push(opened.map_err(|error| wrong(&error.to_string()))?);
    }
    Ok(watched)
}

/// Log lines go to standard error: text for people, JSON for machines.
fn log(terminal: &Terminal) {
    let level = match terminal.verbosity {
        _ if terminal.is_quiet => "error",
        0 => "info",
        1 => "debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_from_env("ACQUIT_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second subscriber in one process is only possible in tests.
    let _ = match io::stderr().is_terminal() {
        true => builder.try_init(),
        false => builder.json().try_init(),
    };
}

fn fresh_folder() -> Result<PathBuf, Failure> {
    let base = std::env::temp_dir();
    for n in 0..1000 {
        let path = base.join(format!("acquit-demo-{}-{n}", std::process::id()));
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(Failure::about(path.display(), &error)),
        }
    }
    Err(Failure::unreachable("no free name for a temporary folder"))
}

/// Puts the samples beside the data, so that there are files to try with.
fn write_samples(data: &Path) -> Result<PathBuf, Failure> {
    let folder = data.join("samples");
    for (name, bytes) in SAMPLES {
        let path = folder.join(name);
        let parent = path.parent().unwrap_or(&folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, bytes))
            .map_err(|error| Failure::about(path.display(), &error))?;
    }
    Ok(folder)
}

/// Folder of the samples a demonstration shows, in the order of their names.
const SHOWN: &str = "demo/";

/// The issuer of the sample that the tour sends.
const ISSUER: &str = "6110D00116";

/// The number of the invoice in it.
const NUMBER: &str = "00069321";

/// The same invoice twice, as the tour sends it: the second time its content is known.
const SENT: &[(&str, &str)] = &[
    ("application/xml", "messages/portnet-inv/original.xml"),
    ("application/edifact", "messages/invoic-d96a/original.edi"),
];

/// How many samples were taken and how many were rejected.
type Counts = (u64, u64);

/// Sends the samples to be shown through the real pipeline.
async fn load_samples(service: &Service) -> Result<Counts, Failure> {
    let is_message = |name: &str| name.ends_with(".edi") || name.ends_with(".xml");
    let samples = SAMPLES.iter().filter(|(name, _)| name.starts_with(SHOWN) && is_message(name));
    let (mut taken, mut rejected) = (0, 0);
    for (name, bytes) in samples {
        let arrival = Arrival { name: (*name).to_owned(), ..Arrival::over(Channel::Cli) };
        let parcel = arrival.parcel(&Clock::System, *bytes);
        let answer: Answer = service.intake.submit(parcel).await.map_err(|refusal| {
            Failure::unreachable(format!("{name}: nothing was stored: {refusal}"))
        })?;
        match answer.verdict {
            Verdict::Rejected | Verdict::KnownButDifferent => rejected += 1,
            _ => taken += 1,
        }
    }
    Ok((taken, rejected))
}

/// Who gets a key: the operator, the issuer and the client of the tour's invoice, another issuer,
/// and a portal.
const HOLDERS: &[(&str, Role)] = &[
    (bootstrap::OPERATOR, Role::Operator),
    (ISSUER, Role::Issuer),
    ("611AGEN001", Role::Issuer),
    ("290240", Role::Client),
    ("PORTAL", Role::Portal),
];

/// A key for each role.
async fn keys(service: &Service) -> Result<Vec<FreshKey>, Failure> {
    let store = &service.engine.store;
    let mut keys = Vec::new();
    for &(code, role) in HOLDERS {
        let Some(party) = PartyCode::new(code) else { continue };
        let now = Clock::System.now();
        let key = bootstrap::new_key(store, party, role, "demonstration", now).await;
        keys.push(key.map_err(home::store)?);
    }
    Ok(keys)
}

fn as_json(service: &Service, data: &Path, keys: &[FreshKey]) -> serde_json::Value {
    let key = |key: &FreshKey| {
        serde_json::json!({
            "party": key.party.as_str(),
            "role": key.role.key(),
            "key": key.key,
        })
    };
    serde_json::json!({
        "address": format!("http://{}", service.address),
        "data": data.display().to_string(),
        "keys": keys.iter().map(key).collect::<Vec<_>>(),
    })
}

fn tour(
    service: &Service,
    data: &Path,
    samples: &Path,
    (taken, rejected): Counts,
    keys: &[FreshKey],
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let address = format!("http://{}", service.address);
    let count = taken + rejected;
    terminal.line(format_args!("{count} samples loaded: {taken} taken, {rejected} rejected"))?;
    terminal.line(format_args!("serving {address}   documentation {address}/docs"))?;
    terminal.line(format_args!("data    {}", data.display()))?;
    terminal.line("\nkeys")?;
    for key in keys {
        let (role, party) = (key.role.key(), key.party.as_str());
        terminal.line(format_args!("  {role:<9} {party:<14} {}", key.key))?;
    }
    let of = |role| keys.iter().find(|key| key.role == role).map_or("", |key| &key.key);
    let (issuer, portal) = (of(Role::Issuer), of(Role::Portal));
    let invoice = format!("{address}/v1/invoices/{ISSUER}/{NUMBER}");
    terminal.line(format_args!("\ntry: the guide's invoice as PortNet XML, then as INVOIC"))?;
    for (media, name) in SENT {
        let sample = samples.join(name);
        terminal.line(format_args!(
            "  curl -H 'Authorization: Bearer {issuer}' -H 'Content-Type: {media}' \\\n    \
             --data-binary @{} {address}/v1/inbox",
            sample.display()
        ))?;
    }
    terminal.line("then see it and its log, all invoices, and the whole log")?;
    let operator = of(Role::Operator);
    for (key, path) in [
        (portal, invoice.clone()),
        (portal, format!("{invoice}/exchanges")),
        (portal, format!("{address}/v1/invoices")),
        (operator, format!("{address}/v1/exchanges")),
    ] {
        terminal.line(format_args!("  curl -H 'Authorization: Bearer {key}' {path}"))?;
    }
    if !terminal.is_quiet {
        tell("serving; end with ctrl-c");
    }
    Ok(())
}
