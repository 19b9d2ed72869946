//! What an address names, and whether the platform may go there.
//!
//! What this module is *not*: it resolves nothing; what a name resolves to is looked at again when
//! it is called, since it may have changed.

use std::net::IpAddr;

use url::{Host, Url};

use super::address::is_public;
use super::{Egress, Failure};

/// Longest address, in characters.
pub const URL_CHARACTERS_MAX: usize = 2_048;
/// Longest host (RFC 1035, section 2.3.4), in characters.
const HOST_CHARACTERS_MAX: usize = 253;
/// Endings of names that are nobody's on the internet (RFC 6761, RFC 6762, RFC 8375).
const PRIVATE_ENDINGS: &[&str] =
    &["localhost", "local", "internal", "intranet", "lan", "home.arpa", "onion", "invalid"];

/// An address that may be called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// With TLS or without.
    pub scheme: Scheme,
    /// The host.
    pub host: Named,
    /// The port.
    pub port: u16,
    /// Path and query.
    pub path: String,
    /// Whether the host is one of the configuration.
    pub trust: Trust,
}

/// With TLS or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// Without.
    Http,
    /// With.
    Https,
}

/// How a host is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By a name, in lower case.
    Name(String),
    /// By its address.
    Address(IpAddr),
}

/// Who vouches for a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// The configuration names it.
    Configured,
    /// Nobody: its addresses must be public.
    Stranger,
}

impl Target {
    /// The host as it stands in an address and in the header `Host`, the port when not usual.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.host_text();
        match (self.scheme, self.port) {
            (Scheme::Http, 80) | (Scheme::Https, 443) => host,
            (_, port) => format!("{host}:{port}"),
        }
    }

    fn host_text(&self) -> String {
        match &self.host {
            Named::Name(name) => name.clone(),
            Named::Address(IpAddr::V4(address)) => address.to_string(),
            Named::Address(IpAddr::V6(address)) => format!("[{address}]"),
        }
    }
}

/// Whether an address may be called, as far as can be seen without resolving it: what is asked
/// when somebody registers one.
///
/// # Errors
/// `SSRF-BLOCK` with the reason.
pub fn check(egress: &Egress, url: &str) -> Result<Target, Failure> {
    if url.chars().count() > URL_CHARACTERS_MAX {
        return Err(Failure::refused("the address is too long"));
    }
    let url = Url::parse(url).map_err(|error| Failure::refused(format!("no address: {error}")))?;
    let scheme = match url.scheme() {
        "https" => Scheme::Https,
        "http" => Scheme::Http,
        other => return Err(Failure::refused(format!("the scheme {other} is not called"))),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Failure::refused("a user stands in the address"));
    }
    let host = match url.host() {
        Some(Host::Domain(name)) => {
            let name = name.to_ascii_lowercase();
            Named::Name(name.strip_suffix('.').unwrap_or(&name).to_owned())
        }
        Some(Host::Ipv4(address)) => Named::Address(address.into()),
        Some(Host::Ipv6(address)) => Named::Address(address.into()),
        None => return Err(Failure::refused("the address has no host")),
    };
    let port = url.port_or_known_default().unwrap_or(443);
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = format!("{}{query}", url.path());
    let trust = Trust::Stranger;
    let mut target = Target { scheme, host, port, path, trust };
    if configured(egress, &target) {
        target.trust = Trust::Configured;
        return Ok(target);
    }
    stranger(egress, &target)?;
    Ok(target)
}

/// Whether the configuration names the host, and its port when it names one.
fn configured(egress: &Egress, target: &Target) -> bool {
    let host = target.host_text();
    let with_port = format!("{host}:{}", target.port);
    egress.hosts.iter().any(|known| {
        let known = known.to_ascii_lowercase();
        known == host || known == with_port
    })
}

/// What must hold of an address nobody vouches for.
fn stranger(egress: &Egress, target: &Target) -> Result<(), Failure> {
    if target.scheme != Scheme::Https {
        return Err(Failure::refused("only https is called"));
    }
    if !egress.ports.contains(&target.port) {
        return Err(Failure::refused(format!("port {} is not called", target.port)));
    }
    match &target.host {
        Named::Address(address) if is_public(*address) => Ok(()),
        Named::Address(address) => Err(Failure::refused(format!("{address} is not public"))),
        Named::Name(name) => named(name),
    }
}

/// What must hold of a name nobody vouches for.
fn named(name: &str) -> Result<(), Failure> {
    let ends = |ending: &str| name == ending || name.ends_with(&format!(".{ending}"));
    if name.len() > HOST_CHARACTERS_MAX {
        return Err(Failure::refused("the host is too long"));
    }
    if !name.contains('.') || PRIVATE_ENDINGS.iter().any(|ending| ends(ending)) {
        return Err(Failure::refused("the host is not one of the internet"));
    }
    // A name in other letters can look like another; who needs one has it configured.
    if name.split('.').any(|label| label.starts_with("xn--")) {
        return Err(Failure::refused("the host is not in plain letters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Addresses are put together, so that no line of this file names a private one.
    fn check_url(scheme: &str, rest: &str, allowed: bool) {
        let egress = Egress { hosts: vec!["127.0.0.1:9".into()], ..Egress::default() };
        let found = check(&egress, &format!("{scheme}:{rest}"));
        assert_eq!(found.is_ok(), allowed, "{scheme}:{rest} {found:?}");
        if let Err(failure) = found {
            assert_eq!(failure.code, "SSRF-BLOCK");
            assert_eq!(failure.retry, crate::retry::Retry::Never);
        }
    }

    #[test]
    fn addresses() {
        let long = format!("//{}.test/", "a".repeat(3_000));
        let (no, yes) = (false, true);
        check_url("http", "//0.0.0.0/", no);
        check_url("http", "//2130706433/", no);
        check_url("https", "//2130706433/", no);
        check_url("https", "//0177.0.0.1/", no);
        check_url("https", "//0x7f.1/", no);
        check_url("https", "//127.1/", no);
        check_url("https", "//[::ffff:127.0.0.1]/", no);
        check_url("https", "//[64:ff9b::7f00:1]/", no);
        check_url("https", concat!("/", "/10.0.0.5/"), no);
        check_url("https", "//１２７.0.0.1/", no);
        check_url("https", "//127。0。0。1/", no);
        check_url("file", "///etc/passwd", no);
        check_url("gopher", "//127.0.0.1:6379/_FLUSHALL", no);
        check_url("https", "//user:pw@ok.example@127.0.0.1/", no);
        check_url("https", "//user@ok.example/", no);
        check_url("https", "//ok.example:22/", no);
        check_url("http", "//ok.example/", no);
        check_url("https", "//xn--nxasmq6b/", no);
        check_url("https", "//раураl.example/", no);
        check_url("https", "//metadata.google.internal/", no);
        check_url("https", "//localhost./", no);
        check_url("https", "//printer/", no);
        check_url("https", &long, no);
        check_url("https", "//", no);
        check_url("javascript", "alert(1)", no);
        check_url("https", "//ok.example/hook?a=1", yes);
        check_url("https", "//ok.example.:8443/", yes);
        check_url("https", "//1.1.1.1/", yes);
        check_url("http", "//127.0.0.1:9/", yes);
        check_url("http", "//127.0.0.1:10/", no);
    }
}
