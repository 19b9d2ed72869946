//! The store itself: opening, reading on many connections, writing on one.

use crate::batch::Batch;
use crate::commit::{CommitResult, Job, QUEUE_MAX, Shared, last_seq, lock, run};
use crate::error::{Error, Result};
use crate::link::Link;
#[cfg(feature = "postgres")]
use crate::link::{Listener, Server};
use crate::migration::{check, migrate};
use crate::wal::Mover;
use acquit_domain::Outcome;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError as Busy};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot, watch};

/// Connections that read. Reading costs processor time, not waiting: more would not help.
pub const READERS: usize = 4;

/// The database of an engine. Clones share it; the last one closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    jobs: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    readers: Vec<Arc<Mutex<Link>>>,
    turn: AtomicUsize,
    shared: Arc<Shared>,
    /// Held as long as the store is open: the lock of a file, or who listens to a server.
    _held: Option<Held>,
}

/// Something that lives as long as the store.
type Held = Box<dyn std::any::Any + Send + Sync>;

impl Store {
    /// Opens the SQLite file, making it and its tables when there are none. Only one engine may
    /// hold a file.
    ///
    /// # Errors
    /// [`Error::InUse`], [`Error::Open`], [`Error::Newer`], or what the database says.
    pub fn open(path: &Path) -> Result<Store> {
        let held = lock_file(path)?;
        let writer = Link::writer(path)?;
        migrate(&writer)?;
        #[cfg(feature = "faults")]
        forgetful(&writer)?;
        let readers = readers(path)?;
        let mover = Mover::start(path)?;
        let shared = Arc::new(Shared::new(last_seq(&writer)?));
        let writer = Arc::new(Mutex::new(writer));
        Store::start(writer, readers, shared, Some(Box::new(held)), Some(mover))
    }

    /// Opens the SQLite file for reading only, beside an engine that may be running.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Newer`], or what the database says.
    pub fn open_reader(path: &Path) -> Result<Store> {
        let readers = readers(path)?;
        let shared = shared_of(&readers)?;
        Ok(Store::reading(readers, shared, None))
    }

    /// Opens a PostgreSQL database, `postgres://user:password@host:port/database`, making its
    /// tables when there are none. Any number of engines may share it.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Newer`], [`Error::Unsafe`] when its settings would lose what was
    /// answered, or what the database says.
    #[cfg(feature = "postgres")]
    pub async fn connect(url: &str) -> Result<Store> {
        let url = url.to_owned();
        blocking(move || {
            let server = Server::of(&url)?;
            let writer = Link::server(&server, true)?;
            migrate(&writer)?;
            writer.register()?;
            let readers = server_readers(&server)?;
            let shared = Arc::new(Shared::new(last_seq(&writer)?));
            let listener = listener(server, &shared)?;
            Store::start(Arc::new(Mutex::new(writer)), readers, shared, Some(listener), None)
        })
        .await
    }

    /// Opens a PostgreSQL database for reading only, beside engines that may be running.
    ///
    /// # Errors
    /// [`Error::Open`], [`Error::Newer`], or what the database says.
    #[cfg(feature = "postgres")]
    pub async fn connect_reader(url: &str) -> Result<Store> {
        let url = url.to_owned();
        blocking(move || {
            let server = Server::of(&url)?;
            let readers = server_readers(&server)?;
            let shared = shared_of(&readers)?;
            let listener = listener(server, &shared)?;
            Ok(Store::reading(readers, shared, Some(listener)))
        })
        .await
    }

    /// A store that lives in memory and is gone with its last clone.
    ///
    /// # Errors
    /// What the database says.
    pub fn in_memory() -> Result<Store> {
        let link = Link::memory()?;
        migrate(&link)?;
        let shared = Arc::new(Shared::new(0));
        let link = Arc::new(Mutex::new(link));
        Store::start(Arc::clone(&link), vec![link], shared, None, None)
    }

    fn reading(readers: Vec<Arc<Mutex<Link>>>, shared: Arc<Shared>, held: Option<Held>) -> Store {
        let inner =
            Inner { jobs: None, thread: None, readers, turn: 0.into(), shared, _held: held };
        Store { inner: Arc::new(inner) }
    }

    fn start(
        writer: Arc<Mutex<Link>>,
        readers: Vec<Arc<Mutex<Link>>>,
        shared: Arc<Shared>,
        held: Option<Held>,
        mover: Option<Mover>,
    ) -> Result<Store> {
        let (jobs, queue) = mpsc::channel(QUEUE_MAX);
        let of_thread = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || run(&writer, queue, &of_thread, mover))
            .map_err(|error| Error::Database(error.to_string()))?;
        let (jobs, thread) = (Some(jobs), Some(thread));
        let inner = Inner { jobs, thread, readers, turn: 0.into(), shared, _held: held };
        Ok(Store { inner: Arc::new(inner) })
    }

    /// Commits outcomes: each with all its rows or none, many in one transaction. Returns after
    /// they are on disk. The results are in the order of the outcomes.
    ///
    /// # Errors
    /// [`Error::Full`], [`Error::Unavailable`]: nothing was written, try again later.
    /// [`Error::Stopped`]: whether this batch was written is unknown until the store is opened
    /// again. [`Error::InDoubt`]: it is unknown, and repeating is safe.
    pub async fn commit(&self, outcomes: Vec<Outcome>) -> Result<Vec<CommitResult>> {
        self.commit_batch(outcomes.into_iter().collect()).await
    }

    /// Commits outcomes that were made ready before; see [`Store::commit`].
    ///
    /// # Errors
    /// Those of [`Store::commit`].
    pub async fn commit_batch(&self, batch: Batch) -> Result<Vec<CommitResult>> {
        self.inner.shared.check()?;
        let (reply, answer) = oneshot::channel();
        self.send(Job::Commit(batch.into_outcomes(), reply)).await?;
        let (results, batch) = answer.await.map_err(|_| gone())?;
        // Freeing the rows of a large batch takes long enough to do it beside the next one.
        tokio::task::spawn_blocking(|| drop(batch));
        results
    }

    /// Position of the last log row, and a signal each time it grows.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.inner.shared.last_seq.subscribe()
    }

    /// Why the store takes nothing any more; `None` as long as it does.
    #[must_use]
    pub fn stopped(&self) -> Option<String> {
        self.inner.shared.stopped.get().cloned()
    }

    async fn send(&self, job: Job) -> Result<()> {
        let jobs = self.inner.jobs.as_ref().ok_or(Error::ReadOnly)?;
        jobs.send(job).await.map_err(|_| gone())
    }

    /// Runs `work` in a transaction of the writer.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Link) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job = move |link: Result<&Link>, shared: &Shared| {
            let done = link.and_then(|link| link.transaction(work));
            shared.note(&done);
            // Nobody to tell is nobody to wait for.
            let _ = reply.send(done);
        };
        self.send(Job::Write(Box::new(job))).await?;
        answer.await.map_err(|_| gone())?
    }

    /// Runs `work` on one state of the database, on a thread that may wait.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Link) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        let task = tokio::task::spawn_blocking(move || inner.with_reader(|l| l.snapshot(work)));
        task.await.map_err(|error| Error::Database(error.to_string()))?
    }
}

impl Inner {
    /// Runs `work` on a connection that is free, or else on the one whose turn it is.
    fn with_reader<T>(&self, work: impl FnOnce(&Link) -> Result<T>) -> Result<T> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed);
        let count = self.readers.len();
        for at in (0..count).map(|offset| (turn + offset) % count) {
            match self.readers[at].try_lock() {
                Ok(link) => return work(&link),
                Err(Busy::Poisoned(link)) => return work(&link.into_inner()),
                Err(Busy::WouldBlock) => {}
            }
        }
        work(&lock(&self.readers[turn % count]))
    }
}

impl Drop for Inner {
    /// Lets the writer finish what it has taken, then closes.
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            // A writer that panicked has said so; there is nothing left to close.
            let _ = thread.join();
        }
    }
}

fn readers(path: &Path) -> Result<Vec<Arc<Mutex<Link>>>> {
    (0..READERS).map(|_| Link::reader(path).map(|link| Arc::new(Mutex::new(link)))).collect()
}

/// Bugs: what is known does not survive a start, commits do not wait for the disk.
#[cfg(feature = "faults")]
fn forgetful(writer: &Link) -> Result<()> {
    if crate::planted::is("dedup_in_memory") {
        writer.script("DELETE FROM envelopes")?;
    }
    if crate::planted::is("synchronous_normal") {
        writer.script("PRAGMA synchronous = NORMAL")?;
    }
    Ok(())
}

fn shared_of(readers: &[Arc<Mutex<Link>>]) -> Result<Arc<Shared>> {
    let link = lock(&readers[0]);
    check(&link)?;
    Ok(Arc::new(Shared::new(last_seq(&link)?)))
}

/// Runs what waits on a thread that may.
#[cfg(feature = "postgres")]
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let task = tokio::task::spawn_blocking(work);
    task.await.map_err(|error| Error::Database(error.to_string()))?
}

#[cfg(feature = "postgres")]
fn server_readers(server: &Arc<Server>) -> Result<Vec<Arc<Mutex<Link>>>> {
    let reader = |_| Link::server(server, false).map(|link| Arc::new(Mutex::new(link)));
    (0..READERS).map(reader).collect()
}

/// Tells those who follow the log of what other nodes commit.
#[cfg(feature = "postgres")]
fn listener(server: Arc<Server>, shared: &Arc<Shared>) -> Result<Held> {
    let shared = Arc::clone(shared);
    Ok(Box::new(Listener::start(server, move |seq| shared.reached(seq))?))
}

/// Takes the lock file beside the database; the system gives it back when the process ends.
pub(crate) fn lock_file(path: &Path) -> Result<File> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let text = path.display().to_string();
    let file = File::create(&name)
        .map_err(|error| Error::Open { path: text.clone(), reason: error.to_string() })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Error::InUse { path: text }),
        Err(TryLockError::Error(error)) => {
            Err(Error::Open { path: text, reason: error.to_string() })
        }
    }
}

fn gone() -> Error {
    Error::Stopped("the writer has ended".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use acquit_domain::{PartyCode, Role, Timestamp};

    fn run<T>(test: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(test)
    }

    async fn add_key(store: &Store, n: u8) -> Result<bool> {
        let holder = crate::KeyHolder {
            party: PartyCode::new("P").expect("a code"),
            role: Role::Issuer,
            label: "x".repeat(20_000),
            created_at: Timestamp(0),
            revoked_at: None,
        };
        store.add_key([n; 32], holder).await
    }

    #[test]
    fn nothing_is_taken_after_a_failed_write() {
        let store = Store::in_memory().expect("a store");
        run(async {
            assert_eq!(add_key(&store, 1).await, Ok(true));
            let stopped = Error::Stopped("disk I/O error".to_owned());
            let failed = stopped.clone();
            assert_eq!(store.write(move |_| Err::<(), _>(failed)).await, Err(stopped.clone()));
            assert_eq!(store.stopped().as_deref(), Some("disk I/O error"));
            assert_eq!(add_key(&store, 2).await, Err(stopped.clone()));
            assert_eq!(store.commit(Vec::new()).await, Err(stopped));
            assert_eq!(store.keys().await.map(|keys| keys.len()), Ok(1), "reading goes on");
        });
    }

    #[test]
    fn a_full_disk_stops_nothing_for_good() {
        let store = Store::in_memory().expect("a store");
        run(async {
            let pages = |link: &Link| link.number("PRAGMA page_count");
            let full = store.write(pages).await.expect("counted") + 2;
            let limit = move |link: &Link| link.number(&format!("PRAGMA max_page_count = {full}"));
            store.write(limit).await.expect("limited");
            assert_eq!(add_key(&store, 1).await, Err(Error::Full));
            assert_eq!(store.keys().await, Ok(Vec::new()), "nothing of it is there");
            let free = |link: &Link| link.number("PRAGMA max_page_count = 100000");
            store.write(free).await.expect("freed");
            assert_eq!(add_key(&store, 1).await, Ok(true));
        });
    }
}
