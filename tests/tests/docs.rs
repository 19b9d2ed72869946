//! The documents do what they say: every `console` block is run in an empty folder beside the
//! samples, and its output compared.
//!
//! In a block, a line that begins with `$ ` is a command and the lines up to the next are its
//! output, where a line `...` stands for any lines and `...` in a line for any text, line ends
//! included. A block
//! that begins with a line `# not run: REASON` is skipped; one with a long-running command
//! (`serve`, `demo`, `--follow`) must say so.
//!
//! The binary is taken from `ACQUIT_BINARY`, or from beside the tests, where a build of the
//! whole workspace puts it.
#![expect(clippy::print_stdout, reason = "tells what was skipped")]

use std::path::{Path, PathBuf};
use std::process::Command;

use acquit_tests::repository::root;

/// The documents whose blocks are run.
const DOCUMENTS: &[&str] = &[
    "README.md",
    "docs/ARCHITECTURE.md",
    "docs/CHANGELOG.md",
    "docs/mapping.md",
    "docs/operations.md",
    "docs/BENCHMARKS.md",
];

/// One command and what it is to print.
#[derive(Debug, PartialEq, Eq)]
struct Step {
    line: usize,
    command: String,
    output: Vec<String>,
}

#[test]
fn console_blocks_do_what_they_say() {
    let Some(binary) = binary() else {
        println!("skipped: there is no acquit binary; build it, or name it in ACQUIT_BINARY");
        return;
    };
    let mut wrong = Vec::new();
    for document in DOCUMENTS {
        let Ok(text) = std::fs::read_to_string(root().join(document)) else {
            println!("skipped: {document} is not written yet");
            continue;
        };
        for block in blocks(&text) {
            wrong.extend(run(document, &block, &binary));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The binary under test.
fn binary() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("ACQUIT_BINARY") {
        return Some(path.into());
    }
    // Tests are in target/PROFILE/deps, the binary in target/PROFILE.
    let beside = std::env::current_exe().ok()?.parent()?.parent()?.join("acquit");
    beside.is_file().then_some(beside)
}

/// The `console` blocks of a document that are to be run, each as its steps.
fn blocks(text: &str) -> Vec<Vec<Step>> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((_, line)) = lines.next() {
        if line.trim_end() != "```console" {
            continue;
        }
        let body: Vec<(usize, &str)> =
            lines.by_ref().take_while(|(_, line)| line.trim_end() != "```").collect();
        if let Some(reason) = body.first().and_then(|(_, line)| line.strip_prefix("# not run: ")) {
            assert!(!reason.is_empty(), "a block that is not run says why");
            continue;
        }
        blocks.push(steps(&body));
    }
    blocks
}

fn steps(body: &[(usize, &str)]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (at, line) in body {
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: at + 1, command: command.to_owned(), output: Vec::new() });
        } else if let Some(step) = steps.last_mut() {
            step.output.push((*line).to_owned());
        }
    }
    steps
}

/// Runs the steps of a block in one folder; what was otherwise.
fn run(document: &str, steps: &[Step], binary: &Path) -> Vec<String> {
    let folder = std::env::temp_dir().join(format!(
        "acquit-docs-{}-{}",
        std::process::id(),
        steps.first().map_or(0, |step| step.line)
    ));
    std::fs::create_dir_all(&folder).expect("a folder for the block");
    for shown in ["samples", "mappings", "docs"] {
        // The block sees the folders of the repository as a reader of the document does.
        let _ = std::os::unix::fs::symlink(root().join(shown), folder.join(shown));
    }
    let mut path = binary.parent().map(Path::to_path_buf).unwrap_or_default().into_os_string();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut wrong = Vec::new();
    for step in steps {
        let output = Command::new("bash")
            .args(["-c", &format!("{} 2>&1", step.command)])
            .current_dir(&folder)
            .env("PATH", &path)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100")
            .output();
        let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let said = said.unwrap_or_else(|error| error.to_string());
        let lines: Vec<&str> = said.lines().collect();
        let expected: Vec<&str> = step.output.iter().map(String::as_str).collect();
        if !fits(&lines, &expected) && !line_fits(&lines.join("\n"), &expected.join("\n")) {
            wrong.push(format!(
                "{document}:{}: $ {}\nexpected:\n{}\nprinted:\n{said}",
                step.line,
                step.command,
                expected.join("\n")
            ));
        }
    }
    let _ = std::fs::remove_dir_all(&folder);
    wrong
}

/// Whether lines fit what is expected of them.
fn fits(lines: &[&str], expected: &[&str]) -> bool {
    match expected.split_first() {
        None => lines.is_empty(),
        Some((&"...", rest)) => (0..=lines.len()).any(|skip| fits(&lines[skip..], rest)),
        Some((first, rest)) => lines
            .split_first()
            .is_some_and(|(line, others)| line_fits(line, first) && fits(others, rest)),
    }
}

/// Whether a text fits, where `...` stands for any text.
fn line_fits(line: &str, expected: &str) -> bool {
    let Some((before, after)) = expected.split_once("...") else {
        return line.trim_end() == expected.trim_end();
    };
    let Some(rest) = line.strip_prefix(before) else { return false };
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.into_iter().any(|at| line_fits(&rest[at..], after))
}

#[test]
fn blocks_are_found_and_compared() {
    let text =
        "a\n```console\n$ one\nx\n...\n$ two\n```\n```console\n# not run: it stays\n$ no\n```\n";
    let found = blocks(text);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0][0],
        Step { line: 3, command: "one".into(), output: vec!["x".into(), "...".into()] }
    );
    assert_eq!(found[0][1].output, Vec::<String>::new());
    let check = |lines: &[&str], expected: &[&str], fit: bool| {
        assert_eq!(fits(lines, expected), fit, "{lines:?} {expected:?}");
    };
    check(&["a", "b"], &["a", "b"], true);
    check(&["a", "b"], &["a"], false);
    check(&["a", "b", "c"], &["...", "c"], true);
    check(&["a", "b", "c"], &["a", "..."], true);
    check(&["took 12 ms"], &["took ... ms"], true);
    check(&["took 12 s"], &["took ... ms"], false);
}
