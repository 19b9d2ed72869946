//! Puts `mappings/` and `samples/` into the binary, so that one file is a whole installation.

use std::fmt::Write;
use std::path::{Path, PathBuf};

fn main() {
    let here = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = here.join("../..");
    let mut code = String::new();
    for (name, folder) in [("MAPPINGS", "mappings"), ("SAMPLES", "samples")] {
        let base = root.join(folder);
        println!("cargo:rerun-if-changed={}", base.display());
        let mut paths = Vec::new();
        collect(&base, &mut paths);
        paths.sort();
        let _ = writeln!(code, "pub(super) const {name}: &[super::File] = &[");
        for path in paths {
            let relative = path.strip_prefix(&base).expect("found below it");
            let relative = relative.to_string_lossy().replace('\\', "/");
            let absolute = path.display().to_string();
            let _ = writeln!(code, "    ({relative:?}, include_bytes!({absolute:?})),");
        }
        code.push_str("];\n");
    }
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    std::fs::write(out.join("embedded.rs"), code).expect("the build folder can be written");
}

/// Every file below a folder; files whose name begins with a dot are left out.
fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        match path.is_dir() {
            true => collect(&path, paths),
            false => paths.push(path),
        }
    }
}
