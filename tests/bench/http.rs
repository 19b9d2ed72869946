//! One invoice a POST over 64 connections kept alive, against a running server, beside the
//! disk's own flush.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use acquit_tests::invoices::{Wanted, interchange};

use crate::{quantile, ratio};

/// Connections at a time.
const CONNECTIONS: u64 = 64;
/// Flushes measured.
const FLUSHES: usize = 1_000;

/// Posts invoices; prints the rate and the times, and what the disk takes to flush 4 KiB.
pub(crate) fn run(address: &str, key: &str, posts: u64) {
    // Numbers of this run differ from those of another against the same server.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let base = now.map_or(0, |since| since.as_secs() % 1_000_000 * 100);
    let (next, started) = (AtomicU64::new(0), Instant::now());
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(|| work(address, key, base, posts, &next)))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    let took = started.elapsed();
    let mut flushes = flushes();
    let (p50, p99) = (quantile(&mut times, 50), quantile(&mut times, 99));
    let flush = quantile(&mut flushes, 99);
    println!(
        "{} answers in {} ms: {} a second; p50 {} us, p99 {} us; flush p99 {} us, ratio {}",
        times.len(),
        took.as_millis(),
        times.len() as u128 * 1_000_000 / took.as_micros().max(1),
        p50.as_micros(),
        p99.as_micros(),
        flush.as_micros(),
        ratio(p99.as_micros(), flush.as_micros())
    );
    assert_eq!(times.len() as u64, posts, "every post was answered with 200");
}

/// Posts until all are taken; the time of each answer.
fn work(address: &str, key: &str, base: u64, posts: u64, next: &AtomicU64) -> Vec<Duration> {
    let Ok(mut stream) = TcpStream::connect(address) else { return Vec::new() };
    let Ok(clone) = stream.try_clone() else { return Vec::new() };
    let mut answers = BufReader::new(clone);
    let mut times = Vec::new();
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= posts {
            return times;
        }
        let wanted = Wanted { seed: n, messages: 1, first: base + n, issuer: "", client: "" };
        let body = interchange(&wanted);
        let head = format!(
            "POST /v1/inbox HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/edifact\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let request = [head.as_bytes(), &body].concat();
        let started = Instant::now();
        if stream.write_all(&request).is_err() || answer(&mut answers) != Some(200) {
            return times;
        }
        times.push(started.elapsed());
    }
}

/// Reads one answer; its status.
fn answer(from: &mut BufReader<TcpStream>) -> Option<u16> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut length = 0;
    loop {
        line.clear();
        from.read_line(&mut line).ok()?;
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).ok()?;
    Some(status)
}

/// What the disk takes to append 4 KiB and flush.
fn flushes() -> Vec<Duration> {
    let path = std::env::temp_dir().join(format!("acquit-flush-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).expect("a file");
    let times = (0..FLUSHES).map(|_| {
        let started = Instant::now();
        file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).expect("the disk writes");
        started.elapsed()
    });
    let times = times.collect();
    let _ = std::fs::remove_file(&path);
    times
}
