use super::*;
use crate::record::{Extent, Record};
use salus_fhir::validate_fully;
use salus_http::testing::TestApp;
use salus_store::{Batch, Expect, Op};

async fn record_of(app: &TestApp, patient: &str, extent: Extent) -> Record {
    let records = app.app().store.system("test");
    Record::read(&records, patient, extent).await.unwrap().unwrap()
}

async fn put(app: &TestApp, resource: Value) {
    let op = Op::Put { resource, expect: Expect::Any };
    app.app().store.system("test").write(Batch::of(op)).await.unwrap();
}

#[track_caller]
fn check(document: &Value, app: &TestApp) {
    let wrong: Vec<String> = validate_fully(document, app.app().now())
        .into_iter()
        .filter(|issue| issue.is_error())
        .map(|issue| format!("{} {}", issue.expression.unwrap_or_default(), issue.diagnostics))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn section<'a>(document: &'a Value, code: &str) -> Option<&'a Value> {
    let sections = document["entry"][0]["resource"]["section"].as_array().unwrap();
    sections.iter().find(|section| section["code"]["coding"][0]["code"] == code)
}

#[tokio::test]
async fn the_summary_of_every_demo_person_is_valid_and_the_same_each_time() {
    let app = TestApp::init().await;
    let today = "2026-01-05".parse().unwrap();
    for person in salus_demo::people(today) {
        for resource in person.resources {
            put(&app, resource).await;
        }
        for extent in [Extent::Card, Extent::Summary] {
            let made = document(&record_of(&app, &person.id, extent).await, extent);
            check(&made, &app);
            let again = document(&record_of(&app, &person.id, extent).await, extent);
            assert!(made == again, "{}", person.id);
            for code in ["10160-0", "48765-2", "11450-4"] {
                assert!(section(&made, code).is_some(), "{}: {code}", person.id);
            }
            assert!(!made.to_string().contains("\"reference\":\"Patient/"), "{}", person.id);
        }
    }
}

#[tokio::test]
async fn an_empty_record_is_not_known_and_never_none() {
    let app = TestApp::init().await;
    put(&app, json!({"resourceType": "Patient", "id": "p"})).await;
    let empty = document(&record_of(&app, "p", Extent::Summary).await, Extent::Summary);
    check(&empty, &app);
    let entry_of = |document: &Value, code: &str| {
        let name = section(document, code).unwrap()["entry"][0]["reference"].clone();
        let entries = document["entry"].as_array().unwrap();
        entries.iter().find(|entry| entry["fullUrl"] == name).unwrap()["resource"].clone()
    };
    for (code, member, expect) in [
        ("48765-2", "code", "no-allergy-info"),
        ("10160-0", "medicationCodeableConcept", "no-medication-info"),
        ("11450-4", "code", "no-problem-info"),
    ] {
        assert_eq!(entry_of(&empty, code)[member]["coding"][0]["code"], expect);
    }
    assert!(section(&empty, "11369-6").is_none());

    let none = json!({
        "resourceType": "AllergyIntolerance", "id": "none", "patient": {"reference": "Patient/p"},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}], "text": "No known allergy"},
    });
    put(&app, none).await;
    let told = document(&record_of(&app, "p", Extent::Summary).await, Extent::Summary);
    assert_eq!(entry_of(&told, "48765-2")["code"]["text"], "No known allergy");
    assert_ne!(told["identifier"], empty["identifier"], "another state of the record is another document");
}

#[tokio::test]
async fn what_is_refuted_or_over_is_left_out_and_markup_stays_text() {
    let app = TestApp::init().await;
    put(&app, json!({"resourceType": "Patient", "id": "p", "name": [{"text": "<b>Ann</b> & co"}]})).await;
    let allergy = |id: &str, name: &str, verification: &str| {
        json!({
            "resourceType": "AllergyIntolerance", "id": id, "patient": {"reference": "Patient/p"},
            "verificationStatus": {"coding": [{
                "system": "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification",
                "code": verification,
            }]},
            "code": {"text": name},
        })
    };
    put(&app, allergy("a", "Peanut <script>", "unconfirmed")).await;
    put(&app, allergy("b", "Penicillin", "refuted")).await;
    let made = document(&record_of(&app, "p", Extent::Card).await, Extent::Card);
    let div = section(&made, "48765-2").unwrap()["text"]["div"].as_str().unwrap();
    assert!(div.contains("Peanut &lt;script&gt;") && !div.contains("Penicillin"), "{div}");
    assert_eq!(made["entry"][0]["resource"]["title"], "Patient summary of <b>Ann</b> & co");
    assert!(made["entry"][0]["resource"]["text"]["div"].as_str().unwrap().contains("&lt;b&gt;Ann"));
}
