//! What can go wrong in the store, by what the caller does next.

use salus_fhir::Issue;

/// An operation of the store did not happen, and nothing of it was kept.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The policy of the caller does not allow it. From outside this looks like [`Error::NotFound`].
    #[error("this is not allowed")]
    Denied,
    /// There is no such resource, or none that the caller may see.
    #[error("there is no such resource")]
    NotFound,
    /// The resource was changed in the meantime, or a precondition does not hold. Read again, then decide.
    #[error("{0}")]
    Conflict(Conflict),
    /// The request itself is wrong; the issues say where.
    #[error("the request is not valid")]
    Invalid(Vec<Issue>),
    /// The disk, or the configured quota, is full. Nothing was written; reading still works.
    #[error("the disk is full")]
    Full,
    /// The queue of writes is full. Try again in a moment.
    #[error("the store is busy")]
    Busy,
    /// What is stored under this name does not open: a damaged file, or a wrong key.
    #[error("{0} is damaged")]
    Corrupt(String),
    /// The data directory is in use by another process, or cannot be used; the text says what to do.
    #[error("{0}")]
    Unusable(String),
    /// The machine failed us.
    #[error("the store failed: {0}")]
    Io(String),
}

/// Why a write lost against another one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// `If-Match` named another version than the current one.
    #[error("the current version of {type_name}/{id} is {current}, not {expected}")]
    Version {
        /// The type of the resource.
        type_name: String,
        /// Its id.
        id: String,
        /// The version the caller knows.
        expected: u64,
        /// The version that is current; 0 where there is none.
        current: u64,
    },
    /// The resource was expected not to exist.
    #[error("{type_name}/{id} exists")]
    Exists {
        /// The type of the resource.
        type_name: String,
        /// Its id.
        id: String,
    },
    /// A condition of the batch, counted from zero, found something.
    #[error("condition {index} of the batch matches an existing resource")]
    Condition {
        /// Which of [`crate::Batch::conditions`].
        index: usize,
    },
    /// Other writers were quicker, again and again.
    #[error("too many others write the same resources")]
    Contended,
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::Full,
            _ => Self::Io(error.to_string()),
        }
    }
}
