//! One request, one answer, one connection.
//!
//! hyper alone and no wider client: the connection goes to the address that was looked at by
//! construction, and there is no redirect, proxy, cookie or encoding to switch off. TLS sessions
//! are resumed; connections are not kept, since a subscriber or a provider is called now and then.
//!
//! What this module is *not*: it retries nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{HeaderName, HeaderValue};
use hyper::rt::{Read, Write};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;

use super::connect::{dial, resolve, secure, tls};
use super::message::{Method, Request, Response};
use super::target::{Scheme, Target, check};
use super::{Egress, Failure, Sent};

/// Most bytes of the head of an answer.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Headers the client writes itself: others could contradict what is sent.
const OWN_HEADERS: &[&str] = &[
    "host",
    "connection",
    "content-length",
    "expect",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];
/// What the platform calls itself.
const USER_AGENT: &str = concat!("Acquit/", env!("CARGO_PKG_VERSION"));

/// Calls addresses as the configuration allows. Cheap to share by reference or in an `Arc`.
pub struct Client {
    egress: Egress,
    tls: Arc<ClientConfig>,
}

impl Client {
    /// A client that goes where `egress` lets it.
    ///
    /// # Errors
    /// When a configured authority is no certificate.
    pub fn new(egress: Egress) -> Result<Client, Failure> {
        let tls = tls(&egress.authorities)?;
        Ok(Client { egress, tls })
    }

    /// Where the client may go.
    #[must_use]
    pub fn egress(&self) -> &Egress {
        &self.egress
    }

    /// Sends a request and reads the answer, whatever its status; redirects are answers.
    ///
    /// # Errors
    /// [`Failure`]: the address may not be called, nobody is there, or the time is over.
    pub async fn call(&self, request: &Request) -> Result<Response, Failure> {
        let target = check(&self.egress, &request.url)?;
        let message = message(request, &target)?;
        let left = AtomicBool::new(false);
        let calling = self.exchange(request, &target, message, &left);
        match tokio::time::timeout(request.timeout, calling).await {
            Ok(answered) => answered,
            Err(_) => {
                let sent = if left.load(Ordering::Relaxed) { Sent::Perhaps } else { Sent::No };
                let reason = format!("no answer within {} ms", request.timeout.as_millis());
                Err(Failure::later("WH-TIMEOUT", sent, reason))
            }
        }
    }

    async fn exchange(
        &self,
        request: &Request,
        target: &Target,
        message: hyper::Request<Full<Bytes>>,
        left: &AtomicBool,
    ) -> Result<Response, Failure> {
        let addresses = resolve(&self.egress, target).await?;
        let stream = dial(&addresses).await?;
        let limit = request.answer_bytes_max;
        match target.scheme {
            Scheme::Http => converse(TokioIo::new(stream), message, limit, left).await,
            Scheme::Https => {
                let stream = secure(&self.tls, target, stream).await?;
                converse(TokioIo::new(stream), message, limit, left).await
            }
        }
    }
}

/// The request as hyper takes it.
fn message(request: &Request, target: &Target) -> Result<hyper::Request<Full<Bytes>>, Failure> {
    let unfit = |what: String| Failure::never("WH-REQUEST", what);
    let mut message = hyper::Request::new(Full::new(Bytes::from(request.body.clone())));
    *message.method_mut() = match request.method {
        Method::Get => hyper::Method::GET,
        Method::Post => hyper::Method::POST,
        Method::Put => hyper::Method::PUT,
        Method::Patch => hyper::Method::PATCH,
        Method::Delete => hyper::Method::DELETE,
    };
    *message.uri_mut() = target.path.parse().map_err(|_| unfit("the path does not read".into()))?;
    let headers = message.headers_mut();
    let host = HeaderValue::try_from(target.authority());
    headers.insert("host", host.map_err(|_| unfit("the host does not read".into()))?);
    headers.insert("user-agent", HeaderValue::from_static(USER_AGENT));
    for (name, value) in &request.headers {
        let unfit = || unfit(format!("the header {name:?} cannot be sent"));
        let key = HeaderName::try_from(name.as_str()).map_err(|_| unfit())?;
        if OWN_HEADERS.contains(&key.as_str()) {
            return Err(unfit());
        }
        let mut value = HeaderValue::try_from(value.as_str()).map_err(|_| unfit())?;
        value.set_sensitive(true);
        headers.append(key, value);
    }
    Ok(message)
}

/// Sends the request on a connection and reads the answer.
async fn converse<Io>(
    io: Io,
    message: hyper::Request<Full<Bytes>>,
    limit: usize,
    left: &AtomicBool,
) -> Result<Response, Failure>
where
    Io: Read + Write + Unpin,
{
    let broken = |error: &hyper::Error, sent| Failure::later("WH-RETRY", sent, error.to_string());
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES_MAX);
    let (mut sender, connection) =
        builder.handshake(io).await.map_err(|error| broken(&error, Sent::No))?;
    let exchange = async {
        left.store(true, Ordering::Relaxed);
        let answer = sender.send_request(message).await;
        let answer = answer.map_err(|error| broken(&error, Sent::Perhaps))?;
        read(answer, limit).await.map_err(|error| broken(&error, Sent::Perhaps))
    };
    let (mut exchange, mut connection) = (std::pin::pin!(exchange), std::pin::pin!(connection));
    tokio::select! {
        biased;
        answer = &mut exchange => answer,
        // The connection may end before what came over it has been read.
        _ = &mut connection => exchange.await,
    }
}

/// The answer, its body cut at a number of bytes.
async fn read(answer: hyper::Response<Incoming>, limit: usize) -> Result<Response, hyper::Error> {
    let (head, mut incoming) = answer.into_parts();
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned()))
    };
    let headers = head.headers.iter().filter_map(text).collect();
    let (mut body, mut cut) = (Vec::new(), false);
    while let Some(frame) = incoming.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let room = limit - body.len();
        body.extend_from_slice(&data[..data.len().min(room)]);
        if data.len() > room {
            cut = true;
            break;
        }
    }
    Ok(Response { status: head.status.as_u16(), headers, body, cut })
}
