//! Whether a name a bank writes is a name we know: in capitals, without accents, cut short, with or
//! without the form of the company.
//!
//! What this module is *not*: a guess. Every word of the shorter name must be a word of the other.

/// Words that tell no company apart.
const FORMS: &[&str] = &[
    "SARL", "SA", "AU", "SARLAU", "SAS", "SNC", "STE", "SOCIETE", "ETS", "ET", "DE", "DU", "DES",
    "LA", "LE", "LES", "MR", "MME", "MLLE", "M", "CIE", "LTD", "GMBH", "AG", "VIR", "VIREMENT",
    "RECU", "FAVEUR", "ORDRE",
];
/// Fewest letters a name must have to tell anybody apart.
const LETTERS_MIN: usize = 5;
/// From this length on, a word that was cut short still counts.
const CUT_MIN: usize = 4;

/// The words of a name.
fn words(name: &str) -> Vec<String> {
    let plain: String = name.chars().flat_map(char::to_uppercase).map(folded).collect();
    let words = plain.split(|one: char| !one.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !FORMS.contains(word)).map(str::to_owned).collect()
}

/// A capital letter without its accent; a point between letters says nothing.
const fn folded(letter: char) -> char {
    match letter {
        'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => 'A',
        'Ç' => 'C',
        'È' | 'É' | 'Ê' | 'Ë' => 'E',
        'Ì' | 'Í' | 'Î' | 'Ï' => 'I',
        'Ñ' => 'N',
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' => 'O',
        'Ù' | 'Ú' | 'Û' | 'Ü' => 'U',
        other => other,
    }
}

/// Whether one of the names of a client, separated by commas, is the payer's, or stands among the
/// words of a label.
pub(super) fn is_named(client: &str, payer: &str, label: &str) -> bool {
    let (payer, label) = (words(payer), words(label));
    client.split(',').map(words).any(|client| {
        let among = |few: &[String], many: &[String]| {
            let letters: usize = few.iter().map(String::len).sum();
            letters >= LETTERS_MIN && few.iter().all(|word| many.iter().any(|one| same(word, one)))
        };
        among(&client, &payer) || among(&payer, &client) || among(&client, &label)
    })
}

fn same(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    short == long || short.len() >= CUT_MIN && long.starts_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_payers() {
        let sataa = "SATAA IMPORT EXPORT SARL AU";
        for (client, payer, label, expected) in [
            (sataa, "SATAA IMPORT EXPORT", "", true),
            (sataa, "Sataa Import Expo", "", true),
            (sataa, "STE SATAA", "", true),
            (sataa, "", "VIR RECU SATAA IMPORT EXPORT", true),
            (sataa, "", "VIR RECU SATAA", false),
            (sataa, "TMTA", "", false),
            (sataa, "", "", false),
            (sataa, "IMPORT EXPORT MAROC", "", false),
            ("TMTA", "TMTA SARL", "", false),
            ("Société Générale d'Électricité", "GENERALE D ELECTRICITE", "", true),
            ("LASRY MAROC, Safi Energy Company", "SAFI ENERGY CO", "", false),
            ("LASRY MAROC, Safi Energy Company", "SAFI ENERGY COMP", "", true),
        ] {
            assert_eq!(is_named(client, payer, label), expected, "{client} {payer} {label}");
        }
    }
}
