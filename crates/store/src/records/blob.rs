//! Files of a patient, or shared ones.

use super::{Caller, Records};
use crate::audit::{AuditAction, NewAudit};
use crate::backend::{BlobRow, Outcome, Prepared};
use crate::blob::{ASSOCIATED, BlobId};
use crate::error::Conflict;
use crate::keys::PatientKey;
use crate::search::Search;
use crate::{Error, seal};
use bytes::Bytes;
use salus_access::Action;
use salus_fhir::json::Value;
use salus_fhir::search::Query;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Records {
    /// Keeps a file, sealed by the key of the patient (none = shared), and gives its name. It is durable then,
    /// and may be named by a resource.
    ///
    /// It takes the right to create a DocumentReference about the patient.
    pub async fn put_blob(&self, patient_id: Option<&str>, bytes: Bytes) -> Result<BlobId, Error> {
        if !self.caller.may(Action::Create, &document_about(patient_id)) {
            self.note_denied(Some(DOCUMENT), patient_id, AuditAction::WriteBlob.word()).await?;
            return Err(Error::Denied);
        }
        let sealing = Some(self.inner.ring.sealing().await);
        let key = match patient_id {
            None => self.inner.ring.shared().clone(),
            Some(id) => {
                self.still_there().await?;
                self.inner.ring.find_or_create(&BTreeSet::from([id.to_owned()]), &BTreeSet::new()).await?;
                self.inner.ring.find(id).await?.ok_or(Error::NotFound)?
            }
        };
        let (pat, size) = (key.pat, bytes.len() as u64);
        let rng = self.inner.rng.clone();
        let (id, sealed) = self
            .blocking(move || {
                let sealed = seal::seal_bytes(ASSOCIATED, &bytes, &key, rng.as_ref())?;
                Ok((BlobId::of(&sealed), sealed))
            })
            .await?;
        self.inner.blobs.put(&id, sealed).await?;
        let at = self.inner.now_ms();
        let audit = self.blob_entry(AuditAction::WriteBlob, patient_id, &id).await?;
        let blobs = vec![BlobRow { hash: id.0, pat, size, at }];
        let about = self.about;
        let prepared = Prepared { blobs, audit: vec![audit], about, sealing, ..Prepared::default() };
        match self.inner.backend.commit(prepared).await? {
            Outcome::Committed { .. } => Ok(id),
            // The person was erased meanwhile, and nothing opens the file any more.
            Outcome::Raced => {
                self.inner.blobs.delete(&id).await?;
                Err(Conflict::Contended.into())
            }
        }
    }

    /// Deletes a file; one that is not there is no error. For the platform alone: who names the file is not asked.
    pub async fn delete_blob(&self, id: &BlobId) -> Result<(), Error> {
        if !matches!(self.caller, Caller::System(_)) {
            self.note_denied(Some(DOCUMENT), None, AuditAction::Delete.word()).await?;
            return Err(Error::Denied);
        }
        self.inner.blobs.delete(id).await?;
        self.inner.backend.forget_blob(id.0).await?;
        // Once more: it may have been sealed anew, and put back, before it was forgotten.
        self.inner.blobs.delete(id).await
    }

    /// The bytes of a file. It takes the right to read every DocumentReference about its patient, or one that names it.
    pub async fn get_blob(&self, id: &BlobId) -> Result<Bytes, Error> {
        let row = self.inner.backend.blob(id.0).await?.ok_or(Error::NotFound)?;
        let key: Arc<PatientKey> = self.inner.ring.by_pat(row.pat).await?.ok_or(Error::NotFound)?;
        let patient_id = Some(key.patient_id.clone()).filter(|id| !id.is_empty());
        if !self.may_open(id, patient_id.as_deref()).await? {
            self.note_denied(Some(DOCUMENT), patient_id.as_deref(), AuditAction::ReadBlob.word()).await?;
            return Err(Error::NotFound);
        }
        let sealed = self.inner.blobs.get(id).await?;
        let name = *id;
        let bytes = self
            .blocking(move || {
                let corrupt = || Error::Corrupt(format!("file {name}"));
                seal::open_bytes(&name.associated(&sealed), &sealed, &key)
                    .map(Bytes::from)
                    .ok_or_else(corrupt)
            })
            .await?;
        let entry = self.blob_entry(AuditAction::ReadBlob, patient_id.as_deref(), id).await?;
        self.inner.backend.audit(vec![entry]).await?;
        Ok(bytes)
    }

    /// Whether the caller may open a file of a patient: of a policy with conditions, denials or hidden elements, whether
    /// a document that they may read, as they see it, names the file.
    async fn may_open(&self, id: &BlobId, patient_id: Option<&str>) -> Result<bool, Error> {
        let filter = self.caller.filter(Action::Read, DOCUMENT);
        if filter.is_plain() {
            return Ok(filter.admits(&document_about(patient_id)));
        }
        let search = Search::new(&self.inner, &self.caller, Action::Read);
        let query = match patient_id {
            Some(id) => {
                let pair = ("subject".to_owned(), format!("Patient/{id}"));
                Query::parse(DOCUMENT, &[pair]).map_err(|_| Error::NotFound)?
            }
            None => Query::all(DOCUMENT),
        };
        let name = id.to_string();
        let documents = search.all(&query).await?;
        Ok(documents.iter().any(|document| contains(document.bytes(), name.as_bytes())))
    }

    async fn blob_entry(
        &self,
        action: AuditAction,
        patient_id: Option<&str>,
        file: &BlobId,
    ) -> Result<NewAudit, Error> {
        let (entry, detail) = (self.entry(action), json!({"file": file.to_string()}));
        match patient_id {
            Some(id) => self.about_patient(entry, id, &detail).await,
            None => entry.with_detail(&detail, self.inner.ring.shared(), self.inner.rng.as_ref()),
        }
    }
}

/// Files come with documents.
const DOCUMENT: &str = "DocumentReference";

/// Whether a text holds another one.
fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

/// What a right to files is measured by: they come with documents.
fn document_about(patient_id: Option<&str>) -> Value {
    match patient_id {
        Some(id) => json!({
            "resourceType": "DocumentReference", "status": "current", "subject": {"reference": format!("Patient/{id}")}
        }),
        None => json!({"resourceType": "DocumentReference", "status": "current"}),
    }
}
