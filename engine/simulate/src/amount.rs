//! Amounts as partners write them: two decimals and a point. They are kept in centimes.

/// Centimes as `3600.00`.
#[must_use]
pub fn write(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    let magnitude = minor.unsigned_abs();
    format!("{sign}{}.{:02}", magnitude / 100, magnitude % 100)
}

/// Centimes of `3600`, `3600.5` or `3600.00`; `None` when it is no such amount.
#[must_use]
pub fn read(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts() {
        for (text, minor) in [("3600.00", 360_000), ("0.05", 5), ("12.5", 1250), ("7", 700)] {
            assert_eq!(read(text), Some(minor), "{text}");
        }
        assert_eq!(write(360_000), "3600.00");
        assert_eq!(write(-5), "-0.05");
        for text in ["", ".5", "1,5", "1.234", "-1", "1e3"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
