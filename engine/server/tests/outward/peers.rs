//! Peers on the loopback: a mail server and subscribers, each well-behaved or not.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What a mail server answers to whole letters, in order; `250` after the last.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    letters: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// One that answers so; an empty answer is none at all.
    pub(crate) async fn new(answers: &'static [&'static str]) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let letters: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&letters);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(smtp(stream, answers, Arc::clone(&seen)));
            }
        });
        MailServer { port, letters }
    }

    /// Configuration that names it.
    pub(crate) fn config(&self) -> String {
        let port = self.port;
        format!(
            "[mail]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
             from = \"Acquit <no-reply@portal.example>\"\nseconds = 5\n"
        )
    }

    /// The letters so far.
    pub(crate) fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("no panic").clone()
    }

    /// A header of every letter so far.
    pub(crate) fn headers(&self, name: &str) -> Vec<String> {
        let of = |letter: &String| {
            let line = letter.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        self.letters().iter().map(of).collect()
    }
}

/// One connection: commands, and a letter after DATA until a line with one dot.
async fn smtp(stream: TcpStream, answers: &[&str], letters: Arc<Mutex<Vec<String>>>) {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    let _ = writer.write_all(b"220 sink\r\n").await;
    while let Ok(Some(line)) = lines.next_line().await {
        let usual = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-sink\r\n250 8BITMIME\r\n",
            "DATA" => "354 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 fine\r\n",
        };
        let _ = writer.write_all(usual.as_bytes()).await;
        if line != "DATA" {
            continue;
        }
        let mut letter = String::new();
        while let Ok(Some(line)) = lines.next_line().await {
            if line == "." {
                break;
            }
            letter.push_str(&line);
            letter.push('\n');
        }
        let place = {
            let mut letters = letters.lock().expect("no panic");
            letters.push(letter);
            letters.len() - 1
        };
        let answer = answers.get(place).copied().unwrap_or("250 queued\r\n");
        let _ = writer.write_all(answer.as_bytes()).await;
    }
}

/// What a subscriber does with a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// Answers with a status.
    Status(u16),
    /// Reads and never answers.
    Hang,
    /// Reads and resets.
    Reset,
    /// Answers 200 with a body that does not end.
    Flood,
    /// Answers with something that is no HTTP.
    Noise,
    /// Says at once something that is no TLS.
    Open,
}

/// A subscriber that behaves so, post after post; the last manner stays.
pub(crate) struct Subscriber {
    pub(crate) host: String,
    posts: Arc<Mutex<Vec<String>>>,
    /// Bytes of a flood that were taken.
    pub(crate) flooded: Arc<AtomicUsize>,
}

impl Subscriber {
    pub(crate) async fn new(manners: &'static [Manner]) -> Subscriber {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let posts: Arc<Mutex<Vec<String>>> = Arc::default();
        let flooded: Arc<AtomicUsize> = Arc::default();
        let (seen, bytes) = (Arc::clone(&posts), Arc::clone(&flooded));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(http(stream, manners, Arc::clone(&seen), Arc::clone(&bytes)));
            }
        });
        Subscriber { host, posts, flooded }
    }

    /// The posts so far.
    pub(crate) fn posts(&self) -> Vec<String> {
        self.posts.lock().expect("no panic").clone()
    }
}

async fn http(
    mut stream: TcpStream,
    manners: &[Manner],
    posts: Arc<Mutex<Vec<String>>>,
    flooded: Arc<AtomicUsize>,
) {
    if manners == [Manner::Open] {
        let _ = stream.write_all(b"welcome\r\n").await;
        return;
    }
    let request = request(&mut stream).await;
    let place = {
        let mut posts = posts.lock().expect("no panic");
        posts.push(request);
        posts.len() - 1
    };
    let manner = manners.get(place).or(manners.last()).copied().unwrap_or(Manner::Status(204));
    match manner {
        Manner::Status(status) => {
            let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        Manner::Hang => std::future::pending().await,
        Manner::Reset => {
            let _ = stream.set_zero_linger();
        }
        Manner::Flood => {
            let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n";
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(&[b'x'; 65_536]).await.is_ok() {
                flooded.fetch_add(65_536, Ordering::SeqCst);
            }
        }
        Manner::Noise | Manner::Open => {
            let _ = stream.write_all(b"no such thing\r\n\r\n").await;
        }
    }
}

/// Reads a request with its body.
async fn request(stream: &mut TcpStream) -> String {
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
