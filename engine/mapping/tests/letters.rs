//! The committed letters: all of them, in every language, with everything said and with nothing.

#![expect(clippy::disallowed_methods, reason = "a test reads the committed files")]

use acquit_mapping::language::{LANGUAGES, Language};
use acquit_mapping::letters::{HOLES, KINDS, Said, Template};
use std::path::Path;

/// A committed letter.
fn template(kind: &str) -> Template {
    let file = format!("letters/{kind}.toml");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings").join(&file);
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let (template, faults) = Template::read(&file, &text);
    assert_eq!(faults, []);
    template
}

#[test]
fn every_letter_in_every_language() {
    let full: Vec<(&str, &str)> = HOLES.iter().map(|hole| (*hole, *hole)).collect();
    for kind in KINDS {
        let template = template(kind);
        for (language, key) in LANGUAGES {
            let said = template.say(*language, &full);
            check(&said, &format!("{kind} {key} full"));
            assert!(said.text.contains("invoices"), "{kind} {key}");
            check(&template.say(*language, &[]), &format!("{kind} {key} empty"));
        }
    }
}

/// A letter that can be sent: nothing of the file's own signs is left.
fn check(said: &Said, which: &str) {
    for text in [&said.subject, &said.text] {
        assert!(!text.is_empty(), "{which}");
        assert!(!text.contains(['{', '}', '[', ']']), "{which}: {text}");
        assert!(!text.contains("\n\n\n"), "{which}: {text}");
    }
}

#[test]
fn a_reference_and_what_to_do_with_it() {
    let values = [
        ("platform", "PortNet"),
        ("invoices", "00028653 du 26/03/2016 : 3 600,00 MAD"),
        ("amount", "3 615,00 MAD"),
        ("fees", "15,00 MAD"),
        ("reference", "1089010000162"),
        ("expires", "23/11/2026 13:30"),
    ];
    let said = template("payment_started").say(Language::Fr, &values);
    assert_eq!(said.subject, "Votre paiement : référence 1089010000162, 3 615,00 MAD");
    let text = "\
Bonjour,

Vous avez demandé le paiement de :
00028653 du 26/03/2016 : 3 600,00 MAD

Montant à régler : 3 615,00 MAD
dont frais : 15,00 MAD
Référence à communiquer : 1089010000162

Sélectionnez le service « PortNet » chez le canal de paiement choisi, \
communiquez la référence 1089010000162 et vérifiez le montant.
Passé le 23/11/2026 13:30, la référence 1089010000162 n'est plus valable \
et votre règlement sera refusé.

PortNet";
    assert_eq!(said.text, text);
}
