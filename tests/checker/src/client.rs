//! A small client of HTTP/1.1, of our own: what is sent and what comes back, byte for byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longest answer that is read, in bytes.
const ANSWER_MAX: u64 = 64 << 20;

/// A connection that is opened when it is needed.
#[derive(Debug)]
pub struct Client {
    address: SocketAddr,
    patience: Duration,
    stream: Option<BufReader<TcpStream>>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Value of `Retry-After`.
    pub retry_after: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Method and path, as `GET /livez`.
    pub line: &'a str,
    /// The key of the caller; none when empty.
    pub key: &'a str,
    /// Further headers, each with its end.
    pub headers: &'a str,
    /// The body.
    pub body: &'a [u8],
}

impl Client {
    /// A client of an address; `patience` is the longest it waits for a byte.
    #[must_use]
    pub fn new(address: SocketAddr, patience: Duration) -> Client {
        Client { address, patience, stream: None }
    }

    /// Sends a request; nothing when no whole answer came back.
    pub fn call(&mut self, request: Request<'_>) -> Option<Answer> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.open()?,
        };
        let mut head = format!("{} HTTP/1.1\r\nHost: acquit\r\n", request.line);
        if !request.key.is_empty() {
            head.push_str(&format!("Authorization: Bearer {}\r\n", request.key));
        }
        head.push_str(request.headers);
        head.push_str(&format!("Content-Length: {}\r\n\r\n", request.body.len()));
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(request.body);
        stream.get_mut().write_all(&bytes).ok()?;
        let (answer, stays) = read(&mut stream)?;
        self.stream = stays.then_some(stream);
        Some(answer)
    }

    /// Reads something.
    pub fn get(&mut self, path: &str, key: &str) -> Option<Answer> {
        self.call(Request { line: &format!("GET {path}"), key, headers: "", body: b"" })
    }

    /// Posts JSON.
    pub fn post(&mut self, path: &str, key: &str, body: &serde_json::Value) -> Option<Answer> {
        let headers = "Content-Type: application/json\r\n";
        let (line, body) = (format!("POST {path}"), body.to_string());
        self.call(Request { line: &line, key, headers, body: body.as_bytes() })
    }

    fn open(&self) -> Option<BufReader<TcpStream>> {
        let stream = TcpStream::connect_timeout(&self.address, self.patience).ok()?;
        stream.set_read_timeout(Some(self.patience)).ok()?;
        stream.set_write_timeout(Some(self.patience)).ok()?;
        stream.set_nodelay(true).ok()?;
        Some(BufReader::new(stream))
    }
}

/// Reads an answer; whether the connection may be used again.
fn read(stream: &mut BufReader<TcpStream>) -> Option<(Answer, bool)> {
    let mut line = String::new();
    stream.read_line(&mut line).ok()?;
    let status: u16 = line.strip_suffix("\r\n")?.split(' ').nth(1)?.parse().ok()?;
    let (mut length, mut chunked, mut stays, mut retry_after) = (None, false, true, None);
    loop {
        line.clear();
        stream.read_line(&mut line).ok()?;
        if line == "\r\n" {
            break;
        }
        // A head that was cut is no head.
        let (name, value) = line.strip_suffix("\r\n")?.split_once(':')?;
        let value = value.trim();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse::<u64>().ok(),
            "transfer-encoding" => chunked = value.eq_ignore_ascii_case("chunked"),
            "connection" => stays = !value.eq_ignore_ascii_case("close"),
            "retry-after" => retry_after = Some(value.to_owned()),
            _ => {}
        }
    }
    let body = match (length, chunked) {
        (_, true) => chunks(stream)?,
        (Some(length), false) => exactly(stream, length)?,
        (None, false) => {
            stays = false;
            let mut body = Vec::new();
            stream.take(ANSWER_MAX).read_to_end(&mut body).ok()?;
            body
        }
    };
    Some((Answer { status, retry_after, body }, stays))
}

fn exactly(stream: &mut BufReader<TcpStream>, length: u64) -> Option<Vec<u8>> {
    let mut body = vec![0; usize::try_from(length.min(ANSWER_MAX)).ok()?];
    stream.read_exact(&mut body).ok()?;
    Some(body)
}

fn chunks(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok()?;
        let length = u64::from_str_radix(line.trim(), 16).ok()?;
        body.extend_from_slice(&exactly(stream, length)?);
        line.clear();
        stream.read_line(&mut line).ok()?;
        if length == 0 {
            return Some(body);
        }
    }
}
