//! `acquit as2`: the connection to a partner, step by step, and when certificates end.
//!
//! The test sends one small message under a new identifier and follows it to its receipt; the
//! first step that fails is the last one, and says what to do.

use super::arguments::Home;
use super::exit::{Exit, Failure};
use super::home;
use super::terminal::Terminal;
use crate::config::surroundings;
use crate::shell::Clock;
use crate::shell::arrival::identifier;
use crate::shell::as2::{Partner, Partners};
use acquit_connectors::as2::{
    Cargo, Certificate, Expected, Posting, Proof, Wanted, build, encrypting, judge, post, read,
};
use acquit_connectors::egress::{Response, check};
use acquit_domain::Timestamp;
use acquit_domain::time::DAY;
use clap::{Args, Subcommand};
use std::sync::Arc;

/// How long before its end a certificate is told of, in days.
const SOON_DAYS: i64 = 30;
/// What the test sends. No partner's program makes an invoice of it.
const TEST: &[u8] = b"This message tests an AS2 connection. It holds nothing.\r\n";

/// `acquit as2`.
#[derive(Debug, Clone, Args)]
pub struct As2Arguments {
    #[command(flatten)]
    home: Home,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// Send a small message to a partner and follow it to its receipt, step by step
    Test {
        /// Code of the partner
        partner: String,
    },
    /// List the certificates of all agreements and when they end
    Certificates,
}

/// Runs the command.
///
/// # Errors
/// When the configuration does not read, or names no such partner.
pub(super) fn as2(arguments: &As2Arguments, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let config = home::config(&arguments.home)?;
    let now = Clock::System.now();
    home::wait_on_threads(async {
        let opened = Partners::open(&config, &surroundings());
        let partners = opened.map_err(|error| Failure::configuration(error.to_string()))?;
        match &arguments.what {
            What::Certificates => certificates(&partners, now, terminal),
            What::Test { partner } => {
                let known: Vec<&str> = partners.all().map(|one| one.party.as_str()).collect();
                let found = partners.all().find(|one| one.party.as_str() == partner);
                let found = found.ok_or_else(|| {
                    let known = known.join(", ");
                    Failure::usage(format!("{partner} does not speak AS2; known: {known}"))
                })?;
                test(found, now, terminal).await
            }
        }
    })
}

/// Every certificate, with how long it lasts.
fn certificates(
    partners: &Partners,
    now: Timestamp,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let mut worst = Exit::Ok;
    for partner in partners.all() {
        let agreement = &partner.agreement;
        let ours = agreement.identities.iter().map(|one| ("ours", &one.certificate));
        let theirs = agreement.certificates.iter().map(|one| ("theirs", one));
        for (whose, certificate) in ours.chain(theirs) {
            let left = lasts(certificate, now);
            if left.is_err() {
                worst = Exit::Findings;
            }
            let (Ok(left) | Err(left)) = left;
            let Certificate { subject, until, fingerprint, .. } = certificate;
            terminal.line(format_args!(
                "{}  {whose}  {subject}  until {until}  {left}  sha256 {fingerprint}",
                partner.party
            ))?;
        }
    }
    Ok(worst)
}

/// How long a certificate lasts; an error when somebody has to do something.
fn lasts(certificate: &Certificate, now: Timestamp) -> Result<String, String> {
    let days = (certificate.until.0 - now.0).div_euclid(DAY);
    match days {
        _ if certificate.from > now => Err("is not valid yet".to_owned()),
        ..0 => Err("has ended: exchange a new one with the partner".to_owned()),
        0..SOON_DAYS => Err(format!("ends in {days} days: exchange a new one with the partner")),
        _ => Ok(format!("{days} days left")),
    }
}

/// As above; an error only when it cannot be used now.
fn works(certificate: &Certificate, now: Timestamp) -> Result<String, String> {
    lasts(certificate, now).or_else(|soon| match certificate.is_valid(now) {
        true => Ok(soon),
        false => Err(soon),
    })
}

/// Follows one message to its receipt.
async fn test(
    partner: &Arc<Partner>,
    now: Timestamp,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    let agreement = &partner.agreement;
    let (ours, theirs) = (&agreement.ours, &agreement.theirs);
    let names = format!("{ours} to {theirs}; our keys fit their certificates");
    let mut steps = Steps { terminal, failed: false };
    steps.step("configuration", Ok(names))?;
    steps.step("our certificate", own(partner, now))?;
    steps.step("partner's certificate", theirs_of(partner, now))?;
    let target = check(partner.client.egress(), &partner.url);
    let target = target.map(|target| target.authority());
    steps.step("address", target.map_err(|failure| format!("{failure}: correct url")))?;
    let id = format!("test-{}@acquit", identifier(now));
    let cargo = Cargo {
        bytes: TEST,
        media: "text/plain",
        name: Some("test.txt"),
        message_id: &id,
        subject: "Test of the connection",
    };
    let built = build(agreement, cargo, now);
    let size = built.as_ref().map(|(posting, _)| format!("{} bytes", posting.body.len()));
    let size = size.map_err(|fault| format!("{fault}: see docs/as2.md"));
    steps.step("message", size)?;
    if let Ok((posting, expected)) = built
        && !steps.failed
    {
        exchange(partner, &posting, &expected, &mut steps).await?;
    }
    Ok(if steps.failed { Exit::Findings } else { Exit::Ok })
}

/// The steps from the network to the MIC.
async fn exchange(
    partner: &Partner,
    posting: &Posting,
    expected: &Expected,
    steps: &mut Steps<'_>,
) -> Result<(), Failure> {
    let answer = match post(&partner.client, &partner.url, posting).await {
        Ok(answer) => answer,
        Err(failure) => {
            let what = match failure.code {
                "WH-DNS" => "the name does not resolve: correct url, or ask the partner",
                "WH-TLS" => "the certificate of the server is not trusted: ask the partner",
                "WH-TIMEOUT" => "nobody answers in time: is this machine let through there?",
                _ => "no connection: is this machine let through there?",
            };
            return steps.step("network", Err(format!("{failure}: {what}")));
        }
    };
    steps.step("network", Ok("name, connection and TLS".to_owned()))?;
    let status = answer.status;
    let said = match status {
        200..=299 => Ok(status.to_string()),
        401 | 403 => Err(format!("{status}: the partner wants this machine let through")),
        404 | 405 => Err(format!("{status}: the path of url is not the partner's for AS2")),
        _ => Err(format!("{status}: ask the partner for what its log says of it")),
    };
    steps.step("HTTP status", said)?;
    if !steps.failed {
        receipt(partner, &answer, expected, steps)?;
    }
    Ok(())
}

/// The steps of a receipt.
fn receipt(
    partner: &Partner,
    answer: &Response,
    expected: &Expected,
    steps: &mut Steps<'_>,
) -> Result<(), Failure> {
    match partner.agreement.outward.receipt {
        Wanted::Nothing => return steps.step("receipt", Ok("none was agreed".to_owned())),
        Wanted::Later(_) => {
            let text = "comes later: the log of the server says \"a receipt came\"";
            return steps.step("receipt", Ok(text.to_owned()));
        }
        Wanted::Now => {}
    }
    let receipt = match read(&partner.agreement, &answer.headers, &answer.body) {
        Ok(receipt) => receipt,
        Err(fault) => {
            let what = "ask the partner for its certificate and add it to `partner`";
            return steps.step("receipt", Err(format!("{fault}: {what}")));
        }
    };
    steps.step("receipt", Ok(receipt.disposition.to_string()))?;
    let proof = judge(&receipt, expected);
    let signed = receipt.signed.map_or("not signed", |digest| digest.name());
    let (signature, mic) = match &proof {
        Proof::Delivered => (Ok(signed.to_owned()), Ok(expected.mic.value.clone())),
        Proof::Unsigned => {
            (Err(format!("{}: ask the partner to sign", proof.text())), Ok(String::new()))
        }
        Proof::OtherContent => {
            let what = "line ends changed on the way, or another digest; ours is";
            let ours = &expected.mic.value;
            (Ok(signed.to_owned()), Err(format!("{}: {what} {ours}", proof.text())))
        }
        Proof::Refused(_) | Proof::OtherMessage => {
            let what = "ask the partner for what its log says of it";
            (Ok(signed.to_owned()), Err(format!("{}: {what}", proof.text())))
        }
    };
    steps.step("signature", signature)?;
    steps.step("MIC", mic)
}

/// Whether our certificate lasts and may do what it is used for.
fn own(partner: &Partner, now: Timestamp) -> Result<String, String> {
    let first = partner.agreement.identities.first();
    let certificate = &first.ok_or_else(|| "there is none".to_owned())?.certificate;
    let left = works(certificate, now)?;
    match certificate.uses {
        Some(uses) if !uses.signing || !uses.encrypting => {
            Err("its key usage forbids signing or encrypting: make another".to_owned())
        }
        _ => Ok(left),
    }
}

/// Whether a certificate of the partner is there to encrypt with.
fn theirs_of(partner: &Partner, now: Timestamp) -> Result<String, String> {
    let certificate = encrypting(&partner.agreement.certificates, now);
    let none = || "none is valid now: ask the partner for one".to_owned();
    let certificate = certificate.ok_or_else(none)?;
    let left = works(certificate, now)?;
    match certificate.uses {
        _ if !certificate.is_rsa() => Err("its key is not one of RSA: ask for one".to_owned()),
        Some(uses) if !uses.encrypting => {
            Err("its key usage forbids encrypting: ask the partner for another".to_owned())
        }
        _ => Ok(left),
    }
}

/// Steps told one a line; after one that failed, no more are.
struct Steps<'a> {
    terminal: &'a mut Terminal,
    failed: bool,
}

impl Steps<'_> {
    fn step(&mut self, what: &str, came: Result<String, String>) -> Result<(), Failure> {
        if self.failed {
            return Ok(());
        }
        self.failed = came.is_err();
        let word = if self.failed { "failed" } else { "ok" };
        let (Ok(text) | Err(text)) = came;
        Ok(self.terminal.line(format_args!("{word:<7}{what}: {text}"))?)
    }
}
