//! The files of `docs/deploy` fit the program: no alert and no panel asks for a metric that does
//! not exist, every metric is explained to operators, and the files please their own tools where
//! these are installed (`promtool`, `systemd-analyze`).
#![expect(clippy::print_stdout, reason = "tells what was skipped")]

use acquit_tests::repository::{SourceFile, files, root};
use std::collections::BTreeSet;
use std::process::Command;

/// What Prometheus adds to the name of a histogram.
const SUFFIXES: [&str; 3] = ["_bucket", "_sum", "_count"];

/// Words of this shape that are no metrics.
const OTHERS: [&str; 2] = ["acquit_parcels", "acquit_test"];

/// The words of a text that look like metrics.
fn words(text: &str) -> BTreeSet<String> {
    let part = |c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    let metric = |word: &&str| word.starts_with("acquit_") && word.len() > "acquit_".len();
    text.split(part).filter(metric).map(str::to_owned).collect()
}

/// The metrics the program writes: words in its strings, without the names of crates.
fn metrics(files: &[SourceFile]) -> BTreeSet<String> {
    let crates: BTreeSet<String> = files
        .iter()
        .filter(|file| file.is("Cargo.toml"))
        .filter_map(|file| {
            let text = file.text.as_deref()?;
            let name = text.lines().find_map(|line| line.strip_prefix("name = \"acquit-"))?;
            Some(format!("acquit_{}", name.trim_end_matches('"').replace('-', "_")))
        })
        .collect();
    let sources = files.iter().filter(|file| file.under(&["engine/server/src"]));
    let found = sources.flat_map(|file| words(file.text.as_deref().unwrap_or("")));
    found.filter(|word| !crates.contains(word) && !OTHERS.contains(&word.as_str())).collect()
}

fn text(files: &[SourceFile], path: &str) -> String {
    let file = files.iter().find(|file| file.path == path);
    file.and_then(|file| file.text.clone()).unwrap_or_else(|| panic!("{path} is missing"))
}

#[test]
fn alerts_and_panels_ask_for_metrics_that_exist() {
    let files = files();
    let known = metrics(&files);
    assert!(known.contains("acquit_store_up"), "{known:?}");
    for path in ["docs/deploy/prometheus/acquit.rules.yml", "docs/deploy/grafana/acquit.json"] {
        let asked = words(&text(&files, path));
        assert!(asked.len() > 10, "{path} asks for {asked:?}");
        for word in asked {
            let stem = SUFFIXES.iter().find_map(|suffix| word.strip_suffix(suffix));
            let exists = known.contains(&word) || stem.is_some_and(|stem| known.contains(stem));
            assert!(exists, "{path} asks for {word}; there are {known:?}");
        }
    }
}

#[test]
fn every_metric_is_explained() {
    let files = files();
    let explained = words(&text(&files, "docs/operations.md"));
    let is_explained = |metric: &String| {
        let stem = SUFFIXES.iter().find_map(|suffix| metric.strip_suffix(suffix));
        explained.contains(metric) || stem.is_some_and(|stem| explained.contains(stem))
    };
    let missing: Vec<String> =
        metrics(&files).into_iter().filter(|metric| !is_explained(metric)).collect();
    assert!(missing.is_empty(), "docs/operations.md does not explain {missing:?}");
}

/// Runs a tool of others over a file; says so when it is not installed.
fn judged(tool: &str, arguments: &[&str]) {
    let output = match Command::new(tool).args(arguments).current_dir(root()).output() {
        Ok(output) => output,
        Err(error) => {
            println!("skipped: {tool}: {error}");
            return;
        }
    };
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    assert!(output.status.success(), "{tool} {arguments:?}: {said}");
}

#[test]
fn prometheus_reads_its_files() {
    judged("promtool", &["check", "rules", "docs/deploy/prometheus/acquit.rules.yml"]);
    judged("promtool", &["check", "config", "docs/deploy/prometheus/prometheus.yml"]);
    judged("promtool", &["test", "rules", "docs/deploy/prometheus/acquit.rules.test.yml"]);
}

#[test]
fn the_unit_is_one() {
    let unit = std::fs::read_to_string(root().join("docs/deploy/acquit.service"))
        .expect("the unit can be read");
    // The verifier wants the program to be there.
    let unit = unit.replace("/usr/bin/acquit", "/bin/true");
    let folder = std::env::temp_dir().join(format!("acquit-unit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("acquit.service");
    std::fs::write(&path, unit).expect("written");
    judged("systemd-analyze", &["verify", "--man=no", &path.display().to_string()]);
    let _ = std::fs::remove_dir_all(&folder);
}

#[test]
fn the_dashboard_is_whole() {
    let text = text(&files(), "docs/deploy/grafana/acquit.json");
    let board: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let panels = board["panels"].as_array().expect("panels");
    let mut ids = BTreeSet::new();
    for panel in panels {
        assert!(ids.insert(panel["id"].as_i64()), "{}", panel["title"]);
        let targets = panel["targets"].as_array().expect("targets");
        assert!(targets.iter().all(|target| target["expr"].is_string()), "{}", panel["title"]);
    }
}
