//! What is said of an emergency: to the person in their own record, and to people outside of Salus.
//!
//! What leaves Salus holds no health data, and not the helper's reason either: it says who, when, until when, and where
//! the person sees more and can object.

use super::Access;
use super::notice::{Addressee, Notice};
use salus_core::Timestamp;
use salus_fhir::json::Value;
use serde_json::json;

/// The message in the record.
pub(crate) fn message(access: &Access) -> Value {
    let patient = format!("Patient/{}", access.patient);
    json!({
        "resourceType": "Communication",
        "status": "completed",
        "category": [{ "coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/communication-category",
            "code": "alert",
            "display": "Alert",
        }] }],
        "priority": "urgent",
        "subject": { "reference": patient },
        "recipient": [{ "reference": patient }],
        "topic": { "text": "Emergency access" },
        "sent": access.opened_at.to_string(),
        "payload": [{ "contentString": words(access) }],
    })
}

/// It says who, why and how long, and nothing of what is in the record.
fn words(access: &Access) -> String {
    format!(
        "{} opened the emergency view of your record on {} because {}: “{}”. It closes on {}. You can see what was \
         read, and say so if it was not right, under Emergency.",
        access.helper(),
        moment(access.opened_at),
        access.reason.words(),
        access.reason_text,
        moment(access.expires_at),
    )
}

/// What an e-mail is about.
pub(crate) const SUBJECT: &str = "A record was opened in an emergency";

/// An e-mail. `person` is whose record it is, `origin` where people find Salus.
pub(crate) fn letter(access: &Access, notice: &Notice, person: &str, origin: &str) -> String {
    let page = page(access, origin);
    let more = match notice.recipient {
        Addressee::Person => format!(
            "There you see why, and what was read, and can say so if it was not right:\n{page}\n\n\
             This message holds nothing of your record."
        ),
        Addressee::Keeper => format!(
            "There you see why, and what was read, and can say so if it was not right:\n{page}\n\n\
             This message holds nothing of the record."
        ),
        Addressee::Contact => format!(
            "{person} asked that you are told. What happened is not known here, and this message holds nothing of the \
             record. In Salus, {person} sees what was read, and can say so if it was not right:\n{page}"
        ),
    };
    format!("Hello {},\n\n{}\n\n{more}\n", notice.who, happened(access, notice.recipient, person))
}

/// An SMS.
pub(crate) fn sms(access: &Access, notice: &Notice, person: &str, origin: &str) -> String {
    let page = page(access, origin);
    let more = match notice.recipient {
        Addressee::Person | Addressee::Keeper => format!("See what was read, or object: {page}"),
        Addressee::Contact => {
            format!("{person} asked that you are told, and can see more and object: {page}")
        }
    };
    format!("Salus: {} {more}", happened(access, notice.recipient, person))
}

fn happened(access: &Access, recipient: Addressee, person: &str) -> String {
    let whose = match recipient {
        Addressee::Person => "your record".to_owned(),
        Addressee::Keeper | Addressee::Contact => format!("the record of {person}"),
    };
    format!(
        "{} opened the emergency view of {whose} on {}. It closes by itself on {}.",
        access.helper(),
        moment(access.opened_at),
        moment(access.expires_at),
    )
}

/// Where the person sees what was read, and objects.
fn page(access: &Access, origin: &str) -> String {
    format!("{origin}/people/{}/emergency", access.patient)
}

fn moment(at: Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M UTC").to_string()
}
