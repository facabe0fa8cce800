//! How much one file may cost.

use std::time::Duration;

/// Limits on one file. What exceeds them is refused with a reason, never read in part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes.
    pub bytes: usize,
    /// Number of pages.
    pub pages: usize,
    /// Characters on all pages together.
    pub characters: usize,
    /// Wall time for the whole file.
    pub time: Duration,
}

impl Default for Limits {
    /// 100 MB, 2,000 pages, five million characters, one minute.
    fn default() -> Self {
        Self { bytes: 100 * 1024 * 1024, pages: 2_000, characters: 5_000_000, time: Duration::from_secs(60) }
    }
}
