//! What the tests of the operations have in common.

use salus_http::testing::{TestApp, TestClient};
use serde_json::{Value, json};

/// An application with the FHIR API, and somebody who may do everything.
pub(crate) async fn fhir() -> (TestApp, TestClient) {
    let app = TestApp::with_capabilities(|| vec![crate::capability()]).await;
    let admin = app.admin().await;
    (app, admin)
}

/// A patient with this family name and identifier.
pub(crate) fn patient(family: &str) -> Value {
    json!({
        "resourceType": "Patient",
        "identifier": [{"system": "http://x.example/ids", "value": family}],
        "name": [{"family": family}],
        "birthDate": "1984-03-12",
    })
}

/// An observation of a patient.
pub(crate) fn weight(patient: &str, kilograms: i64) -> Value {
    json!({
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]},
        "subject": {"reference": patient},
        "effectiveDateTime": "2025-12-01",
        "valueQuantity": {"value": kilograms, "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"},
    })
}

/// Creates a resource, and gives its id.
pub(crate) async fn create(client: &TestClient, resource: &Value) -> String {
    let type_name = resource["resourceType"].as_str().unwrap();
    let response = client.post(&format!("/fhir/r4/{type_name}"), resource).await;
    assert_eq!(response.status(), 201, "{}", response.text());
    response.json()["id"].as_str().unwrap().to_owned()
}

/// The ids of a bundle's resources, in order.
pub(crate) fn ids(bundle: &Value) -> Vec<String> {
    let entries = bundle["entry"].as_array().map(Vec::as_slice).unwrap_or_default();
    entries.iter().map(|entry| entry["resource"]["id"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Path and query of a link of a bundle.
pub(crate) fn link(bundle: &Value, relation: &str) -> Option<String> {
    let link = bundle["link"].as_array()?.iter().find(|link| link["relation"] == relation)?;
    link["url"].as_str()?.strip_prefix("http://salus.test").map(str::to_owned)
}
