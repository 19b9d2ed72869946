//! How long the invoices of others take while one issuer sends ten times as much as usual, over
//! HTTP: `cargo run --release -p acquit-server --example fair_share [INVOICES_A_SECOND [SECONDS]]`.
//!
//! Eight connections of one issuer and eight of another post at their usual pace, then the second
//! one at ten times that, three times in turn. Answers are timed from when their invoice was due,
//! so that what waits to be sent counts. Medians of the three runs.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]

use acquit_domain::{PartyCode, Role};
use acquit_mapping::rulebook::Rulebook;
use acquit_server::bootstrap;
use acquit_server::config::Config;
use acquit_server::embedded::{self, SAMPLES};
use acquit_server::service::{Keeping, Service, start};
use acquit_server::shell::Clock;
use acquit_store::Store;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const SAMPLE: &str = "messages/portnet-inv/original.xml";
const QUIET: &str = "MARSA-MAROC";
const LOUD: &str = "6110D00116";
/// Connections of each of the two.
const CONNECTIONS: u32 = 8;
/// How many times as much the loud one sends.
const TIMES: u32 = 10;
const RUNS: usize = 3;

/// One issuer, at its pace.
struct Issuer {
    address: String,
    code: &'static str,
    key: String,
    /// Numbers its invoices, over all runs.
    next: AtomicU32,
}

/// When invoices are due.
#[derive(Clone, Copy)]
struct Pace {
    begun: Instant,
    pause: Duration,
    count: u32,
    first: u32,
}

fn main() {
    let number = |at: usize, or: u32| -> u32 {
        std::env::args().nth(at).map_or(or, |text| text.parse().unwrap())
    };
    let (rate, seconds) = (number(1, 200), number(2, 8));
    let folder = std::env::temp_dir().join(format!("acquit-fair-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (service, quiet, loud) = runtime.block_on(house(&folder));
    let mut medians: [Vec<u128>; 2] = Default::default();
    for run in 1..=RUNS {
        for (medians, times) in medians.iter_mut().zip([1, TIMES]) {
            let (mut ours, mut theirs) = together(&quiet, &loud, rate, rate * times, seconds);
            let told = |times: &mut [Duration]| (at(times, 50), at(times, 99));
            let (p50, p99) = told(&mut ours);
            let (loud50, loud99) = told(&mut theirs);
            println!(
                "run {run}, {} a second beside {}: p50 {p50} us, p99 {p99} us; the other's \
                 p50 {loud50} us, p99 {loud99} us",
                rate,
                rate * times
            );
            medians.push(p99);
        }
    }
    let [usual, beside] = medians.map(|mut of| {
        of.sort_unstable();
        of[RUNS / 2]
    });
    let ratio = beside * 100 / usual.max(1);
    println!("median p99 {usual} us, beside {TIMES} times as much {beside} us");
    println!("ratio {}.{:02}", ratio / 100, ratio % 100);
    runtime.block_on(service.stop());
    std::fs::remove_dir_all(&folder).unwrap();
}

fn at(times: &mut [Duration], hundredth: usize) -> u128 {
    times.sort_unstable();
    times[(times.len() * hundredth / 100).min(times.len() - 1)].as_micros()
}

/// A running server, and two issuers who have keys of it.
async fn house(folder: &Path) -> (Service, Issuer, Issuer) {
    let mut config = Config::default();
    config.http.listen = "127.0.0.1:0".parse().unwrap();
    let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
    let store = Store::open(&folder.join("store.db")).unwrap();
    let mut keys = Vec::new();
    for code in [QUIET, LOUD] {
        let party = PartyCode::new(code).unwrap();
        let now = Clock::System.now();
        let key = bootstrap::new_key(&store, party, Role::Issuer, "", now).await.unwrap();
        keys.push(key.key);
    }
    let service = start(&config, Keeping::Nowhere, store, book, Clock::System).await.unwrap();
    let address = service.address.to_string();
    let mut issuers = [QUIET, LOUD].into_iter().zip(keys).map(|(code, key)| Issuer {
        address: address.clone(),
        code,
        key,
        next: AtomicU32::new(0),
    });
    let (quiet, loud) = (issuers.next().unwrap(), issuers.next().unwrap());
    drop(issuers);
    (service, quiet, loud)
}

/// Both post for some seconds; the times of their answers.
fn together(
    quiet: &Issuer,
    loud: &Issuer,
    rate: u32,
    loud_rate: u32,
    seconds: u32,
) -> (Vec<Duration>, Vec<Duration>) {
    let begun = Instant::now();
    let pace = |issuer: &Issuer, rate: u32| Pace {
        begun,
        pause: Duration::from_secs(1) / rate,
        count: rate * seconds,
        first: issuer.next.load(Ordering::SeqCst),
    };
    let (slow, fast) = (pace(quiet, rate), pace(loud, loud_rate));
    let times = std::thread::scope(|scope| {
        let of = |issuer, pace| {
            let work = move || post(issuer, pace);
            (0..CONNECTIONS).map(|_| scope.spawn(work)).collect::<Vec<_>>()
        };
        let all = [of(quiet, slow), of(loud, fast)];
        all.map(|all| all.into_iter().flat_map(|one| one.join().unwrap()).collect())
    });
    quiet.next.store(slow.first + slow.count, Ordering::SeqCst);
    loud.next.store(fast.first + fast.count, Ordering::SeqCst);
    times.into()
}

/// Posts invoices over one connection; the time of each answer, from when it was due.
fn post(issuer: &Issuer, pace: Pace) -> Vec<Duration> {
    let mut stream = TcpStream::connect(&issuer.address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut times = Vec::new();
    loop {
        let n = issuer.next.fetch_add(1, Ordering::SeqCst);
        let nth = n - pace.first;
        if nth >= pace.count {
            return times;
        }
        let body = invoice(issuer.code, n);
        let head = format!(
            "POST /v1/inbox HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\
             Content-Type: application/xml\r\nContent-Length: {}\r\n\r\n",
            issuer.key,
            body.len()
        );
        let request = [head.as_bytes(), body.as_bytes()].concat();
        let due = pace.begun + pace.pause * nth;
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        stream.write_all(&request).unwrap();
        let said = answer(&mut answers);
        times.push(due.elapsed());
        assert!(said.contains(r#""verdict":"accepted""#), "invoice {n}: {said}");
    }
}

/// The sample with issuer and numbers of its own.
fn invoice(issuer: &str, n: u32) -> String {
    let (_, bytes) = SAMPLES.iter().find(|(name, _)| *name == SAMPLE).unwrap();
    let number = format!("{:08}", 10_000_000 + n);
    String::from_utf8(bytes.to_vec())
        .unwrap()
        .replace("<Emetteur>6110D00116<", &format!("<Emetteur>{issuer}<"))
        .replace("00069321", &number)
        .replace("999900000000115", &format!("9{number}"))
}

/// The body of the next answer.
fn answer(from: &mut BufReader<TcpStream>) -> String {
    let (mut line, mut length) = (String::new(), 0);
    loop {
        line.clear();
        from.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).unwrap();
    String::from_utf8(body).unwrap()
}
