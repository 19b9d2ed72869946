//! The agreements of a configuration.

use super::Waiting;
use super::outlet::Sender;
use crate::config::as2::{As2Compress, As2Need, As2Receipt};
use crate::config::{As2Config, ChannelKind, Config, ConfigError, Secret};
use crate::shell::outbound::{Outlet, Outlets};
use acquit_connectors::as2::{
    Agreement, Certificate, Cipher, Compress, Digest, Identity, Inward, Name, Need, Outward, Wanted,
};
use acquit_connectors::egress::{Client, Egress};
use acquit_domain::PartyCode;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// A partner who speaks AS2.
pub struct Partner {
    /// Its code.
    pub party: PartyCode,
    /// What was agreed.
    pub agreement: Agreement,
    /// Its address; empty when nothing is sent to it.
    pub url: String,
    /// The way to it, and to nobody else.
    pub client: Client,
    pub(super) waiting: Waiting,
}

/// Every partner who speaks AS2.
#[derive(Default)]
pub struct Partners {
    partners: Vec<Arc<Partner>>,
}

impl Partners {
    /// Reads the agreements, keys and certificates of a configuration.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn open(
        config: &Config,
        environment: &BTreeMap<String, String>,
    ) -> Result<Arc<Partners>, ConfigError> {
        let mut partners: Vec<Arc<Partner>> = Vec::new();
        for (code, partner) in &config.partners {
            let Some(name) = &partner.channel else { continue };
            let Some(channel) = config.channels.get(name) else { continue };
            if channel.kind != ChannelKind::As2 {
                continue;
            }
            let wrong = |place: String, message: String| ConfigError { place, message };
            let at = |key: &str| format!("channels.{name}.{key}");
            let agreed = channel.as2.as_ref();
            let agreed = agreed.ok_or_else(|| wrong(at("as2"), "is missing".to_owned()))?;
            let agreement =
                agreement(agreed, environment).map_err(|message| wrong(at("as2"), message))?;
            let same = |known: &&Arc<Partner>| {
                let known = &known.agreement;
                known.ours == agreement.ours && known.theirs == agreement.theirs
            };
            if partners.iter().any(|known| same(&known)) {
                let message = "another partner has the same two names".to_owned();
                return Err(wrong(at("as2"), message));
            }
            let party = PartyCode::new(code)
                .ok_or_else(|| wrong(format!("partners.{code}"), "no party code".to_owned()))?;
            let url = channel.url.clone().unwrap_or_default();
            let host = url.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next());
            let hosts = host.flatten().map(ToOwned::to_owned).into_iter().collect();
            let client = Client::new(Egress { hosts, ..Egress::default() })
                .map_err(|failure| wrong(at("url"), failure.to_string()))?;
            let waiting = Waiting::default();
            partners.push(Arc::new(Partner { party, agreement, url, client, waiting }));
        }
        Ok(Arc::new(Partners { partners }))
    }

    /// The partner between these two names.
    #[must_use]
    pub fn find(&self, theirs: &Name, ours: &Name) -> Option<&Arc<Partner>> {
        self.partners
            .iter()
            .find(|partner| partner.agreement.theirs == *theirs && partner.agreement.ours == *ours)
    }

    /// Every partner.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Partner>> {
        self.partners.iter()
    }

    /// The outlets of those who have an address.
    #[must_use]
    pub fn outlets(&self) -> Outlets {
        let addressed = self.partners.iter().filter(|partner| !partner.url.is_empty());
        let outlet = |partner: &Arc<Partner>| {
            let outlet: Arc<dyn Outlet> = Arc::new(Sender(Arc::clone(partner)));
            (partner.party.clone(), outlet)
        };
        addressed.map(outlet).collect()
    }
}

fn agreement(
    agreed: &As2Config,
    environment: &BTreeMap<String, String>,
) -> Result<Agreement, String> {
    let name = |key: &str, text: &str| {
        Name::new(text).ok_or_else(|| format!("{key}: 1 to 128 printable ASCII characters"))
    };
    let mut identities = vec![identity(&agreed.key, &agreed.certificate, environment)?];
    if let Some(next) = &agreed.next {
        identities.push(identity(&next.key, &next.certificate, environment)?);
    }
    let mut certificates = Vec::new();
    for path in &agreed.partner {
        let found = Certificate::read(&file(path)?);
        certificates.extend(found.map_err(|fault| format!("{}: {fault}", path.display()))?);
    }
    let need = |need| match agreed.require.contains(&need) {
        true => Need::Required,
        false => Need::Optional,
    };
    let (mut digests, mut ciphers) = (Vec::new(), Vec::new());
    for text in &agreed.accept {
        match (Digest::of(text), Cipher::of(text)) {
            (Some(digest), _) => digests.push(digest),
            (None, Some(cipher)) => ciphers.push(cipher),
            (None, None) => return Err(known("accept", text)),
        }
    }
    Ok(Agreement {
        ours: name("ours", &agreed.ours)?,
        theirs: name("theirs", &agreed.theirs)?,
        identities,
        certificates,
        outward: outward(agreed)?,
        inward: Inward {
            signed: need(As2Need::Signed),
            encrypted: need(As2Need::Encrypted),
            digests,
            ciphers,
        },
    })
}

/// How what we send is protected.
fn outward(agreed: &As2Config) -> Result<Outward, String> {
    let sign = match agreed.sign.as_str() {
        "none" => None,
        text => Some(
            Digest::of(text)
                .filter(|digest| *digest != Digest::Sha1)
                .ok_or_else(|| known("sign", text))?,
        ),
    };
    let encrypt = match agreed.encrypt.as_str() {
        "none" => None,
        text => Some(
            Cipher::of(text)
                .filter(|cipher| *cipher != Cipher::TripleDes)
                .ok_or_else(|| known("encrypt", text))?,
        ),
    };
    let receipt = match agreed.receipt {
        As2Receipt::Sync => Wanted::Now,
        As2Receipt::None => Wanted::Nothing,
        As2Receipt::Async if agreed.receipt_url.is_empty() => {
            return Err("receipt_url: receipts that come later need our address".to_owned());
        }
        As2Receipt::Async => Wanted::Later(agreed.receipt_url.clone()),
    };
    let compress = match agreed.compress {
        As2Compress::Never => Compress::Never,
        As2Compress::BeforeSigning => Compress::BeforeSigning,
        As2Compress::AfterSigning => Compress::AfterSigning,
    };
    Ok(Outward { sign, encrypt, compress, receipt })
}

fn known(key: &str, text: &str) -> String {
    format!("{key}: {text:?} is not known")
}

fn identity(
    key: &Secret,
    certificate: &Path,
    environment: &BTreeMap<String, String>,
) -> Result<Identity, String> {
    let key = key.value(environment).map_err(|error| error.to_string())?;
    let read = Identity::read(key.as_bytes(), &file(certificate)?);
    read.map_err(|fault| format!("{}: {fault}", certificate.display()))
}

fn file(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
