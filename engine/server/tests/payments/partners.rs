//! Providers as they speak, and questions to a house.

use crate::fake::{Asked, Fake};
use crate::house::{Answer, House, account};
use acquit_domain::time::SECOND;
use acquit_domain::{PartyCode, Role, Timestamp};
use acquit_mapping::signature::cmi::{Way, hash};
use acquit_mapping::signature::webhook::sign;
use acquit_server::bootstrap;
use acquit_server::config::ProviderConfig;
use serde_json::{Value, json};

/// The store key of CMI's vectors.
const KEY: &str = "TEST1234";
/// The secret of Amanpay's notifications.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
/// The issuer of the invoices.
pub(crate) const ISSUER: &str = "6110D00116";

/// An account at CMI; `api` is where its interface answers.
pub(crate) fn cmi(api: &str) -> ProviderConfig {
    ProviderConfig {
        page: "https://cmi.example/fim/est3Dgate".to_owned(),
        api: api.to_owned(),
        hosts: vec!["127.0.0.1".to_owned()],
        ..account(&[KEY])
    }
}

/// A callback as CMI posts it, signed.
pub(crate) fn card(oid: &str, changes: &[(&str, &str)]) -> String {
    let mut fields: Vec<(String, String)> = [
        ("ProcReturnCode", "00"),
        ("Response", "Approved"),
        ("TransId", "T1"),
        ("amount", "3600.00"),
        ("clientid", "600000001"),
        ("currency", "504"),
        ("oid", oid),
        ("rnd", "abc"),
        ("encoding", "UTF-8"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    for (name, value) in changes {
        match fields.iter_mut().find(|(known, _)| known == name) {
            Some(field) => (*value).clone_into(&mut field.1),
            None => fields.push(((*name).to_owned(), (*value).to_owned())),
        }
    }
    let hash = hash(&fields, KEY, Way::Callback);
    fields.push(("HASH".to_owned(), hash));
    let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let charset = acquit_syntax::charset::Charset::Utf8;
    String::from_utf8(acquit_syntax::form::write(pairs, charset)).unwrap()
}

/// The number CMI knows the attempt of an order by.
pub(crate) fn oid(order: &Value) -> String {
    order["handoff"]["fields"]["oid"].as_str().unwrap_or_else(|| panic!("{order}")).to_owned()
}

/// Amanpay's interface, which begins payments and says nothing of what became of them.
pub(crate) fn street() -> Fake {
    Fake::start(|asked: &Asked| {
        let body: Value = serde_json::from_str(&asked.body).ok()?;
        let id = format!("AP{}", body["order"].as_str()?);
        let mut made = json!({ "id": id, "order": body["order"], "status": "PENDING" });
        match body["mean"].as_str()? {
            "CASHCODE" => made["cash_code"] = json!("0123456789"),
            _ => made["redirect_url"] = json!(format!("https://amanpay.example/pay/{id}")),
        }
        Some((201, made.to_string()))
    })
}

/// An account at Amanpay.
pub(crate) fn amanpay(api: &Fake) -> ProviderConfig {
    ProviderConfig {
        api: format!("http://{}", api.address),
        hosts: vec!["127.0.0.1".to_owned()],
        ..account(&[SECRET])
    }
}

/// A house with an account at CMI, which answers no question, and one at Amanpay.
pub(crate) fn open() -> (House, Fake) {
    let street = street();
    let accounts = [("cmi", cmi("http://127.0.0.1:1/fim/api")), ("amanpay", amanpay(&street))];
    (House::open(&accounts), street)
}

/// The number Amanpay was told of the last attempt of an order.
pub(crate) fn number(order: &Value) -> String {
    let told = |name: &str| order[name].as_str().unwrap_or_else(|| panic!("{order}")).to_owned();
    format!("{}-{}", told("number"), order["ordinal"])
}

/// Amanpay tells of a payment, at the time of the house.
pub(crate) fn tell(house: &House, kind: &str, order: &str, more: &Value) -> Answer {
    let mut data = json!({ "transaction": "TX242", "order": order, "amount": "3600.00",
        "currency": "MAD" });
    for (name, value) in more.as_object().into_iter().flatten() {
        data[name.as_str()] = value.clone();
    }
    let body = json!({ "type": kind, "data": data }).to_string();
    let at = house.clock.now().0 / SECOND;
    let id = format!("{kind}-{order}-{at}-{}", data["transaction"]);
    let id: String = id.chars().filter(|letter| letter.is_ascii_alphanumeric()).collect();
    let signature = sign(SECRET, &id, at, body.as_bytes()).unwrap();
    let headers = format!(
        "Content-Type: application/json\r\nwebhook-id: {id}\r\nwebhook-timestamp: {at}\r\n\
         webhook-signature: {signature}\r\n"
    );
    house.send("POST /callbacks/amanpay", &headers, body.as_bytes())
}

/// The code Amanpay is answered with.
pub(crate) fn code(answer: &Answer) -> String {
    answer.json()["code"].as_str().map_or_else(|| answer.code(), str::to_owned)
}

/// What a house can be asked and told besides.
pub(crate) struct Desk<'h> {
    house: &'h House,
    issuer: String,
    operator: String,
    portal: String,
}

impl<'h> Desk<'h> {
    /// With keys of its own.
    pub(crate) fn new(house: &'h House) -> Desk<'h> {
        Desk::of(house, ISSUER)
    }

    /// With a key of this issuer.
    pub(crate) fn of(house: &'h House, issuer: &str) -> Desk<'h> {
        let key = |party: &str, role| {
            let store = &house.service.as_ref().unwrap().engine.store;
            let party = PartyCode::new(party).unwrap();
            let key = bootstrap::new_key(store, party, role, "desk", house.clock.now());
            house.runtime.block_on(key).unwrap().key
        };
        Desk {
            house,
            issuer: key(issuer, Role::Issuer),
            operator: key("OPERATOR", Role::Operator),
            portal: key("PORTAIL", Role::Portal),
        }
    }

    fn send(&self, line: &str, key: &str, media: &str, body: &[u8]) -> Answer {
        let headers = format!("Authorization: Bearer {key}\r\nContent-Type: {media}\r\n");
        self.house.send(line, &headers, body)
    }

    /// The issuer sends bytes; the verdict.
    pub(crate) fn sends(&self, text: &str) -> String {
        let media = if text.starts_with('<') { "application/xml" } else { "application/edifact" };
        let answer = self.send("POST /v1/inbox", &self.issuer, media, text.as_bytes()).json();
        answer["verdict"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// Reads something as the issuer.
    pub(crate) fn issuer_sees(&self, path: &str) -> Value {
        self.send(&format!("GET {path}"), &self.issuer, "text/plain", b"").json()
    }

    /// Reads something as the operator.
    pub(crate) fn sees(&self, path: &str) -> Value {
        self.send(&format!("GET {path}"), &self.operator, "text/plain", b"").json()
    }

    /// Does something as the operator.
    pub(crate) fn operates(&self, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        self.send(&format!("POST {path}"), &self.operator, "application/json", body.as_bytes())
    }

    /// The portal pays invoices of an issuer together.
    pub(crate) fn pays(&self, issuer: &str, numbers: &[&str], means: &str) -> Value {
        let invoices: Vec<Value> =
            numbers.iter().map(|number| json!({ "issuer": issuer, "number": number })).collect();
        let payer = json!({ "name": "SATAA IMPORT EXPORT", "email": "client@example.ma" });
        let body = json!({ "invoices": invoices, "channel": means, "payer": payer,
            "user": "yary" });
        let body = body.to_string();
        let media = "application/json";
        let answer = self.send("POST /v1/orders", &self.portal, media, body.as_bytes());
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    /// The kinds of the open cases, sorted.
    pub(crate) fn cases(&self) -> Vec<String> {
        let page = self.sees("/v1/operator/cases?open=true&limit=200");
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
        let kinds = items.iter().map(|case| case["kind"].as_str().unwrap().to_owned());
        let mut kinds: Vec<String> = kinds.collect();
        kinds.sort();
        kinds
    }

    /// The status of an invoice, and what is due of it.
    pub(crate) fn stands(&self, number: &str) -> (String, String) {
        let held = self.sees(&format!("/v1/invoices/{ISSUER}/{number}"));
        let text = |pointer: &str| {
            held.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{held}"))
        };
        (text("/status").to_owned(), text("/balance/amount").to_owned())
    }

    /// What came in, and what of it lies in suspense.
    pub(crate) fn totals(&self) -> (String, String) {
        let page = self.sees("/v1/operator/totals");
        let Some(one) = page["items"].get(0) else { return ("0.00".into(), "0.00".into()) };
        assert_eq!(one["balances"], true, "{page}");
        let amount = |name: &str| one[name]["amount"].as_str().unwrap().to_owned();
        (amount("credits"), amount("suspense"))
    }

    /// Types of the events the issuer is told of an invoice, in order.
    pub(crate) fn told(&self, number: &str) -> Vec<String> {
        let page = self.issuer_sees("/v1/events?limit=200");
        let subject = format!("{ISSUER}/{number}");
        let items = page["items"].as_array().unwrap_or_else(|| panic!("{page}"));
        let of = items.iter().filter(|event| event["subject"] == subject.as_str());
        of.map(|event| event["type"].as_str().unwrap().to_owned()).collect()
    }
}

/// Lets so many seconds pass.
pub(crate) fn pass(house: &House, seconds: i64) {
    let now = house.clock.now();
    house.clock.set(Timestamp(now.0 + seconds * SECOND));
}
