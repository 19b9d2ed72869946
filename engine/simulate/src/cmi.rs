//! CMI: the hosted page for cards, its callback to the merchant, and its interface CC5.
//!
//! The payer's browser posts the merchant's form to `/fim/est3Dgate`; the page checks its hash and
//! offers to pay or to decline. What the payer chooses is told to the merchant's `callbackUrl`,
//! and the merchant's answer decides: `ACTION=POSTAUTH` takes the money, everything else does not.
//!
//! Source: the merchant integration of CMI (3D Pay Hosting), hash version 3.

mod callback;
mod cc5;

use crate::amount;
use crate::form::{self, value};
use crate::http::{self, Answer, Asked, Serving};
use crate::journal::{Deed, Entry, lock};
use crate::misbehaviour::Misbehaviour;
use crate::page::{button, facts, page};
use crate::sign;
use crate::street::Street;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;

/// The name in the journal.
pub const PARTNER: &str = "CMI";

/// What the merchant and CMI agreed on.
#[derive(Debug, Clone)]
pub struct Agreement {
    /// `clientid`.
    pub merchant: String,
    /// The key of the shop.
    pub store_key: String,
    /// User of the interface CC5.
    pub login: String,
    /// Its password.
    pub password: String,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The page is open.
    Open,
    /// The bank agreed; no money moved.
    Authorised,
    /// The money was taken.
    Captured,
    /// Refused by the bank or the payer.
    Declined,
    /// The authorisation was given up.
    Voided,
}

/// A payment.
#[derive(Debug, Clone)]
struct Payment {
    fields: Vec<(String, String)>,
    minor: i64,
    tries: u32,
    state: State,
    transaction: String,
}

/// The simulated gateway.
#[derive(Debug)]
pub struct Cmi {
    agreement: Agreement,
    street: Street,
    payments: Mutex<BTreeMap<String, Payment>>,
    first: i64,
}

impl Cmi {
    /// Opens the gateway on a listener.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn open(
        listener: TcpListener,
        agreement: Agreement,
        street: Street,
    ) -> io::Result<Serving> {
        let cmi = Arc::new(Cmi {
            agreement,
            street,
            payments: Mutex::default(),
            first: Timestamp::now().as_second(),
        });
        http::serve(listener, move |asked| answer(cmi.clone(), asked))
    }

    fn misbehaves(&self, what: Misbehaviour, about: &str) -> bool {
        self.street.misbehaviours.happens(what, about)
    }

    fn payment(&self, oid: &str) -> Option<Payment> {
        lock(&self.payments).get(oid).cloned()
    }

    /// Moves a payment; the same transaction is captured once.
    fn moved(&self, oid: &str, transaction: &str, state: State) {
        if let Some(payment) = lock(&self.payments).get_mut(oid)
            && payment.state != State::Captured
        {
            payment.state = state;
            payment.transaction = transaction.to_owned();
        }
    }

    /// Takes the money of an authorisation, once a transaction.
    fn capture(&self, oid: &str, transaction: &str, minor: i64, because: &[&'static str]) {
        let taken = self.street.journal.entries();
        let is_taken = |one: &Entry| one.deed == Deed::Took && one.transaction == transaction;
        if !taken.iter().any(is_taken) {
            self.street.journal.write(Entry {
                transaction: transaction.to_owned(),
                because: because.to_vec(),
                ..Entry::now(PARTNER, Deed::Took, oid, minor)
            });
        }
        self.moved(oid, transaction, State::Captured);
    }
}

async fn answer(cmi: Arc<Cmi>, asked: Asked) -> Answer {
    match (asked.method.as_str(), asked.parts().as_slice()) {
        ("POST", ["fim", "est3Dgate"]) => posted(&cmi, &asked.form()),
        ("POST", ["fim", "pay"]) => chosen(cmi, asked).await,
        ("POST", ["fim", "api"]) => cc5::answer(&cmi, &asked).await,
        ("GET", ["settlement", day]) => match day.parse() {
            Ok(day) => {
                let text = cmi.street.journal.settlement(PARTNER, day);
                Answer::new(200).body("text/csv; charset=utf-8", text)
            }
            Err(_) => Answer::text(400, "no day"),
        },
        ("GET", []) => page("CMI", "<p>Page de paiement par carte.</p>"),
        _ => Answer::text(404, "not here"),
    }
}

/// Fields without which there is no payment.
const NEEDED: &[&str] = &[
    "clientid",
    "oid",
    "amount",
    "currency",
    "okUrl",
    "failUrl",
    "callbackUrl",
    "rnd",
    "storetype",
    "hash",
];

/// Why a posted form is no payment; `None` when it is one.
fn fault(cmi: &Cmi, fields: &[(String, String)]) -> Option<String> {
    let field = |name: &str| {
        let named = fields.iter().find(|(given, _)| given.eq_ignore_ascii_case(name));
        named.map_or("", |(_, value)| value.trim())
    };
    if let Some(missing) = NEEDED.iter().find(|name| field(name).is_empty()) {
        return Some(format!("{missing} is missing"));
    }
    let trimmed: Vec<(String, String)> =
        fields.iter().map(|(name, value)| (name.clone(), value.trim().to_owned())).collect();
    if sign::cmi(&trimmed, &cmi.agreement.store_key) != field("hash") {
        return Some("the hash is wrong".to_owned());
    }
    if field("clientid") != cmi.agreement.merchant {
        return Some("the merchant is unknown".to_owned());
    }
    let amount = field("amount");
    let decimals = amount.split_once('.').map_or(2, |(_, part)| part.len());
    if amount::read(amount).is_none_or(|minor| minor == 0) || decimals != 2 {
        return Some("the amount is none".to_owned());
    }
    if field("currency") != "504" {
        return Some("the currency is not 504".to_owned());
    }
    field("oid").contains(' ').then(|| "oid holds a space".to_owned())
}

fn posted(cmi: &Cmi, fields: &[(String, String)]) -> Answer {
    if let Some(fault) = fault(cmi, fields) {
        let mut answer = page("Paiement impossible", &facts(&[("Motif", &fault)]));
        answer.status = 400;
        return answer;
    }
    let oid = value(fields, "oid").trim().to_owned();
    let amount = value(fields, "amount").trim().to_owned();
    let mut payments = lock(&cmi.payments);
    let held = payments.entry(oid.clone()).or_insert_with(|| Payment {
        fields: Vec::new(),
        minor: 0,
        tries: 0,
        state: State::Open,
        transaction: String::new(),
    });
    if held.state == State::Captured {
        return page("Commande déjà payée", &facts(&[("Commande", &oid)]));
    }
    held.fields = fields.to_vec();
    held.minor = amount::read(&amount).unwrap_or_default();
    let action = format!("/fim/pay?oid={}", form::encode(&oid));
    let body = [
        facts(&[
            ("Commerçant", &cmi.agreement.merchant),
            ("Commande", &oid),
            ("Payeur", value(fields, "BillToName")),
            ("Montant", &format!("{amount} MAD")),
            ("Carte", "4000 00•• •••• 0002"),
        ]),
        button(&action, "choice", "pay", "Payer"),
        button(&action, "choice", "decline", "Refuser"),
    ];
    page("CMI : paiement par carte", &body.concat())
}

/// What the payer chose.
async fn chosen(cmi: Arc<Cmi>, asked: Asked) -> Answer {
    let oid = value(&asked.query, "oid").to_owned();
    let is_paying = value(&asked.form(), "choice") == "pay";
    let Some(payment) = cmi.payment(&oid) else {
        return Answer::text(404, "no such payment");
    };
    let is_paid = callback::tell(&cmi, &oid, is_paying).await;
    let to = value(&payment.fields, if is_paid { "okUrl" } else { "failUrl" });
    let title = if is_paid { "Paiement accepté" } else { "Paiement non effectué" };
    match to.starts_with("http") {
        true => {
            let mut answer = page(title, &facts(&[("Commande", &oid)]));
            answer.status = 303;
            answer.header("location", to)
        }
        false => page(title, &facts(&[("Commande", &oid)])),
    }
}
