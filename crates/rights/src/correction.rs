//! Rectification (GDPR Article 16): a person says what is wrong in an entry they cannot change themselves, and somebody
//! who may change it accepts or declines, with a reason.
//!
//! The request is a FHIR Task in the person's record, the decision its next version and a Provenance beside it.

use salus_core::Timestamp;
use salus_fhir::json::Value;
use salus_store::Stored;
use serde_json::json;

const SYSTEM: &str = "urn:salus:task";
const CODE: &str = "correction";

/// The search that finds all requests.
pub(crate) fn code() -> String {
    format!("{SYSTEM}|{CODE}")
}

/// A request about an entry of a person's record.
pub(crate) fn request(person: &str, entry: &str, wrong: &str, proposed: &str, now: Timestamp) -> Value {
    json!({
        "resourceType": "Task",
        "status": "requested",
        "intent": "proposal",
        "code": { "coding": [{ "system": SYSTEM, "code": CODE, "display": "Correction" }] },
        "description": wrong,
        "focus": { "reference": entry },
        "for": { "reference": format!("Patient/{person}") },
        "authoredOn": now.to_string(),
        "requester": { "reference": format!("Patient/{person}") },
        "input": [{ "type": { "text": "proposed" }, "valueString": proposed }],
    })
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Decision {
    /// The entry was, or will be, corrected.
    Accepted,
    /// It stays as it is.
    Declined,
}

/// A request with its decision.
pub(crate) fn decided(mut task: Value, decision: Decision, reason: &str, now: Timestamp) -> Value {
    task["status"] = match decision {
        Decision::Accepted => "completed",
        Decision::Declined => "rejected",
    }
    .into();
    task["statusReason"] = json!({ "text": reason });
    task["lastModified"] = now.to_string().into();
    task
}

/// Who decided on what, and when.
pub(crate) fn provenance(task: &str, person: &str, entry: &str, account: &str, now: Timestamp) -> Value {
    let who = json!({ "identifier": { "system": "urn:salus:account", "value": account } });
    json!({
        "resourceType": "Provenance",
        "target": [{ "reference": format!("Task/{task}") }, { "reference": entry },
            { "reference": format!("Patient/{person}") }],
        "recorded": now.to_string(),
        "activity": { "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v3-DataOperation", "code": "UPDATE" }] },
        "agent": [{ "who": who }],
    })
}

/// A request as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Correction)]
pub(crate) struct Correction {
    /// The id of the Task.
    pub(crate) id: String,
    /// The id of the person.
    pub(crate) person: String,
    /// The entry that is meant: `Observation/…`.
    pub(crate) entry: String,
    /// What is wrong, in the person's words.
    pub(crate) wrong: String,
    /// What it should be.
    pub(crate) proposed: String,
    /// When it was asked for (RFC 3339).
    pub(crate) requested_at: String,
    /// Once it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decision: Option<Decision>,
    /// Why, in the words of whoever decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    /// When it was decided (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) decided_at: Option<String>,
}

/// The request that a Task is; none for other tasks.
pub(crate) fn read(stored: &Stored, task: &Value) -> Option<Correction> {
    let coding = &task["code"]["coding"][0];
    if coding["system"] != SYSTEM || coding["code"] != CODE {
        return None;
    }
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(Correction {
        id: stored.id.clone(),
        person: task["for"]["reference"].as_str()?.strip_prefix("Patient/")?.to_owned(),
        entry: text(&task["focus"]["reference"])?,
        wrong: text(&task["description"]).unwrap_or_default(),
        proposed: text(&task["input"][0]["valueString"]).unwrap_or_default(),
        requested_at: text(&task["authoredOn"])?,
        decision: match task["status"].as_str() {
            Some("completed") => Some(Decision::Accepted),
            Some("rejected") => Some(Decision::Declined),
            _ => None,
        },
        reason: text(&task["statusReason"]["text"]),
        decided_at: text(&task["lastModified"]),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_decision_and_provenance_are_valid_fhir() {
        let now = "2026-01-05T08:00:00Z".parse().unwrap();
        let task = request("p", "Observation/o", "It is 7.1", "1.7", now);
        let done = decided(task.clone(), Decision::Declined, "The laboratory confirmed it.", now);
        for resource in [task, done, provenance("t", "p", "Observation/o", "a1", now)] {
            let issues = salus_fhir::validate::validate(&resource);
            assert!(issues.is_empty(), "{:?}", issues.iter().map(|one| &one.diagnostics).collect::<Vec<_>>());
        }
    }
}
