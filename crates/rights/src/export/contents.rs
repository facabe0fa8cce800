//! What goes into an archive, in the order in which it is read.

use super::archive::Archive;
use super::index_page::{FileLine, Index, index_page};

use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_store::{BlobId, Error, HistoryPage, HistoryScope, Page, Progress, Records, Store};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::Write;

/// Resources, versions and accesses read at a time.
const STEP: u32 = 500;
/// Before the name of a stored file, where a resource refers to one.
const BLOB: &str = "urn:salus:blob:";
const LONGEST_NAME: usize = 120;

/// Whose record, through whose eyes.
pub struct Source {
    /// The record, as whoever asks may see it.
    pub records: Records,
    /// The store, for the list of accesses.
    pub store: Store,
    /// The person.
    pub person: String,
    /// Whether the versions of the past are wanted.
    pub with_history: bool,
    /// The moment it is of.
    pub now: Timestamp,
}

/// What went into an archive.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Entries of the record, by type.
    pub resources: BTreeMap<String, u64>,
    /// Files.
    pub files: u64,
    /// Files that could not be read, and are missing.
    pub files_missing: u64,
    /// Versions of the past.
    pub versions: u64,
    /// Entries of the list of accesses.
    pub accesses: u64,
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// There is no such record, or it was erased while it was read.
    #[error("there is no such record any more")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(Error),
    /// The archive could not be written.
    #[error("the archive could not be written: {0}")]
    Io(#[from] std::io::Error),
}

impl From<Error> for ExportError {
    fn from(error: Error) -> Self {
        match error {
            Error::NotFound => Self::Gone,
            other => Self::Store(other),
        }
    }
}

/// Writes the archive of a record to `out`, and gives that back with what is in it. `told` hears how far it is.
///
/// # Errors
/// See [`ExportError`]; what was written until then is no archive.
pub async fn write<W: Write + Send + 'static>(
    source: &Source,
    out: W,
    told: &(dyn Fn(Progress) + Send + Sync),
) -> Result<(W, Summary), ExportError> {
    let bound = source.records.about(&source.person).await?;
    let patient = source.records.read("Patient", &source.person).await?.ok_or(ExportError::Gone)?.json()?;
    let holdings = source.store.holdings(&source.person).await?;
    let total = holdings.resources.iter().map(|(_, count)| count).sum::<u64>() + holdings.files;
    let mut writing = Writing {
        source,
        archive: Archive::new(out, source.now),
        summary: Summary::default(),
        files: Vec::new(),
        names: HashSet::new(),
        progress: Progress { done: 0, total, message: None },
        told,
    };
    let shared = writing.resources().await?;
    writing.shared(shared).await?;
    writing.files().await?;
    if source.with_history {
        writing.history().await?;
    }
    writing.accesses().await?;
    let Writing { archive, summary, files, .. } = writing;
    let index = Index { patient: &patient, now: source.now, summary: &summary, files: &files };
    archive.file("index.html", index_page(&index)).await?;
    // Whoever was erased in between left only part of a record behind, which must not pass for the whole.
    bound.still_there().await?;
    Ok((archive.end().await?, summary))
}

struct Writing<'a, W> {
    source: &'a Source,
    archive: Archive<W>,
    summary: Summary,
    files: Vec<FileLine>,
    /// Names that are taken, in lower case.
    names: HashSet<String>,
    progress: Progress,
    told: &'a (dyn Fn(Progress) + Send + Sync),
}

impl<W: Write + Send + 'static> Writing<'_, W> {
    /// The record, a file of lines for each type; gives the names of what is shared and referred to.
    async fn resources(&mut self) -> Result<BTreeSet<(String, String)>, ExportError> {
        let mut shared = BTreeSet::new();
        let mut page = Page::first(STEP);
        let mut type_name = String::new();
        loop {
            let found = self.source.records.everything(&self.source.person, page).await?;
            shared.extend(found.included.into_iter().map(|stored| (stored.type_name, stored.id)));
            let mut lines = Vec::new();
            for stored in &found.matches {
                if stored.type_name != type_name {
                    self.archive.bytes(std::mem::take(&mut lines)).await?;
                    type_name.clone_from(&stored.type_name);
                    self.archive.begin(format!("fhir/{type_name}.ndjson")).await?;
                }
                lines.extend_from_slice(stored.bytes());
                lines.push(b'\n');
                *self.summary.resources.entry(type_name.clone()).or_default() += 1;
                self.note_files(&stored.json()?, &format!("{type_name}/{}", stored.id));
            }
            self.archive.bytes(lines).await?;
            self.did(found.matches.len() as u64, "Reading the record");
            match found.next {
                Some(cursor) => page = Page { count: STEP, cursor: Some(cursor) },
                None => return Ok(shared),
            }
        }
    }

    /// What belongs to nobody and is referred to: practitioners, organizations, medicines.
    async fn shared(&self, names: BTreeSet<(String, String)>) -> Result<(), ExportError> {
        let mut open = String::new();
        for (type_name, id) in names {
            let Some(stored) = self.source.records.read(&type_name, &id).await? else { continue };
            if type_name != open {
                self.archive.begin(format!("fhir/shared/{type_name}.ndjson")).await?;
                open = type_name;
            }
            self.archive.bytes([stored.bytes().as_ref(), b"\n"].concat()).await?;
        }
        Ok(())
    }

    /// The files that the record refers to, under the names they came with.
    async fn files(&mut self) -> Result<(), ExportError> {
        for place in 0..self.files.len() {
            let Some(line) = self.files.get(place) else { break };
            let blob: BlobId = match line.blob.parse() {
                Ok(blob) => blob,
                Err(_) => continue,
            };
            match self.source.records.get_blob(&blob).await {
                Ok(bytes) => {
                    self.archive.file(format!("documents/{}", line.name), bytes).await?;
                    self.summary.files += 1;
                }
                Err(Error::NotFound | Error::Corrupt(_)) => {
                    self.summary.files_missing += 1;
                    if let Some(line) = self.files.get_mut(place) {
                        line.is_missing = true;
                    }
                }
                Err(error) => return Err(error.into()),
            }
            self.did(1, "Reading the documents");
        }
        Ok(())
    }

    /// Every version of every entry, the latest first. It is no file that an import would read: the past must not
    /// become the present.
    async fn history(&mut self) -> Result<(), ExportError> {
        self.archive.begin("history/versions.txt").await?;
        let scope = HistoryScope::Patient(self.source.person.clone());
        let mut before = None;
        loop {
            let page = HistoryPage { count: STEP, before, since: None };
            let versions = self.source.records.history(scope.clone(), page).await?;
            let Some(last) = versions.last() else { return Ok(()) };
            before = Some(last.seq);
            let mut lines = Vec::new();
            for stored in versions.into_iter().filter_map(|version| version.resource) {
                lines.extend_from_slice(stored.bytes());
                lines.push(b'\n');
                self.summary.versions += 1;
            }
            self.archive.bytes(lines).await?;
            self.did(0, "Reading earlier versions");
        }
    }

    /// Who looked, as a table.
    async fn accesses(&mut self) -> Result<(), ExportError> {
        self.archive.file("who-looked.csv", "when,who,what,type,entries\r\n").await?;
        let mut after = 0;
        loop {
            let records = self.source.store.audit_trail(&self.source.person, after, STEP).await?;
            let Some(last) = records.last() else { return Ok(()) };
            after = last.seq;
            let mut lines = String::new();
            for record in &records {
                let kind = record.type_name.as_deref().unwrap_or_default();
                let action = format!("{:?}", record.action);
                let cells = [&record.at.to_string(), &record.actor, &action, kind, &record.count.to_string()];
                lines.push_str(&cells.map(cell).join(","));
                lines.push_str("\r\n");
            }
            self.summary.accesses += records.len() as u64;
            self.archive.bytes(lines).await?;
        }
    }

    /// Finds the files that a resource refers to.
    fn note_files(&mut self, value: &Value, resource: &str) {
        match value {
            Value::Object(members) => {
                let url = members.get("url").and_then(Value::as_str);
                if let Some(blob) = url.and_then(|url| url.strip_prefix(BLOB)) {
                    let title = members.get("title").and_then(Value::as_str).unwrap_or("Document");
                    let name = self.fresh_name(title);
                    let (title, blob, resource) = (title.to_owned(), blob.to_owned(), resource.to_owned());
                    self.files.push(FileLine { name, title, blob, resource, is_missing: false });
                }
                members.values().for_each(|member| self.note_files(member, resource));
            }
            Value::Array(items) => items.iter().for_each(|item| self.note_files(item, resource)),
            _ => {}
        }
    }

    /// A name for a file that no other in the archive has.
    fn fresh_name(&mut self, title: &str) -> String {
        let name = file_name(title);
        let (stem, ending) = match name.rsplit_once('.') {
            Some((stem, ending)) if !stem.is_empty() => (stem.to_owned(), format!(".{ending}")),
            _ => (name.clone(), String::new()),
        };
        let mut fresh = name;
        for number in 2_u32.. {
            if self.names.insert(fresh.to_lowercase()) {
                break;
            }
            fresh = format!("{stem} ({number}){ending}");
        }
        fresh
    }

    fn did(&mut self, pieces: u64, message: &str) {
        self.progress.done += pieces;
        self.progress.total = self.progress.total.max(self.progress.done);
        self.progress.message = Some(message.to_owned());
        (self.told)(self.progress.clone());
    }
}

/// A title as the name of a file, on any system: no paths, nothing that leads out of its folder.
fn file_name(title: &str) -> String {
    let is_fine = |letter: &char| !letter.is_control() && !r#"/\:*?"<>|"#.contains(*letter);
    let clean: String = title.chars().filter(is_fine).take(LONGEST_NAME).collect();
    let clean = clean.trim_matches([' ', '.']);
    if clean.is_empty() { "Document".to_owned() } else { clean.to_owned() }
}

/// A cell of a table. What begins like a formula is told to be text, or a spreadsheet would run it.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if is_formula { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

impl From<ExportError> for salus_http::JobError {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Gone => Self::Never("The record is no longer there.".to_owned()),
            ExportError::Store(cause) => cause.into(),
            ExportError::Io(cause) => Self::Again(cause.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asvs_v5_3_2_a_title_never_leads_out_of_its_folder() {
        for (title, expect) in [
            ("Labs March.pdf", "Labs March.pdf"),
            ("../../etc/passwd", "etcpasswd"),
            ("..", "Document"),
            ("C:\\Windows\\x.dll", "CWindowsx.dll"),
            ("a\u{0}b\n", "ab"),
            ("", "Document"),
            ("Überweisung Dr. Meyer.pdf", "Überweisung Dr. Meyer.pdf"),
        ] {
            assert_eq!(file_name(title), expect, "{title:?}");
        }
        assert_eq!(file_name(&"x".repeat(500)).len(), LONGEST_NAME);
    }

    #[test]
    fn asvs_v1_2_10_a_cell_is_never_a_formula() {
        for (text, expect) in [
            ("Maria", "Maria"),
            ("=HYPERLINK(\"http://x\")", "\"'=HYPERLINK(\"\"http://x\"\")\""),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("a,b", "\"a,b\""),
            ("a\nb", "\"a\nb\""),
        ] {
            assert_eq!(cell(text), expect);
        }
    }
}
