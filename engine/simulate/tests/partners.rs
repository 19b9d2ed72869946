//! Partners against a merchant of the test: what they say, what they take, how they misbehave.

#![expect(clippy::unwrap_used, reason = "tests")]

use acquit_simulate::form::value;
use acquit_simulate::http::{self, Answer, Asked, Call, Serving, form_to};
use acquit_simulate::journal::{Deed, Journal};
use acquit_simulate::misbehaviour::Misbehaviours;
use acquit_simulate::pace::Pace;
use acquit_simulate::partners::Partners;
use acquit_simulate::sign;
use acquit_simulate::street::Street;
use serde_json::json;
use std::sync::{Arc, Mutex};

/// A merchant that says the same to everybody, and remembers what it was told.
struct Merchant {
    serving: Serving,
    heard: Arc<Mutex<Vec<Asked>>>,
}

impl Merchant {
    async fn saying(answer: Answer) -> Merchant {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ours = heard.clone();
        let serving = http::serve(http::listen(0).await.unwrap(), move |asked| {
            let answer = answer.clone();
            ours.lock().unwrap().push(asked);
            async move { answer }
        });
        Merchant { serving: serving.unwrap(), heard }
    }

    fn heard(&self) -> Vec<Asked> {
        self.heard.lock().unwrap().clone()
    }
}

async fn partners(misbehaviours: &[&str]) -> (Partners, Journal) {
    let mut all = Misbehaviours::none(1);
    misbehaviours.iter().for_each(|text| all.add(text).unwrap());
    let street = Street::new(all, Pace { speed: 100_000 });
    (Partners::open(&street, 0).await.unwrap(), street.journal)
}

/// Posts a form for a payment of 3600.00 and presses a button; the status of the page.
async fn card(partners: &Partners, merchant: &Merchant, choice: &str) -> u16 {
    let account = &partners.accounts()[0];
    let mut fields: Vec<(String, String)> = [
        ("clientid", account.merchant),
        ("oid", "PN-00069321-1"),
        ("amount", "3600.00"),
        ("currency", "504"),
        ("okUrl", "https://portnet.example/ok"),
        ("failUrl", "https://portnet.example/fail"),
        ("callbackUrl", &merchant.serving.url()),
        ("BillToName", "L'AMI | FILS \\ CIE"),
        ("rnd", "abc"),
        ("storetype", "3D_PAY_HOSTING"),
        ("hashAlgorithm", "ver3"),
        ("encoding", "UTF-8"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    let hash = sign::cmi(&fields, account.key);
    fields.push(("hash".into(), hash));
    let page = form_to(&account.page, &fields).send().await.unwrap();
    assert_eq!(page.status, 200, "{}", page.as_text());
    let url = format!("{}/fim/pay?oid=PN-00069321-1", partners.cmi.url());
    form_to(&url, &[("choice".into(), choice.into())]).send().await.unwrap().status
}

#[tokio::test]
async fn a_card_is_taken_only_when_the_merchant_says_so() {
    for (said, choice, deed) in [
        ("ACTION=POSTAUTH", "pay", Deed::Took),
        ("APPROVED", "pay", Deed::Released),
        ("FAILURE", "pay", Deed::Released),
        ("APPROVED", "decline", Deed::Declined),
    ] {
        let (partners, journal) = partners(&[]).await;
        let merchant = Merchant::saying(Answer::text(200, said)).await;
        assert_eq!(card(&partners, &merchant, choice).await, 303);
        let deeds: Vec<Deed> = journal.entries().iter().map(|entry| entry.deed).collect();
        assert_eq!(deeds, [deed], "{said} {choice}");
        assert_eq!(journal.kept(), if deed == Deed::Took { 360_000 } else { 0 });
        let told = merchant.heard()[0].form();
        assert_eq!(value(&told, "BillToName"), "L&#39;AMI | FILS \\ CIE");
    }
}

#[tokio::test]
async fn a_form_with_a_wrong_hash_is_no_payment() {
    let (partners, _) = partners(&[]).await;
    let page = form_to(&partners.accounts()[0].page, &[("clientid".into(), "600000001".into())]);
    assert_eq!(page.send().await.unwrap().status, 400);
}

#[tokio::test]
async fn cmi_tells_as_often_and_as_wrongly_as_it_is_told_to() {
    for (misbehaviour, told, strange) in [
        ("duplicate", 2, 0),
        ("bad-signature", 2, 1),
        ("other-merchant", 2, 1),
        ("unknown-order", 2, 1),
        ("out-of-order", 2, 0),
        ("double-capture", 2, 0),
        ("amount-mismatch", 1, 0),
        ("late", 1, 0),
    ] {
        let (partners, journal) = partners(&[misbehaviour]).await;
        let merchant = Merchant::saying(Answer::text(200, "ACTION=POSTAUTH")).await;
        card(&partners, &merchant, "pay").await;
        assert_eq!(merchant.heard().len(), told, "{misbehaviour}");
        // This merchant believes everything, and the journal says so.
        assert_eq!(journal.all_strange().len(), strange, "{misbehaviour}");
    }
}

#[tokio::test]
async fn a_reference_is_given_paid_and_told() {
    let (partners, journal) = partners(&[]).await;
    let merchant = Merchant::saying(Answer::json(200, &json!({ "receiptNumber": "R1" }))).await;
    let account = &partners.accounts()[1];
    let grant = [("grant_type", "client_credentials"), ("client_id", account.login)];
    let mut grant: Vec<(String, String)> =
        grant.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    grant.push(("client_secret".into(), account.password.into()));
    let access = form_to(&account.token, &grant).send().await.unwrap().as_json();
    let access = access["access_token"].as_str().unwrap().to_owned();
    let api = account.api.replace("{merchant}", account.merchant).replace("{store}", account.store);
    let until = "2126-12-22T14:53:00";
    let signed =
        ["3600.00", "504", account.merchant, account.store, "PN-1-1", "001", "MULTI_CANAL"];
    let signed = [&signed[..], &["true", until]].concat();
    let wish = json!({
        "orderId": "PN-1-1", "totalAmount": 3600.00, "currency": "504", "cashierId": "001",
        "paymentMode": "MULTI_CANAL", "isCancellable": true, "expiryDate": until,
        "orderLinks": { "callbackURL": merchant.serving.url(), "cancelURL": merchant.serving.url(),
            "checkStatusURL": merchant.serving.url() },
    });
    let call = Call::new("POST", &format!("{api}/token")).bearer(&access).json(&wish);
    let unsigned = call.clone().send().await.unwrap();
    assert_eq!(unsigned.status, 400);
    let call = call.header("x-signature", sign::fatourati(&signed, account.key));
    let created = call.send().await.unwrap().as_json();
    let reference = created["tokenRef"].as_str().unwrap();
    assert_eq!((reference.len(), &reference[..6]), (13, account.store));
    let url = format!("{}/pay/{reference}", partners.fatourati.url());
    let paid = form_to(&url, &[("channel".into(), "0".into())]).send().await.unwrap();
    assert_eq!(paid.status, 200);
    assert_eq!(journal.kept(), 360_000);
    let told = merchant.heard().last().unwrap().json();
    let number = told["fatouratiTransactionNumber"].as_str().unwrap().to_owned();
    assert_eq!((number.len(), told["operator"].as_str()), (12, Some("ATTIJARI")));
    let call = Call::new("GET", &format!("{api}/transactions/{number}")).bearer(&access);
    assert_eq!(call.send().await.unwrap().as_json()["status"], "PAID");
}
