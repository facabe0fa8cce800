//! What the API of the emergency sends.

use crate::contacts::NamedContact;
use crate::glass::notice::{Addressee, Notice, NoticeState};
use crate::glass::review::ReadItem;
use crate::glass::{Access, Reason};
use crate::link::{Content, EmergencyLink, LinkState};
use crate::words::text;
use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_http::App;
use serde::Serialize;
use utoipa::ToSchema;

/// A link, as the person sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkItem {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) content: Content,
    pub(crate) has_passcode: bool,
    /// Whether it shows the record as it is; otherwise a copy of the day it was made.
    pub(crate) is_live: bool,
    pub(crate) state: LinkState,
    pub(crate) created_at: String,
    pub(crate) expires_at: String,
    /// Wrong passcodes until it closes for good.
    pub(crate) attempts_left: u64,
    /// The newest hundred, newest first.
    pub(crate) openings: Vec<OpeningItem>,
}

/// One visit to a link.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OpeningItem {
    pub(crate) at: String,
    /// Who they said they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recipient: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// `opened`, `wrong-passcode`, `locked`, `expired`, `revoked`.
    pub(crate) outcome: String,
}

/// A link with its code.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LinkCode {
    /// The link.
    pub(crate) link: LinkItem,
    /// What stands in the code: whoever has it (and the passcode) can open the link.
    pub(crate) url: String,
    /// The code as a picture.
    pub(crate) svg: String,
}

/// Whom a person named for emergencies.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EmergencyContacts {
    contacts: Vec<NamedContact>,
    /// By what this installation can tell people of an emergency: `email`, `sms`. Nothing: it is not set up for that.
    channels: Vec<&'static str>,
}

/// Somebody who is told of an emergency outside of Salus.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ToldItem {
    who: String,
    recipient: Addressee,
    state: NoticeState,
    /// By what they were told: `email`, `sms`.
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    /// When they were told, or could not be.
    at: String,
    /// Why they could not be told, or not yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// An emergency.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessItem {
    pub(crate) id: String,
    pub(crate) person_id: String,
    pub(crate) person_name: String,
    /// Who broke the glass.
    pub(crate) who: String,
    pub(crate) roles: Vec<String>,
    /// The house they work for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<String>,
    pub(crate) reason: Reason,
    pub(crate) reason_text: String,
    pub(crate) opened_at: String,
    pub(crate) expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<String>,
    pub(crate) is_open: bool,
    /// Whether the helper still owes the short note that belongs to it.
    pub(crate) needs_note: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) noted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) objection: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) objected_at: Option<String>,
    pub(crate) agreed: Agreed,
    /// What was read of the record; told to the person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) read: Vec<ReadItem>,
    /// Who was told of it outside of Salus; told to the person.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) told: Vec<ToldItem>,
}

/// What the person's consents say to this emergency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Agreed {
    /// Nothing: the emergency view is open, and no more.
    EmergencyView,
    /// They closed a part of it.
    Less,
    /// They opened more than it.
    More,
}

impl LinkItem {
    pub(crate) fn of(link: &EmergencyLink, openings: Vec<OpeningItem>, now: Timestamp) -> Self {
        Self {
            id: link.id.clone(),
            label: link.label.clone(),
            content: link.content,
            has_passcode: link.has_passcode(),
            is_live: link.is_live(),
            state: link.state(now),
            created_at: link.created_at.to_string(),
            expires_at: link.expires_at.to_string(),
            attempts_left: link.attempts_left,
            openings,
        }
    }
}

impl OpeningItem {
    pub(crate) fn of(opening: &Value) -> Self {
        let owned = |name: &str| text(opening, name).map(str::to_owned);
        Self {
            at: owned("at").unwrap_or_default(),
            recipient: owned("recipient"),
            address: owned("address"),
            outcome: owned("outcome").unwrap_or_default(),
        }
    }
}

impl EmergencyContacts {
    pub(crate) fn of(contacts: Vec<NamedContact>, app: &App) -> Self {
        let channels = app.auth.channels().into_iter().map(|channel| channel.code()).collect();
        Self { contacts, channels }
    }
}

impl ToldItem {
    pub(crate) fn of(notice: Notice) -> Self {
        Self {
            who: notice.who,
            recipient: notice.recipient,
            state: notice.state,
            channel: notice.channel.map(|channel| channel.code()),
            at: notice.at.to_string(),
            problem: notice.problem,
        }
    }
}

impl AccessItem {
    pub(crate) fn of(access: &Access, person_name: String, agreed: Agreed, now: Timestamp) -> Self {
        let said = |said: &Option<(String, Timestamp)>| {
            said.as_ref().map_or((None, None), |(words, at)| (Some(words.clone()), Some(at.to_string())))
        };
        let (note, noted_at) = said(&access.note);
        let (objection, objected_at) = said(&access.objection);
        Self {
            id: access.id.clone(),
            person_id: access.patient.clone(),
            person_name,
            who: access.who.clone(),
            roles: access.roles.clone(),
            organization: access.organization.clone(),
            reason: access.reason,
            reason_text: access.reason_text.clone(),
            opened_at: access.opened_at.to_string(),
            expires_at: access.expires_at.to_string(),
            ended_at: access.ended_at.map(|at| at.to_string()),
            is_open: access.is_open(now),
            needs_note: !access.is_open(now) && access.note.is_none(),
            note,
            noted_at,
            objection,
            objected_at,
            agreed,
            read: Vec::new(),
            told: Vec::new(),
        }
    }
}
