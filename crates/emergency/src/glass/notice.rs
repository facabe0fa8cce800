//! Telling the person at once: a message in their own record, in the transaction that opens it.

use super::Access;
use salus_fhir::json::Value;
use serde_json::json;

/// The message.
pub(crate) fn notice(access: &Access) -> Value {
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

/// What the person is told. It says who, why and how long, and nothing of what is in the record.
pub(crate) fn words(access: &Access) -> String {
    format!(
        "{} opened the emergency view of your record on {} because {}: “{}”. It closes on {}. You can see what was \
         read, and say so if it was not right, under Emergency.",
        access.who,
        moment(access.opened_at),
        access.reason.words(),
        access.reason_text,
        moment(access.expires_at),
    )
}

fn moment(at: salus_core::Timestamp) -> String {
    at.strftime("%-d %b %Y, %H:%M UTC").to_string()
}
