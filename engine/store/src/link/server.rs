//! A PostgreSQL server: how it is reached, whether it may be written to, and what it tells all
//! nodes.

use super::tls::{Secured, Tls};
use crate::dialect::postgres::{CHANNEL, SAFETY, SESSION, error_of, unsafe_because};
use crate::error::{Error, Result};
use std::str::FromStr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::config::{Host, SslMode, TargetSessionAttrs};
use tokio_postgres::error::SqlState;
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket};

/// How long one try to connect may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a connection over which nothing comes back is believed in.
const SILENCE_MAX: Duration = Duration::from_secs(15);

/// How often the position of the log is asked for when nothing is told.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// Between two tries to connect: at first, and at most.
pub(super) const PAUSE: [Duration; 2] = [Duration::from_millis(50), Duration::from_secs(1)];

const LAST: &str = "SELECT coalesce(max(seq), 0) FROM exchanges";

/// A connection, before anything drives it.
type Raw = Connection<Socket, Secured<Socket>>;

/// How a server is reached.
pub(crate) struct Server {
    config: Config,
    tls: Tls,
    /// The address without its password, for people.
    pub(crate) shown: String,
}

impl Server {
    /// Reads an address, `postgres://user@host:port/database?..`. Several hosts may be named, of
    /// which the one that takes writes is used. Without `sslmode`, a server elsewhere is spoken
    /// to in TLS and one on this machine is not; `sslrootcert` names a file of authorities.
    ///
    /// # Errors
    /// [`Error::Open`] for an address that cannot be read.
    pub(crate) fn of(url: &str) -> Result<Arc<Server>> {
        let shown = shown(url);
        let wrong = |reason: String| Error::Open { path: shown.clone(), reason };
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if !base.starts_with("postgres://") && !base.starts_with("postgresql://") {
            return Err(wrong("an address begins with postgres://".to_owned()));
        }
        let mut mode = None;
        let mut authorities = None;
        let mut rest = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => authorities = Some(value),
                _ => rest.push(pair),
            }
        }
        let mut config = Config::from_str(&format!("{base}?{}", rest.join("&")))
            .map_err(|error| wrong(of_config(&error)))?;
        let is_here = config.get_hosts().iter().all(is_here);
        config.ssl_mode(match mode {
            Some("disable") => SslMode::Disable,
            None if is_here => SslMode::Disable,
            None | Some("prefer" | "require" | "verify-ca" | "verify-full") => SslMode::Require,
            Some(other) => return Err(wrong(format!("sslmode {other} is not known"))),
        });
        config
            .application_name("acquit")
            .connect_timeout(CONNECT_TIMEOUT)
            .tcp_user_timeout(SILENCE_MAX)
            .keepalives_idle(SILENCE_MAX / 3)
            .keepalives_interval(SILENCE_MAX / 3)
            .keepalives_retries(2)
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        let tls = Tls::new(authorities).map_err(wrong)?;
        Ok(Arc::new(Server { config, tls, shown }))
    }

    /// Connects; the connection is to be driven by the caller.
    async fn raw(&self) -> Result<(Client, Raw)> {
        let connecting = self.config.connect(self.tls.clone());
        match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(error)) => Err(self.refused(&error)),
            Err(_) => {
                let waited = CONNECT_TIMEOUT.as_secs();
                Err(Error::Unavailable(format!("{}: no answer in {waited} s", self.shown)))
            }
        }
    }

    /// Connects and drives the connection on the runtime this runs on; when `writes`, only to a
    /// server that keeps what it was told.
    pub(super) async fn connect(&self, writes: bool) -> Result<Client> {
        let (client, connection) = self.raw().await?;
        tokio::spawn(async move {
            // Whoever asks next learns that it ended.
            let _ = connection.await;
        });
        client.batch_execute(SESSION).await.map_err(|error| error_of(&error))?;
        if writes {
            check(&client).await?;
        }
        Ok(client)
    }

    /// What does not end by waiting is told as it is; the rest may be tried again.
    fn refused(&self, error: &tokio_postgres::Error) -> Error {
        let reason = of_config(error);
        let lasting = [
            SqlState::INVALID_PASSWORD,
            SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
            SqlState::INVALID_CATALOG_NAME,
        ];
        match error.code() {
            Some(code) if lasting.contains(code) => {
                Error::Open { path: self.shown.clone(), reason }
            }
            _ => Error::Unavailable(format!("{}: {reason}", self.shown)),
        }
    }
}

/// An error of connecting with what caused it.
fn of_config(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(said), _) => said.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost"
                || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        Host::Unix(_) => true,
    }
}

/// An address without its password.
fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return "the address".to_owned() };
    let rest = rest.split('?').next().unwrap_or(rest);
    match rest.rsplit_once('@') {
        None => format!("{scheme}://{rest}"),
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or(user);
            format!("{scheme}://{user}@{host}")
        }
    }
}

/// Refuses a server that would lose what was answered.
async fn check(client: &Client) -> Result<()> {
    let row = client.query_one(SAFETY, &[]).await.map_err(|error| error_of(&error))?;
    let texts: Vec<String> = (1..7).map(|at| row.get(at)).collect();
    let settings = std::array::from_fn(|at| texts[at].as_str());
    match unsafe_because(row.get(0), settings) {
        None => Ok(()),
        Some(reason) => Err(Error::Unsafe(reason)),
    }
}

/// A runtime for one thread.
pub(super) fn runtime() -> Result<Runtime> {
    let built = Builder::new_current_thread().enable_all().build();
    built.map_err(|error| Error::Database(error.to_string()))
}

/// A thread that hears of commits of every node.
pub(crate) struct Listener {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Calls `heard` with the position of the log after commits of any node: at once when they
    /// are told, and at least every second.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(
        server: Arc<Server>,
        heard: impl Fn(i64) + Send + Sync + 'static,
    ) -> Result<Listener> {
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime()?;
        let life = async move {
            let listening = async {
                loop {
                    // What fails here is tried again: the position is asked for all the same.
                    let _ = listen(&server, &heard).await;
                    tokio::time::sleep(ASK_EVERY).await;
                }
            };
            tokio::select! {
                _ = stopped => {}
                () = listening => {}
            }
        };
        let thread = std::thread::Builder::new()
            .name("store-listener".to_owned())
            .spawn(move || runtime.block_on(life))
            .map_err(|error| Error::Database(error.to_string()))?;
        Ok(Listener { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn listen(server: &Server, heard: &(impl Fn(i64) + Send + Sync)) -> Result<()> {
    let (client, mut connection) = server.raw().await?;
    let (tell, mut told) = mpsc::channel(1);
    tokio::spawn(async move {
        while let Some(Ok(message)) =
            std::future::poll_fn(|context| connection.poll_message(context)).await
        {
            if matches!(message, AsyncMessage::Notification(_)) {
                // One that waits to be heard is enough.
                let _ = tell.try_send(());
            }
        }
    });
    let ask = async || {
        let row = client.query_one(LAST, &[]).await.map_err(|error| error_of(&error))?;
        Ok::<i64, Error>(row.get(0))
    };
    let begun = client.batch_execute(&format!("LISTEN {CHANNEL}")).await;
    begun.map_err(|error| error_of(&error))?;
    loop {
        heard(ask().await?);
        if let Ok(None) = tokio::time::timeout(ASK_EVERY, told.recv()).await {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> Option<SslMode> {
        Server::of(url).ok().map(|server| server.config.get_ssl_mode())
    }

    #[test]
    fn servers_elsewhere_are_spoken_to_in_tls() {
        assert_eq!(mode("postgres://a:b@127.0.0.1:5432/c"), Some(SslMode::Disable));
        assert_eq!(mode("postgres://a@localhost/c"), Some(SslMode::Disable));
        assert_eq!(mode("postgres://a@db.example.ma/c"), Some(SslMode::Require));
        assert_eq!(mode("postgres://a@localhost,db.example.ma/c"), Some(SslMode::Require));
        assert_eq!(mode("postgresql://a@10.0.0.1/c?sslmode=disable"), Some(SslMode::Disable));
        assert_eq!(mode("postgres://a@10.0.0.1/c?sslmode=sometimes"), None);
        assert_eq!(mode("postgres://a@h/c?sslrootcert=no.pem"), None);
        assert_eq!(mode("mysql://a@h/c"), None);
    }

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(shown("postgres://a:secret@h:1/d?x=y"), "postgres://a@h:1/d");
        assert_eq!(shown("postgres://h/d"), "postgres://h/d");
        assert_eq!(shown("password=secret"), "the address");
    }
}
