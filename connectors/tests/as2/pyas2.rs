//! Both directions against pyas2lib.

use super::house::{House, INVOICE, cargo, now};
use super::peer::{Peer, headers, heard, told};
use acquit_connectors::as2::{
    Cipher, Compress, Digest, Disposition, Head, Sending, Sent, Told, Wanted, build, judge, open,
    read, send, write,
};
use acquit_connectors::retry::Retry;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Sign, encrypt, compress: every way of protecting, as the peer knows it.
const WAYS: &[(bool, bool, bool)] = &[
    (false, false, false),
    (true, false, false),
    (false, true, false),
    (false, false, true),
    (true, true, false),
    (true, false, true),
    (false, true, true),
    (true, true, true),
];

fn house() -> Option<(House, Peer)> {
    let house = House::new();
    let peer = Peer::start(&house.theirs, &house.ours)?;
    Some((house, peer))
}

/// Takes what the peer built and tells it what became of it; what the peer makes of that.
async fn received(peer: &Peer, house: &House, how: &Value) -> (Result<Vec<u8>, String>, Value) {
    let built = peer.ask("/build", how).await;
    let (fields, body) = (headers(&built["headers"]), heard(&built["body"]));
    let head = Head::read(&fields).expect("a head");
    let opened = open(&house.us, &head, &fields, &body);
    let (disposition, mic, text) = match &opened {
        Ok(received) => (Disposition::Processed, Some(&received.mic), "Taken."),
        Err(refused) => (refused.disposition.clone(), None, refused.reason),
    };
    let told = Told { head: &head, disposition: &disposition, text, mic, at: now() };
    let receipt = write(Some(&house.us), told).expect("a receipt");
    let fields: serde_json::Map<String, Value> =
        receipt.headers.into_iter().map(|(name, value)| (name, value.into())).collect();
    let body = super::peer::told(&receipt.body);
    let meaning = peer.ask("/receipt", &json!({"headers": fields, "body": body})).await;
    let taken = opened.map(|received| received.bytes);
    (taken.map_err(|refused| refused.disposition.to_string()), meaning)
}

#[tokio::test]
async fn messages_of_the_peer_are_taken_and_receipted() {
    let Some((house, peer)) = house() else { return };
    // pyas2lib writes what is not octets with line ends of its own.
    let octets = "application/octet-stream";
    for &(sign, encrypt, compress) in WAYS {
        for (digest, cipher) in [("sha256", "aes_128_cbc"), ("sha512", "aes_256_cbc")] {
            let how = json!({"payload": told(INVOICE), "media": octets, "sign": sign,
                "encrypt": encrypt, "compress": compress, "digest": digest, "cipher": cipher});
            let (taken, meaning) = received(&peer, &house, &how).await;
            assert_eq!(taken.as_deref(), Ok(INVOICE), "{how}");
            assert_eq!(meaning["status"], "processed", "{how} {meaning}");
            assert_eq!(meaning["detail"], Value::Null, "{how} {meaning}");
            assert_eq!(meaning["signed"].is_string(), sign, "{how} {meaning}");
        }
    }
    let text = b"UNB+UNOC:3+A+B+261124:0030+1'UNZ+0+1'";
    let how = json!({"payload": told(text), "sign": true, "encrypt": true});
    let (taken, meaning) = received(&peer, &house, &how).await;
    assert_eq!((taken.as_deref(), &meaning["status"]), (Ok(&text[..]), &json!("processed")));
}

#[tokio::test]
async fn the_peer_understands_why_its_message_is_refused() {
    let Some((mut house, peer)) = house() else { return };
    let invoice = told(INVOICE);
    let all = json!({"payload": invoice, "sign": true, "encrypt": true, "compress": true});
    let signed = json!({"payload": invoice, "sign": true, "change": "380"});
    let (taken, meaning) = received(&peer, &house, &signed).await;
    assert_eq!(taken, Err("processed/error: authentication-failed".into()));
    assert_eq!(meaning["status"], "processed/error", "{meaning}");
    assert_eq!(meaning["detail"], "authentication-failed", "{meaning}");
    let mut changed = all.clone();
    changed["change"] = "x".into();
    let (taken, meaning) = received(&peer, &house, &changed).await;
    assert_eq!(taken, Err("processed/error: decryption-failed".into()));
    assert_eq!(meaning["detail"], "decryption-failed", "{meaning}");
    let old = json!({"payload": invoice, "sign": true, "encrypt": true, "digest": "sha1",
        "cipher": "tripledes_192_cbc"});
    let (taken, meaning) = received(&peer, &house, &old).await;
    assert_eq!(taken, Err("processed/error: insufficient-message-security".into()));
    assert_eq!(meaning["detail"], "insufficient-message-security", "{meaning}");
    house.us.inward.digests = vec![Digest::Sha1];
    house.us.inward.ciphers = vec![Cipher::TripleDes];
    let (taken, meaning) = received(&peer, &house, &old).await;
    assert!(taken.is_ok() && meaning["status"] == "processed", "{meaning}");
    house.us.certificates = super::keys::draw("SOMEBODY", 30).certificates();
    let (taken, _) = received(&peer, &house, &all).await;
    assert_eq!(taken, Err("processed/error: authentication-failed".into()));
}

#[tokio::test]
async fn the_peer_takes_our_messages_and_its_receipt_proves_it() {
    let Some((mut house, peer)) = house() else { return };
    let url = format!("http://{}/as2", peer.host);
    for (n, &(sign, encrypt, compress)) in WAYS.iter().enumerate() {
        house.us.outward.sign = sign.then_some(Digest::Sha256);
        house.us.outward.encrypt = encrypt.then_some(Cipher::Aes256);
        house.us.outward.compress =
            if compress { Compress::BeforeSigning } else { Compress::Never };
        let id = format!("{n}@acquit");
        let to = Sending { client: &peer.client, agreement: &house.us, url: &url };
        let sent = send(to, cargo(&id), now()).await;
        assert_eq!(sent, Sent::Delivered, "{:?}", house.us.outward);
        let taken = peer.taken().await.pop().expect("a message");
        assert_eq!(taken["message_id"], id, "{taken}");
        assert!(heard(&taken["payload"]) == INVOICE, "{taken}");
        let found = (&taken["signed"], &taken["encrypted"], &taken["compressed"]);
        assert_eq!(found, (&json!(sign), &json!(encrypt), &json!(compress)));
    }
}

#[tokio::test]
async fn receipts_of_the_peer_that_prove_nothing() {
    let Some((house, peer)) = house() else { return };
    let url = format!("http://{}/as2", peer.host);
    let to = Sending { client: &peer.client, agreement: &house.us, url: &url };
    let check = async |behaviour: &str, expected: Sent| {
        peer.ask("/behave", &json!({"receipt": behaviour})).await;
        assert_eq!(send(to, cargo("1@acquit"), now()).await, expected, "{behaviour}");
    };
    let later = |text: &str| Sent::Failed(Retry::Later, text.into());
    let never = |text: &str| Sent::Failed(Retry::Never, text.into());
    check("good", Sent::Delivered).await;
    check("wrong-mic", later("the MIC of the receipt is not the one of what was sent")).await;
    check("unsigned", later("the receipt is not signed, and was to be")).await;
    check("none", later("the partner took the message and gave no receipt")).await;
    check("good", Sent::Delivered).await;
    let mut stranger = house.us.clone();
    stranger.theirs = acquit_connectors::as2::Name::new("NOBODY").expect("a name");
    let to = Sending { agreement: &stranger, ..to };
    let unknown = "the partner says: processed/error: unknown-trading-partner";
    match send(to, cargo("2@acquit"), now()).await {
        Sent::Failed(_, text) => assert!(text == unknown || text.contains("not signed"), "{text}"),
        other => assert_eq!(other, never(unknown)),
    }
}

#[tokio::test]
async fn receipts_that_come_later() {
    let Some((mut house, peer)) = house() else { return };
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}/as2", listener.local_addr().expect("an address"));
    house.us.outward.receipt = Wanted::Later(address);
    let url = format!("http://{}/as2", peer.host);
    for (n, &(sign, encrypt, compress)) in WAYS.iter().enumerate() {
        house.us.outward.sign = sign.then_some(Digest::Sha384);
        house.us.outward.encrypt = encrypt.then_some(Cipher::Aes192);
        house.us.outward.compress =
            if compress { Compress::BeforeSigning } else { Compress::Never };
        let (id, at) = (format!("later-{n}@acquit"), now());
        let to = Sending { client: &peer.client, agreement: &house.us, url: &url };
        let (sent, posted) = tokio::join!(send(to, cargo(&id), at), posted(&listener));
        assert_eq!(sent, Sent::Waits, "{:?}", house.us.outward);
        let (fields, body) = posted;
        let receipt = read(&house.us, &fields, &body).expect("a receipt");
        // The same message built again, as after a restart, says what the receipt has to prove.
        let (_, expected) = build(&house.us, cargo(&id), at).expect("a message");
        assert_eq!(judge(&receipt, &expected).text(), "delivered", "{receipt:?}");
        assert_eq!(receipt.signed.is_some(), sign, "{receipt:?}");
    }
}

/// What somebody posts to a listener.
async fn posted(listener: &TcpListener) -> (Vec<(String, String)>, Vec<u8>) {
    let caller = tokio::time::timeout(Duration::from_secs(30), listener.accept()).await;
    let (mut stream, _) = caller.expect("somebody calls in time").expect("a caller");
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let read = stream.read(&mut buffer).await.expect("a request");
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let Some((head, _)) = text.split_once("\r\n\r\n") else { continue };
        let fields: Vec<(String, String)> = head
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let length = fields.iter().find(|(name, _)| name == "content-length");
        let length: usize = length.and_then(|(_, text)| text.parse().ok()).unwrap_or(0);
        let begin = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head") + 4;
        if bytes.len() < begin + length {
            continue;
        }
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).await.expect("an answer");
        return (fields, bytes[begin..begin + length].to_vec());
    }
}
