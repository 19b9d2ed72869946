//! Where letters to people arrive: an SMTP server that keeps every mail, and a page that shows
//! them. Nothing leaves it.

use crate::http::{self, Answer, Asked, Serving};
use crate::journal::lock;
use crate::page::{facts, page};
use crate::xml::escape;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Longest mail kept, in bytes.
const MAIL_MAX: usize = 8 << 20;

/// Most mails kept; the oldest go first.
const MAILS_MAX: usize = 1000;

/// A mail as it arrived.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mail {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Header and body.
    pub text: String,
}

/// Mails that arrived.
#[derive(Debug, Clone, Default)]
pub struct Mails(Arc<Mutex<Vec<Mail>>>);

impl Mails {
    /// All of them, oldest first.
    #[must_use]
    pub fn all(&self) -> Vec<Mail> {
        lock(&self.0).clone()
    }

    fn keep(&self, mail: Mail) {
        let mut mails = lock(&self.0);
        if mails.len() >= MAILS_MAX {
            mails.remove(0);
        }
        mails.push(mail);
    }
}

/// The SMTP server, which ends when this is dropped.
#[derive(Debug)]
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Takes mail on a listener.
///
/// # Errors
/// When the listener has no address.
pub fn take(listener: TcpListener, mails: Mails) -> io::Result<Sink> {
    let address = listener.local_addr()?;
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A client that goes away early is no failure of a simulation.
            let mails = mails.clone();
            tokio::spawn(async move { talk(stream, &mails).await });
        }
    });
    Ok(Sink { address, task })
}

/// Shows mails on a listener.
///
/// # Errors
/// When the listener has no address.
pub fn show(listener: TcpListener, mails: Mails) -> io::Result<Serving> {
    http::serve(listener, move |asked| {
        let mails = mails.clone();
        async move { shown(&asked, &mails) }
    })
}

fn shown(asked: &Asked, mails: &Mails) -> Answer {
    if asked.method != "GET" {
        return Answer::text(405, "mails are only shown");
    }
    let piece = |mail: &Mail| {
        let head = facts(&[("De", &mail.from), ("À", &mail.to.join(", "))]);
        format!("{head}<pre style=\"white-space:pre-wrap\">{}</pre><hr>", escape(&mail.text))
    };
    let all = mails.all();
    let body: String = all.iter().rev().map(piece).collect();
    page(&format!("Courrier : {}", all.len()), &body)
}

async fn talk(mut stream: TcpStream, mails: &Mails) -> io::Result<()> {
    let (read, mut write) = stream.split();
    let mut lines = BufReader::new(read);
    write.write_all(b"220 mail.simulated ESMTP\r\n").await?;
    let mut mail = Mail::default();
    loop {
        let Some(line) = line(&mut lines).await? else { return Ok(()) };
        let word = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        let said: &[u8] = match word.as_str() {
            "EHLO" => b"250-mail.simulated\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "MAIL" => {
                mail = Mail { from: path(&line), ..Mail::default() };
                b"250 ok\r\n"
            }
            "RCPT" => {
                mail.to.push(path(&line));
                b"250 ok\r\n"
            }
            "DATA" if mail.to.is_empty() => b"503 nobody to send to\r\n",
            "DATA" => {
                write.write_all(b"354 go on, end with a point\r\n").await?;
                mail.text = text(&mut lines).await?;
                mails.keep(std::mem::take(&mut mail));
                b"250 kept\r\n"
            }
            "HELO" | "RSET" | "NOOP" => b"250 ok\r\n",
            "QUIT" => {
                write.write_all(b"221 goodbye\r\n").await?;
                return Ok(());
            }
            _ => b"502 not here\r\n",
        };
        write.write_all(said).await?;
    }
}

async fn line(lines: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if lines.read_until(b'\n', &mut bytes).await? == 0 {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Lines until a point alone.
async fn text(lines: &mut (impl AsyncBufReadExt + Unpin)) -> io::Result<String> {
    let mut text = String::new();
    while let Some(line) = line(lines).await? {
        if line == "." {
            break;
        }
        if text.len() < MAIL_MAX {
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push('\n');
        }
    }
    Ok(text)
}

/// What stands between `<` and `>`.
fn path(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(inner, _)| inner.to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    #[tokio::test]
    async fn a_mail_is_kept() {
        let mails = Mails::default();
        let listener = http::listen(0).await.expect("a free port");
        let sink = take(listener, mails.clone()).expect("taken");
        let mut stream = TcpStream::connect(sink.address).await.expect("listening");
        let said = "EHLO x\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nSubject: s\r\n\r\n\
            ..hi\r\n.\r\nQUIT\r\n";
        stream.write_all(said.as_bytes()).await.expect("written");
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.expect("read");
        assert!(heard.ends_with("250 kept\r\n221 goodbye\r\n"), "{heard}");
        let expected =
            Mail { from: "a@x".into(), to: vec!["b@y".into()], text: "Subject: s\n\n.hi\n".into() };
        assert_eq!(mails.all(), [expected]);
    }
}
