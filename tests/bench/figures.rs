//! What is printed of times.

use std::time::Duration;

/// The n-th hundredth of some durations; the durations are sorted on the way.
pub(crate) fn quantile(of: &mut [Duration], hundredth: usize) -> Duration {
    of.sort_unstable();
    of.get((of.len() * hundredth / 100).min(of.len().saturating_sub(1)))
        .copied()
        .unwrap_or_default()
}

/// A quotient with two decimals.
pub(crate) fn ratio(part: u128, whole: u128) -> String {
    let hundredths = part * 100 / whole.max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}
