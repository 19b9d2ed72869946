//! `parties.toml`: the directory of parties, and the clients known before any message.
//!
//! What this module is *not*: the agreements with issuers (each has its own folder); a party
//! here has an identity, no rights.

use std::collections::BTreeMap;

use crate::files::{FileFault, Page, Section};
use crate::platform::party_code;
use acquit_domain::{Party, PartyCode, Role};

/// Every party of the file; a code may be a party's and a client's at once.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parties {
    /// `[[party]]`: issuers, providers, the platform (guide, lines 152 to 165).
    pub parties: Vec<Party>,
    /// `[[client]]`: who may be invoiced.
    pub clients: Vec<Party>,
    by_client: BTreeMap<String, usize>,
}

/// The roles `[[party]]` may name.
const ROLES: &[(Role, &str)] = &[
    (Role::Issuer, "issuer"),
    (Role::Provider, "provider"),
    (Role::Portal, "portal"),
    (Role::Operator, "operator"),
];

impl Parties {
    /// Reads `parties.toml`.
    #[must_use]
    pub fn read(file: &str, text: &str) -> (Parties, Vec<FileFault>) {
        let page = Page::parse(file, text);
        let root = page.root();
        let mut parties = Parties::default();
        let mut codes: Vec<(String, Role)> = Vec::new();
        for section in root.sections("party") {
            let role = section.choice("role", ROLES);
            if !section.has("role") {
                section.fault(section.at(), "\"role\" is missing", &[]);
            }
            if let Some(party) = read_party(&section, role.unwrap_or(Role::Issuer)) {
                once(&mut codes, &section, party.code.as_str(), party.role);
                parties.parties.push(party);
            }
            section.finish();
        }
        for section in root.sections("client") {
            let others = section.words("codes");
            if let Some(client) = read_party(&section, Role::Client) {
                let n = parties.clients.len();
                let own = std::iter::once(client.code.as_str());
                for code in own.chain(others.iter().map(|word| word.text)) {
                    once(&mut codes, &section, code, Role::Client);
                    parties.by_client.insert(code.to_owned(), n);
                }
                parties.clients.push(client);
            }
            section.finish();
        }
        root.finish();
        (parties, page.into_faults())
    }

    /// The client of a code: « Code douanier » or any other code it goes by.
    #[must_use]
    pub fn client(&self, code: &str) -> Option<&Party> {
        self.by_client.get(code).and_then(|n| self.clients.get(*n))
    }

    /// The party of a code, among those that are no client.
    #[must_use]
    pub fn party(&self, code: &str) -> Option<&Party> {
        self.parties.iter().find(|party| party.code.as_str() == code)
    }
}

fn once(codes: &mut Vec<(String, Role)>, section: &Section<'_, '_>, code: &str, role: Role) {
    let entry = (code.to_owned(), role);
    if codes.contains(&entry) {
        section.fault(section.at(), format!("the code \"{code}\" is written twice"), &[]);
    } else {
        codes.push(entry);
    }
}

fn read_party(section: &Section<'_, '_>, role: Role) -> Option<Party> {
    let code = party_code(section, section.needed("code"));
    let text = |key| section.text(key).unwrap_or_default().to_owned();
    let party = Party {
        code: PartyCode::new(&code)?,
        role,
        name: section.needed("name").text.to_owned(),
        cin: text("cin"),
        rc_centre: text("rc_centre"),
        rc: text("rc"),
        ifu: text("ifu"),
        ice: text("ice"),
        address: text("address"),
        active: section.flag("active").unwrap_or(true),
    };
    if !party.ice.is_empty() && !is_ice(&party.ice) {
        section.fault(section.at(), format!("\"{}\" is no ICE", party.ice), &[]);
    }
    Some(party)
}

/// True for a common company identifier: 15 digits, as a number a multiple of 97.
#[must_use]
pub fn is_ice(text: &str) -> bool {
    text.len() == 15
        && !text.starts_with('+')
        && text.parse::<u64>().is_ok_and(|number| number % 97 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for (text, expected) in [
            ("000025569000083", true),
            ("001561191000066", true),
            ("001561191000067", false),
            ("1561191000066", false),
            ("+01561191000066", false),
        ] {
            assert_eq!(is_ice(text), expected, "{text}");
        }
    }

    #[test]
    fn clients_go_by_several_codes() {
        let text = "[[client]]\ncode = \"1247\"\ncodes = [\"000236\"]\nname = \"TMTA\"\n\
                    [[client]]\ncode = \"1247\"\nname = \"\"\nrole = \"x\"";
        let (parties, faults) = Parties::read("parties.toml", text);
        assert_eq!(parties.client("000236").map(|party| party.name.as_str()), Some("TMTA"));
        assert_eq!(parties.client("9"), None);
        let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let expected = [
            "parties.toml:5:1: the code \"1247\" is written twice",
            "parties.toml:7:8: \"name\" is empty",
            "parties.toml:8:1: unknown key \"role\"; known: active, address, cin, code, codes, \
             ice, ifu, name, rc, rc_centre",
        ];
        assert_eq!(found, expected);
    }
}
