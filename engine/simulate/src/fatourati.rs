//! Fatourati: a token of 13 digits for an order, paid at one of eleven channels, then told to the
//! merchant with a signature, and asked for again by the merchant before it believes.
//!
//! Source: merchant interface 1.2.4.

mod api;
mod callback;

use crate::form::value;
use crate::http::{self, Answer, Asked, Serving};
use crate::journal::{Deed, Entry, lock};
use crate::misbehaviour::Misbehaviour;
use crate::page::{button, facts, page};
use crate::street::Street;
use crate::{amount, form};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// The name in the journal.
pub const PARTNER: &str = "FATOURATI";

/// Where a reference can be paid: the operator and its channel, as callbacks name them.
pub const CHANNELS: &[(&str, &str)] = &[
    ("ATTIJARI", "EBANKING"),
    ("BMCE", "EBANKING"),
    ("CIH", "MOBILE"),
    ("BARIDBANK", "MOBILE"),
    ("CAM", "EBANKING"),
    ("CDM", "EBANKING"),
    ("SGMA", "GAB"),
    ("CASHPLUS", "AGENCE"),
    ("FAWATIR", "AGENCE"),
    ("FAWATIRCASH", "AGENCE"),
    ("DAMANEPAY", "AGENCE"),
];

/// What the merchant and Fatourati agreed on.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// `merchantCode`.
    pub merchant: String,
    /// `store`, 6 digits: references begin with it.
    pub store: String,
    /// `client_id` of OAuth 2.
    pub client: String,
    /// `client_secret`.
    pub secret: String,
    /// The key of the store, which signs.
    pub store_key: String,
}

/// A token and what became of it.
#[derive(Debug, Clone)]
struct Token {
    reference: String,
    order: String,
    minor: i64,
    expires_at: Option<Timestamp>,
    callback_url: String,
    cancel_url: String,
    status_url: String,
    /// `CREATED`, `CONSUMED`, `EXPIRED`, `CANCELLED`.
    state: &'static str,
    payments: Vec<Payment>,
}

/// A payment of a token.
#[derive(Debug, Clone)]
struct Payment {
    number: String,
    minor: i64,
    operator: &'static str,
    channel: &'static str,
    /// `PAID`, `CANCELLED`.
    state: &'static str,
}

/// The simulated aggregator.
#[derive(Debug)]
pub struct Fatourati {
    agreement: Agreement,
    street: Street,
    tokens: Mutex<BTreeMap<String, Token>>,
    access: Mutex<Vec<String>>,
    sequence: AtomicU64,
    first: u64,
}

/// How many references are given out before their numbers begin again.
const SEQUENCE_MAX: u64 = 10_000_000;

/// How many numbers of transactions there are: they have 12 digits.
const NUMBERS: u64 = 1_000_000_000_000;

impl Fatourati {
    /// Opens the aggregator on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn open(
        listener: TcpListener,
        agreement: Agreement,
        street: Street,
    ) -> io::Result<Serving> {
        let first = u64::try_from(Timestamp::now().as_millisecond()).unwrap_or_default();
        let fatourati = Arc::new(Fatourati {
            agreement,
            street,
            tokens: Mutex::default(),
            access: Mutex::default(),
            sequence: AtomicU64::new(1),
            first,
        });
        http::serve(listener, move |asked| answer(fatourati.clone(), asked))
    }

    fn next(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed)
    }

    /// A reference of 13 digits: the store, then a number.
    fn reference(&self) -> String {
        let number = (self.first / 100).wrapping_add(self.next()) % SEQUENCE_MAX;
        format!("{}{number:07}", self.agreement.store)
    }

    /// A number of a transaction, 12 digits.
    fn number(&self) -> String {
        format!("{:012}", self.first.wrapping_mul(10).wrapping_add(self.next()) % NUMBERS)
    }

    fn misbehaves(&self, what: Misbehaviour, about: &str) -> bool {
        self.street.misbehaviours.happens(what, about)
    }

    fn token(&self, reference: &str) -> Option<Token> {
        let mut tokens = lock(&self.tokens);
        let token = tokens.get_mut(reference)?;
        let is_over = token.expires_at.is_some_and(|at| at <= Timestamp::now());
        if token.state == "CREATED" && is_over {
            token.state = "EXPIRED";
            let (order, minor) = (&token.order, token.minor);
            self.street.journal.write(Entry::now(PARTNER, Deed::Expired, order, minor));
        }
        Some(token.clone())
    }

    /// Takes the money of a token at a channel; its number.
    fn take(&self, token: &Token, minor: i64, channel: usize, because: &[&'static str]) -> Payment {
        let (operator, channel) = CHANNELS[channel % CHANNELS.len()];
        let payment = Payment { number: self.number(), minor, operator, channel, state: "PAID" };
        if let Some(held) = lock(&self.tokens).get_mut(&token.reference) {
            held.state = "CONSUMED";
            held.payments.push(payment.clone());
        }
        self.street.journal.write(Entry {
            transaction: payment.number.clone(),
            operator: operator.to_owned(),
            because: because.to_vec(),
            ..Entry::now(PARTNER, Deed::Took, &token.order, minor)
        });
        payment
    }
}

async fn answer(fatourati: Arc<Fatourati>, asked: Asked) -> Answer {
    let parts = asked.parts();
    match (asked.method.as_str(), parts.as_slice()) {
        ("POST", ["realms", _, "protocol", "openid-connect", "token"]) => {
            api::access(&fatourati, &asked)
        }
        (_, ["api", "v1", "merchants", merchant, "stores", store, rest @ ..]) => {
            api::answer(&fatourati, &asked, merchant, store, rest).await
        }
        ("GET", ["pay", reference]) => counter(&fatourati, reference),
        ("POST", ["pay", reference]) => paid(&fatourati, reference, &asked.form()).await,
        ("POST", ["cancel", reference]) => callback::cancelled(&fatourati, reference).await,
        ("GET", ["settlement", day]) => match day.parse() {
            Ok(day) => {
                let text = fatourati.street.journal.settlement(PARTNER, day);
                Answer::new(200).body("text/csv; charset=utf-8", text)
            }
            Err(_) => Answer::text(400, "no day"),
        },
        ("GET", []) => entrance(&asked),
        _ => Answer::text(404, "not here"),
    }
}

/// Where a person gives the reference; a form that leads to it.
fn entrance(asked: &Asked) -> Answer {
    let reference = value(&asked.query, "reference");
    if !reference.is_empty() {
        return Answer::new(303).header("location", format!("/pay/{}", form::encode(reference)));
    }
    let form = "<form><label>Référence de paiement <input name=\"reference\" \
         pattern=\"[0-9]{13}\">\
        </label><button>Chercher</button></form>";
    page("Fatourati : payer une référence", form)
}

fn counter(fatourati: &Fatourati, reference: &str) -> Answer {
    let Some(token) = fatourati.token(reference) else {
        let mut answer = page("Référence inconnue", &facts(&[("Référence", reference)]));
        answer.status = 404;
        return answer;
    };
    let mut body = facts(&[
        ("Référence", reference),
        ("Commande", &token.order),
        ("Montant", &format!("{} MAD", amount::write(token.minor))),
        ("État", token.state),
    ]);
    if token.state == "CREATED" {
        for (position, (operator, channel)) in CHANNELS.iter().enumerate() {
            let action = format!("/pay/{reference}");
            let label = format!("{operator} ({channel})");
            body.push_str(&button(&action, "channel", &position.to_string(), &label));
        }
    }
    page("Fatourati : payer", &body)
}

/// A payer pays at a channel.
async fn paid(fatourati: &Fatourati, reference: &str, form: &[(String, String)]) -> Answer {
    let Some(token) = fatourati.token(reference) else {
        return Answer::text(404, "no such reference");
    };
    let is_late = token.state == "EXPIRED"
        && fatourati.misbehaves(Misbehaviour::ExpiredReference, &token.order);
    if token.state != "CREATED" && !is_late {
        return Answer::text(409, token.state);
    }
    // A channel asks before it takes money; without an answer it believes the token.
    let status = callback::asked(&token).await;
    if !is_late && matches!(status.as_str(), "PAID" | "CANCELLED" | "EXPIRED") {
        return Answer::text(409, status);
    }
    let channel = value(form, "channel").parse().unwrap_or(0);
    let is_told = callback::pay(fatourati, &token, channel).await;
    let said =
        if is_told { "Paiement accepté" } else { "Paiement accepté, confirmation en cours" };
    page(said, &facts(&[("Référence", reference)]))
}
