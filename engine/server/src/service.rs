//! A whole running engine: intake, timers and listener, started together and stopped in order.
//!
//! Stopping: the listener closes, open requests finish, the decider stores what it took, the log
//! gets a last checkpoint. Killing it instead loses nothing that was answered.

use crate::bootstrap;
use crate::config::{self, Config};
use crate::gateway::{Accounts, Gateway};
use crate::http::{self, App};
use crate::shell::deliveries::{self, Ways};
use crate::shell::outbound;
use crate::shell::queues::Queues;
use crate::shell::timers::{self, Checkpoints};
use crate::shell::{Cashier, Clock, Engine, Intake, clocks};
use acquit_mapping::rulebook::Rulebook;
use acquit_store::Store;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// File of the database, in the data folder.
pub const DATABASE_FILE: &str = "acquit.sqlite";

/// Opens the store of a data folder, making the folder when there is none.
///
/// # Errors
/// When the folder cannot be made, or the store says so (another engine holds it, a newer
/// version made it).
pub fn open_store(data: &Path) -> Result<Store, acquit_store::Error> {
    fs::create_dir_all(data).map_err(|error| acquit_store::Error::Open {
        path: data.display().to_string(),
        reason: error.to_string(),
    })?;
    Store::open(&data.join(DATABASE_FILE))
}

/// Opens the store of a configuration: the database it names, or the one in its data folder.
///
/// # Errors
/// What is wrong with the address or the secret it stands in, and what the store says.
pub async fn open_database(config: &Config) -> Result<Store, acquit_store::Error> {
    match database_url(config)? {
        None => open_store(&config.data),
        #[cfg(feature = "postgres")]
        Some(url) => Store::connect(&url).await,
        #[cfg(not(feature = "postgres"))]
        Some(_) => Err(without_postgres()),
    }
}

/// The same for reading only, beside engines that may be running.
///
/// # Errors
/// As above; [`acquit_store::Error::Open`] when the data folder has no database.
pub async fn open_database_reader(config: &Config) -> Result<Store, acquit_store::Error> {
    match database_url(config)? {
        None => {
            let path = config.data.join(DATABASE_FILE);
            if !path.exists() {
                let reason = "no database here; --data names the folder".to_owned();
                let path = path.display().to_string();
                return Err(acquit_store::Error::Open { path, reason });
            }
            Store::open_reader(&path)
        }
        #[cfg(feature = "postgres")]
        Some(url) => Store::connect_reader(&url).await,
        #[cfg(not(feature = "postgres"))]
        Some(_) => Err(without_postgres()),
    }
}

/// Where the database is; `None` when it is in the data folder.
fn database_url(config: &Config) -> Result<Option<String>, acquit_store::Error> {
    let Some(secret) = &config.database.url else { return Ok(None) };
    secret
        .value(&config::surroundings())
        .map(Some)
        .map_err(|error| acquit_store::Error::Open { path: error.place, reason: error.message })
}

#[cfg(not(feature = "postgres"))]
fn without_postgres() -> acquit_store::Error {
    acquit_store::Error::Open {
        path: "database.url".to_owned(),
        reason: "this build knows no PostgreSQL: build it with `--features postgres`".to_owned(),
    }
}

/// A running engine.
pub struct Service {
    /// The address it listens on.
    pub address: SocketAddr,
    /// The engine, for channels other than HTTP.
    pub engine: Engine,
    /// The way in, for channels other than HTTP.
    pub intake: Intake,
    /// The way in for what happens to payments.
    pub cashier: Cashier,
    stop: watch::Sender<bool>,
    listener: JoinHandle<()>,
    decider: JoinHandle<()>,
    paying: JoinHandle<()>,
    timers: JoinHandle<()>,
    clocks: JoinHandle<()>,
    deliveries: JoinHandle<()>,
    outbound: JoinHandle<()>,
    queues: JoinHandle<()>,
    resuming: JoinHandle<()>,
    checkpoints: Option<Checkpoints>,
}

/// Where the log's checkpoints go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping<'a> {
    /// Into a file of this data folder, signed with the key there.
    Folder(&'a Path),
    /// Nowhere: the store lives in memory.
    Nowhere,
}

/// Starts an engine over an open store, into which it puts the rulebook's directory first.
///
/// # Errors
/// When the address cannot be listened on, the signing key cannot be read or made, or the store
/// takes no directory.
pub async fn start(
    config: &Config,
    keeping: Keeping<'_>,
    store: Store,
    book: Arc<Rulebook>,
    clock: Clock,
) -> io::Result<Service> {
    let checkpoints = match keeping {
        Keeping::Nowhere => None,
        Keeping::Folder(data) => {
            fs::create_dir_all(data)?;
            Some(Checkpoints::new(data, bootstrap::signing_key(data)?))
        }
    };
    let lines = config.clocks.lines().map_err(io::Error::other)?;
    let environment = config::surroundings();
    let mut outlets = outbound::outlets(config, &environment).map_err(io::Error::other)?;
    let queues = Queues::open(config, &environment).map_err(io::Error::other)?;
    let ways = Ways::open(config.mail.as_ref(), &config.webhooks).map_err(io::Error::other)?;
    bootstrap::put_directory(&store, &book).await.map_err(io::Error::other)?;
    let listener = TcpListener::bind(config.http.listen).await?;
    let address = listener.local_addr()?;
    let engine = Engine::new(store, book, clock);
    let (intake, decider) = Intake::start(engine.clone(), config.http.queue);
    queues.add_outlets(&engine, &mut outlets);
    let (stop, stopping) = watch::channel(false);
    let (cashier, paying) = Cashier::start(engine.clone(), config.http.queue);
    intake.set_cashier(cashier.clone());
    let fairness = config.http.fairness();
    let app = App::new(engine.clone(), intake.clone(), cashier.clone(), fairness, stopping.clone());
    #[cfg(feature = "webhook")]
    app.egress.get_or_init(|| deliveries::egress(&config.webhooks));
    #[cfg(feature = "as2")]
    open_as2(config, &app, &mut outlets)?;
    open_gateway(config, address, &engine, (&cashier, &intake), (&app, &stopping))?;
    let router = http::router(app);
    let serving = http::serve(listener, router, config.http.connections, stopping.clone());
    Ok(Service {
        address,
        stop,
        listener: tokio::spawn(serving),
        decider,
        paying,
        clocks: tokio::spawn(clocks::run(engine.clone(), cashier.clone(), lines, stopping.clone())),
        deliveries: tokio::spawn(deliveries::run(engine.clone(), ways, stopping.clone())),
        queues: tokio::spawn(queues.run(engine.clone(), intake.clone(), stopping.clone())),
        outbound: tokio::spawn(outbound::run(
            engine.clone(),
            outlets,
            outbound::AT_ONCE,
            stopping.clone(),
        )),
        timers: tokio::spawn(timers::run(engine.clone(), checkpoints.clone(), stopping.clone())),
        resuming: tokio::spawn(intake.clone().keep_resuming(stopping)),
        checkpoints,
        engine,
        intake,
        cashier,
    })
}

/// Reads the agreements of AS2, for both directions.
#[cfg(feature = "as2")]
fn open_as2(config: &Config, app: &App, outlets: &mut outbound::Outlets) -> io::Result<()> {
    let partners = crate::shell::as2::Partners::open(config, &config::surroundings());
    let partners = partners.map_err(io::Error::other)?;
    outlets.extend(partners.outlets());
    app.as2.get_or_init(|| partners);
    Ok(())
}

/// Opens the way to payment providers, in and out.
fn open_gateway(
    config: &Config,
    address: SocketAddr,
    engine: &Engine,
    (cashier, intake): (&Cashier, &Intake),
    (app, stopping): (&App, &watch::Receiver<bool>),
) -> io::Result<()> {
    let accounts = Accounts::new(config, address, &engine.book).map_err(io::Error::other)?;
    engine.public.get_or_init(|| accounts.public().to_owned());
    cashier.set_handover(accounts.clone());
    let gateway = Gateway::new(accounts, engine.clone(), cashier.clone(), intake.clone());
    app.set_gateway(gateway.clone());
    if let Some(calls) = engine.calls.open() {
        tokio::spawn(gateway.run(calls, stopping.clone()));
    }
    Ok(())
}

impl Service {
    /// Stops in order, and returns when everything taken is stored and answered.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let tasks = [
            ("listener", self.listener),
            ("timers", self.timers),
            ("clocks", self.clocks),
            ("deliveries", self.deliveries),
            ("outbound", self.outbound),
            ("queues", self.queues),
            ("resuming", self.resuming),
        ];
        for (name, task) in tasks {
            if let Err(error) = task.await {
                tracing::error!(task = name, error = %error, "a task ended early");
            }
        }
        drop((self.intake, self.cashier));
        for (name, task) in [("decider", self.decider), ("payments", self.paying)] {
            if let Err(error) = task.await {
                tracing::error!(task = name, error = %error, "a task ended early");
            }
        }
        if let Some(checkpoints) = self.checkpoints {
            checkpoints.write(&self.engine).await;
        }
    }

    /// Runs until the process is told to end (SIGTERM or SIGINT), then stops in order.
    ///
    /// # Errors
    /// When signals cannot be listened for.
    pub async fn until_signal(self) -> io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping");
        self.stop().await;
        Ok(())
    }
}
