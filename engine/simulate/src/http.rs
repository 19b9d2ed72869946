//! HTTP/1.1 as partners serve and call it: whole bodies, no TLS, one connection a call.
//!
//! What it is *not*: fit for a network. Simulated partners live on the loopback address.

use crate::form;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// Largest body taken, in bytes.
pub const BODY_MAX: usize = 64 << 20;

/// How long a call waits for its answer.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A request that came, or one that goes.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// `GET`, `POST`.
    pub method: String,
    /// Path of the address, without the query.
    pub path: String,
    /// The pairs of the query.
    pub query: Vec<(String, String)>,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Asked {
    /// The value of a header field; empty when there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        form::value(&self.headers, name)
    }

    /// The body as a form.
    #[must_use]
    pub fn form(&self) -> Vec<(String, String)> {
        form::read(&self.text())
    }

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

    /// The path in its parts.
    #[must_use]
    pub fn parts(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }
}

/// An answer.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Header fields, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Answer {
    /// An answer without a body.
    #[must_use]
    pub fn new(status: u16) -> Answer {
        Answer { status, ..Answer::default() }
    }

    /// The same with a header field.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Answer {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same with a body.
    #[must_use]
    pub fn body(mut self, media: &str, body: impl Into<Vec<u8>>) -> Answer {
        self.body = body.into();
        self.header("content-type", media)
    }

    /// An answer in JSON.
    #[must_use]
    pub fn json(status: u16, value: &serde_json::Value) -> Answer {
        Answer::new(status).body("application/json", value.to_string())
    }

    /// An answer in plain text.
    #[must_use]
    pub fn text(status: u16, text: impl Into<String>) -> Answer {
        Answer::new(status).body("text/plain; charset=utf-8", text.into())
    }

    /// The body as text.
    #[must_use]
    pub fn as_text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null when it is none.
    #[must_use]
    pub fn as_json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The value of a header field; empty when there is none.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        form::value(&self.headers, name)
    }
}

/// A partner's server, which ends when this is dropped.
#[derive(Debug)]
pub struct Serving {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl Serving {
    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens on a port of the loopback address; 0 takes any free one.
///
/// # Errors
/// When the port is taken.
pub async fn listen(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await
}

/// Serves a site on a listener.
///
/// # Errors
/// When the listener has no address.
pub fn serve<S, F>(listener: TcpListener, site: S) -> io::Result<Serving>
where
    S: Fn(Asked) -> F + Send + Sync + 'static,
    F: Future<Output = Answer> + Send + 'static,
{
    let address = listener.local_addr()?;
    let site = Arc::new(site);
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let site = site.clone();
            tokio::spawn(async move {
                let service = service_fn(move |request| answered(site.clone(), request));
                let io = TokioIo::new(stream);
                // A peer that goes away early is no failure of a simulation.
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
            });
        }
    });
    Ok(Serving { address, task })
}

async fn answered<S, F>(
    site: Arc<S>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible>
where
    S: Fn(Asked) -> F,
    F: Future<Output = Answer>,
{
    let (head, body) = request.into_parts();
    let answer = match Limited::new(body, BODY_MAX).collect().await {
        Ok(body) => {
            site(Asked {
                method: head.method.to_string(),
                path: head.uri.path().to_owned(),
                query: form::read(head.uri.query().unwrap_or("")),
                headers: pairs(&head.headers),
                body: body.to_bytes().to_vec(),
            })
            .await
        }
        Err(_) => Answer::new(413),
    };
    let mut response = Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    let whole = response.body(Full::new(Bytes::from(answer.body)));
    Ok(whole.unwrap_or_else(|_| Response::new(Full::new(Bytes::new()))))
}

fn pairs(headers: &hyper::HeaderMap) -> Vec<(String, String)> {
    let text =
        |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// A call with a form for its body.
#[must_use]
pub fn form_to(url: &str, pairs: &[(String, String)]) -> Call {
    let text = form::write(pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    Call::new("POST", url).body("application/x-www-form-urlencoded", text)
}

/// A call to somewhere.
#[derive(Debug, Clone)]
pub struct Call {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    patience: Duration,
}

impl Call {
    /// A call without a body.
    #[must_use]
    pub fn new(method: &str, url: &str) -> Call {
        Call {
            method: method.to_owned(),
            url: url.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            patience: PATIENCE,
        }
    }

    /// The same with a header field.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Call {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same as the holder of a key.
    #[must_use]
    pub fn bearer(self, key: &str) -> Call {
        self.header("authorization", format!("Bearer {key}"))
    }

    /// The same with a body.
    #[must_use]
    pub fn body(mut self, media: &str, body: impl Into<Vec<u8>>) -> Call {
        self.body = body.into();
        self.header("content-type", media)
    }

    /// The same with JSON for its body.
    #[must_use]
    pub fn json(self, value: &serde_json::Value) -> Call {
        self.body("application/json", value.to_string())
    }

    /// Calls, and waits for the answer.
    ///
    /// # Errors
    /// When the address is none, nobody answers there, or no answer comes in time.
    pub async fn send(self) -> io::Result<Answer> {
        let patience = self.patience;
        match timeout(patience, self.exchange()).await {
            Ok(answer) => answer,
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time")),
        }
    }

    async fn exchange(self) -> io::Result<Answer> {
        let (authority, target) = address(&self.url)?;
        let stream = TcpStream::connect(&authority).await?;
        let io = TokioIo::new(stream);
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(io).await.map_err(io::Error::other)?;
        let driving = tokio::spawn(connection);
        let mut request = Request::builder().method(self.method.as_str()).uri(target);
        request = request.header("host", &authority).header("connection", "close");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(self.body))).map_err(io::Error::other)?;
        let response = sender.send_request(request).await.map_err(io::Error::other)?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, BODY_MAX).collect().await.map_err(io::Error::other)?;
        driving.abort();
        Ok(Answer {
            status: head.status.as_u16(),
            headers: pairs(&head.headers),
            body: body.to_bytes().to_vec(),
        })
    }
}

/// Host with port, and path with query, of an address.
fn address(url: &str) -> io::Result<(String, String)> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, format!("{url:?}: no http address"));
    let rest = url.strip_prefix("http://").ok_or_else(wrong)?;
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, target) = rest.split_at(at);
    if authority.is_empty() {
        return Err(wrong());
    }
    let authority = match authority.contains(':') {
        true => authority.to_owned(),
        false => format!("{authority}:80"),
    };
    let target = if target.starts_with('/') { target.to_owned() } else { format!("/{target}") };
    Ok((authority, target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_is_answered() {
        let listener = listen(0).await.expect("a free port");
        let serving = serve(listener, |asked: Asked| async move {
            let said = form::value(&asked.form(), "a").to_owned();
            Answer::text(201, format!("{} {} {said}", asked.method, form::value(&asked.query, "q")))
        });
        let url = format!("{}/x?q=1", serving.as_ref().expect("served").url());
        let answer = form_to(&url, &[("a".into(), "b c".into())]).send().await.expect("answered");
        assert_eq!((answer.status, answer.as_text().as_str()), (201, "POST 1 b c"));
        assert!(Call::new("GET", "ftp://x").send().await.is_err());
    }
}
