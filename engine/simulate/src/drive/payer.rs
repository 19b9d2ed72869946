//! One payment: an invoice, an order, a payer at a partner's.

use super::{Driven, End, Plan};
use crate::http::{Answer, Call, form_to};
use crate::issuer::Issuer;
use crate::misbehaviour::Misbehaviours;
use serde_json::{Value, json};
use std::io;
use std::time::Duration;
use tokio::time::sleep;

/// How often an order is looked at before its partner is taken not to have answered.
const LOOKS: u32 = 40;

/// How long between two looks.
const LOOK: Duration = Duration::from_millis(250);

/// Of a hundred payers, how many decline, and how many go away without paying.
const DECLINE: u64 = 10;
const LEAVE: u64 = 5;

/// A payment to be made.
pub(super) struct Payment {
    pub(super) plan: Plan,
    pub(super) misbehaviours: Misbehaviours,
    /// Where the partner's counter is.
    pub(super) counter: String,
    pub(super) means: &'static str,
    pub(super) n: u32,
}

impl Payment {
    pub(super) async fn run(&self, issuer: &Issuer) -> io::Result<Driven> {
        let seed = self.misbehaviours.seed;
        let stamp = jiff::Timestamp::now().as_second();
        let invoice = format!("SIM{seed}-{stamp}-{}", self.n);
        let drawn = self.misbehaviours.draw("amount", &self.n.to_string());
        // A whole number of dirhams without tax, so that a tax of 20 % is exact.
        let minor = 12_000 + 120 * i64::try_from(drawn % 4000).unwrap_or_default();
        let mut driven = Driven {
            means: self.means,
            invoice: invoice.clone(),
            order: String::new(),
            end: End::NotBegun,
            cases: 0,
            unexplained: Vec::new(),
            reason: String::new(),
        };
        let verdict = issuer.send(&invoice, &self.plan.client, minor).await?;
        if verdict != "accepted" {
            driven.reason = format!("its invoice is {verdict}");
            driven.unexplained.push(format!("{invoice}: the invoice is {verdict}"));
            return Ok(driven);
        }
        let started = self.start(&invoice).await?;
        let body = started.as_json();
        body["order"].as_str().unwrap_or("").clone_into(&mut driven.order);
        if driven.order.is_empty() {
            driven.reason =
                format!("{}: {}", started.status, body["detail"].as_str().unwrap_or(""));
            // A partner that does not answer is no fault of the platform.
            driven.unexplained.push(format!("{invoice}: no order: {}", driven.reason));
            return Ok(driven);
        }
        match self.handoff(&driven.order, body["handoff"].clone()).await? {
            Some(handoff) => driven.end = self.pay(&handoff).await?,
            None => "the partner gave nothing to pay with".clone_into(&mut driven.reason),
        }
        Ok(driven)
    }

    async fn start(&self, invoice: &str) -> io::Result<Answer> {
        let wish = json!({
            "invoices": [{ "issuer": self.plan.issuer_code, "number": invoice }],
            "channel": self.means,
            "payer": {
                "name": "L'AMI | FILS \\ CIE & é",
                "email": "payer@example.ma",
                "phone": "+212600000000",
                "language": "fr",
            },
            "user": "simulated",
        });
        let call = Call::new("POST", &format!("{}/v1/orders", self.plan.url));
        let call = call.bearer(&self.plan.portal).header("idempotency-key", invoice);
        call.json(&wish).send().await
    }

    /// How the payer goes on; asked for until the partner answered the platform.
    async fn handoff(&self, order: &str, given: Value) -> io::Result<Option<Value>> {
        if !given.is_null() {
            return Ok(Some(given));
        }
        for _ in 0..LOOKS {
            sleep(LOOK).await;
            let path = format!("/v1/orders/{order}");
            let order = super::get(&self.plan, &self.plan.portal, &path).await?;
            let attempt = order["attempts"].as_array().and_then(|all| all.last()).cloned();
            let attempt = attempt.unwrap_or_default();
            if !attempt["handoff"].is_null() {
                return Ok(Some(attempt["handoff"].clone()));
            }
            if !attempt["ended_at"].is_null() {
                return Ok(None);
            }
        }
        Ok(None)
    }

    /// Pays as far as the hand-off lets, or not; what the payer believes.
    async fn pay(&self, handoff: &Value) -> io::Result<End> {
        let drawn = self.misbehaviours.draw("payer", &self.n.to_string()) % 100;
        let text = |name: &str| handoff[name].as_str().unwrap_or("").to_owned();
        if drawn < LEAVE {
            return Ok(End::Left);
        }
        let choice = if drawn < LEAVE + DECLINE { "decline" } else { "pay" };
        match handoff["kind"].as_str() {
            Some("form") => self.card(&text("url"), &handoff["fields"], choice).await,
            Some("reference") if choice == "pay" => {
                let url = format!("{}/pay/{}", self.counter, text("reference"));
                let channel = self.n.to_string();
                chosen(&url, &[("channel", &channel), ("choice", "pay")]).await
            }
            Some("reference") => Ok(End::Left),
            Some("redirect") => chosen(&text("url"), &[("choice", choice)]).await,
            _ => Ok(End::Left),
        }
        .map(|end| if choice == "decline" && end == End::Open { End::Declined } else { end })
    }

    /// As a browser: posts the form, then the button on the page.
    async fn card(&self, url: &str, fields: &Value, choice: &str) -> io::Result<End> {
        let fields: Vec<(String, String)> = fields
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.clone(), value.as_str().unwrap_or("").to_owned()))
            .collect();
        let page = form_to(url, &fields).send().await?;
        let html = page.as_text();
        let action = html.split_once("action=\"").and_then(|(_, rest)| rest.split_once('"'));
        let Some((action, _)) = action.filter(|_| page.status == 200) else {
            let why = html.split("<td>").nth(1).and_then(|rest| rest.split("</td>").next());
            let why = why.unwrap_or("no button").to_owned();
            return Err(io::Error::other(format!("the card page refuses the form: {why}")));
        };
        chosen(&format!("{}{action}", self.counter), &[("choice", choice)]).await
    }
}

/// Presses a button at a partner's.
async fn chosen(url: &str, pairs: &[(&str, &str)]) -> io::Result<End> {
    let pairs: Vec<(String, String)> =
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let answer = form_to(url, &pairs).send().await?;
    match answer.status {
        200 | 303 => Ok(End::Open),
        _ => Ok(End::Left),
    }
}
