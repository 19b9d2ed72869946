//! Mail, against an SMTP server of this file on the loopback.

mod localhost;

use std::time::Duration;

use acquit_connectors::mail::compose;
use acquit_connectors::mail::{Accepted, Attachment, Mail, MailConfig, MailFailure, Mailer, Tls};
use acquit_connectors::retry::Retry;
use acquit_connectors::secret::Secret;
use acquit_domain::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// A server that takes every letter, but says `reply` to commands that begin with `command`.
struct Sink {
    port: u16,
    letters: UnboundedReceiver<String>,
}

async fn sink(command: &'static str, reply: &'static str) -> Sink {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (seen, letters) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, command, reply, seen.clone()));
        }
    });
    Sink { port, letters }
}

/// One connection: commands, and a letter after DATA until a line with one dot.
async fn serve<Io: AsyncRead + AsyncWrite + Send>(
    stream: Io,
    command: &'static str,
    reply: &'static str,
    seen: UnboundedSender<String>,
) {
    let (reader, mut writer) = tokio::io::split(stream);
    let mut lines = BufReader::new(reader).lines();
    let _ = writer.write_all(b"220 sink\r\n").await;
    while let Ok(Some(line)) = lines.next_line().await {
        let usual = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-sink\r\n250-8BITMIME\r\n250 AUTH PLAIN\r\n",
            "AUTH" => "235 welcome\r\n",
            "DATA" => "354 go on\r\n",
            "QUIT" => "221 bye\r\n",
            _ => "250 2.1.0 fine\r\n",
        };
        let odd = !command.is_empty() && line.starts_with(command);
        let _ = writer.write_all(if odd { reply } else { usual }.as_bytes()).await;
        if line != "DATA" || odd {
            let _ = seen.send(line);
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
        let _ = seen.send(letter);
        let taken = if command == "." { reply } else { "250 2.0.0 queued as 4Xq\r\n" };
        let _ = writer.write_all(taken.as_bytes()).await;
    }
}

fn config(port: u16) -> MailConfig {
    MailConfig {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        user: None,
        password: None,
        from: "Acquit <no-reply@portal.example>".to_owned(),
        timeout: Duration::from_secs(5),
        authorities: Vec::new(),
    }
}

fn mail() -> Mail {
    Mail {
        id: "ntc/01J".to_owned(),
        at: Timestamp(1_795_430_000_000_000),
        to: "client@example.ma".to_owned(),
        subject: "Reçu n° 42".to_owned(),
        text: "Votre paiement est confirmé.\n.\nMerci.".to_owned(),
        html: Some("<p>Votre paiement est confirmé.</p>".to_owned()),
        attachments: vec![Attachment {
            name: "recu-42.pdf".to_owned(),
            media: "application/pdf".to_owned(),
            bytes: b"%PDF".to_vec(),
        }],
        language: "fr".to_owned(),
    }
}

async fn send(
    command: &'static str,
    reply: &'static str,
    mail: &Mail,
) -> (Result<Accepted, MailFailure>, Vec<String>) {
    let mut sink = sink(command, reply).await;
    let mailer = Mailer::new(config(sink.port)).expect("it can work");
    let sent = mailer.send(mail).await;
    let mut seen = Vec::new();
    while let Ok(line) = sink.letters.try_recv() {
        seen.push(line);
    }
    (sent, seen)
}

#[tokio::test]
async fn a_letter_arrives() {
    let (sent, seen) = send("", "", &mail()).await;
    let accepted = sent.expect("taken");
    assert_eq!(accepted.message_id, "<ntc_2f01J@portal.example>");
    assert!(accepted.answer.contains("queued as 4Xq"), "{accepted:?}");
    let said =
        |text: &str| assert!(seen.iter().any(|line| line.contains(text)), "{text}: {seen:?}");
    said("EHLO portal.example");
    said("MAIL FROM:<no-reply@portal.example>");
    said("RCPT TO:<client@example.ma>");
    said("Message-ID: <ntc_2f01J@portal.example>\n");
    said("Subject: =?utf-8?b?");
    said("Content-Language: fr\nAuto-Submitted: auto-generated\n");
    said("Content-Disposition: attachment; filename=\"recu-42.pdf\"");
    said("JVBERg==");
}

#[tokio::test]
async fn the_same_letter_is_the_same_bytes() {
    let one = compose(&mail(), "a@b.example").expect("a letter").formatted();
    assert!(one == compose(&mail(), "a@b.example").expect("a letter").formatted());
}

#[tokio::test]
async fn refusals() {
    async fn check(command: &'static str, reply: &'static str, retry: Retry, code: u16) {
        let failure = send(command, reply, &mail()).await.0.expect_err("not taken");
        assert_eq!((failure.retry, failure.code), (retry, Some(code)), "{failure:?}");
    }
    check("RCPT", "550 5.1.1 nobody\r\n", Retry::Never, 550).await;
    check("RCPT", "451 4.7.1 grey\r\n", Retry::Later, 451).await;
    check("MAIL", "421 4.3.2 closing\r\n", Retry::Later, 421).await;
    check("MAIL", "530 5.7.0 who are you\r\n", Retry::Later, 530).await;
    check(".", "554 5.7.1 looks like spam\r\n", Retry::Never, 554).await;
    check(".", "452 4.3.1 full\r\n", Retry::Later, 452).await;
    // Nobody is there.
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let mailer = Mailer::new(config(port)).expect("it can work");
    let failure = mailer.send(&mail()).await.expect_err("nobody is there");
    assert_eq!((failure.retry, failure.code), (Retry::Later, None));
}

#[tokio::test]
async fn nothing_adds_a_header() {
    let mut letter = mail();
    let evil = "x\r\nBcc: all@example.ma\r\n\r\nbody";
    letter.id = evil.to_owned();
    letter.subject = format!("{evil} {}", "é".repeat(500));
    letter.language = evil.to_owned();
    letter.attachments[0].name = evil.to_owned();
    letter.text = evil.to_owned();
    letter.html = None;
    let (sent, seen) = send("", "", &letter).await;
    sent.expect("taken");
    let rcpt = seen.iter().filter(|line| line.starts_with("RCPT")).count();
    let text = seen.iter().find(|line| line.contains("Message-ID")).expect("a letter");
    let head = text.split("\n\n").next().expect("a head");
    assert_eq!((rcpt, head.contains("\nBcc")), (1, false), "{text}");
    let bcc = text.lines().filter(|line| line.starts_with("Bcc:")).count();
    assert!(bcc <= 1, "only the text may say so: {text}");
    for to in ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "nobody", ""] {
        letter.to = to.to_owned();
        let failure = send("", "", &letter).await.0.expect_err("no address");
        assert_eq!(failure.retry, Retry::Never, "{to}");
    }
}

#[tokio::test]
async fn a_password_stays_secret() {
    let mut sink = sink("", "").await;
    let mut config = config(sink.port);
    config.user = Some("acquit".to_owned());
    config.password = Some(Secret::new("t0p s3cret"));
    assert!(!format!("{config:?}").contains("t0p"));
    let mailer = Mailer::new(config.clone()).expect("the loopback may see it");
    assert!(!format!("{mailer:?}").contains("t0p"));
    mailer.send(&mail()).await.expect("taken");
    let mut seen = Vec::new();
    while let Ok(line) = sink.letters.try_recv() {
        seen.push(line);
    }
    assert!(seen.iter().any(|line| line == "AUTH PLAIN AGFjcXVpdAB0MHAgczNjcmV0"), "{seen:?}");
    config.host = "mail.example".to_owned();
    assert!(Mailer::new(config.clone()).is_err());
    config.tls = Tls::StartTls;
    assert!(Mailer::new(config).is_ok());
}

#[tokio::test]
async fn without_tls_nothing_is_sent_where_tls_is_wanted() {
    let mut sink = sink("", "").await;
    let mut config = config(sink.port);
    config.tls = Tls::StartTls;
    let mailer = Mailer::new(config).expect("it can work");
    let failure = mailer.send(&mail()).await.expect_err("no STARTTLS");
    assert_eq!(failure.retry, Retry::Later, "{failure:?}");
    while let Ok(line) = sink.letters.try_recv() {
        assert!(!line.starts_with("MAIL"), "{line}");
    }
}

#[tokio::test]
async fn certificates_are_checked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (acceptor, certificate) = localhost::acceptor();
    let (seen, mut letters) = unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(stream) = acceptor.accept(stream).await {
                tokio::spawn(serve(stream, "", "", seen.clone()));
            }
        }
    });
    let mut config = MailConfig { host: "localhost".to_owned(), tls: Tls::Tls, ..config(port) };
    let mailer = Mailer::new(config.clone()).expect("it can work");
    let failure = mailer.send(&mail()).await.expect_err("nobody vouches for it");
    assert_eq!((failure.retry, letters.try_recv().is_err()), (Retry::Later, true), "{failure:?}");
    config.authorities = vec![certificate];
    let mailer = Mailer::new(config).expect("it can work");
    mailer.send(&mail()).await.expect("taken");
}
