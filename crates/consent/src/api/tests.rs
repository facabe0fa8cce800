use salus_access::{Relationship, Role};
use salus_http::testing::{TestApp, TestClient};
use serde_json::{Value, json};
use std::collections::BTreeMap;

async fn app() -> TestApp {
    TestApp::with_capabilities(|| vec![crate::capability(), salus_rest::capability()]).await
}

fn path(person: &str) -> String {
    format!("/api/v1/people/{person}/sharing")
}

async fn observe(app: &TestApp, person: &str) -> [String; 2] {
    let of = |kind: &str| {
        json!({ "resourceType": kind, "status": "final", "code": { "text": "x" },
                "subject": { "reference": format!("Patient/{person}") } })
    };
    [app.create(of("Observation")).await, app.create(of("Condition")).await]
}

async fn sees(client: &TestClient, [observation, condition]: &[String; 2]) -> [bool; 2] {
    let observation = client.get(&format!("/fhir/r4/Observation/{observation}")).await.status() == 200;
    let condition = client.get(&format!("/fhir/r4/Condition/{condition}")).await.status() == 200;
    [observation, condition]
}

fn with(email: &str) -> Value {
    json!({ "kind": "person", "email": email, "name": "John" })
}

#[tokio::test]
async fn asvs_v8_3_2_a_share_opens_what_it_says_until_it_is_taken_back() {
    let app = app().await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let record = observe(&app, maria.patient()).await;
    assert_eq!(sees(&john, &record).await, [false, false]);

    let wish = json!({ "with": with("John@Example.org"), "what": ["results"] });
    let shared = maria.post(&path(maria.patient()), &wish).await;
    assert_eq!(shared.status(), 201, "{}", shared.text());
    insta::assert_snapshot!(shared.json_without_ids(), @r#"{"id":"…","name":"John","kind":"person","what":["results"],"since":"2026-01-05T08:00:00Z","until":null}"#);
    assert_eq!(sees(&john, &record).await, [true, false]);
    let people = john.get("/api/v1/session").await.json();
    let people: Vec<_> = people["people"].as_array().unwrap().iter().map(|person| &person["name"]).collect();
    assert_eq!(people, ["John", "Maria"]);

    let listed = maria.get(&path(maria.patient())).await.json();
    assert_eq!(listed["shares"].as_array().unwrap().len(), 1);
    assert_eq!(listed["reachedBy"], json!([{ "name": "Maria", "way": "self", "roles": ["person"] }]));
    let share = format!("{}/{}", path(maria.patient()), listed["shares"][0]["id"].as_str().unwrap());
    assert_eq!(john.delete(&share).await.status(), 404, "it is not theirs to end");
    assert_eq!(maria.delete(&share).await.status(), 204);
    assert_eq!(maria.delete(&share).await.status(), 204);
    assert_eq!(sees(&john, &record).await, [false, false]);
    assert_eq!(maria.get(&path(maria.patient())).await.json()["shares"], json!([]));
}

#[tokio::test]
async fn a_share_ends_after_its_last_day() {
    let app = app().await;
    let (maria, john) = (app.person("maria").await, app.person("john").await);
    let record = observe(&app, maria.patient()).await;
    let wish = json!({ "with": with("john@example.org"), "until": "2026-01-06" });
    assert_eq!(maria.post(&path(maria.patient()), &wish).await.status(), 201);
    for (hours, expect) in [(0, true), (38, true), (3, false)] {
        app.clock().advance_seconds(hours * 3_600);
        let john = app.sign_in("john").await;
        assert_eq!(sees(&john, &record).await, [expect; 2], "{hours} hours later");
    }
    let maria = app.sign_in("maria").await;
    assert_eq!(maria.get(&path(&record_owner(&maria).await)).await.json()["shares"], json!([]));
    drop(john);
}

async fn record_owner(client: &TestClient) -> String {
    client.get("/api/v1/session").await.json()["people"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn whoever_is_named_need_not_have_an_account_yet_and_nobody_is_told_whether_they_have() {
    let app = app().await;
    let maria = app.person("maria").await;
    let john = app.person("john").await;
    let mut answers = Vec::new();
    for email in ["john@example.org", "zoe@example.org"] {
        let answer = maria.post(&path(maria.patient()), &json!({ "with": with(email) })).await;
        assert_eq!(answer.status(), 201);
        answers.push(answer.json_without_ids());
    }
    assert_eq!(answers[0], answers[1]);
    let record = observe(&app, maria.patient()).await;
    assert_eq!(sees(&john, &record).await, [true, true]);
    let zoe = app.account("zoe", vec![Role::Person], BTreeMap::new()).await;
    assert_eq!(sees(&zoe, &record).await, [true, true]);
    let again = maria.post(&path(maria.patient()), &json!({ "with": with("zoe@example.org") })).await;
    assert_eq!(again.status(), 201);
    let related =
        maria.get(&format!("/fhir/r4/RelatedPerson?patient={}&_total=accurate", maria.patient())).await;
    assert_eq!(related.json()["total"], 2, "one for each address");
}

#[tokio::test]
async fn parents_share_for_a_minor_and_nobody_else_for_anybody() {
    let app = app().await;
    let kid = app.create(json!({ "resourceType": "Patient", "birthDate": "2015-06-01" })).await;
    let maria = app.person("maria").await;
    let ties = |relationship| BTreeMap::from([(kid.clone(), relationship)]);
    let parent = app.account("parent", vec![Role::Caregiver], ties(Relationship::Child)).await;
    let doctor = app.account("doctor", vec![Role::Clinician], ties(Relationship::InCare)).await;
    let carer = app.account("carer", vec![Role::Caregiver], ties(Relationship::Entrusted)).await;
    let admin = app.admin().await;
    let wish = json!({ "with": with("school@example.org"), "what": ["vaccines"] });
    for (client, status) in [(&parent, 201), (&doctor, 404), (&carer, 404), (&maria, 404), (&admin, 404)] {
        assert_eq!(client.post(&path(&kid), &wish).await.status(), status);
        assert_eq!(client.get(&path(&kid)).await.status() == 200, status == 201);
    }
}

#[tokio::test]
async fn a_wrong_wish_is_told_where() {
    let app = app().await;
    let maria = app.person("maria").await;
    let john = with("john@example.org");
    for (wish, field) in [
        (json!({ "with": with("john") }), "with.email"),
        (json!({ "with": { "kind": "person", "email": "a@example.org", "name": " " } }), "with.name"),
        (json!({ "with": { "kind": "practitioner", "id": "none" } }), "with.id"),
        (json!({ "with": { "kind": "organization", "id": "none" } }), "with.id"),
        (json!({ "with": john, "what": ["results", "secrets"] }), "what[1]"),
        (json!({ "with": john, "until": "2026-01-04" }), "until"),
        (json!({ "with": john, "until": "soon" }), "until"),
    ] {
        let answer = maria.post(&path(maria.patient()), &wish).await;
        assert_eq!(
            (answer.status(), answer.json()["errors"][0]["field"].as_str()),
            (422, Some(field)),
            "{wish}"
        );
    }
}

#[tokio::test]
async fn a_consent_that_is_no_plain_share_is_counted_and_obeyed() {
    let app = app().await;
    let maria = app.person("maria").await;
    let consent = json!({
        "resourceType": "Consent", "status": "active", "scope": { "coding": [{ "code": "patient-privacy" }] },
        "category": [{ "text": "privacy" }], "patient": { "reference": format!("Patient/{}", maria.patient()) },
        "provision": { "type": "deny" },
    });
    app.create(consent).await;
    let listed = maria.get(&path(maria.patient())).await.json();
    assert_eq!((&listed["otherConsents"], &listed["shares"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn asvs_v7_5_3_sharing_asks_for_a_fresh_proof_and_taking_back_does_not() {
    let app = app().await;
    let maria = app.person("maria").await;
    let wish = json!({ "with": with("john@example.org") });
    let share = maria.post(&path(maria.patient()), &wish).await.json();
    app.clock().advance_seconds(11 * 60);
    let late = maria.post(&path(maria.patient()), &wish).await;
    assert_eq!(
        (late.status(), late.json()["type"].as_str()),
        (403, Some("urn:salus:problem:step-up-required"))
    );
    let share = format!("{}/{}", path(maria.patient()), share["id"].as_str().unwrap());
    assert_eq!(maria.delete(&share).await.status(), 204);
}
