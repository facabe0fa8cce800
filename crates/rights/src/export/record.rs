//! An archive as it is kept: who asked, how far it is, the names of its pieces, and when it goes.
//!
//! It lies in the person's own record, sealed with their key: it goes with them.

use salus_core::{Timestamp, Uid};
use salus_fhir::search::Query;
use salus_http::App;
use salus_store::{Batch, Error, Expect, NewJob, Op, Page, Records, Stored};
use serde_json::{Value, json};

/// The type of an archive in the store. It is internal.
pub(crate) const RECORD_EXPORT: &str = "RecordExport";
/// The queue of archives to be made.
pub(crate) const QUEUE: &str = "rights.export";
/// The queue of archives to be deleted.
pub(crate) const EXPIRY: &str = "rights.expire-export";
/// More than anybody asks for in the days they are kept.
const MOST: u32 = 50;

/// How far an archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits to be made.
    Waiting,
    /// It is being made.
    Running,
    /// It can be downloaded.
    Ready,
    /// It could not be made.
    Failed,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Ready, Self::Failed];

    /// The word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Ready => "ready",
            Self::Failed => "failed",
        }
    }
}

/// An archive as it is kept.
#[derive(Clone)]
pub struct RecordExport {
    /// To look it up by.
    pub id: String,
    pub(crate) version: u64,
    /// The person.
    pub patient: String,
    /// How far it is.
    pub state: State,
    /// The account that asked.
    pub requested_by: String,
    /// When.
    pub requested_at: Timestamp,
    /// It is deleted then.
    pub expires_at: Timestamp,
    /// Whether the versions of the past are in it.
    pub with_history: bool,
    /// The name of the file.
    pub file_name: String,
    /// In bytes, once it is ready.
    pub size: Option<u64>,
    /// The files it lies in, in order.
    pub(crate) parts: Vec<String>,
}

/// Takes the wish for an archive on, with the jobs that make and that delete it.
pub(crate) async fn begin(app: &App, export: RecordExport) -> Result<RecordExport, Error> {
    let export = RecordExport { id: Uid::fresh(app.clock.as_ref(), app.rng.as_ref()).to_string(), ..export };
    let payload = json!({ "export": export.id, "person": export.patient });
    let make = NewJob {
        id: Some(export.job_id()),
        owner: Some(export.requested_by.clone()),
        max_attempts: 5,
        ..NewJob::new(QUEUE, payload.clone())
    };
    let delete = NewJob {
        run_at: Some(export.expires_at),
        dedupe: Some(export.id.clone()),
        ..NewJob::new(EXPIRY, payload)
    };
    let batch = Batch { jobs: vec![make, delete], ..Batch::create(export.resource()) };
    app.store.system("take on an export").write(batch).await?;
    Ok(export)
}

/// The archive with this id.
pub(crate) async fn find(records: &Records, id: &str) -> Result<Option<RecordExport>, Error> {
    records.read(RECORD_EXPORT, id).await?.as_ref().map(RecordExport::read).transpose()
}

/// The archives of a person, the latest first.
pub(crate) async fn list(records: &Records, patient: &str) -> Result<Vec<RecordExport>, Error> {
    let pairs = [("patient".to_owned(), format!("Patient/{patient}"))];
    let Ok(query) = Query::parse(RECORD_EXPORT, &pairs) else { return Ok(Vec::new()) };
    let found = records.search(&query, Page::first(MOST)).await?;
    let mut exports = found.matches.iter().map(RecordExport::read).collect::<Result<Vec<_>, Error>>()?;
    exports.sort_by(|a, b| b.requested_at.cmp(&a.requested_at).then_with(|| a.id.cmp(&b.id)));
    Ok(exports)
}

/// Keeps the next version.
pub(crate) async fn save(records: &Records, export: RecordExport) -> Result<RecordExport, Error> {
    let op = Op::Put { resource: export.resource(), expect: Expect::Version(export.version) };
    let written = records.write(Batch::of(op)).await?;
    let version = written.first().map_or(export.version, |written| written.version);
    Ok(RecordExport { version, ..export })
}

impl RecordExport {
    /// One that is wished for and not taken on yet.
    pub(crate) fn wished(
        patient: &str,
        account: &str,
        now: Timestamp,
        expires_at: Timestamp,
        with_history: bool,
    ) -> Self {
        Self {
            id: String::new(),
            version: 1,
            patient: patient.to_owned(),
            state: State::Waiting,
            requested_by: account.to_owned(),
            requested_at: now,
            expires_at,
            with_history,
            file_name: format!("health-record-{}.zip", now.strftime("%Y-%m-%d")),
            size: None,
            parts: Vec::new(),
        }
    }

    /// The job that makes it.
    pub(crate) fn job_id(&self) -> String {
        self.id.clone()
    }

    fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        Self::parse(stored, &body).ok_or_else(|| Error::Corrupt(format!("{RECORD_EXPORT}/{}", stored.id)))
    }

    fn parse(stored: &Stored, body: &Value) -> Option<Self> {
        let text = |name: &str| body[name].as_str();
        let parts = body["part"].as_array().into_iter().flatten();
        Some(Self {
            id: stored.id.clone(),
            version: stored.version,
            patient: body["patient"]["reference"].as_str()?.strip_prefix("Patient/")?.to_owned(),
            state: State::ALL.into_iter().find(|state| body["state"] == state.code())?,
            requested_by: text("requestedBy")?.to_owned(),
            requested_at: text("requestedAt")?.parse().ok()?,
            expires_at: text("expiresAt")?.parse().ok()?,
            with_history: body["withHistory"] == true,
            file_name: text("fileName")?.to_owned(),
            size: text("size").and_then(|size| size.parse().ok()),
            parts: parts.filter_map(|part| part.as_str().map(str::to_owned)).collect(),
        })
    }

    fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": RECORD_EXPORT,
            "id": self.id,
            "patient": { "reference": format!("Patient/{}", self.patient) },
            "state": self.state.code(),
            "requestedBy": self.requested_by,
            "requestedAt": self.requested_at.to_string(),
            "expiresAt": self.expires_at.to_string(),
            "withHistory": self.with_history,
            "fileName": self.file_name,
        });
        if let Some(size) = self.size {
            resource["size"] = size.to_string().into();
        }
        if !self.parts.is_empty() {
            resource["part"] = json!(self.parts);
        }
        resource
    }
}
