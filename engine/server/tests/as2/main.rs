//! AS2 at a running server: a message stored and receipted, the same bytes for a repeat after the
//! server was killed, and letters out, against pyas2lib.

#[path = "../../../../connectors/tests/as2/keys.rs"]
#[allow(dead_code, reason = "the tests of the channel use more of it")]
mod keys;
#[path = "../../../../connectors/tests/as2/peer.rs"]
#[allow(dead_code, reason = "the tests of the channel use more of it")]
mod peer;
mod server;

use peer::{Peer, heard, told};
use serde_json::{Value, json};
use server::Server;

const INVOICE: &[u8] = b"UNB+UNOC:3+6110D00116+ACQUIT+261124:0030+AS2X1'\
    UNH+1+INVOIC:D:96A:UN'UNT+2+1'UNZ+1+AS2X1'";

fn start() -> Option<(Server, Peer)> {
    let (ours, theirs) = (keys::draw("ACQUIT", 30), keys::draw("PARTNER", 30));
    let peer = Peer::start(&theirs, &ours)?;
    Some((Server::start(&ours, &theirs, &peer.host), peer))
}

fn how(server: &Server, id: &str, receipt: &str) -> Value {
    let url = format!("http://{}/as2", server.address);
    let receipts = format!("http://{}/as2", server.peer);
    json!({"url": url, "payload": told(INVOICE), "sign": true, "encrypt": true, "compress": true,
        "message_id": id, "receipt": receipt, "receipt_url": receipts})
}

#[tokio::test]
async fn a_repeat_has_the_same_receipt_bytes_after_a_kill() {
    let Some((mut server, peer)) = start() else { return };
    let how = |server: &Server| how(server, "one", "sync");
    let first = peer.ask("/send", &how(&server)).await;
    assert_eq!(first["receipt"]["status"], "processed", "{first}");
    assert_eq!(first["receipt"]["detail"], Value::Null, "{first}");
    let again = peer.ask("/send", &how(&server)).await;
    assert_eq!(again["answer"], first["answer"]);
    server.kill_and_start();
    let after = peer.ask("/send", &how(&server)).await;
    assert_eq!(after["answer"], first["answer"]);
    let mut other = how(&server);
    other["payload"] = told(b"UNB+UNOC:3+OTHER'").into();
    let other = peer.ask("/send", &other).await;
    assert_eq!(other["receipt"]["detail"], "duplicate-document", "{other}");
    let after = peer.ask("/send", &how(&server)).await;
    assert_eq!(after["answer"], first["answer"]);
    assert!(!heard(&first["answer"]).is_empty());
}

#[tokio::test]
async fn receipts_go_out_later_when_asked_for() {
    let Some((server, peer)) = start() else { return };
    let sent = peer.ask("/send", &how(&server, "later", "async")).await;
    assert_eq!(sent["receipt"]["status"], "processed", "{sent}");
    assert_eq!((&sent["http"], &sent["answer"]), (&json!(200), &json!("")), "{sent}");
}

#[tokio::test]
async fn strangers_and_plain_messages_are_refused() {
    let Some((server, peer)) = start() else { return };
    let mut stranger = how(&server, "stranger", "sync");
    stranger["from"] = "NOBODY".into();
    stranger["sign"] = false.into();
    let told = peer.ask("/send", &stranger).await;
    assert_eq!(told["receipt"]["detail"], "unknown-trading-partner", "{told}");
    let mut plain = how(&server, "plain", "sync");
    plain["sign"] = false.into();
    let told = peer.ask("/send", &plain).await;
    assert_eq!(told["receipt"]["detail"], "insufficient-message-security", "{told}");
    let mut changed = how(&server, "changed", "sync");
    changed["encrypt"] = false.into();
    changed["compress"] = false.into();
    changed["change"] = "INVOIC".into();
    let told = peer.ask("/send", &changed).await;
    assert_eq!(told["receipt"]["detail"], "authentication-failed", "{told}");
}

#[tokio::test]
async fn the_answer_to_a_message_leaves_as_a_message_of_its_own() {
    let Some((server, peer)) = start() else { return };
    let sent = peer.ask("/send", &how(&server, "answered", "sync")).await;
    assert_eq!(sent["receipt"]["status"], "processed", "{sent}");
    for _ in 0..200 {
        if let Some(letter) = peer.taken().await.pop() {
            let text = String::from_utf8_lossy(&heard(&letter["payload"])).into_owned();
            assert!(text.contains("CONTRL"), "{text}");
            assert_eq!((&letter["signed"], &letter["encrypted"]), (&json!(true), &json!(true)));
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no letter came: {}", server.log());
}

#[tokio::test]
async fn the_connection_is_tested_step_by_step() {
    let Some((server, peer)) = start() else { return };
    let partner = "6110D00116";
    let (code, said) = server.run(&["as2", "test", partner]);
    assert_eq!(code, 0, "{said}");
    let steps = said.lines().map(|line| line.split(':').next().unwrap_or_default());
    let steps: Vec<&str> = steps.collect();
    let expected = [
        "ok     configuration",
        "ok     our certificate",
        "ok     partner's certificate",
        "ok     address",
        "ok     message",
        "ok     network",
        "ok     HTTP status",
        "ok     receipt",
        "ok     signature",
        "ok     MIC",
    ];
    assert_eq!(steps, expected, "{said}");
    peer.ask("/behave", &json!({"receipt": "wrong-mic"})).await;
    let (code, said) = server.run(&["as2", "test", partner]);
    assert_eq!(code, 1, "{said}");
    let last = said.lines().last().expect("a step");
    assert!(last.starts_with("failed MIC: the MIC of the receipt is not"), "{said}");
    drop(peer);
    let (code, said) = server.run(&["as2", "test", partner]);
    assert!(code == 1 && said.contains("failed network: WH-RETRY"), "{said}");
    let (code, said) = server.run(&["as2", "certificates"]);
    assert!(code == 1 && said.contains("ends in 29 days"), "{said}");
    let (code, _) = server.run(&["as2", "test", "NOBODY"]);
    assert_eq!(code, 2);
    let (code, said) = server.run(&["verify", "--data", "data"]);
    assert_eq!(code, 0, "{said}");
}
