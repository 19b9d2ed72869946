//! A connection's socket, closed so that the other end can read why.
//!
//! Closing a socket while bytes of the other end are unread resets it, and the answer that was
//! just written (413, 431) is lost on the way. So the rest is read and thrown away for a moment.
//! A header that took too long is answered 408 before its connection closes.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// How long the rest of what the other end sends is thrown away.
const LINGER: Duration = Duration::from_secs(2);

/// The answer to a header that took too long.
const TIMEOUT: &[u8] = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\
content-length: 0\r\n\r\n";

/// A socket that lingers when it is dropped.
pub(super) struct Socket {
    stream: Option<TcpStream>,
    /// Set when the connection ended because a header took too long.
    timed_out: Arc<AtomicBool>,
    /// The last thing done was reading: a request has begun and has no answer yet.
    begun: bool,
    /// The place among the open connections, given back when the socket is closed at last.
    place: Option<OwnedSemaphorePermit>,
}

impl Socket {
    /// A socket that holds a place, and the mark by which it is told that a header was too slow.
    pub(super) fn new(stream: TcpStream, place: OwnedSemaphorePermit) -> (Socket, Arc<AtomicBool>) {
        let mark = Arc::new(AtomicBool::new(false));
        let timed_out = Arc::clone(&mark);
        (Socket { stream: Some(stream), timed_out, begun: false, place: Some(place) }, mark)
    }

    fn stream(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        let closed = || io::Error::from(io::ErrorKind::NotConnected);
        self.stream.as_mut().map(Pin::new).ok_or_else(closed)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let (Some(mut stream), Ok(runtime)) = (self.stream.take(), Handle::try_current()) else {
            return;
        };
        let place = self.place.take();
        let answer = self.begun && self.timed_out.load(Ordering::Relaxed);
        runtime.spawn(async move {
            let rest = async {
                if answer {
                    stream.write_all(TIMEOUT).await?;
                }
                stream.shutdown().await?;
                let mut nothing = [0; 4096];
                while stream.read(&mut nothing).await? > 0 {}
                io::Result::Ok(())
            };
            // Whatever fails now, the connection is over.
            let _ = timeout(LINGER, rest).await;
            drop(place);
        });
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = self.stream()?.poll_read(context, buffer);
        self.begun |= buffer.filled().len() > before;
        result
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.begun = false;
        self.stream()?.poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.begun = false;
        self.stream()?.poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream()?.poll_shutdown(context)
    }
}
