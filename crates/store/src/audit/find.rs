//! Looking into the audit. It tells more than the record does, so it has a door of its own.

use super::chain::{self, Anchor, AuditReport};
use super::{AuditAction, AuditOutcome, AuditQuery, AuditRow, Head, detail};
use crate::records::{Caller, Records};
use crate::store::{Inner, Store};
use crate::{Error, keys};
use salus_access::{Action, Role};
use salus_core::Timestamp;
use serde_json::{Value, json};

/// One entry of the audit, opened as far as it can be. Has no `Debug`: its detail says what somebody looked for.
#[derive(Clone)]
pub struct AuditRecord {
    /// Its place in the chain.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// The account, or `system: ` and the reason.
    pub actor: String,
    /// What was done.
    pub action: AuditAction,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// The parts that the account plays.
    pub roles: Vec<String>,
    /// Through which program.
    pub client: Option<String>,
    /// From where.
    pub address: Option<String>,
    /// The id of the request.
    pub request_id: Option<String>,
    /// Why: HL7's code.
    pub purpose: Option<String>,
    /// Whose record; none = nobody's, or somebody's who was erased.
    pub patient: Option<String>,
    /// Whether it is about a patient, also one who was erased.
    pub is_about_patient: bool,
    /// The type of the resources concerned, where it is one.
    pub type_name: Option<String>,
    /// How many resources.
    pub count: u32,
    /// The log entries that it made: the first and the last.
    pub log: Option<(u64, u64)>,
    /// What exactly: `id`, `version`, `query`, `attempt`, and what else was noted. An empty object where there is
    /// nothing more, or nothing more is left.
    pub detail: Value,
    /// Its hash, hex.
    pub hash: String,
}

/// Which entries are looked for. The default finds all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditFilter {
    /// About this patient.
    pub patient: Option<String>,
    /// By this account, or `system: ` and the reason.
    pub actor: Option<String>,
    /// One of these; empty = all.
    pub actions: Vec<AuditAction>,
    /// About resources of this type.
    pub type_name: Option<String>,
    /// About this resource, by id; with its type.
    pub target: Option<String>,
    /// That ended so.
    pub outcome: Option<AuditOutcome>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before.
    pub to: Option<Timestamp>,
    /// Below this entry: the `seq` of the last one of the page before.
    pub before: Option<u64>,
}

impl Records {
    /// Entries of the audit, newest first, at most `limit`.
    ///
    /// Who may read AuditEvents about a patient may ask about that patient; everything is for those who run the
    /// installation. To everybody else it is [`Error::Denied`]. Asking is audited itself.
    pub async fn audit(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        if !self.may_audit(filter) {
            self.note_denied(Some("AuditEvent"), filter.patient.as_deref(), "search").await?;
            return Err(Error::Denied);
        }
        let records = self.inner.audit_find(filter, limit).await?;
        let looks_at_many = records.len() as u32;
        let entry = super::NewAudit {
            typ: self.inner.types.number("AuditEvent")?,
            count: looks_at_many,
            ..self.entry(AuditAction::Search)
        };
        let entry = match &filter.patient {
            Some(id) => self.about_patient(entry, id, &json!({})).await?,
            None => entry,
        };
        self.inner.backend.audit(vec![entry]).await?;
        Ok(records)
    }

    fn may_audit(&self, filter: &AuditFilter) -> bool {
        match (&self.caller, &filter.patient) {
            (Caller::System(_), _) => true,
            (Caller::User(subject), None) => subject.has_role(Role::Admin),
            (Caller::User(_), Some(id)) => self.caller.may(Action::Read, &event_about(id)),
        }
    }
}

/// What the right to a patient's audit is measured by.
fn event_about(patient_id: &str) -> Value {
    json!({"resourceType": "AuditEvent", "entity": [{"what": {"reference": format!("Patient/{patient_id}")}}]})
}

impl Store {
    /// Walks the whole audit chain and says where it is broken, if it is.
    pub async fn verify_audit(&self) -> Result<AuditReport, Error> {
        self.verify_audit_against(&[], &|_, _| ()).await
    }

    /// Walks the whole chain and holds it against what was anchored elsewhere. `progress` is told how far it is, and
    /// of how many.
    pub async fn verify_audit_against(
        &self,
        anchors: &[Anchor],
        progress: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<AuditReport, Error> {
        chain::verify(self.inner.backend.as_ref(), anchors, progress).await
    }

    /// The head of the chain now: to be kept elsewhere.
    pub async fn audit_anchor(&self) -> Result<Anchor, Error> {
        let Head { seq, hash } = self.inner.backend.audit_head().await?;
        Ok(Anchor { seq, hash: hex::encode(hash), at: self.inner.clock.now() })
    }

    /// Where the audit chain stands: the number of the newest entry, and its hash, hex.
    pub async fn audit_head(&self) -> Result<(u64, String), Error> {
        let head = self.inner.backend.audit_head().await?;
        Ok((head.seq, hex::encode(head.hash)))
    }

    /// Who did what to a patient's record, oldest first, after audit entry `after`. For the operator, and for tests.
    pub async fn audit_trail(
        &self,
        patient_id: &str,
        after: u64,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, Error> {
        let digest = self.inner.hash.patient(patient_id);
        let rows = self.inner.backend.audit_rows(after, Some(digest), limit).await?;
        self.inner.opened(rows).await
    }

    /// Who did what, to anybody's record, oldest first, after audit entry `after`. For the operator, and for tests.
    pub async fn audit_log(&self, after: u64, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        let rows = self.inner.backend.audit_rows(after, None, limit).await?;
        self.inner.opened(rows).await
    }
}

impl Inner {
    async fn audit_find(&self, filter: &AuditFilter, limit: u32) -> Result<Vec<AuditRecord>, Error> {
        let query = AuditQuery {
            patient: filter.patient.as_deref().map(|id| self.hash.patient(id)),
            actor: filter.actor.clone(),
            actions: filter.actions.iter().map(|action| action.code()).collect(),
            typ: filter.type_name.as_deref().map(|name| self.types.number(name)).transpose()?,
            target: filter
                .type_name
                .as_deref()
                .zip(filter.target.as_deref())
                .map(|(name, id)| self.hash.target(name, id)),
            outcome: filter.outcome.map(AuditOutcome::code),
            from: filter.from.map(Timestamp::as_microsecond),
            to: filter.to.map(Timestamp::as_microsecond),
            before: filter.before,
            limit,
        };
        let rows = self.backend.audit_find(query).await?;
        self.opened(rows).await
    }

    async fn opened(&self, rows: Vec<AuditRow>) -> Result<Vec<AuditRecord>, Error> {
        let mut records = Vec::with_capacity(rows.len());
        for row in rows {
            let key = self.ring.by_pat(row.entry.pat).await?;
            records.push(self.record(row, key.as_deref()));
        }
        Ok(records)
    }

    fn record(&self, row: AuditRow, key: Option<&keys::PatientKey>) -> AuditRecord {
        let entry = row.entry;
        let capacity: Value = serde_json::from_str(&entry.capacity.0).unwrap_or_default();
        let told = |name: &str| capacity[name].as_str().map(str::to_owned);
        let roles = capacity["roles"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let opened = entry.detail.as_ref().zip(key).and_then(|(sealed, key)| detail::open(sealed, key));
        let patient = key.map(|key| key.patient_id.clone()).filter(|id| !id.is_empty());
        AuditRecord {
            seq: row.seq,
            at: Timestamp::from_microsecond(entry.at).unwrap_or(Timestamp::UNIX_EPOCH),
            actor: entry.actor,
            action: entry.action,
            outcome: entry.outcome,
            roles: roles.map(str::to_owned).collect(),
            client: told("client"),
            address: told("address"),
            request_id: told("request"),
            purpose: told("purpose"),
            patient: patient.filter(|_| entry.patient != 0),
            is_about_patient: entry.patient != 0,
            type_name: (entry.typ != 0).then(|| self.types.name(entry.typ).to_owned()),
            count: entry.count,
            log: (row.log != (0, 0)).then_some(row.log),
            detail: opened.unwrap_or_else(|| json!({})),
            hash: hex::encode(row.hash),
        }
    }
}
