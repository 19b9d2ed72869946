//! The gateway: what payment providers tell us, and what we ask them.
//!
//! ```text
//! callback -> believed (mapping) -> cashier -> committed -> the answer in the provider's words
//! call of a decision -> request -> the provider's answer -> cashier
//! ```
//!
//! What it is *not*: it decides nothing about money, and it knows no provider: what each says and
//! wants to hear is data of `mappings/providers`.

mod asks;
pub mod callback;
mod calls;
mod handover;
mod house;
mod mask;
mod out;
mod refunds;
mod state;
mod tally;

pub use callback::{Answered, Called};
pub use house::House;

use crate::config::{Config, ConfigError};
use crate::shell::{Cashier, Engine, Intake};
use acquit_domain::PartyCode;
use acquit_mapping::provider::{Asking, Provider};
use acquit_mapping::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use tally::Tally;

/// Our accounts at all providers that are set up.
pub struct Accounts {
    book: Arc<Rulebook>,
    houses: BTreeMap<String, House>,
    /// Issuers that can be asked, by code of the agreement and name of the terminal; the empty
    /// name is the issuer itself.
    issuers: BTreeMap<(String, String), House>,
    public: String,
}

/// The way to all providers that are set up.
pub struct Gateway {
    engine: Engine,
    cashier: Cashier,
    intake: Intake,
    accounts: Arc<Accounts>,
    tally: Tally,
    /// Messages that were not believed and are kept: the minute, and how many in it.
    refused: [AtomicU64; 2],
}

impl Accounts {
    /// The accounts of a configuration.
    ///
    /// # Errors
    /// When a secret cannot be read, or a section names no provider of the rules.
    pub fn new(
        config: &Config,
        address: SocketAddr,
        book: &Arc<Rulebook>,
    ) -> Result<Arc<Accounts>, ConfigError> {
        let environment: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let public = match config.http.public.trim_end_matches('/') {
            "" => format!("http://{address}"),
            public => public.to_owned(),
        };
        let mut houses = BTreeMap::new();
        for (folder, account) in &config.providers {
            let known: Vec<&str> = book.providers.iter().map(|one| one.folder.as_str()).collect();
            if !known.contains(&folder.as_str()) {
                let message = format!("there is no such provider; known: {}", known.join(", "));
                return Err(ConfigError { place: format!("providers.{folder}"), message });
            }
            houses.insert(folder.clone(), House::new(folder, account, &environment)?);
        }
        let issuers = issuers(config, book, &environment)?;
        Ok(Arc::new(Accounts { book: Arc::clone(book), houses, issuers, public }))
    }

    /// The address the world knows this server by.
    #[must_use]
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The terminals of an issuer that requests may name; empty when it takes any, because it has
    /// an address of its own, or none has.
    fn terminals(&self, code: &PartyCode) -> Vec<String> {
        let Some(asking) = self.book.asking(code) else { return Vec::new() };
        let own = self.issuers.keys().filter(|(issuer, _)| *issuer == asking.side.code);
        let names: Vec<String> = own.map(|(_, terminal)| terminal.clone()).collect();
        if names.iter().any(String::is_empty) { Vec::new() } else { names }
    }

    /// How an issuer is asked, and where: its terminal when that has an address, else itself.
    fn issuer(&self, code: &PartyCode, terminal: &str) -> Option<(&Asking, &House)> {
        let asking = self.book.asking(code)?;
        let at =
            |terminal: &str| self.issuers.get(&(asking.side.code.clone(), terminal.to_owned()));
        Some((asking, at(terminal).or_else(|| at(""))?))
    }

    /// A provider that is set up, by its folder.
    fn house(&self, folder: &str) -> Option<(&Provider, &House)> {
        let house = self.houses.get(folder)?;
        let provider = self.book.providers.iter().find(|one| one.folder == folder)?;
        Some((provider, house))
    }

    /// A provider that is set up, by its code.
    fn house_of(&self, code: &str) -> Option<(&Provider, &House)> {
        let provider = self.book.provider(code)?;
        Some((provider, self.houses.get(&provider.folder)?))
    }
}

/// Where issuers are asked.
fn issuers(
    config: &Config,
    book: &Rulebook,
    environment: &BTreeMap<String, String>,
) -> Result<BTreeMap<(String, String), House>, ConfigError> {
    let mut issuers = BTreeMap::new();
    for (code, account) in &config.issuers {
        let asking = PartyCode::new(code).and_then(|code| book.asking(&code));
        let Some(asking) = asking else {
            let known = book.askings.iter().map(|one| one.side.code.as_str());
            let known = known.collect::<Vec<_>>().join(", ");
            let message = format!("no such issuer can be asked for invoices; known: {known}");
            return Err(ConfigError { place: format!("issuers.{code}"), message });
        };
        let itself = (!account.api.is_empty()).then_some((String::new(), account.api.clone()));
        for (terminal, api) in account.terminals.clone().into_iter().chain(itself) {
            let folder = match terminal.as_str() {
                "" => asking.side.folder.clone(),
                terminal => format!("{}/{terminal}", asking.side.folder),
            };
            let house = House::new(&folder, &account.account(&api), environment)?;
            issuers.insert((asking.side.code.clone(), terminal), house);
        }
    }
    Ok(issuers)
}

impl Gateway {
    /// The terminals of an issuer that requests may name; empty when any is taken.
    #[must_use]
    pub fn terminals(&self, issuer: &PartyCode) -> Vec<String> {
        self.accounts.terminals(issuer)
    }

    /// The gateway over our accounts. The accounts alone make hand-offs, because who decides must
    /// not hold who hands in to it.
    #[must_use]
    pub fn new(
        accounts: Arc<Accounts>,
        engine: Engine,
        cashier: Cashier,
        intake: Intake,
    ) -> Arc<Gateway> {
        let refused = [AtomicU64::new(0), AtomicU64::new(0)];
        let tally = Tally::default();
        Arc::new(Gateway { engine, cashier, intake, accounts, tally, refused })
    }

    /// Writes how calls went in the text format of Prometheus.
    pub fn write(&self, out: &mut String) {
        self.tally.write(out);
        let name = "acquit_calls_resting";
        let help = "1 while a provider or an issuer is left alone after calls that failed.";
        let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} gauge");
        for house in self.accounts.houses.values().chain(self.accounts.issuers.values()) {
            let rests = u8::from(!house.is_called());
            let _ = writeln!(out, "{name}{{to=\"{}\"}} {rests}", house.folder);
        }
    }

    fn house(&self, folder: &str) -> Option<(&Provider, &House)> {
        self.accounts.house(folder)
    }
}
