//! The partners' settlements of the day against the platform's ledger.

use super::{Plan, Tally};
use crate::http::Call;
use crate::journal::{Deed, Entry};
use crate::street::Street;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;

/// Hands in the settlement of every provider and day, and writes what does not agree although
/// nobody misbehaved.
pub(super) async fn match_days(plan: &Plan, tally: &mut Tally, street: &Street) -> io::Result<()> {
    let entries = street.journal.entries();
    let money = |one: &&Entry| matches!(one.deed, Deed::Took | Deed::GaveBack);
    let days: BTreeSet<(&str, jiff::civil::Date)> =
        entries.iter().filter(money).map(|one| (one.partner, one.day())).collect();
    for (partner, day) in days {
        let text = street.journal.settlement(partner, day);
        let url = format!("{}/v1/settlements/{partner}?day={day}", plan.url);
        let call = Call::new("POST", &url).bearer(&plan.operator).body("text/csv", text);
        let answer = call.send().await?;
        if answer.status != 200 {
            let text =
                format!("the settlement of {partner}: {} {}", answer.status, answer.as_text());
            tally.unexplained.push(text);
            continue;
        }
        for day in answer.as_json()["items"].as_array().into_iter().flatten() {
            read(day, partner, &entries, tally);
        }
    }
    Ok(())
}

/// Counts the lines of a day, and writes those that should agree and do not.
fn read(day: &Value, partner: &str, entries: &[Entry], tally: &mut Tally) {
    for class in day["classes"].as_array().into_iter().flatten() {
        let count = class["count"].as_u64().and_then(|count| usize::try_from(count).ok());
        let count = count.unwrap_or_default();
        tally.settled.0 += count;
        if class["class"] == "match" {
            tally.settled.1 += count;
        }
    }
    for line in day["lines"].as_array().into_iter().flatten() {
        let transaction = line["transaction"].as_str().unwrap_or("");
        let of = |one: &&Entry| one.partner == partner && one.transaction == transaction;
        let is_touched = entries.iter().filter(of).any(|one| !one.because.is_empty());
        let class = line["class"].as_str().unwrap_or("");
        if !is_touched && !matches!(class, "match" | "date_diff") {
            tally.unexplained.push(format!("{partner} {transaction} is {class} in its settlement"));
        }
    }
}
