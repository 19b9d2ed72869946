//! The committed rulebook with issuers of the simulated worlds.

use acquit_mapping::rulebook::Rulebook;
use std::collections::BTreeMap;
use std::path::Path;

/// Issuers of the worlds: one per way of dealing with parts, one that speaks EDIFACT as well, one
/// that is told of each invoice apart, and one that takes known clients only.
pub const ISSUERS: &[&str] = &["SIMHOLD", "SIMOLD", "SIMSHARE", "SIMEDI", "SIMEACH", "SIMKNOWN"];

/// Means every issuer takes.
pub const MEANS: &[&str] =
    &["cmi.card", "cmi.fatourati", "amanpay.amanty", "amanpay.cashcode", "cheque", "transfer"];

fn issuer(code: &str, underpaid: &str, more: &str, tables: &str) -> (String, String) {
    let means: Vec<String> = MEANS.iter().map(|means| format!("\"{means}\"")).collect();
    let text = format!(
        "code = \"{code}\"\nname = \"{code}\"\nxml = [\"{code}\"]\nedifact = [\"{code}:ZZZ\"]\n\
         underpaid = \"{underpaid}\"\nmeans = [{}]\ntolerate = [\"missing_document\"]\n{more}\n\
         [[message]]\nspecimen = \"portnet-inv\"\n[[message]]\nspecimen = \"invoic-d96a\"\n\
         association = [\"\"]\n[answers]\ncontrl = \"always\"\naperak = \"always\"\n\
         acc = \"always\"\n{tables}",
        means.join(", ")
    );
    (format!("issuers/{}/issuer.toml", code.to_lowercase()), text)
}

/// The committed rulebook, and the issuers of the worlds.
///
/// # Panics
/// When a file of `mappings/` has a fault: all of them are told.
#[must_use]
pub fn book() -> Rulebook {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../mappings");
    let mut all = BTreeMap::new();
    files(&root, &root, &mut all);
    all.extend([
        issuer("SIMHOLD", "hold", "", ""),
        issuer("SIMOLD", "oldest_first", "reference_minutes = 1440", ""),
        issuer("SIMSHARE", "pro_rata", "", ""),
        issuer("SIMEDI", "hold", "", ""),
        issuer("SIMEACH", "oldest_first", "", "[notices]\nper = \"invoice\"\n"),
        issuer("SIMKNOWN", "hold", "clients = \"known\"", ""),
    ]);
    Rulebook::load(&all).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"))
    })
}

fn files(root: &Path, below: &Path, into: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(below).expect("the mappings folder is there") {
        let path = entry.expect("an entry of a folder").path();
        if path.is_dir() {
            files(root, &path, into);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let name = path.strip_prefix(root).expect("a path below the root");
            into.insert(name.to_string_lossy().replace('\\', "/"), text);
        }
    }
}
