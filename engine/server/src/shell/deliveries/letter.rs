//! Letters to people, by mail.
//!
//! What this is *not*: it writes no sentence; those are in `mappings/letters`.

use super::{Mail, MailTls, Tried};
use crate::config::SECRET_MAX;
use crate::receipts::{self, Facts};
use crate::shell::engine::Engine;
use acquit_connectors::mail::{self, Attachment, MailConfig, Mailer};
use acquit_connectors::retry::Retry;
use acquit_connectors::secret::Secret;
use acquit_domain::pay::Delivery;
use acquit_domain::{Id, PartyCode, Role};
use acquit_mapping::language::Language;
use acquit_mapping::letters::html;
use acquit_store::Viewer;
use std::collections::BTreeMap;
use std::time::Duration;

/// Opens the way to the mail server.
pub(super) fn open(mail: &Mail) -> Result<Mailer, String> {
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let password = mail.password.as_ref().map(|secret| secret.value(&environment));
    let password = password.transpose().map_err(|error| format!("mail.password: {error}"))?;
    let authority = mail.authority.as_ref().map(|path| {
        let bytes = std::fs::read(path).map_err(|error| error.to_string())?;
        if bytes.len() > SECRET_MAX { Err("is too long".to_owned()) } else { Ok(bytes) }
    });
    let authority = authority.transpose().map_err(|error| format!("mail.authority: {error}"))?;
    let config = MailConfig {
        host: mail.host.clone(),
        port: mail.port,
        tls: match mail.tls {
            MailTls::None => mail::Tls::None,
            MailTls::StartTls => mail::Tls::StartTls,
            MailTls::Tls => mail::Tls::Tls,
        },
        user: mail.user.clone(),
        password: password.map(Secret::new),
        from: mail.from.clone(),
        timeout: Duration::from_secs(u64::from(mail.seconds.max(1))),
        authorities: authority.into_iter().collect(),
    };
    Mailer::new(config).map_err(|failure| format!("mail: {}", failure.reason))
}

/// Sends a letter once.
pub(super) async fn send(
    engine: &Engine,
    mailer: Option<&Mailer>,
    delivery: &Delivery,
) -> acquit_store::Result<Tried> {
    let Some(mailer) = mailer else { return Ok(Tried::never("no mail server is set up")) };
    let Some(template) = engine.book.letters.get(&delivery.subject) else {
        return Ok(Tried::never(format!("there is no letter {:?}", delivery.subject)));
    };
    let first = engine.book.platform.languages.first().copied();
    let language = Language::of(&delivery.language).or(first).unwrap_or(Language::Fr);
    let values: Vec<(&str, &str)> =
        delivery.values.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let said = template.say(language, &values);
    let attachments = match delivery.receipt {
        Some(receipt) => attached(engine, receipt, language).await?,
        None => Vec::new(),
    };
    let letter = mail::Mail {
        id: delivery.id.to_string(),
        at: delivery.created_at,
        to: delivery.to.clone(),
        subject: said.subject,
        html: Some(html(&said.text, language)),
        text: said.text,
        attachments,
        language: language.key().to_owned(),
    };
    Ok(match mailer.send(&letter).await {
        Ok(accepted) => Tried::taken(accepted.answer),
        Err(failure) if failure.retry == Retry::Never => Tried::never(failure.reason),
        Err(failure) => Tried::later(failure.reason, None),
    })
}

/// The receipt as a file. A receipt that lost its worth meanwhile is not sent any more, and one
/// that cannot be drawn is no reason to keep the letter back.
async fn attached(
    engine: &Engine,
    id: Id,
    language: Language,
) -> acquit_store::Result<Vec<Attachment>> {
    let party = PartyCode::new(crate::bootstrap::OPERATOR).expect("it is a code");
    let viewer = Viewer { party, role: Role::Operator };
    let receipt = engine.store.receipt(&viewer, id).await?;
    let Some(receipt) = receipt.filter(|receipt| receipt.void_at.is_none()) else {
        return Ok(Vec::new());
    };
    let Some(facts) = receipts::facts(engine, &receipt).await? else { return Ok(Vec::new()) };
    Ok(drawn(engine, &facts, language).into_iter().collect())
}

#[cfg(feature = "pdf")]
fn drawn(engine: &Engine, facts: &Facts, language: Language) -> Option<Attachment> {
    let number = &facts.receipt.number;
    match acquit_receipt::pdf(&facts.data(&engine.book, language), language) {
        Ok(bytes) => Some(Attachment {
            name: format!("recu-{number}.pdf"),
            media: "application/pdf".to_owned(),
            bytes,
        }),
        Err(error) => {
            tracing::error!(receipt = number, error = %error, "a receipt was not drawn");
            None
        }
    }
}

#[cfg(not(feature = "pdf"))]
fn drawn(_: &Engine, _: &Facts, _: Language) -> Option<Attachment> {
    None
}
