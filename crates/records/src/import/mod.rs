//! FHIR in bulk: files of resources, bundles and NDJSON, plain or gzipped, into the store. HL7 v2 messages and C-CDA
//! documents are read as FHIR first.
//!
//! Each file is read, checked and stored on its own, so that one bad file never stops another; within a file, each
//! resource that is not valid is reported and left out, and all others are stored. Importing the same file again
//! changes nothing: ids are kept, those that are missing follow from the content, and what is stored already in the
//! same form makes no new version. That is also how an import that was cut short is resumed.
//!
//! Start reading at [`paths`], then `file.rs`.

mod enclose;
mod file;
mod find;
mod foreign;
mod names;
mod read;
mod report;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use foreign::looks_like_ccda;
pub use names::Owner;
pub use report::{Fault, FileReport, Progress, Report};

use salus_store::{Error, Records, Store};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinSet;

/// Files under way beyond the number of cores, because some wait for the disk.
const WAITING: usize = 2;

/// Told how far an import is, again and again, from several tasks.
pub type Watch = dyn Fn(Progress) + Send + Sync;

/// Imports files, and all files below folders whose names end in `.json`, `.ndjson` (or `.jsonl`), `.hl7` or `.xml`, and
/// `.gz` of those.
///
/// # Errors
/// Only what stops everything: a path that does not exist, a full disk, a store that fails. What is wrong with a file or a
/// resource stands in the report.
pub async fn paths(store: &Store, paths: &[PathBuf], watch: Arc<Watch>) -> Result<Report, ImportError> {
    let found = find::files(paths)?;
    let progress = Arc::new(Counter { files: found.len() as u64, ..Counter::default() });
    let at_once = std::thread::available_parallelism().map_or(2, usize::from) + WAITING;
    let mut waiting: Vec<(usize, PathBuf)> = found.into_iter().enumerate().collect();
    // The largest come first (the list is taken from its end), so that none of them is left over for one core alone.
    waiting.sort_by_cached_key(|(_, path)| std::fs::metadata(path).map_or(0, |metadata| metadata.len()));
    let (mut running, mut reports) = (JoinSet::new(), Vec::new());
    loop {
        while running.len() < at_once
            && let Some((place, path)) = waiting.pop()
        {
            let records = store.system("import files");
            let (progress, watch) = (Arc::clone(&progress), Arc::clone(&watch));
            running.spawn(async move {
                let report = file::import(&records, &path, &|count| watch(progress.stored(count))).await;
                watch(progress.file_done());
                report.map(|report| (place, report))
            });
        }
        match running.join_next().await {
            None => break,
            Some(ended) => reports.push(ended.map_err(|_| ImportError::Broken)??),
        }
    }
    reports.sort_by_key(|(place, _)| *place);
    Ok(Report { files: reports.into_iter().map(|(_, report)| report).collect() })
}

/// Imports one uploaded file into the record of `owner`, through the caller's own door.
///
/// The file's patient becomes the person: references to them are rewritten, and their Patient resource is left out.
/// A file about somebody born on another day, or about another of the uploader's people, is refused.
/// Every other resource gets an id that follows from the person and its id in the file, so that nothing of
/// anybody else can be met. What is about nobody in particular (an organisation, a practitioner) stays out:
/// everybody would see it. References to it keep its name; a medicine is carried inside the request for it.
///
/// # Errors
/// Only what stops everything, as in [`paths`].
pub async fn upload(
    records: &Records,
    owner: Owner,
    name: &str,
    bytes: Vec<u8>,
    stored: &(dyn Fn(u64) + Send + Sync),
) -> Result<FileReport, ImportError> {
    file::import_upload(records, owner, name, bytes, stored).await
}

/// What stops an import as a whole.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The path cannot be read; the text says which and why.
    #[error("{0}")]
    Path(String),
    /// The store cannot go on.
    #[error(transparent)]
    Store(#[from] Error),
    /// A task ended unexpectedly.
    #[error("a part of the import broke off")]
    Broken,
}

/// What several tasks have done so far.
#[derive(Default)]
struct Counter {
    files: u64,
    files_done: AtomicU64,
    resources: AtomicU64,
}

impl Counter {
    fn stored(&self, count: u64) -> Progress {
        let resources = self.resources.fetch_add(count, Ordering::Relaxed) + count;
        Progress { files_done: self.files_done.load(Ordering::Relaxed), files: self.files, resources }
    }

    fn file_done(&self) -> Progress {
        let files_done = self.files_done.fetch_add(1, Ordering::Relaxed) + 1;
        Progress { files_done, files: self.files, resources: self.resources.load(Ordering::Relaxed) }
    }
}
