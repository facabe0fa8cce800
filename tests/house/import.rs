//! `salus import` as an operator types it.

use crate::server::{observation, run, run_json};
use serde_json::{Value, json};
use std::path::Path;

#[test]
fn every_sound_resource_is_stored_and_a_bad_file_stops_nothing() {
    let (data, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(files.path(), "bundle.json", &bundle().to_string());
    write(
        files.path(),
        "lines.ndjson",
        &format!("{}\n{{\"resourceType\":\n", json!({"resourceType": "Patient", "id": "b"})),
    );
    write(files.path(), "broken.json", "{\"resourceType\": \"Patient\"");
    write(files.path(), "notes.txt", "not FHIR, and not looked at");

    let output = run(data.path(), &["import", "--json", &files.path().to_string_lossy()]);
    assert_eq!(output.status.code(), Some(3), "something was left out, and the exit code says so");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["counts"], json!({"Observation": 2, "Patient": 2}));
    assert_eq!(report["stored"], 4);
    assert_eq!(report["faults"], 3, "{report}");
    let faults: Vec<_> = report["files"].as_array().unwrap().iter().map(|file| &file["faults"]).collect();
    assert_eq!(faults[0][0]["place"], "");
    assert_eq!(faults[1][0]["place"], "entry[3]");
    assert!(faults[1][0]["reasons"][0].as_str().unwrap().contains("Observation.colour"), "{}", faults[1]);
    assert_eq!(faults[2][0]["place"], "line 2");
}

#[test]
fn importing_again_changes_nothing() {
    let (data, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(files.path(), "bundle.json", &bundle().to_string());
    let import = || {
        let output = run(data.path(), &["import", "--json", &files.path().to_string_lossy()]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let (first, second) = (import(), import());
    assert_eq!((&first["stored"], &first["unchanged"]), (&json!(3), &json!(0)));
    assert_eq!((&second["stored"], &second["unchanged"]), (&json!(3), &json!(3)));
}

#[test]
fn an_imported_record_answers_with_citations() {
    let (data, files) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(files.path(), "bundle.json", &bundle().to_string());
    run(data.path(), &["import", &files.path().to_string_lossy()]);
    let answer = run_json(data.path(), &["ask", "--json", "--person", "a", "What is my latest heart rate?"]);
    assert_eq!(answer["kind"], "structured", "{answer}");
    assert!(answer["sentences"][0]["text"].as_str().unwrap().contains("62"), "{answer}");
    let source = &answer["citations"][0]["source"];
    assert_eq!(
        (&source["type"], &source["id"], &source["version"]),
        (&json!("Observation"), &json!("o2"), &json!(1))
    );
    let nobody = run(data.path(), &["ask", "--person", "nobody", "What is my latest heart rate?"]);
    assert!(!nobody.status.success());
}

#[test]
fn a_path_that_is_not_there_is_an_error_that_names_it() {
    let data = tempfile::tempdir().unwrap();
    let output = run(data.path(), &["import", "no/such/folder"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no/such/folder"));
}

/// A patient, two sound observations, and one with an element that FHIR does not know.
fn bundle() -> Value {
    let urn = "urn:uuid:6f1c2a52-6a77-4f0e-9a3b-0c5f6f0f7f01";
    let mut entries = vec![json!({"fullUrl": urn, "resource": {"resourceType": "Patient", "id": "a"}})];
    for (id, number, day) in [("o1", 1, "2026-03-04"), ("o2", 2, "2026-03-05")] {
        let mut resource = observation("a", number);
        resource["id"] = json!(id);
        resource["subject"]["reference"] = json!(urn);
        resource["effectiveDateTime"] = json!(day);
        entries.push(json!({"resource": resource}));
    }
    let mut strange = observation("a", 3);
    strange["colour"] = json!("blue");
    entries.push(json!({"resource": strange}));
    json!({"resourceType": "Bundle", "type": "collection", "entry": entries})
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}
