//! Stories of what a person asks of others: to correct, to restrict, to tell what was consented to.

use crate::{Config, Retention};
use salus_access::{Relationship, Role};
use salus_http::Capability;
use salus_http::testing::{TestApp, TestClient};
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn capabilities() -> Vec<Capability> {
    vec![crate::capability(Config::default(), Retention::default())]
}

async fn observation(app: &TestApp, client: &TestClient) -> String {
    let subject = json!({ "reference": format!("Patient/{}", client.patient()) });
    let code = json!({ "text": "Weight" });
    let id = app
        .create(json!({ "resourceType": "Observation", "status": "final", "code": code, "subject": subject }))
        .await;
    format!("Observation/{id}")
}

async fn doctor(app: &TestApp, of: &TestClient) -> TestClient {
    let patients = BTreeMap::from([(of.patient().to_owned(), Relationship::InCare)]);
    app.account("doctor", vec![Role::Clinician], patients).await
}

#[tokio::test]
async fn a_correction_is_asked_for_and_decided_by_somebody_else() {
    let app = TestApp::with_capabilities(capabilities).await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let doctor = doctor(&app, &maria).await;
    let (mine, theirs) = (observation(&app, &maria).await, observation(&app, &john).await);
    let path = format!("/api/v1/people/{}/corrections", maria.patient());
    for (wish, field) in [
        (json!({ "entry": theirs, "wrong": "x" }), "entry"),
        (json!({ "entry": "Observation/none", "wrong": "x" }), "entry"),
        (json!({ "entry": "https://elsewhere.example/Observation/1", "wrong": "x" }), "entry"),
        (json!({ "entry": mine, "wrong": " " }), "wrong"),
    ] {
        let refused = maria.post(&path, &wish).await;
        assert_eq!((refused.status(), &refused.json()["errors"][0]["field"]), (422, &json!(field)), "{wish}");
    }
    let wish = json!({ "entry": mine, "wrong": "I weigh 71 kg.", "proposed": "71 kg" });
    let asked = maria.post(&path, &wish).await;
    assert_eq!(asked.status(), 201, "{}", asked.text());
    let id = asked.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(john.post(&path, &wish).await.status(), 404);

    let decide = format!("/api/v1/corrections/{id}/decision");
    let decision = json!({ "decision": "declined", "reason": "It was measured twice." });
    assert_eq!(john.post(&decide, &decision).await.status(), 404);
    assert_eq!(maria.post(&decide, &decision).await.status(), 404, "nobody decides for themselves");
    assert_eq!(doctor.post(&decide, &json!({ "decision": "accepted", "reason": "" })).await.status(), 422);
    assert_eq!(doctor.get("/api/v1/corrections").await.json()[0]["wrong"], "I weigh 71 kg.");
    let decided = doctor.post(&decide, &decision).await;
    assert_eq!(decided.status(), 200, "{}", decided.text());
    assert_eq!(doctor.post(&decide, &decision).await.status(), 409);

    let seen = maria.get("/api/v1/corrections").await.json();
    assert_eq!(
        (&seen[0]["decision"], &seen[0]["reason"]),
        (&json!("declined"), &json!("It was measured twice."))
    );
    assert_eq!(john.get("/api/v1/corrections").await.json(), json!([]));
    let query = salus_fhir::search::Query::parse(
        "Provenance",
        &[("patient".to_owned(), format!("Patient/{}", maria.patient()))],
    )
    .unwrap();
    let found = app.app().store.system("test").search(&query, salus_store::Page::first(10)).await.unwrap();
    assert_eq!(found.matches.len(), 1);
    let proof = found.matches[0].json().unwrap();
    assert_eq!(proof["agent"][0]["who"]["identifier"]["value"], doctor.account());
}

#[tokio::test]
async fn a_restriction_is_a_consent_that_can_be_lifted() {
    let app = TestApp::with_capabilities(capabilities).await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let path = format!("/api/v1/people/{}/restrictions", maria.patient());
    let unknown = maria.post(&path, &json!({ "dataClasses": ["medicines", "secrets"] })).await;
    assert_eq!((unknown.status(), &unknown.json()["errors"][0]["field"]), (422, &json!("dataClasses[1]")));
    let made = maria.post(&path, &json!({ "dataClasses": ["medicines"], "reason": "It is wrong." })).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let listed = maria.get(&path).await.json();
    assert_eq!(listed["active"][0]["dataClasses"], json!(["medicines"]));
    assert!(listed["classes"].as_array().unwrap().len() > 5);
    let one = format!("{path}/{}", made.json()["id"].as_str().unwrap());
    for client in [&john, &doctor(&app, &maria).await] {
        assert_eq!(client.get(&path).await.status(), 404);
        assert_eq!(client.delete(&one).await.status(), 404);
    }
    assert_eq!(maria.delete(&one).await.status(), 204);
    assert_eq!(maria.delete(&one).await.status(), 204);
    assert_eq!(maria.get(&path).await.json()["active"], json!([]));

    let history = maria.get(&format!("/api/v1/people/{}/consents/history", maria.patient())).await.json();
    let said: Vec<(&Value, &Value)> =
        history.as_array().unwrap().iter().map(|one| (&one["words"], &one["who"])).collect();
    assert_eq!(
        said,
        [
            (&json!("No longer in force: Nobody but the person may see medicines."), &json!("Maria")),
            (&json!("Nobody but the person may see medicines."), &json!("Maria")),
        ]
    );
}
