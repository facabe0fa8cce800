//! How a store is opened.

use std::path::PathBuf;
use std::time::Duration;

/// Where the store lives and how much it may take.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// The data directory; created (mode 0700) if absent. It holds `record.db`, `keys.db`, `master.key`,
    /// `blobs/` and `lock`.
    pub dir: PathBuf,
    /// The file of the key-encryption key, if it lies elsewhere than `dir/master.key`.
    pub master_key: Option<PathBuf>,
    /// The list of erased records; none = `erased.log` beside the key file. Kept out of backups, it keeps whoever was
    /// erased gone when an older copy of the directory is put back.
    pub erased_list: Option<PathBuf>,
    /// The most bytes `record.db` may grow to; none = as far as the disk goes.
    pub max_bytes: Option<u64>,
    /// How many connections read at the same time.
    pub readers: usize,
    /// How many CPU-heavy preparations of writes run at the same time.
    pub preparers: usize,
    /// How many batches may wait for the writer before callers wait themselves.
    pub queue: usize,
    /// How long a caller waits for a place in the queue before it is told [`crate::Error::Busy`].
    pub patience: Duration,
    /// How long an audit entry of a read may wait for company before it is made durable.
    pub audit_linger: Duration,
}

impl StoreConfig {
    /// The usual settings for a data directory.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self {
            dir: dir.into(),
            master_key: None,
            erased_list: None,
            max_bytes: None,
            readers: cores.clamp(4, 16),
            preparers: cores.max(2),
            queue: 512,
            patience: Duration::from_secs(10),
            audit_linger: Duration::from_millis(50),
        }
    }

    /// Where the key-encryption key lies, if it lies in a file.
    pub fn key_file(&self) -> PathBuf {
        self.master_key.clone().unwrap_or_else(|| self.dir.join("master.key"))
    }

    /// Where the next one lies while it takes over.
    pub(crate) fn next_key_file(&self) -> PathBuf {
        let mut name = self.key_file().into_os_string();
        name.push(".next");
        name.into()
    }

    /// Where the list of erased records lies.
    pub(crate) fn erased_list(&self) -> PathBuf {
        let beside =
            || self.master_key.as_ref().and_then(|key| key.parent()).unwrap_or(&self.dir).join("erased.log");
        self.erased_list.clone().unwrap_or_else(beside)
    }
}
