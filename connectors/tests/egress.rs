//! Going out over HTTP, against peers of this file on the loopback: what arrives, what is refused,
//! and what each way of misbehaving is called.

mod localhost;

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use acquit_connectors::egress::{
    self, Client, Egress, Failure, Method, Names, Request, Response, Sent,
};
use acquit_connectors::retry::Retry;
use acquit_connectors::webhook::{Delivery, Key, post, sign};
use acquit_domain::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A peer on the loopback that treats every connection alike; returns its `host:port` and how many
/// connections it has had.
async fn peer<F, Done>(treat: F) -> (String, Arc<AtomicUsize>)
where
    F: Fn(TcpStream) -> Done + Send + 'static,
    Done: Future<Output = ()> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address").to_string();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            tokio::spawn(treat(stream));
        }
    });
    (at, count)
}

/// Reads a request with its body, and returns it as text.
async fn read_request<Io: AsyncRead + Unpin>(stream: &mut Io) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4_096];
    loop {
        let read = stream.read(&mut buffer).await.unwrap_or(0);
        bytes.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.and_then(|text| text.parse().ok()).unwrap_or(0) {
                return text;
            }
        }
        if read == 0 {
            return text;
        }
    }
}

/// Reads a request and answers with a text.
async fn answer<Io: AsyncRead + AsyncWrite + Unpin>(mut stream: Io, text: &str) -> String {
    let request = read_request(&mut stream).await;
    let _ = stream.write_all(text.as_bytes()).await;
    let _ = stream.shutdown().await;
    request
}

/// A client that may call one peer.
fn client(host: &str) -> Client {
    client_of(Egress { hosts: vec![host.to_owned()], ..Egress::default() })
}

fn client_of(egress: Egress) -> Client {
    Client::new(egress).expect("no authority is wrong")
}

async fn get(client: &Client, url: &str) -> Result<Response, Failure> {
    client.call(&Request::new(Method::Get, url)).await
}

/// What a peer makes of a call.
async fn check(client: &Client, url: &str, code: &str, retry: Retry, sent: Sent) {
    let failure = get(client, url).await.expect_err("it must fail");
    assert_eq!((failure.code, failure.retry, failure.sent), (code, retry, sent), "{failure}");
}

#[tokio::test]
async fn a_call_arrives_as_written() {
    let (seen, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let (host, _) = peer(move |stream| {
        let seen = seen.clone();
        async move {
            let text = "HTTP/1.1 201 Created\r\nX-One: 1\r\nContent-Length: 2\r\n\r\nok";
            let _ = seen.send(answer(stream, text).await);
        }
    })
    .await;
    let request = Request::new(Method::Post, format!("http://{host}/pay?id=7#part"))
        .header("authorization", "Bearer t0p")
        .body("application/json", "{}");
    let response = client(&host).call(&request).await.expect("an answer");
    assert_eq!((response.status, response.body.as_slice()), (201, b"ok".as_slice()));
    assert_eq!(response.header("x-one"), Some("1"));
    let text = arrived.recv().await.expect("it arrived");
    assert!(text.starts_with("POST /pay?id=7 HTTP/1.1\r\n"), "{text}");
    assert!(text.contains(&format!("host: {host}\r\n")), "{text}");
    assert!(text.contains("authorization: Bearer t0p\r\n"), "{text}");
    assert!(text.ends_with("\r\n\r\n{}"), "{text}");
    let shown = format!("{request:?} {response:?}");
    assert!(!shown.contains("t0p") && !shown.contains("id=7") && !shown.contains("ok"), "{shown}");
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let (host, _) = peer(|mut stream| async move {
        read_request(&mut stream).await;
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n";
        let _ = stream.write_all(head.as_bytes()).await;
        while stream.write_all(&[b'x'; 65_536]).await.is_ok() {}
    })
    .await;
    let mut request = Request::new(Method::Get, format!("http://{host}/"));
    request.answer_bytes_max = 65_536;
    let response = client(&host).call(&request).await.expect("an answer");
    assert!(response.cut && response.body.len() == 65_536 && response.status == 200);
}

#[tokio::test]
async fn peers_that_misbehave() {
    let (hang, _) = peer(|mut stream| async move {
        read_request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let url = |host: &str| format!("http://{host}/");
    let mut request = Request::new(Method::Get, url(&hang));
    request.timeout = Duration::from_secs(1);
    let failure = client(&hang).call(&request).await.expect_err("it never answers");
    assert_eq!((failure.code, failure.sent), ("WH-TIMEOUT", Sent::Perhaps));
    let (reset, _) = peer(|mut stream| async move {
        read_request(&mut stream).await;
    })
    .await;
    check(&client(&reset), &url(&reset), "WH-RETRY", Retry::Later, Sent::Perhaps).await;
    let (garbage, _) = peer(|stream| async move {
        answer(stream, "SMTP ready\r\n\r\n").await;
    })
    .await;
    check(&client(&garbage), &url(&garbage), "WH-RETRY", Retry::Later, Sent::Perhaps).await;
    let (plain, _) = peer(|mut stream| async move {
        let _ = stream.write_all(b"220 not TLS at all\r\n").await;
        read_request(&mut stream).await;
    })
    .await;
    let secure = format!("https://{plain}/");
    check(&client(&plain), &secure, "WH-TLS", Retry::Later, Sent::No).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let closed = listener.local_addr().expect("an address").to_string();
    drop(listener);
    check(&client(&closed), &url(&closed), "WH-RETRY", Retry::Later, Sent::No).await;
}

#[tokio::test]
async fn what_is_refused() {
    let (host, count) = peer(|stream| async move {
        answer(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
    })
    .await;
    let stranger = client_of(Egress::default());
    let (never, no) = (Retry::Never, Sent::No);
    check(&stranger, &format!("http://{host}/"), "SSRF-BLOCK", never, no).await;
    check(&stranger, &format!("https://{host}/"), "SSRF-BLOCK", never, no).await;
    // A name that was public when it was registered, and leads inwards when it is called.
    let rebound = ["1.1.1.1", "127.0.0.1"].map(|text| text.parse().expect("an address"));
    let table = BTreeMap::from([("rebind.test".to_owned(), rebound.to_vec())]);
    let rebinding = client_of(Egress { names: Names::Table(table), ..Egress::default() });
    check(&rebinding, "https://rebind.test/", "SSRF-BLOCK", never, no).await;
    check(&rebinding, "https://nobody.test/", "WH-DNS", Retry::Later, no).await;
    for (name, value) in [("x", "a\r\nb: c"), ("x y", "1"), ("Host", "other"), ("te", "trailers")] {
        let request = Request::new(Method::Get, format!("http://{host}/")).header(name, value);
        let failure = client(&host).call(&request).await.expect_err("no such header");
        assert_eq!(failure.code, "WH-REQUEST", "{name}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

/// S004 to S018: what subscribers register, refused at once or when it is called. Redirects (S014
/// again), endless and missing answers, certificates and resets (S019 to S024) have tests here too.
#[tokio::test]
async fn addresses_of_the_table_of_hostile_inputs() {
    let table = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/badinputs/rows.tsv");
    let table = std::fs::read_to_string(table).expect("the table is part of the project");
    // Whatever passes leads inwards when it is called.
    let inwards = vec!["127.0.0.1".parse().expect("an address")];
    let names = ["rebind.test", "redirect.test"].map(|name| (name.to_owned(), inwards.clone()));
    let egress = Egress { names: Names::Table(BTreeMap::from(names)), ..Egress::default() };
    let client = client_of(egress.clone());
    let mut seen = 0;
    for row in table.lines().filter(|row| row.contains("\tegress-url\t")) {
        let recipe = row.split('\t').nth(3).and_then(|text| text.strip_prefix("{\"url\":\""));
        let url = recipe.and_then(|text| text.strip_suffix("\"}")).expect("an address");
        let late = egress::check(&egress, url).is_ok();
        assert_eq!(late, url.contains("rebind") || url.contains("redirect"), "{row}");
        let failure = get(&client, url).await.expect_err("it must be refused");
        assert_eq!((failure.code, failure.sent), ("SSRF-BLOCK", Sent::No), "{row}");
        seen += 1;
    }
    assert_eq!(seen, 13);
}

/// A TLS peer for `localhost` that answers 200; returns its port and its certificate.
async fn secure_peer() -> (String, Vec<u8>) {
    let (acceptor, certificate) = localhost::acceptor();
    let (host, _) = peer(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(stream) = acceptor.accept(stream).await {
                answer(stream, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").await;
            }
        }
    })
    .await;
    let port = host.rsplit(':').next().expect("a port").to_owned();
    (port, certificate)
}

#[tokio::test]
async fn certificates_are_checked() {
    let (port, certificate) = secure_peer().await;
    let loopback = vec!["127.0.0.1".parse().expect("an address")];
    let names = ["localhost", "other.test"].map(|name| (name.to_owned(), loopback.clone()));
    let hosts = vec!["localhost".to_owned(), "other.test".to_owned()];
    let names = Names::Table(BTreeMap::from(names));
    let mut egress = Egress { hosts, names, ..Egress::default() };
    let url = format!("https://localhost:{port}/");
    let (later, no) = (Retry::Later, Sent::No);
    check(&client_of(egress.clone()), &url, "WH-TLS", later, no).await;
    egress.authorities = vec![certificate];
    let trusting = client_of(egress.clone());
    assert_eq!(get(&trusting, &url).await.expect("an answer").status, 200);
    check(&trusting, &format!("https://other.test:{port}/"), "WH-TLS", later, no).await;
    egress.authorities = vec![b"no certificate".to_vec()];
    assert!(Client::new(egress).is_err());
}

const AT: Timestamp = Timestamp(1_795_430_000_000_000);

/// Delivers a webhook to a peer that answers with a text.
async fn deliver(text: &'static str) -> (Result<u16, Failure>, String) {
    let (seen, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let (host, count) = peer(move |stream| {
        let seen = seen.clone();
        async move {
            let _ = seen.send(answer(stream, text).await);
        }
    })
    .await;
    let keys = [Key::new(vec![1; 32]).expect("a key")];
    let url = format!("http://{host}/hook");
    let delivery = Delivery { url: &url, id: "msg_1", body: b"{\"paid\":true}", keys: &keys };
    let told = post(&client(&host), &delivery, AT).await;
    assert_eq!(count.load(Ordering::SeqCst), 1);
    (told.map(|answer| answer.status), arrived.recv().await.expect("it arrived"))
}

#[tokio::test]
async fn webhooks() {
    let (told, text) = deliver("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(told.expect("taken"), 204);
    let header = |name: &str| {
        let begins = format!("{name}: ");
        let found = text.lines().find_map(|line| line.strip_prefix(begins.as_str()));
        found.unwrap_or_default().to_owned()
    };
    let keys = [Key::new(vec![1; 32]).expect("a key")];
    let body = text.split("\r\n\r\n").nth(1).unwrap_or_default().as_bytes();
    let signed = sign(&keys, &header("webhook-id"), AT, body);
    assert_eq!(header("webhook-signature"), signed);
    assert_eq!(header("webhook-timestamp"), (AT.0 / 1_000_000).to_string());

    let moved = "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n";
    let busy = "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n";
    let after = Some(Duration::from_secs(120));
    for (text, code, retry, after) in [
        (moved, "SSRF-BLOCK", Retry::Later, None),
        (busy, "WH-RETRY", Retry::Later, after),
        ("HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", "WH-GONE", Retry::Never, None),
        ("HTTP/1.1 400 No\r\nContent-Length: 0\r\n\r\n", "WH-RETRY", Retry::Later, None),
    ] {
        let failure = deliver(text).await.0.expect_err("not taken");
        assert_eq!((failure.code, failure.retry, failure.after), (code, retry, after));
    }
}
