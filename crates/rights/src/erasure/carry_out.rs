//! Carrying an erasure out, step by step; each step may be done twice.
//!
//! What there is is counted and noted before anything goes, so that a job that breaks off after the person is gone can
//! still certify what it did.

use super::certificate::{AuditPlace, Certificate, Kept, RecordDigest, Removed, Statement, TypeCount};
use super::redact::redact;
use super::request::{Before, ERASURE, Erasure, QUEUE, State, find, save};
use salus_auth::Unlinked;
use salus_fhir::json::Value;
use salus_http::{App, JobError, JobHandler};
use salus_store::{Error, Holdings};

/// Why an erasure was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ErasureError {
    /// There is no such request, or it was called off.
    #[error("there is no such erasure to carry out")]
    NotFound,
    /// The store failed; the erasure goes on where it broke off.
    #[error(transparent)]
    Store(#[from] Error),
    /// The accounts failed; the erasure goes on where it broke off.
    #[error(transparent)]
    Accounts(#[from] salus_auth::Error),
}

/// Handles the queue.
pub fn handler() -> JobHandler {
    JobHandler::new(QUEUE, |app, job| async move {
        let id = job.payload.get("erasure").and_then(Value::as_str).unwrap_or_default().to_owned();
        match carry_out(&app, &id).await {
            Ok(_) | Err(ErasureError::NotFound) => Ok(()),
            // Whatever it is, it must not stay half done.
            Err(error) => Err(JobError::Again(error.to_string())),
        }
    })
}

/// Erases the person that a request names, and gives the request with its certificate. Doing it again finishes what
/// broke off, or finds it done.
///
/// # Errors
/// See [`ErasureError`].
pub async fn carry_out(app: &App, id: &str) -> Result<Erasure, ErasureError> {
    let erasure = find(app, id).await?.ok_or(ErasureError::NotFound)?;
    let (State::Waiting | State::Running, Some(patient)) = (erasure.state, erasure.patient.clone()) else {
        return if erasure.state == State::Done { Ok(erasure) } else { Err(ErasureError::NotFound) };
    };
    let records = app.store.system("carry out an erasure");
    let erasure = match &erasure.before {
        Some(_) => erasure,
        None => {
            let before = Some(look(app, &patient).await?);
            save(&records, &Erasure { state: State::Running, before, ..erasure }).await?
        }
    };
    let mut before = erasure.before.clone().ok_or(ErasureError::NotFound)?;
    if erasure.redact_mentions {
        for (type_name, id) in app.store.mentions(&patient).await? {
            before.redacted += u64::from(redact(&records, &type_name, &id, &patient).await?);
        }
    }
    let erasure = save(&records, &Erasure { before: Some(before.clone()), ..erasure }).await?;

    match app.store.erase_patient(&patient, &erasure.requested_by).await {
        // It broke off after this step.
        Ok(()) | Err(Error::NotFound) => {}
        Err(error) => return Err(error.into()),
    }
    let unlinked = app.auth.forget_patient(&patient, erasure.close_account).await?;
    app.forget_person(&patient, &unlinked.accounts);

    let statement = statement(app, &erasure, &patient, before, &unlinked).await?;
    let certificate = Some(Certificate::sign(&app.store, statement).await?);
    let done = Erasure { patient: None, state: State::Done, before: None, certificate, ..erasure };
    let done = save(&records, &done).await?;
    records.purge_history(ERASURE, &done.id).await?;
    Ok(done)
}

/// Counts what there is.
async fn look(app: &App, patient: &str) -> Result<Before, Error> {
    let holdings = match app.store.holdings(patient).await {
        // Somebody was quicker.
        Err(Error::NotFound) => Holdings::default(),
        counted => counted?,
    };
    let mentions = app.store.mentions(patient).await?.len() as u64;
    Ok(Before::new(holdings, mentions, app.store.audit_head().await?))
}

async fn statement(
    app: &App,
    erasure: &Erasure,
    patient: &str,
    before: Before,
    unlinked: &Unlinked,
) -> Result<Statement, Error> {
    let (entries, head) = app.store.audit_head().await?;
    let count = |(type_name, count)| TypeCount { type_name, count };
    Ok(Statement {
        id: erasure.id.clone(),
        record: RecordDigest::of(patient, app.rng.bytes()),
        requested_by: erasure.requested_by.clone(),
        requested_as: erasure.requested_as.clone(),
        requested_at: erasure.requested_at.to_string(),
        erased_at: app.now().to_string(),
        carried_out_by: concat!("Salus ", env!("CARGO_PKG_VERSION")).to_owned(),
        erased: Removed {
            resources: before.resources.into_iter().map(count).collect(),
            versions: before.versions,
            version_bytes: before.version_bytes,
            index_rows: before.index_rows,
            files: before.files,
            file_bytes: before.file_bytes,
            jobs: before.jobs,
            keys: 1,
            accounts_unlinked: unlinked.accounts.len() as u64,
            accounts_closed: unlinked.closed.len() as u64,
        },
        kept: Kept { mentions: before.mentions, mentions_redacted: before.redacted, audit_entries: entries },
        audit_before: AuditPlace { entries: before.audit_entries, head: before.audit_head },
        audit_after: AuditPlace { entries, head },
    })
}
