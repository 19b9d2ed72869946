//! Letters out: in order, in turn, set aside, held back, and signed.

use crate::house::{House, noon, until};
use crate::peers::{Manner, Subscriber};
use acquit_connectors::webhook::{Key, sign};
use acquit_domain::letter::LetterState;
use acquit_domain::{Channel, Id, Letter, LetterKind, Media, Outcome, PartyCode, Verdict};
use acquit_server::shell::outbound::{self, Handed, Handing, Outlet, Outlets};
use acquit_server::shell::{Arrival, Clock};
use acquit_store::{CommitResult, Store};
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;

/// A key letters are signed with.
const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn party(code: &str) -> PartyCode {
    PartyCode::new(code).expect("a code")
}

/// Puts letters for a party into the outbox; their references are numbered from one.
pub(crate) async fn write(store: &Store, clock: &Clock, to: &str, count: u32) {
    let parcel = Arrival::over(Channel::Cli).parcel(clock, b"{}".as_slice());
    let letter = |n: u32| Letter {
        id: parcel.id.derive(0x7E57, n),
        to: party(to),
        kind: LetterKind::Pnm,
        reference: n.to_string(),
        answers: None,
        media: Media::Xml,
        body: format!("<PNM>{n}</PNM>").into_bytes(),
        written_at: parcel.received_at,
        state: LetterState::Waiting,
    };
    let letters = (1..=count).map(letter).collect();
    let outcome = Outcome { letters, ..Outcome::new(parcel.clone(), Verdict::Accepted) };
    let done = store.commit(vec![outcome]).await.expect("stored");
    assert_eq!(done, [CommitResult::Committed]);
}

/// A file with the key.
fn key_file(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("acquit-outbound-{name}-{}", std::process::id()));
    fs::write(&path, KEY).expect("written");
    path
}

/// A house that posts letters to some peers.
async fn posting(name: &str, peers: &[(&str, &Subscriber)]) -> House {
    let key = key_file(name);
    let mut text = String::new();
    for (code, peer) in peers {
        text += &format!(
            "[channels.to-{code}]\nkind = \"http\"\nurl = \"http://{}/letters\"\n\
             signing_key = \"file:{}\"\n[partners.{code}]\nchannel = \"to-{code}\"\n",
            peer.host,
            key.display(),
        );
    }
    let house = House::new(&text).await;
    fs::remove_file(key).expect("it was there");
    house
}

/// What was posted, body by body.
fn bodies(peer: &Subscriber) -> Vec<String> {
    let body = |post: &String| post.split("\r\n\r\n").nth(1).unwrap_or_default().to_owned();
    peer.posts().iter().map(body).collect()
}

async fn empty(store: &Store, code: &str) {
    until(|| async move {
        let waits = store.outbox(party(code), 0, 200).await.expect("an outbox");
        waits.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn letters_are_posted_signed_and_in_order() {
    let peer = Subscriber::new(&[Manner::Status(204)]).await;
    let house = posting("order", &[("A", &peer)]).await;
    write(&house.store, &house.clock, "A", 40).await;
    empty(&house.store, "A").await;
    let expected: Vec<String> = (1..=40).map(|n| format!("<PNM>{n}</PNM>")).collect();
    assert_eq!(bodies(&peer), expected);
    let post = &peer.posts()[0];
    let header = |name: &str| {
        let line = post.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name} in {post}")).trim().to_owned()
    };
    assert_eq!(header("acquit-type:"), "PNM");
    assert_eq!(header("acquit-reference:"), "1");
    assert_eq!(header("content-type:"), "application/xml");
    let keys = [Key::parse(KEY).expect("a key")];
    let signed = sign(&keys, &header("webhook-id:"), noon(), b"<PNM>1</PNM>");
    assert_eq!(header("webhook-signature:"), signed);
}

#[tokio::test]
async fn a_refused_letter_is_set_aside_and_the_next_goes_out() {
    let peer = Subscriber::new(&[Manner::Status(422), Manner::Status(200)]).await;
    let house = posting("aside", &[("A", &peer)]).await;
    write(&house.store, &house.clock, "A", 2).await;
    empty(&house.store, "A").await;
    assert_eq!(bodies(&peer), ["<PNM>1</PNM>", "<PNM>2</PNM>"]);
    let alerts = house.alerts("letter.refused").await;
    assert_eq!(
        alerts,
        ["PNM 1 for A was refused and set aside: PUSH-REFUSED: the partner answered 422"]
    );
    let id: Id = peer.posts()[0]
        .lines()
        .find_map(|line| line.strip_prefix("webhook-id: "))
        .and_then(|id| id.parse().ok())
        .expect("an identifier");
    let held = house.store.letter(party("A"), id).await.expect("read").expect("it is kept");
    assert_eq!(held.state, LetterState::Refused);
    house.store.resend(id).await.expect("put back").expect("it is kept");
    until(|| async { (bodies(&peer).len() == 3).then_some(()) }).await;
    assert_eq!(bodies(&peer)[2], "<PNM>1</PNM>");
}

#[tokio::test]
async fn one_that_fails_holds_back_its_own_partner_only() {
    let failing = Subscriber::new(&[Manner::Status(503)]).await;
    let well = Subscriber::new(&[Manner::Status(204)]).await;
    let house = posting("fails", &[("A", &failing), ("B", &well)]).await;
    write(&house.store, &house.clock, "A", 3).await;
    write(&house.store, &house.clock, "B", 3).await;
    empty(&house.store, "B").await;
    until(|| async { (bodies(&failing).len() >= 3).then_some(()) }).await;
    assert!(bodies(&failing).iter().all(|body| body == "<PNM>1</PNM>"), "strictly in order");
    let ids: Vec<String> = failing
        .posts()
        .iter()
        .filter_map(|post| post.lines().find_map(|line| line.strip_prefix("webhook-id: ")))
        .map(ToOwned::to_owned)
        .collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "one identifier: {ids:?}");
    let channels = house.service.engine.channels.all();
    let fails: Vec<bool> = channels.iter().map(|(_, fails)| fails.is_some()).collect();
    assert_eq!(fails, [true, false]);
    let opened = until(|| async {
        let alerts = house.alerts("outbound.open").await;
        (!alerts.is_empty()).then_some(alerts)
    });
    assert!(opened.await[0].starts_with("Letters for A cannot be delivered and wait: PUSH-RETRY"));
}

/// Notes what is delivered, one letter at a time.
struct Noted {
    code: &'static str,
    order: Arc<Mutex<Vec<&'static str>>>,
}

impl Outlet for Noted {
    fn deliver<'a>(&'a self, _: &'a Letter, _: acquit_domain::Timestamp) -> Handing<'a> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(1)).await;
            self.order.lock().expect("no panic").push(self.code);
            Handed::Delivered
        })
    }
}

#[tokio::test]
async fn partners_take_turns_whatever_they_have() {
    let house = House::new("").await;
    let engine = house.service.engine.clone();
    // All of A is there before B has anything, and is ten times as much.
    write(&house.store, &house.clock, "A", 100).await;
    write(&house.store, &house.clock, "B", 10).await;
    let order: Arc<Mutex<Vec<&str>>> = Arc::default();
    let mut outlets = Outlets::new();
    for code in ["A", "B"] {
        outlets.insert(party(code), Arc::new(Noted { code, order: Arc::clone(&order) }));
    }
    let (stop, stopping) = watch::channel(false);
    let running = tokio::spawn(outbound::run(engine, outlets, 1, stopping));
    empty(&house.store, "A").await;
    empty(&house.store, "B").await;
    stop.send(true).expect("it runs");
    running.await.expect("it ends");
    let order = order.lock().expect("no panic").clone();
    assert_eq!(order.len(), 110, "each letter once");
    let first = order.iter().position(|code| *code == "B").expect("B had letters");
    let until_last = order.iter().rposition(|code| *code == "B").expect("B had letters") - first;
    // From its first letter on B has every second turn.
    assert_eq!(until_last, 18, "{order:?}");
    assert!(first <= 33, "no later than one reading of the outbox of A: {first}");
}
