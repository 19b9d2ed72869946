//! Letters over a broker: none lost, each known by its identifier, and none slows the intake.

use crate::broker::{Peer, unique, url};
use crate::house::{House, ISSUER, partner, until};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Q006, Q010: a queue that is gone holds letters back, and nothing is lost.
#[tokio::test]
async fn letters_wait_for_a_missing_queue() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out) = (unique("in"), unique("out"));
    let peer = Peer::new(&url).await;
    let house = House::new(&partner(&queue_in, &queue_out)).await;
    house.submit("00071001").await.expect("taken");
    until(|| async { house.waiting().await == 0 }).await;
    assert_eq!(peer.take(&queue_out, 1).await[0].kind, "ACC");
    peer.remove(&queue_out).await;
    house.submit("00071002").await.expect("taken while nothing leaves");
    until(|| async { house.fails(ISSUER).is_some_and(|why| why.starts_with("MQ-RETURN")) }).await;
    assert_eq!(house.waiting().await, 1);
    peer.queue(&queue_out).await;
    until(|| async { house.waiting().await == 0 }).await;
    until(|| async { house.fails(ISSUER).is_none() }).await;
    let came = peer.take(&queue_out, 1).await;
    assert_eq!(came[0].kind, "ACC");
    peer.is_empty(&queue_out).await;
    house.service.stop().await;
    peer.remove(&queue_in).await;
    peer.remove(&queue_out).await;
}

/// Stands between a house and the broker; once armed, it cuts the connection over which a letter
/// went out before the broker's confirm comes back.
async fn cutter(broker: String) -> (u16, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let armed: Arc<AtomicBool> = Arc::default();
    let shared = Arc::clone(&armed);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&broker).await.expect("a broker");
            tokio::spawn(between(client, server, Arc::clone(&shared)));
        }
    });
    (port, armed)
}

async fn between(client: TcpStream, server: TcpStream, armed: Arc<AtomicBool>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    let cut: Arc<AtomicBool> = Arc::default();
    let silent = Arc::clone(&cut);
    let answers = tokio::spawn(async move {
        let mut buffer = vec![0; 65_536];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if silent.load(Ordering::SeqCst) || to_client.write_all(&buffer[..read]).await.is_err()
            {
                return;
            }
        }
    });
    let mut buffer = vec![0; 65_536];
    while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
        // The short text of its type.
        let letter = buffer[..read].windows(4).any(|word| word == b"\x03ACC");
        if letter && armed.swap(false, Ordering::SeqCst) {
            cut.store(true, Ordering::SeqCst);
        }
        if to_server.write_all(&buffer[..read]).await.is_err() {
            break;
        }
        if cut.load(Ordering::SeqCst) {
            // The broker has it all; nobody is told.
            tokio::time::sleep(Duration::from_millis(300)).await;
            break;
        }
    }
    answers.abort();
}

/// Q008.
#[tokio::test]
async fn a_letter_whose_confirm_is_lost_goes_out_again_under_its_identifier() {
    let Some(url) = url() else { return };
    let (queue_in, queue_out) = (unique("in"), unique("out"));
    let peer = Peer::new(&url).await;
    peer.queue(&queue_out).await;
    let (account, broker) = url
        .strip_prefix("amqp://")
        .and_then(|rest| rest.split_once('@'))
        .expect("an address with an account");
    let (broker, _) = broker.split_once('/').expect("a virtual host");
    let (port, armed) = cutter(broker.to_owned()).await;
    let (user, password) = account.split_once(':').expect("a password");
    let secret = std::env::temp_dir().join(unique("password"));
    std::fs::write(&secret, password).expect("written");
    let house = House::new(&format!(
        "[channels.q]\nkind = \"amqp\"\nurl = \"amqp://127.0.0.1:{port}/%2f\"\nuser = \"{user}\"\n\
         password = \"file:{}\"\nqueue_in = \"{queue_in}\"\nqueue_out = \"{queue_out}\"\n\
         [partners.{ISSUER}]\nchannel = \"q\"\n",
        secret.display(),
    ))
    .await;
    std::fs::remove_file(&secret).expect("it was there");
    armed.store(true, Ordering::SeqCst);
    house.submit("00071011").await.expect("taken");
    until(|| async { house.waiting().await == 0 }).await;
    assert!(!armed.load(Ordering::SeqCst), "the connection was cut");
    let came = peer.take(&queue_out, 2).await;
    let known: BTreeSet<&str> = came.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(known.len(), 1, "one effect for who looks at identifiers: {came:?}");
    assert_eq!(came[0].body, came[1].body);
    peer.is_empty(&queue_out).await;
    house.service.stop().await;
    peer.remove(&queue_in).await;
    peer.remove(&queue_out).await;
}

/// A broker that takes connections and says nothing does not slow the intake; needs none.
#[tokio::test]
async fn a_silent_broker_slows_nobody() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let house = House::new(&format!(
        "[queue]\nurl = \"amqp://127.0.0.1:{port}/%2f\"\n[channels.q]\nkind = \"amqp\"\n\
         [partners.{ISSUER}]\nchannel = \"q\"\n"
    ))
    .await;
    let held = tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((stream, _)) = silent.accept().await {
            held.push(stream);
        }
    });
    let begun = Instant::now();
    for n in 0..50 {
        house.submit(&format!("0007200{n:02}")).await.expect("taken");
    }
    // Each question to this broker takes 10 s to be given up.
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    assert_eq!(house.waiting().await, 50, "letters wait in the outbox");
    until(|| async { house.fails(ISSUER).is_some_and(|why| why.starts_with("MQ-DOWN")) }).await;
    held.abort();
}
