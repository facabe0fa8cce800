//! The store as the rest of the house holds it.

use crate::backend::{Backend, LogRow, Name, TypeNo};
use crate::blob::Blobs;
use crate::erase::list::ErasureList;
use crate::hash::KeyedHash;
use crate::index;
use crate::keys::handover::KeyFiles;
use crate::keys::kms::Kms;
use crate::keys::{Keyring, PatientKey};
use crate::records::{Caller, GATE, Records};
use crate::resource::{Change, Event, Stored};
use crate::sqlite::{Sqlite, SqliteKeys};
use crate::tally::{Tallies, Tally};
use crate::{Error, Stats, StoreConfig, seal};
use bytes::Bytes;
use salus_access::Subject;
use salus_core::{Clock, Rng, Secret, Timestamp};
use salus_fhir::{Issue, IssueCode, defs};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Notify, Semaphore, watch};

/// The one store. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

/// What the clones share.
pub(crate) struct Inner {
    pub(crate) backend: Arc<dyn Backend>,
    pub(crate) ring: Keyring,
    pub(crate) hash: KeyedHash,
    /// Makes the keys of index rows.
    pub(crate) keys: index::Keys,
    pub(crate) types: Types,
    pub(crate) blobs: Blobs,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) rng: Arc<dyn Rng>,
    /// Whoever was erased stays so.
    pub(crate) erased: Arc<ErasureList>,
    /// Held while somebody is erased.
    pub(crate) erasing: tokio::sync::Mutex<()>,
    /// Where the key-encryption key lies, if it lies in a file.
    pub(crate) key_files: Option<KeyFiles>,
    /// Held while the key-encryption key is changed.
    pub(crate) rotating: tokio::sync::Mutex<()>,
    /// Bounds the CPU-heavy preparations of writes.
    pub(crate) preparers: Arc<Semaphore>,
    pub(crate) preparer_count: usize,
    pub(crate) job_ready: Notify,
    moved: watch::Sender<u64>,
    /// Counts the writes of some types.
    pub(crate) tallies: Tallies,
    /// Held as long as the store is open, so that no second process opens the same directory.
    lock: Mutex<Option<File>>,
}

impl Store {
    /// Opens the store of a data directory, making it at the first start, with its key in a local file. Where one key
    /// file was about to take the place of another, both open; [`Store::rotate_master_key`] goes on.
    pub async fn open(config: StoreConfig, clock: Arc<dyn Clock>, rng: Arc<dyn Rng>) -> Result<Self, Error> {
        make_directory(&config.dir)?;
        let lock = lock(&config.dir)?;
        let files = KeyFiles::of(&config);
        let is_first_start = !config.dir.join("keys.db").exists();
        let kms = files.open(is_first_start, &rng)?;
        Self::assemble(config, kms, Some(files), clock, rng, lock).await
    }

    /// Opens the store with keys that are wrapped by another key service than a local file.
    pub async fn open_with_kms(
        config: StoreConfig,
        kms: Arc<dyn Kms>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
    ) -> Result<Self, Error> {
        make_directory(&config.dir)?;
        let lock = lock(&config.dir)?;
        Self::assemble(config, kms, None, clock, rng, lock).await
    }

    async fn assemble(
        config: StoreConfig,
        kms: Arc<dyn Kms>,
        key_files: Option<KeyFiles>,
        clock: Arc<dyn Clock>,
        rng: Arc<dyn Rng>,
        lock: File,
    ) -> Result<Self, Error> {
        let (backend, key_store, blobs, erased) = {
            let config = config.clone();
            let opened = tokio::task::spawn_blocking(move || {
                let has_keys = config.dir.join("keys.db").exists();
                let record = Sqlite::open(&config)?;
                if record.last_pat().is_some() && !has_keys {
                    let lost = "the record is there but its keys (keys.db) are not; put them back";
                    return Err(Error::Unusable(lost.to_owned()));
                }
                let erased = ErasureList::open(&config.erased_list())?;
                let last_pat = record.last_pat().unwrap_or(0).max(erased.last_pat());
                let keys = SqliteKeys::open(&config.dir, last_pat)?;
                Ok::<_, Error>((record, keys, Blobs::open(&config.dir)?, erased))
            });
            opened.await.map_err(|_| Error::Io("the start broke off".to_owned()))??
        };
        let backend: Arc<dyn Backend> = Arc::new(backend);
        let erased = Arc::new(erased);
        let (ring, hash) = Keyring::open(Arc::new(key_store), kms, rng.clone(), Arc::clone(&erased)).await?;
        let wanted = defs::resource_types().map(str::to_owned).collect();
        let types = Types::of(backend.types(wanted).await?);
        let (moved, _) = watch::channel(backend.last_seq().await?);
        let preparer_count = config.preparers.max(1);
        let store = Self {
            inner: Arc::new(Inner {
                backend,
                ring,
                keys: index::Keys::new(hash.clone()),
                hash,
                types,
                blobs,
                clock,
                rng,
                erased,
                erasing: tokio::sync::Mutex::new(()),
                key_files,
                rotating: tokio::sync::Mutex::new(()),
                preparers: Arc::new(Semaphore::new(preparer_count)),
                preparer_count,
                job_ready: Notify::new(),
                moved,
                tallies: Tallies::default(),
                lock: Mutex::new(Some(lock)),
            }),
        };
        store.inner.replay_erasures().await?;
        Ok(store)
    }

    /// The record as somebody sees it: every call obeys their policy and is audited in their name.
    pub fn as_user(&self, subject: Arc<Subject>) -> Records {
        Records::new(self.inner.clone(), Caller::User(subject))
    }

    /// The whole record, for the platform's own work; audited with the reason. Internal types are only here.
    pub fn system(&self, reason: &'static str) -> Records {
        Records::new(self.inner.clone(), Caller::System(reason))
    }

    /// The whole record, for deciding who may see what, and for nothing else: what is read here is shown to nobody.
    /// These looks happen at nearly every sign-in, so the audit holds none of them.
    pub fn gate(&self) -> Records {
        Records::new(self.inner.clone(), Caller::System(GATE))
    }

    /// Tells where the log stands, whenever it moves.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.inner.moved.subscribe()
    }

    /// A count that moves with every write of one of these types in this process, before the writer is answered: for
    /// whoever remembers what they made of such resources. Types that do not exist are left out.
    pub fn tally(&self, types: &[&str]) -> Tally {
        self.inner.tallies.of(types.iter().filter_map(|name| self.inner.types.number(name).ok()).collect())
    }

    /// The clock of this store.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// The randomness of this store.
    pub fn rng(&self) -> &Arc<dyn Rng> {
        &self.inner.rng
    }

    /// What happened after log entry `after`, oldest first, at most `limit` entries: the change feed.
    ///
    /// It carries names, no content; read what they name through [`Records`]. Every committed change is seen
    /// once by a consumer that goes on from the last `seq` it has handled.
    pub async fn feed(&self, after: u64, limit: u32) -> Result<Vec<Change>, Error> {
        let rows = self.inner.backend.feed(after, limit).await?;
        let mut changes = Vec::with_capacity(rows.len());
        for row in rows {
            let key = self.inner.ring.by_pat(row.pat).await?;
            changes.push(Change {
                seq: row.seq,
                event: row.event,
                type_name: self.inner.types.name(row.name.typ).to_owned(),
                version: row.version,
                at: timestamp(row.at),
                patient: key.map(|key| key.patient_id.clone()).filter(|id| !id.is_empty()),
                id: row.name.id,
            });
        }
        Ok(changes)
    }

    /// How far the consumer `name` has read the feed; 0 = not at all.
    pub async fn cursor(&self, name: &str) -> Result<u64, Error> {
        self.inner.backend.cursor(name.to_owned()).await
    }

    /// Notes, durably, how far the consumer `name` has read the feed.
    pub async fn set_cursor(&self, name: &str, seq: u64) -> Result<(), Error> {
        self.inner.backend.set_cursor(name.to_owned(), seq).await
    }

    /// A secret of this installation, made when it is first asked for, and kept wrapped beside the patients' keys:
    /// for what Salus signs in its own name.
    pub async fn secret(&self, name: &'static str) -> Result<Secret<[u8; 32]>, Error> {
        self.inner.ring.secret(name).await
    }

    /// Counts and sizes. It looks at everything: minutes apart, not seconds.
    pub async fn stats(&self) -> Result<Stats, Error> {
        self.inner.backend.stats().await
    }

    /// Ends the writer after all that is queued, and releases the directory. Writes fail from then on.
    pub async fn close(&self) {
        self.inner.backend.close().await;
        self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

impl Inner {
    /// Tells everybody who watches that the log moved.
    pub(crate) fn has_moved(&self, seq: u64) {
        self.moved.send_if_modified(|at| {
            let moved = seq > *at;
            *at = seq.max(*at);
            moved
        });
    }

    /// Now, in milliseconds since 1970: as exact as `meta.lastUpdated` is.
    pub(crate) fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// The name of a resource for the backend; an error where there is no such type.
    pub(crate) fn name(&self, type_name: &str, id: &str) -> Result<Name, Error> {
        Ok(Name { typ: self.types.number(type_name)?, id: id.to_owned() })
    }

    /// Opens a log entry, among others. None for a deletion and for what was erased; what is damaged is told to the
    /// operator and left out, so that the others are seen.
    pub(crate) async fn open_row(&self, row: &LogRow) -> Result<Option<Stored>, Error> {
        match self.open_one(row).await {
            Err(Error::Corrupt(what)) => {
                tracing::error!(resource.name = %what, "a stored resource is damaged");
                Ok(None)
            }
            other => other,
        }
    }

    /// Opens the one log entry that was asked for. None for a deletion and for what was erased.
    pub(crate) async fn open_one(&self, row: &LogRow) -> Result<Option<Stored>, Error> {
        if row.sealed.is_none() {
            return Ok(None);
        }
        match self.ring.by_pat(row.pat).await? {
            Some(key) => self.open_with(row, &key).map(Some),
            None => Ok(None),
        }
    }

    /// Opens a log entry that has a body.
    pub(crate) fn open_with(&self, row: &LogRow, key: &PatientKey) -> Result<Stored, Error> {
        let type_name = self.types.name(row.name.typ);
        let last_updated = timestamp(row.at).to_string();
        let name =
            seal::Name { type_name, id: &row.name.id, version: row.version, last_updated: &last_updated };
        let missing = || Error::Corrupt(format!("{type_name}/{}", row.name.id));
        let body = seal::open(name, row.sealed.as_ref().ok_or_else(missing)?, key)?;
        Ok(Stored {
            type_name: type_name.to_owned(),
            id: row.name.id.clone(),
            version: row.version,
            last_updated: timestamp(row.at),
            seq: row.seq,
            pat: row.pat,
            body: Bytes::from(body),
        })
    }
}

/// The numbers of the resource types in this database.
pub(crate) struct Types {
    by_name: HashMap<String, TypeNo>,
    by_number: HashMap<TypeNo, String>,
}

impl Types {
    fn of(list: Vec<(TypeNo, String)>) -> Self {
        Self {
            by_name: list.iter().cloned().map(|(number, name)| (name, number)).collect(),
            by_number: list.into_iter().collect(),
        }
    }

    pub(crate) fn number(&self, type_name: &str) -> Result<TypeNo, Error> {
        let unknown = || {
            let what = format!("there is no resource type {type_name:?}");
            Error::Invalid(vec![Issue::error(IssueCode::NotSupported, what)])
        };
        self.by_name.get(type_name).copied().ok_or_else(unknown)
    }

    pub(crate) fn name(&self, number: TypeNo) -> &str {
        self.by_number.get(&number).map_or("", String::as_str)
    }
}

/// A moment of the log.
pub(crate) fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What an event made of a resource that was or was not there.
pub(crate) fn event_of_write(was_there: bool) -> Event {
    if was_there { Event::Updated } else { Event::Created }
}

fn make_directory(dir: &Path) -> Result<(), Error> {
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.map_err(|error| {
        Error::Unusable(format!("the data directory {} cannot be made: {error}", dir.display()))
    })
}

pub(crate) fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Unusable(format!(
            "the data directory {} is in use by another Salus process; stop that one first",
            dir.display()
        ))),
        Err(std::fs::TryLockError::Error(error)) => Err(error.into()),
    }
}
