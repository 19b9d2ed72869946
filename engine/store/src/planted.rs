//! Faults that are planted on purpose, so that the tests that look for faults can be tested.
//!
//! It exists with the feature `faults` alone, which no release can have. `ACQUIT_SEEDED_BUG`
//! names one bug, `ACQUIT_ABORT_AT` a point and the pass at which the process ends itself there
//! (`before_commit:7`), as if it were killed.

#[cfg(not(debug_assertions))]
compile_error!("the feature `faults` is for tests: it cannot be in a release");

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, OnceLock};

static BUG: LazyLock<String> = LazyLock::new(|| read("ACQUIT_SEEDED_BUG"));
static POINT: OnceLock<Option<(String, u64)>> = OnceLock::new();
static PASSES: AtomicU64 = AtomicU64::new(0);

fn read(name: &str) -> String {
    std::env::var(name).unwrap_or_default()
}

/// True when this bug is planted.
#[must_use]
pub fn is(bug: &str) -> bool {
    BUG.as_str() == bug
}

/// Ends the process when this is the point and the pass that were asked for.
pub fn point(name: &str) {
    let asked = POINT.get_or_init(|| {
        let text = read("ACQUIT_ABORT_AT");
        let (point, pass) = text.split_once(':')?;
        Some((point.to_owned(), pass.parse().ok()?))
    });
    let Some((point, pass)) = asked else { return };
    if point == name && PASSES.fetch_add(1, Ordering::Relaxed) + 1 == *pass {
        std::process::abort();
    }
}
