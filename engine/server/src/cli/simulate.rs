//! `acquit simulate`: payments from beginning to end with partners that misbehave as told, and an
//! account of every centime.

use super::exit::{Exit, Failure};
use super::home;
use super::partners::open_street;
use super::serve::start;
use super::simulate_arguments::Simulate;
use super::simulate_report::report;
use super::terminal::Terminal;
use crate::bootstrap;
use crate::config::{Config, Secret};
use crate::shell::Clock;
use acquit_domain::{PartyCode, Role};
use acquit_mapping::rulebook::Rulebook;
use acquit_simulate::drive::{Plan, Tally, drive};
use acquit_simulate::http::Call;
use acquit_simulate::issuer::Client;
use acquit_simulate::misbehaviour::Misbehaviours;
use acquit_simulate::pace::Pace;
use acquit_simulate::partners::Partners;
use acquit_simulate::street::Street;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The issuer of the invoices: every means is agreed with it.
const ISSUER: &str = "BUREAU-VERITAS";

/// Whom the invoices are for.
const CLIENT: (&str, &str) = ("290240", "SATAA IMPORT EXPORT SARL AU");

/// Partners and the means to pay with at them.
const MEANS: &[(&str, &[&str])] = &[
    ("cmi", &["cmi.card"]),
    ("fatourati", &["cmi.fatourati"]),
    ("amanpay", &["amanpay.amanty", "amanpay.cashcode", "amanpay.paydirect"]),
];

/// Runs `simulate`.
pub(super) fn simulate(
    book: &Arc<Rulebook>,
    arguments: &Simulate,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let street = street(arguments)?;
    let means = means(&arguments.partner)?;
    let data = fresh_folder()?;
    let tally = home::wait_on_threads(driven(book, arguments, &street, means, &data));
    // A simulation leaves nothing behind.
    let _ = std::fs::remove_dir_all(&data);
    let tally = match tally? {
        Driven::Tally(tally) => tally,
        Driven::Configuration(text) => {
            terminal.text(&text)?;
            return Ok(Exit::Ok);
        }
    };
    report(&tally, arguments.seed, terminal)?;
    Ok(if tally.all_unexplained().next().is_some() { Exit::Findings } else { Exit::Ok })
}

/// What came of it.
enum Driven {
    /// Payments were driven.
    Tally(Tally),
    /// Only the configuration was wanted.
    Configuration(String),
}

/// Drives payments at a server, named or our own.
async fn driven(
    book: &Arc<Rulebook>,
    arguments: &Simulate,
    street: &Street,
    means: Vec<&'static str>,
    data: &Path,
) -> Result<Driven, Failure> {
    let mut config = Config { data: data.to_owned(), ..Config::default() };
    config.http.listen.set_port(0);
    let around = open_street(data, arguments.partners_port, &mut config, street).await?;
    if arguments.print_config {
        return Ok(Driven::Configuration(configuration(&around.partners)));
    }
    let mut plan = Plan {
        url: String::new(),
        portal: String::new(),
        operator: String::new(),
        issuer: String::new(),
        issuer_code: ISSUER.to_owned(),
        client: Client { code: CLIENT.0.to_owned(), name: CLIENT.1.to_owned() },
        means,
        payments: arguments.payments,
        at_once: arguments.at_once,
    };
    let ours = match (&arguments.url, &arguments.key) {
        (Some(url), Some(key)) => {
            url.trim_end_matches('/').clone_into(&mut plan.url);
            plan.operator = secret(key)?;
            None
        }
        _ => {
            let service = start(book, &config).await?;
            plan.url = format!("http://{}", service.address);
            let operator = PartyCode::new(bootstrap::OPERATOR).expect("it is a code");
            let (store, now) = (&service.engine.store, Clock::System.now());
            let key = bootstrap::new_key(store, operator, Role::Operator, "simulation", now);
            plan.operator = key.await.map_err(home::store)?.key;
            Some(service)
        }
    };
    let driven = match keys(&mut plan).await {
        Ok(()) => drive(&plan, &around.partners, street)
            .await
            .map_err(|error| Failure::unreachable(error.to_string())),
        Err(failure) => Err(failure),
    };
    if let Some(service) = ours {
        service.stop().await;
    }
    driven.map(Driven::Tally)
}

fn street(arguments: &Simulate) -> Result<Street, Failure> {
    let mut misbehaviours = Misbehaviours::none(arguments.seed);
    for text in &arguments.misbehave {
        misbehaviours.add(text).map_err(Failure::usage)?;
    }
    Ok(Street::new(misbehaviours, Pace { speed: arguments.speed }))
}

/// The means of the partners named; of all without a name.
fn means(partners: &[String]) -> Result<Vec<&'static str>, Failure> {
    let mut means = Vec::new();
    for name in partners {
        let Some((_, all)) = MEANS.iter().find(|(known, _)| known == name) else {
            let known: Vec<&str> = MEANS.iter().map(|(name, _)| *name).collect();
            let text = format!("unknown partner {name:?}; known: {}", known.join(", "));
            return Err(Failure::usage(text));
        };
        means.extend_from_slice(all);
    }
    if means.is_empty() {
        means = MEANS.iter().flat_map(|(_, all)| all.iter().copied()).collect();
    }
    Ok(means)
}

fn secret(reference: &str) -> Result<String, Failure> {
    let environment = std::env::vars().collect();
    let secret = Secret::parse(reference).map_err(Failure::usage)?;
    secret.value(&environment).map_err(|error| Failure::configuration(error.to_string()))
}

/// Keys of an issuer and a portal, made with the operator's.
async fn keys(plan: &mut Plan) -> Result<(), Failure> {
    for (party, role) in [(ISSUER, "issuer"), ("PORTAL", "portal")] {
        let wish = json!({
            "party": party, "role": role, "label": "simulation", "reason": "a simulation",
        });
        let url = format!("{}/v1/operator/keys", plan.url);
        let answer = Call::new("POST", &url).bearer(&plan.operator).json(&wish).send().await;
        let answer = answer.map_err(|error| Failure::about(&plan.url, &error))?;
        let key = answer.as_json()["key"].as_str().map(str::to_owned).ok_or_else(|| {
            let text = format!("{url}: {} {}", answer.status, answer.as_text());
            Failure { exit: Exit::NotAllowed, text }
        })?;
        match role {
            "issuer" => plan.issuer = key,
            _ => plan.portal = key,
        }
    }
    Ok(())
}

/// What a server has to be told to know these partners. Their keys guard nothing.
fn configuration(partners: &Partners) -> String {
    let mut text = String::new();
    for account in partners.accounts() {
        let folder = account.folder;
        text.push_str(&format!("[providers.{folder}]\n"));
        let all = [
            ("page", account.page.as_str()),
            ("api", &account.api),
            ("token", &account.token),
            ("merchant", account.merchant),
            ("store", account.store),
            ("login", account.login),
        ];
        for (name, value) in all.iter().filter(|(_, value)| !value.is_empty()) {
            text.push_str(&format!("{name} = {value:?}\n"));
        }
        let upper = folder.to_uppercase();
        text.push_str(&format!(
            "password = \"env:{upper}_PASSWORD\" # {}\nkeys = [\"env:{upper}_KEY\"] # {}\n\
             hosts = [{:?}]\n\n",
            account.password, account.key, account.host
        ));
    }
    text
}

fn fresh_folder() -> Result<PathBuf, Failure> {
    let path = std::env::temp_dir().join(format!("acquit-simulate-{}", std::process::id()));
    match std::fs::create_dir(&path) {
        Ok(()) => Ok(path),
        Err(error) => Err(Failure::about(Path::display(&path), &error)),
    }
}
