//! An erasure as it is kept: who asked, since when, how far it is, and in the end the certificate.

use crate::Standing;
use crate::erasure::certificate::Certificate;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salus_core::{Secret, Timestamp, Uid};
use salus_fhir::search::Query;
use salus_http::App;
use salus_store::{Batch, Conflict, Error, Expect, Holdings, NewJob, Op, Page, Records, Stored};
use serde_json::{Value, json};
use subtle::ConstantTimeEq;

/// The type of a request in the store. It is internal.
pub(crate) const ERASURE: &str = "Erasure";
/// The queue of erasures to be carried out.
pub(crate) const QUEUE: &str = "rights.erase";
/// A job that broke off is taken up so often: an erasure that began must end.
const TRIES: u32 = 100;

/// How far an erasure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It waits for its time, and can be called off.
    Waiting,
    /// It is under way, and cannot be called off.
    Running,
    /// The person is gone.
    Done,
    /// It was called off.
    Cancelled,
}

impl State {
    const ALL: [Self; 4] = [Self::Waiting, Self::Running, Self::Done, Self::Cancelled];

    /// The word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A request as it is kept. Has no `Debug`: it names people.
#[derive(Clone)]
pub struct Erasure {
    /// To look it up by.
    pub id: String,
    pub(crate) version: u64,
    /// The person, until it is carried out or called off.
    pub patient: Option<String>,
    /// How far it is.
    pub state: State,
    /// The account that asked; `operator` at the command line.
    pub requested_by: String,
    /// As what: `self`, `parent`, `admin`, `operator`.
    pub requested_as: String,
    /// When.
    pub requested_at: Timestamp,
    /// It is not carried out before.
    pub not_before: Timestamp,
    /// Whether the person's own account is to go too.
    pub close_account: bool,
    /// Whether references to the person in other records are to be blackened.
    pub redact_mentions: bool,
    /// Digest of the receipt, which opens the certificate to whoever has it.
    pub(crate) receipt: Option<String>,
    /// What there was, counted before anything was removed.
    pub(crate) before: Option<Before>,
    /// What was done.
    pub certificate: Option<Certificate>,
}

/// What there was before anything was removed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Before {
    pub(crate) resources: Vec<(String, u64)>,
    pub(crate) versions: u64,
    pub(crate) version_bytes: u64,
    pub(crate) index_rows: u64,
    pub(crate) files: u64,
    pub(crate) file_bytes: u64,
    pub(crate) jobs: u64,
    pub(crate) mentions: u64,
    pub(crate) redacted: u64,
    pub(crate) audit_entries: u64,
    pub(crate) audit_head: String,
}

impl Before {
    pub(crate) fn new(holdings: Holdings, mentions: u64, audit: (u64, String)) -> Self {
        Self {
            resources: holdings.resources,
            versions: holdings.versions,
            version_bytes: holdings.version_bytes,
            index_rows: holdings.index_rows,
            files: holdings.files,
            file_bytes: holdings.file_bytes,
            jobs: holdings.jobs,
            mentions,
            redacted: 0,
            audit_entries: audit.0,
            audit_head: audit.1,
        }
    }
}

/// What is asked for.
pub struct Ask {
    /// The person, by the id of their `Patient`.
    pub patient: String,
    /// The account that asks.
    pub requested_by: String,
    /// As what.
    pub requested_as: Standing,
    /// Not before this moment.
    pub not_before: Timestamp,
    /// Whether the person's own account is to go too.
    pub close_account: bool,
    /// Whether references to the person in other records are to be blackened.
    pub redact_mentions: bool,
}

/// A request that was taken on.
pub struct Begun {
    /// As it is kept.
    pub erasure: Erasure,
    /// What opens the certificate later, also to somebody whose account is gone. It is shown this once.
    pub receipt: Secret<String>,
}

/// Takes a request on, with the job that carries it out. [`Conflict::Condition`] where one is there already.
///
/// # Errors
/// Whatever the store says.
pub async fn begin(app: &App, ask: Ask) -> Result<Begun, Error> {
    let receipt = Secret::new(URL_SAFE_NO_PAD.encode(app.rng.bytes::<32>()));
    let erasure = Erasure {
        id: Uid::fresh(app.clock.as_ref(), app.rng.as_ref()).to_string(),
        version: 1,
        patient: Some(ask.patient),
        state: State::Waiting,
        requested_by: ask.requested_by,
        requested_as: ask.requested_as.code().to_owned(),
        requested_at: app.now(),
        not_before: ask.not_before,
        close_account: ask.close_account,
        redact_mentions: ask.redact_mentions,
        receipt: Some(receipt_digest(receipt.expose())),
        before: None,
        certificate: None,
    };
    let job = NewJob {
        dedupe: Some(erasure.id.clone()),
        run_at: Some(erasure.not_before),
        max_attempts: TRIES,
        priority: 10,
        ..NewJob::new(QUEUE, json!({ "erasure": erasure.id }))
    };
    let mut batch = Batch::create(erasure.resource());
    batch.jobs.push(job);
    batch.conditions.extend(of(erasure.patient.as_deref().unwrap_or_default()));
    app.store.system("take on an erasure").write(batch).await?;
    Ok(Begun { erasure, receipt })
}

/// Calls an erasure off that still waits; `None` where it is too late.
///
/// # Errors
/// Whatever the store says.
pub async fn call_off(app: &App, erasure: Erasure) -> Result<Option<Erasure>, Error> {
    if erasure.state != State::Waiting {
        return Ok(None);
    }
    let records = app.store.system("call an erasure off");
    let off = Erasure { patient: None, state: State::Cancelled, receipt: None, ..erasure };
    match save(&records, &off).await {
        Ok(off) => {
            records.purge_history(ERASURE, &off.id).await?;
            Ok(Some(off))
        }
        // It began in this very moment.
        Err(Error::Conflict(Conflict::Version { .. })) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The request with this id.
///
/// # Errors
/// Whatever the store says.
pub async fn find(app: &App, id: &str) -> Result<Option<Erasure>, Error> {
    let stored = app.store.system("look up an erasure").read(ERASURE, id).await?;
    stored.as_ref().map(Erasure::read).transpose()
}

/// The request about a person that is not carried out yet.
///
/// # Errors
/// Whatever the store says.
pub async fn pending(app: &App, patient: &str) -> Result<Option<Erasure>, Error> {
    let Some(query) = of(patient) else { return Ok(None) };
    let found = app.store.system("look up an erasure").search(&query, Page::first(1)).await?;
    found.matches.first().map(Erasure::read).transpose()
}

/// The latest requests, at most `count`.
///
/// # Errors
/// Whatever the store says.
pub async fn list(app: &App, count: u32) -> Result<Vec<Erasure>, Error> {
    let found = app.store.system("list erasures").search(&Query::all(ERASURE), Page::first(count)).await?;
    found.matches.iter().map(Erasure::read).collect()
}

/// Keeps the next version of a request.
pub(crate) async fn save(records: &Records, erasure: &Erasure) -> Result<Erasure, Error> {
    let op = Op::Put { resource: erasure.resource(), expect: Expect::Version(erasure.version) };
    let written = records.write(Batch::of(op)).await?;
    let version = written.first().map_or(erasure.version, |written| written.version);
    Ok(Erasure { version, ..erasure.clone() })
}

/// What names a person is about to be carried out; what was carried out names nobody.
fn of(patient: &str) -> Option<Query> {
    Query::parse(ERASURE, &[("patient".to_owned(), format!("Patient/{patient}"))]).ok()
}

impl Erasure {
    /// Whether this is the receipt that was given for it.
    pub fn is_receipt(&self, typed: &str) -> bool {
        let digest = receipt_digest(typed);
        self.receipt.as_ref().is_some_and(|kept| kept.as_bytes().ct_eq(digest.as_bytes()).into())
    }

    fn read(stored: &Stored) -> Result<Self, Error> {
        let body = stored.json()?;
        let broken = || Error::Corrupt(format!("{ERASURE}/{}", stored.id));
        Self::parse(stored, &body).ok_or_else(broken)
    }

    fn parse(stored: &Stored, body: &Value) -> Option<Self> {
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        let inside = |name: &str| body[name].as_str();
        let patient = body["patient"]["reference"].as_str().and_then(|text| text.strip_prefix("Patient/"));
        Some(Self {
            id: stored.id.clone(),
            version: stored.version,
            patient: patient.map(str::to_owned),
            state: State::ALL.into_iter().find(|state| body["state"] == state.code())?,
            requested_by: text("requestedBy")?,
            requested_as: text("requestedAs")?,
            requested_at: inside("requestedAt")?.parse().ok()?,
            not_before: inside("notBefore")?.parse().ok()?,
            close_account: body["closeAccount"] == true,
            redact_mentions: body["redactMentions"] == true,
            receipt: text("receipt"),
            before: inside("before").and_then(|text| serde_json::from_str(text).ok()),
            certificate: inside("certificate").and_then(|text| serde_json::from_str(text).ok()),
        })
    }

    fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": ERASURE,
            "id": self.id,
            "state": self.state.code(),
            "requestedBy": self.requested_by,
            "requestedAs": self.requested_as,
            "requestedAt": self.requested_at.to_string(),
            "notBefore": self.not_before.to_string(),
            "closeAccount": self.close_account,
            "redactMentions": self.redact_mentions,
        });
        if let Some(patient) = &self.patient {
            resource["patient"] = json!({ "reference": format!("Patient/{patient}") });
        }
        if let Some(receipt) = &self.receipt {
            resource["receipt"] = receipt.as_str().into();
        }
        if let Some(before) = &self.before {
            resource["before"] = json!(before).to_string().into();
        }
        if let Some(certificate) = &self.certificate {
            resource["certificate"] = json!(certificate).to_string().into();
        }
        resource
    }
}

fn receipt_digest(receipt: &str) -> String {
    hex::encode(digest(&SHA256, receipt.as_bytes()))
}
