//! `acquit demo`: the samples in a fresh database, partners that are simulated, and keys to try.

use super::arguments::{Demo, Home};
use super::book;
use super::channels::Channels;
use super::exit::{Exit, Failure};
use super::home;
use super::partners::{self, Around};
use super::serve::{start, until_signal};
use super::terminal::{Terminal, tell};
use crate::bootstrap::{self, FreshKey};
use crate::embedded::SAMPLES;
use crate::service::Service;
use crate::shell::{Answer, Arrival, Clock};
use acquit_domain::{Channel, PartyCode, Role, Verdict};
use acquit_mapping::rulebook::Rulebook;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs `demo`.
pub(super) fn demo(
    folder: Option<&Path>,
    arguments: &Demo,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let book = &rules(folder)?;
    let (data, is_fresh) = match &arguments.data {
        Some(data) => (data.clone(), false),
        None => (fresh_folder()?, true),
    };
    let home = Home { config: None, data: Some(data.clone()) };
    let mut config = home::config(&home)?;
    config.http.listen = SocketAddr::from(([127, 0, 0, 1], arguments.port));
    let ended = home::wait_on_threads(async {
        let around = partners::open(&data, arguments.partners_port, &mut config).await?;
        let service = start(book, &config).await?;
        let samples = write_samples(&data)?;
        let counts = load_samples(&service).await?;
        let keys = keys(&service).await?;
        let _issuers = partners::issuers(&service, &keys);
        if terminal.is_json {
            terminal.json(&as_json(&service, &data, &keys, &around))?;
        } else {
            tour(&service, &data, &samples, counts, &keys, terminal)?;
            pay(&service, &keys, &around, terminal)?;
        }
        if !terminal.is_quiet {
            tell("serving; end with ctrl-c");
        }
        terminal.flush()?;
        until_signal(service, Channels::default()).await
    });
    if is_fresh {
        // A demonstration leaves nothing behind.
        let _ = std::fs::remove_dir_all(&data);
    }
    ended
}

/// The rules, and the issuer of the tour's invoice also takes cards and Fatourati, as the guide
/// shows it for other invoices of the same issuer (lines 313 to 326).
fn rules(folder: Option<&Path>) -> Result<Arc<Rulebook>, Failure> {
    let mut texts = book::texts(folder)?;
    let of_issuer = |text: &&mut String| text.contains(&format!("\ncode = \"{ISSUER}\""));
    let agreements = texts.iter_mut().filter(|(path, _)| path.ends_with("/issuer.toml"));
    for text in agreements.map(|(_, text)| text).filter(of_issuer) {
        *text = text.replacen("means = [", "means = [\"cmi.card\", \"cmi.fatourati\", ", 1);
    }
    book::built(&texts)
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

fn as_json(
    service: &Service,
    data: &Path,
    keys: &[FreshKey],
    around: &Around,
) -> serde_json::Value {
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
        "partners": around.addresses().into_iter().collect::<serde_json::Map<_, _>>(),
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
    Ok(())
}

/// How to pay the guide's invoice.
fn pay(
    service: &Service,
    keys: &[FreshKey],
    around: &Around,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let addresses = around.addresses();
    if addresses.is_empty() {
        return Ok(());
    }
    let address = format!("http://{}", service.address);
    let portal = keys.iter().find(|key| key.role == Role::Portal).map_or("", |key| &key.key);
    terminal.line("\nsimulated partners (no money moves)")?;
    for (name, url) in &addresses {
        terminal.line(format_args!("  {name:<12} {}", url.as_str().unwrap_or("")))?;
    }
    terminal.line(format_args!(
        "\npay it: begin, open the page that is answered or give the reference at the partner's, \
         and look again;\nits issuer answers some seconds later, and books it some seconds after"
    ))?;
    let wish = format!(
        "{{\"invoices\":[{{\"issuer\":\"{ISSUER}\",\"number\":\"{NUMBER}\"}}],\
         \"channel\":\"cmi.card\"}}"
    );
    terminal.line(format_args!(
        "  curl -H 'Authorization: Bearer {portal}' -H 'Content-Type: application/json' \\\n    \
         --data '{wish}' {address}/v1/orders"
    ))?;
    Ok(())
}
