//! From a target to a connection: resolve, look at every address, dial, and TLS where said.
//!
//! What this module is *not*: it speaks no HTTP.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::address::is_public;
use super::target::{Named, Target, Trust};
use super::{Egress, Failure, Names, Sent};

/// How many addresses of a name are tried.
const ADDRESSES_MAX: usize = 4;
/// How long one address is tried.
const DIAL_TIMEOUT: Duration = Duration::from_secs(5);

/// The addresses of a target. One that is not public refuses the whole name: whoever answers for it
/// mixes what is his with what is not.
pub(super) async fn resolve(egress: &Egress, target: &Target) -> Result<Vec<SocketAddr>, Failure> {
    let addresses = match &target.host {
        Named::Address(address) => vec![*address],
        Named::Name(name) => lookup(&egress.names, name, target.port).await?,
    };
    if addresses.is_empty() {
        return Err(Failure::later("WH-DNS", Sent::No, "the name has no address"));
    }
    let private = addresses.iter().find(|address| !is_public(**address));
    match (target.trust, private) {
        (Trust::Stranger, Some(address)) => {
            Err(Failure::refused(format!("the name leads to {address}, which is not public")))
        }
        (Trust::Stranger, None) | (Trust::Configured, _) => {
            let at = |address| SocketAddr::new(address, target.port);
            Ok(addresses.into_iter().take(ADDRESSES_MAX).map(at).collect())
        }
    }
}

async fn lookup(names: &Names, name: &str, port: u16) -> Result<Vec<IpAddr>, Failure> {
    match names {
        Names::Table(table) => Ok(table.get(name).cloned().unwrap_or_default()),
        Names::System => match tokio::net::lookup_host((name, port)).await {
            Ok(found) => Ok(found.map(|at| at.ip()).collect()),
            Err(error) => Err(Failure::later("WH-DNS", Sent::No, error.to_string())),
        },
    }
}

/// A connection to the first address that takes one.
pub(super) async fn dial(addresses: &[SocketAddr]) -> Result<TcpStream, Failure> {
    let mut reason = String::from("no address");
    for address in addresses {
        match tokio::time::timeout(DIAL_TIMEOUT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => reason = error.to_string(),
            Err(_) => reason = format!("no connection within {} s", DIAL_TIMEOUT.as_secs()),
        }
    }
    Err(Failure::later("WH-RETRY", Sent::No, reason))
}

/// TLS over a connection, the certificate checked for the host of the target.
pub(super) async fn secure(
    config: &Arc<ClientConfig>,
    target: &Target,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Failure> {
    let name = match &target.host {
        Named::Address(address) => ServerName::IpAddress((*address).into()),
        Named::Name(name) => ServerName::try_from(name.clone())
            .map_err(|_| Failure::refused("the host is no name of a server"))?,
    };
    let connecting = TlsConnector::from(Arc::clone(config)).connect(name, stream);
    connecting.await.map_err(|error| {
        let of_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        let code = if of_tls { "WH-TLS" } else { "WH-RETRY" };
        Failure::later(code, Sent::No, error.to_string())
    })
}

/// TLS as this program speaks it: the authorities of the machine and those of the configuration.
pub(super) fn tls(authorities: &[Vec<u8>]) -> Result<Arc<ClientConfig>, Failure> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for authority in authorities {
        let added = roots.add(CertificateDer::from(authority.clone()));
        added.map_err(|error| Failure::never("WH-TLS", error.to_string()))?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::never("WH-TLS", error.to_string()))?;
    Ok(Arc::new(versions.with_root_certificates(roots).with_no_client_auth()))
}
