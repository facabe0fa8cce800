//! Counts and sizes.

/// How much the store holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stats {
    /// Resources that are not deleted, by type, in alphabetical order.
    pub resources: Vec<(String, u64)>,
    /// Versions of all resources.
    pub versions: u64,
    /// Rows of the index.
    pub index_rows: u64,
    /// Entries of the audit chain.
    pub audit_entries: u64,
    /// Jobs that wait, run, or are dead.
    pub jobs_waiting: u64,
    /// Jobs under way.
    pub jobs_running: u64,
    /// Dead letters.
    pub jobs_dead: u64,
    /// Bytes of the database on disk, the write-ahead log included.
    pub bytes: u64,
    /// Where the log stands.
    pub last_seq: u64,
}
