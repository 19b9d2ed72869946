//! A small proxy for TCP that makes trouble.

use acquit_checker::pause::pause;
use acquit_checker::random::Random;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

/// What it does to a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Trouble {
    /// Nothing.
    Nothing,
    /// Every piece waits a little.
    Delays,
    /// Bytes come one handful at a time.
    Trickles,
    /// It ends after some bytes, whichever way they went.
    Cuts,
    /// The request arrives, the answer does not.
    SwallowsAnswers,
    /// One side is closed, the other stays open.
    HalfCloses,
}

/// All of them, with their names.
pub(crate) const TROUBLES: [(Trouble, &str); 6] = [
    (Trouble::Nothing, "no trouble"),
    (Trouble::Delays, "delays"),
    (Trouble::Trickles, "trickling"),
    (Trouble::Cuts, "cuts"),
    (Trouble::SwallowsAnswers, "lost answers"),
    (Trouble::HalfCloses, "half-closed connections"),
];

/// A running proxy.
pub(crate) struct Proxy {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    trouble: Arc<AtomicU8>,
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    In,
    Out,
}

impl Proxy {
    /// Opens one before an address.
    pub(crate) fn open(to: SocketAddr, seed: u64) -> io::Result<Proxy> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let trouble = Arc::new(AtomicU8::new(0));
        let of_thread = trouble.clone();
        std::thread::spawn(move || {
            for (number, from) in (0u64..).zip(listener.incoming().flatten()) {
                let Ok(to) = TcpStream::connect(to) else { continue };
                let _ = from.set_nodelay(true).and_then(|()| to.set_nodelay(true));
                for (way, one, other) in [(Way::In, &from, &to), (Way::Out, &to, &from)] {
                    let (Ok(one), Ok(other)) = (one.try_clone(), other.try_clone()) else { break };
                    let trouble = of_thread.clone();
                    let random = Random::new(seed ^ number << 1 ^ u64::from(way == Way::Out));
                    std::thread::spawn(move || carry(way, one, other, &trouble, random));
                }
            }
        });
        Ok(Proxy { address, trouble })
    }

    /// From now on this is done.
    pub(crate) fn make(&self, trouble: Trouble) {
        self.trouble.store(trouble as u8, Ordering::Relaxed);
    }
}

fn carry(way: Way, mut from: TcpStream, mut to: TcpStream, trouble: &AtomicU8, mut random: Random) {
    let mut piece = [0; 8192];
    while let Ok(length) = from.read(&mut piece) {
        if length == 0 {
            let _ = to.shutdown(Shutdown::Write);
            return;
        }
        let now = trouble.load(Ordering::Relaxed);
        let strikes = random.below(4) == 0;
        let bytes = &piece[..length];
        let sent = match TROUBLES.iter().find(|(one, _)| *one as u8 == now).map(|(one, _)| *one) {
            Some(Trouble::Delays) => {
                pause(Duration::from_millis(random.below(60)));
                to.write_all(bytes)
            }
            Some(Trouble::Trickles) if strikes => bytes.chunks(97).try_for_each(|some| {
                pause(Duration::from_millis(1));
                to.write_all(some)
            }),
            Some(Trouble::Cuts) if strikes => {
                let some = usize::try_from(random.below(length as u64)).unwrap_or_default();
                let _ = to.write_all(&bytes[..some]);
                break;
            }
            Some(Trouble::SwallowsAnswers) if strikes && way == Way::Out => break,
            Some(Trouble::HalfCloses) if strikes && way == Way::In => {
                let _ = to.write_all(bytes);
                let _ = to.shutdown(Shutdown::Write);
                return;
            }
            _ => to.write_all(bytes),
        };
        if sent.is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
