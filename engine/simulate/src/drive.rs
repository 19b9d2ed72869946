//! Pays invoices from beginning to end and accounts for every centime.
//!
//! An issuer sends invoices, a portal starts payments, payers pay at the partners, partners tell
//! the platform, the issuer answers its notices. Afterwards the partners' own journal is held
//! against the platform's ledger: what a partner took must lie on invoices or in suspense, to the
//! centime, and the ledger must know of nothing that no partner took.

mod account;
mod day;
mod payer;

use crate::http::Call;
use crate::issuer::{Client, Issuer};
use crate::partners::Partners;
use crate::street::Street;
use serde_json::{Value, json};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};

/// How long what is under way may take after the last payment.
const SETTLING: Duration = Duration::from_secs(20);

/// Most payments of which every event is awaited.
const TOLD_MAX: usize = 100;

/// How long between two looks at what is under way.
const LOOK: Duration = Duration::from_millis(250);

/// What is driven.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Where the platform is: `http://127.0.0.1:8080`.
    pub url: String,
    /// A key of a portal.
    pub portal: String,
    /// A key of an operator.
    pub operator: String,
    /// A key of the issuer.
    pub issuer: String,
    /// The issuer's code.
    pub issuer_code: String,
    /// Whom the invoices are for.
    pub client: Client,
    /// The means to pay with, in turn.
    pub means: Vec<&'static str>,
    /// How many payments.
    pub payments: u32,
    /// How many at a time.
    pub at_once: usize,
}

/// How one payment ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All of it lies on its invoice.
    Confirmed,
    /// The payer or the partner declined, and nothing was taken.
    Declined,
    /// The payer let the reference end, and nothing was taken.
    Left,
    /// Money came, and lies in suspense or on part of the invoice.
    Suspended,
    /// The platform or the partner did not begin it.
    NotBegun,
    /// The partner's word has not come to an end yet; no money is missing.
    Open,
}

/// A payment that was driven.
#[derive(Debug, Clone)]
pub struct Driven {
    /// The means.
    pub means: &'static str,
    /// The invoice.
    pub invoice: String,
    /// The order on the platform; empty when there is none.
    pub order: String,
    /// How it ended.
    pub end: End,
    /// Cases that are open about it.
    pub cases: usize,
    /// What is not explained about it, in sentences.
    pub unexplained: Vec<String>,
    /// Why it was not begun.
    pub reason: String,
}

/// The result of a simulation.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Every payment.
    pub driven: Vec<Driven>,
    /// What is not explained and belongs to no payment.
    pub unexplained: Vec<String>,
    /// What partners kept, in centimes.
    pub kept: i64,
    /// What the ledger has of these partners' money.
    pub held: i64,
    /// What partners took and then denied when they were asked, so that the ledger has none of it.
    pub denied: i64,
    /// Invoices whose notice the issuer said yes to.
    pub confirmed: usize,
    /// Invoices the issuer booked.
    pub booked: usize,
    /// Answers the issuer was late with.
    pub late: usize,
    /// Events a subscriber was told.
    pub told: usize,
    /// Lines of the providers' settlements, and how many of them match.
    pub settled: (usize, usize),
}

impl Tally {
    /// How many payments of a means ended so; of all means without one.
    #[must_use]
    pub fn count(&self, means: Option<&str>, end: End) -> usize {
        let of = |one: &&Driven| means.is_none_or(|means| one.means == means);
        self.driven.iter().filter(of).filter(|one| one.end == end).count()
    }

    /// Everything that is not explained.
    pub fn all_unexplained(&self) -> impl Iterator<Item = &str> {
        let of = self.driven.iter().flat_map(|one| &one.unexplained);
        of.chain(&self.unexplained).map(String::as_str)
    }
}

/// Drives a plan.
///
/// # Errors
/// When the platform cannot be reached or does not let the holder of a key do its part.
pub async fn drive(plan: &Plan, partners: &Partners, street: &Street) -> io::Result<Tally> {
    let issuer = Issuer::new(&plan.url, &plan.issuer, &plan.issuer_code);
    let issuer = Arc::new(issuer.misbehaving(street.misbehaviours.clone()));
    let subscribed = subscribe(plan, partners).await?;
    let room = Arc::new(Semaphore::new(plan.at_once.max(1)));
    let mut paying = JoinSet::new();
    for n in 0..plan.payments {
        let means = plan.means[usize::try_from(n).unwrap_or_default() % plan.means.len().max(1)];
        let task = payer::Payment {
            plan: plan.clone(),
            misbehaviours: street.misbehaviours.clone(),
            counter: match means {
                "cmi.card" => partners.cmi.url(),
                "cmi.fatourati" => partners.fatourati.url(),
                _ => partners.amanpay.url(),
            },
            means,
            n,
        };
        let (room, issuer) = (room.clone(), issuer.clone());
        paying.spawn(async move {
            let _place = room.acquire().await;
            task.run(&issuer).await
        });
    }
    let mut tally = Tally::default();
    while let Some(ended) = paying.join_next().await {
        tally.driven.push(ended.map_err(io::Error::other)??);
    }
    settle(&mut tally, &issuer).await?;
    account::explain(plan, &mut tally, street).await?;
    day::match_days(plan, &mut tally, street).await?;
    if subscribed {
        told(&mut tally, partners).await;
    }
    Ok(tally)
}

/// Subscribes to everything the portal may see; false when the platform posts to no such address.
async fn subscribe(plan: &Plan, partners: &Partners) -> io::Result<bool> {
    let wish = json!({ "url": partners.events.url() });
    let call = Call::new("POST", &format!("{}/v1/subscriptions", plan.url));
    let answer = call.bearer(&plan.portal).json(&wish).send().await?;
    let body = answer.as_json();
    let secret = body["secret"].as_str().filter(|_| answer.status == 200);
    if let Some(secret) = secret {
        partners.subscriber.trust(secret);
    }
    Ok(secret.is_some())
}

/// Waits until the subscriber was told of every invoice that was paid, and holds that against the
/// order in which events are to be told.
async fn told(tally: &mut Tally, partners: &Partners) {
    let until = Instant::now() + SETTLING;
    let missing = loop {
        let told = partners.subscriber.told();
        let of = |one: &&Driven| {
            let end = format!("/{}", one.invoice);
            let is_told = told.iter().any(|told| {
                let subject = told.event["subject"].as_str().unwrap_or("");
                let kind = told.event["type"].as_str().unwrap_or("");
                subject.ends_with(&end) && kind.contains("awaiting_partner")
            });
            one.end == End::Confirmed && !is_told
        };
        let missing: Vec<String> =
            tally.driven.iter().filter(of).map(|one| one.invoice.clone()).collect();
        if missing.is_empty() || Instant::now() > until {
            break missing;
        }
        sleep(LOOK).await;
    };
    let text = |one: String| format!("{one}: paid, and the subscriber was not told");
    // Of very many events some are still on their way.
    if tally.driven.len() <= TOLD_MAX {
        tally.unexplained.extend(missing.into_iter().map(text));
    }
    let cursor = |one: &crate::subscriber::Told| {
        one.event["id"].as_str().and_then(|id| id.parse::<i64>().ok()).unwrap_or(-1)
    };
    let cursors: Vec<i64> = partners.subscriber.told().iter().map(cursor).collect();
    tally.told = cursors.len();
    if !cursors.is_sorted_by(|before, after| before < after) {
        tally.unexplained.push("events were told out of order".to_owned());
    }
}

/// Lets the issuer answer until nothing comes any more.
async fn settle(tally: &mut Tally, issuer: &Issuer) -> io::Result<()> {
    let (until, mut quiet) = (Instant::now() + SETTLING, 0);
    while quiet < 4 && Instant::now() < until {
        let round = issuer.round().await?;
        tally.confirmed += round.confirmed;
        quiet = if round.letters == 0 { quiet + 1 } else { 0 };
        sleep(LOOK).await;
    }
    tally.late = issuer.answer_late().await?;
    tally.booked = issuer.book().await?;
    Ok(())
}

/// Asks the platform for something.
async fn get(plan: &Plan, key: &str, path: &str) -> io::Result<Value> {
    let answer = Call::new("GET", &format!("{}{path}", plan.url)).bearer(key).send().await?;
    match answer.status {
        200 => Ok(answer.as_json()),
        status => Err(io::Error::other(format!("GET {path}: {status} {}", answer.as_text()))),
    }
}
