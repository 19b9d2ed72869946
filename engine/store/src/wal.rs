//! Moving what was committed from the write-ahead log into the database, beside the writer.
//!
//! SQLite would do it within a commit, which then takes a hundred times as long as its
//! neighbours. A thread with a connection of its own does it instead; the writer moves only the
//! little that was added meanwhile, so that the log can begin anew.

use crate::dialect::sqlite::{MOVE_LOG, MOVER_SETTINGS, TELL_LOG};
use crate::error::{Error, Result};
use crate::link::Link;
use crate::value::Value;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

/// Pages of the log not moved yet at which the thread is asked to move them. Pages that many
/// commits change are moved once: with a quarter of it moving takes half as long again. 128 MiB
/// are read in a fraction of a second when the database is opened after a crash.
const MOVED_AT: i64 = 32_768;

/// Pages of the log from which on it is to begin anew.
const ANEW_AT: i64 = 32_768;

/// Pages the writer moves itself, so that the log begins anew.
const LEFT_TO_WRITER: i64 = 512;

/// The thread that moves pages, as the writer knows it.
pub(crate) struct Mover {
    /// Asks the thread; `None` once the store closes.
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Mover {
    /// Starts the thread for a database file.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) fn start(path: &Path) -> Result<Mover> {
        let link = Link::reader(path)?;
        link.script(MOVER_SETTINGS)?;
        let (wake, asked) = sync_channel(1);
        let thread = std::thread::Builder::new()
            .name("store-mover".to_owned())
            .spawn(move || run(&link, &asked))
            .map_err(|error| Error::Database(error.to_string()))?;
        Ok(Mover { wake: Some(wake), thread: Some(thread) })
    }

    /// Looks at the log after a commit. What fails here is tried again after the next one, and
    /// by SQLite itself once the log is very long.
    pub(crate) fn look(&self, link: &Link) {
        let Some((length, moved)) = told(link) else { return };
        let left = length - moved;
        if left > MOVED_AT || (length > ANEW_AT && left > LEFT_TO_WRITER) {
            // When it was asked already, it will look at these pages too.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        } else if length > ANEW_AT && left > 0 {
            let _ = link.select(MOVE_LOG, &[]);
        }
    }
}

impl Drop for Mover {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(link: &Link, asked: &Receiver<()>) {
    while asked.recv().is_ok() {
        // The writer sees by the length of the log whether it worked.
        let _ = link.select(MOVE_LOG, &[]);
    }
}

/// Pages in the log, and how many of them were moved.
fn told(link: &Link) -> Option<(i64, i64)> {
    match link.select(TELL_LOG, &[]).ok()?.first()?.as_slice() {
        [_, Value::Int(length), Value::Int(moved)] => Some((*length, *moved)),
        _ => None,
    }
}
