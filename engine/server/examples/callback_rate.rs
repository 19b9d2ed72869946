//! How long a provider waits for the answer to its callback, over HTTP, beside what the same disk
//! takes to flush in the same run:
//! `cargo run --release -p acquit-server --example callback_rate [CALLBACKS [CONNECTIONS]]`.
//!
//! Every callback is a signed card payment that is verified, decided, stored and answered; an
//! answer leaves after its commit. Flushes are measured before, between and after the rounds.
#![expect(clippy::print_stdout, reason = "a measurement prints")]
#![expect(clippy::unwrap_used, reason = "a measurement that fails may stop")]

use acquit_domain::pay::Payer;
use acquit_domain::{Channel, InvoiceKey, InvoiceNumber, PartyCode};
use acquit_flow::Occurrence;
use acquit_flow::pay::StartOrder;
use acquit_mapping::rulebook::Rulebook;
use acquit_mapping::signature::cmi::{Way, hash};
use acquit_server::config::{Config, ProviderConfig, Secret};
use acquit_server::embedded::{self, SAMPLES};
use acquit_server::service::{Keeping, Service, start};
use acquit_server::shell::{Arrival, Clock};
use acquit_store::Store;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const ISSUER: &str = "MARSA-MAROC";
const SAMPLE: &str = "messages/portnet-inv/original.xml";
const KEY: &str = "TEST1234";
/// Rounds, each with flushes before it.
const ROUNDS: usize = 4;
/// Flushes measured before each round and after the last.
const FLUSHES: usize = 300;
/// Callbacks posted at a steady pace at the end, and how many a second.
const PACED: usize = 2_000;
const PACE: u32 = 200;
/// Invoices and orders prepared at one time.
const TOGETHER: usize = 256;

fn main() {
    let number = |at: usize, or: usize| -> usize {
        std::env::args().nth(at).map_or(or, |text| text.parse().unwrap())
    };
    let (count, connections) = (number(1, 8_000), number(2, 32));
    let folder = std::env::temp_dir().join(format!("acquit-callbacks-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let runtime = Runtime::new().unwrap();
    let service = runtime.block_on(house(&folder, count + PACED));
    let street = Street { address: service.address.to_string(), next: AtomicUsize::new(1) };
    let (mut times, mut flushes) = (Vec::new(), Vec::new());
    let (mut from, mut took) = (0, Duration::ZERO);
    for round in 1..=ROUNDS {
        flushes.extend(flush(&folder));
        let (until, begun) = (count * round / ROUNDS, Instant::now());
        times.extend(posted(&street, connections, from..until, None));
        took += begun.elapsed();
        from = until;
    }
    flushes.extend(flush(&folder));
    let per_second = count as u128 * 1_000_000 / took.as_micros().max(1);
    println!("{count} callbacks over {connections} connections: {per_second}/s");
    told("as fast as they can", &mut times, &mut flushes);
    let pause = Duration::from_secs(1) / PACE;
    let mut paced = posted(&street, connections, count..count + PACED, Some(pause));
    flushes.extend(flush(&folder));
    told(&format!("{PACE} a second"), &mut paced, &mut flushes);
    assert_eq!(times.len() + paced.len(), count + PACED, "every callback was answered");
    let totals = runtime.block_on(service.engine.store.totals()).unwrap();
    assert_eq!(totals[0].suspense, 0, "every payment is on its invoice");
    runtime.block_on(service.stop());
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Prints the times of answers beside those of flushes.
fn told(how: &str, times: &mut [Duration], flushes: &mut [Duration]) {
    let at = |of: &mut [Duration], hundredth: usize| {
        of.sort_unstable();
        of[(of.len() * hundredth / 100).min(of.len() - 1)].as_micros()
    };
    let (p50, p99) = (at(times, 50), at(times, 99));
    let (flush50, flush99) = (at(flushes, 50), at(flushes, 99));
    println!("{how}: p50 {p50} us, p99 {p99} us; flush p50 {flush50} us, p99 {flush99} us");
    let ratio = p99 * 100 / flush99.max(1);
    println!("  p99 of an answer is {}.{:02} times the p99 of a flush", ratio / 100, ratio % 100);
}

/// Where callbacks go, and which is the next.
struct Street {
    address: String,
    next: AtomicUsize,
}

/// Posts the callbacks of a range over some connections, one every `pause` or as fast as they can.
fn posted(
    street: &Street,
    connections: usize,
    range: std::ops::Range<usize>,
    pause: Option<Duration>,
) -> Vec<Duration> {
    street.next.store(range.start, Ordering::SeqCst);
    let begun = Instant::now();
    let nth = |n: usize| u32::try_from(n - range.start).unwrap();
    let due = |n: usize| pause.map(|pause| begun + pause * nth(n));
    let work = || post(street, range.end, &due);
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..connections).map(|_| scope.spawn(work)).collect();
        all.into_iter().flat_map(|one| one.join().unwrap()).collect()
    })
}

/// A running server with so many card payments that are begun.
async fn house(folder: &Path, count: usize) -> Service {
    let mut config = Config::default();
    config.http.listen = "127.0.0.1:0".parse().unwrap();
    config.http.public = "https://acquit.example".to_owned();
    let cmi = ProviderConfig {
        page: "https://cmi.example/fim/est3Dgate".to_owned(),
        merchant: "600000001".to_owned(),
        keys: vec![Secret::Plain(KEY.to_owned())],
        ..ProviderConfig::default()
    };
    config.providers.insert("cmi".to_owned(), cmi);
    let book = Arc::new(Rulebook::load(&embedded::mappings()).unwrap());
    let store = Store::open(&folder.join("store.db")).unwrap();
    let service = start(&config, Keeping::Nowhere, store, book, Clock::System).await.unwrap();
    let numbers: Vec<String> = (1..=count).map(|n| format!("{:08}", 10_000_000 + n)).collect();
    for some in numbers.chunks(TOGETHER) {
        let sent = some.iter().map(|number| service.intake.submit(invoice(&service, number)));
        for answer in futures_util::future::join_all(sent).await {
            answer.unwrap();
        }
        let begun = some.iter().map(|number| {
            let parcel = Arrival::over(Channel::Http).parcel(&Clock::System, b"{}".as_slice());
            service.cashier.decide(parcel, wish(number))
        });
        for outcome in futures_util::future::join_all(begun).await {
            assert_eq!(outcome.unwrap().payments.reply.unwrap().code, "OK");
        }
    }
    service
}

fn invoice(service: &Service, number: &str) -> acquit_domain::Parcel {
    let (_, bytes) = SAMPLES.iter().find(|(name, _)| *name == SAMPLE).unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let text = text
        .replace("<Emetteur>6110D00116<", &format!("<Emetteur>{ISSUER}<"))
        .replace("00069321", number)
        .replace("999900000000115", &format!("9{number}"));
    let partner = PartyCode::new(ISSUER);
    let arrival = Arrival { partner, ..Arrival::over(Channel::Http) };
    arrival.parcel(&service.engine.clock, text.into_bytes())
}

fn wish(number: &str) -> Occurrence {
    let issuer = PartyCode::new(ISSUER).unwrap();
    Occurrence::Start(StartOrder {
        invoices: vec![InvoiceKey { issuer, number: InvoiceNumber::new(number).unwrap() }],
        means: "cmi.card".to_owned(),
        payer: Payer::default(),
        user: String::new(),
        reference: String::new(),
    })
}

/// Posts callbacks over one connection; the time of each answer, from when it was due.
fn post(street: &Street, end: usize, due: &dyn Fn(usize) -> Option<Instant>) -> Vec<Duration> {
    let address = &street.address;
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut answers = BufReader::new(stream.try_clone().unwrap());
    let mut times = Vec::new();
    loop {
        let n = street.next.fetch_add(1, Ordering::SeqCst);
        if n >= end {
            return times;
        }
        let body = callback(n + 1);
        let head = format!(
            "POST /callbacks/cmi HTTP/1.1\r\nHost: {address}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let request = [head.as_bytes(), body.as_bytes()].concat();
        let from = due(n).unwrap_or_else(Instant::now);
        std::thread::sleep(from.saturating_duration_since(Instant::now()));
        stream.write_all(&request).unwrap();
        let answer = answer(&mut answers);
        times.push(from.elapsed());
        assert_eq!(answer, "ACTION=POSTAUTH", "callback {n}");
    }
}

/// A callback of the n-th order, signed.
fn callback(n: usize) -> String {
    let fields = [
        ("ProcReturnCode", "00".to_owned()),
        ("Response", "Approved".to_owned()),
        ("TransId", format!("T{n}")),
        ("amount", "3600.00".to_owned()),
        ("clientid", "600000001".to_owned()),
        ("currency", "504".to_owned()),
        ("oid", format!("PN{n:010}-1")),
        ("rnd", "abc".to_owned()),
    ];
    let mut fields = fields.map(|(name, value)| (name.to_owned(), value)).to_vec();
    fields.push(("HASH".to_owned(), hash(&fields, KEY, Way::Callback)));
    let pairs = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let charset = acquit_syntax::charset::Charset::Utf8;
    String::from_utf8(acquit_syntax::form::write(pairs, charset)).unwrap()
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

/// What the disk takes to append 4 KiB and flush.
fn flush(folder: &Path) -> Vec<Duration> {
    let path = folder.join("flush");
    let mut file = std::fs::File::create(&path).unwrap();
    let times = (0..FLUSHES).map(|_| {
        let from = Instant::now();
        file.write_all(&[0; 4096]).and_then(|()| file.sync_data()).unwrap();
        from.elapsed()
    });
    times.collect()
}
