use http::Method;
use salus_http::testing::TestApp;
use serde_json::{Value, json};

fn policy(entry: Value) -> Value {
    json!({ "name": "Vital signs only", "entry": [entry] })
}

fn vital_signs() -> Value {
    json!({ "resourceType": "Observation", "criteria": "Observation?category=vital-signs",
            "interaction": ["read", "search"], "scope": "everyone" })
}

async fn app() -> TestApp {
    TestApp::with_capabilities(|| vec![crate::capability(), salus_rest::capability()]).await
}

#[tokio::test]
async fn asvs_v8_2_3_an_account_with_a_policy_sees_what_it_gives_without_what_it_hides() {
    let app = app().await;
    let (admin, maria) = (app.admin().await, app.person("maria").await);
    let patient = json!({ "resourceType": "Patient", "name": [{ "family": "Ann" }],
                          "telecom": [{ "system": "phone", "value": "+1 555 0100" }] });
    let patient = app.create(patient).await;
    let path = format!("/fhir/r4/Patient/{patient}");
    assert_eq!(maria.get(&path).await.status(), 404);

    let entry = json!({ "resourceType": "Patient", "interaction": ["read", "search"], "scope": "everyone",
                        "hidden": ["Patient.telecom"] });
    let made = admin.post("/api/v1/policies", &policy(entry)).await;
    assert_eq!(made.status(), 201, "{}", made.text());
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let give = json!({ "policies": [id] }).to_string();
    let account = format!("/api/v1/accounts/{}", maria.account());
    let given = admin.send(Method::PATCH, &account, Some("application/json"), give).await;
    assert_eq!(given.json()["policies"], json!([id]));
    let listed = admin.get("/api/v1/policies").await.json();
    assert_eq!(listed[0]["holders"], json!([{ "id": maria.account(), "name": "Maria" }]));

    let seen = maria.get(&path).await.json();
    assert_eq!((&seen["name"][0]["family"], &seen["telecom"]), (&json!("Ann"), &Value::Null));
    let found = maria.get("/fhir/r4/Patient?phone=%2B1%20555%200100&_total=accurate").await.json();
    assert_eq!(found["total"], 0, "what is hidden does not find");
}

#[tokio::test]
async fn policies_are_written_read_replaced_and_deleted_by_administrators_alone() {
    let app = app().await;
    let (admin, maria) = (app.admin().await, app.person("maria").await);
    let made = admin.post("/api/v1/policies", &policy(vital_signs())).await.json();
    let path = format!("/api/v1/policies/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.get(&path).await.json(), made);
    assert_eq!(admin.get("/api/v1/policies").await.json(), json!([made]));
    for answer in [
        maria.get("/api/v1/policies").await,
        maria.get(&path).await,
        maria.post("/api/v1/policies", &policy(vital_signs())).await,
        maria.put(&path, &policy(vital_signs())).await,
        maria.delete(&path).await,
    ] {
        assert_eq!(answer.status(), 404);
    }
    let mut other = policy(vital_signs());
    other["name"] = "Another name".into();
    assert_eq!(admin.put(&path, &other).await.json()["name"], "Another name");
    assert_eq!(admin.delete(&path).await.status(), 204);
    assert_eq!(admin.delete(&path).await.status(), 404);
}

#[tokio::test]
async fn a_policy_that_is_not_understood_is_told_where_and_not_kept() {
    let app = app().await;
    let admin = app.admin().await;
    for (field, value) in [
        ("interaction", json!(["look"])),
        ("criteria", json!("Observation?colour=blue")),
        ("criteria", json!("Patient?gender=female")),
        ("scope", json!("mine")),
        ("effect", json!("perhaps")),
        ("hidden", json!(["Observation.colour"])),
        ("resourceType", json!("UserAccount")),
    ] {
        let mut entry = vital_signs();
        entry[field] = value;
        let answer = admin.post("/api/v1/policies", &policy(entry)).await;
        assert_eq!(answer.status(), 422, "{field}");
        assert!(answer.text().contains(field), "{field} is not told: {}", answer.text());
    }
    assert_eq!(admin.get("/api/v1/policies").await.json(), json!([]));
}
