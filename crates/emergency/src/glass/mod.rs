//! Breaking the glass: a verified helper opens one person's emergency view, for a reason and for a time.
//!
//! Opening it, the message in the record, the job that tells people outside of Salus, and the entry in the audit are one
//! transaction: nobody looks unseen. What an open emergency may see is decided by `salus_auth::emergency`, and a consent
//! that forbids it wins.
//!
//! Start reading at [`Access`], then `api/open_access.rs` and `tell.rs`.

pub(crate) mod attempts;
pub(crate) mod event;
pub(crate) mod find;
pub(crate) mod message;
pub(crate) mod notice;
pub(crate) mod review;
pub(crate) mod tell;

use crate::words::{all, text};
use salus_access::Role;
use salus_auth::emergency::EMERGENCY_ACCESS;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::ApiError;
use salus_store::{Records, Stored};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

/// Why somebody breaks the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reason {
    /// They cannot speak for themselves.
    Unconscious,
    /// Their life is in danger.
    LifeThreatening,
    /// They must be treated now, and cannot be asked in time.
    Urgent,
    /// Something else; the words say what.
    Other,
}

impl Reason {
    /// In words, after "because".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Unconscious => "the person cannot speak for themselves",
            Self::LifeThreatening => "the person's life is in danger",
            Self::Urgent => "the person must be treated now",
            Self::Other => "of something else",
        }
    }
}

/// An emergency as it is stored. Has no `Debug`: it names people.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) id: String,
    pub(crate) version: u64,
    pub(crate) account: String,
    pub(crate) patient: String,
    /// The name of the helper at that time.
    pub(crate) who: String,
    pub(crate) roles: Vec<String>,
    /// The name of the house they work for.
    pub(crate) organization: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) reason: Reason,
    pub(crate) reason_text: String,
    pub(crate) opened_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) note: Option<(String, Timestamp)>,
    pub(crate) objection: Option<(String, Timestamp)>,
}

impl Access {
    /// Whether it runs.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// When it ended, or will.
    pub(crate) fn end(&self) -> Timestamp {
        self.ended_at.map_or(self.expires_at, |ended| ended.min(self.expires_at))
    }

    /// The helper as they are named to others: `Jonas Wren (emergency helper, Riverton Hospital)`.
    pub(crate) fn helper(&self) -> String {
        let parts = self.roles.iter().filter_map(|code| match code.parse() {
            Ok(Role::Clinician) => Some("clinician"),
            Ok(Role::Emergency) => Some("emergency helper"),
            _ => None,
        });
        let about: Vec<&str> = parts.chain(self.organization.as_deref()).collect();
        match about.as_slice() {
            [] => self.who.clone(),
            about => format!("{} ({})", self.who, about.join(", ")),
        }
    }

    /// The emergency with this id.
    pub(crate) async fn get(records: &Records, id: &str) -> Result<Self, ApiError> {
        let stored = records.read(EMERGENCY_ACCESS, id).await?;
        Self::read(&stored.ok_or_else(|| ApiError::not_found("emergency"))?)
    }

    pub(crate) fn read(stored: &Stored) -> Result<Self, ApiError> {
        let body = stored.json()?;
        let access = Self::parse(stored, &body);
        access.ok_or_else(|| ApiError::internal("an emergency access cannot be read"))
    }

    fn parse(stored: &Stored, body: &Value) -> Option<Self> {
        let owned = |name: &str| text(body, name).map(str::to_owned);
        let id_in = |name: &str| Some(text(body.get(name)?, "reference")?.split_once('/')?.1.to_owned());
        let moment = |name: &str| text(body, name)?.parse::<Timestamp>().ok();
        let said = |words: &str, at: &str| Some((owned(words)?, moment(at)?));
        Some(Self {
            id: stored.id.clone(),
            version: stored.version,
            account: id_in("account")?,
            patient: id_in("patient")?,
            who: owned("who")?,
            roles: all(body, "role").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            organization: owned("organization"),
            address: owned("address"),
            reason: serde_json::from_value(body.get("reason")?.clone()).ok()?,
            reason_text: owned("reasonText")?,
            opened_at: moment("openedAt")?,
            expires_at: moment("expiresAt")?,
            ended_at: moment("endedAt"),
            note: said("note", "notedAt"),
            objection: said("objection", "objectedAt"),
        })
    }

    pub(crate) fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": EMERGENCY_ACCESS,
            "id": self.id,
            "account": { "reference": format!("UserAccount/{}", self.account) },
            "patient": { "reference": format!("Patient/{}", self.patient) },
            "who": self.who,
            "reason": self.reason,
            "reasonText": self.reason_text,
            "openedAt": self.opened_at.to_string(),
            "expiresAt": self.expires_at.to_string(),
        });
        if !self.roles.is_empty() {
            resource["role"] = json!(self.roles);
        }
        for (name, value) in [("organization", &self.organization), ("address", &self.address)] {
            if let Some(value) = value {
                resource[name] = value.clone().into();
            }
        }
        if let Some(ended_at) = self.ended_at {
            resource["endedAt"] = ended_at.to_string().into();
        }
        for (words, at, said) in
            [("note", "notedAt", &self.note), ("objection", "objectedAt", &self.objection)]
        {
            if let Some((text, when)) = said {
                resource[words] = text.clone().into();
                resource[at] = when.to_string().into();
            }
        }
        resource
    }
}
