//! One invoice a POST over some connections kept alive, against a running server, beside the
//! disk's own flush.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use acquit_tests::repository::root;

use crate::{quantile, ratio};

/// Flushes measured.
const FLUSHES: usize = 1_000;

/// Posts invoices; prints the rate and the times, and what the disk takes to flush 4 KiB.
pub(crate) fn run(address: &str, key: &str, posts: u64, connections: u64) {
    // Numbers of this run differ from those of another against the same server.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let base = now.map_or(0, |since| since.as_secs() % 1_000_000 * 100_000);
    let sample = root().join("samples/messages/invoic-d96a/original.edi");
    let sample = std::fs::read_to_string(sample).expect("the sample of the default message");
    let (next, started) = (AtomicU64::new(0), Instant::now());
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| work((address, key), &sample, base, posts, &next)))
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
    assert_eq!(times.len() as u64, posts, "every invoice was accepted");
}

/// Posts until all are taken; the time of each answer.
fn work(to: (&str, &str), sample: &str, base: u64, posts: u64, next: &AtomicU64) -> Vec<Duration> {
    let (address, key) = to;
    let Ok(mut stream) = TcpStream::connect(address) else { return Vec::new() };
    let Ok(clone) = stream.try_clone() else { return Vec::new() };
    let mut answers = BufReader::new(clone);
    let mut times = Vec::new();
    loop {
        let n = next.fetch_add(1, Ordering::Relaxed);
        if n >= posts {
            return times;
        }
        let body = invoice(sample, base + n);
        let head = format!(
            "POST /v1/inbox HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/edifact\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let request = [head.as_bytes(), body.as_bytes()].concat();
        let started = Instant::now();
        if stream.write_all(&request).is_err() || answer(&mut answers).is_none() {
            return times;
        }
        times.push(started.elapsed());
    }
}

/// The sample with a number and a reference of its own.
fn invoice(sample: &str, n: u64) -> String {
    let between = |before: &str, after: &str| {
        let rest = sample.split_once(before).map_or("", |(_, rest)| rest);
        rest.split_once(after).map_or("", |(value, _)| value)
    };
    let number = between("BGM+380+", "+");
    let reference = between("UNZ+1+", "'");
    sample.replace(number, &format!("B{n}")).replace(reference, &format!("R{n}"))
}

/// Reads one answer; `None` unless it says that the invoice was accepted.
fn answer(from: &mut BufReader<TcpStream>) -> Option<()> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
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
    let said = String::from_utf8_lossy(&body);
    said.contains(r#""verdict":"accepted""#).then_some(())
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
