//! An entry of the chain as a FHIR AuditEvent.

use crate::shape::{Code, Shape};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use salus_access::purpose::PURPOSE_SYSTEM;
use salus_store::{AuditAction, AuditRecord};
use serde_json::{Value, json};

const ENTITY_TYPE: &str = "http://terminology.hl7.org/CodeSystem/audit-entity-type";
const ENTITY_ROLE: &str = "http://terminology.hl7.org/CodeSystem/object-role";
const SOURCE_TYPE: &str = "http://terminology.hl7.org/CodeSystem/security-source-type";
const BALP_ENTITY: &str = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType";
/// What an account is known by.
pub(crate) const ACCOUNT_SYSTEM: &str = "urn:salus:account";
const CLIENT_SYSTEM: &str = "urn:salus:client";
const ROLE_SYSTEM: &str = "urn:salus:role";
const REASON: &str = "system: ";

/// What was really done, or tried.
pub(crate) fn attempted(record: &AuditRecord) -> AuditAction {
    match record.action {
        AuditAction::Denied => {
            record.detail["attempt"].as_str().and_then(AuditAction::from_word).unwrap_or(AuditAction::Denied)
        }
        action => action,
    }
}

/// The AuditEvent of an entry. Its id is the entry's place in the chain.
pub fn audit_event(record: &AuditRecord, server: &str) -> Value {
    let action = attempted(record);
    let shape = Shape::of(action);
    let mut event = json!({
        "resourceType": "AuditEvent",
        "id": record.seq.to_string(),
        "type": coding(shape.kind),
        "action": shape.letter,
        "recorded": record.at.to_string(),
        "outcome": record.outcome.code().to_string(),
        "agent": agents(record, &shape, server),
        "source": {
            "observer": { "display": server },
            "type": [coding((SOURCE_TYPE, "4", "Application Server"))],
        },
        "entity": entities(record, action),
    });
    if !shape.subtypes.is_empty() {
        event["subtype"] = shape.subtypes.iter().copied().map(coding).collect();
    }
    if record.action == AuditAction::Denied {
        event["outcomeDesc"] = json!("not allowed");
    }
    if let Some(purpose) = &record.purpose {
        event["purposeOfEvent"] = json!([purpose_of(purpose)]);
    }
    if event["entity"].as_array().is_some_and(Vec::is_empty)
        && let Some(fields) = event.as_object_mut()
    {
        fields.remove("entity");
    }
    event
}

fn agents(record: &AuditRecord, shape: &Shape, server: &str) -> Value {
    let reason = record.actor.strip_prefix(REASON);
    let client = record.client.as_deref().or(reason).unwrap_or("unknown");
    let network = match &record.address {
        Some(address) => json!({ "address": address, "type": "2" }),
        None => json!({ "address": server, "type": "1" }),
    };
    let mut agents = vec![
        json!({
            "type": concept(shape.client),
            "who": { "identifier": { "system": CLIENT_SYSTEM, "value": client } },
            "requestor": reason.is_some(),
            "network": network,
        }),
        json!({
            "type": concept(shape.server),
            "who": { "display": server },
            "requestor": false,
            "network": { "address": server, "type": "1" },
        }),
    ];
    if reason.is_none() {
        let mut user = json!({
            "type": concept(shape.user),
            "who": { "identifier": { "system": ACCOUNT_SYSTEM, "value": record.actor } },
            "requestor": true,
        });
        if !record.roles.is_empty() {
            let role = |code: &String| json!({ "coding": [{ "system": ROLE_SYSTEM, "code": code }] });
            user["role"] = record.roles.iter().map(role).collect();
        }
        if let Some(purpose) = &record.purpose {
            user["purposeOfUse"] = json!([purpose_of(purpose)]);
        }
        agents.push(user);
    }
    agents.into()
}

fn entities(record: &AuditRecord, action: AuditAction) -> Value {
    let mut entities = Vec::new();
    if let Some(request) = &record.request_id {
        entities.push(json!({
            "what": { "identifier": { "value": request } },
            "type": { "system": BALP_ENTITY, "code": "XrequestId" },
        }));
    }
    if let Some(patient) = &record.patient {
        entities.push(json!({
            "what": { "reference": format!("Patient/{patient}") },
            "type": coding((ENTITY_TYPE, "1", "Person")),
            "role": coding((ENTITY_ROLE, "1", "Patient")),
        }));
    }
    match &record.detail["query"] {
        Value::String(query) => {
            let asked = format!("{}?{query}", record.type_name.as_deref().unwrap_or_default());
            entities.push(json!({
                "type": coding((ENTITY_TYPE, "2", "System Object")),
                "role": coding((ENTITY_ROLE, "24", "Query")),
                "description": asked,
                "query": STANDARD.encode(&asked),
            }));
        }
        _ => entities.extend(data(record, action)),
    }
    entities.into()
}

/// The resource that it was about, or what is left to say of it.
fn data(record: &AuditRecord, action: AuditAction) -> Option<Value> {
    let named = || {
        let (type_name, id) = (record.type_name.as_ref()?, record.detail["id"].as_str()?);
        // A version is told where one was given or made.
        Some(match record.detail["version"].as_u64().filter(|_| action != AuditAction::Delete) {
            Some(version) => format!("{type_name}/{id}/_history/{version}"),
            None => format!("{type_name}/{id}"),
        })
    };
    let what = match (named(), &record.type_name) {
        (Some(reference), _) => json!({ "reference": reference }),
        (None, Some(type_name)) => json!({ "display": format!("{} {type_name}", record.count) }),
        (None, None) if record.is_about_patient => {
            json!({ "display": format!("{} of a record", record.count) })
        }
        (None, None) => return None,
    };
    Some(json!({
        "what": what,
        "type": coding((ENTITY_TYPE, "2", "System Object")),
        "role": coding((ENTITY_ROLE, "4", "Domain Resource")),
    }))
}

fn coding((system, code, display): Code) -> Value {
    json!({ "system": system, "code": code, "display": display })
}

fn concept(code: Code) -> Value {
    json!({ "coding": [coding(code)] })
}

fn purpose_of(code: &str) -> Value {
    json!({ "coding": [{ "system": PURPOSE_SYSTEM, "code": code }] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use salus_store::AuditOutcome;

    fn record(action: AuditAction) -> AuditRecord {
        AuditRecord {
            seq: 12,
            at: "2026-01-05T08:00:00Z".parse().unwrap(),
            actor: "account-1".into(),
            action,
            outcome: AuditOutcome::Success,
            roles: vec!["clinician".into()],
            client: Some("web".into()),
            address: Some("192.0.2.7".into()),
            request_id: Some("r-1".into()),
            purpose: Some("TREAT".into()),
            patient: Some("p".into()),
            is_about_patient: true,
            type_name: Some("Observation".into()),
            count: 1,
            log: None,
            detail: json!({ "id": "o", "version": 2 }),
            hash: "00".into(),
        }
    }

    #[test]
    fn every_action_is_valid_fhir_whatever_is_left_of_the_detail() {
        for action in AuditAction::ALL {
            let whole = record(*action);
            let system = AuditRecord {
                actor: "system: read a document".into(),
                client: None,
                address: None,
                request_id: None,
                purpose: None,
                roles: vec![],
                ..whole.clone()
            };
            let erased = AuditRecord { patient: None, detail: json!({}), ..whole.clone() };
            let bare =
                AuditRecord { type_name: None, is_about_patient: false, ..AuditRecord { ..erased.clone() } };
            for record in [whole, system, erased, bare] {
                let event = audit_event(&record, "salus.test");
                let issues = salus_fhir::validate::validate_fully(&event, record.at);
                let wrong: Vec<_> =
                    issues.iter().filter(|issue| issue.is_error()).map(|issue| &issue.diagnostics).collect();
                assert!(wrong.is_empty(), "{action:?}: {wrong:?}\n{event}");
            }
        }
    }

    /// What the profiles of BALP ask for: subtype, action, and the parts of client, server and user.
    #[test]
    fn restful_actions_follow_ihes_patterns() {
        use AuditAction as A;
        for (action, subtype, letter, client, server, user) in [
            (A::Read, "read", "R", "110152", "110153", "IRCP"),
            (A::VersionRead, "vread", "R", "110152", "110153", "IRCP"),
            (A::Search, "search-type", "E", "110153", "110152", "IRCP"),
            (A::Create, "create", "C", "110153", "110152", "AUT"),
            (A::Update, "update", "U", "110153", "110152", "AUT"),
            (A::Delete, "delete", "D", "110150", "custodian", "AUT"),
        ] {
            let query = json!({ "query": "code=1" });
            let detail = if action == A::Search { query } else { record(action).detail };
            let event = audit_event(&AuditRecord { detail, ..record(action) }, "salus.test");
            assert_eq!(
                (&event["type"]["code"], &event["subtype"][0]["code"]),
                (&json!("rest"), &json!(subtype))
            );
            assert_eq!((&event["action"], &event["outcome"]), (&json!(letter), &json!("0")));
            let parts: Vec<_> = event["agent"].as_array().unwrap().iter().collect();
            let codes: Vec<_> =
                parts.iter().map(|agent| agent["type"]["coding"][0]["code"].clone()).collect();
            assert_eq!(codes, [client, server, user], "{action:?}");
            assert!(parts[..2].iter().all(|agent| agent["network"].is_object() && agent["who"].is_object()));
            assert_eq!((&parts[2]["requestor"], parts[2].get("network")), (&json!(true), None));
            let kinds: Vec<_> = event["entity"]
                .as_array()
                .unwrap()
                .iter()
                .map(|entity| entity["type"]["code"].clone())
                .collect();
            assert_eq!(kinds, ["XrequestId", "1", "2"], "request, patient, data or query");
        }
    }

    #[test]
    fn a_search_tells_the_query_and_a_denial_what_was_tried() {
        let search = AuditRecord { detail: json!({ "query": "code=1" }), ..record(AuditAction::Search) };
        let event = audit_event(&search, "salus.test");
        let query = event["entity"][2]["query"].as_str().unwrap();
        assert_eq!(STANDARD.decode(query).unwrap(), b"Observation?code=1");
        let denied = AuditRecord {
            outcome: AuditOutcome::MinorFailure,
            detail: json!({ "id": "o", "attempt": "delete" }),
            ..record(AuditAction::Denied)
        };
        let event = audit_event(&denied, "salus.test");
        assert_eq!((&event["action"], &event["outcome"]), (&json!("D"), &json!("4")));
        assert_eq!(event["entity"][2]["what"]["reference"], "Observation/o");
    }
}
