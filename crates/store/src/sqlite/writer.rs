//! The one thread that writes.
//!
//! It takes what has gathered in its queue (up to [`GROUP`] changes), gives each a savepoint, commits them all
//! with one sync of the disk, and only then answers. While the disk syncs, the next group gathers.

use super::{audit, row, schema, sql_error};
use crate::audit::{Head, NewAudit};
use crate::{Error, StoreConfig};
use rusqlite::Connection;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// At most so many changes share a commit.
const GROUP: usize = 64;
/// A group also ends after so many audit entries.
const AUDIT_GROUP: usize = 4_096;

const EMPTY_LOG: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// After so long without a message the write-ahead log is emptied.
const IDLE: Duration = Duration::from_secs(2);
/// So many audit entries are kept in memory while the disk takes none.
const MOST_KEPT: usize = 1 << 16;

/// What a change works with: the connection, inside a transaction, and what the writer keeps in memory.
pub(super) struct Session<'a> {
    pub(super) connection: &'a Connection,
    pub(super) counters: &'a mut Counters,
    /// Patients erased since the start: what was prepared for them before must not come after.
    pub(super) erased: &'a mut HashSet<i64>,
}

/// Where the counters of the database stand. They go back with a savepoint that is rolled back.
#[derive(Clone, Copy)]
pub(super) struct Counters {
    pub(super) rid: i64,
    pub(super) seq: u64,
    pub(super) audit: Head,
}

/// The handle of the thread.
pub(super) struct Writer {
    /// None only while it is dropped.
    queue: Option<mpsc::Sender<Message>>,
    places: Arc<Semaphore>,
    patience: Duration,
    thread: Mutex<Option<JoinHandle<()>>>,
}

enum Message {
    Change(Box<dyn Change>, OwnedSemaphorePermit),
    Audit(Vec<NewAudit>, OwnedSemaphorePermit),
    /// Nothing came for a while.
    Idle,
    Checkpoint(oneshot::Sender<Result<(), Error>>),
    Stop(oneshot::Sender<()>),
}

/// A change and the one who waits for it.
trait Change: Send {
    /// Makes the change inside the open savepoint.
    fn make(&mut self, session: &mut Session<'_>) -> rusqlite::Result<bool>;
    /// Answers, after the commit.
    fn answer(self: Box<Self>, error: Option<Error>);
}

impl Writer {
    pub(super) fn start(connection: Connection, config: &StoreConfig) -> Result<Self, Error> {
        let counters = Counters {
            rid: row::last_rid(&connection).map_err(sql_error)?,
            seq: row::last_seq(&connection).map_err(sql_error)?,
            audit: audit::head(&connection).map_err(sql_error)?,
        };
        let (queue, messages) = mpsc::channel();
        let mut work = Work {
            connection,
            counters,
            linger: config.audit_linger,
            erased: HashSet::new(),
            is_dirty: true,
            kept: Vec::new(),
        };
        let thread =
            std::thread::Builder::new().name("salus-writer".to_owned()).spawn(move || work.run(&messages))?;
        Ok(Self {
            queue: Some(queue),
            places: Arc::new(Semaphore::new(config.queue.max(1))),
            patience: config.patience,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Queues a change and waits until it is durable. The change is rolled back if it fails.
    pub(super) async fn change<T, F>(&self, change: F) -> Result<T, Error>
    where
        T: Send + 'static,
        F: FnOnce(&mut Session<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let place = self.place().await?;
        let (reply, answer) = oneshot::channel();
        let pending = Pending { change: Some(change), made: None, reply };
        self.send(Message::Change(Box::new(pending), place))?;
        answer.await.map_err(|_| closed())?
    }

    /// Queues audit entries; they are durable soon.
    pub(super) async fn audit(&self, entries: Vec<NewAudit>) -> Result<(), Error> {
        let place = self.place().await?;
        self.send(Message::Audit(entries, place))
    }

    /// Empties the write-ahead log into the database file.
    pub(super) async fn checkpoint(&self) -> Result<(), Error> {
        let (reply, answer) = oneshot::channel();
        self.send(Message::Checkpoint(reply))?;
        answer.await.map_err(|_| closed())?
    }

    /// Ends the thread, after all that was queued before.
    pub(super) async fn stop(&self) {
        let (reply, answer) = oneshot::channel();
        if self.send(Message::Stop(reply)).is_ok() {
            let _ended = answer.await;
        }
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _panicked = thread.join();
        }
    }

    fn send(&self, message: Message) -> Result<(), Error> {
        let queue = self.queue.as_ref().ok_or_else(closed)?;
        queue.send(message).map_err(|_| closed())
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, Error> {
        match tokio::time::timeout(self.patience, self.places.clone().acquire_owned()).await {
            Ok(place) => place.map_err(|_| closed()),
            Err(_) => Err(Error::Busy),
        }
    }
}

/// Without its queue the thread finishes what it has; the file is closed then.
impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _panicked = thread.join();
        }
    }
}

struct Pending<T, F> {
    change: Option<F>,
    made: Option<T>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Change for Pending<T, F>
where
    T: Send,
    F: FnOnce(&mut Session<'_>) -> rusqlite::Result<T> + Send,
{
    fn make(&mut self, session: &mut Session<'_>) -> rusqlite::Result<bool> {
        if let Some(change) = self.change.take() {
            self.made = Some(change(session)?);
        }
        Ok(true)
    }

    fn answer(self: Box<Self>, error: Option<Error>) {
        let answer = match (error, self.made) {
            (Some(error), _) => Err(error),
            (None, Some(made)) => Ok(made),
            (None, None) => Err(closed()),
        };
        // Who asked may have gone; the change stands all the same.
        let _gone = self.reply.send(answer);
    }
}

struct Work {
    connection: Connection,
    counters: Counters,
    linger: Duration,
    erased: HashSet<i64>,
    /// Whether there were commits since the write-ahead log was emptied.
    is_dirty: bool,
    /// Audit entries whose commit failed: they go with the next.
    kept: Vec<NewAudit>,
}

/// What shares one commit.
#[derive(Default)]
struct Group {
    changes: Vec<(Box<dyn Change>, OwnedSemaphorePermit)>,
    audit: Vec<NewAudit>,
    audit_places: Vec<OwnedSemaphorePermit>,
    since: Option<Instant>,
}

impl Work {
    fn run(&mut self, messages: &mpsc::Receiver<Message>) {
        let mut group = Group::default();
        loop {
            match self.next(messages, &group) {
                Some(Message::Change(change, place)) => {
                    group.changes.push((change, place));
                    if group.changes.len() >= GROUP {
                        self.commit(std::mem::take(&mut group));
                    }
                }
                Some(Message::Audit(entries, place)) => {
                    group.audit.extend(entries);
                    group.audit_places.push(place);
                    group.since.get_or_insert_with(Instant::now);
                    if group.audit.len() >= AUDIT_GROUP {
                        self.commit(std::mem::take(&mut group));
                    }
                }
                Some(Message::Idle) => self.rest(),
                Some(Message::Checkpoint(reply)) => {
                    self.commit(std::mem::take(&mut group));
                    let _gone = reply.send(self.checkpoint());
                }
                Some(Message::Stop(reply)) => {
                    self.commit(std::mem::take(&mut group));
                    self.rest();
                    let _gone = reply.send(());
                    return;
                }
                None if group.is_empty() => return,
                None => self.commit(std::mem::take(&mut group)),
            }
        }
    }

    /// The next message; none when the group should be committed now, or, with an empty group, when all senders
    /// are gone.
    fn next(&self, messages: &mpsc::Receiver<Message>, group: &Group) -> Option<Message> {
        if !group.changes.is_empty() {
            return messages.try_recv().ok();
        }
        match group.since {
            None if self.is_dirty => match messages.recv_timeout(IDLE) {
                Err(mpsc::RecvTimeoutError::Timeout) => Some(Message::Idle),
                received => received.ok(),
            },
            None => messages.recv().ok(),
            Some(since) => messages.recv_timeout(self.linger.saturating_sub(since.elapsed())).ok(),
        }
    }

    fn commit(&mut self, group: Group) {
        if group.is_empty() {
            return;
        }
        let Group { changes, audit, audit_places, .. } = group;
        let mut audit =
            if self.kept.is_empty() { audit } else { [std::mem::take(&mut self.kept), audit].concat() };
        self.is_dirty = true;
        let start = self.counters;
        let mut results = Vec::with_capacity(changes.len());
        let outcome = self.transact(changes, &audit, &mut results);
        if let Err(error) = &outcome {
            tracing::error!(error = %error, audit.waiting = audit.len(), "a commit failed");
            self.counters = start;
            audit.truncate(MOST_KEPT);
            self.kept = audit;
        }
        drop(audit_places);
        for (change, own_error, place) in results {
            drop(place);
            change.answer(own_error.or_else(|| outcome.as_ref().err().map(again)));
        }
    }

    fn transact(
        &mut self,
        changes: Vec<(Box<dyn Change>, OwnedSemaphorePermit)>,
        entries: &[NewAudit],
        results: &mut Vec<(Box<dyn Change>, Option<Error>, OwnedSemaphorePermit)>,
    ) -> Result<(), Error> {
        let begun = self.begin(entries);
        for (mut change, place) in changes {
            let error = match &begun {
                Ok(()) => self.savepoint(change.as_mut()).err(),
                Err(error) => Some(again(error)),
            };
            results.push((change, error, place));
        }
        begun?;
        if self.connection.is_autocommit() {
            // A full disk ends the whole transaction, also for those of the group who fitted in.
            let cause = results.iter().find_map(|(_, error, _)| error.as_ref());
            return Err(cause.map_or(Error::Full, again));
        }
        let committed = self.connection.execute_batch("COMMIT").map_err(sql_error);
        if committed.is_err() {
            self.roll_back();
        }
        committed
    }

    /// Opens the transaction with the audit entries that wait: they came before the changes.
    fn begin(&mut self, entries: &[NewAudit]) -> Result<(), Error> {
        self.connection.execute_batch("BEGIN IMMEDIATE").map_err(sql_error)?;
        let mut session = self.session();
        let begun = audit::append(&mut session, entries, 0).map_err(sql_error);
        if begun.is_err() {
            self.roll_back();
        }
        begun
    }

    fn session(&mut self) -> Session<'_> {
        Session { connection: &self.connection, counters: &mut self.counters, erased: &mut self.erased }
    }

    fn roll_back(&self) {
        if !self.connection.is_autocommit() {
            let _already = self.connection.execute_batch("ROLLBACK");
        }
    }

    fn savepoint(&mut self, change: &mut dyn Change) -> Result<(), Error> {
        if self.connection.is_autocommit() {
            // A full disk may have ended the transaction under an earlier change of the group.
            return Err(Error::Full);
        }
        let start = self.counters;
        self.connection.execute_batch("SAVEPOINT change").map_err(sql_error)?;
        let mut session = self.session();
        match change.make(&mut session) {
            Ok(_) => self.connection.execute_batch("RELEASE change").map_err(sql_error),
            Err(error) => {
                self.counters = start;
                let _gone = self.connection.execute_batch("ROLLBACK TO change; RELEASE change");
                Err(sql_error(error))
            }
        }
    }

    /// Empties the write-ahead log while nobody waits. A reader who is at work is not disturbed: then it is
    /// emptied after the next commit.
    fn rest(&mut self) {
        self.is_dirty = false;
        let emptied = self
            .connection
            .busy_timeout(Duration::ZERO)
            .and_then(|()| self.connection.query_row(EMPTY_LOG, [], |_| Ok(())));
        if let Err(error) = emptied.and(self.connection.busy_timeout(schema::PATIENCE)) {
            tracing::warn!(error = %error, "the write-ahead log could not be emptied");
        }
    }

    fn checkpoint(&self) -> Result<(), Error> {
        let is_busy: bool = self.connection.query_row(EMPTY_LOG, [], |row| row.get(0)).map_err(sql_error)?;
        // A reader was at work longer than anybody waits: the log still holds what was to leave it.
        if is_busy { Err(Error::Busy) } else { Ok(()) }
    }
}

impl Group {
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.audit.is_empty()
    }
}

/// The same error for the next one who waits.
fn again(error: &Error) -> Error {
    match error {
        Error::Full => Error::Full,
        Error::Busy => Error::Busy,
        Error::Corrupt(what) => Error::Corrupt(what.clone()),
        other => Error::Io(other.to_string()),
    }
}

fn closed() -> Error {
    Error::Io("the store is closed".to_owned())
}
