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

/// Processor time this program has used, all its threads together; none where nobody tells.
pub(crate) fn processor() -> Duration {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Fields 14 and 15 of proc(5), in hundredths of a second.
    let used = text.split(' ').skip(13).take(2);
    Duration::from_millis(used.filter_map(|part| part.parse::<u64>().ok()).sum::<u64>() * 10)
}

/// Processor time this thread has used; none where nobody tells.
pub(crate) fn thread() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let used = text.split(' ').next().and_then(|nanos| nanos.parse().ok());
    Duration::from_nanos(used.unwrap_or_default())
}

/// Processor time that the threads of this name have used; none where nobody tells.
pub(crate) fn named(name: &str) -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let nanos = tasks.filter_map(|task| {
        let told = |what| std::fs::read_to_string(task.path().join(what)).unwrap_or_default();
        let used = (told("comm").trim_end() == name).then(|| told("schedstat"))?;
        used.split(' ').next()?.parse::<u64>().ok()
    });
    Duration::from_nanos(nanos.sum())
}
