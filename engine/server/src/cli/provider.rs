//! `acquit provider`: which providers the rules know, and why a signature does not hold.

use super::exit::{Exit, Failure};
use super::input;
use super::terminal::Terminal;
use crate::config::Secret;
use acquit_mapping::provider::{Message, Provider, Way, fields, parts, whole_texts};
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::signature::{Scheme, cmi, fatourati};
use clap::{Args, Subcommand};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// `acquit provider`.
#[derive(Debug, Clone, Args)]
pub struct ProviderArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Subcommand)]
enum What {
    /// List the providers with their means and messages
    List,
    /// Say whether the signature of a message holds, and which field broke it
    Verify(Verify),
}

#[derive(Debug, Clone, Args)]
struct Verify {
    /// The message as it came (`-`: standard input)
    file: PathBuf,
    /// Name of the provider's folder
    #[arg(long)]
    provider: String,
    /// Name of the message
    #[arg(long, default_value = "callback")]
    message: String,
    /// The key, as `env:NAME` or `file:PATH`
    #[arg(long)]
    key: String,
    /// The signature, when it stands in a header
    #[arg(long)]
    signature: Option<String>,
    /// Our number at the provider, for messages that are signed over it and do not say it
    #[arg(long, default_value = "")]
    merchant: String,
    /// Our shop at the provider, likewise
    #[arg(long, default_value = "")]
    store: String,
    /// The scheme, when it is not the usual one
    #[arg(long)]
    scheme: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When the provider, the message, the key or the file is not there.
pub(super) fn provider(
    book: &Rulebook,
    arguments: &ProviderArguments,
    terminal: &mut Terminal,
) -> Result<Exit, Failure> {
    match &arguments.what {
        What::List => {
            for provider in &book.providers {
                list(provider, terminal)?;
            }
            Ok(Exit::Ok)
        }
        What::Verify(wanted) => verify(book, wanted, terminal),
    }
}

fn list(provider: &Provider, terminal: &mut Terminal) -> Result<(), Failure> {
    let means: Vec<&str> = provider.means.iter().map(|one| one.means.as_str()).collect();
    let Provider { folder, code, name, .. } = provider;
    terminal.line(format_args!("{folder}  {code}  {name}  {}", means.join(", ")))?;
    for message in provider.messages.iter().filter(|one| one.way == Way::In) {
        let address = match message.name.as_str() {
            "callback" => format!("/callbacks/{folder}"),
            name => format!("/callbacks/{folder}/{name}"),
        };
        terminal.line(format_args!("  POST {address}  {}", message.signature.key()))?;
    }
    Ok(())
}

fn verify(book: &Rulebook, wanted: &Verify, terminal: &mut Terminal) -> Result<Exit, Failure> {
    let known: Vec<&str> = book.providers.iter().map(|one| one.folder.as_str()).collect();
    let found = book.providers.iter().find(|one| one.folder == wanted.provider);
    let provider = found
        .ok_or_else(|| Failure::usage(format!("no such provider; known: {}", known.join(", "))))?;
    let message = provider.message(&wanted.message).ok_or_else(|| {
        let known: Vec<&str> = provider.messages.iter().map(|one| one.name.as_str()).collect();
        Failure::usage(format!("no such message; known: {}", known.join(", ")))
    })?;
    let environment: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let key = Secret::parse(&wanted.key).map_err(Failure::usage)?;
    let key = key.value(&environment).map_err(|error| Failure::usage(error.to_string()))?;
    let bytes = input::whole(&wanted.file)?;
    let scheme = match &wanted.scheme {
        None => message.signature,
        Some(word) => {
            let found = acquit_mapping::signature::SCHEMES.iter().find(|(_, key)| key == word);
            found.map(|(scheme, _)| *scheme).ok_or_else(|| Failure::usage("no such scheme"))?
        }
    };
    let told = match scheme {
        Scheme::CmiVer3 => of_form(&fields(&bytes), &key),
        Scheme::FatouratiHmac | Scheme::FatouratiSha256 => {
            let given = wanted.signature.as_deref().unwrap_or_default();
            let texts = parts(book, provider, message, &bytes, |record, _| {
                record.map(|record| message.signed_texts(record)).unwrap_or_default()
            });
            // Who we are stands in the configuration, which is not read here.
            let whole = whole_texts(message, &texts, &wanted.merchant, &wanted.store);
            match of_texts(message, &whole, &key, scheme, given) {
                told if told.holds => told,
                _ => of_texts(message, &texts, &key, scheme, given),
            }
        }
        _ => return Err(Failure::usage("this scheme covers the bytes and no fields")),
    };
    terminal.line(format_args!("{}", told.text))?;
    Ok(if told.holds { Exit::Ok } else { Exit::Findings })
}

/// What was found out.
struct Told {
    holds: bool,
    text: String,
}

fn holds(text: &str) -> Told {
    Told { holds: true, text: text.to_owned() }
}

fn broken(text: String) -> Told {
    Told { holds: false, text }
}

/// Tries what may have happened to one field on the way.
fn of_form(fields: &[(String, String)], key: &str) -> Told {
    if cmi::verify(fields, key) {
        return holds("the signature holds");
    }
    if !fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("hash")) {
        return broken("there is no field of the signature".to_owned());
    }
    for (at, (name, value)) in fields.iter().enumerate() {
        let mut without = fields.to_vec();
        without.remove(at);
        if !name.eq_ignore_ascii_case("hash") && cmi::verify(&without, key) {
            return broken(format!("it holds without \"{name}\": the field was added"));
        }
        let changes = [
            (value.trim().to_owned(), "trimmed"),
            (value.replace(' ', "+"), "with plus signs for blanks"),
            (format!("{value}\n"), "with a line feed at its end"),
            (String::new(), "empty"),
        ];
        for (changed, how) in changes {
            let mut other = fields.to_vec();
            other[at].1 = changed;
            if cmi::verify(&other, key) {
                return broken(format!("it holds with \"{name}\" {how}"));
            }
        }
    }
    if cmi::verify(fields, key.trim()) {
        return broken("it holds with the key trimmed".to_owned());
    }
    broken("no single field explains it: another key, or several fields changed".to_owned())
}

/// Tries the signed texts without one of them.
fn of_texts(message: &Message, texts: &[String], key: &str, scheme: Scheme, given: &str) -> Told {
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    if fatourati::verify(&all, key, scheme, given) {
        return holds("the signature holds");
    }
    let other = match scheme {
        Scheme::FatouratiHmac => Scheme::FatouratiSha256,
        _ => Scheme::FatouratiHmac,
    };
    if fatourati::verify(&all, key, other, given) {
        return broken(format!("it holds under the scheme {}", other.key()));
    }
    for at in 0..all.len() {
        let mut without = all.clone();
        let left = without.remove(at);
        if fatourati::verify(&without, key, scheme, given) {
            let at = at + 1;
            return broken(format!("it holds without value {at} of {}: {left:?}", message.name));
        }
    }
    broken("no single value explains it: another key, or several values changed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_broke_a_form() {
        let mut fields: Vec<(String, String)> = [("amount", "3600.00"), ("oid", "PN 1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        let hash = cmi::hash(&fields, "K", cmi::Way::Callback);
        fields.push(("HASH".to_owned(), hash));
        assert!(of_form(&fields, "K").holds);
        let mut added = fields.clone();
        added.push(("x".to_owned(), "1".to_owned()));
        assert!(of_form(&added, "K").text.contains("without \"x\""));
        let mut padded = fields.clone();
        padded[0].1.push(' ');
        assert!(of_form(&padded, "K").text.contains("\"amount\" trimmed"));
        assert!(of_form(&fields, "L").text.contains("another key"));
    }
}
