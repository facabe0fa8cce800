//! One file: read, named, checked, stored, block by block.

use super::enclose::enclose;
use super::names::{Naming, Owner};
use super::read::{Block, Entry, Source};
use super::report::{Fault, FileReport, sentence};
use super::{ImportError, write};
use salus_fhir::json::Value;
use salus_fhir::{defs, validate};
use salus_store::Records;
use std::collections::HashSet;
use std::io::Cursor;
use std::path::Path;

/// A resource that may be stored.
pub(super) struct Sound {
    pub(super) place: String,
    pub(super) type_name: String,
    /// The resource, until it is handed to the store.
    pub(super) resource: Value,
    /// The same as compact JSON, from which it can be handed over again.
    pub(super) json: Vec<u8>,
    /// Whether it only goes where nothing is known under its id.
    pub(super) is_mentioned: bool,
}

impl Sound {
    /// `Type/id`.
    pub(super) fn name(&self) -> String {
        let id = self.resource.get("id").and_then(Value::as_str).unwrap_or_default();
        format!("{}/{id}", self.type_name)
    }
}

/// The most bytes of one JSON document, unpacked; NDJSON may be as long as it likes.
const LONGEST_DOCUMENT: u64 = 1 << 30;
/// The same for uploads, of which several may be read at once.
const LONGEST_UPLOAD: u64 = 256 << 20;

/// Imports a file of an operator's.
pub(super) async fn import(
    records: &Records,
    path: &Path,
    stored: &(dyn Fn(u64) + Send + Sync),
) -> Result<FileReport, ImportError> {
    let name = path.display().to_string();
    let (file, is_lines) = (path.to_path_buf(), says_lines(&name));
    let opened = blocking(move || {
        let file = std::fs::File::open(&file).map_err(|error| format!("cannot be read: {error}"))?;
        Source::open(file, is_lines, LONGEST_DOCUMENT)
    });
    run(records, Job { name, owner: None }, opened.await?, stored).await
}

/// Imports an uploaded file into a person's record.
pub(super) async fn import_upload(
    records: &Records,
    owner: Owner,
    name: &str,
    bytes: Vec<u8>,
    stored: &(dyn Fn(u64) + Send + Sync),
) -> Result<FileReport, ImportError> {
    let is_lines = says_lines(name);
    let opened =
        blocking(move || Source::open(Cursor::new(bytes), is_lines, LONGEST_UPLOAD).map(Source::at_once))
            .await?;
    run(records, Job { name: name.to_owned(), owner: Some(owner) }, opened, stored).await
}

/// What is known of a file before it is read.
#[derive(Clone)]
struct Job {
    name: String,
    owner: Option<Owner>,
}

async fn run(
    records: &Records,
    job: Job,
    opened: Result<Source, String>,
    stored: &(dyn Fn(u64) + Send + Sync),
) -> Result<FileReport, ImportError> {
    let mut report = FileReport { name: job.name.clone(), ..FileReport::default() };
    let mut source = match opened {
        Ok(source) => source,
        Err(reason) => {
            report.faults.push(Fault::of_file(format!("The file {reason}.")));
            return Ok(report);
        }
    };
    let mut seen = HashSet::new();
    loop {
        let (job, mut moved) = (job.clone(), source);
        let (returned, block) = blocking(move || {
            let block = moved.next_block().map(|block| check(block, &job));
            (moved, block)
        })
        .await?;
        source = returned;
        match block {
            None => return Ok(report),
            Some(Err(reason)) => {
                report.faults.push(Fault::of_file(format!("The file {reason}.")));
                return Ok(report);
            }
            Some(Ok(Checked { sound, faults, left_out })) => {
                report.faults.extend(faults);
                report.left_out.extend(left_out);
                let sound = write::mentioned(records, sound, &mut seen, &mut report, stored).await?;
                write::store(records, sound, &mut report, stored).await?;
            }
        }
    }
}

/// A block whose entries are named, the sound parted from the faulty.
struct Checked {
    sound: Vec<Sound>,
    faults: Vec<Fault>,
    left_out: Vec<Fault>,
}

fn check(block: Block, job: &Job) -> Result<Checked, String> {
    let Block { mut entries, left_out } = block;
    let naming = match &job.owner {
        Some(owner) => Naming::Within(owner),
        None => Naming::Kept,
    };
    naming.apply(&mut entries)?;
    if let Some(owner) = &job.owner {
        entries = enclose(entries, &owner.person);
    }
    let (mut sound, mut faults) = (Vec::with_capacity(entries.len()), Vec::new());
    for Entry { place, resource, is_mentioned, .. } in entries {
        let resource = match resource {
            Ok(resource) => resource,
            Err(reason) => {
                faults.push(Fault { place, resource_type: None, reasons: vec![reason] });
                continue;
            }
        };
        let type_name = resource.get("resourceType").and_then(Value::as_str).map(str::to_owned);
        if job.owner.is_some() && type_name.as_deref() == Some("Patient") {
            continue;
        }
        let reasons = reasons(&resource, type_name.as_deref());
        match type_name {
            Some(type_name) if reasons.is_empty() => {
                let json = serde_json::to_vec(&resource).unwrap_or_default();
                sound.push(Sound { place, type_name, resource, json, is_mentioned });
            }
            resource_type => faults.push(Fault { place, resource_type, reasons }),
        }
    }
    Ok(Checked { sound, faults, left_out })
}

/// Why a resource cannot be stored; empty where it can.
fn reasons(resource: &Value, type_name: Option<&str>) -> Vec<String> {
    if type_name.is_some_and(defs::is_internal) {
        return vec!["This type is Salus' own and cannot be imported.".to_owned()];
    }
    validate(resource).iter().filter(|issue| issue.is_error()).map(sentence).collect()
}

fn says_lines(name: &str) -> bool {
    let name = name.to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.ends_with(".ndjson") || name.ends_with(".jsonl")
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| ImportError::Broken)
}
