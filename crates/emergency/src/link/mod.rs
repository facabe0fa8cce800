//! Links that share the emergency card with whoever scans a code: SMART Health Links.
//!
//! A link is an internal resource of the patient, sealed by the patient's key like everything of theirs, and erased with
//! them. It holds the key of the link, so that the person can be shown the code again; nobody who has the database
//! without the patient's key can open anything with it. The name in the address has 256 bits of its own; what the link
//! is stored under is a hash of it. The passcode is kept as a hash (PBKDF2).
//!
//! A live link shows the record as it is when it is opened; any other shows a copy made with the link.
//!
//! Start reading at [`EmergencyLink`], then [`open`].

pub(crate) mod jwe;
pub(crate) mod open;
mod passcode;
pub(crate) mod payload;
pub(crate) mod ticket;

use crate::ips;
use crate::record::{Extent, Record};
use crate::words::text;
use aws_lc_rs::digest::{SHA256, digest};
use passcode::Passcode;
use salus_core::{Rng, Timestamp};
use salus_fhir::json::Value;
use salus_fhir::search::Query;
use salus_http::{ApiError, App};
use salus_store::{BlobId, Records, Stored};
use serde_json::json;

pub(crate) const EMERGENCY_LINK: &str = "EmergencyLink";
pub(crate) const OPENING: &str = "EmergencyLinkOpening";

/// Wrong passcodes that a link survives, in its whole life, less one.
pub(crate) const MOST_ATTEMPTS: u64 = 5;

/// How documents are called on the wire.
pub(crate) const FHIR_JSON: &str = "application/fhir+json";

/// A link. Has no `Debug`: it opens a record.
#[derive(Clone)]
pub(crate) struct EmergencyLink {
    pub(crate) id: String,
    /// The version that was read; 0 = not stored yet.
    pub(crate) version: u64,
    pub(crate) patient: String,
    pub(crate) account: String,
    pub(crate) label: String,
    pub(crate) content: Content,
    /// The name in the address.
    pub(crate) secret: String,
    pub(crate) key: [u8; 32],
    passcode: Option<Passcode>,
    pub(crate) attempts_left: u64,
    /// The encrypted copy; none = the link is live.
    file: Option<String>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

/// What a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Content {
    /// The emergency card.
    Card,
    /// The whole patient summary.
    Summary,
}

/// Whether a link can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LinkState {
    /// It can.
    Active,
    /// Its time is over.
    Expired,
    /// It was taken back.
    Revoked,
    /// Too many wrong passcodes.
    Locked,
}

/// A link to be made.
pub(crate) struct Wish {
    pub(crate) patient: String,
    pub(crate) account: String,
    pub(crate) label: String,
    pub(crate) content: Content,
    pub(crate) passcode: Option<String>,
    pub(crate) is_live: bool,
    pub(crate) expires_at: Timestamp,
}

impl EmergencyLink {
    /// A fresh link. It is not stored yet; a link that is not live has its copy already.
    pub(crate) async fn make(app: &App, records: &Records, wish: Wish) -> Result<Self, ApiError> {
        let rng: &dyn Rng = &*app.rng;
        let secret = jwe::encode(&rng.bytes::<32>());
        let passcode = match wish.passcode {
            Some(words) => Some(Passcode::of(words, rng.bytes()).await?),
            None => None,
        };
        let mut link = Self {
            id: Self::id_of(&secret),
            version: 0,
            patient: wish.patient,
            account: wish.account,
            label: wish.label,
            content: wish.content,
            secret,
            key: rng.bytes(),
            passcode,
            attempts_left: MOST_ATTEMPTS,
            file: None,
            created_at: app.now(),
            expires_at: wish.expires_at,
            revoked_at: None,
        };
        if !wish.is_live {
            let file = link.document(app, records).await?;
            link.file = Some(records.put_blob(Some(&link.patient), file.into()).await?.to_string());
        }
        Ok(link)
    }

    /// What a link with this name is stored under.
    pub(crate) fn id_of(secret: &str) -> String {
        hex::encode(digest(&SHA256, secret.as_bytes()))
    }

    pub(crate) fn state(&self, now: Timestamp) -> LinkState {
        if self.revoked_at.is_some() {
            LinkState::Revoked
        } else if self.has_passcode() && self.attempts_left == 0 {
            LinkState::Locked
        } else if now >= self.expires_at {
            LinkState::Expired
        } else {
            LinkState::Active
        }
    }

    pub(crate) fn has_passcode(&self) -> bool {
        self.passcode.is_some()
    }

    pub(crate) fn is_live(&self) -> bool {
        self.file.is_none()
    }

    /// Whether the address leads to the file itself, without a manifest.
    pub(crate) fn is_direct(&self) -> bool {
        !self.is_live() && !self.has_passcode()
    }

    /// The flags of the payload, in the order of the alphabet.
    pub(crate) fn flags(&self) -> String {
        let flags = [(self.is_live(), 'L'), (self.has_passcode(), 'P'), (self.is_direct(), 'U')];
        flags.iter().filter(|(is_set, _)| *is_set).map(|(_, flag)| flag).collect()
    }

    /// The encrypted document: the copy, or the record as it is.
    pub(crate) async fn document(&self, app: &App, records: &Records) -> Result<String, ApiError> {
        if let Some(file) = &self.file {
            let bytes = records.get_blob(&file.parse::<BlobId>()?).await?;
            return String::from_utf8(bytes.to_vec())
                .map_err(|_| ApiError::internal("the copy of an emergency link is damaged"));
        }
        let extent = match self.content {
            Content::Card => Extent::Card,
            Content::Summary => Extent::Summary,
        };
        let record = Record::read(records, &self.patient, extent).await?;
        let record = record.ok_or_else(|| ApiError::not_found("link"))?;
        let content = ips::document(&record, extent).to_string();
        jwe::encrypt(FHIR_JSON, content.as_bytes(), &self.key, &*app.rng)
            .map_err(|cause| ApiError::internal(cause.to_string()))
    }

    pub(crate) fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": EMERGENCY_LINK,
            "id": self.id,
            "patient": { "reference": format!("Patient/{}", self.patient) },
            "account": { "reference": format!("UserAccount/{}", self.account) },
            "label": self.label,
            "content": self.content,
            "secret": self.secret,
            "key": jwe::encode(&self.key),
            "attemptsLeft": self.attempts_left,
            "createdAt": self.created_at.to_string(),
            "expiresAt": self.expires_at.to_string(),
        });
        if let Some(passcode) = &self.passcode {
            resource["salt"] = hex::encode(passcode.salt).into();
            resource["passcodeHash"] = hex::encode(passcode.hash).into();
        }
        if let Some(file) = &self.file {
            resource["file"] = file.clone().into();
        }
        if let Some(revoked_at) = self.revoked_at {
            resource["revokedAt"] = revoked_at.to_string().into();
        }
        resource
    }

    pub(crate) fn read(stored: &Stored) -> Result<Self, ApiError> {
        let body = stored.json()?;
        let link = Self::parse(stored, &body);
        link.ok_or_else(|| ApiError::internal("an emergency link cannot be read"))
    }

    fn parse(stored: &Stored, body: &Value) -> Option<Self> {
        let owned = |name: &str| text(body, name).map(str::to_owned);
        let id_in = |name: &str| Some(text(body.get(name)?, "reference")?.split_once('/')?.1.to_owned());
        let moment = |name: &str| text(body, name)?.parse::<Timestamp>().ok();
        Some(Self {
            id: stored.id.clone(),
            version: stored.version,
            patient: id_in("patient")?,
            account: id_in("account")?,
            label: owned("label")?,
            content: serde_json::from_value(body.get("content")?.clone()).ok()?,
            secret: owned("secret")?,
            key: ticket::decode(text(body, "key")?)?,
            passcode: Passcode::read(body),
            attempts_left: body.get("attemptsLeft")?.as_u64()?,
            file: owned("file"),
            created_at: moment("createdAt")?,
            expires_at: moment("expiresAt")?,
            revoked_at: moment("revokedAt"),
        })
    }
}

/// Everything of a type of ours that belongs to a patient, newest first.
pub(crate) async fn of_patient(
    records: &Records,
    type_name: &str,
    patient: &str,
) -> Result<Vec<Stored>, ApiError> {
    let pairs = [("patient".to_owned(), format!("Patient/{patient}"))];
    let query = Query::parse(type_name, &pairs).map_err(|error| ApiError::internal(error.to_string()))?;
    let mut found = records.search_all(&query).await?.matches;
    found.sort_by_key(|link| std::cmp::Reverse(link.seq));
    Ok(found)
}
