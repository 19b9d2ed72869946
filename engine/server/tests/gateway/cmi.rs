//! CMI from the form to the receipt.

use crate::fake::Fake;
use crate::house::{House, account};
use acquit_mapping::signature::cmi::{Way, hash};
use acquit_server::config::ProviderConfig;
use serde_json::Value;

pub(crate) const KEY: &str = "TEST1234";

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
pub(crate) fn callback(oid: &str, changes: &[(&str, &str)]) -> String {
    let mut fields: Vec<(String, String)> = [
        ("AuthCode", "P12345"),
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

/// The number CMI knows an order by.
pub(crate) fn oid(order: &Value) -> String {
    order["handoff"]["fields"]["oid"].as_str().unwrap_or_else(|| panic!("{order}")).to_owned()
}

#[test]
fn a_card_payment_from_the_form_to_the_receipt() {
    let house = House::open(&[("cmi", cmi("http://127.0.0.1:1"))]);
    house.invoice("00069321");
    let order = house.pay("00069321", "cmi.card");
    let fields = order["handoff"]["fields"].as_object().unwrap().clone();
    assert_eq!(order["handoff"]["url"], "https://cmi.example/fim/est3Dgate");
    for (name, value) in [
        ("clientid", "600000001"),
        ("amount", "3600.00"),
        ("currency", "504"),
        ("storetype", "3D_PAY_HOSTING"),
        ("TranType", "PreAuth"),
        ("hashAlgorithm", "ver3"),
        ("callbackUrl", "https://acquit.example/callbacks/cmi"),
        ("lang", "fr"),
    ] {
        assert_eq!(fields[name], value, "{name}");
    }
    let pairs: Vec<(String, String)> = fields
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(fields["hash"], hash(&pairs, KEY, Way::Request));
    assert!(!order.to_string().contains(KEY));
    let oid = oid(&order);
    let body = callback(&oid, &[]);
    let answer = house.form("/callbacks/cmi", &body);
    assert_eq!((answer.status, answer.body.as_str()), (200, "ACTION=POSTAUTH"));
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    let again = house.form("/callbacks/cmi", &body);
    assert_eq!((again.status, again.body.as_str()), (200, "ACTION=POSTAUTH"));
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    let late = callback(&oid, &[("ProcReturnCode", "05"), ("TransId", "T0")]);
    assert_eq!(house.form("/callbacks/cmi", &late).body, "APPROVED"); // C018
    assert_eq!(house.state(&order), ("captured".to_owned(), 1));
    let seen = house.get(&format!("/v1/orders/{}", order["order"].as_str().unwrap()));
    assert!(seen["receipts"][0].to_string().len() > 4, "{seen}");
    house.stop();
}

#[test]
fn what_cmi_says_when_it_is_asked() {
    let answers = |asked: &crate::fake::Asked| {
        let oid = asked.body.split("OrderId%3E").nth(1)?.split("%3C").next()?.to_owned();
        Some((
            200,
            format!(
                "<CC5Response><OrderId>{oid}</OrderId><Response>Approved</Response>\
                 <ProcReturnCode>00</ProcReturnCode><TransId>T9</TransId><Extra>\
                 <TRANS_STAT>C</TRANS_STAT><CHARGE_TYPE_CD>S</CHARGE_TYPE_CD>\
                 <CAPTURE_AMT>360000</CAPTURE_AMT><NUMCODE>00</NUMCODE></Extra></CC5Response>"
            ),
        ))
    };
    let fake = Fake::start(answers);
    let house = House::open(&[("cmi", cmi(&format!("http://{}/fim/api", fake.address)))]);
    house.invoice("00069322");
    let order = house.pay("00069322", "cmi.card");
    house.fire(&order);
    house.until(&order, "captured");
    assert_eq!(house.state(&order).1, 1);
    let asked = fake.of("/fim/api");
    assert!(asked[0].body.starts_with("DATA=") && asked[0].body.contains("s3cret-pass"));
    let rows = house.get("/v1/exchanges?limit=200").to_string();
    assert!(!rows.contains("s3cret-pass"), "a secret is in the log");
    house.stop();
}
