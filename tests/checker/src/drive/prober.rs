//! Somebody who looks at what is theirs, and asks for what is not.

use super::{Payable, Person, Wish, about};
use crate::house_keys::{CARDS, CLIENT_OF_CARDS, CLIENT_OF_OTHER, OTHER};
use crate::journal::Kind;
use crate::pause::pause;
use serde_json::Value;
use std::time::Duration;

pub(super) fn run(mut person: Person, _: Payable) {
    while !person.is_over() {
        let keys = person.load.keys.clone();
        let sides = [
            (OTHER, &keys.other, keys.cards.as_str(), CARDS),
            (CARDS, &keys.cards, keys.other.as_str(), OTHER),
            (CLIENT_OF_OTHER, &keys.client_of_other, &keys.client_of_cards, CARDS),
            (CLIENT_OF_CARDS, &keys.client_of_cards, &keys.client_of_other, OTHER),
        ];
        for (who, key, foreign, issuer) in sides {
            let _ = look(&mut person, who, key, foreign, issuer);
        }
        pause(Duration::from_millis(200));
    }
}

/// `who` looks around, then asks for what the holder of `foreign` can see.
fn look(person: &mut Person, who: &str, key: &str, foreign: &str, issuer: &str) -> Option<()> {
    for path in ["/v1/invoices?limit=50", "/v1/exchanges?limit=50", "/v1/events?limit=50"] {
        get(person, who, key, path, Kind::Look)?;
    }
    let theirs = |person: &mut Person, path: &str| -> Option<Value> {
        Some(person.client.get(path, foreign)?.json())
    };
    let page = theirs(person, "/v1/exchanges?limit=5")?;
    let invoices = theirs(person, "/v1/invoices?limit=5")?;
    for row in page["items"].as_array()? {
        let id = row["id"].as_str()?;
        for path in ["", "/raw", "/reading"] {
            get(person, who, key, &format!("/v1/exchanges/{id}{path}"), Kind::Foreign)?;
        }
    }
    for invoice in invoices["items"].as_array()? {
        let number = invoice["number"].as_str()?;
        let path = format!("/v1/invoices/{issuer}/{number}");
        get(person, who, key, &path, Kind::Foreign)?;
        get(person, who, key, &format!("{path}/exchanges"), Kind::Foreign)?;
    }
    if let Some(cursor) = invoices["next"].as_str() {
        get(person, who, key, &format!("/v1/invoices?limit=5&after={cursor}"), Kind::Foreign)?;
    }
    Some(())
}

fn get(person: &mut Person, who: &str, key: &str, path: &str, kind: Kind) -> Option<()> {
    let line = format!("GET {path}");
    let what = about(kind);
    person.ask(Wish { who, key, line: &line, headers: "", body: b"", what }).map(drop)
}
