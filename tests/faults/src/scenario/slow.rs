//! Consumers that do not read, and subscribers that stumble.

use crate::house::{House, Wish};
use crate::setting::Setting;
use crate::table::Done;
use acquit_checker::client::Client;
use acquit_checker::pause::pause;
use acquit_checker::report::Column;
use acquit_checker::sink::Manner;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Followers of the feed that never read.
const FOLLOWERS: usize = 20;
/// Longest an answer may take beside them, the worst of a hundred.
const WORST: Duration = Duration::from_secs(2);

/// Followers that open the feed and never read, a subscriber that hangs and one that stumbles:
/// others do not notice, and memory stays.
pub(super) fn consumers(setting: &Setting) -> Result<Done, String> {
    let wish = Wish { name: "slow".to_owned(), ..Wish::default() };
    let mut house = House::open(setting, wish)?;
    house.sink.behave(Manner::Stumbles(40));
    let watch = house.watch();
    let load = house.load(setting, 3, 2);
    let mut followers = Vec::new();
    for _ in 0..FOLLOWERS {
        let mut stream = TcpStream::connect(house.address).map_err(|error| error.to_string())?;
        let head = format!(
            "GET /v1/events HTTP/1.1\r\nHost: acquit\r\nAuthorization: Bearer {}\r\n\
             Accept: text/event-stream\r\n\r\n",
            house.keys.portal
        );
        stream.write_all(head.as_bytes()).map_err(|error| error.to_string())?;
        followers.push(stream);
    }
    let worst = worst(&house, Duration::from_secs(setting.many(4, 60)));
    let answered = load.answered();
    load.stop();
    house.sink.behave(Manner::Takes);
    drop(followers);
    drop(watch);
    let mut report = house.judge()?;
    if worst > WORST {
        let text = format!("an answer took {} ms beside slow consumers", worst.as_millis());
        report.breach("P12", Column::Unbounded, text);
    }
    let notes = vec![format!(
        "{answered} answers beside {FOLLOWERS} followers that never read; the worst look at the \
         state took {} ms",
        worst.as_millis()
    )];
    Ok(Done { report, notes, skipped: None })
}

/// The longest answer to somebody else in some time.
fn worst(house: &House, long: Duration) -> Duration {
    let mut client = Client::new(house.address, Duration::from_secs(10));
    let (begun, mut worst) = (Instant::now(), Duration::ZERO);
    while begun.elapsed() < long {
        let asked = Instant::now();
        let answer = client.get("/v1/invoices?limit=5", &house.keys.portal);
        worst = worst.max(asked.elapsed());
        if answer.is_none() {
            worst = worst.max(Duration::from_secs(10));
        }
        pause(Duration::from_millis(20));
    }
    worst
}
