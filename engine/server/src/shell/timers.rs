//! What happens every few minutes: what waits for its client is looked at, the log is sealed.
//!
//! What this is *not*: the clocks at whose time something ends; those are
//! [`clocks`](super::clocks).

use super::engine::Engine;
use super::waiting;
use acquit_domain::Outcome;
use acquit_store::CHECKPOINT_ROWS;
use ed25519_dalek::SigningKey;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};

/// Time between two looks at what waits for its client: another issuer may have named it.
const RETRY_EVERY: Duration = Duration::from_secs(300);
/// Time between two checkpoints of a log that grows.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);
/// File of the checkpoints, in the data folder.
pub const CHECKPOINTS_FILE: &str = "checkpoints.txt";

/// Writes checkpoints of the log: one line each, in the store and in a file beside it.
#[derive(Clone)]
pub struct Checkpoints {
    path: PathBuf,
    key: Arc<SigningKey>,
}

impl Checkpoints {
    /// Checkpoints in a data folder, signed with a key.
    #[must_use]
    pub fn new(data: &Path, key: SigningKey) -> Checkpoints {
        Checkpoints { path: data.join(CHECKPOINTS_FILE), key: Arc::new(key) }
    }

    /// Seals the rows since the last checkpoint, when there are some. A failure is logged: the
    /// next one seals the same rows.
    pub async fn write(&self, engine: &Engine) {
        match engine.store.checkpoint(&self.key, engine.clock.now()).await {
            Ok(Some(checkpoint)) => {
                if let Err(error) = append(&self.path, &checkpoint.line()) {
                    tracing::error!(error = %error, "the checkpoint file was not written");
                }
            }
            Ok(None) => {}
            Err(error) => tracing::error!(error = %error, "no checkpoint was made"),
        }
    }
}

/// Appends a line to a file, on disk before it returns.
fn append(path: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(format!("{}\n", line.trim_end()).as_bytes())?;
    file.sync_data()
}

/// Runs until the server stops.
pub(crate) async fn run(
    engine: Engine,
    checkpoints: Option<Checkpoints>,
    mut stopping: watch::Receiver<bool>,
) {
    let mut retries = interval(RETRY_EVERY);
    let mut minutes = interval(CHECKPOINT_EVERY);
    for timer in [&mut retries, &mut minutes] {
        timer.set_missed_tick_behavior(MissedTickBehavior::Delay);
    }
    let rows = engine.store.watch();
    let mut growing = rows.clone();
    let mut sealed = *rows.borrow();
    loop {
        tokio::select! {
            () = stopped(&mut stopping) => return,
            _ = retries.tick() => report(waiting::retry(&engine, engine.clock.now(), None).await),
            _ = minutes.tick() => {
                sealed = *rows.borrow();
                seal(&engine, checkpoints.as_ref()).await;
            }
            last = grown_to(&mut growing, sealed + CHECKPOINT_ROWS) => {
                let Some(last) = last else { return };
                sealed = last;
                seal(&engine, checkpoints.as_ref()).await;
            }
        }
    }
}

/// Ends when the server is to stop.
pub(crate) async fn stopped(stopping: &mut watch::Receiver<bool>) {
    // The sender going away means stop as well.
    let _ = stopping.wait_for(|stop| *stop).await;
}

/// The position of the last row, once it is at least `position`; `None` when the store is gone.
async fn grown_to(rows: &mut watch::Receiver<i64>, position: i64) -> Option<i64> {
    rows.wait_for(|last| *last >= position).await.ok().map(|last| *last)
}

async fn seal(engine: &Engine, checkpoints: Option<&Checkpoints>) {
    if let Some(checkpoints) = checkpoints {
        checkpoints.write(engine).await;
    }
}

/// Says how many waits ended; what failed is looked at again next time.
fn report(taken: acquit_store::Result<Vec<Outcome>>) {
    match taken {
        Ok(taken) if taken.is_empty() => {}
        Ok(taken) => tracing::info!(messages = taken.len(), "waiting ended"),
        Err(error) => tracing::error!(error = %error, "what waits was not looked at"),
    }
}
