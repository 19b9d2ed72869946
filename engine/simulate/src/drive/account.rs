//! The partners' journal against the platform's ledger.

use super::{Driven, End, Plan, Tally, get};
use crate::amount;
use crate::journal::{Deed, Entry};
use crate::misbehaviour::Misbehaviour;
use crate::street::Street;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How long the platform may take to hear of what partners took.
const HEARING: Duration = Duration::from_secs(15);

/// How long between two looks.
const LOOK: Duration = Duration::from_millis(500);

/// Most pages of a list that are read.
const PAGES_MAX: usize = 1000;

/// Money of the ledger: what came and where it lies, in centimes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Held {
    amount: i64,
    allocated: i64,
    suspense: i64,
}

/// The ledger's money by provider and transaction.
type Ledger = BTreeMap<(String, String), Held>;

/// Holds the journal against the ledger and writes what is not explained.
pub(super) async fn explain(plan: &Plan, tally: &mut Tally, street: &Street) -> io::Result<()> {
    let until = Instant::now() + HEARING;
    let (mut ledger, mut orders);
    loop {
        (ledger, orders) = read(plan, tally).await?;
        let missing = street.journal.entries().iter().any(|entry| fault(entry, &ledger).is_some());
        if !missing || Instant::now() > until {
            break;
        }
        sleep(LOOK).await;
    }
    let entries = street.journal.entries();
    tally.unexplained.extend(entries.iter().filter_map(|entry| fault(entry, &ledger)));
    tally.unexplained.extend(street.journal.all_strange());
    tally.unexplained.extend(ledger.iter().filter_map(|(key, held)| stranger(key, held, &entries)));
    tally.kept = street.journal.kept();
    let is_denied = |entry: &&Entry| {
        let key = (entry.partner.to_owned(), entry.transaction.clone());
        entry.deed == Deed::Took && !ledger.contains_key(&key)
    };
    tally.denied = entries.iter().filter(is_denied).map(|entry| entry.minor).sum();
    tally.held = ledger.values().map(|held| held.allocated + held.suspense).sum();
    for driven in &mut tally.driven {
        if let Some(order) = orders.get(&driven.order) {
            ended(driven, order);
        }
    }
    let totals = get(plan, &plan.operator, "/v1/operator/totals").await?;
    for total in totals["items"].as_array().into_iter().flatten() {
        if total["balances"] != true {
            tally.unexplained.push(format!("the ledger does not balance: {total}"));
        }
    }
    Ok(())
}

/// The ledger as the platform shows it: what belongs to orders, and what lies in suspense.
async fn read(plan: &Plan, tally: &Tally) -> io::Result<(Ledger, BTreeMap<String, Value>)> {
    let (mut ledger, mut orders) = (Ledger::new(), BTreeMap::new());
    for driven in tally.driven.iter().filter(|one| !one.order.is_empty()) {
        let order = get(plan, &plan.operator, &format!("/v1/orders/{}", driven.order)).await?;
        for funds in order["payments"].as_array().into_iter().flatten() {
            enter(&mut ledger, funds);
        }
        orders.insert(driven.order.clone(), order);
    }
    let mut path = "/v1/operator/suspense?limit=100".to_owned();
    for _ in 0..PAGES_MAX {
        let page = get(plan, &plan.operator, &path).await?;
        for funds in page["items"].as_array().into_iter().flatten() {
            enter(&mut ledger, funds);
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/operator/suspense?limit=100&after={next}");
    }
    Ok((ledger, orders))
}

fn enter(ledger: &mut Ledger, funds: &Value) {
    let text = |name: &str| funds[name].as_str().unwrap_or("").to_owned();
    let money = |value: &Value| minor(value["amount"].as_str().unwrap_or(""));
    let lines = funds["allocation"].as_array().into_iter().flatten();
    let held = Held {
        amount: money(&funds["amount"]),
        allocated: lines.map(|line| money(&line["amount"])).sum(),
        suspense: money(&funds["suspense"]),
    };
    ledger.insert((text("provider"), text("transaction")), held);
}

/// Centimes with their sign; amounts of a ledger may be negative.
fn minor(text: &str) -> i64 {
    let magnitude = amount::read(text.trim_start_matches('-')).unwrap_or_default();
    if text.starts_with('-') { -magnitude } else { magnitude }
}

/// What is wrong with the ledger about something a partner did.
fn fault(entry: &Entry, ledger: &Ledger) -> Option<String> {
    let held = ledger.get(&(entry.partner.to_owned(), entry.transaction.clone()));
    let (partner, transaction, order) = (entry.partner, &entry.transaction, &entry.order);
    let amount = amount::write(entry.minor);
    match (entry.deed, held) {
        // Whom to believe is not ours to say: an operator asks the partner.
        (Deed::Took, None) if entry.because.contains(&Misbehaviour::Lies.name()) => None,
        (Deed::Took, None) => Some(format!(
            "{partner} took {amount} ({transaction}) for {order}, and the ledger has no such money"
        )),
        (Deed::Took, Some(held)) if held.amount != entry.minor => Some(format!(
            "{partner} took {amount} ({transaction}) for {order}, and the ledger has {}",
            amount::write(held.amount)
        )),
        (Deed::Took, Some(held)) if held.allocated + held.suspense != entry.minor => Some(format!(
            "of {amount} ({transaction}) for {order}, {} lie on invoices and {} in suspense",
            amount::write(held.allocated),
            amount::write(held.suspense)
        )),
        (Deed::Declined | Deed::Released, Some(held)) => Some(format!(
            "{partner} took nothing ({transaction}) for {order}, and the ledger has {}",
            amount::write(held.amount)
        )),
        _ => None,
    }
}

/// Money of the ledger that no partner took.
fn stranger(key: &(String, String), held: &Held, entries: &[Entry]) -> Option<String> {
    let (provider, transaction) = key;
    let is_ours = |one: &&Entry| one.partner == provider;
    if !entries.iter().any(|one| is_ours(&one)) {
        return None;
    }
    let is_known = entries.iter().any(|one| one.transaction == *transaction);
    (!is_known).then(|| {
        let amount = amount::write(held.amount);
        format!("the ledger has {amount} of {provider} ({transaction}), which it never took")
    })
}

/// How a payment ended, as its order says it.
fn ended(driven: &mut Driven, order: &Value) {
    let open = |case: &&Value| case["closed_at"].is_null();
    driven.cases = order["cases"].as_array().into_iter().flatten().filter(open).count();
    let payments = order["payments"].as_array().map_or(0, Vec::len);
    driven.end = match order["state"].as_str() {
        Some("paid") => End::Confirmed,
        _ if payments > 0 => End::Suspended,
        Some("expired" | "voided") if driven.end == End::Open => End::Declined,
        _ => driven.end,
    };
}
