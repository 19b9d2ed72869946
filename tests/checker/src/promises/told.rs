//! P9: subscribers.

use crate::client::Client;
use crate::evidence::Evidence;
use crate::report::{Column, Report};
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a subscriber of ours answers when it takes a post.
const TAKEN: u16 = 204;

/// An event, as the feed and the posts tell it.
struct Event {
    id: String,
    kind: String,
    /// What it is about.
    subject: String,
}

fn event(value: &Value) -> Option<Event> {
    let text = |name: &str| Some(value[name].as_str()?.to_owned());
    let subject = text("subject").unwrap_or_default();
    Some(Event { id: text("id")?, kind: text("type")?, subject })
}

/// P9.
pub(super) fn told(evidence: &Evidence, report: &mut Report) -> Result<(), String> {
    let mut wrong = |column: Column, text: String| report.breach("P9", column, text);
    let mut named: BTreeMap<(&str, String), &str> = BTreeMap::new();
    let mut first: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for (at, post) in evidence.written.posts.iter().enumerate() {
        if !post.signed {
            wrong(Column::Unanswered, format!("a post to {} is not signed", post.who));
        }
        let value: Value = serde_json::from_str(&post.body).unwrap_or_default();
        let Some(event) = event(&value) else {
            wrong(Column::Unanswered, format!("a post to {} is no event", post.who));
            continue;
        };
        let key = (post.who.as_str(), event.id);
        let id = *named.entry(key.clone()).or_insert(post.id.as_str());
        if id != post.id {
            wrong(Column::Unanswered, format!("one event came as {id} and {}", post.id));
        }
        // A subscriber that refused it was not told.
        if post.status == TAKEN {
            first.entry(key).or_insert(at);
        }
    }
    let Some(address) = evidence.address else { return Ok(()) };
    for ear in &evidence.keys.ears {
        let key = if ear.who == "portal" { &evidence.keys.portal } else { &evidence.keys.other };
        let events = feed(address, key)?;
        let mut last: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
        for event in &events {
            match first.get(&(ear.who.as_str(), event.id.clone())) {
                None => {
                    let text = format!("{} was not told {} {}", ear.who, event.kind, event.id);
                    wrong(Column::Unanswered, text);
                }
                Some(at) if !event.subject.is_empty() => {
                    let before = last.insert(&event.subject, (*at, &event.id));
                    if before.is_some_and(|(before, _)| before > *at) {
                        let text = format!("{} was told {} too early", ear.who, event.id);
                        wrong(Column::OrderBreaks, text);
                    }
                }
                Some(_) => {}
            }
        }
        if ear.who == "portal" {
            for text in changes(evidence, &events)? {
                wrong(Column::Unanswered, text);
            }
        }
    }
    Ok(())
}

/// Status changes of the log that no event tells.
fn changes(evidence: &Evidence, events: &[Event]) -> Result<Vec<String>, String> {
    let rows = evidence.held.rows(
        "SELECT issuer, number, count(*) FROM exchanges WHERE number IS NOT NULL \
         AND status_after IS NOT NULL AND (status_before IS NULL OR status_before <> status_after) \
         GROUP BY issuer, number",
    )?;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        *counts.entry(&event.subject).or_default() += 1;
    }
    let mut missing = Vec::new();
    for row in rows {
        let (issuer, number) = (row[0].text(), row[1].text());
        let there = counts.get(format!("{issuer}/{number}").as_str());
        let there = there.copied().unwrap_or_default();
        if (there as i64) < row[2].number() {
            let changes = row[2].number();
            missing.push(format!("{issuer} {number}: {changes} changes, {there} events"));
        }
    }
    Ok(missing)
}

/// The feed of events of a party, from its beginning.
fn feed(address: std::net::SocketAddr, key: &str) -> Result<Vec<Event>, String> {
    let mut client = Client::new(address, Duration::from_secs(10));
    let (mut events, mut after) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/events?limit=200{after}");
        let answer = client.get(&path, key).ok_or("the feed does not answer")?;
        let page = answer.json();
        let items =
            page["items"].as_array().ok_or_else(|| format!("no feed: {}", answer.text()))?;
        events.extend(items.iter().filter_map(event));
        match page["next"].as_str() {
            Some(next) if !items.is_empty() => after = format!("&after={next}"),
            _ => return Ok(events),
        }
    }
}
