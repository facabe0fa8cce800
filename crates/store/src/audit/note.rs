//! What a capability has to say to the audit: a sign-in, an answer, an emergency.

use super::{AuditAction, AuditOutcome, NewAudit};
use crate::Error;
use crate::backend::Prepared;
use crate::records::Records;
use serde_json::{Value, json};

/// An entry for the audit that no read or write of the store makes by itself.
#[derive(Clone)]
pub struct Note {
    /// What was done.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// The account that did it, where that is not the caller; it holds no health data and no secret.
    pub actor: Option<String>,
    /// The patient it is about.
    pub patient: Option<String>,
    /// The resource it is about: type and id.
    pub target: Option<(String, String)>,
    /// What else there is to say: an object. It is sealed under the patient's key.
    pub detail: Value,
}

impl Note {
    /// That something was done.
    pub fn of(action: AuditAction) -> Self {
        let detail = json!({});
        Self { action, outcome: AuditOutcome::Success, actor: None, patient: None, target: None, detail }
    }

    /// About a patient.
    #[must_use]
    pub fn about(self, patient_id: &str) -> Self {
        Self { patient: Some(patient_id.to_owned()), ..self }
    }
}

impl Records {
    /// Writes an entry into the audit; it is durable then. What belongs to a write goes with it, as
    /// [`crate::Batch::notes`].
    pub async fn note(&self, note: Note) -> Result<(), Error> {
        let audit = vec![self.noted(&note).await?];
        self.inner.backend.commit(Prepared { audit, ..Prepared::default() }).await.map(drop)
    }

    /// Writes an entry about a look into the audit. Like those of reads, it is durable soon: it may wait a moment for
    /// company.
    pub async fn note_look(&self, note: Note) -> Result<(), Error> {
        let entry = self.noted(&note).await?;
        self.inner.backend.audit(vec![entry]).await
    }

    pub(crate) async fn noted(&self, note: &Note) -> Result<NewAudit, Error> {
        let mut entry = NewAudit { outcome: note.outcome, ..self.entry(note.action) };
        if let Some(actor) = &note.actor {
            entry.actor.clone_from(actor);
        }
        let mut detail = note.detail.clone();
        if let Some((type_name, id)) = &note.target {
            entry.typ = self.inner.types.number(type_name)?;
            entry.target = self.inner.hash.target(type_name, id);
            if let Some(fields) = detail.as_object_mut() {
                fields.insert("id".to_owned(), Value::from(id.as_str()));
            }
        }
        match &note.patient {
            Some(id) => self.about_patient(entry, id, &detail).await,
            None => entry.with_detail(&detail, self.inner.ring.shared(), self.inner.rng.as_ref()),
        }
    }
}
