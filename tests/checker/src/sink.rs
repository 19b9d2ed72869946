//! A subscriber of ours: takes what it is told, looks at the signature, and writes it down.

use crate::house_keys::Ear;
use crate::journal::{Entry, Journal, Post, micros};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How a subscriber behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It takes everything.
    Takes,
    /// It refuses the first try of every so many posts.
    Stumbles(usize),
    /// It takes the bytes and never answers.
    Hangs,
}

/// A running subscriber.
#[derive(Debug, Clone)]
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    manner: Arc<AtomicUsize>,
    ears: Arc<Mutex<Vec<Ear>>>,
}

impl Sink {
    /// Opens one.
    ///
    /// # Errors
    /// When no port is free.
    pub fn open(journal: Arc<Journal>, manner: Manner) -> io::Result<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let sink = Sink { address, manner: Arc::default(), ears: Arc::default() };
        sink.behave(manner);
        let (of_thread, count) = (sink.clone(), Arc::new(AtomicU64::new(0)));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (sink, journal, count) = (of_thread.clone(), journal.clone(), count.clone());
                std::thread::spawn(move || sink.serve(&stream, &journal, &count));
            }
        });
        Ok(sink)
    }

    /// Tells it whose signatures to expect.
    pub fn expect(&self, ears: &[Ear]) {
        *self.ears.lock().unwrap_or_else(PoisonError::into_inner) = ears.to_vec();
    }

    /// Changes how it behaves.
    pub fn behave(&self, manner: Manner) {
        let coded = match manner {
            Manner::Takes => 0,
            Manner::Hangs => usize::MAX,
            Manner::Stumbles(every) => every,
        };
        self.manner.store(coded, Ordering::Relaxed);
    }

    fn serve(&self, stream: &TcpStream, journal: &Journal, count: &AtomicU64) -> Option<()> {
        stream.set_read_timeout(Some(Duration::from_secs(60))).ok()?;
        let mut reader = BufReader::new(stream);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let who = line.split(' ').nth(1)?.trim_start_matches('/').to_owned();
            let (mut id, mut at, mut signature, mut length) =
                (String::new(), String::new(), String::new(), 0);
            loop {
                line.clear();
                reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
                let Some((name, value)) = line.trim_end().split_once(':') else { break };
                let value = value.trim();
                match name.to_ascii_lowercase().as_str() {
                    "webhook-id" => value.clone_into(&mut id),
                    "webhook-timestamp" => value.clone_into(&mut at),
                    "webhook-signature" => value.clone_into(&mut signature),
                    "content-length" => length = value.parse().ok()?,
                    _ => {}
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            let signed = self.is_signed(&who, &id, &at, &signature, &body);
            let number = count.fetch_add(1, Ordering::Relaxed) as usize;
            let status = match self.manner.load(Ordering::Relaxed) {
                0 => 204,
                usize::MAX => 0,
                every if number % every == every - 1 => 500,
                _ => 204,
            };
            let body = String::from_utf8_lossy(&body).into_owned();
            journal.add(Entry::Post(Post { at: micros(), who, id, signed, status, body }));
            if status == 0 {
                crate::pause::pause(Duration::from_secs(60));
                return None;
            }
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n");
            (&*stream).write_all(answer.as_bytes()).ok()?;
        }
    }

    /// Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`.
    fn is_signed(&self, who: &str, id: &str, at: &str, signature: &str, body: &[u8]) -> bool {
        let ears = self.ears.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(ear) = ears.iter().find(|ear| ear.who == who) else { return false };
        let key = STANDARD.decode(ear.secret.trim_start_matches("whsec_")).unwrap_or_default();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key) else { return false };
        mac.update(format!("{id}.{at}.").as_bytes());
        mac.update(body);
        let right = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        signature.split(' ').any(|given| given == right)
    }
}
