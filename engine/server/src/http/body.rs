//! Receiving a body: within its size, within its time, within the memory there is.

use super::app::App;
use super::limits::{BODY_GRACE, BODY_RATE_MIN, BODY_SILENCE, BODY_UNIT};
use super::problem::{Code, Problem};
use axum::body::Body;
use axum::http::{HeaderMap, header};
use futures_util::StreamExt;
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

/// A body in memory, and the room it takes there until this is dropped.
pub(super) struct Received {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Room in the budget of all bodies.
    _room: Option<OwnedSemaphorePermit>,
}

/// Receives a body of at most `most` bytes.
pub(super) async fn receive(
    app: &App,
    headers: &HeaderMap,
    body: Body,
    most: usize,
) -> Result<Received, Problem> {
    let declared = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse::<u64>().ok());
    let mut stream = body.into_data_stream();
    if declared.is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    let begun = Instant::now();
    let mut room = Room { app, units: 0, permit: None };
    let expected = declared.map_or(0, |length| length as usize);
    room.take(expected)?;
    let mut bytes = Vec::with_capacity(expected);
    loop {
        let chunk = match timeout(BODY_SILENCE, stream.next()).await {
            Err(_) => return Err(too_slow()),
            Ok(None) => break,
            Ok(Some(Err(error))) => {
                tracing::debug!(error = %error, "a body could not be received");
                let detail = "The body is torn, or its length or chunks are not as declared.";
                return Err(Problem::new(Code::Request, detail).closing());
            }
            Ok(Some(Ok(chunk))) => chunk,
        };
        if bytes.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        room.take(bytes.len() + chunk.len())?;
        bytes.extend_from_slice(&chunk);
        let spent = begun.elapsed();
        if spent > BODY_GRACE && (bytes.len() as u64) < spent.as_secs() * BODY_RATE_MIN {
            return Err(too_slow());
        }
    }
    Ok(Received { bytes, _room: room.permit })
}

/// Room in the budget of all bodies, growing with one of them.
struct Room<'a> {
    app: &'a App,
    units: usize,
    permit: Option<OwnedSemaphorePermit>,
}

impl Room<'_> {
    /// Makes sure there is room for so many bytes.
    fn take(&mut self, bytes: usize) -> Result<(), Problem> {
        let needed = bytes.div_ceil(BODY_UNIT);
        if needed <= self.units {
            return Ok(());
        }
        let more = u32::try_from(needed - self.units).unwrap_or(u32::MAX);
        let permit = self.app.bodies.clone().try_acquire_many_owned(more).map_err(|_| {
            Problem::new(Code::Busy, "Too many bodies are being received.").closing()
        })?;
        match &mut self.permit {
            Some(held) => held.merge(permit),
            None => self.permit = Some(permit),
        }
        self.units = needed;
        Ok(())
    }
}

fn too_large(most: usize) -> Problem {
    Problem::new(Code::BodyTooLarge, format!("At most {most} bytes are taken.")).closing()
}

fn too_slow() -> Problem {
    Problem::new(Code::Slow, "The body stopped coming or came too slowly.").closing()
}
