//! What every handler sees.

use super::authentication::Holders;
use super::limits::{BODY_BUDGET_UNITS, STRANGERS_MAX, STREAMS_MAX};
use super::share::{Fairness, Shares};
use super::wire::Told;
use crate::gateway::Gateway;
use crate::shell::{Cashier, Engine, Intake};
use acquit_mapping::language::Language;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use tokio::sync::{Semaphore, watch};

/// The running server, as handlers see it.
pub struct App {
    /// Store, rulebook, clock, counters.
    pub engine: Engine,
    /// The way in.
    pub intake: Intake,
    /// The way in for what happens to payments.
    pub cashier: Cashier,
    /// The way to payment providers, once it is open.
    pub(super) providers: OnceLock<Arc<Gateway>>,
    /// The agreements of AS2, once they are read.
    #[cfg(feature = "as2")]
    pub as2: OnceLock<Arc<crate::shell::as2::Partners>>,
    /// Holders of keys seen lately.
    pub(super) holders: Holders,
    /// Room for bodies in memory.
    pub(super) bodies: Arc<Semaphore>,
    /// What each party has at work.
    pub(super) shares: Shares,
    /// Room for messages of callers without a key.
    pub(super) strangers: Semaphore,
    /// Room for event streams.
    pub(super) streams: Arc<Semaphore>,
    /// False while the server stops: the readiness check then says so.
    pub(super) ready: AtomicBool,
    /// Which addresses are called; those of the configuration are set when the server starts.
    #[cfg(feature = "webhook")]
    pub egress: std::sync::OnceLock<acquit_connectors::egress::Egress>,
    /// True once the server stops: event streams end then.
    pub stopping: watch::Receiver<bool>,
}

impl App {
    /// The code a partner's rows bear, whichever of its codes is given.
    pub(super) fn code_of(&self, code: &str) -> String {
        let agreement = self.engine.book.agreement_by_code(code);
        agreement.map_or(code, |agreement| agreement.code.as_str()).to_owned()
    }

    /// Whether events may be posted to an address; why not otherwise.
    #[cfg(feature = "webhook")]
    pub(super) fn may_post(&self, url: &str) -> Result<(), String> {
        let egress = self.egress.get_or_init(Default::default);
        acquit_connectors::egress::check(egress, url).map(drop).map_err(|failure| failure.reason)
    }

    /// Whether events may be posted to an address: this server posts nothing.
    #[cfg(not(feature = "webhook"))]
    pub(super) fn may_post(&self, _: &str) -> Result<(), String> {
        Err("this server was built without webhooks".to_owned())
    }

    /// Opens the way to payment providers; the first one stays.
    pub fn set_gateway(&self, gateway: Arc<Gateway>) {
        let _ = self.providers.set(gateway);
    }

    /// The way to payment providers.
    pub(super) fn gateway(&self) -> Option<&Arc<Gateway>> {
        self.providers.get()
    }

    /// The words of findings in a language.
    pub(super) fn told(&self, language: Language) -> Told<'_> {
        Told { words: &self.engine.book.words, language }
    }

    /// A server over an engine; `stopping` turns true when it is to stop.
    #[must_use]
    pub fn new(
        engine: Engine,
        intake: Intake,
        cashier: Cashier,
        fairness: Fairness,
        stopping: watch::Receiver<bool>,
    ) -> Arc<App> {
        Arc::new(App {
            engine,
            intake,
            cashier,
            providers: OnceLock::new(),
            #[cfg(feature = "as2")]
            as2: OnceLock::new(),
            holders: Holders::default(),
            bodies: Arc::new(Semaphore::new(BODY_BUDGET_UNITS)),
            shares: Shares::new(fairness),
            strangers: Semaphore::new(STRANGERS_MAX),
            streams: Arc::new(Semaphore::new(STREAMS_MAX)),
            ready: AtomicBool::new(true),
            #[cfg(feature = "webhook")]
            egress: std::sync::OnceLock::new(),
            stopping,
        })
    }
}
