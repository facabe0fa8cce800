//! What an import did, file by file.

use salus_fhir::Issue;
use std::collections::BTreeMap;

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Files that are done.
    pub files_done: u64,
    /// Files in all.
    pub files: u64,
    /// Resources stored so far.
    pub resources: u64,
}

/// What an import did.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Each file, in the order given.
    pub files: Vec<FileReport>,
}

impl Report {
    /// Resources that are in the store now, whether new, changed or there already, by type.
    pub fn counts(&self) -> BTreeMap<&str, u64> {
        let mut counts = BTreeMap::new();
        for (type_name, count) in self.files.iter().flat_map(|file| &file.counts) {
            *counts.entry(type_name.as_str()).or_default() += count;
        }
        counts
    }

    /// Resources in the store, of all types.
    pub fn stored(&self) -> u64 {
        self.counts().values().sum()
    }

    /// Resources that were there already in the same form.
    pub fn unchanged(&self) -> u64 {
        self.files.iter().map(|file| file.unchanged).sum()
    }

    /// Resources that were left out, and files that could not be read at all.
    pub fn faults(&self) -> usize {
        self.files.iter().map(|file| file.faults.len()).sum()
    }

    /// What of messages and documents of other systems was not taken over.
    pub fn left_out(&self) -> usize {
        self.files.iter().map(|file| file.left_out.len()).sum()
    }

    /// The bytes of the stored resources as compact JSON.
    pub fn json_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.json_bytes).sum()
    }
}

/// What became of one file.
#[derive(Debug, Default, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// The file's name as it was given.
    pub name: String,
    /// Resources that are in the store now, by type.
    pub counts: BTreeMap<String, u64>,
    /// Those of them that were there already in the same form.
    pub unchanged: u64,
    /// The bytes of the stored resources as compact JSON.
    pub json_bytes: u64,
    /// What was left out, and why; a file that could not be read has one fault of the file as a whole.
    pub faults: Vec<Fault>,
    /// What a message or document says beyond what FHIR has a place for, or in a way that is not understood. The rest of
    /// it is stored.
    pub left_out: Vec<Fault>,
}

/// Something that was left out.
#[derive(Debug, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// Where in the file: `entry[3]`, `line 12`, `message 2, PID[1]-18`; empty for the file as a whole.
    pub place: String,
    /// The type, where it is known.
    pub resource_type: Option<String>,
    /// Why, a sentence each, with the FHIRPath of the faulty element where there is one.
    pub reasons: Vec<String>,
}

impl Fault {
    /// A fault of the file as a whole.
    pub(super) fn of_file(reason: impl Into<String>) -> Self {
        Self { place: String::new(), resource_type: None, reasons: vec![reason.into()] }
    }
}

/// An issue as one sentence.
pub(super) fn sentence(issue: &Issue) -> String {
    match &issue.expression {
        Some(expression) => format!("{expression}: {}", issue.diagnostics),
        None => issue.diagnostics.clone(),
    }
}
