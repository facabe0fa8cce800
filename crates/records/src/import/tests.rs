//! What other systems send, through both doors.

use super::{FileReport, Owner, paths, upload};
use salus_fhir::json::Value;
use salus_http::testing::TestApp;
use salus_store::Store;
use std::collections::BTreeSet;
use std::sync::Arc;

const ADMITTED: &str = "MSH|^~\\&|ADT|FAC|||20240301120000+0100||ADT^A01|1|P|2.5\rPID|1||7^^^FAC^MR||Rossi^Maria||19740712|F|||Via Roma 1^^Torino\rPV1|1|I|||||5^Weber^Anna||||||||||||V1\r";
const REPORTED: &str = "MSH|^~\\&|LAB|FAC|||20240302120000+0100||ORU^R01|2|P|2.5\rPID|1||7^^^FAC^MR||Rossi^M\rPV1|1|I|||||||||||||||||V1\rOBR|1||F1|1^Panel\rOBX|1|NM|2345-7^Glucose^LN||7.8|mmol/L|||||F\r";
const DOCUMENT: &str = r#"<?xml version="1.0"?><ClinicalDocument xmlns="urn:hl7-org:v3"><recordTarget><patientRole><id root="1.2.3" extension="7"/>
    <patient><name><given>Maria</given><family>Rossi</family></name><birthTime value="19740712"/></patient></patientRole></recordTarget>
    <title>Summary</title></ClinicalDocument>"#;

/// Imports a file by the operator's door.
async fn import(store: &Store, name: &str, content: &str) -> FileReport {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(name), content).unwrap();
    let report = paths(store, &[folder.path().to_path_buf()], Arc::new(|_| {})).await.unwrap();
    report.files.into_iter().next().unwrap()
}

async fn only(store: &Store, type_name: &str) -> Value {
    let query = salus_fhir::search::Query::all(type_name);
    let found = store.system("test").search(&query, salus_store::Page::first(10)).await.unwrap();
    assert_eq!(found.matches.len(), 1, "{type_name}");
    found.matches[0].json().unwrap()
}

#[tokio::test]
async fn what_is_named_in_passing_never_goes_over_what_is_known() {
    let app = TestApp::init().await;
    let store = &app.app().store;
    for (name, content) in [("1.hl7", REPORTED), ("2.hl7", ADMITTED), ("3.hl7", REPORTED)] {
        let report = import(store, name, content).await;
        assert!(report.faults.is_empty(), "{:?}", report.faults);
    }
    let patient = only(store, "Patient").await;
    assert_eq!(patient["name"][0]["given"][0], "Maria");
    assert_eq!(patient["address"][0]["city"], "Torino");
    assert_eq!(only(store, "Encounter").await["status"], "in-progress");
    assert_eq!(only(store, "Observation").await["valueQuantity"]["value"].to_string(), "7.8");
}

#[tokio::test]
async fn a_file_of_messages_is_read_one_by_one_and_twice_changes_nothing() {
    let app = TestApp::init().await;
    let store = &app.app().store;
    let batch = format!("FHS|^~\\&|X\rBHS|^~\\&|X\r{ADMITTED}ACC|20240101\r{REPORTED}BTS|2\rFTS|1\r");
    let report = import(store, "batch.hl7", &batch).await;
    assert_eq!((report.counts["Patient"], report.counts["Observation"]), (1, 1), "{report:?}");
    assert!(report.left_out.iter().any(|left| left.place == "message 1, ACC[1]"), "{:?}", report.left_out);
    let again = import(store, "batch.hl7", &batch).await;
    assert_eq!(again.unchanged, again.counts.values().sum::<u64>());
}

#[tokio::test]
async fn a_clinical_document_is_read() {
    let app = TestApp::init().await;
    let report = import(&app.app().store, "summary.xml", DOCUMENT).await;
    assert_eq!(report.counts.get("Composition"), Some(&1), "{report:?}");
    assert_eq!(only(&app.app().store, "Patient").await["birthDate"], "1974-07-12");
}

#[tokio::test]
async fn messages_become_the_persons_own_unless_they_are_about_two() {
    let app = TestApp::init().await;
    let store = &app.app().store;
    let person =
        app.create(serde_json::json!({ "resourceType": "Patient", "birthDate": "1974-07-12" })).await;
    let owner =
        Owner { person: person.clone(), born: Some("1974-07-12".to_owned()), others: BTreeSet::new() };
    let records = store.system("test");
    let send = async |content: String| {
        upload(&records, owner.clone(), "sent.hl7", content.into_bytes(), &|_| {}).await.unwrap()
    };
    let report = send(format!("{ADMITTED}{REPORTED}")).await;
    assert!(report.faults.is_empty(), "{:?}", report.faults);
    assert_eq!(report.counts.get("Practitioner"), None);
    let subject = format!("Patient/{person}");
    assert_eq!(only(store, "Observation").await["subject"]["reference"], subject.as_str());
    assert_eq!(only(store, "Encounter").await["status"], "in-progress");
    let other = REPORTED.replace("7^^^FAC^MR", "8^^^FAC^MR");
    let refused = send(format!("{ADMITTED}{other}")).await;
    assert!(refused.faults[0].reasons[0].contains("more than one patient"), "{:?}", refused.faults);
    let stranger = send(ADMITTED.replace("19740712", "19800101")).await;
    assert!(stranger.faults[0].reasons[0].contains("born on 1980-01-01"), "{:?}", stranger.faults);
}
