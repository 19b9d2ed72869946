//! The gateway: what payment providers tell us, and what we ask them.
//!
//! ```text
//! callback -> believed (mapping) -> cashier -> committed -> the answer in the provider's words
//! call of a decision -> request -> the provider's answer -> cashier
//! ```
//!
//! What it is *not*: it decides nothing about money, and it knows no provider: what each says and
//! wants to hear is data of `mappings/providers`.

pub mod callback;
mod calls;
mod handover;
mod house;
mod mask;
mod out;
mod state;

pub use callback::{Answered, Called};
pub use house::House;

use crate::config::{Config, ConfigError};
use crate::shell::{Cashier, Engine};
use acquit_mapping::provider::Provider;
use acquit_mapping::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// Our accounts at all providers that are set up.
pub struct Accounts {
    book: Arc<Rulebook>,
    houses: BTreeMap<String, House>,
    public: String,
}

/// The way to all providers that are set up.
pub struct Gateway {
    engine: Engine,
    cashier: Cashier,
    accounts: Arc<Accounts>,
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
        Ok(Arc::new(Accounts { book: Arc::clone(book), houses, public }))
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

impl Gateway {
    /// The gateway over our accounts. The accounts alone make hand-offs, because who decides must
    /// not hold who hands in to it.
    #[must_use]
    pub fn new(accounts: Arc<Accounts>, engine: Engine, cashier: Cashier) -> Arc<Gateway> {
        let refused = [AtomicU64::new(0), AtomicU64::new(0)];
        Arc::new(Gateway { engine, cashier, accounts, refused })
    }

    fn house(&self, folder: &str) -> Option<(&Provider, &House)> {
        self.accounts.house(folder)
    }
}
