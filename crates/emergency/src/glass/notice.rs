//! Who was told of an emergency outside of Salus: by what and when, or why they could not be.

use super::Access;
use crate::words::text;
use salus_auth::Channel;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::ApiError;
use salus_store::Stored;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

pub(crate) const EMERGENCY_NOTICE: &str = "EmergencyNotice";

/// What somebody who is told is to the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Addressee {
    /// It is theirs.
    Person,
    /// They look after it.
    Keeper,
    /// They are an emergency contact.
    Contact,
}

/// Whether somebody was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum NoticeState {
    /// Not yet; it is tried.
    Waiting,
    /// They were: somebody who delivers took the message.
    Told,
    /// They could not be.
    Failed,
}

/// One who is told. Has no `Debug`: it names people.
#[derive(Clone)]
pub(crate) struct Notice {
    pub(crate) id: String,
    /// The version that was read; 0 = not stored yet.
    pub(crate) version: u64,
    pub(crate) patient: String,
    pub(crate) access: String,
    /// Their name.
    pub(crate) who: String,
    pub(crate) recipient: Addressee,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) state: NoticeState,
    /// By what they were told.
    pub(crate) channel: Option<Channel>,
    /// When it came to this state.
    pub(crate) at: Timestamp,
    /// Why they could not be told, or not yet.
    pub(crate) problem: Option<String>,
}

impl Notice {
    /// The ways to them, the best first, of those that this installation has.
    pub(crate) fn ways(&self, channels: &[Channel]) -> Vec<(Channel, &str)> {
        let known = [(Channel::Email, &self.email), (Channel::Sms, &self.phone)];
        let known = known.into_iter().filter_map(|(channel, to)| Some((channel, to.as_deref()?)));
        known.filter(|(channel, _)| channels.contains(channel)).collect()
    }

    /// Why there is no way to them.
    pub(crate) fn unreachable(&self, channels: &[Channel]) -> String {
        let by = match channels {
            [] => return "this Salus is not set up to send e-mail or SMS".to_owned(),
            [Channel::Email] => "e-mail address",
            [Channel::Sms] => "telephone number",
            _ => "e-mail address or telephone number",
        };
        format!("no {by} of theirs is known")
    }

    pub(crate) fn read(stored: &Stored) -> Result<Self, ApiError> {
        let body = stored.json()?;
        let notice = Self::parse(stored, &body);
        notice.ok_or_else(|| ApiError::internal("a notice of an emergency cannot be read"))
    }

    fn parse(stored: &Stored, body: &Value) -> Option<Self> {
        let owned = |name: &str| text(body, name).map(str::to_owned);
        let id_in = |name: &str| Some(text(body.get(name)?, "reference")?.split_once('/')?.1.to_owned());
        Some(Self {
            id: stored.id.clone(),
            version: stored.version,
            patient: id_in("patient")?,
            access: id_in("access")?,
            who: owned("who")?,
            recipient: serde_json::from_value(body.get("recipient")?.clone()).ok()?,
            email: owned("email"),
            phone: owned("phone"),
            state: serde_json::from_value(body.get("state")?.clone()).ok()?,
            channel: text(body, "channel").and_then(Channel::parse),
            at: text(body, "at")?.parse().ok()?,
            problem: owned("problem"),
        })
    }

    pub(crate) fn resource(&self) -> Value {
        let mut resource = json!({
            "resourceType": EMERGENCY_NOTICE,
            "id": self.id,
            "patient": { "reference": format!("Patient/{}", self.patient) },
            "access": { "reference": format!("EmergencyAccess/{}", self.access) },
            "who": self.who,
            "recipient": self.recipient,
            "state": self.state,
            "at": self.at.to_string(),
        });
        let channel = self.channel.map(|channel| channel.code().to_owned());
        let members = [("email", &self.email), ("phone", &self.phone), ("problem", &self.problem)];
        for (name, value) in members.into_iter().chain([("channel", &channel)]) {
            if let Some(value) = value {
                resource[name] = value.clone().into();
            }
        }
        resource
    }
}

/// The notice to somebody, not stored yet. `place` tells those of one emergency apart.
pub(crate) fn notice(
    access: &Access,
    place: usize,
    who: &str,
    recipient: Addressee,
    at: Timestamp,
) -> Notice {
    Notice {
        id: format!("{}.{place}", access.id),
        version: 0,
        patient: access.patient.clone(),
        access: access.id.clone(),
        who: who.to_owned(),
        recipient,
        email: None,
        phone: None,
        state: NoticeState::Waiting,
        channel: None,
        at,
        problem: None,
    }
}
