//! What holds by default, and every fault at once.

use super::*;

fn read(text: &str) -> (Agreement, Vec<String>) {
    let means = ["transfer", "cheque"];
    let specimens = ["invoic-d96a", "portnet-acc"];
    let (agreement, faults) = Agreement::read("x", "i.toml", text, &means, &specimens);
    (agreement, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn what_holds_when_nothing_is_said() {
    let (agreement, faults) = read("code = \"A\"\nname = \"A\"");
    assert_eq!(faults, [""; 0]);
    let expected = Agreement { code: "A".to_owned(), name: "A".to_owned(), ..blank("x") };
    assert_eq!(agreement, expected);
}

#[test]
fn messages_by_association() {
    let (agreement, faults) = read(
        "code = \"A\"\nname = \"A\"\n[[message]]\nspecimen = \"invoic-d96a\"\n\
         association = [\"\", \"EAN008\"]\nfunctions = \"original\"",
    );
    assert_eq!(faults, [""; 0]);
    let message = agreement.message("invoic-d96a", "EAN008").expect("it is agreed");
    assert!(message.allows(MessageFunction::Original));
    assert!(!message.allows(MessageFunction::Cancel));
    assert!(agreement.message("invoic-d96a", "").is_some());
    assert!(agreement.message("invoic-d96a", "X").is_none());
}

#[test]
fn every_fault_is_told() {
    let (_, faults) = read(
        "code = \"A\"\nmeans = [\"gold\"]\ndubs = 1\ntolerate = \"x\"\n[[message]]\n\
         specimen = \"orders\"\n[answers]\ncontrl = \"often\"",
    );
    assert_eq!(faults.len(), 6, "{faults:#?}");
    assert_eq!(faults[0], "i.toml:1:1: \"name\" is missing");
    assert_eq!(faults[1], "i.toml:2:10: unknown word \"gold\"; known: transfer, cheque");
    assert!(faults[2].starts_with("i.toml:3:1: unknown key \"dubs\"; known: active, answers,"));
    assert_eq!(faults[5], "i.toml:8:10: unknown word \"often\"; known: always, asked, never");
}

#[test]
fn every_key_is_described() {
    let text = "code = \"A\"\nname = \"A\"\nz = 1\n[[message]]\nspecimen = \"invoic-d96a\"\n\
                z = 1\n[answers]\nz = 1\n[notices]\nz = 1\n[duplicates]\nz = 1";
    let page_faults = read(text).1;
    let mut known: Vec<String> = Vec::new();
    for (fault, prefix) in
        page_faults.iter().zip(["", "message.", "answers.", "notices.", "duplicates."])
    {
        let (_, words) = fault.split_once("; known: ").expect("a list of known keys");
        known.extend(words.split(", ").map(|word| format!("{prefix}{word}")));
    }
    known.retain(|key| !["message", "answers", "notices", "duplicates"].contains(&key.as_str()));
    let mut described: Vec<&str> = KEYS.iter().map(|(key, ..)| *key).collect();
    described.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, described);
}
