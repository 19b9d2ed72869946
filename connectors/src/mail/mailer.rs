//! Handing letters over to a server.
//!
//! What this module is *not*: it composes nothing.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls as Transport, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::compose::{address, compose, message_id};
use super::{Accepted, Mail, MailConfig, MailFailure, Tls};
use crate::retry::Retry;

/// Most connections that are kept.
const CONNECTIONS_MAX: u32 = 4;
/// How long a connection nobody uses is kept.
const IDLE: Duration = Duration::from_secs(30);
/// Longest words of a server that are kept, in characters.
const ANSWER_CHARACTERS_MAX: usize = 300;
/// Codes that say that the platform is not let in (RFC 4954): its own fault, which somebody mends,
/// and no reason to drop a letter.
const NOT_LET_IN: &[u16] = &[530, 534, 535, 538];

/// Hands letters over. Share it: it keeps a few connections.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    config: MailConfig,
    domain: String,
}

impl fmt::Debug for Mailer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Mailer").field("config", &self.config).finish()
    }
}

impl Mailer {
    /// A mailer for one server; no connection is made yet. Call it inside the runtime.
    ///
    /// # Errors
    /// When the configuration cannot work: `from` is no address, a password would travel in the
    /// clear, or an authority is no certificate.
    pub fn new(config: MailConfig) -> Result<Mailer, MailFailure> {
        let from = address(&config.from)?;
        let domain = from.email.domain().to_owned();
        let mut builder =
            AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(config.host.clone())
                .port(config.port)
                .timeout(Some(config.timeout))
                .hello_name(ClientId::Domain(domain.clone()))
                .pool_config(PoolConfig::new().max_size(CONNECTIONS_MAX).idle_timeout(IDLE))
                .tls(tls(&config)?);
        if let (Some(user), Some(password)) = (&config.user, &config.password) {
            if config.tls == Tls::None && !is_loopback(&config.host) {
                return Err(MailFailure::never("a password is not sent without TLS"));
            }
            let (user, password) = (user.clone(), password.reveal().to_owned());
            builder = builder.credentials(Credentials::new(user, password));
        }
        Ok(Mailer { transport: builder.build(), config, domain })
    }

    /// Hands one letter over.
    ///
    /// # Errors
    /// [`MailFailure`] with whether to try again.
    pub async fn send(&self, mail: &Mail) -> Result<Accepted, MailFailure> {
        let message = compose(mail, &self.config.from)?;
        let sending = self.transport.send(message);
        let Ok(sent) = tokio::time::timeout(self.config.timeout, sending).await else {
            let reason = format!("not taken within {} s", self.config.timeout.as_secs());
            return Err(MailFailure { retry: Retry::Later, code: None, reason });
        };
        let answer = sent.map_err(|error| failure(&error))?;
        let words: String = answer.message().collect::<Vec<_>>().join(" ");
        let answer = words.chars().take(ANSWER_CHARACTERS_MAX).collect();
        Ok(Accepted { message_id: message_id(&mail.id, &self.domain), answer })
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn tls(config: &MailConfig) -> Result<Transport, MailFailure> {
    let unfit = |error: Error| MailFailure::never(error.to_string());
    let mut parameters = TlsParameters::builder(config.host.clone());
    for authority in &config.authorities {
        let certificate = Certificate::from_der(authority.clone()).map_err(unfit)?;
        parameters = parameters.add_root_certificate(certificate);
    }
    match config.tls {
        Tls::None => Ok(Transport::None),
        Tls::StartTls => Ok(Transport::Required(parameters.build_rustls().map_err(unfit)?)),
        Tls::Tls => Ok(Transport::Wrapper(parameters.build_rustls().map_err(unfit)?)),
    }
}

/// What a refusal means: only a server's own "never" is one.
fn failure(error: &Error) -> MailFailure {
    let code = error.status().map(u16::from);
    let let_in = code.is_none_or(|code| !NOT_LET_IN.contains(&code));
    let retry = match error.is_permanent() && let_in {
        true => Retry::Never,
        false => Retry::Later,
    };
    let reason = error.to_string().chars().take(ANSWER_CHARACTERS_MAX).collect();
    MailFailure { retry, code, reason }
}
