//! What comes in: V1 and V2, and the parts of V15 that are about input.

use super::house::{Client, house};
use serde_json::{Value, json};

const ROOT: &str = "/fhir/r4";

fn patient() -> Client {
    house().sign_in("person")
}

fn person_id(client: &Client) -> String {
    client.get("/api/v1/session").json()["people"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn asvs_v1_2_4_what_is_sent_never_becomes_part_of_a_query() {
    let admin = house().sign_in("admin");
    let all = admin.get(&format!("{ROOT}/Patient?_summary=count")).json()["total"].as_u64().unwrap();
    assert!(all > 5);
    for attack in ["x' OR '1'='1", "x'; DROP TABLE log; --", "x\" OR 1=1 --", "%", "_", "x%' ESCAPE '\\"] {
        let value: String = form(attack);
        let found = admin.get(&format!("{ROOT}/Patient?family={value}&_summary=count"));
        assert_eq!((found.status, found.json()["total"].as_u64()), (200, Some(0)), "{attack}");
    }
    let after = admin.get(&format!("{ROOT}/Patient?_summary=count")).json()["total"].as_u64();
    assert_eq!(after, Some(all), "the record is as it was");
}

#[test]
fn asvs_v1_4_2_numbers_beyond_all_ranges_are_refused_or_kept_exactly() {
    let admin = house().sign_in("admin");
    for query in ["_count=99999999999999999999", "_count=-1", "_count=1e9", "value-quantity=gt1e999999"] {
        let status = admin.get(&format!("{ROOT}/Observation?{query}")).status;
        assert!((400..500).contains(&status), "{query}: {status}");
    }
    for path in ["/Patient/x/_history/18446744073709551616", "/Patient/x/_history/-1"] {
        let status = admin.get(&format!("{ROOT}{path}")).status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
}

#[test]
fn asvs_v1_5_2_only_known_types_and_elements_are_taken_in() {
    let admin = house().sign_in("admin");
    for (kind, body) in [
        ("Spaceship", json!({ "resourceType": "Spaceship" })),
        ("UserAccount", json!({ "resourceType": "UserAccount", "email": "x@example.org" })),
        ("Patient", json!({ "resourceType": "Patient", "__proto__": { "isAdmin": true } })),
        ("Patient", json!({ "resourceType": "Patient", "@type": "java.lang.Runtime" })),
    ] {
        let status = admin.fhir("POST", &format!("{ROOT}/{kind}"), &body).status;
        assert!([400, 404, 422].contains(&status), "{kind} {body}: {status}");
    }
}

#[test]
fn asvs_v1_5_3_a_name_given_twice_is_refused_everywhere() {
    let client = patient();
    let twice = br#"{"resourceType":"Patient","gender":"male","gender":"female"}"#.to_vec();
    let resource = house().sign_in("admin").send(
        "POST",
        &format!("{ROOT}/Patient"),
        Some("application/fhir+json"),
        twice,
    );
    assert_eq!(resource.status, 400, "{}", resource.text);
    let twice = br#"{"label":"a","label":"b"}"#.to_vec();
    let token = client.send("POST", "/api/v1/tokens", Some("application/json"), twice);
    assert_eq!(token.status, 422, "{}", token.text);
}

#[test]
fn asvs_v2_2_1_input_is_held_against_what_is_expected_of_it() {
    let client = patient();
    let me = person_id(&client);
    let observation = |status: &str, date: &str| {
        json!({ "resourceType": "Observation", "status": status, "effectiveDateTime": date,
                "code": { "text": "pulse" }, "subject": { "reference": format!("Patient/{me}") } })
    };
    for (body, expect) in [
        (observation("final", "2026-03-04"), 201),
        (observation("finished", "2026-03-04"), 422),
        (observation("final", "2026-02-30"), 422),
        (observation("final", "yesterday"), 422),
    ] {
        let answer = client.fhir("POST", &format!("{ROOT}/Observation"), &body);
        assert_eq!(answer.status, expect, "{}", answer.text);
    }
}

#[test]
fn asvs_v2_2_2_the_server_itself_checks_what_the_web_client_would() {
    let client = patient();
    let question = json!({ "question": "x".repeat(100_000) });
    let path = format!("/api/v1/people/{}/questions", person_id(&client));
    for (path, body) in [
        (path.as_str(), question),
        ("/api/v1/tokens", json!({ "label": "", "days": 30 })),
        ("/api/v1/tokens", json!({ "label": "x", "days": 100_000 })),
        ("/api/v1/account/password", json!({ "currentPassword": "x", "newPassword": "short" })),
    ] {
        assert_eq!(client.json("POST", path, &body).status, 422, "{path}");
    }
}

#[test]
fn asvs_v2_3_3_a_transaction_happens_whole_or_not_at_all() {
    let admin = house().sign_in("admin");
    let entry = |id: &str, gender: &str| {
        json!({ "request": { "method": "PUT", "url": format!("Patient/{id}") },
                "resource": { "resourceType": "Patient", "id": id, "gender": gender } })
    };
    let bundle = json!({ "resourceType": "Bundle", "type": "transaction",
                         "entry": [entry("whole-or-not-1", "female"), entry("whole-or-not-2", "no such gender")] });
    assert_eq!(admin.fhir("POST", ROOT, &bundle).status, 422);
    assert_eq!(
        admin.get(&format!("{ROOT}/Patient/whole-or-not-1")).status,
        404,
        "the good half was not kept"
    );
}

#[test]
fn asvs_v15_3_3_fields_that_an_operation_does_not_take_are_refused() {
    let client = patient();
    for (path, body) in [
        ("/api/v1/tokens", json!({ "label": "x", "account": "somebody-else" })),
        ("/api/v1/tokens", json!({ "label": "x", "roles": ["admin"] })),
        ("/api/v1/session", json!({ "email": "a@example.org", "password": "x", "roles": ["admin"] })),
        ("/api/v1/account/password", json!({ "currentPassword": "x", "newPassword": "y", "isAdmin": true })),
    ] {
        assert_eq!(client.json("POST", path, &body).status, 422, "{path} {body}");
    }
}

#[test]
fn asvs_v15_3_5_a_value_of_another_type_is_not_bent_into_shape() {
    let client = patient();
    for body in [
        json!({ "label": 7 }),
        json!({ "label": ["x"] }),
        json!({ "label": "x", "days": "30" }),
        json!({ "label": "x", "days": true }),
        json!({ "label": "x", "days": 30.5 }),
        Value::Null,
    ] {
        assert_eq!(client.json("POST", "/api/v1/tokens", &body).status, 422, "{body}");
    }
}

#[test]
fn asvs_v15_3_7_a_parameter_given_twice_never_takes_the_last_ones_word() {
    let admin = house().sign_in("admin");
    let status = |query: &str| admin.get(&format!("{ROOT}/Patient?{query}")).status;
    assert_eq!(status("_count=1&_count=1000"), 400);
    // A filter given twice has to hold twice: nobody widens a search by adding to it.
    let total = |query: &str| {
        admin.get(&format!("{ROOT}/Patient?{query}&_summary=count")).json()["total"].as_u64().unwrap()
    };
    assert!(total("gender=female") > 0);
    assert_eq!(total("gender=female&gender=male"), 0);
}

/// As a browser writes a value into an address.
fn form(value: &str) -> String {
    value
        .bytes()
        .map(
            |byte| {
                if byte.is_ascii_alphanumeric() {
                    char::from(byte).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            },
        )
        .collect()
}
